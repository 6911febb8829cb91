"""Answers without a picture: each ends its own image, the others are asked for, and nothing is asked without end."""

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from designer.catalogue.models import ModelPrice, ModelProfile
from designer.catalogue.services import cost_of
from designer.generations import costs, runner
from designer.generations.models import Stage
from designer.jobs.models import AttemptOutcome, JobAttempt
from designer.jobs.services import revive
from designer.ledger.models import LedgerEntry
from designer.providers import google, registry
from designer.providers.base import ProviderConfig
from designer.providers.remote import pictures as picture_checks
from tests.batches.asking import invariants_hold
from tests.contract.test_accounts import PRO, VENDORS, pictures, settled
from tests.contract.test_studio import FLARE, NANO, paid, photos
from tests.designer.generations.test_runner import try_again
from tests.simulators.providers.server import KEY, Simulator, in_base64, picture

pytestmark = pytest.mark.django_db(transaction=True)
TEXT_ONLY = {
    "candidates": [
        {"content": {"role": "model", "parts": [{"text": "I can only describe this coat."}]}, "finishReason": "STOP"}
    ],
    "usageMetadata": {"promptTokenCount": 8, "totalTokenCount": 8},
}
EMPTY = [
    ("google", NANO, "no_images", {}, "no_image", "returned no usable image."),
    ("google", NANO, "no_images", {"reason": "STOP"}, "no_image", "returned no usable image."),
    ("google", NANO, "no_images", {"reason": "MAX_TOKENS"}, "no_image", "It said: max tokens"),
    ("google", NANO, "ok", {"json": TEXT_ONLY}, "no_image", "I can only describe this coat."),
    ("google", NANO, "moderated_output", {}, "moderated", "declined to show it"),
    ("google", NANO, "wrong_media_type", {}, "no_image", "no usable image"),
    ("google", NANO, "invalid_base64", {}, "no_image", "no usable image"),
    ("stability", "core", "no_images", {}, "no_image", "no usable image"),
    ("stability", "core", "moderated_output", {}, "moderated", "withheld"),
    ("stability", "core", "invalid_base64", {}, "no_image", "no usable image"),
]
each_empty = pytest.mark.parametrize(("vendor", "model", "behaviour", "details", "code", "words"), EMPTY)


@pytest.fixture(autouse=True)
def set_up(simulator: Simulator, settings) -> Iterator[None]:
    settings.IMAGE_PROVIDERS = list(VENDORS)
    settings.LANGUAGE_PROVIDER = "local"
    registry.configure({name: ProviderConfig(api_key=KEY, base_url=simulator.url(name)) for name in VENDORS})
    yield
    registry.configure(settings.PROVIDERS)


@each_empty
def test_an_answer_without_a_picture_ends_that_image_and_the_others_are_made(
    vendor, model, behaviour, details, code, words, client_of, simulator
):
    simulator.plan(vendor, behaviour, path="image", **details)
    done = settled(client_of("editor"), n=3, model=model, aspect_ratio="1:1")
    assert (done.status, len(done.shown_assets), pictures(simulator, vendor)) == ("partial", 2, 3)
    assert done.error["code"] == code and done.error["remedy"]
    assert "1 of 3 images did not come." in done.error["message"] and words in done.error["message"]
    assert not re.search(r"[A-Z]{4}|It said: *$", done.error["message"]), "the vendor's codes are no words"
    assert sorted(JobAttempt.objects.values_list("outcome", flat=True)) == ["failed", "succeeded", "succeeded"]
    assert done.cost == paid() == billed(simulator) + told(details, 1) > 0
    assert invariants_hold()


@each_empty
def test_where_none_comes_it_has_failed_with_the_reason(
    vendor, model, behaviour, details, code, words, client_of, simulator
):
    simulator.plan(vendor, behaviour, times=0, path="image", **details)
    done = settled(client_of("editor"), n=2, model=model, aspect_ratio="1:1")
    assert (done.status, done.error["code"], pictures(simulator, vendor)) == ("failed", code, 2)
    assert done.error["message"].count(words) == 1 and "2 of 2 images did not come." in done.error["message"]
    assert (done.cost or 0) == paid() == billed(simulator) + told(details, 2)
    assert invariants_hold()


def test_after_three_empty_answers_in_a_row_no_more_are_asked_for(client_of, simulator):
    simulator.plan("google", "no_images", times=0, path="image")
    done = settled(client_of("editor"), n=8, model=NANO)
    assert (done.status, pictures(simulator, "google")) == ("failed", 3)
    assert "the other 5 were not asked for" in done.error["message"]


def test_a_picture_in_between_begins_the_count_anew(client_of, simulator):
    for behaviour in ("no_images", "no_images", "ok", "no_images", "no_images", "ok"):
        simulator.plan("google", behaviour, path="image")
    done = settled(client_of("editor"), n=6, model=NANO)
    assert (done.status, len(done.shown_assets), pictures(simulator, "google")) == ("partial", 2, 6)


@pytest.mark.parametrize(("vendor", "model"), [("google", NANO), ("stability", "core"), ("openai", FLARE)])
def test_a_prompt_that_was_refused_is_not_sent_again(vendor, model, client_of, simulator):
    simulator.plan(vendor, "moderated", times=0, path="image")
    done = settled(client_of("editor"), n=3, model=model, aspect_ratio="1:1")
    assert (done.status, done.error["code"], pictures(simulator, vendor)) == ("failed", "moderated", 1)
    assert (paid() > 0) is (vendor == "google")  # which alone counts the words that it declines
    assert (done.cost or 0) == paid() == billed(simulator) and invariants_hold()
    assert not LedgerEntry.objects.filter(quantity__gt=0).exists(), "no picture's price is known from it"


def test_an_empty_list_for_several_in_one_call_is_asked_for_once(client_of, simulator):
    client, [photo] = client_of("editor"), photos(1)
    sent = client.post("/api/assets", {"file": photo}, format="multipart").json()["id"]
    simulator.plan("openai", "no_images", times=0, path="/images")
    done = settled(client, n=3, model=FLARE, references=[sent])
    assert (done.status, done.error["code"], pictures(simulator, "openai")) == ("failed", "no_image", 1)


def test_what_is_absent_is_not_asked_for_again_by_a_later_try_of_the_same_job(client_of, simulator):
    simulator.plan("google", "no_images", path="image")
    simulator.plan("google", "unavailable", path="image")
    row = settled(client_of("editor"), n=3, model=NANO)
    assert JobAttempt.objects.filter(outcome=AttemptOutcome.FAILED).count() == 2
    assert (row.status, len(row.shown_assets), pictures(simulator, "google")) == ("partial", 2, 4)


def test_done_again_it_asks_for_the_image_that_is_missing(client_of, simulator):
    simulator.plan("google", "moderated_output", path="image")
    row = settled(client_of("editor"), n=2, model=NANO)
    assert (row.status, len(row.shown_assets)) == ("partial", 1)
    before = paid()
    with transaction.atomic():
        revive(row.job_id, ended=["failed"])
    row = try_again(row)
    while row.status == "running":
        row = try_again(row)
    assert (row.status, len(row.shown_assets), pictures(simulator, "google")) == ("succeeded", 2, 3)
    assert before < paid() == row.cost and not JobAttempt.objects.filter(outcome=AttemptOutcome.UNKNOWN).exists()


def test_what_images_of_no_use_cost_is_remembered_where_the_wish_is_planned_anew(client_of, simulator):
    simulator.plan("stability", "invalid_base64", times=0, path="image")
    row = settled(client_of("editor"), n=2, model="core", aspect_ratio="1:1")
    spent = row.cost
    assert (row.status, row.provider) == ("failed", "stability") and spent == paid() > 0
    with transaction.atomic():
        revive(row.job_id, ended=["failed"])
    row.refresh_from_db()
    assert (row.status, row.model, runner.has_order(row)) == ("queued", "", False)
    assert costs.left_of_shown(row) == spent and invariants_hold()
    assert row.stages.get(name=Stage.GENERATION).cost == spent
    simulator.reset()
    row = try_again(row)
    assert (row.status, len(row.shown_assets), row.cost) == ("succeeded", 2, paid()) and row.cost > spent
    assert invariants_hold()


def test_where_enough_came_for_the_best_of_them_to_be_shown_nothing_is_missing(client_of, simulator):
    simulator.plan("google", "no_images", path="image")
    done = settled(client_of("editor"), n=2, best_of=4, model=NANO)
    assert (done.status, len(done.shown_assets), done.error) == ("succeeded", 2, None)


def billed(simulator: Simulator) -> Decimal:
    """The vendors' own bills at the catalogue's prices: by tokens where they count them, else by the picture."""
    total = Decimal(0)
    for charge in simulator.charges:
        profile = ModelProfile.objects.get(model=charge.model)
        spent = cost_of(profile, charge.usage) if charge.usage else None
        each = ModelPrice.objects.filter(model=profile, unit="image").order_by("-valid_from").values_list("amount")[0]
        total += each[0] * charge.images if spent is None else spent
    return total


def told(details: dict[str, Any], times: int) -> Decimal:
    """What the answers that are told word for word say of their tokens, for which the simulator sends no bill."""
    words = details["json"]["usageMetadata"]["promptTokenCount"] if "json" in details else 0
    return times * (cost_of(ModelProfile.objects.get(model=NANO), {"text_in": words}) or Decimal(0))


@pytest.mark.parametrize("behaviour", ["invalid_base64", "wrong_media_type", "no_images"])
@pytest.mark.parametrize("times", [1, 0])
@pytest.mark.parametrize("model", ["core", "sd3.5-large"])
def test_a_picture_that_was_billed_and_is_of_no_use_stands_in_the_ledger(behaviour, times, model, client_of, simulator):
    simulator.plan("stability", behaviour, times=times, path="image")
    done = settled(client_of("editor"), n=2, model=model, aspect_ratio="1:1")
    assert done.status == ("partial" if times else "failed") and len(simulator.charges) == 2
    assert done.cost == paid() == billed(simulator) > 0
    failed = JobAttempt.objects.filter(outcome=AttemptOutcome.FAILED)
    steps = set(failed.values_list("step", flat=True))
    assert steps <= set(LedgerEntry.objects.values_list("step", flat=True)) and len(steps) == (1 if times else 2)
    assert invariants_hold()


def test_a_picture_too_large_to_be_kept_was_billed_as_well(client_of, simulator, monkeypatch):
    monkeypatch.setattr(picture_checks, "MAX_PIXELS", 1000)
    done = settled(client_of("editor"), n=1, model="core", aspect_ratio="1:1")
    assert (done.status, done.error["code"]) == ("failed", "no_image")
    assert done.cost == paid() == billed(simulator) > 0


@pytest.mark.parametrize("behaviour", ["invalid_base64", "wrong_media_type"])
@pytest.mark.parametrize(("vendor", "model"), [("openai", FLARE), ("google", NANO)])
def test_where_tokens_are_billed_such_a_picture_costs_its_tokens_once(behaviour, vendor, model, client_of, simulator):
    simulator.plan(vendor, behaviour, path="image")
    done = settled(client_of("editor"), n=1, model=model)
    assert (done.status, LedgerEntry.objects.get().quantity) == ("failed", 1)
    assert done.cost == paid() == billed(simulator) > 0


@pytest.mark.parametrize("model", [NANO, PRO])
@pytest.mark.parametrize("n", [1, 8])
def test_a_picture_that_was_drawn_and_withheld_is_paid_for_each_time(n, model, client_of, simulator):
    simulator.plan("google", "moderated_output", times=0, path="image")
    done = settled(client_of("editor"), n=n, model=model, aspect_ratio="1:1")
    assert (done.status, pictures(simulator, "google")) == ("failed", min(n, 3))
    entries = LedgerEntry.objects.all()
    assert [(each.quantity, each.simulated) for each in entries] == [(1, False)] * min(n, 3)
    assert done.cost == paid() == billed(simulator) > 0 and invariants_hold()


def inline(data: object) -> dict[str, Any]:
    return {"inlineData": {"mimeType": "image/png", "data": data}}


@pytest.mark.parametrize(
    ("broken", "signed"),
    [
        ({**inline("%%% no base64 é %%%"), "thoughtSignature": "AAAA"}, {}),
        (inline(7), {}),
        ({"text": "Here it is.", "thoughtSignature": "%%% é %%%"}, {}),
        ({"text": "Here it is."}, {"thoughtSignature": "%%% é %%%"}),
    ],
)
def test_what_cannot_be_decoded_does_not_take_along_the_picture_beside_it(broken, signed, client_of, simulator):
    good = {**inline(in_base64(picture(896, 1200, 1))), **signed}
    content = {"role": "model", "parts": [broken, good]}
    made = [{"modality": "IMAGE", "tokenCount": 1120}]
    usage = {"promptTokenCount": 8, "candidatesTokenCount": 1120, "candidatesTokensDetails": made}
    told = {"candidates": [{"content": content, "finishReason": "STOP"}], "usageMetadata": usage}
    simulator.plan("google", "ok", path="image", json=told)
    done = settled(client_of("editor"), n=1, model=NANO, aspect_ratio="3:4")
    assert (done.status, len(done.shown_assets), pictures(simulator, "google")) == ("succeeded", 1, 1)
    assert done.cost == paid() == cost_of(ModelProfile.objects.get(model=NANO), {"text_in": 8, "image_out": 1120})


def test_what_google_calls_data_in_an_error_stays_as_it_said_it():
    said = {"error": {"code": 400, "details": [{"data": "no base64: é", "reason": "API_KEY_INVALID"}]}}
    assert json.loads(google._readable(json.dumps(said).encode())) == said


def test_one_that_is_withheld_where_nobody_bills_it_costs_nothing(client_of, simulator):
    simulator.plan("stability", "moderated_output", path="image")
    settled(client_of("editor"), n=1, model="core", aspect_ratio="1:1")
    assert paid() == billed(simulator) == 0
