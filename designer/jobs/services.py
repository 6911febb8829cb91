"""What other rooms ask of the queue: enqueue, cancel, revive. (Attempts at paid calls: `attempts`.)"""

import json
import uuid
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from designer.jobs import settling
from designer.jobs.attempts import (
    begin_attempt,
    has_bought,
    hear,
    is_asked,
    last_heard,
    note_reference,
    settle_attempt,
)  # fmt: skip
from designer.jobs.bell import ring_after_commit
from designer.jobs.claims import TURN
from designer.jobs.fronts import front_of
from designer.jobs.handlers import FINISHERS, REPLAYERS
from designer.jobs.models import FINAL, WAITING, Job, JobStatus
from designer.jobs.ranks import take_place
from teams.base.errors import Conflict, Missing
from teams.membership.permissions import check_awake

__all__ = [
    "begin_attempt", "enqueue", "has_bought", "hear", "is_asked", "last_heard", "note_reference", "request_cancel",
    "revive", "settle_attempt",
]  # fmt: skip

USUAL: Final = 5
INSERT: Final = f"""
INSERT INTO job_queue AS made (id, created_at, updated_at, kind, payload, lane, priority, rank, status, scheduled_at,
  turn, attempts, failures, max_attempts, deaths, worker, team_id, dedup_key)
SELECT wish.id, statement_timestamp(), statement_timestamp(), %(kind)s, %(payload)s::jsonb, wish.lane, wish.priority,
  %(rank)s, CASE WHEN %(run_at)s::timestamptz > statement_timestamp() THEN 'scheduled' ELSE 'queued' END,
  COALESCE(%(run_at)s::timestamptz, statement_timestamp()), {TURN.format(row="wish", since="%(since)s")},
  0, 0, %(max_attempts)s, 0, '', wish.team_id, %(dedup_key)s
FROM (SELECT %(id)s::uuid AS id, %(lane)s::text AS lane, %(priority)s::int AS priority,
  %(team_id)s::uuid AS team_id) wish
ON CONFLICT DO NOTHING RETURNING made.*
"""  # noqa: S608  (only constants of this house)


def enqueue(
    kind: str,
    payload: Mapping[str, str],
    *,
    team_id: UUID,
    lane: str = "interactive",
    priority: int = 5,
    rank: int | None = None,
    run_at: datetime | None = None,
    max_attempts: int = 5,
    dedup_key: str | None = None,
) -> Job:
    """Add a job in the caller's transaction; a worker is woken after the commit. Priority 0 is the most urgent, 9 the
    least. `rank`, likewise, is its urgency among those of its team that have its lane and priority. With `dedup_key`, a
    job of that key which has not ended yet is returned instead of a second one."""
    values = {
        "id": uuid.uuid4(),
        "kind": kind,
        "payload": json.dumps(dict(payload)),
        "lane": lane,
        "priority": priority,
        "rank": USUAL if rank is None else rank,
        "team_id": team_id,
        "run_at": run_at,
        "max_attempts": max_attempts,
        "dedup_key": dedup_key,
    }
    while True:
        with front_of(lane, priority) as since:
            made = next(iter(Job.objects.raw(INSERT, {**values, "since": since})), None)
            if made is not None and rank is not None:
                take_place(made, since=since)
        if made is not None:
            if made.status == JobStatus.QUEUED:
                ring_after_commit(lane)
            return made
        twin = Job.objects.filter(dedup_key=dedup_key).exclude(status__in=FINAL).first()
        if twin is not None:
            return twin  # else it ended between the two statements, and the key is free again


@transaction.atomic
def request_cancel(job_id: UUID) -> bool:
    """Cancel a waiting job at once; ask a running one to stop at its next safe point. Nothing if it has ended. Whether
    a running one was asked now, and by nobody before."""
    row = Job.objects.select_for_update().filter(pk=job_id).first()
    if row is None:
        raise Missing(message="There is no such job.")
    if row.status in WAITING:
        settling.close(row, JobStatus.CANCELLED, settling.CANCELLED)
    asked = row.status == JobStatus.LEASED and row.cancel_requested_at is None
    if asked:
        Job.objects.filter(pk=row.pk).update(cancel_requested_at=Now(), updated_at=Now())
    return asked


@transaction.atomic
def revive(job_id: UUID, *, ended: Collection[str] = (JobStatus.DEAD,)) -> None:
    """Run a job again that ended as `ended` says, with all its tries. Raises Missing, or Conflict for any other, where
    its kind is not replayable, and while its team is archived or about to be deleted."""
    row = Job.objects.select_for_update().filter(pk=job_id).first()
    if row is None:
        raise Missing(message="There is no such job.", remedy="Check the id.")
    if row.status not in ended:
        raise Conflict("not_dead", f"Job {row.pk} is {row.status}, not dead.", remedy="Reload the list.")
    check_awake(row.team_id)
    replayer = REPLAYERS.get(row.kind)
    if replayer is None and row.kind in FINISHERS:
        raise Conflict("not_replayable", f"Work of kind {row.kind} cannot be replayed.", remedy="Start it again.")
    if row.dedup_key and Job.objects.filter(dedup_key=row.dedup_key).exclude(status__in=FINAL).exists():
        raise Conflict("twin_is_live", f"The same as job {row.pk} is under way already.", remedy="Wait for that one.")
    if replayer is not None:
        replayer(row)
    # through `scheduled`, so that promotion gives it a turn in today's queue
    Job.objects.filter(pk=row.pk).update(
        status=JobStatus.SCHEDULED,
        scheduled_at=Now(),
        failures=0,
        deaths=0,
        worker="",
        cancel_requested_at=None,
        finished_at=None,
        updated_at=Now(),
    )
    ring_after_commit(row.lane)
