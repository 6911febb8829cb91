"""The scheduler: one leader among any number sweeps the queue and runs the periodic duties.

The leader holds a Postgres advisory lock on a connection of its own: if it dies, the lock falls free at once. If it
freezes, its beat grows old, a stand-by ends its connection and takes over. Whatever a thawed leader still does is
harmless: every action is a conditional update, and every slot of a duty is taken by one.
"""

import contextlib
import logging
import os
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection, connections, transaction
from django.db.models.functions import Now

from designer.jobs import bell, claims, settling
from designer.jobs.models import Job, JobStatus, Lane, LanePause, PeriodicSlot, SchedulerBeat

log = logging.getLogger(__name__)

NAME: Final = "jobs"
LOCK: Final = 7_366_001_001  # any constant that no other advisory lock of this database uses
TICK: Final = 1.0
WEDGED: Final = timedelta(seconds=10)  # a beat older than this belongs to a leader that froze
ALIVE: Final = timedelta(seconds=15)  # and one older than this means that nobody leads

Duty = Callable[[], object]  # what it returns is of no account


@dataclass(frozen=True, slots=True)
class Periodic:
    """A duty and the seconds between its slots. `blind`: it is done while the database is away, too."""

    seconds: int
    duty: Duty
    blind: bool = False


DUTIES: Final[dict[str, Periodic]] = {}
RAN: Final[dict[str, float]] = {}  # when this process ran a duty last, by its own clock


def every(interval: timedelta, *, blind: bool = False) -> Callable[[Duty], Duty]:
    """File a short duty that the leader runs once in each slot of `interval` (whole seconds, counted from 1970).

    A duty that takes longer than a second should enqueue a job instead. Its errors are logged; the next slot comes.
    `blind`: while the database is away whoever led last goes on with it, by a clock of its own.
    """

    def decorate(duty: Duty) -> Duty:
        seconds = max(1, int(interval.total_seconds()))
        DUTIES[f"{duty.__module__}.{duty.__qualname__}"] = Periodic(seconds, duty, blind)
        return duty

    return decorate


def scheduler_is_alive() -> bool:
    """Whether a leader gave a sign of life within the last 15 seconds, by the database's clock."""
    return SchedulerBeat.objects.filter(name=NAME, beat_at__gt=Now() - ALIVE).exists()


class Scheduler:
    """One contender for the lead. `tick` once a second."""

    def __init__(self) -> None:
        self.holder = f"{socket.gethostname()[:60]}:{os.getpid()}"
        self.leading = False
        self._led = False  # when the database was there last
        self._lock: Any = None
        self._backend = 0
        self._swept = float("-inf")

    def tick(self) -> None:
        """Lead for one second, or try to. Never raises: a leader in trouble resigns, and the next may do better."""
        try:
            self._led = self._holds_lock()
            if self._led:
                self._lead()
        except (DatabaseError, InterfaceError) as error:
            log.warning("scheduler: %s", error)
            self.resign()
            connection.close()
            if self._led:
                run_blind_duties()
        except Exception:
            log.exception("scheduler: unforeseen")
            self.resign()

    def resign(self) -> None:
        """Let another lead."""
        if self.leading:
            log.info("%s no longer leads", self.holder)
        if self._lock is not None:
            # closing frees the lock too, but only once the server notices
            with contextlib.suppress(DatabaseError, InterfaceError), self._lock.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock_all()")
            self._lock.close()
        self.leading, self._lock = False, None

    def _holds_lock(self) -> bool:
        if self._lock is None:
            self._lock = connections.create_connection("default")
        with self._lock.cursor() as cursor:
            if self.leading:
                cursor.execute("SELECT 1")  # raises if the connection, and the lock with it, is gone
                return True
            cursor.execute("SELECT pg_try_advisory_lock(%s), pg_backend_pid()", [LOCK])
            self.leading, backend = cursor.fetchone()
        if not self.leading:
            _end_frozen_leader()
            return False
        log.info("%s leads", self.holder)
        self._backend = backend
        return True

    def _lead(self) -> None:
        beat = {"holder": self.holder, "backend": self._backend, "beat_at": Now()}
        SchedulerBeat.objects.update_or_create(name=NAME, defaults=beat)
        claims.promote_due()
        if time.monotonic() - self._swept >= settings.JOB_SWEEP.total_seconds():
            self._swept = time.monotonic()
            sweep()
        ring_where_work_waits()
        run_duties()


def _end_frozen_leader() -> None:
    """Close the connection of a leader whose beat is old, which frees its lock for the next tick."""
    stale = SchedulerBeat.objects.filter(name=NAME, beat_at__lt=Now() - WEDGED).first()
    if stale is None:
        return
    with connection.cursor() as cursor:
        # only if that process still holds our lock: its number may be another's by now
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted AND pid = %s"
            " AND ((classid::bigint << 32) | objid::bigint) = %s",
            [stale.backend, LOCK],
        )
        if cursor.fetchone():
            log.warning("%s froze while leading; its lock was taken away", stale.holder)


def sweep() -> None:
    """Put back what dead workers held."""
    for job_id in _expired():
        _bury(job_id)


def ring_where_work_waits() -> None:
    """Make up for wake-ups that were lost, or that nobody could send."""
    paused = set(LanePause.objects.values_list("lane", flat=True))
    for lane in set(Lane.values) - paused:
        ready = Job.objects.filter(status=JobStatus.QUEUED, lane=lane).values("pk")[: bell.ENOUGH].count()
        if ready:
            _ring_some(lane, ready)


def run_duties() -> None:
    """Run each duty whose slot has come and was taken by nobody else."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM statement_timestamp())::bigint")
        now = int(cursor.fetchone()[0])
    for name, periodic in DUTIES.items():
        if _takes_slot(name, now // periodic.seconds):
            _run(name, periodic)


def run_blind_duties() -> None:
    """Run what is done while the database is away, where its time has come by this process' clock."""
    for name, periodic in DUTIES.items():
        if periodic.blind and time.monotonic() - RAN.get(name, float("-inf")) >= periodic.seconds:
            _run(name, periodic)


def _run(name: str, periodic: Periodic) -> None:
    RAN[name] = time.monotonic()
    try:
        periodic.duty()
    except Exception:
        log.exception("duty %s failed", name)


def _takes_slot(name: str, slot: int) -> bool:
    """Whether this process is the one to run the duty in this slot. A duty never seen before runs at once."""
    if PeriodicSlot.objects.filter(name=name, slot__lt=slot).update(slot=slot):
        return True
    return PeriodicSlot.objects.get_or_create(name=name, defaults={"slot": slot})[1]


def _expired() -> list[UUID]:
    late = Job.objects.filter(status=JobStatus.LEASED, lease_expires_at__lt=Now())
    return list(late.order_by("lease_expires_at").values_list("pk", flat=True)[:500])


def _bury(job_id: UUID) -> None:
    """Requeue or close one job whose lease ran out, unless its holder renewed or is just writing its result."""
    with transaction.atomic():
        late = Job.objects.select_for_update(skip_locked=True).filter(
            pk=job_id, status=JobStatus.LEASED, lease_expires_at__lt=Now()
        )
        row = late.first()
        lane = settling.died(row) if row else None
    if row is not None:
        log.warning("worker %s died with job %s (%s); %s", row.worker, row.pk, row.kind, lane or "closed")


def _ring_some(lane: str, ready: int) -> None:
    """Ring once per ready job, but leave no more unread wake-ups than there can be use for."""
    try:
        missing = min(ready, bell.ENOUGH) - bell.waiting(lane)
    except bell.BELL_AWAY as error:
        log.warning("could not look at the bell of %s: %s", lane, error)
        return
    for _ in range(missing):
        if not bell.ring(lane):
            return
