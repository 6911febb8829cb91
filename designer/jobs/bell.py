"""The bell: a Celery message that wakes a worker of a lane. It carries no work; losing or doubling it is harmless."""

import logging
import time
from functools import partial
from typing import Final

from celery import current_app
from django.db import connection, transaction
from kombu.exceptions import OperationalError as BrokerDown
from redis.exceptions import RedisError

from designer.jobs import faults

log = logging.getLogger(__name__)

BELL_AWAY: Final = (BrokerDown, RedisError, OSError)

WAKE: Final = "designer.jobs.wake"
EXPIRES: Final = 60  # seconds; an older message wakes nobody
QUIET: Final = 2.0  # seconds without trying after a failure, so that requests stay quick while Redis is away
ENOUGH: Final = 8  # messages waiting in a lane are enough to wake every worker that is free

_silent_until = 0.0


def ring_after_commit(lane: str) -> None:
    """Wake a worker of `lane` once the caller's transaction has committed; never if it rolls back.

    A transaction that enqueues thousands rings only as often as there can be use for.
    """
    if not _rings_enough(lane):
        transaction.on_commit(partial(_ring_committed, lane))


def _rings_enough(lane: str) -> bool:
    """Whether this transaction will ring `lane` often enough already, in any case in which the caller's work stays."""
    mine = set(connection.savepoint_ids)
    rings = 0
    for savepoints, call, *_ in reversed(connection.run_on_commit):
        if isinstance(call, partial) and call.func is _ring_committed and call.args == (lane,) and savepoints <= mine:
            rings += 1
            if rings >= ENOUGH:
                return True
    return False


def _ring_committed(lane: str) -> None:
    faults.point("outbox.before_wake")
    ring(lane)


def ring(lane: str) -> bool:
    """Send one wake-up. False if it could not be sent: the sweep rings again within seconds."""
    global _silent_until
    if time.monotonic() < _silent_until:
        return False
    try:
        current_app.send_task(WAKE, args=[lane], queue=lane, expires=EXPIRES, retry=False, ignore_result=True)
    except BELL_AWAY as error:
        _silent_until = time.monotonic() + QUIET
        log.warning("could not wake a worker of %s: %s", lane, error)
        return False
    return True


def waiting(lane: str) -> int:
    """How many wake-ups lie unread in this lane. Raises one of BELL_AWAY."""
    with current_app.connection_for_read() as broker:
        return int(broker.default_channel.client.llen(lane))
