"""Pausing, going on, cancelling and retrying a batch. Locks jobs before items before the batch, as everything does."""

from contextlib import suppress
from functools import partial
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

from batches import calendar
from batches.models import MAYBE_PAID, OVER, Batch, BatchItem, BatchStatus, ItemStatus
from batches.reporting import announce_end, announce_state
from batches.resting import wake_models
from batches.services import arm, jobs_in_flight, run, wake
from designer.generations.choosing import UNHEALTHY
from designer.generations.models import LIVE
from designer.jobs.models import WAITING, Job, JobStatus
from designer.jobs.services import enqueue, request_cancel
from designer.jobs.steering import HELD, hold_back, let_go
from teams.accounts.models import User
from teams.base.errors import Conflict
from teams.membership.permissions import may

ASKED: Final = {"code": "asked", "message": "Paused on request.", "remedy": "Resume it when you like."}


@transaction.atomic
def pause(*, actor: User, batch_id: UUID) -> Batch:
    """Begin nothing new: what runs ends, what waits in the queue is held back. Harmless when it is paused.

    Raises Missing, Forbidden, or Conflict when it is over.
    """
    row: Batch = Batch.objects.for_edit(actor, batch_id)
    if row.status == BatchStatus.PAUSED:
        return row
    _stand_still(row.pk, ASKED)
    row.refresh_from_db()
    return row


def _stand_still(batch_id: UUID, reason: dict[str, str]) -> None:
    hold_back(jobs_in_flight(batch_id))
    Batch.objects.move(batch_id, BatchStatus.PAUSED, reason=reason)
    transaction.on_commit(partial(_hold_late, batch_id))
    announce_state(batch_id)


def stand_still(batch_id: UUID, reason: dict[str, str]) -> None:
    """Pause it in nobody's name; nothing where it is over by now."""
    with suppress(Conflict), transaction.atomic():
        _stand_still(batch_id, reason)


@transaction.atomic
def hold_again(job_ids: list[UUID]) -> None:
    """Hold back those of a paused batch's jobs that came back to the queue meanwhile: their worker died, or they are to
    be tried once more."""
    held = Q(status=JobStatus.SCHEDULED, scheduled_at__gt=Now() + HELD)
    back = Job.objects.filter(~held, pk__in=job_ids, status__in=WAITING).values_list("pk", flat=True)
    if back:
        hold_back(back)


@transaction.atomic
def _hold_late(batch_id: UUID) -> None:
    """Hold back an item that began between the look at the jobs and the pause: jobs are locked before their batch.

    A resume may come in between, and has let go what it saw: the batch is asked once more, now that it is locked.
    """
    paused = Batch.objects.filter(pk=batch_id, status=BatchStatus.PAUSED)
    if not paused.exists():
        return
    jobs = jobs_in_flight(batch_id)
    hold_back(jobs)
    if not list(paused.select_for_update(no_key=True).values_list("pk", flat=True)):
        let_go(jobs)


@transaction.atomic
def resume(*, actor: User, batch_id: UUID) -> Batch:
    """Go on. Harmless when it runs; one whose owner left becomes the actor's, also where it has not paused for that
    yet. What it paused for is tried at once. Raises Missing, Forbidden, Conflict."""
    row: Batch = Batch.objects.for_edit(actor, batch_id)
    seen = row.status
    let_go(jobs_in_flight(row.pk))  # of one that runs none is held; jobs are locked before their batch
    row = Batch.objects.select_for_update(no_key=True).get(pk=row.pk)
    going = row.status in (BatchStatus.RUNNING, BatchStatus.SCHEDULED)
    if not going and row.status != BatchStatus.PAUSED:
        raise Conflict("not_paused", f"This batch is {row.status}.", remedy="Only a paused batch can go on.")
    if not may(row.owner, "create_work", row.team):
        Batch.objects.filter(pk=row.pk).update(owner=actor, updated_at=timezone.now())
        row.refresh_from_db()
    if going:
        return row
    if seen != row.status:  # who paused it meanwhile may have held back what was in flight
        transaction.on_commit(partial(_let_go_late, row.pk))
    if row.reason and row.reason["code"] == UNHEALTHY:
        wake_models(row)
    if row.run_at and (row.cron or row.run_at > timezone.now()) and not row.started_at:
        if row.reason == ASKED and row.cron and row.run_at <= timezone.now():  # nobody wanted those that passed
            row.run_at = calendar.following(row.cron, row.time_zone, after=timezone.now())
        Batch.objects.move(row.pk, BatchStatus.SCHEDULED, reason=None, run_at=row.run_at)
        arm(row, row.run_at)
        announce_state(row.pk)
    else:
        run(row)
    row.refresh_from_db()
    return row


@transaction.atomic
def _let_go_late(batch_id: UUID) -> None:
    if Batch.objects.filter(pk=batch_id, status=BatchStatus.RUNNING).exists():
        let_go(jobs_in_flight(batch_id))


@transaction.atomic
def cancel(*, actor: User, batch_id: UUID) -> Batch:
    """Stop it all: nothing new begins, running work stops at its next safe point, what was finished stays.

    Harmless when it is cancelled. Raises Missing, Forbidden, or Conflict when it is over.
    """
    row: Batch = Batch.objects.for_edit(actor, batch_id)
    if row.status == BatchStatus.CANCELLED:
        return row
    if row.is_over:
        raise Conflict("already_over", f"This batch is {row.status}.", remedy="There is nothing left to cancel.")
    _stop_waiting(row.pk)
    Batch.objects.move(row.pk, BatchStatus.CANCELLED, reason=None, finished_at=timezone.now())
    row.refresh_from_db()
    announce_end(row)
    # at once, and by a job too: this process may die before it has told each of them
    enqueue("batch.stop", {"batch_id": str(row.pk)}, team_id=row.team_id, lane="io", priority=0)
    transaction.on_commit(partial(stop_in_flight, row.pk))
    return row


def stop_in_flight(batch_id: UUID) -> None:
    """Ask each piece of work of a cancelled batch to stop, each in a transaction of its own. Safe to repeat."""
    if Batch.objects.filter(pk=batch_id, status=BatchStatus.CANCELLED).exists():
        _stop_late(batch_id)
        for job_id in jobs_in_flight(batch_id):
            request_cancel(job_id)


@transaction.atomic
def _stop_late(batch_id: UUID) -> None:
    """Cancel the items that a retry made wait at the same moment: its commit came after the look at what waits, and
    items are locked before their batch."""
    if _stop_waiting(batch_id):
        announce_state(batch_id)


def _stop_waiting(batch_id: UUID) -> int:
    waiting = BatchItem.objects.filter(batch=batch_id, status=ItemStatus.WAITING)
    # what had given its place back ends with its job, as all that is in flight
    waiting.filter(generation__status__in=LIVE).update(status=ItemStatus.QUEUED)
    return waiting.update(status=ItemStatus.CANCELLED, finished_at=timezone.now())


@transaction.atomic
def retry(*, actor: User, batch_id: UUID, unknown: bool = False) -> Batch:
    """Try the failed items again, and only them. Those that a provider may have charged for already stay as they are,
    unless `unknown` says to ask anew.

    Raises Missing, Forbidden, or Conflict when nothing of it can be tried again.
    """
    row: Batch = Batch.objects.for_edit(actor, batch_id)
    _check_lives(row)
    failed = BatchItem.objects.filter(batch=row, status=ItemStatus.FAILED)
    paid = Q(error__code__in=MAYBE_PAID)
    if unknown:
        failed.filter(paid).update(generation=None, enhancement=None, paid_before=F("cost"))
    again = failed if unknown else failed.exclude(paid)
    if not again.update(status=ItemStatus.WAITING, finished_at=None):
        remedy = 'Retry those that may have been paid, too ({"unknown": true}).' if row.failed else ""
        raise Conflict("nothing_failed", "There is nothing to try again.", remedy=remedy)
    # the change of its items has locked the batch: its last item may have ended, or somebody cancelled it, meanwhile
    row.refresh_from_db(fields=["status", "started_at"])
    _check_lives(row)
    if row.status in OVER:
        run(row)
    else:
        if row.status == BatchStatus.RUNNING:
            wake(row)
        announce_state(row.pk)  # a fact: ticks that count fewer ends than are known are taken for late
    row.refresh_from_db()
    return row


def _check_lives(row: Batch) -> None:
    if row.status == BatchStatus.CANCELLED:
        raise Conflict("cancelled", "This batch was cancelled.", remedy="Clone it to run it again.")
