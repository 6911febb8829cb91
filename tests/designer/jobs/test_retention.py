"""What the queue forgets after 30 days, and what it may not."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from designer.jobs.models import Job, JobAttempt
from designer.jobs.retention import KEPT, purge_jobs
from designer.jobs.scheduler import DUTIES
from designer.jobs.services import enqueue

pytestmark = pytest.mark.django_db


def ended(status, age, **call):
    job = enqueue("t.none", {}, team_id=uuid.uuid4())
    Job.objects.filter(pk=job.pk).update(
        status=status, finished_at=timezone.now() - age, last_error={"code": "x", "message": "x"}
    )
    if call:
        JobAttempt.objects.create(job=job, number=1, provider="p", model="m", idempotency_key=str(job.pk), **call)
    return job.pk


@pytest.mark.parametrize("status", ["succeeded", "failed", "cancelled"])
def test_what_ended_thirty_days_ago_goes_with_its_settled_calls(status):
    old = ended(status, KEPT + timedelta(hours=1), outcome="succeeded")
    young = ended(status, KEPT - timedelta(hours=1))
    assert purge_jobs() == 1
    assert set(Job.objects.values_list("pk", flat=True)) == {young}
    assert not JobAttempt.objects.filter(job_id=old).exists()


def test_what_waits_for_a_replay_runs_or_may_have_been_paid_for_stays():
    long_ago = KEPT * 3
    waiting = enqueue("t.none", {}, team_id=uuid.uuid4()).pk
    kept = {ended("dead", long_ago), ended("failed", long_ago, outcome="unknown"), waiting}
    assert purge_jobs() == 0
    assert set(Job.objects.values_list("pk", flat=True)) == kept


def test_it_is_a_duty_of_the_scheduler():
    assert "designer.jobs.retention.purge_jobs" in DUTIES
