"""How a job leaves a worker: succeeded, to be tried again, or closed for good together with what hangs on it."""

import logging
import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from django.db import OperationalError, transaction
from django.db.models import Func, Value
from django.db.models.fields import DateTimeField, DurationField
from django.db.models.functions import Now

from designer.jobs import claims
from designer.jobs.claims import DEATHS_ALLOWED, Lease
from designer.jobs.handlers import DELAYERS, FINISHERS
from designer.jobs.models import FINAL, AttemptOutcome, Job, JobAttempt, JobStatus

log = logging.getLogger(__name__)

BASE_DELAY: Final = timedelta(seconds=2)
MAX_DELAY: Final = timedelta(minutes=5)
MAX_RETRY_AFTER: Final = timedelta(hours=1)
DETAIL: Final = "detail"  # of `last_error`: for who looks after the queue, not for who waits for the work


def problem(code: str, message: str, remedy: str = "") -> dict[str, str]:
    """The shape of `last_error`."""
    return {"code": code, "message": message[:500], "remedy": remedy}


def told(error: dict[str, str]) -> dict[str, str]:
    """What others may know of it."""
    return {name: words for name, words in error.items() if name != DETAIL}


def fail(lease: Lease, error: dict[str, str]) -> None:
    """Close the job as failed: trying again cannot help. Raises LeaseLost."""
    with transaction.atomic():
        close(claims.hold(lease), JobStatus.FAILED, error)


def cancel(lease: Lease) -> None:
    """Close the job as cancelled; one that stopped only because its worker had lost its pulse waits for another.

    Raises LeaseLost.
    """
    with transaction.atomic():
        row = claims.hold(lease)
        if row.cancel_requested_at:
            close(row, JobStatus.CANCELLED, CANCELLED)
        else:
            claims.requeue(row.pk, row.attempts, deaths=0)


def try_again(lease: Lease, error: dict[str, str], *, after: timedelta | None = None) -> None:
    """Schedule another try, or close the job if it was cancelled or has used up its tries. Raises LeaseLost."""
    with transaction.atomic():
        row = claims.hold(lease)
        row.failures += 1
        if row.cancel_requested_at:
            close(row, JobStatus.CANCELLED, CANCELLED)
        elif row.failures >= row.max_attempts:
            close(row, JobStatus.DEAD, error)
        else:
            _delay(row, error, pause(row.failures, after))
            _follow(row, DELAYERS.get(row.kind), told(error))


def put_off(lease: Lease, reason: dict[str, str], *, after: timedelta) -> None:
    """Give the job back until its turn comes, an hour at most; nothing failed. Raises LeaseLost."""
    with transaction.atomic():
        row = claims.hold(lease)
        if row.cancel_requested_at:
            close(row, JobStatus.CANCELLED, CANCELLED)
        else:
            _delay(row, reason, min(after, MAX_RETRY_AFTER))
            if row.last_error != reason:  # else it was told already
                _follow(row, DELAYERS.get(row.kind), told(reason))


def died(row: Job) -> str | None:
    """What follows the death of the worker that held this locked row. The lane to wake, or None if it is closed."""
    if row.cancel_requested_at:
        close(row, JobStatus.CANCELLED, CANCELLED)
        return None
    if row.deaths + 1 >= DEATHS_ALLOWED:
        row.deaths += 1
        close(row, JobStatus.DEAD, WORKER_DIED)
        return None
    return claims.requeue(row.pk, row.attempts, deaths=1)


def close(row: Job, status: JobStatus, error: dict[str, str]) -> None:
    """End this locked row without success and let what hangs on it follow, in the caller's transaction."""
    if row.status in FINAL:
        return
    # a call that was under way may have been charged for: list it, never forget it
    JobAttempt.objects.filter(job_id=row.pk, outcome=AttemptOutcome.STARTED).update(outcome=AttemptOutcome.UNKNOWN)
    Job.objects.filter(pk=row.pk).update(
        status=status,
        last_error=_followed(row, status, error),
        failures=row.failures,
        deaths=row.deaths,
        lease_expires_at=None,
        finished_at=Now(),
        updated_at=Now(),
    )


def pause(failures: int, after: timedelta | None) -> timedelta:
    """Full jitter below a doubling ceiling; a given Retry-After is kept (to an hour), plus up to a tenth."""
    if after is not None:
        return min(max(after, timedelta()), MAX_RETRY_AFTER) * (1 + random.random() / 10)  # noqa: S311
    ceiling: timedelta = min(MAX_DELAY, BASE_DELAY * 2 ** min(failures - 1, 16))
    return ceiling * random.random()  # noqa: S311


CANCELLED: Final = problem("cancelled", "Cancelled on request.")
WORKER_DIED: Final = problem(
    "worker_died", "The worker died three times during this job.", "Look at its input, then replay it or let it be."
)


def _followed(row: Job, status: JobStatus, error: dict[str, str]) -> dict[str, Any]:
    """Call the kind's finisher; the error, with what was wrong with that if it is broken."""
    trouble = _follow(row, FINISHERS.get(row.kind), str(status), told(error))
    return {**error, "follow_up": trouble} if trouble else error


def _follow(row: Job, follower: Callable[..., None] | None, *said: Any) -> str:
    """Call what was filed for the kind, in a savepoint. One that is broken must not keep the job from going on or from
    ending: what was wrong with it is given."""
    if follower is None:
        return ""
    try:
        with transaction.atomic():
            follower(row, *said)
    except OperationalError:
        raise  # the database is away: the whole closing is tried again
    except Exception as trouble:
        log.exception("what follows %s could not", row)
        return f"{type(trouble).__name__}: {trouble}"[:500]
    return ""


def _delay(row: Job, error: dict[str, str], wait: timedelta) -> None:
    moment = Func(
        Func(function="statement_timestamp", output_field=DateTimeField()),
        Value(wait, output_field=DurationField()),
        template="%(expressions)s",
        arg_joiner=" + ",
        output_field=DateTimeField(),
    )
    Job.objects.filter(pk=row.pk).update(
        status=JobStatus.RETRYING,
        failures=row.failures,
        deaths=row.deaths,
        scheduled_at=moment,
        worker="",
        lease_expires_at=None,
        last_error=error,
        updated_at=Now(),
    )
