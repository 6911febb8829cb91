"""Jobs per second and seconds to pick-up: this queue, plain Celery and Procrastinate, side by side in one run.

`python -m tests.benchmarks.bench_queue [--quick]` with DATABASE_URL naming a Postgres. Each system gets two worker
processes, the same Postgres (in a database of its own) and the same Valkey. Plain Celery loses work when a worker
dies; the other two keep it in Postgres, so that the fair rival is Procrastinate.
"""

import argparse
import json
import logging
import os
import signal
import sys
import time
from functools import partial
from statistics import median, quantiles
from typing import Any, cast
from uuid import uuid4

import django

django.setup()

import redis  # noqa: E402  (Django must be set up first)
from celery import current_app  # noqa: E402
from django.db import connection, transaction  # noqa: E402

from designer.jobs.models import Job, JobStatus  # noqa: E402
from designer.jobs.services import enqueue  # noqa: E402
from tests.faults.kit import Proc, Stage, private_database, until  # noqa: E402

logging.getLogger("procrastinate").setLevel(logging.WARNING)
KINDS = "tests.benchmarks.queue_kinds"
TEAM = uuid4()


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--quick", action="store_true", help="a tenth of the jobs")
    quick = arguments.parse_args().quick
    jobs, probes, rounds = (500, 60, 1) if quick else (5_000, 300, 3)
    with private_database():
        stage = Stage(lease=30, heartbeat=10, sweep=5)
        stage.env |= {"FAULTS": "", "DESIGNER_EXTRA_HANDLERS": KINDS, "CONN_MAX_AGE": "60"}
        os.environ |= {key: stage.env[key] for key in ("DATABASE_URL", "REDIS_URL")}  # for the rivals' kinds
        try:
            report([System(stage, jobs, probes, rounds).figures() for System in (Ours, PlainCelery, Procrastinate)])
        finally:
            stage.close(keep=bool(os.environ.get("KEEP_STAGE")))


class Contestant:
    """One queue: how to start its workers, send it work, and see that all of it is done."""

    name = ""

    def __init__(self, stage: Stage, jobs: int, probes: int, rounds: int) -> None:
        self.stage, self.jobs, self.probes, self.rounds = stage, jobs, probes, rounds
        self.board = redis.Redis.from_url(stage.valkey.url)
        self.workers: list[Proc] = []

    def figures(self) -> dict[str, Any]:
        self.open()
        try:
            self.send_notes(5)  # warm
            waits = self.send_notes(self.probes)
            rates = [self.rate() for _ in range(self.rounds)]
        finally:
            for worker in self.workers:
                worker.signal(signal.SIGCONT)
                worker.kill()
        cuts = quantiles(waits, n=20, method="inclusive")
        return {
            "system": self.name,
            "jobs_per_second": round(median(rates)),
            "pickup_ms_p50": round(median(waits) * 1000, 1),
            "pickup_ms_p95": round(cuts[18] * 1000, 1),
            "enqueue_per_second": round(self.enqueue_rate),
        }

    def rate(self) -> float:
        """Jobs per second, from waking frozen workers in front of a full queue until all is done."""
        for worker in self.workers:
            worker.signal(signal.SIGSTOP)
        began = time.monotonic()
        self.send(self.jobs)
        self.enqueue_rate = self.jobs / (time.monotonic() - began)
        began = time.monotonic()
        for worker in self.workers:
            worker.signal(signal.SIGCONT)
        until(self.all_done, 300, every=0.02)
        return self.jobs / (time.monotonic() - began)

    def send_notes(self, count: int) -> list[float]:
        """Seconds to pick-up of single jobs sent to idle workers."""
        self.board.delete("bench:seconds")
        for n in range(count):
            self.send_note(str(time.monotonic()))
            until(partial(self.noted, n + 1), 60, every=0.002)
            time.sleep(0.005)
        return [float(value) for value in cast("list[bytes]", self.board.lrange("bench:seconds", 0, -1))]

    def noted(self, count: int) -> bool:
        return cast("int", self.board.llen("bench:seconds")) >= count

    def open(self) -> None: ...
    def send(self, count: int) -> None: ...
    def send_note(self, sent: str) -> None: ...
    def all_done(self) -> bool:
        return False


class Ours(Contestant):
    name = "this queue"

    def open(self) -> None:
        current_app.conf.broker_url = self.stage.valkey.url
        self.workers = [self.stage.worker("interactive", children=2)]

    def send(self, count: int) -> None:
        with transaction.atomic():
            for _ in range(count):
                enqueue("bench.nothing", {}, team_id=TEAM)

    def send_note(self, sent: str) -> None:
        enqueue("bench.note", {"sent": sent}, team_id=TEAM)

    def all_done(self) -> bool:
        return not Job.objects.exclude(status=JobStatus.SUCCEEDED).exists()


class PlainCelery(Contestant):
    name = "plain Celery"

    def open(self) -> None:
        words = ["celery", "-A", f"{KINDS}:plain", "worker", "-Q", "plain", "-c", "2", "--loglevel", "WARNING"]
        quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
        self.workers = [start(self.stage, "celery", [*words, *quiet])]
        from tests.benchmarks import queue_kinds

        self.kinds = queue_kinds

    def send(self, count: int) -> None:
        with self.kinds.plain.producer_pool.acquire(block=True) as producer:
            for _ in range(count):
                self.kinds.plain_nothing.apply_async(producer=producer)
            self.board.delete("bench:seconds")
            for _ in range(2):  # first in, first out: when both processes' last is noted, all is done
                self.kinds.plain_note.apply_async(args=["0"], producer=producer)

    def send_note(self, sent: str) -> None:
        self.kinds.plain_note.delay(sent)

    def all_done(self) -> bool:
        return self.noted(2)


class Procrastinate(Contestant):
    name = "Procrastinate"

    def open(self) -> None:
        from tests.benchmarks import queue_kinds

        self.kinds = queue_kinds
        queue_kinds.pg.open()
        queue_kinds.pg.schema_manager.apply_schema()
        words = ["procrastinate", "--app", f"{KINDS}.pg", "worker", "--concurrency", "1"]
        self.workers = [start(self.stage, f"procrastinate{n}", words) for n in range(2)]

    def send(self, count: int) -> None:
        self.kinds.pg_nothing.batch_defer(*[{} for _ in range(count)])

    def send_note(self, sent: str) -> None:
        self.kinds.pg_note.defer(sent=sent)

    def all_done(self) -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT NOT EXISTS (SELECT FROM procrastinate_jobs WHERE status <> 'succeeded')")
            return bool(cursor.fetchone()[0])


def start(stage: Stage, name: str, words: list[str]) -> Proc:
    ours = {"DJANGO_SETTINGS_MODULE", "DESIGNER_EXTRA_HANDLERS"}  # rivals run without them
    env = {key: value for key, value in stage.env.items() if key not in ours}
    proc = Proc(name, [sys.executable, "-m", *words], env, stage.log(name))
    stage.procs.append(proc)
    return proc


def report(found: list[dict[str, Any]]) -> None:
    """A table for people, then one JSON line per system with its ratios to ours."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('fsync'), current_setting('synchronous_commit')")
        fsync, commit = cursor.fetchone()
    print(f"Postgres fsync={fsync} synchronous_commit={commit}; two worker processes each")
    print(f"{'':15}{'jobs/s':>9}{'pick-up p50':>14}{'p95':>10}{'enqueue/s':>12}")
    ours = found[0]
    for row in found:
        print(
            f"{row['system']:15}{row['jobs_per_second']:>9}{row['pickup_ms_p50']:>11} ms{row['pickup_ms_p95']:>7} ms"
            f"{row['enqueue_per_second']:>12}"
        )
    for row in found:
        ratios = {f"our_{key}_ratio": round(ours[key] / row[key], 2) for key in ("jobs_per_second", "pickup_ms_p95")}
        print(json.dumps({**row, **ratios}))


if __name__ == "__main__":
    main()
