"""Two who steer one batch at the same moment, each in a transaction of a connection of its own."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, transaction

from batches import feeding, steering
from batches.models import Batch
from designer.providers.base import Moderated
from tests import scripted
from tests.batches.asking import invariants_hold, look, made, plan, statuses, work_off
from tests.work import somebody_waits

pytestmark = pytest.mark.django_db(transaction=True)
THREE = {"base": {"brief": "a coat", "provider": "scripted", "model": "one"}, "variations": 3}


@pytest.fixture
def beside():
    """Begin a request on another connection; it is answered, or waits for what this one holds. Its result, later."""

    def answered(ask):
        try:
            return ask().status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:

        def begin(ask):
            outcome = pool.submit(answered, ask)
            while not outcome.done() and not somebody_waits():
                time.sleep(0.01)
            return outcome

        yield begin


@pytest.fixture
def half_failed(client_of, drawn):
    """A batch of three in turn, of which the second failed and the third is still to come."""
    drawn.answers.extend([scripted.GOOD, Moderated("No."), scripted.GOOD, scripted.GOOD])
    client = client_of("editor")
    pk = made(client, THREE, parallelism=1)["id"]
    for lane in ("io", "batch", "io", "batch"):
        work_off(lane)
    assert statuses(pk) == {"waiting": 1, "succeeded": 1, "failed": 1}
    return client, pk


def test_a_retry_beside_the_end_of_the_last_item_opens_the_batch_again(half_failed, beside, monkeypatch):
    client, pk = half_failed
    real = feeding.close
    asked: list[Any] = []

    def close_beside(row):
        real(row)
        if not asked:
            asked.append(beside(lambda: client.post(f"/api/batch/{pk}/retry")))

    monkeypatch.setattr(feeding, "close", close_beside)
    work_off()
    assert asked[0].result(30) == 202
    work_off()
    assert (look(client, pk)["status"], statuses(pk)) == ("completed", {"succeeded": 3})
    assert invariants_hold()


def test_what_is_retried_while_its_batch_is_cancelled_is_cancelled_too(half_failed, beside):
    client, pk = half_failed
    with transaction.atomic():
        steering.retry(actor=client.user, batch_id=pk)
        cancelled = beside(lambda: client.delete(f"/api/batch/{pk}"))
        assert not cancelled.done()
    assert cancelled.result(30) == 202
    assert (look(client, pk)["status"], statuses(pk)) == ("cancelled", {"succeeded": 1, "cancelled": 2})
    work_off()
    assert invariants_hold()


def test_a_retry_that_waited_for_a_cancel_is_refused_and_leaves_nothing_waiting(half_failed, beside):
    client, pk = half_failed
    with transaction.atomic():
        steering.cancel(actor=client.user, batch_id=pk)
        retried = beside(lambda: client.post(f"/api/batch/{pk}/retry"))
        assert not retried.done()
    assert retried.result(30) == 409
    assert statuses(pk) == {"succeeded": 1, "failed": 1, "cancelled": 1}
    assert invariants_hold()


def test_a_pause_that_is_over_before_all_is_held_back_holds_nothing_back(client_of, beside, monkeypatch):
    client = client_of("editor")
    pk = made(client, plan(variations=3))["id"]
    work_off("io")
    real, calls = steering.hold_back, []

    def resumed_meanwhile(jobs):
        calls.append(jobs)
        if len(calls) == 2:  # the second look, after the pause was committed
            assert beside(lambda: client.post(f"/api/batch/{pk}/resume")).result(30) == 202
        return real(jobs)

    monkeypatch.setattr(steering, "hold_back", resumed_meanwhile)
    assert client.post(f"/api/batch/{pk}/pause").status_code == 202
    assert len(calls) == 2 and Batch.objects.get(pk=pk).status == "running"
    assert invariants_hold()
    work_off()
    assert (look(client, pk)["status"], statuses(pk)) == ("completed", {"succeeded": 3})
