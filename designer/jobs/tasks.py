"""The Celery side: a wake-up makes a worker drain its lanes. The message names a lane and carries no work."""

import os
import socket
import threading
import time
import uuid
from importlib import import_module
from typing import Any, Final

from celery import current_app, shared_task
from celery.signals import worker_ready, worker_shutdown, worker_shutting_down
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection

from designer.jobs import bell, claims, heartbeat, presence
from designer.jobs.claims import URGENCY
from designer.jobs.heartbeat import beating
from designer.jobs.models import Job
from designer.jobs.running import perform

DRAIN_SECONDS: Final = 30.0  # then the next wake-up goes on, so that no message waits behind an endless one
NODE: Final = uuid.uuid4()  # of this worker; the processes that it forks inherit it

if settings.EMBEDDED:  # elsewhere a system check refuses the setting
    for module in settings.EXTRA_HANDLERS:
        import_module(module)


@shared_task(name=bell.WAKE, ignore_result=True)  # type: ignore[untyped-decorator]
def wake(lane: str) -> None:
    """Work until nothing is ready in this worker's lanes, or for a bounded time."""
    lanes = served_lanes(lane)
    end = time.monotonic() + DRAIN_SECONDS
    while not heartbeat.stopping():
        row = _claim(lanes)
        if row is None:
            return
        _work(row)
        if time.monotonic() > end:
            bell.ring(lane)
            return


def _claim(lanes: tuple[str, ...]) -> Job | None:
    try:
        return claims.claim_best(lanes, worker_id())
    except (OperationalError, InterfaceError):  # the kept connection broke since the last wake-up
        connection.close()
        return claims.claim_best(lanes, worker_id())


def _work(row: Job) -> None:
    with beating(claims.Lease(row.pk, row.attempts, row.worker)) as beat:
        perform(row, pulse=beat)


def drain(*lanes: str, limit: int = 1000) -> int:
    """Do what is ready in these lanes (all if none named), in this thread and without a heartbeat. Jobs done.

    For tests and management commands; a worker does the same in `wake`.
    """
    for done in range(limit):
        row = claims.claim_best(lanes or URGENCY, worker_id())
        if row is None:
            return done
        perform(row)
    return limit


def served_lanes(lane: str) -> tuple[str, ...]:
    """The lanes that this worker consumes: a free worker takes the most urgent job, whichever bell rang.

    What a message says is believed only where no worker listens, and only of a lane that exists.
    """
    chosen = presence.lanes() or current_app.amqp.queues.consume_from
    own = tuple(name for name in URGENCY if name in chosen)
    return own or ((lane,) if lane in URGENCY else ())


def worker_id() -> str:
    """Host, process, thread and worker: never the same for two lives."""
    return f"{socket.gethostname()[:60]}:{os.getpid()}:{threading.get_ident() % 10**8}:{NODE}"


@worker_shutting_down.connect  # type: ignore[untyped-decorator]
def _stop(**_: Any) -> None:
    heartbeat.announce_stop()


@worker_ready.connect  # type: ignore[untyped-decorator]
def _appear(sender: Any, **_: Any) -> None:
    presence.appear(NODE, sender)


@worker_shutdown.connect  # type: ignore[untyped-decorator]
def _leave(**_: Any) -> None:
    presence.leave()
