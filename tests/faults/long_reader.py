"""The queue beside a transaction that stays open and the rows of long ago, as a play. It judges nothing.

An open snapshot keeps every dead version of a row, and the claim has to step over those that stand before the next job:
this is what ruins queues in Postgres. The real statements work against the real tables.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from django.db import connection, connections, transaction

from designer.jobs import claims
from designer.jobs.models import Job, JobStatus
from designer.jobs.services import enqueue
from tests.faults.kit import private_database
from tests.faults.promises import spread

Figures = dict[str, Any]
LANE = "batch"
OLD = """
INSERT INTO job_queue (id, created_at, updated_at, kind, payload, lane, priority, status, scheduled_at, turn, attempts,
  failures, max_attempts, deaths, worker, team_id, started_at, finished_at)
SELECT gen_random_uuid(), t, t, 'old', '{}', %(lane)s, 5, 'succeeded', t, n, 1, 0, 5, 0, 'gone', %(team)s, t, t
FROM (SELECT n, now() - interval '20 days' + n * interval '1 second' AS t FROM generate_series(1, %(rows)s) n) old
"""


def survived(*, old_rows: int, seconds: float, rate: float, workers: int = 2) -> Figures:
    """12: enqueue `rate` jobs a second and let `workers` claim and end them, all the while with a snapshot open."""
    with private_database():
        teams = [uuid4() for _ in range(3)]
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")
            cursor.execute(OLD, {"lane": LANE, "team": teams[0], "rows": old_rows})
            cursor.execute("ANALYZE job_queue")
        with open_snapshot():
            run = _Run(seconds, rate, teams)
            run.play(workers)
        return {"promise": 12, "old_rows": old_rows, "open_for": seconds, "rate": rate, **run.figures()}


@contextmanager
def open_snapshot() -> Iterator[None]:
    """A transaction that looked once and does not end."""
    reader = connections.create_connection("default")
    try:
        with reader.cursor() as cursor:
            cursor.execute("SET idle_in_transaction_session_timeout = 0")
            cursor.execute("SET statement_timeout = 0")
            cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
            cursor.execute("SELECT count(*) FROM job_queue WHERE status = 'queued'")
            yield
    finally:
        reader.close()


class _Run:
    """One run: its claims with the moment and the seconds of each, and how many jobs waited at each moment."""

    def __init__(self, seconds: float, rate: float, teams: list[UUID]) -> None:
        self.began, self.seconds, self.rate, self.teams = time.monotonic(), seconds, rate, teams
        self.claims: list[tuple[float, float]] = []
        self.waiting: list[tuple[float, int]] = []
        self.made = 0

    def play(self, workers: int) -> None:
        acts: list[Callable[[], None]] = [self._enqueue, self._count, *[partial(self._work, n) for n in range(workers)]]
        threads = [threading.Thread(target=self._alone, args=[act]) for act in acts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def figures(self) -> Figures:
        edge = min(30.0, self.seconds / 4)
        first = [took for at, took in self.claims if at < edge]
        last = [took for at, took in self.claims if at > self.seconds - edge]
        waits = [count for _, count in self.waiting]
        return {
            "jobs": self.made,
            "claimed": len(self.claims),
            f"claim_first_{edge:g}_s": spread(first),
            f"claim_last_{edge:g}_s": spread(last),
            "waiting_at_most": max(waits, default=0),
            "waiting_grows_by_a_second": round((waits[-1] - waits[0]) / self.seconds, 3) if waits else None,
        }

    @property
    def now(self) -> float:
        return time.monotonic() - self.began

    def _alone(self, act: Callable[[], None]) -> None:
        try:
            act()
        finally:
            connection.close()

    def _enqueue(self) -> None:
        while self.now < self.seconds:
            with transaction.atomic():
                enqueue("old", {}, team_id=self.teams[self.made % len(self.teams)], lane=LANE)
                transaction.get_connection().run_on_commit.clear()  # nobody is there to hear the bell
            self.made += 1
            time.sleep(max(0.0, self.made / self.rate - self.now))

    def _count(self) -> None:
        while self.now < self.seconds:
            self.waiting.append((self.now, Job.objects.filter(status=JobStatus.QUEUED).count()))
            time.sleep(self.seconds / 60)

    def _work(self, number: int) -> None:
        while self.now < self.seconds:
            began = self.now
            job = claims.claim(LANE, f"play:{number}")
            if job is None:
                time.sleep(0.01)
                continue
            self.claims.append((began, self.now - began))
            claims.succeed(claims.Lease(job.pk, job.attempts, job.worker))
