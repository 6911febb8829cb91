"""The workers: their signs of life, what each can do and does, and taking one out of service without a loss."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils import timezone

from designer.jobs.bell import ring_after_commit
from designer.jobs.claims import node_of
from designer.jobs.lanes import leases, run_by
from designer.jobs.models import Job, LanePause, WorkerBeat
from teams.accounts.models import User
from teams.audit.services import write
from teams.base.errors import Conflict, Missing

SILENT: Final = timedelta(seconds=30)
SERVING: Final = ("working", "idle")
FORGOTTEN: Final = timedelta(hours=1)

BEAT: Final = """
INSERT INTO queue_workers AS w (id, name, lanes, processes, abilities, started_at, beat_at)
VALUES (%(id)s, %(name)s, %(lanes)s, %(processes)s, %(abilities)s::jsonb, statement_timestamp(), statement_timestamp())
ON CONFLICT (id) DO UPDATE SET beat_at = statement_timestamp(), abilities = excluded.abilities
RETURNING w.draining_since IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class WorkerNow:
    """One worker. `state`: working, idle, draining (it still ends what runs), drained (it may be stopped), or silent
    (no sign of life for half a minute; its jobs go to others when their leases end)."""

    row: WorkerBeat
    state: str
    jobs: list[Job] = field(default_factory=list)


def beat(facts: dict[str, Any]) -> bool:
    """Note that a worker lives; True while it shall take no more work."""
    with connection.cursor() as cursor:
        cursor.execute(BEAT, facts)
        return bool(cursor.fetchone()[0])


def left(worker_id: UUID) -> None:
    """The worker stopped in good order."""
    WorkerBeat.objects.filter(pk=worker_id).delete()


def forget_silent() -> None:
    """Drop those that gave no sign of life for an hour."""
    WorkerBeat.objects.filter(beat_at__lt=Now() - FORGOTTEN).delete()


def overview() -> list[WorkerNow]:
    """Every worker with what it does now, by name."""
    held = by_worker(leases())
    rows = WorkerBeat.objects.order_by("name", "started_at")
    return [WorkerNow(row, _state(row, held[row.pk], timezone.now()), held[row.pk]) for row in rows]


def by_worker(jobs: list[Job]) -> dict[UUID | None, list[Job]]:
    """Leased jobs by the worker that holds them."""
    held: dict[UUID | None, list[Job]] = defaultdict(list)
    for job in jobs:
        held[node_of(job.worker)].append(job)
    return held


def _state(row: WorkerBeat, jobs: list[Job], now: datetime) -> str:
    if row.beat_at < now - SILENT:
        return "silent"
    if row.draining_since:
        return "draining" if jobs else "drained"
    return "working" if jobs else "idle"


def standstill(lane: str) -> str:
    """Why nothing more of this lane begins now, for those who wait for it; "" where something may, and where no worker
    was heard of for so long that it is not known."""
    if LanePause.objects.filter(lane=lane).exists():
        return "The queue is paused by an administrator."
    rows = WorkerBeat.objects.filter(lanes__contains=[lane])
    heard = rows.filter(beat_at__gte=Now() - SILENT)
    if heard.filter(draining_since=None).exists() or not rows.exists():
        return ""
    if heard.exists():
        return "Its workers were taken out of service by an administrator."
    return "Its workers give no sign of life."


@transaction.atomic
def drain(*, actor: User, worker_id: UUID) -> WorkerNow:
    """Have a worker begin nothing more, from its next claim on; what it does, it ends. Raises Missing, Conflict."""
    row = _held(actor, worker_id)
    if row.beat_at < timezone.now() - SILENT:
        raise Conflict("silent", "This worker gave no sign of life.", remedy="Its work goes to others by itself.")
    if row.draining_since is None:
        row.draining_since, row.drained_by = timezone.now(), actor.pk
        row.save(update_fields=["draining_since", "drained_by"])
        write(actor, "queue.drain", f"worker:{row.pk}", {"name": row.name})
    return _now(row)


@transaction.atomic
def employ(*, actor: User, worker_id: UUID) -> WorkerNow:
    """Let a drained worker take work again. Raises Missing."""
    row = _held(actor, worker_id)
    if row.draining_since is not None:
        row.draining_since = row.drained_by = None
        row.save(update_fields=["draining_since", "drained_by"])
        write(actor, "queue.employ", f"worker:{row.pk}", {"name": row.name})
        for lane in row.lanes:
            ring_after_commit(lane)
    return _now(row)


def _held(actor: User, worker_id: UUID) -> WorkerBeat:
    run_by(actor)
    row = WorkerBeat.objects.select_for_update().filter(pk=worker_id).first()
    if row is None:
        raise Missing(message="There is no such worker.", remedy="It may have stopped: reload the list.")
    return row


def _now(row: WorkerBeat) -> WorkerNow:
    jobs = by_worker(leases())[row.pk]
    return WorkerNow(row, _state(row, jobs, timezone.now()), jobs)
