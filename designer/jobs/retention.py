"""How long the queue remembers: jobs that ended go after 30 days, but none that somebody may still ask for."""

from datetime import timedelta
from typing import Final

from django.utils import timezone

from designer.jobs.models import OVER, AttemptOutcome, Job, JobAttempt
from designer.jobs.scheduler import every
from designer.jobs.workers import forget_silent

KEPT: Final = timedelta(days=30)
AT_ONCE: Final = 2_000  # rows; a duty must not be kept long
OPEN: Final = (AttemptOutcome.UNKNOWN, AttemptOutcome.STARTED)


@every(timedelta(minutes=10))
def purge_jobs() -> int:
    """Delete what ended 30 days ago, the oldest first; how many jobs went.

    The ledger keeps what was paid. A job with a call whose outcome nobody knows stays until somebody has looked.
    """
    unsettled = JobAttempt.objects.filter(outcome__in=OPEN).values("job_id")
    old = Job.objects.filter(status__in=OVER, finished_at__lt=timezone.now() - KEPT).exclude(pk__in=unsettled)
    ids = list(old.order_by("finished_at").values_list("pk", flat=True)[:AT_ONCE])
    Job.objects.filter(pk__in=ids, status__in=OVER).delete()
    return len(ids)


every(timedelta(minutes=10))(forget_silent)
