"""Calls to paid providers: committed before they are made, so that no crash can hide one and none is billed twice."""

from datetime import datetime
from decimal import Decimal
from typing import Final, Literal
from uuid import UUID

from django.db.models.functions import Now

from designer.jobs import faults
from designer.jobs.handlers import Permanent, RunningJob
from designer.jobs.models import AttemptOutcome, Job, JobAttempt, JobStatus

Idempotency = Literal["key", "lookup", "none"]
NOT_SENT_AGAIN: Final = "outcome_unknown"
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
        raise Permanent(
            NOT_SENT_AGAIN,
            f"{_what_befell(unknown, provider)} It may have charged for this already.",
            "It was not sent again. Check the provider's own log, then start it anew if nothing was made.",
        )
    faults.point("attempt.committed", job.id)
    return attempt


def is_asked(job_id: UUID, step: str) -> bool:
    """Whether a call of this step was begun whose end nobody knows yet: that one is gone on with, none is bought."""
    return bool(JobAttempt.objects.filter(job_id=job_id, step=step, outcome__in=OPEN).exists())


def has_bought(job_id: UUID) -> bool:
    """Whether the job has called a provider, and the call was not refused."""
    stands = (*OPEN, AttemptOutcome.SUCCEEDED)
    return bool(JobAttempt.objects.filter(job_id=job_id, outcome__in=stands).exists())


def _what_befell(unknown: JobAttempt | None, provider: str) -> str:
    """Why nobody knows how that call ended: what was noted of it, or that its worker ended first."""
    noted = (unknown.error or {}).get("message") if unknown else None
    asked = unknown.provider if unknown else provider
    return noted or f"The connection to {asked} broke while it was working."


def settle_attempt(attempt: JobAttempt, outcome: str, *, error: dict[str, str] | None = None) -> None:
    """Record how the call ended, inside the `fenced()` transaction that stores what came of it."""
    JobAttempt.objects.filter(pk=attempt.pk).update(outcome=outcome, error=error)
    attempt.outcome, attempt.error = outcome, error
    if outcome == AttemptOutcome.SUCCEEDED or (outcome == AttemptOutcome.FAILED and attempt.reference):
        JobAttempt.objects.filter(
            job_id=attempt.job_id, idempotency_key=attempt.idempotency_key, outcome=AttemptOutcome.UNKNOWN
        ).update(outcome=AttemptOutcome.SUPERSEDED)


def note_reference(job: RunningJob, attempt: JobAttempt, reference: str) -> None:
    """Commit what the provider calls this work, so that whoever goes on with the job asks for it instead of paying
    again. Raises LeaseLost."""
    with job.fenced(durable=True):
        JobAttempt.objects.filter(pk=attempt.pk).update(reference=reference)
    attempt.reference = reference
    faults.point("reference.committed", job.id)


def hear(pk: UUID, *, provider: str, reference: str) -> bool:
    """A provider told us by itself about the work of this attempt: note it, and its name for it where the answer that
    should have brought that was lost; a job that waits to try again does so now. False where nothing open is meant."""
    rows = JobAttempt.objects.filter(pk=pk, provider=provider, outcome__in=OPEN)
    named = rows.filter(reference="").update(reference=reference, heard_at=Now())
    if not named and not rows.filter(reference=reference).update(heard_at=Now()):
        return False
    Job.objects.filter(calls__pk=pk, status=JobStatus.RETRYING).update(scheduled_at=Now(), updated_at=Now())
    return True


def last_heard(attempt: JobAttempt) -> datetime | None:
    """When the provider last told us of this work, whichever worker had asked for it; None if it never did."""
    rows = JobAttempt.objects.filter(job_id=attempt.job_id, reference=attempt.reference, heard_at__isnull=False)
    latest: datetime | None = rows.order_by("-heard_at").values_list("heard_at", flat=True).first()
    return latest


def _recorded(job: RunningJob, provider: str, model: str, price: Decimal | None, step: str) -> JobAttempt:
    """The row of this call. Its key stays the same until a call is known to have failed: providers replay an answer
    under a key they have seen, also a refusal."""
    calls = JobAttempt.objects.filter(job_id=job.id, step=step)
    key = f"{job.id}-{step or 'call'}-{calls.filter(outcome=AttemptOutcome.FAILED).count()}"
    known = calls.filter(idempotency_key=key).exclude(reference="").values_list("reference", flat=True).first()
    facts = {"provider": provider, "model": model, "price": price, "idempotency_key": key, "reference": known or ""}
    row: JobAttempt
    row, _ = JobAttempt.objects.get_or_create(job_id=job.id, number=job.attempt, step=step, defaults=facts)
    return row
