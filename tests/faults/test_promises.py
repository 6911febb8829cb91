"""The queue's promises in small numbers; `python -m tests.faults.run --full` plays them at full size."""

from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import pytest
from celery import Celery

from designer.jobs.bell import WAKE
from designer.jobs.models import Job, JobStatus
from designer.ledger.models import LedgerEntry
from tests.faults import promises
from tests.faults.conftest import LEASE
from tests.faults.kit import ended, until

pytestmark = pytest.mark.fault


def test_no_accepted_job_is_lost_or_done_twice_whatever_dies(cast):
    figures = promises.no_job_is_lost(
        cast.stage, cast.client, cast.workers, cast.scheduler, jobs=80, seed=1, faults=8, frozen=LEASE + 2
    )
    assert (figures["lost"], figures["duplicated"], figures["without_effect"]) == (0, 0, 0), figures
    assert set(figures["states"]) == {JobStatus.SUCCEEDED}, figures
    assert figures["broken_invariants"] == {}
    assert figures["accepted"] > 50


def test_a_dead_workers_job_runs_again_after_its_lease_and_one_sweep(cast):
    figures = promises.dead_workers_job_runs_again(cast.stage, cast.client, cast.workers, kills=1, lease=LEASE)
    assert figures["jobs_held"] >= 1


def test_no_crash_at_any_step_of_a_paid_call_bills_twice_or_hides_a_charge(cast):
    figures = promises.never_billed_twice(cast.stage, cast.client, rounds=1)
    for idempotency in ("key", "lookup", "none"):
        found = figures[idempotency]
        assert (found["double"], Decimal(found["difference"])) == (0, 0), figures
    assert figures["key"]["unknown"] == figures["lookup"]["unknown"] == 0, figures
    assert figures["key"]["ledger"] == figures["lookup"]["ledger"] == len(promises.CRASHES), figures
    assert figures["none"]["unknown"] > 0, figures
    assert figures["broken_invariants"] == {}


def test_a_worker_that_was_frozen_past_its_lease_changes_nothing_when_it_wakes(cast):
    figures = promises.zombies_write_nothing(cast.stage, cast.client, rounds=2)
    assert figures == {"promise": 4, "zombies": 2, "rows_changed": 0, "effects_doubled": 0}


def test_a_job_committed_by_a_web_node_that_died_at_once_is_done_and_a_rolled_back_one_never_was(cast):
    figures = promises.committed_is_queued(cast.stage, cast.client, rounds=5)
    assert (figures["killed_before_wake"], figures["rolled_back"], figures["ghosts"]) == (5, 5, 0), figures


def test_flushing_and_losing_redis_costs_no_job_and_no_request(cast):
    figures = promises.redis_is_disposable(cast.stage, cast.client, seconds=3, flush_every=1, off=5, order_every=0.3)
    assert (figures["lost"], figures["errors"]) == (0, 0), figures
    asked = figures["http"]
    assert (asked["no_answer_or_5xx"], asked["orders_lost"]) == (0, 0), figures
    assert asked["orders_while_away"] > 0 and set(asked["answers"]) == {"order 202", "look 200", "page 200"}, figures


class Planted:
    """Pickled: whoever loads it makes a file."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (Path.touch, (self.path,))


def test_doubled_and_forged_wake_ups_do_nothing_and_a_pickled_one_is_not_read(cast, tmp_path):
    bell, planted = Celery(broker=cast.stage.valkey.url), tmp_path / "planted"
    before = {worker.name: worker.log.read_text().count("Traceback") for worker in cast.workers}
    for lane in ["interactive"] * 100 + ["gpu", "no such lane", str(uuid4()), "", None, 7, ["io"], {"io": 1}] * 3:
        bell.send_task(WAKE, args=[lane], queue="interactive", ignore_result=True)
    job_id = cast.stage.sure(cast.client, "faults.effect")
    alien = cast.stage.sure(cast.client, "faults.effect", lane="batch")  # which none of these workers serves
    bell.send_task(WAKE, args=["batch"], queue="interactive", ignore_result=True)
    until(ended([job_id]), 60)
    until(lambda: cast.stage.unread("interactive") == 0, 60)
    assert before == {worker.name: worker.log.read_text().count("Traceback") for worker in cast.workers}
    bell.send_task(WAKE, args=[Planted(planted)], queue="interactive", serializer="pickle", ignore_result=True)
    again = cast.stage.sure(cast.client, "faults.effect")
    until(ended([again]), 60)
    until(lambda: any("pickle" in worker.log.read_text() for worker in cast.workers), 60)
    assert not planted.exists()
    assert list(Job.objects.filter(pk__in=[job_id, again]).values_list("status", "attempts")) == [("succeeded", 1)] * 2
    assert LedgerEntry.objects.filter(job_id__in=[job_id, again]).count() == 2
    assert Job.objects.get(pk=alien).status == JobStatus.QUEUED
    cast.client.ask(do="cancel", job_id=alien)


def test_a_poison_job_kills_three_workers_at_most_and_leaves_the_others_alone(cast):
    figures = promises.poison_is_isolated(cast.stage, cast.client, good=40)
    assert figures["good_done"] == 40
    assert max(figures["deaths"].values()) <= 3
    assert set(figures["states"].values()) == {JobStatus.DEAD}
    assert figures["reasons"]["faults.poison"] == "worker_died"


def test_cancelling_stops_running_work_in_every_lane_without_a_charge(cast):
    figures = promises.cancel_is_quick(cast.stage, cast.client, rounds=3)
    assert (figures["cancelled"], figures["charges_after_cancel"]) == (3, 0)
