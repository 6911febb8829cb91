import uuid
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from designer.jobs import claims, settling
from designer.jobs.claims import LeaseLost
from designer.jobs.handlers import Cancelled, Permanent, Retry, RunningJob
from designer.jobs.models import Job
from designer.jobs.services import enqueue, request_cancel, revive
from designer.jobs.tasks import drain
from teams.base.errors import Conflict

pytestmark = pytest.mark.django_db


def test_an_enqueued_job_is_done_with_its_payload_and_marked_succeeded(kinds, team_id):
    seen = []
    kinds.handles("t.note")(lambda job, word: seen.append((job.attempt, word)))
    job = enqueue("t.note", {"word": "linen"}, team_id=team_id)
    assert drain() == 1
    job.refresh_from_db()
    assert (seen, job.status, job.finished_at is None) == ([(1, "linen")], "succeeded", False)


def test_what_a_handler_writes_with_finish_commits_together_with_its_success(kinds, team_id):
    def handler(job: RunningJob) -> None:
        with job.fenced(finish=True):
            enqueue("t.child", {}, team_id=job.team_id, run_at=timezone.now() + timedelta(hours=1))
            raise ZeroDivisionError

    kinds.handles("t.half")(handler)
    job = enqueue("t.half", {}, team_id=team_id, max_attempts=1)
    drain()
    job.refresh_from_db()
    assert job.status == "dead"
    assert not Job.objects.filter(kind="t.child").exists()


def test_priority_comes_before_age(kinds, team_id):
    order = []
    kinds.handles("t.note")(lambda job, word: order.append(word))
    for word, priority in (("late", 9), ("middle", 5), ("first", 0)):
        enqueue("t.note", {"word": word}, team_id=team_id, priority=priority)
    drain()
    assert order == ["first", "middle", "late"]


def test_a_team_with_a_hundred_jobs_does_not_keep_another_waiting(kinds):
    order = []
    kinds.handles("t.note")(lambda job, word: order.append(word))
    big, small = uuid.uuid4(), uuid.uuid4()
    for n in range(100):
        enqueue("t.note", {"word": f"big{n}"}, team_id=big)
    for n in range(3):
        enqueue("t.note", {"word": f"small{n}"}, team_id=small)
    drain()
    assert [order.index(f"small{n}") for n in range(3)] == [1, 3, 5]
    assert [word for word in order if word.startswith("big")] == [f"big{n}" for n in range(100)]


def test_a_newcomer_joins_the_round_that_is_being_served_and_not_the_very_first(kinds):
    order = []
    kinds.handles("t.note")(lambda job, word: order.append(word))
    old, new = uuid.uuid4(), uuid.uuid4()
    for n in range(20):
        enqueue("t.note", {"word": f"old{n}"}, team_id=old)
    drain(limit=10)
    for n in range(5):
        enqueue("t.note", {"word": f"new{n}"}, team_id=new)
    order.clear()
    drain()
    assert order[:4] == ["old10", "new0", "old11", "new1"]


def test_no_team_has_more_jobs_running_in_a_lane_than_the_limit(settings, team_id):
    settings.JOB_TEAM_LIMIT = 2
    for _ in range(4):
        enqueue("t.none", {}, team_id=team_id)
    other = enqueue("t.none", {}, team_id=uuid.uuid4())
    got = [claims.claim("interactive", f"w{n}") for n in range(5)]
    assert [job and job.team_id for job in got].count(team_id) == 2
    assert other.pk in [job.pk for job in got if job]
    assert got.count(None) == 2


def test_a_lane_gets_only_its_own_jobs(team_id):
    enqueue("t.none", {}, team_id=team_id, lane="gpu")
    assert claims.claim("interactive", "w") is None
    assert claims.claim("gpu", "w") is not None


def test_a_job_for_later_waits_for_its_time(kinds, team_id):
    kinds.handles("t.ok")(lambda job: None)
    job = enqueue("t.ok", {}, team_id=team_id, run_at=timezone.now() + timedelta(hours=1))
    assert (job.status, drain()) == ("scheduled", 0)
    Job.objects.filter(pk=job.pk).update(scheduled_at=timezone.now() - timedelta(seconds=1))
    assert drain() == 1


def test_a_second_job_with_a_living_dedup_key_is_the_first_one(kinds, team_id):
    kinds.handles("t.ok")(lambda job: None)
    first = enqueue("t.ok", {}, team_id=team_id, dedup_key="one")
    assert enqueue("t.ok", {}, team_id=team_id, dedup_key="one").pk == first.pk
    drain()
    assert enqueue("t.ok", {}, team_id=team_id, dedup_key="one").pk != first.pk


def test_a_crash_is_tried_again_with_jitter_and_dies_after_the_last_try(kinds, team_id):
    ends: list[tuple[str, str]] = []
    waits: list[dict[str, str]] = []

    def crash(job: RunningJob) -> None:
        raise KeyError("velvet")

    kinds.handles("t.crash")(crash)
    kinds.finishes("t.crash")(lambda job, status, error: ends.append((status, error["message"])))
    kinds.delays("t.crash")(lambda job, error: waits.append(error))
    job = enqueue("t.crash", {}, team_id=team_id, max_attempts=2)
    drain(limit=1)
    job.refresh_from_db()
    assert (job.status, job.failures, ends) == ("retrying", 1, [])
    assert [(each["code"], each["message"], "detail" in each) for each in waits] == [
        ("crashed", "Something of ours broke.", False)
    ]
    assert timezone.now() - timedelta(seconds=5) < job.scheduled_at < timezone.now() + settling.BASE_DELAY
    Job.objects.filter(pk=job.pk).update(scheduled_at=timezone.now() - timedelta(seconds=1))
    drain(limit=1)
    job.refresh_from_db()
    assert (job.status, ends) == ("dead", [("dead", "Something of ours broke.")])
    assert job.last_error["detail"] == "KeyError: 'velvet'"


def test_a_permanent_refusal_is_never_tried_again_and_says_what_to_do(kinds, team_id):
    def refuse(job: RunningJob) -> None:
        raise Permanent("moderated", "The provider refused this brief.", "Change the wording.")

    kinds.handles("t.refuse")(refuse)
    job = enqueue("t.refuse", {}, team_id=team_id)
    drain()
    job.refresh_from_db()
    assert (job.status, job.last_error["code"], job.last_error["remedy"]) == (
        "failed",
        "moderated",
        "Change the wording.",
    )


@pytest.mark.parametrize(
    ("asked", "low", "high"),
    [(timedelta(seconds=90), 90, 99.1), (timedelta(days=9999), 3600, 3960), (timedelta(seconds=-5), 0, 0)],
)
def test_a_retry_after_is_kept_but_never_beyond_an_hour_nor_before_now(asked, low, high):
    assert low <= settling.pause(1, asked).total_seconds() <= high


def test_backoff_grows_and_stays_under_its_ceiling():
    waits = [[settling.pause(n, None).total_seconds() for _ in range(200)] for n in (1, 4, 30)]
    assert [max(w) <= top for w, top in zip(waits, (2, 16, 300), strict=True)] == [True] * 3
    assert max(waits[2]) > 150


def test_cancelling_a_waiting_job_ends_it_at_once_and_tells_what_follows(kinds, team_id):
    ends = []
    kinds.handles("t.ok")(lambda job: None)
    kinds.finishes("t.ok")(lambda job, status, error: ends.append(status))
    job = enqueue("t.ok", {}, team_id=team_id)
    request_cancel(job.pk)
    request_cancel(job.pk)
    job.refresh_from_db()
    assert (job.status, ends, drain()) == ("cancelled", ["cancelled"], 0)


def test_cancelling_a_running_job_stops_it_at_its_next_safe_point(kinds, team_id):
    def work(job: RunningJob) -> None:
        assert not RunningJob.is_cancelled(job)
        request_cancel(job.id)
        job._seen = (float("-inf"), False)
        if job.is_cancelled():
            raise Cancelled

    kinds.handles("t.long")(work)
    job = enqueue("t.long", {}, team_id=team_id)
    drain()
    job.refresh_from_db()
    assert job.status == "cancelled"


def test_a_job_cancelled_under_a_worker_that_died_is_not_begun_again(kinds, team_id):
    """It may have come as far as a paid call, and the next worker's pulse says nothing in its first half second."""
    begun = []
    kinds.handles("t.long")(lambda job: begun.append(job.attempt))
    job = enqueue("t.long", {}, team_id=team_id)
    dead = claims.claim("interactive", "dies")
    request_cancel(job.pk)
    claims.requeue(dead.pk, dead.attempts, deaths=1)
    drain()
    job.refresh_from_db()
    assert (job.status, begun) == ("cancelled", [])


def test_a_cancelled_job_that_crashes_is_not_tried_again(kinds, team_id):
    def work(job: RunningJob) -> None:
        request_cancel(job.id)
        raise Retry

    kinds.handles("t.long")(work)
    job = enqueue("t.long", {}, team_id=team_id)
    drain()
    job.refresh_from_db()
    assert job.status == "cancelled"


def test_a_worker_whose_job_went_to_another_can_write_nothing(kinds, team_id):
    first = claims_running(enqueue("t.none", {}, team_id=team_id))
    claims.requeue(first.id, first.attempt, deaths=1)
    second = claims.claim("interactive", "w2")
    assert second is not None and second.attempts == 2
    with pytest.raises(LeaseLost), first.fenced(finish=True):
        enqueue("t.ghost", {}, team_id=team_id)
    assert not Job.objects.filter(kind="t.ghost").exists()
    assert first.is_cancelled()


def test_a_broken_follow_up_does_not_keep_the_job_from_ending(kinds, team_id):
    def broken(job: Job, status: str, error: dict[str, str]) -> None:
        raise RuntimeError("no such row")

    kinds.handles("t.ok")(lambda job: None)
    kinds.finishes("t.ok")(broken)
    job = enqueue("t.ok", {}, team_id=team_id)
    request_cancel(job.pk)
    job.refresh_from_db()
    assert (job.status, job.last_error["follow_up"]) == ("cancelled", "RuntimeError: no such row")


def test_two_handlers_of_one_kind_are_refused(kinds):
    kinds.handles("t.twice")(lambda job: None)
    with pytest.raises(ValueError, match=r"t\.twice"):
        kinds.handles("t.twice")(test_two_handlers_of_one_kind_are_refused)


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_enqueue_leaves_no_job(team_id):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        enqueue("t.none", {}, team_id=team_id)
        raise ZeroDivisionError
    assert not Job.objects.exists()


def claims_running(job: Job) -> RunningJob:
    row = claims.claim(job.lane, "w1")
    assert row is not None and row.pk == job.pk
    return RunningJob(id=row.pk, kind=row.kind, attempt=row.attempts, team_id=row.team_id, worker="w1")


def test_a_handler_that_stopped_though_nobody_asked_waits_for_another_worker(kinds, team_id):
    """As after a database outage longer than the lease: the pulse is lost, the cancellation was never wished."""
    tries, ends = [], []

    def stop_once(job: RunningJob) -> None:
        tries.append(job.attempt)
        if len(tries) == 1:
            raise Cancelled

    kinds.handles("t.outage")(stop_once)
    kinds.finishes("t.outage")(lambda job, status, error: ends.append(status))
    job = enqueue("t.outage", {}, team_id=team_id)
    drain()
    job.refresh_from_db()
    assert (job.status, len(tries), ends, job.failures, job.deaths) == ("succeeded", 2, [], 0, 0)


def test_a_dead_job_is_not_replayed_while_its_twin_lives(team_id):
    first = enqueue("t.twin", {}, team_id=team_id, dedup_key="one")
    Job.objects.filter(pk=first.pk).update(status="dead", finished_at=timezone.now())
    enqueue("t.twin", {}, team_id=team_id, dedup_key="one")
    with pytest.raises(Conflict) as refusal:
        revive(first.pk)
    assert refusal.value.code == "twin_is_live"
