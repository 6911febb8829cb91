"""The whole studio with real adapters: what a designer asks for, what the vendor is asked, what the ledger says."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, transaction
from django.utils import timezone

from batches.models import Batch
from designer.catalogue.models import ModelPrice, ModelProfile
from designer.catalogue.services import cost_of
from designer.generations import costs, health
from designer.generations.models import Generation
from designer.jobs.models import AttemptOutcome, JobAttempt
from designer.jobs.services import revive
from designer.ledger.models import BudgetUse, LedgerEntry, Reservation
from designer.personas.models import LearningSettings
from designer.providers import registry
from designer.providers.base import ProviderConfig
from tests import images
from tests.batches.asking import invariants_hold, made
from tests.batches.asking import work_off as work_off_batches
from tests.designer.generations.test_flow import ask
from tests.designer.generations.test_runner import try_again
from tests.simulators.providers.server import KEY, Simulator
from tests.work import work_off

pytestmark = pytest.mark.django_db(transaction=True)
FLARE, NANO = "gpt-image-2.6-flare", "gemini-3.1-flash-image"
GEMINI = (NANO, "gemini-3.1-flash-lite-image", "gemini-3-pro-image", "gemini-2.5-flash-image")


@pytest.fixture(autouse=True)
def set_up(simulator: Simulator, settings) -> Iterator[None]:
    """A studio with keys for both vendors."""
    names = ("openai", "google")
    settings.IMAGE_PROVIDERS = list(names)
    settings.LANGUAGE_PROVIDER = "local"  # what is read and understood is judged elsewhere
    registry.configure({name: ProviderConfig(api_key=KEY, base_url=simulator.url(name)) for name in names})
    yield
    registry.configure(settings.PROVIDERS)


def begin(client, **wish: Any) -> Generation:
    """A generation, worked off; no trial of a lesser model is left to chance."""
    answer = ask(client, **wish)
    assert answer.status_code == 202, answer.content
    LearningSettings.objects.update_or_create(team_id=answer.json()["team"], defaults={"exploration": 0})
    work_off("interactive")
    return Generation.objects.get(pk=answer.json()["id"])


def paid() -> Decimal:
    return sum(LedgerEntry.objects.values_list("amount", flat=True), Decimal(0))


def photos(n: int) -> list[SimpleUploadedFile]:
    encoded = [images.encoded("JPEG", images.photo((900 + number, 1200))) for number in range(n)]
    return [SimpleUploadedFile(f"{number}.jpg", data, "image/jpeg") for number, data in enumerate(encoded)]


def drawn(simulator: Simulator) -> list[str]:
    """The paths of the calls that asked for pictures."""
    return [call.path for call in simulator.calls if "image" in call.path]


def test_openai_draws_and_the_ledger_holds_what_its_tokens_cost(client_of, simulator):
    done = begin(client_of("editor"), n=2, model=FLARE, quality="high")
    assert (done.status, done.provider, done.model, done.simulated) == ("succeeded", "openai", FLARE, False)
    assert [asset.width for asset in done.shown_assets] == [768, 768]
    profile = ModelProfile.objects.get(model=FLARE)
    billed = sum((cost_of(profile, charge.usage) or Decimal(0) for charge in simulator.charges), Decimal(0))
    assert done.cost == paid() == billed > 0


def test_a_call_that_brings_several_images_is_entered_by_the_image_as_estimates_reckon(client_of, simulator):
    client, [photo] = client_of("editor"), photos(1)
    sent = client.post("/api/assets", {"file": photo}, format="multipart").json()["id"]
    done = begin(client, n=2, model=FLARE, references=[sent])
    [entry] = LedgerEntry.objects.all()
    assert (entry.quantity, entry.amount) == (2, done.cost)
    assert abs(2 * entry.unit_price - entry.amount) <= Decimal("0.000001")


@pytest.mark.parametrize("model", ["gpt-image-2", "gpt-image-2.5-flare", "gpt-image-2.6-sunburst", *GEMINI])
@pytest.mark.parametrize("aspect_ratio", ["1:1", "2:3"])
@pytest.mark.parametrize("quality", ["standard", "high"])
def test_what_a_batch_is_billed_lies_within_its_estimate(model, aspect_ratio, quality, client_of, simulator):
    base = {"brief": "a plain coat", "model": model, "aspect_ratio": aspect_ratio, "quality": quality}
    client = client_of("editor")
    told = made(client, {"base": base, "variations": 2})["estimate"]
    work_off_batches()
    profile = ModelProfile.objects.get(model=model)
    billed = sum((cost_of(profile, charge.usage) or Decimal(0) for charge in simulator.charges), Decimal(0))
    assert paid() == billed > 0
    assert Decimal(told["low"]) <= billed <= Decimal(told["high"]), told
    assert Decimal(told["high"]) <= 2 * billed  # a range that says something


@pytest.mark.parametrize("model", ["gpt-image-2", FLARE, *GEMINI])
@pytest.mark.parametrize("count", [0, 3])
def test_a_single_image_costs_no_more_than_the_most_that_was_shown_and_set_aside(model, count, client_of, simulator):
    client = client_of("editor")
    sent = [client.post("/api/assets", {"file": file}, format="multipart").json()["id"] for file in photos(count)]
    wish = {"brief": "a plain coat, " * 60, "n": 1, "model": model, "references": sent}
    told = client.post("/api/generations/preview", wish, format="json").json()["estimate"]
    done = begin(client, **wish, max_cost=told["most"])
    assert Decimal(0) < done.cost <= Decimal(told["most"]) <= 3 * done.cost
    assert Reservation.objects.get().amount == Decimal(told["most"])
    less = {**wish, "max_cost": str(Decimal(told["most"]) - Decimal("0.000001"))}
    refused = client.post("/api/generations", less, format="json")
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "max_cost")


@pytest.mark.parametrize("model", ["gpt-image-2", FLARE, *GEMINI])
def test_the_photos_that_are_sent_along_are_expected_to_cost_what_they_do(model, client_of, simulator):
    client = client_of("editor")
    sent = [client.post("/api/assets", {"file": file}, format="multipart").json()["id"] for file in photos(3)]
    wish = {"brief": "a plain coat", "n": 2, "model": model}
    told = [
        client.post("/api/generations/preview", {**wish, "references": some}, format="json").json()["estimate"]
        for some in (sent, [])
    ]
    done = begin(client, **wish, references=sent)
    without, expected = Decimal(told[1]["total"]), Decimal(told[0]["total"])
    rate = ModelPrice.objects.filter(model__model=model, unit="image_in").latest("valid_from").amount
    billed = rate * sum(charge.usage["image_in"] for charge in simulator.charges) / 1_000_000
    assert abs((expected - without) / billed - 1) < Decimal("0.3"), (told, billed)
    assert abs(expected / done.cost - 1) < Decimal("0.2"), (told, done.cost)


def test_what_a_teams_finer_images_have_cost_does_not_raise_the_most_of_a_draft(client_of, team, simulator):
    wish = {"brief": "a coat", "n": 1, "model": FLARE, "quality": "draft", "team": str(team.pk)}
    client = client_of("editor")
    before = client.post("/api/generations/preview", wish, format="json").json()["estimate"]["most"]
    facts = {"team": team, "kind": "generation", "provider": "openai", "model": FLARE, "quantity": 1, "attempt": 1}
    LedgerEntry.objects.bulk_create(
        LedgerEntry(**facts, job_id=uuid4(), unit_price=Decimal("0.2"), amount=Decimal("0.2"), subject=str(number))
        for number in range(costs.ENOUGH)
    )
    assert client.post("/api/generations/preview", wish, format="json").json()["estimate"]["most"] == before


@pytest.mark.parametrize("model", [FLARE, NANO])
def test_what_is_written_into_the_parts_of_a_prompt_counts_towards_the_most(model, client_of, simulator):
    edits = {f"part {number}": f"hem {number} of washed linen, " * 16 for number in range(40)}
    wish = {"brief": "a coat", "n": 1, "model": model, "part_edits": edits, "added_words": "and a wide belt " * 24}
    client = client_of("editor")
    told = client.post("/api/generations/preview", wish, format="json").json()["estimate"]
    done = begin(client, **wish, max_cost=told["most"])
    assert len(done.prompt) > 14_000
    assert Decimal(0) < done.cost <= Decimal(told["most"]), done.error
    assert Reservation.objects.get().amount == Decimal(told["most"])


def as_before_the_upgrade(row: Generation) -> None:
    """As it was written when only the estimate was worked out and set aside."""
    for later in ("most", "for_images", "for_reading"):
        del row.settings[later]
    row.save(update_fields=["settings"])
    if Reservation.objects.filter(state="open").update(amount=row.estimate, left=row.estimate):
        BudgetUse.objects.update(reserved=row.estimate)


def test_what_waited_through_the_upgrade_is_drawn_and_costs_what_it_costs(client_of, simulator):
    row = Generation.objects.get(pk=ask(client_of("editor"), n=1, model=FLARE).json()["id"])
    as_before_the_upgrade(row)
    work_off("interactive")
    row.refresh_from_db()
    assert (row.status, row.model, row.estimate) == ("succeeded", FLARE, Decimal("0.013")), row.error
    assert row.cost == paid() > 0
    assert BudgetUse.objects.get(scope="team").spent == paid() and invariants_hold()


def test_what_failed_before_the_upgrade_can_be_done_again(client_of, simulator):
    simulator.plan("openai", "bad_field", path="/images")
    row = begin(client_of("editor"), n=1, model=FLARE)
    assert row.error["code"] == "invalid_request"
    as_before_the_upgrade(row)
    with transaction.atomic():
        revive(row.job_id, ended=["failed"])
    row = try_again(row)
    assert (row.status, row.model, row.cost) == ("succeeded", FLARE, paid()), row.error


@pytest.mark.parametrize("model", ["gpt-image-2", FLARE, NANO])
def test_a_batchs_hard_budget_holds_though_each_image_is_billed_above_its_price(model, client_of, simulator):
    base = {"brief": "a plain coat with a very long description of its seams " * 20, "model": model}
    client = client_of("editor")
    told = client.post("/api/batch/estimate", {"plan": {"base": base}}, format="json").json()
    price = Decimal(client.post("/api/generations/preview", base, format="json").json()["estimate"]["total"])
    most = Decimal(client.post("/api/generations/preview", base, format="json").json()["estimate"]["most"])
    budget = max(most, 3 * price)
    row = made(client, {"base": base, "variations": 6}, budget=f"{budget:f}", parallelism=6)
    work_off_batches("io")
    work_off_batches()
    assert price < paid() <= budget
    assert Batch.objects.get(pk=row["id"]).reason["code"] == "budget"
    assert Decimal(told["cost"]["high"]) <= most


def test_a_photo_makes_one_edit_of_all_the_images(client_of, simulator):
    client = client_of("editor")
    file = SimpleUploadedFile("photo.png", images.encoded("PNG"), "image/png")
    photo = client.post("/api/assets", {"file": file}, format="multipart").json()["id"]
    done = begin(client, n=3, model=FLARE, references=[photo])
    assert (done.status, len(done.shown_assets)) == ("succeeded", 3)
    assert drawn(simulator) == ["/v1/images/edits"]
    assert simulator.calls[-1].fields()["n"] == "3"


def test_of_more_photos_than_a_model_takes_it_says_so_before_and_sends_and_records_those_it_takes(client_of, simulator):
    client = client_of("editor")
    sent = [client.post("/api/assets", {"file": file}, format="multipart").json()["id"] for file in photos(4)]
    wish = {"brief": "a coat", "n": 1, "model": "gemini-2.5-flash-image", "references": sent}
    (said,) = client.post("/api/generations/preview", wish, format="json").json()["estimate"]["warnings"]
    assert "takes 3 reference photos" in said
    done = begin(client, **wish)
    assert (done.status, simulator.charges[-1].usage["image_in"]) == ("succeeded", 3 * 1290)
    assert [asset.provenance["references"] for asset in done.shown_assets] == [sent[:3]]


@pytest.mark.parametrize(("brief", "warned"), [("a coat, no buttons", True), ("a coat with buttons", False)])
def test_what_a_brief_rules_out_is_told_where_the_model_takes_no_negative_prompt(brief, warned, client_of, simulator):
    wish = {"brief": brief, "n": 1, "model": FLARE}
    said = client_of("editor").post("/api/generations/preview", wish, format="json").json()["estimate"]["warnings"]
    assert [("no negative prompt" in each) for each in said] == [True] * warned


def test_google_draws_and_the_ledger_holds_what_its_tokens_cost(client_of, simulator):
    done = begin(client_of("editor"), n=2, model=NANO, aspect_ratio="3:4")
    assert (done.status, done.provider, len(done.shown_assets)) == ("succeeded", "google", 2)
    words = sum(charge.usage["text_in"] for charge in simulator.charges)
    drawn = sum(charge.usage["image_out"] for charge in simulator.charges)
    assert (drawn, done.cost) == (2 * 1120, paid())
    assert paid() == pytest.approx((60 * drawn + words / Decimal(2)) / 1_000_000, abs=Decimal("0.000002"))
    assert [asset.provenance["seed"] for asset in done.shown_assets] == ["not supported"] * 2


def test_a_pause_that_the_vendor_asks_for_is_waited_out_and_paid_once(client_of, simulator):
    simulator.plan("openai", "rate_limited", path="/images", retry_after=1)
    done = begin(client_of("editor"), n=1, model=FLARE)
    assert done.status == "running" and paid() == 0
    while done.status == "running":  # the vendor is left alone until its pause is over
        done = try_again(done)
    assert (done.status, len(drawn(simulator)), len(simulator.charges)) == ("succeeded", 2, 1)


def test_a_connection_that_breaks_leaves_an_unknown_outcome_and_nothing_is_paid_twice(client_of, simulator):
    simulator.plan("openai", "cut", path="/images")
    done = try_again(begin(client_of("editor"), n=1, model=FLARE))
    assert (done.status, done.error["code"]) == ("failed", "outcome_unknown")
    assert JobAttempt.objects.filter(outcome=AttemptOutcome.UNKNOWN).count() == 1
    assert (len(drawn(simulator)), len(simulator.charges), paid()) == (1, 1, 0)


def test_a_picture_that_was_bought_is_kept_and_paid_though_the_health_of_its_model_cannot_be_noted(
    client_of, simulator, monkeypatch
):
    def fails(*said: object) -> None:
        raise OperationalError("deadlock detected")

    monkeypatch.setattr(health, "note_success", fails)
    done = begin(client_of("editor"), n=2, model=NANO)
    assert (done.status, len(done.shown_assets), len(simulator.charges)) == ("succeeded", 2, 2)
    assert done.cost == paid() > 0 and not JobAttempt.objects.exclude(outcome=AttemptOutcome.SUCCEEDED).exists()
    assert invariants_hold()


def test_what_the_vendor_declines_is_told_in_words_with_a_way_out(client_of, simulator):
    simulator.plan("google", "moderated_output", path="image")
    done = begin(client_of("editor"), n=1, model=NANO)
    assert (done.status, done.error["code"]) == ("failed", "moderated") and paid() > 0
    assert done.error["remedy"]


@pytest.mark.parametrize(
    ("behaviour", "code", "words", "way_out"),
    [
        ("unauthorized", "auth", "OpenAI refused the key", "OPENAI_API_KEY"),
        ("quota", "quota_exhausted", "out of credit", "another model"),
        ("html", "provider_down", "OpenAI failed with status 502", "another model"),
        ("error_500", "provider_down", "OpenAI failed with status 500", "another model"),
        ("empty", "outcome_unknown", "OpenAI gave no usable answer", "not sent again"),
        ("corrupt", "outcome_unknown", "OpenAI gave no usable answer", "not sent again"),
        ("huge_json", "outcome_unknown", "OpenAI", "not sent again"),
        ("bad_field", "invalid_request", "OpenAI refused the request", "another model"),
        ("invalid_base64", "no_image", "no usable image", "another model"),
    ],
)
def test_whatever_goes_wrong_there_is_told_for_what_it_was_with_the_next_step(
    behaviour, code, words, way_out, client_of, simulator
):
    simulator.plan("openai", behaviour, times=0, path="/images")
    done = begin(client_of("editor"), n=1, model=FLARE)
    while done.status == "running":
        done = try_again(done)
    assert (done.status, done.error["code"]) == ("failed", code)
    assert words in done.error["message"] and way_out in done.error["remedy"]


def test_a_model_whose_key_was_just_refused_is_not_offered_and_why_is_told(client_of, simulator):
    simulator.plan("openai", "unauthorized", times=0, path="/images")
    client = client_of("editor")
    begin(client, n=1, model=FLARE)
    answer = ask(client, n=1, model=FLARE)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "model")
    assert f"{FLARE}: its key was refused; it is tried again in" in answer.json()["detail"]


def test_a_model_without_a_name_is_replaced_when_the_vendor_has_shut_it_down(client_of, simulator):
    simulator.plan("google", "retired", times=0, path="image")
    simulator.plan("openai", "retired", times=1, path="/images")
    done = begin(client_of("editor"), n=1, strategy="quality")
    assert (done.status, done.provider) == ("succeeded", "openai")
    assert done.fallbacks and done.fallbacks[0]["code"] == "model_retired"


@pytest.mark.parametrize(("provider", "model"), [("openai", FLARE), ("google", NANO)])
def test_a_chosen_model_that_the_vendor_has_shut_down_is_told_with_what_succeeds_it(
    provider, model, client_of, simulator
):
    after = ModelProfile.objects.get(provider="openai", model="gpt-image-2.6-sunburst")
    ModelProfile.objects.filter(model=model).update(successor=after)
    simulator.plan(provider, "retired", times=0, path="image")
    done = begin(client_of("editor"), n=1, model=model)
    assert (done.status, done.error["code"], done.fallbacks) == ("failed", "model_retired", [])
    assert f"Use {after.title} ($" in done.error["remedy"]


def test_a_wrong_address_ends_no_model_in_the_catalogue(client_of, simulator):
    simulator.plan("google", "html", times=0, path="image", status=404)
    done = begin(client_of("editor"), n=1, model=NANO)
    while done.status == "running":
        done = try_again(done)
    assert (done.status, done.error["code"]) == ("failed", "provider_down")
    assert not ModelProfile.objects.get(model=NANO).is_over(timezone.now().date())


def test_an_ended_family_is_refused_by_name_with_its_successor(client_of, simulator):
    answer = ask(client_of("editor"), n=1, model="dall-e-3")
    assert answer.status_code == 422 and "GPT Image 2.6 Flare" in answer.json()["remedy"]
    assert drawn(simulator) == []


def test_for_a_provider_that_is_down_another_provider_steps_in_before_its_own_other_models(client_of, simulator):
    simulator.plan("google", "unavailable", times=0, path="image")
    done = begin(client_of("editor"), n=1, strategy="quality")
    while done.status == "running":  # how long is waited in between is thrown
        done = try_again(done)
    assert (done.status, done.provider) == ("succeeded", "openai")
    assert [each["from"] for each in done.fallbacks] == ["google"]
