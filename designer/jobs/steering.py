"""Changing many waiting jobs at once: held back, let go again, more or less urgent. Running ones are left alone."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db.models.functions import Now

from designer.jobs.bell import ring_after_commit
from designer.jobs.models import WAITING, Job, JobStatus
from designer.jobs.ranks import deal

HELD_FOR: Final = timedelta(days=36_500)  # until somebody lets them go
HELD: Final = timedelta(days=3_650)  # a job whose time is farther away than this is held back


def hold_back(job_ids: Iterable[UUID]) -> int:
    """Keep the waiting ones among these jobs from running until they are let go; how many, in the caller's transaction.

    Their rows are locked in order of their ids, as by everything here: two who steer the same jobs do not deadlock.
    """
    rows = Job.objects.filter(pk__in=_locked(job_ids), status__in=WAITING)
    return rows.update(status=JobStatus.SCHEDULED, scheduled_at=Now() + HELD_FOR, updated_at=Now())


def let_go(job_ids: Iterable[UUID]) -> int:
    """Let the held ones among these jobs run again, with a turn in today's queue; how many."""
    rows = Job.objects.filter(pk__in=_locked(job_ids), status=JobStatus.SCHEDULED, scheduled_at__gt=Now() + HELD)
    return _again(rows.values_list("pk", flat=True))


def set_rank(job_ids: Iterable[UUID], rank: int) -> None:
    """Make these jobs more or less urgent within their team, 0 the most. Those in the queue change places with it."""
    locked = _locked(job_ids)
    Job.objects.filter(pk__in=locked).update(rank=rank, updated_at=Now())
    deal(locked)


def _locked(job_ids: Iterable[UUID]) -> list[UUID]:
    rows = Job.objects.filter(pk__in=list(job_ids)).order_by("pk").select_for_update()
    return list(rows.values_list("pk", flat=True))


def _again(job_ids: Iterable[UUID]) -> int:
    """Through `scheduled`, so that promotion gives each its turn."""
    rows = Job.objects.filter(pk__in=list(job_ids))
    for lane in rows.values_list("lane", flat=True).distinct():
        ring_after_commit(lane)
    return rows.update(status=JobStatus.SCHEDULED, scheduled_at=Now(), updated_at=Now())
