"""A model that is out of order: who steps in, for how much, and who is told. A named model is never replaced."""

import re
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any, ClassVar

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone

from designer.catalogue.models import ModelHealth, ModelProfile
from designer.generations.models import Generation
from designer.generations.routes import as_it_went
from designer.jobs.models import AttemptOutcome, JobAttempt
from designer.jobs.services import revive
from designer.ledger.models import Budget, LedgerEntry, Reservation
from designer.personas.models import LearningSettings
from designer.pipeline import routing
from designer.providers import base
from designer.realtime.models import Event
from teams.audit.models import AuditEntry
from teams.base.errors import Conflict
from tests import images
from tests.designer.generations.test_flow import ask, made
from tests.designer.generations.test_runner import try_again
from tests.scripted import GOOD, Other, Scripted, scripted
from tests.work import work_off

pytestmark = pytest.mark.django_db(transaction=True)


class Third(Scripted):
    """The one that steps in for whoever stepped in."""

    name: ClassVar[str] = "third"
    answers: ClassVar[list[Any]] = []
    asked: ClassVar[list[tuple[base.ImageRequest, str]]] = []


@pytest.fixture
def pair(monkeypatch, settings) -> Iterator[tuple[type[Scripted], type[Scripted]]]:
    """The better model and the one that may step in for it; nobody else."""
    settings.IMAGE_PROVIDERS = ["scripted", "other"]
    with scripted(monkeypatch, quality=0.9) as one, scripted(monkeypatch, Other, price="0.03", quality=0.2) as other:
        yield one, other


def photo(client) -> str:
    file = SimpleUploadedFile("photo.png", images.encoded("PNG"), "image/png")
    return client.post("/api/assets", {"file": file}, format="multipart").json()["id"]


def begin(client_of, n: int = 1, client=None, **wish) -> Generation:
    answer = ask(client or client_of("editor"), n=n, strategy="quality", **wish)
    assert answer.status_code == 202, answer.content
    LearningSettings.objects.update_or_create(team_id=answer.json()["team"], defaults={"exploration": 0})
    work_off("interactive")
    return Generation.objects.get(pk=answer.json()["id"])


@pytest.mark.parametrize(
    "error",
    [base.AuthFailed("The key was refused."), base.QuotaExhausted("No money left."), base.ModelRetired("It is gone.")],
)
def test_a_model_that_cannot_serve_is_replaced_at_once_and_everybody_is_told(pair, client_of, error):
    one, other = pair
    one.answers, other.answers = [GOOD, error], [GOOD, GOOD]
    done = begin(client_of, n=3)
    assert (done.status, done.provider, len(done.shown_assets)) == ("succeeded", "other", 3)
    assert done.cost == Decimal("0.10") == sum(LedgerEntry.objects.values_list("amount", flat=True))
    told = done.fallbacks[0]
    assert (told["instead_of"], told["provider"], told["code"], told["reason"]) == (
        "one",
        "other",
        error.code,
        error.message,
    )
    assert (told["unit_price_before"], told["unit_price"]) == ("0.040000", "0.030000")
    assert Event.objects.filter(channel=f"generation:{done.pk}", event="generation:fallback").count() == 1
    made_by = [asset.provenance["provider"] for asset in done.shown_assets]
    assert sorted(made_by) == ["other", "other", "scripted"]


def test_the_page_and_the_api_say_who_stepped_in_and_why(pair, client_of):
    one, other = pair
    client = client_of("editor")
    one.answers, other.answers = [base.QuotaExhausted("The month's money is spent.")], [GOOD]
    done = begin(client_of, client=client)
    body = client.get(f"/api/generations/{done.pk}").json()
    assert body["fallbacks"][0]["reason"] == "The month's money is spent."
    for address in (f"/generations/{done.pk}", f"/generations/{done.pk}/card"):
        shown = client.get(address).content.decode()
        assert "The month&#x27;s money is spent." in shown and "stepped in" in shown, address
        assert "It costs $0.03 an image instead of $0.04 an image." in shown, address


def test_the_price_of_a_second_stand_in_is_told_beside_the_one_that_was_shown(pair, monkeypatch, settings, client_of):
    settings.IMAGE_PROVIDERS = ["scripted", "other", "third"]
    with scripted(monkeypatch, Third, price="0.035", quality=0.1) as third:
        for each in pair:
            each.answers = [base.QuotaExhausted("The month's money is spent.")]
        third.answers = [GOOD]
        done = begin(client_of)
    assert [each["provider"] for each in done.fallbacks] == ["other", "third"]
    assert "It costs $0.035 an image instead of $0.04 an image, the price of Scripted." in done.fallbacks[1]["note"]


def test_where_two_made_the_images_each_says_who_made_it_and_for_how_much(pair, client_of):
    one, other = pair
    client = client_of("editor")
    one.answers, other.answers = [GOOD, GOOD, base.QuotaExhausted("The month's money is spent.")], [GOOD]
    done = begin(client_of, n=3, client=client)
    body = client.get(f"/api/generations/{done.pk}").json()
    told = [(said["provider"], said["model"], Decimal(said["paid"])) for said in provenances(body)]
    assert told == [("scripted", "one", Decimal("0.04"))] * 2 + [("other", "one", Decimal("0.03"))]
    assert body["fallbacks"][0]["from_image"] == 3
    assert Event.objects.get(event="generation:fallback").data["from_image"] == 3
    page = plain(client.get(f"/generations/{done.pk}"))
    assert "Other stepped in for Scripted from image 3 on" in page
    assert "Models one by scripted 2 images, $0.08 one by other 1 image, $0.03" in page
    assert page.count("by one, $0.04") == 2 and page.count("by one, $0.03") == 1
    for asset, maker in zip(body["assets"], ("scripted", "scripted", "other"), strict=True):
        assert f"one by {maker} Price $0.0{3 if maker == 'other' else 4}" in plain(client.get(f"/assets/{asset['id']}"))


def test_where_one_made_them_all_no_image_repeats_it(pair, client_of):
    one, _ = pair
    client = client_of("editor")
    one.answers = [GOOD, GOOD]
    page = plain(client.get(f"/generations/{begin(client_of, n=2, client=client).pk}"))
    assert "Model one by scripted Seed" in page and "by one, $" not in page


def test_a_price_is_told_to_the_digits_that_count_and_kept_to_the_last_one(pair, client_of):
    one, other = pair
    client, exact = client_of("editor"), Decimal("0.039123")
    ModelProfile.objects.get(provider="scripted").prices.update(amount=exact)
    ModelProfile.objects.get(provider="other").prices.update(amount=Decimal("0.038999"))
    one.answers, other.answers = [GOOD, GOOD, base.QuotaExhausted("No money left.")], [GOOD]
    done = begin(client_of, n=3, client=client)
    body = client.get(f"/api/generations/{done.pk}").json()
    assert (body["cost"], provenances(body)[0]["paid"]) == ("0.117245", "0.039123")
    shown = client.get(f"/generations/{done.pk}").content.decode()
    page = plain(client.get(f"/generations/{done.pk}"))
    assert page.count("by one, $0.039 ") == 3 and "2 images, $0.078 one by other 1 image, $0.039" in page
    assert "Cost $0.12" in page and "The price stays $0.039 an image." in page
    assert 'title="$0.039123"' in shown and 'title="$0.117245"' in shown
    asset = body["assets"][0]["id"]
    assert "Price $0.039 " in plain(client.get(f"/assets/{asset}"))
    beside = plain(client.get("/compare", {"asset": [each["id"] for each in body["assets"]]}))
    assert "Price $0.039 $0.039 $0.039" in beside
    assert all("0.117369" not in row for row in rows_of(client, done).values())


def provenances(generation: dict[str, Any]) -> list[dict[str, Any]]:
    return [asset["provenance"] for asset in generation["assets"]]


def plain(answer) -> str:
    """A page as its words."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split()).replace(" ,", ",")


def test_the_table_of_the_route_marks_who_failed_and_who_stepped_in(pair, client_of):
    one, other = pair
    client = client_of("editor")
    one.answers, other.answers = [GOOD, base.QuotaExhausted("The month's money is spent.")], [GOOD]
    done = begin(client_of, n=2, client=client)
    stages = client.get(f"/api/generations/{done.pk}").json()["stages"]
    (route,) = (stage["output"] for stage in stages if stage["name"] == "routing")
    assert (route["provider"], route["standing"], route["failed"]) == (
        "scripted",
        "chosen",
        "The month's money is spent.",
    )
    standings = {each["provider"]: (each["standing"], each["failed"]) for each in route["alternatives"]}
    assert standings == {"other": ("stepped in", "")}
    table = rows_of(client, done)
    assert "planned, failed" in table["scripted/one"] and "Failed: The month" in table["scripted/one"]
    assert "stepped in" in table["other/one"] and "chosen" not in "".join(table.values())


def test_the_table_of_a_route_that_went_as_planned_marks_the_chosen_model(pair, client_of):
    one, _ = pair
    client = client_of("editor")
    one.answers = [GOOD]
    table = rows_of(client, begin(client_of, client=client))
    assert "chosen" in table["scripted/one"] and "ailed" not in "".join(table.values())


def test_the_share_of_trials_is_that_of_the_routes_drawn_by_lot(pair, client_of):
    """Of seeds that are named, so that the same ones are drawn each time."""
    one, other = pair
    client = client_of("owner")
    assert client.patch("/api/learning/settings", {"exploration": 0.5}, format="json").status_code == 200
    explored, seeds = [], range(16)
    for seed in seeds:
        one.answers, other.answers = [GOOD], [GOOD]
        done = made(client, n=1, seed=seed, strategy="quality")
        (route,) = (stage["output"] for stage in done["stages"] if stage["name"] == "routing")
        explored.append(route["explored"])
        shown = client.get(f"/generations/{done['id']}").content.decode()
        assert ("drawn by lot</span>" in shown) == route["explored"]
    assert explored == [routing.dice(seed).random() < 0.5 for seed in seeds] and 4 <= sum(explored) <= 12
    shown = client.get("/style").content.decode()
    assert "this share is drawn by lot" in shown and 'aria-describedby="percent-help"' in shown


def rows_of(client, done: Generation) -> dict[str, str]:
    """The rows of the table, by model, as text."""
    shown = client.get(f"/generations/{done.pk}").content.decode()
    body = shown.split('<table class="route">')[1].split("<tbody>")[1].split("</tbody>")[0]
    rows = [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in body.split("</tr>") if row.strip()]
    return {row.split()[0]: row for row in rows}


@pytest.mark.parametrize("choice", [{"provider": "scripted"}, {"provider": "scripted", "model": "one"}])
def test_a_choice_by_name_is_never_replaced(pair, client_of, choice):
    one, other = pair
    one.answers = [base.QuotaExhausted("No money left.", "Top it up.")]
    done = begin(client_of, **choice)
    assert (done.status, done.error["code"], done.fallbacks, other.asked) == ("failed", "quota_exhausted", [], [])


def test_where_nobody_is_left_the_end_is_told_of_all_that_were_tried_by_name(pair, client_of):
    one, other = pair
    client = client_of("editor")
    one.answers, other.answers = [base.QuotaExhausted("No money left.")], [base.AuthFailed("The key was refused.")]
    done = begin(client_of, client=client)
    assert (done.status, done.error["code"], len(done.fallbacks)) == ("failed", "auth", 1)
    assert done.error["message"].endswith("Scripted: No money left. Other: The key was refused.")
    assert "another model" in done.error["remedy"]
    assert "Scripted: No money left. Other: The key was refused." in plain(client.get(f"/generations/{done.pk}/card"))


def test_an_outage_names_also_those_that_could_not_be_asked_because_they_rest(pair, client_of):
    one, _ = pair
    ModelHealth.objects.create(provider="other", model="one", failures=9, opened_at=timezone.now(), trips=1)
    one.answers = [base.ProviderDown("Away.")] * 5
    row = begin(client_of)
    assert JobAttempt.objects.count() == 1 and row.status == "running"
    while row.status == "running":
        row = try_again(row)
    assert row.error["message"].startswith("No model that fits could make it. Scripted: Away. Other: it failed several")


def test_the_table_of_the_route_shows_the_last_one_as_failed_too_where_it_was(pair, client_of):
    one, other = pair
    client = client_of("editor")
    one.answers, other.answers = [base.QuotaExhausted("No money left.")], [base.AuthFailed("The key was refused.")]
    done = begin(client_of, client=client)
    (route,) = (
        stage["output"]
        for stage in client.get(f"/api/generations/{done.pk}").json()["stages"]
        if stage["name"] == "routing"
    )
    assert (route["failed"], route["alternatives"][0]["failed"]) == ("No money left.", "The key was refused.")
    table = rows_of(client, done)
    assert "stepped in, failed" in table["other/one"]
    assert "Failed: The key was refused. Behind in quality: 0.20 against 0.90" in table["other/one"]
    assert 'class="chosen"' not in client.get(f"/generations/{done.pk}").content.decode()


@pytest.mark.parametrize(
    ("said", "told"),
    [(base.Moderated("Not this."), "Not this."), (b"", "The model returned no usable image.")],
)
def test_one_that_was_to_draw_alone_and_did_not_is_no_maker_in_the_table(pair, client_of, said, told):
    one, _ = pair
    client = client_of("editor")
    one.answers = [said]
    table = rows_of(client, begin(client_of, client=client))
    assert "planned, failed" in table["scripted/one"] and f"Failed: {told}" in table["scripted/one"]


def test_one_that_drew_some_of_the_images_did_not_fail(pair, client_of):
    one, _ = pair
    client = client_of("editor")
    one.answers = [GOOD, base.Moderated("Not this.", stage="output")]
    done = begin(client_of, client=client, n=2)
    assert done.status == "partial", done.error
    assert "failed" not in rows_of(client, done)["scripted/one"]


def test_who_was_not_asked_before_it_ended_did_not_fail(pair, client_of):
    client = client_of("editor")
    answer = ask(client, n=1, strategy="quality")
    row = Generation.objects.get(pk=answer.json()["id"])
    row.owner.__class__.objects.filter(pk=row.owner_id).update(is_active=False)
    work_off("interactive")
    row.refresh_from_db()
    assert row.status == "failed"
    went = as_it_went({"provider": "scripted", "model": "one"}, row)
    assert (went["standing"], went["failed"]) == ("chosen", "")


def test_nobody_steps_in_who_was_not_wished(pair, client_of):
    one, other = pair
    one.answers = [base.QuotaExhausted("No money left.")]
    done = begin(client_of, fallback=False)
    assert (done.status, done.fallbacks, other.asked) == ("failed", [], [])


def test_no_stand_in_costs_more_than_was_shown(pair, client_of):
    one, other = pair
    ModelProfile.objects.get(provider="other").prices.update(amount=Decimal("0.05"))
    one.answers = [base.QuotaExhausted("No money left.")]
    done = begin(client_of)
    assert (done.status, done.cost, other.asked) == ("failed", 0, [])


def test_one_whose_bill_may_be_higher_but_is_not_expected_to_be_steps_in_unless_the_designer_set_a_ceiling(
    pair, client_of
):
    one, other = pair
    by_tokens = {"unit": "text_in", "amount": Decimal("20"), "valid_from": timezone.now().date()}
    ModelProfile.objects.get(provider="other").prices.create(**by_tokens)
    one.answers, other.answers = [base.QuotaExhausted("No money left.")], [GOOD]
    done = begin(client_of)
    assert (done.status, done.provider, done.cost) == ("succeeded", "other", Decimal("0.03"))
    ModelHealth.objects.all().delete()
    one.answers, other.answers = [base.QuotaExhausted("No money left.")], [GOOD]
    done = begin(client_of, max_cost="0.04")
    assert (done.status, done.cost, len(other.asked)) == ("failed", 0, 1)


def test_one_that_is_down_gets_a_second_chance(pair, client_of):
    one, other = pair
    one.answers, other.answers = [base.ProviderDown("Away.")] * 2, [GOOD]
    row = begin(client_of)
    assert (row.status, row.fallbacks) == ("running", [])
    row = try_again(row)
    assert (row.status, row.provider, len(one.asked)) == ("succeeded", "other", 2)


def test_nobody_steps_in_while_a_call_may_still_have_been_carried_out(pair, client_of):
    one, other = pair
    one.idempotency = "none"
    one.answers = [base.TimedOut("Too long.")]
    row = try_again(begin(client_of))
    assert (row.status, row.error["code"], other.asked) == ("failed", "outcome_unknown", [])
    assert JobAttempt.objects.get().outcome == AttemptOutcome.UNKNOWN


def test_a_model_that_fails_often_is_left_alone_for_a_while(pair, client_of):
    one, other = pair
    one.answers = [base.QuotaExhausted("No money left.")]
    other.answers = [GOOD, GOOD]
    begin(client_of)
    assert ModelHealth.objects.get(provider="scripted", opened_at__isnull=False)  # its account's
    again = begin(client_of)
    assert (again.provider, again.fallbacks, len(one.asked)) == ("other", [], 1)
    ModelHealth.objects.filter(provider="scripted").update(opened_at=timezone.now() - timedelta(minutes=5))
    one.answers = [GOOD]
    assert begin(client_of).provider == "scripted"
    assert not ModelHealth.objects.filter(provider="scripted", opened_at__isnull=False).exists()


def test_what_the_designer_is_to_blame_for_is_held_against_no_model(pair, client_of):
    one, _ = pair
    one.answers = [base.Moderated("Not this.")]
    assert begin(client_of).status == "failed"
    assert not ModelHealth.objects.filter(provider="scripted").exists()


def test_a_vendor_that_says_a_model_is_gone_is_believed(pair, client_of):
    one, other = pair
    one.answers, other.answers = [base.ModelRetired("Shut down yesterday.")], [GOOD]
    begin(client_of)
    profile = ModelProfile.objects.get(provider="scripted")
    assert profile.is_over(timezone.now().date())
    assert AuditEntry.objects.get(action="catalogue.end").facts["reason"] == "scripted says: Shut down yesterday."
    refused = ask(client_of("editor"), model="one", provider="scripted")
    assert refused.status_code == 422 and refused.json()["errors"][0]["code"] == "model_retired"


def test_where_the_catalogue_knows_no_successor_the_vendors_own_word_is_told(pair, client_of):
    one, _ = pair
    after = ModelProfile.objects.get(provider="scripted")
    after.pk, after.model, after.title = None, "two", "Second"
    after._state.adding = True
    after.save()
    one.answers = [base.ModelRetired("It is gone.", successor="two")]
    row = begin(client_of, provider="scripted", model="one")
    assert row.status == "failed" and row.error["remedy"].startswith("Use Second ("), row.error


def test_a_call_may_bring_several_images_where_that_is_cheaper(pair, client_of):
    one, _ = pair
    client = client_of("editor")
    one.images_per_call = 4
    one.answers = [[GOOD, GOOD, b"<html>"], [GOOD]]
    done = begin(client_of, n=3, client=client, references=[photo(client)])
    assert [len(request.seeds) for request, _ in one.asked] == [3, 1]
    assert (done.status, len(done.shown_assets), len({asset.seed for asset in done.shown_assets})) == (
        "succeeded",
        3,
        3,
    )
    assert done.cost == Decimal("0.16") == sum(LedgerEntry.objects.values_list("amount", flat=True))


def test_no_further_call_is_made_for_which_the_ceiling_has_no_room_any_more(pair, client_of):
    one, _ = pair
    client = client_of("editor")
    one.images_per_call = 4
    one.answers = [[GOOD, b"<html>"], [GOOD]]  # both are billed, one of them is of no use
    done = begin(client_of, n=2, client=client, references=[photo(client)], max_cost="0.1")
    assert (done.status, done.cost, len(done.shown_assets), len(one.asked)) == ("partial", Decimal("0.08"), 1, 1)
    assert done.error["code"] == "too_expensive" and "0.02" in done.error["message"]


def test_what_is_done_again_has_the_money_for_its_missing_images_set_aside_though_failed_calls_were_billed(
    pair, client_of
):
    one, _ = pair
    one.answers, one.cost = [b"<html>"], Decimal("0.04")
    row = begin(client_of)
    assert (row.status, row.error["code"], row.cost) == ("failed", "no_image", Decimal("0.04"))
    one.answers = [GOOD]
    Budget.objects.create(team=row.team, scope="team", amount=Decimal("0.05"))
    with pytest.raises(Conflict, match="budget"), transaction.atomic():
        revive(row.job_id, ended=["failed"])
    Budget.objects.update(amount=Decimal("0.08"))
    with transaction.atomic():
        revive(row.job_id, ended=["failed"])
    assert Reservation.objects.get(state="open").left == Decimal("0.04")
    assert (try_again(row).cost, len(one.asked)) == (Decimal("0.08"), 2)


def test_tokens_are_charged_at_their_dated_price(pair, client_of):
    one, _ = pair
    profile = ModelProfile.objects.get(provider="scripted")
    for unit, amount in (("text_in", "5"), ("image_out", "30")):
        profile.prices.create(unit=unit, amount=Decimal(amount), valid_from=timezone.now().date())
    one.answers, one.usage = [GOOD], {"text_in": 200, "image_out": 1000}
    assert begin(client_of).cost == Decimal("0.031")
    one.answers, one.usage = [GOOD], {"text_in": 200, "image_in": 10}
    assert begin(client_of).cost == Decimal("0.04"), "an unpriced token makes the whole sum unknown"


def test_a_studio_with_real_models_draws_by_sketchbook_only_when_it_is_named(pair, settings, client_of):
    one, _ = pair
    settings.IMAGE_PROVIDERS = []
    one.answers = [GOOD]
    assert begin(client_of).provider == "scripted"
    answer = ask(client_of("editor"), strategy="cost").json()
    assert not answer["simulated"] and answer["estimate"] == "0.040000"
    named = ask(client_of("editor"), provider="sketchbook").json()
    assert named["simulated"] and named["estimate"] == "0.010000"


def test_a_drawing_never_steps_in_for_a_photograph(pair, settings, client_of):
    one, other = pair
    settings.IMAGE_PROVIDERS = ["scripted", "sketchbook"]
    one.answers = [base.QuotaExhausted("No money left.")]
    done = begin(client_of)
    assert (done.status, done.error["code"], other.asked) == ("failed", "quota_exhausted", [])


def test_when_every_provider_is_down_the_request_says_so_and_costs_nothing(pair, client_of):
    for provider in ("scripted", "other"):
        ModelHealth.objects.create(provider=provider, model="one", failures=9, opened_at=timezone.now(), trips=1)
    answer = ask(client_of("editor"))
    assert answer.status_code == 422 and answer.json()["errors"][0]["code"] == "unhealthy"
    assert not Generation.objects.exists()


def test_a_request_that_was_told_when_to_come_back_is_carried_out_then_by_the_same_key(pair, client_of):
    client, wish = client_of("editor"), {"brief": "a coat", "model": "one", "provider": "scripted"}
    ModelHealth.objects.create(provider="scripted", model="one", failures=9, opened_at=timezone.now(), trips=1)

    def send():
        return client.post("/api/generations", wish, format="json", headers={"Idempotency-Key": "the-same"})

    refused = send()
    assert refused.status_code == 422 and "Retry-After" in refused.headers
    ModelHealth.objects.update(opened_at=None, failures=0)
    assert [send().status_code, send().headers.get("Idempotent-Replayed")] == [202, "true"]


def test_through_the_page_too_the_model_that_was_named_is_the_one_that_draws(pair, client_of):
    one, other = pair
    client, other.answers = client_of("editor"), [GOOD]
    form = {"brief": "a coat", "n": "1", "strategy": "quality", "model": "other/one", "fallback": "on"}
    assert client.post("/", form, format="multipart").status_code == 302
    work_off("interactive")
    made = Generation.objects.get()
    assert (made.status, made.provider, made.fallbacks, one.asked) == ("succeeded", "other", [], [])


@pytest.mark.parametrize("gone", [base.InvalidRequest("No such model.", field="model"), base.ModelRetired("It ended.")])
def test_another_steps_in_for_a_model_that_a_newer_release_of_its_adapter_has_dropped(
    pair, client_of, monkeypatch, gone
):
    one, other = pair
    one.answers, other.answers = [base.ProviderDown("Away.")], [GOOD]
    row = begin(client_of)
    known = Scripted.capabilities

    def dropped(self, model: str) -> base.Capabilities:
        if self.name == "scripted":
            raise gone
        return known(self, model)

    monkeypatch.setattr(Scripted, "capabilities", dropped)
    row = try_again(row)
    assert (row.status, row.provider, row.fallbacks[0]["code"]) == ("succeeded", "other", gone.code)


def test_a_stand_in_says_what_it_cannot_do_and_the_page_for_whom_words_to_avoid_were_not_sent(
    pair, client_of, monkeypatch
):
    one, other = pair
    client = client_of("editor")
    monkeypatch.setattr(Other, "negative", False)
    one.answers, other.answers = [GOOD, base.QuotaExhausted("No money left.")], [GOOD]
    done = begin(client_of, n=2, client=client, brief="a coat, no buttons")
    assert done.status == "succeeded" and "it takes no negative prompt" in done.fallbacks[0]["note"]
    page = client.get(f"/generations/{done.pk}").content.decode()
    assert "Not sent for all images: one of the models takes no such words." in page


def test_compare_shows_what_was_paid_for_an_image_not_its_flat_price(pair, client_of):
    one, _ = pair
    client = client_of("editor")
    profile = ModelProfile.objects.get(provider="scripted")
    profile.prices.create(unit="image_out", amount=Decimal(30), valid_from=timezone.now().date())
    one.answers, one.usage = [GOOD, GOOD], {"image_out": 1000}
    done = begin(client_of, n=2, client=client)
    page = client.get("/compare", {"asset": [str(asset.pk) for asset in done.shown_assets]}).content.decode()
    assert done.cost == Decimal("0.06") and page.count("$0.03<") == 2 and "$0.04" not in page
