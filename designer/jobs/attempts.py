"""Calls to paid providers: committed before they are made, so that no crash can hide one and none is billed twice."""

from decimal import Decimal
from typing import Final, Literal

from designer.jobs import faults
from designer.jobs.handlers import Permanent, RunningJob
from designer.jobs.models import AttemptOutcome, JobAttempt

Idempotency = Literal["key", "lookup", "none"]
OPEN: Final = (AttemptOutcome.STARTED, AttemptOutcome.UNKNOWN)


def begin_attempt(
    job: RunningJob,
    *,
    provider: str,
    model: str,
    price: Decimal | None,
    step: str = "",
    idempotency: Idempotency = "none",
) -> JobAttempt:
    """Commit, in a transaction of its own, that this provider is about to be called; call it only after this returns.

    `step` tells several calls of one job apart. `idempotency` is the provider's: with a key or a lookup, a call whose
    outcome is unknown is asked again under the same key; with neither, or at another provider or model, which would
    not know the key, Permanent("outcome_unknown") is raised: a second call could be a second bill. Raises LeaseLost.
    """
    with job.fenced(durable=True):
        calls = JobAttempt.objects.filter(job_id=job.id, step=step)
        calls.filter(outcome=AttemptOutcome.STARTED).exclude(number=job.attempt).update(outcome=AttemptOutcome.UNKNOWN)
        unknown = calls.filter(outcome__in=OPEN).first()
        again = unknown is None or (idempotency != "none" and (unknown.provider, unknown.model) == (provider, model))
        attempt = _recorded(job, provider, model, price, step) if again else None
    if attempt is None:
        asked = unknown.provider if unknown else provider
        raise Permanent(
            "outcome_unknown",
            f"The connection to {asked} broke while it was working, so it may have charged for this already.",
            "It was not sent again. Check the provider's own log, then start it anew if nothing was made.",
        )
    faults.point("attempt.committed", job.id)
    return attempt


def settle_attempt(attempt: JobAttempt, outcome: str, *, error: dict[str, str] | None = None) -> None:
    """Record how the call ended, inside the `fenced()` transaction that stores what came of it."""
    JobAttempt.objects.filter(pk=attempt.pk).update(outcome=outcome, error=error)
    attempt.outcome, attempt.error = outcome, error
    if outcome == AttemptOutcome.SUCCEEDED:
        JobAttempt.objects.filter(
            job_id=attempt.job_id, idempotency_key=attempt.idempotency_key, outcome=AttemptOutcome.UNKNOWN
        ).update(outcome=AttemptOutcome.SUPERSEDED)


def _recorded(job: RunningJob, provider: str, model: str, price: Decimal | None, step: str) -> JobAttempt:
    """The row of this call. Its key stays the same until a call is known to have failed: providers replay an answer
    under a key they have seen, also a refusal."""
    refused = JobAttempt.objects.filter(job_id=job.id, step=step, outcome=AttemptOutcome.FAILED).count()
    facts = {"provider": provider, "model": model, "price": price}
    row: JobAttempt
    row, _ = JobAttempt.objects.get_or_create(
        job_id=job.id,
        number=job.attempt,
        step=step,
        defaults={**facts, "idempotency_key": f"{job.id}-{step or 'call'}-{refused}"},
    )
    return row
