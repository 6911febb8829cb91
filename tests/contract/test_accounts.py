"""A refused key and an empty account are the whole account's: one call finds it out, and one that is let in again ends
it, for every model that the key opens."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from designer.catalogue.models import ModelHealth
from designer.generations import health
from designer.generations.models import Generation
from designer.notifications.models import Alert, Notification
from designer.providers import registry
from designer.providers.base import AuthFailed, ProviderConfig
from designer.realtime.models import Event
from tests.batches.asking import invariants_hold, look, made, statuses, work_off
from tests.contract.test_studio import FLARE, NANO, begin, drawn
from tests.designer.generations.test_flow import ask
from tests.designer.generations.test_runner import try_again
from tests.factories import UserFactory
from tests.simulators.providers.server import KEY, Simulator

pytestmark = pytest.mark.django_db(transaction=True)
SUNBURST, PRO = "gpt-image-2.6-sunburst", "gemini-3-pro-image"
VENDORS = ("openai", "google", "stability")
EACH = [
    ("openai", "unauthorized", FLARE, SUNBURST, "its key was refused", "check OPENAI_API_KEY"),
    ("openai", "quota", FLARE, SUNBURST, "its credit is used up", "add credit to the account of OPENAI_API_KEY"),
    ("google", "unauthorized", NANO, PRO, "its key was refused", "check GOOGLE_API_KEY"),
    ("stability", "quota", "core", "ultra", "its credit is used up", "add credit to the account of STABILITY_API_KEY"),
]


def keys(simulator: Simulator, key: str = KEY) -> None:
    registry.configure({name: ProviderConfig(api_key=key, base_url=simulator.url(name)) for name in VENDORS})


@pytest.fixture(autouse=True)
def set_up(simulator: Simulator, settings) -> Iterator[None]:
    settings.IMAGE_PROVIDERS = list(VENDORS)
    settings.LANGUAGE_PROVIDER = "local"
    keys(simulator)
    yield
    registry.configure(settings.PROVIDERS)


def pictures(simulator: Simulator, vendor: str) -> int:
    """How many times a vendor was asked for one."""
    return sum(call.vendor == vendor and "image" in call.path for call in simulator.calls)


def settled(client, **wish: Any) -> Generation:
    """A generation at its end: what its vendor allows in a moment is waited for."""
    row = begin(client, **wish)
    while row.status == "running":
        row = try_again(row)
    return row


def rested() -> None:
    """The rest is over: the next call tries."""
    ModelHealth.objects.filter(opened_at__isnull=False).update(opened_at=timezone.now() - timedelta(hours=1))


@pytest.mark.parametrize(("vendor", "trouble", "one", "two", "words", "way"), EACH)
def test_what_one_call_finds_out_keeps_every_model_of_the_account_from_being_called_and_is_said_once(
    vendor, trouble, one, two, words, way, client_of, simulator
):
    boss = UserFactory(is_staff=True, is_superuser=True)
    simulator.plan(vendor, trouble, times=0)
    client = client_of("editor")
    assert settled(client, n=1, model=one, aspect_ratio="1:1").status == "failed"
    answer = ask(client, n=1, model=two, aspect_ratio="1:1")
    assert (answer.status_code, answer.json()["code"]) == (422, "unhealthy")
    assert f"{two}: {words}" in answer.json()["detail"] and way in answer.json()["remedy"]
    assert pictures(simulator, vendor) == 1
    (alert,) = Alert.objects.lasting()
    assert alert.title == f"{vendor} is down" and words in alert.text and way in alert.text
    assert Notification.objects.filter(user=boss).count() == 1


def test_the_next_wish_goes_to_another_vendor_without_a_failed_call(client_of, simulator):
    simulator.plan("openai", "unauthorized", times=0, path="/images")
    client = client_of("editor")
    settled(client, n=1, model=FLARE)
    for strategy in ("quality", "cheapest", "balanced"):
        done = settled(client, n=1, strategy=strategy)
        assert (done.status, done.fallbacks) == ("succeeded", [])
    assert pictures(simulator, "openai") == 1


def test_for_a_refused_key_another_vendor_steps_in_at_once_and_says_why(client_of, simulator):
    simulator.plan("google", "unauthorized", times=0, path="image")
    done = settled(client_of("editor"), n=1, strategy="quality")
    assert (done.status, done.provider) == ("succeeded", "openai")
    assert [(each["from"], each["code"]) for each in done.fallbacks] == [("google", "auth")]
    assert pictures(simulator, "google") == 1


def google_403(words: str) -> dict[str, Any]:
    return {"status": 403, "json": {"error": {"code": 403, "message": words, "status": "PERMISSION_DENIED"}}}


@pytest.mark.parametrize(
    ("vendor", "trouble", "details", "one", "two"),
    [
        ("openai", "unauthorized", {"status": 403}, FLARE, SUNBURST),  # not verified for this model
        ("google", "quota", {}, NANO, PRO),  # the day's quota of this model
        ("google", "ok", google_403(f"The caller does not have permission to use model {NANO}."), NANO, PRO),
        ("google", "ok", google_403("This feature is not available to your project."), PRO, NANO),
        ("stability", "ok", {"status": 403, "json": {"errors": ["Core is not enabled for you."]}}, "core", "ultra"),
    ],
)
def test_what_a_vendor_says_of_one_model_keeps_no_other_from_being_called(
    vendor, trouble, details, one, two, client_of, simulator
):
    simulator.plan(vendor, trouble, path="image", **details)
    client = client_of("editor")
    assert settled(client, n=1, model=one, aspect_ratio="1:1").status == "failed"
    assert settled(client, n=1, model=two, aspect_ratio="1:1").status == "succeeded"
    assert ask(client, n=1, model=one, aspect_ratio="1:1").status_code == 422


@pytest.mark.parametrize("vendor", ["google", "stability"])
@pytest.mark.parametrize("status", [401, 403])
def test_a_refusal_that_names_no_model_is_the_whole_accounts(vendor, status, client_of, simulator):
    one, two = (NANO, PRO) if vendor == "google" else ("core", "ultra")
    simulator.plan(vendor, "unauthorized", status=status, path="image" if vendor == "google" else "")
    client = client_of("editor")
    assert settled(client, n=1, model=one, aspect_ratio="1:1").status == "failed"
    assert ask(client, n=1, model=two, aspect_ratio="1:1").status_code == 422


def test_where_others_cost_more_than_was_shown_it_says_so(client_of, simulator):
    simulator.plan("openai", "unauthorized", times=0)
    client = client_of("editor")
    wish = {"n": 1, "strategy": "cheapest", "quality": "draft", "aspect_ratio": "1:1"}
    row = settled(client, **wish)
    assert (row.provider, row.status, row.fallbacks) == ("openai", "failed", [])
    assert "Send it again for" in row.error["remedy"] and "more than was shown" in row.error["remedy"]
    assert settled(client, **wish).status == "succeeded"


def test_one_picture_that_comes_brings_all_of_them_back_and_the_alert_goes(client_of, simulator):
    simulator.plan("openai", "unauthorized", path="/images")
    client = client_of("editor")
    settled(client, n=1, model=FLARE)
    rested()
    assert settled(client, n=1, model=SUNBURST).status == "succeeded"
    assert not Alert.objects.lasting().exists()
    assert settled(client, n=1, model=FLARE).status == "succeeded"


def test_a_trial_that_fails_lets_all_of_them_rest_again_for_longer(client_of, simulator):
    simulator.plan("openai", "quota", times=0, path="/images")
    client = client_of("editor")
    settled(client, n=1, model=FLARE)
    rested()
    settled(client, n=1, model=SUNBURST)
    answer = ask(client, n=1, model=FLARE)
    assert answer.status_code == 422 and 30 < int(answer["Retry-After"]) <= 60


def reads(settings) -> None:
    settings.LANGUAGE_PROVIDER, settings.LANGUAGE_MODEL = "openai", ""


def basis(row: Generation) -> str:
    return row.stages.get(name="analysis").output["basis"]["by"]


def test_what_reads_with_the_same_key_does_not_wake_images_that_are_refused(client_of, simulator, settings):
    reads(settings)
    waits: list[int] = []
    simulator.plan("openai", "quota", times=0, path="/images")
    client = client_of("editor")
    for brief in ("a red coat", "a blue skirt", "a green dress"):
        assert settled(client, n=1, model=FLARE, brief=brief).status == "failed"
        done = settled(client, n=1, model=NANO, brief=f"{brief} of wool")
        assert (done.status, basis(done)) == ("succeeded", "openai gpt-5.4-mini")
        answer = ask(client, n=1, model=SUNBURST)
        assert (answer.status_code, "its credit is used up" in answer.json()["detail"]) == (422, True)
        waits.append(int(answer["Retry-After"]))
        (alert,) = Alert.objects.lasting()
        assert alert.title == "openai is down" and "None of its image models is called" in alert.text
        rested()
    assert pictures(simulator, "openai") == 3
    assert waits[0] < waits[1] < waits[2], "each trial that fails lets them rest for longer"
    alerts = Event.objects.filter(channel="system", event="system:alert")
    assert not any(each.data["ended"] for each in alerts), "nobody is told that it is over"


def test_images_that_come_do_not_wake_what_reads_with_the_same_key_and_rest_for_nothing(client_of, simulator, settings):
    reads(settings)
    simulator.plan("openai", "unauthorized", times=0, path="/responses")
    client = client_of("editor")
    for brief in ("a red coat", "a blue skirt"):
        done = settled(client, n=1, model=FLARE, brief=brief)
        assert (done.status, basis(done)) == ("succeeded", "local")
    assert sum("/responses" in call.path for call in simulator.calls) == 1
    (alert,) = Alert.objects.lasting()
    assert alert.title == "openai is down for reading" and "check OPENAI_API_KEY" in alert.text
    simulator.reset()
    rested()
    assert basis(settled(client, n=1, model=FLARE, brief="a green dress")) == "openai gpt-5.4-mini"
    assert not Alert.objects.lasting().exists()


def test_another_key_is_tried_at_once(client_of, simulator):
    simulator.plan("openai", "unauthorized", path="/images")
    client = client_of("editor")
    settled(client, n=1, model=FLARE)
    assert ask(client, n=1, model=FLARE).status_code == 422
    keys(simulator, "sk-new")
    assert [settled(client, n=1, model=each).status for each in (FLARE, SUNBURST)] == ["succeeded"] * 2
    assert not Alert.objects.lasting().exists()


def test_a_model_that_rests_for_a_reason_of_its_own_is_not_told_as_one_whose_key_was_refused(client_of, simulator):
    client = client_of("editor")
    ModelHealth.objects.create(
        provider="openai", model=FLARE, failures=5, trips=4, opened_at=timezone.now(), last_error="provider_down"
    )
    health.went_wrong("openai", FLARE, AuthFailed("Your key was refused."))
    keys(simulator, "sk-new")  # the account is as good as new, the model still rests
    answer = ask(client, n=1, model=FLARE)
    assert answer.status_code == 422 and "key" not in answer.json()["detail"]
    assert not health.lasts(health.all_health(), ("openai", FLARE))


def test_the_page_of_models_shows_that_all_of_them_rest(client_of, simulator):
    boss = client_of("owner")
    boss.user.is_superuser = boss.user.is_staff = True
    boss.user.save()
    simulator.plan("stability", "quota", path="image")
    settled(client_of("editor"), n=1, model="core", aspect_ratio="1:1")
    rows = boss.get("/api/queue/models").json()["results"]
    states = {row["model"]: row["circuit"] for row in rows if row["provider"] == "stability"}
    assert len(states) == 9 and set(states.values()) == {"open"}, rows
    assert all(row["circuit"] == "closed" for row in rows if row["provider"] == "google")


def test_a_batch_of_several_models_of_the_account_fails_no_item_and_pauses_once(client_of, simulator):
    simulator.plan("openai", "unauthorized", path="/images")
    client = client_of("editor")
    said = {"base": {"brief": "a coat"}, "models": [FLARE, SUNBURST], "variations": 2}
    pk = made(client, said, parallelism=1)["id"]
    work_off()
    told = look(client, pk)
    assert (told["status"], told["reason"]["code"], statuses(pk)) == ("paused", "unhealthy", {"waiting": 4})
    assert "check OPENAI_API_KEY" in told["reason"]["remedy"]
    assert len(drawn(simulator)) == 1 and invariants_hold()
    rested()
    assert client.post(f"/api/batch/{pk}/resume").status_code == 202
    work_off()
    assert (look(client, pk)["status"], statuses(pk)) == ("completed", {"succeeded": 4})
    assert Generation.objects.filter(status="succeeded").count() == 4 and invariants_hold()


def test_work_in_the_queue_for_another_model_of_the_account_gives_its_place_back(client_of, simulator):
    client = client_of("editor")
    rows = [{"brief": "a coat", "provider": "openai", "model": each} for each in (FLARE, SUNBURST, SUNBURST)]
    rows += [{"brief": "a coat", "provider": "google", "model": NANO}]
    pk = made(client, {"rows": rows, "duplicates": "keep"}, parallelism=3)["id"]
    simulator.plan("openai", "unauthorized", times=0, path="/images")
    work_off()
    assert (len(drawn(simulator)), pictures(simulator, "openai")) == (2, 1)
    assert statuses(pk) == {"waiting": 3, "succeeded": 1} and invariants_hold()
