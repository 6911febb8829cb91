import time
import uuid
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.db.models.functions import Now

from designer.jobs import claims, scheduler
from designer.jobs.models import Job, PeriodicSlot, SchedulerBeat
from designer.jobs.services import enqueue, request_cancel

pytestmark = pytest.mark.django_db


def let_the_lease_run_out(job: Job) -> None:
    Job.objects.filter(pk=job.pk).update(lease_expires_at=Now() - timedelta(seconds=1))


def test_a_dead_workers_job_goes_back_to_the_queue_and_the_death_is_counted(team_id):
    job = enqueue("t.none", {}, team_id=team_id)
    claims.claim("interactive", "w1")
    scheduler.sweep()
    job.refresh_from_db()
    assert (job.status, job.deaths) == ("leased", 0)
    let_the_lease_run_out(job)
    scheduler.sweep()
    job.refresh_from_db()
    assert (job.status, job.deaths, job.worker) == ("queued", 1, "")


def test_a_job_that_killed_three_workers_is_dead_and_says_so(kinds, team_id):
    ends = []
    kinds.finishes("t.poison")(lambda job, status, error: ends.append((status, error["code"])))
    job = enqueue("t.poison", {}, team_id=team_id)
    for _ in range(3):
        assert claims.claim("interactive", "w1")
        let_the_lease_run_out(job)
        scheduler.sweep()
    job.refresh_from_db()
    assert (job.status, job.deaths, ends) == ("dead", 3, [("dead", "worker_died")])
    assert claims.claim("interactive", "w1") is None


def test_a_job_whose_worker_died_after_the_cancel_is_not_run_again(team_id):
    job = enqueue("t.none", {}, team_id=team_id)
    claims.claim("interactive", "w1")
    request_cancel(job.pk)
    let_the_lease_run_out(job)
    scheduler.sweep()
    job.refresh_from_db()
    assert job.status == "cancelled"


def test_a_duty_runs_once_in_each_slot_whoever_leads(monkeypatch):
    runs = []
    monkeypatch.setattr(scheduler, "DUTIES", {"t": scheduler.Periodic(3600, lambda: runs.append(1))})
    scheduler.run_duties()
    scheduler.run_duties()
    assert len(runs) == 1
    PeriodicSlot.objects.update(slot=1)
    scheduler.run_duties()
    assert len(runs) == 2


def test_a_duty_that_fails_does_not_stop_the_others(monkeypatch):
    runs = []

    def broken() -> None:
        raise RuntimeError

    duties = {"a": scheduler.Periodic(60, broken), "b": scheduler.Periodic(60, lambda: runs.append(1))}
    monkeypatch.setattr(scheduler, "DUTIES", duties)
    scheduler.run_duties()
    assert runs == [1]


@pytest.mark.django_db(transaction=True)
def test_one_of_two_schedulers_leads_and_the_other_takes_over_when_it_goes():
    first, second = scheduler.Scheduler(), scheduler.Scheduler()
    try:
        assert not scheduler.scheduler_is_alive()
        first.tick()
        second.tick()
        assert (first.leading, second.leading) == (True, False)
        assert scheduler.scheduler_is_alive()
        first.resign()
        second.tick()
        assert second.leading
    finally:
        first.resign()
        second.resign()


@pytest.mark.django_db(transaction=True)
def test_a_leader_that_froze_loses_its_lock_and_notices():
    first, second = scheduler.Scheduler(), scheduler.Scheduler()
    try:
        first.tick()
        SchedulerBeat.objects.update(beat_at=Now() - timedelta(seconds=60))
        assert not scheduler.scheduler_is_alive()
        for _ in range(100):  # the server ends a connection in its own time
            second.tick()
            if second.leading:
                break
            time.sleep(0.05)
        assert second.leading
        first.tick()
        assert not first.leading
    finally:
        first.resign()
        second.resign()


@pytest.mark.django_db(transaction=True)
def test_the_sweep_passes_over_a_result_that_is_just_being_written():
    job = enqueue("t.none", {}, team_id=uuid.uuid4())
    claims.claim("interactive", "w1")
    let_the_lease_run_out(job)
    writer = connections.create_connection("default")
    try:
        writer.set_autocommit(False)
        with writer.cursor() as cursor:
            cursor.execute("SELECT 1 FROM job_queue WHERE id = %s FOR UPDATE", [job.pk])
        scheduler.sweep()
        job.refresh_from_db()
        assert job.status == "leased"
    finally:
        writer.rollback()
        writer.close()
        connection.close()
