"""The same two pieces of work for three queues: nothing at all, and noting how long it took to be picked up."""

import os
import time

import procrastinate
import redis
from celery import Celery

REDIS_URL = os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/0")
NOTES = "bench:seconds"
board = redis.Redis.from_url(REDIS_URL)


def note(sent: str) -> None:
    """Push the seconds since `sent` (CLOCK_MONOTONIC, one clock for all processes of the machine)."""
    board.rpush(NOTES, time.monotonic() - float(sent))


plain = Celery("bench", broker=REDIS_URL, set_as_current=False)
plain.conf.update(task_ignore_result=True, worker_prefetch_multiplier=1, task_default_queue="plain")


@plain.task
def plain_nothing() -> None:
    return


@plain.task
def plain_note(sent: str) -> None:
    note(sent)


pg = procrastinate.App(
    connector=procrastinate.PsycopgConnector(conninfo=os.environ.get("DATABASE_URL", "postgresql:///bench"))
)


@pg.task
async def pg_nothing() -> None:
    return


@pg.task
async def pg_note(sent: str) -> None:
    note(sent)


if os.environ.get("DESIGNER_EXTRA_HANDLERS") == __name__:
    from designer.jobs.handlers import RunningJob, handles

    @handles("bench.nothing")
    def nothing(job: RunningJob) -> None:
        return

    @handles("bench.note")
    def picked_up(job: RunningJob, sent: str) -> None:
        note(sent)

    @handles("bench.busy")
    def busy(job: RunningJob, seconds: str) -> None:
        time.sleep(float(seconds))
