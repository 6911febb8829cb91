"""One leased job from handler to outcome."""

import logging
import time
from collections.abc import Callable
from typing import Final

from django.db import InterfaceError, OperationalError, connection

from designer.jobs import claims, faults, settling
from designer.jobs.claims import LeaseLost
from designer.jobs.handlers import HANDLERS, Cancelled, Later, Permanent, Pulse, Retry, RunningJob
from designer.jobs.models import Job
from designer.jobs.settling import DETAIL, problem

log = logging.getLogger(__name__)

BROKEN: Final = ("Something of ours broke.", "If it does so again, tell who runs the studio.")
INSIST: Final = 20.0  # seconds to keep trying to write an outcome while the database is away


def perform(row: Job, *, pulse: Pulse | None = None) -> None:
    """Run the handler of this leased job and record how it ended. Never raises for what the handler does."""
    job = RunningJob(
        id=row.pk,
        kind=row.kind,
        attempt=row.attempts,
        team_id=row.team_id,
        worker=row.worker,
        lane=row.lane,
        priority=row.priority,
        failures=row.failures,
        deaths=row.deaths,
        pulse=pulse,
    )
    faults.point("claim.committed", job.id)
    outcome = _outcome(job, row)
    try:
        insist(outcome)
    except LeaseLost:
        log.warning("job %s (%s) attempt %s lost its lease; nothing written", job.id, job.kind, job.attempt)


def _outcome(job: RunningJob, row: Job) -> Callable[[], None]:
    """What to record after the handler ran. Recording is separate, so that it can be repeated."""
    try:
        if row.cancel_requested_at is not None:  # asked of a worker that has died since
            raise Cancelled
        handler = HANDLERS.get(row.kind)
        if handler is None:
            raise Retry(reason=f"This worker does not know jobs of kind {row.kind!r}.")
        handler(job, **row.payload)
    except LeaseLost:
        return _lost
    except Cancelled:
        return lambda: settling.cancel(job.lease)
    except Permanent as refusal:
        error = problem(refusal.code, refusal.message, refusal.remedy)
        return lambda: settling.fail(job.lease, error)
    except Later as turn:
        reason, pause = problem("waiting", turn.reason), turn.after
        return lambda: settling.put_off(job.lease, reason, after=pause)
    except Retry as wish:
        error, after = problem(wish.code, wish.reason, wish.remedy), wish.after
        return lambda: settling.try_again(job.lease, error, after=after)
    except Exception as crash:
        log.exception("job %s (%s) attempt %s crashed", job.id, job.kind, job.attempt)
        error = problem("crashed", *BROKEN) | {DETAIL: f"{type(crash).__name__}: {crash}"[:500]}
        return lambda: settling.try_again(job.lease, error)
    return (lambda: None) if job.finished else (lambda: claims.succeed(job.lease))


def _lost() -> None:
    raise LeaseLost


def insist(write: Callable[[], None]) -> None:
    """Do this write, repeating it while the database is away: an outcome must not look like a worker's death."""
    end = time.monotonic() + INSIST
    while True:
        try:
            return write()
        except (OperationalError, InterfaceError):
            if time.monotonic() > end or connection.in_atomic_block:
                raise
            log.warning("the database is away; the outcome is written again in a moment")
            connection.close()
            time.sleep(0.5)
