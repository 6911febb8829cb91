"""Batches that start by the clock: once at their time, or a copy at each moment of their cron. Called by tasks."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from batches import calendar
from batches.feeding import check_lasts, problem_of, why_not
from batches.models import Batch, BatchSheet, BatchStatus
from batches.reporting import announce_state, tell_paused
from batches.resting import held_up
from batches.services import arm, fire, run, wake
from teams.base.errors import Refused
from teams.membership.permissions import may

SHEETS_KEPT: Final = timedelta(days=7)
LATE: Final = timedelta(minutes=1)
NOT_STARTED: Final = {
    "code": "not_started",
    "message": "It could not be started at its time.",
    "remedy": "Resume it; tell an admin if it happens again.",
}


@transaction.atomic
def due(batch_id: UUID, moment: datetime) -> None:
    """Start what was to start at that moment. Nothing if it was changed meanwhile."""
    row = Batch.objects.select_for_update(no_key=True).filter(pk=batch_id, status=BatchStatus.SCHEDULED).first()
    if row is None or row.run_at != moment:
        return
    if not row.cron:
        run(row)
        return
    if not may(row.owner, "create_work", row.team):
        _stop(row, why_not(row))
        return
    try:
        with transaction.atomic():
            fire(row, moment)
    except Refused as refused:  # its plan can no longer be carried out: people have to look
        check_lasts(refused)
        _stop(row, problem_of(refused))
        return
    _next(row)


def _next(row: Batch) -> None:
    """Wait for the next moment that lies ahead: those that passed while nothing ran are made up for once, not each."""
    after = max(timezone.now(), row.run_at or timezone.now())  # the queue's clock may be ahead of this one
    row.run_at = calendar.following(row.cron, row.time_zone, after=after)
    Batch.objects.filter(pk=row.pk).update(run_at=row.run_at, updated_at=timezone.now())
    arm(row, row.run_at)


def _stop(row: Batch, reason: dict[str, str]) -> None:
    Batch.objects.move(row.pk, BatchStatus.PAUSED, reason=reason)
    announce_state(row.pk)
    tell_paused(row, reason)


def not_started(batch_id: UUID, moment: datetime) -> None:
    """Its start could not be carried out, however often it was tried: it says so, rather than to wait for ever."""
    row = Batch.objects.filter(pk=batch_id, status=BatchStatus.SCHEDULED, run_at=moment).first()
    if row is not None:
        _stop(row, NOT_STARTED)


def start_again(batch_id: UUID, moment: datetime) -> None:
    """Let it wait for its start once more, which an admin replays."""
    row = Batch.objects.filter(pk=batch_id, status=BatchStatus.PAUSED, run_at=moment, reason=NOT_STARTED).first()
    if row is not None:
        Batch.objects.move(row.pk, BatchStatus.SCHEDULED, reason=None)
        announce_state(row.pk)


def look_after() -> None:
    """Wake the feeder of every running batch that has room, or can make some, have those started whose time has come
    and whose job is gone; forget sheets that no plan took within a week."""
    room = Batch.objects.filter(status=BatchStatus.RUNNING, waiting__gt=0)
    for row in room.filter(queued__lt=F("parallelism") - F("running")).defer("plan"):
        wake(row)
    for row in Batch.objects.filter(pk__in=held_up()).defer("plan"):
        wake(row)
    overdue = Batch.objects.filter(status=BatchStatus.SCHEDULED, run_at__lt=timezone.now() - LATE)
    for row in overdue.defer("plan"):
        if row.run_at:
            arm(row, row.run_at)  # nothing, where its start is only slow to come
    BatchSheet.objects.filter(created_at__lt=timezone.now() - SHEETS_KEPT).delete()
