from datetime import timedelta
from decimal import Decimal

import pytest
from django.db.models.functions import Now

from designer.jobs import claims, scheduler
from designer.jobs.attempts import begin_attempt, settle_attempt
from designer.jobs.handlers import Permanent, RunningJob
from designer.jobs.models import AttemptOutcome, Job, JobAttempt
from designer.jobs.services import enqueue

pytestmark = pytest.mark.django_db
PRICE = Decimal("0.040000")


def leased() -> RunningJob:
    row = claims.claim("interactive", "w1")
    assert row is not None
    return RunningJob(id=row.pk, kind=row.kind, attempt=row.attempts, team_id=row.team_id, worker="w1")


def after_a_crash() -> RunningJob:
    Job.objects.update(lease_expires_at=Now() - timedelta(seconds=1))
    scheduler.sweep()
    return leased()


def begin(job: RunningJob, idempotency: str) -> JobAttempt:
    return begin_attempt(job, provider="acme", model="m", price=PRICE, step="image", idempotency=idempotency)


@pytest.mark.parametrize("idempotency", ["key", "lookup"])
def test_after_a_crash_in_the_call_the_same_key_is_sent_again(team_id, idempotency):
    enqueue("t.paid", {}, team_id=team_id)
    first = begin(leased(), idempotency)
    job = after_a_crash()
    second = begin(job, idempotency)
    assert (second.number, second.idempotency_key) == (2, first.idempotency_key)
    with job.fenced(finish=True):
        settle_attempt(second, AttemptOutcome.SUCCEEDED)
    outcomes = list(JobAttempt.objects.order_by("number").values_list("outcome", flat=True))
    assert outcomes == ["superseded", "succeeded"]


def test_after_a_crash_in_a_call_without_key_or_lookup_nothing_is_sent_again(team_id):
    enqueue("t.paid", {}, team_id=team_id)
    begin(leased(), "none")
    with pytest.raises(Permanent) as refusal:
        begin(after_a_crash(), "none")
    assert refusal.value.code == "outcome_unknown"
    assert list(JobAttempt.objects.values_list("outcome", flat=True)) == ["unknown"]


def test_a_call_whose_reply_timed_out_counts_as_unknown_too(team_id):
    enqueue("t.paid", {}, team_id=team_id)
    job = leased()
    with job.fenced():
        settle_attempt(begin_in(job), AttemptOutcome.UNKNOWN)
    with pytest.raises(Permanent):
        begin(after_a_crash(), "none")


def begin_in(job: RunningJob) -> JobAttempt:
    return JobAttempt.objects.create(
        job_id=job.id, number=job.attempt, step="image", provider="acme", model="m", idempotency_key="k", price=PRICE
    )


def test_after_a_known_refusal_the_next_call_has_a_key_of_its_own(team_id):
    enqueue("t.paid", {}, team_id=team_id)
    job = leased()
    first = begin(job, "key")
    with job.fenced():
        settle_attempt(first, AttemptOutcome.FAILED, error={"code": "provider_down", "message": "", "remedy": ""})
    assert begin(after_a_crash(), "key").idempotency_key != first.idempotency_key


def test_a_zombie_cannot_begin_a_call(team_id):
    enqueue("t.paid", {}, team_id=team_id)
    zombie = leased()
    after_a_crash()
    with pytest.raises(claims.LeaseLost):
        begin(zombie, "key")
    assert not JobAttempt.objects.exists()


def test_an_unknown_call_is_never_followed_by_one_to_another_provider(team_id):
    enqueue("t.paid", {}, team_id=team_id)
    begin(leased(), "key")
    job = after_a_crash()
    with pytest.raises(Permanent) as refusal:
        begin_attempt(job, provider="other", model="m", price=PRICE, step="image", idempotency="key")
    assert "acme" in refusal.value.message and JobAttempt.objects.count() == 1
