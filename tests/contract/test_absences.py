"""Answers without a picture: each ends its own image, the others are asked for, and nothing is asked without end."""

from collections.abc import Iterator

import pytest
from django.db import transaction

from designer.jobs.models import AttemptOutcome, JobAttempt
from designer.jobs.services import revive
from designer.providers import registry
from designer.providers.base import ProviderConfig
from tests.batches.asking import invariants_hold
from tests.contract.test_accounts import VENDORS, pictures
from tests.contract.test_studio import FLARE, NANO, begin, paid
from tests.designer.generations.test_runner import try_again
from tests.simulators.providers.server import KEY, Simulator

pytestmark = pytest.mark.django_db(transaction=True)
TEXT_ONLY = {
    "candidates": [
        {"content": {"role": "model", "parts": [{"text": "I can only describe this coat."}]}, "finishReason": "STOP"}
    ],
    "usageMetadata": {"promptTokenCount": 8, "totalTokenCount": 8},
}
EMPTY = [
    ("google", NANO, "no_images", {}, "no_image", "It said: NO_IMAGE"),
    ("google", NANO, "ok", {"json": TEXT_ONLY}, "no_image", "I can only describe this coat."),
    ("google", NANO, "moderated_output", {}, "moderated", "declined to show it"),
    ("google", NANO, "wrong_media_type", {}, "no_image", "no usable image"),
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
    done = begin(client_of("editor"), n=3, model=model, aspect_ratio="1:1")
    assert (done.status, len(done.shown_assets), pictures(simulator, vendor)) == ("partial", 2, 3)
    assert done.error["code"] == code and done.error["remedy"]
    assert "1 of 3 images did not come." in done.error["message"] and words in done.error["message"]
    assert sorted(JobAttempt.objects.values_list("outcome", flat=True)) == ["failed", "succeeded", "succeeded"]
    assert invariants_hold()


@each_empty
def test_where_none_comes_it_has_failed_with_the_reason(
    vendor, model, behaviour, details, code, words, client_of, simulator
):
    simulator.plan(vendor, behaviour, times=0, path="image", **details)
    done = begin(client_of("editor"), n=2, model=model, aspect_ratio="1:1")
    assert (done.status, done.error["code"], pictures(simulator, vendor)) == ("failed", code, 2)
    assert done.error["message"].count(words) == 1 and "2 of 2 images did not come." in done.error["message"]
    assert invariants_hold()


def test_after_three_empty_answers_in_a_row_no_more_are_asked_for(client_of, simulator):
    simulator.plan("google", "no_images", times=0, path="image")
    done = begin(client_of("editor"), n=8, model=NANO)
    assert (done.status, pictures(simulator, "google")) == ("failed", 3)
    assert "the other 5 were not asked for" in done.error["message"]


def test_a_picture_in_between_begins_the_count_anew(client_of, simulator):
    for behaviour in ("no_images", "no_images", "ok", "no_images", "no_images", "ok"):
        simulator.plan("google", behaviour, path="image")
    done = begin(client_of("editor"), n=6, model=NANO)
    assert (done.status, len(done.shown_assets), pictures(simulator, "google")) == ("partial", 2, 6)


@pytest.mark.parametrize(("vendor", "model"), [("google", NANO), ("stability", "core"), ("openai", FLARE)])
def test_a_prompt_that_was_refused_is_not_sent_again(vendor, model, client_of, simulator):
    simulator.plan(vendor, "moderated", times=0, path="image")
    done = begin(client_of("editor"), n=3, model=model, aspect_ratio="1:1")
    assert (done.status, done.error["code"], pictures(simulator, vendor)) == ("failed", "moderated", 1)


def test_an_empty_list_for_several_in_one_call_is_asked_for_once(client_of, simulator):
    simulator.plan("openai", "no_images", times=0, path="/images")
    done = begin(client_of("editor"), n=3, model=FLARE, exact=True)
    assert (done.status, done.error["code"], pictures(simulator, "openai")) == ("failed", "no_image", 1)


def test_what_is_absent_is_not_asked_for_again_by_a_later_try_of_the_same_job(client_of, simulator):
    simulator.plan("google", "no_images", path="image")
    simulator.plan("google", "unavailable", path="image")
    row = begin(client_of("editor"), n=3, model=NANO)
    assert (row.status, pictures(simulator, "google")) == ("running", 2)
    row = try_again(row)
    assert (row.status, len(row.shown_assets), pictures(simulator, "google")) == ("partial", 2, 4)


def test_done_again_it_asks_for_the_image_that_is_missing(client_of, simulator):
    simulator.plan("google", "moderated_output", path="image")
    row = begin(client_of("editor"), n=2, model=NANO)
    assert (row.status, len(row.shown_assets)) == ("partial", 1)
    before = paid()
    with transaction.atomic():
        revive(row.job_id, ended=["failed"])
    row = try_again(row)
    assert (row.status, len(row.shown_assets), pictures(simulator, "google")) == ("succeeded", 2, 3)
    assert before < paid() == row.cost and not JobAttempt.objects.filter(outcome=AttemptOutcome.UNKNOWN).exists()


def test_where_enough_came_for_the_best_of_them_to_be_shown_nothing_is_missing(client_of, simulator):
    simulator.plan("google", "no_images", path="image")
    done = begin(client_of("editor"), n=2, best_of=4, model=NANO)
    assert (done.status, len(done.shown_assets), done.error) == ("succeeded", 2, None)
