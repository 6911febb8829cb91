"""The queue's statements: claim, renew, promote, expire. Each is one short transaction by the database's clock."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from designer.jobs.fronts import known_fronts, note_front, whole_look
from designer.jobs.models import ROUND, Job, JobStatus
from teams.base.ids import id_of

DEATHS_ALLOWED: Final = 3
URGENCY: Final = ("interactive", "io", "remote", "gpu", "batch")

# The round that a newcomer joins: that of the job at the front of its lane and priority. An empty queue begins a round
# later than any before, so that what is over never stands among or before what waits. A team's next job stands a whole
# round behind its last; of a team that weighs three, a third of one.
_NEW = "(extract(epoch FROM statement_timestamp()) * 1000000)::bigint"
_FRONT = """COALESCE((SELECT q.turn FROM job_queue q WHERE q.status = 'queued' AND q.lane = {row}.lane
             AND q.priority = {row}.priority AND q.turn >= {since} ORDER BY q.turn LIMIT 1), {new})"""
STEP: Final = f"""{ROUND} / COALESCE((SELECT t.weight FROM queue_weights t WHERE t.team_id = {{row}}.team_id), 1)"""  # noqa: S608
TURN: Final = f"""(SELECT GREATEST(f.turn, (SELECT max(q.turn) + {STEP} FROM job_queue q WHERE q.status = 'queued'
                 AND q.lane = {{row}}.lane AND q.priority = {{row}}.priority AND q.team_id = {{row}}.team_id
                 AND q.turn >= f.turn))
             FROM (SELECT {_FRONT.replace("{new}", _NEW)} AS turn) f)"""  # noqa: S608  (only constants of this module)

# Of a team that was archived or deleted only what tells people, says what it cost, or stops work, is still done. The
# team is looked up for each row that is looked at, by its key: as a join it might be read whole.
FREE: Final = (
    "notification.mail",
    "notification.digest",
    "activity.digest",
    "batch.stop",
    "team.stop",
    "team.news",
    "statement.make",
)
_AWAKE: Final = """(kind = ANY(%(free)s) OR NOT COALESCE((SELECT t.archived_at IS NOT NULL OR t.ends_at IS NOT NULL
                   FROM teams t WHERE t.id = job_queue.team_id), false))"""

CLAIM = f"""
WITH best AS (
  SELECT id FROM job_queue WHERE status = 'queued' AND lane = %(lane)s {{since}} {{limit}}
  AND {_AWAKE}
  AND NOT EXISTS (SELECT 1 FROM queue_pauses WHERE lane = %(lane)s)
  AND NOT EXISTS (SELECT 1 FROM queue_workers WHERE id = %(node)s AND draining_since IS NOT NULL)
  ORDER BY priority, turn, scheduled_at LIMIT 1 FOR UPDATE SKIP LOCKED
)
UPDATE job_queue j
SET status = 'leased', attempts = j.attempts + 1, worker = %(worker)s,
    lease_expires_at = statement_timestamp() + %(lease)s,
    started_at = statement_timestamp(), updated_at = statement_timestamp()
FROM best WHERE j.id = best.id RETURNING j.*
"""  # noqa: S608  (only constants of this module)
_SINCE = "AND priority = %(priority)s AND turn >= %(turn)s"
_BELOW_LIMIT = """AND team_id NOT IN (SELECT team_id FROM job_queue WHERE status = 'leased' AND lane = %(lane)s
                  GROUP BY team_id HAVING count(*) >= %(team_limit)s)"""

RENEW = """
UPDATE job_queue SET lease_expires_at = statement_timestamp() + %s
WHERE id = %s AND attempts = %s AND worker = %s AND status = 'leased' RETURNING cancel_requested_at IS NOT NULL
"""
LOOK = """
SELECT cancel_requested_at IS NOT NULL FROM job_queue
WHERE id = %s AND attempts = %s AND worker = %s AND status = 'leased'
"""
SUCCEED = """
UPDATE job_queue SET status = 'succeeded', lease_expires_at = NULL, finished_at = statement_timestamp(),
    updated_at = statement_timestamp()
WHERE id = %s AND attempts = %s AND worker = %s AND status = 'leased' RETURNING false
"""
# Back to the front of today's queue, never before it: a row from an old round would drag newcomers back with it.
REQUEUE = f"""
UPDATE job_queue j SET status = 'queued', worker = '', lease_expires_at = NULL, updated_at = statement_timestamp(),
    turn = GREATEST(j.turn, {_FRONT.format(row="j", since=0, new=_NEW)}), deaths = j.deaths + %(deaths)s
WHERE j.id = %(id)s AND j.attempts = %(attempt)s AND j.status = 'leased' RETURNING j.lane
"""  # noqa: S608  (only constants of this module)
PROMOTE = f"""
WITH due AS (
  SELECT id FROM job_queue WHERE status IN ('scheduled', 'retrying') AND scheduled_at <= statement_timestamp()
  ORDER BY scheduled_at LIMIT 1000 FOR UPDATE SKIP LOCKED
), placed AS (
  SELECT w.id, {TURN.format(row="w", since=0)}
         + (row_number() OVER (PARTITION BY w.lane, w.priority, w.team_id ORDER BY w.rank, w.scheduled_at) - 1)
         * {STEP.format(row="w")} AS turn
  FROM job_queue w JOIN due USING (id)
)
UPDATE job_queue j SET status = 'queued', turn = placed.turn, updated_at = statement_timestamp()
FROM placed WHERE j.id = placed.id RETURNING j.lane
"""  # noqa: S608  (only constants of this module)


class LeaseLost(Exception):
    """Another worker has this job by now; whatever this one still writes is refused."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to work on a job: its id, the attempt number that fences it, and who holds it."""

    job_id: UUID
    attempt: int
    worker: str


def claim(lane: str, worker: str) -> Job | None:
    """Lease the best ready job of this lane: priority, then fairness among teams, then age. None if there is none."""
    fronts = known_fronts(lane)
    if not fronts:
        with whole_look(lane) as seen:
            seen.job = _claim(lane, worker)
        return seen.job
    for priority, turn in fronts:
        job = _claim(lane, worker, _SINCE, priority=priority, turn=turn)
        if job is not None:
            note_front(lane, job.priority, job.turn)
            return job
    return None


def _claim(lane: str, worker: str, since: str = "", **more: int) -> Job | None:
    limit = settings.JOB_TEAM_LIMIT
    about = {"worker": worker, "node": node_of(worker), "lease": settings.JOB_LEASE, "team_limit": limit}
    values = {"lane": lane, "free": list(FREE), **about, **more}
    if not limit:
        return next(iter(Job.objects.raw(CLAIM.format(since=since, limit=""), values)), None)
    with transaction.atomic(), connection.cursor() as cursor:
        # one claim at a time per lane, else two workers could pass the limit together
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"designer.jobs.claim.{lane}"])
        return next(iter(Job.objects.raw(CLAIM.format(since=since, limit=_BELOW_LIMIT), values)), None)


def node_of(worker: str) -> UUID | None:
    """The worker that a process belongs to, by the process's name (`tasks.worker_id`); None where it does not say."""
    return id_of(worker.rpartition(":")[2])


def claim_best(lanes: tuple[str, ...], worker: str) -> Job | None:
    """Lease from the most urgent of these lanes that has a ready job; due jobs count as ready."""
    for attempt in range(2):
        for lane in sorted(lanes, key=URGENCY.index):
            job = claim(lane, worker)
            if job is not None:
                return job
        if attempt or not promote_due():
            break
    return None


def renew(lease: Lease) -> bool:
    """Prolong the lease; True if the job's cancellation was asked for. Raises LeaseLost."""
    return _flag(RENEW, [settings.JOB_LEASE, lease.job_id, lease.attempt, lease.worker])


def look(lease: Lease) -> bool:
    """True if the job's cancellation was asked for. Raises LeaseLost."""
    return _flag(LOOK, [lease.job_id, lease.attempt, lease.worker])


def succeed(lease: Lease) -> None:
    """Mark the job done: one statement, for it is asked once per job. Raises LeaseLost."""
    _flag(SUCCEED, [lease.job_id, lease.attempt, lease.worker])


def _flag(statement: str, values: Sequence[Any]) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        row = cursor.fetchone()
    if row is None:
        raise LeaseLost
    return bool(row[0])


def hold(lease: Lease) -> Job:
    """The job row, locked until the transaction ends. Raises LeaseLost if the lease went to another."""
    row = Job.objects.select_for_update().filter(pk=lease.job_id).first()
    if row is None or row.status != JobStatus.LEASED or (row.attempts, row.worker) != (lease.attempt, lease.worker):
        raise LeaseLost
    return row


def requeue(job_id: UUID, attempt: int, *, deaths: int) -> str | None:
    """Put a leased job back for another worker, adding to its deaths. Its lane, or None if it has moved on."""
    with connection.cursor() as cursor:
        cursor.execute(REQUEUE, {"id": job_id, "attempt": attempt, "deaths": deaths})
        row = cursor.fetchone()
    return row[0] if row else None


def promote_due() -> Counter[str]:
    """Move scheduled and retrying jobs whose time has come into the queue: how many each lane got (1,000 at most)."""
    with connection.cursor() as cursor:
        cursor.execute(PROMOTE)
        return Counter(lane for (lane,) in cursor.fetchall())
