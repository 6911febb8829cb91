"""A generation that has to be tried again: by itself after a while, or because somebody says so."""

from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.db.models import Exists, OuterRef, Prefetch, Subquery

from designer.assets.models import Asset
from designer.generations.models import Generation, GenerationQuerySet, Status
from designer.jobs.models import AttemptOutcome, Job, JobAttempt, JobStatus, Lane
from designer.jobs.services import revive
from teams.accounts.models import User
from teams.base.errors import Conflict


def shown(rows: GenerationQuerySet) -> GenerationQuerySet:
    """Rows with all that a card and the API tell of them, in a constant number of queries: `trouble` and `again_at`,
    where it is tried again by itself; `is_single`: it is no part of a batch; `is_stopping`: it was cancelled, and a
    call that is under way is waited for; `is_unsettled`: how one of its calls ended is not known."""
    job = Job.objects.filter(pk=OuterRef("job_id"))
    waits = job.filter(status=JobStatus.RETRYING)
    told = rows.annotate(
        trouble=Subquery(waits.values("last_error")),
        again_at=Subquery(waits.values("scheduled_at")),
        is_single=Exists(job.filter(lane=Lane.INTERACTIVE)),
        is_stopping=Exists(job.filter(status=JobStatus.LEASED, cancel_requested_at__isnull=False)),
        is_unsettled=Exists(JobAttempt.objects.filter(job_id=OuterRef("job_id"), outcome=AttemptOutcome.UNKNOWN)),
    )
    return told.prefetch_related("stages", Prefetch("assets", queryset=Asset.objects.order_by("created_at", "id")))


def offered(rows: GenerationQuerySet, user: User | AnonymousUser) -> GenerationQuerySet:
    """The same, with what a card offers: `is_editable`: this person may change it."""
    own = Generation.objects.editable_by(user).filter(pk=OuterRef("pk"))
    return shown(rows).annotate(is_editable=Exists(own))


@transaction.atomic
def retry(*, actor: User, generation_id: UUID) -> None:
    """Try what failed again, for the images that are missing: those that came stay, and what may have been paid for is
    not bought a second time. Raises Missing, Forbidden or Conflict."""
    job_id = Generation.objects.for_edit(actor, generation_id).job_id
    # the job before its generation, as a worker that closes it locks them
    job = Job.objects.select_for_update().filter(pk=job_id).first() if job_id else None
    row = Generation.objects.select_for_update().get(pk=generation_id)
    if row.is_live:
        raise Conflict("not_failed", "It is being tried again already.", remedy="Wait for it.")
    if row.trashed_at or row.status not in (Status.FAILED, Status.PARTIAL) or not row.error:
        what = "in the trash" if row.trashed_at else row.status
        raise Conflict("not_failed", f"This generation is {what}.", remedy="Only what failed can be tried again.")
    if job is None:
        raise Conflict(
            "too_old",
            "It ended so long ago that what it takes to try it again is not kept any more.",
            remedy="Ask for it anew, with its prompt.",
        )
    if job.lane != Lane.INTERACTIVE:
        raise Conflict("of_batch", "This generation is part of a batch.", remedy="Retry it there.")
    revive(job.pk, ended=(JobStatus.FAILED, JobStatus.DEAD))
