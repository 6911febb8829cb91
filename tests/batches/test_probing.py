"""A rest that a person ends by resuming, and who waits for a rest though nobody has chosen a model for it yet."""

from decimal import Decimal

import pytest
from django.utils import timezone

from batches.models import BatchItem
from batches.tasks import look_after
from designer.catalogue.models import ModelPrice, ModelProfile
from designer.providers.base import AuthFailed
from tests import scripted, work
from tests.batches.asking import drawn_plan, invariants_hold, items, look, made, statuses, work_off
from tests.batches.test_resting import rests, works
from tests.batches.test_steering import do

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("began", [True, False])
def test_a_batch_that_is_resumed_tries_its_resting_model_at_once_and_with_one_item(began, client_of, drawn):
    client = client_of("editor")
    pk = made(client, drawn_plan(variations=3), parallelism=3)["id"]
    if began:
        work.work_off("io")
        drawn.answers = [AuthFailed("No such key.")]
        work.work_off("batch")
        look_after()
    rests("scripted", "auth")
    work_off()
    before = len(drawn.asked)
    assert (look(client, pk)["reason"]["code"], statuses(pk)) == ("unhealthy", {"waiting": 3})
    drawn.answers = [AuthFailed("Still none.")]
    assert do(client, pk, "resume").json()["status"] == "running"
    work_off()
    told = look(client, pk)
    assert (told["status"], told["reason"]["code"], len(drawn.asked)) == ("paused", "unhealthy", before + 1)
    assert statuses(pk) == {"waiting": 3} and "resume: it is tried at once" in told["reason"]["remedy"]
    drawn.answers = [scripted.GOOD] * 3
    do(client, pk, "resume")
    work.work_off("io")
    assert statuses(pk) == {"queued": 1, "waiting": 2} or (began and statuses(pk)["waiting"] == 2)
    work_off()
    assert (look(client, pk)["status"], len(drawn.asked)) == ("completed", before + 4) and invariants_hold()


def test_a_resume_wakes_no_model_that_the_batch_does_not_wait_for(client_of, drawn, monkeypatch):
    with scripted.scripted(monkeypatch, scripted.Other):
        client = client_of("editor")
        pk = made(client, drawn_plan())["id"]
        rests("scripted", "auth")
        rests("other", "auth")
        work_off()
        drawn.answers = [scripted.GOOD]
        do(client, pk, "resume")
        work_off()
        assert look(client, pk)["status"] == "completed"
        others = {"brief": "a coat", "provider": "other", "model": "one"}
        assert client.post("/api/generations", others, format="json").json()["code"] == "unhealthy"


def test_an_item_in_the_queue_without_a_model_yet_goes_to_another_than_the_planned_one(client_of, drawn):
    facts = {"provider": "scripted", "model": "two", "family": "scripted", "title": "Two", "ratios": ["3:4"]}
    other = ModelProfile.objects.create(**facts, quality=0.3)
    ModelPrice.objects.create(model=other, valid_from=timezone.now().date(), amount=Decimal("0.04"))
    said = {"base": {"brief": "a coat", "provider": "scripted"}, "variations": 2}
    pk = made(client_of("editor"), said, parallelism=2)["id"]
    work.work_off("io")
    assert set(BatchItem.objects.values_list("model", flat=True)) == {"one"}
    rests("scripted", "provider_down")
    look_after()
    drawn.answers = [scripted.GOOD] * 2
    work_off()
    assert (statuses(pk), [request.model for request, *_ in drawn.asked]) == ({"succeeded": 2}, ["two", "two"])
    assert invariants_hold()


def test_items_that_any_model_may_make_give_their_places_to_others_while_all_of_them_rest(
    client_of, drawn, monkeypatch
):
    with scripted.scripted(monkeypatch, scripted.Other):
        client = client_of("editor")
        free, drawing = {"brief": "a coat"}, {"brief": "a cape", "model": "sketchbook-1"}
        pk = made(client, {"rows": [free, free, drawing, drawing], "duplicates": "keep"}, parallelism=2)["id"]
        work.work_off("io")
        for provider in ("scripted", "other"):
            rests(provider, "provider_down")
        work.work_off("batch")
        assert statuses(pk) == {"running": 2, "waiting": 2}
        look_after()
        work_off()
        assert [each["status"] for each in items(client, pk)] == ["waiting"] * 2 + ["succeeded"] * 2
        for provider, kind in (("scripted", drawn), ("other", scripted.Other)):
            works(provider)
            kind.answers = [scripted.GOOD] * 2
        look_after()
        work_off()
        assert look(client, pk)["status"] == "completed" and invariants_hold()
