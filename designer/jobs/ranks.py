"""Urgency within a team. Between teams only the turns count: a rank trades places with the team's own waiting jobs.

A team's places in its lane stay the same ones; which of its jobs stands in which is what a rank says.
"""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from django.db import connection

from designer.jobs.models import Job, JobStatus

# Whoever holds one of the rows is about to move it anyway: it keeps its place, and nobody waits for anybody.
TAKE: Final = """
WITH mine AS (SELECT id, lane, priority, team_id, turn, rank FROM job_queue WHERE id = %(id)s AND status = 'queued'),
later AS (
  SELECT q.id, q.turn FROM job_queue q JOIN mine m
    ON q.lane = m.lane AND q.priority = m.priority AND q.team_id = m.team_id AND q.rank > m.rank AND q.turn < m.turn
  WHERE q.status = 'queued' AND q.turn >= %(since)s ORDER BY q.turn LIMIT 1 FOR UPDATE OF q SKIP LOCKED
)
UPDATE job_queue j SET turn = CASE WHEN j.id = m.id THEN l.turn ELSE m.turn END
FROM mine m, later l WHERE j.id IN (m.id, l.id)
"""
DEAL: Final = """
WITH mine AS (
  SELECT q.id, q.turn, q.rank FROM job_queue q WHERE q.status = 'queued' AND q.lane = %(lane)s
    AND q.priority = %(priority)s AND q.team_id = %(team_id)s ORDER BY q.id FOR UPDATE SKIP LOCKED
), places AS (SELECT turn, row_number() OVER (ORDER BY turn) AS n FROM mine),
dealt AS (SELECT id, row_number() OVER (ORDER BY rank, turn, id) AS n FROM mine)
UPDATE job_queue j SET turn = p.turn, updated_at = statement_timestamp()
FROM dealt d JOIN places p USING (n) WHERE j.id = d.id AND j.turn <> p.turn
"""


def take_place(job: Job, *, since: int = 0) -> None:
    """Let a new job stand where the first less urgent one of its team stood, and that one where it would have stood.

    `since`: the turn from which on to look, where the front of the queue is known.
    """
    _do(TAKE, id=job.pk, since=since)


def deal(job_ids: Iterable[UUID]) -> None:
    """Deal the places of these jobs' teams out anew by rank, after ranks have changed."""
    waiting = Job.objects.filter(pk__in=list(job_ids), status=JobStatus.QUEUED).order_by()
    for group in waiting.values("lane", "priority", "team_id").distinct():
        _do(DEAL, **group)


def _do(statement: str, **values: str | int | UUID) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
