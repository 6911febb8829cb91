"""The heartbeat: one thread per worker process, alive while the main thread is inside torch or a provider's reply.

It renews the running job's lease, sees its cancellation, and at the end of a shutdown's grace hands the job back.
"""

import logging
import mmap
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection

from designer.jobs import claims
from designer.jobs.claims import Lease, LeaseLost

log = logging.getLogger(__name__)

TICK: Final = 0.25
LOOK_EVERY: Final = 0.5
GRACE: Final = 5.0  # seconds from the stop signal to handing back; the rest of the ten is for Celery to leave

# One byte shared by a worker's parent and its forked children: not zero once the worker is shutting down.
STOPPING: Final = mmap.mmap(-1, 1)


def stopping() -> bool:
    """True once this worker was told to stop: finish what runs, claim nothing more."""
    return STOPPING[0] != 0


def announce_stop() -> None:
    """Tell every process of this worker to stop."""
    STOPPING[0] = 1


class Beat:
    """The pulse of one running job."""

    def __init__(self, lease: Lease) -> None:
        self.lease = lease
        self._stop = threading.Event()
        self.renewed = self.looked = time.monotonic()

    def stopped(self) -> bool:
        return self._stop.is_set()

    def check(self) -> None:
        """Renew or look when it is time; a lost lease stops the job as a cancellation does."""
        now = time.monotonic()
        try:
            if now - self.renewed >= settings.JOB_HEARTBEAT.total_seconds():
                wanted = claims.renew(self.lease)
                self.renewed = self.looked = now
            elif now - self.looked >= LOOK_EVERY:
                wanted = claims.look(self.lease)
                self.looked = now
            else:
                return
        except LeaseLost:
            wanted = True
        if wanted:
            self._stop.set()

    def check_clock(self) -> None:
        """With the database away, an own lease of that age has run out: stop, for another may have the job."""
        if time.monotonic() - self.renewed > settings.JOB_LEASE.total_seconds():
            self._stop.set()


class Heart(threading.Thread):
    """Beats for the job that the main thread is doing now, if any."""

    def __init__(self) -> None:
        super().__init__(name="heartbeat", daemon=True)
        self.beat: Beat | None = None
        self._stop_seen: float | None = None

    def run(self) -> None:
        while True:
            time.sleep(TICK)
            beat = self.beat
            if beat is not None:
                self._tick(beat)

    def _tick(self, beat: Beat) -> None:
        try:
            beat.check()
            self._hand_back_in_time(beat)
        except (DatabaseError, InterfaceError) as error:
            log.warning("heartbeat of %s: %s", beat.lease.job_id, error)
            connection.close()
            beat.check_clock()

    def _hand_back_in_time(self, beat: Beat) -> None:
        if not stopping():
            return
        self._stop_seen = self._stop_seen or time.monotonic()
        if time.monotonic() - self._stop_seen < GRACE or self.beat is not beat:
            return
        if claims.requeue(beat.lease.job_id, beat.lease.attempt, deaths=0):
            log.warning("handed back job %s at shutdown", beat.lease.job_id)
            os._exit(0)  # the main thread may be inside torch for minutes; it can no longer write anything


_hearts: dict[int, Heart] = {}


@contextmanager
def beating(lease: Lease) -> Iterator[Beat]:
    """Keep this lease alive while the block runs."""
    heart = _hearts.get(os.getpid())
    if heart is None:  # first job of this process: threads do not survive a fork, so each child has its own
        heart = _hearts[os.getpid()] = Heart()
        heart.start()
    beat = heart.beat = Beat(lease)
    try:
        yield beat
    finally:
        heart.beat = None
