"""What the queue hears from the ground floor: teams were archived or deleted, and nothing more is done for them."""

from typing import Any, Final

from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.dispatch import receiver

from designer.jobs.claims import FREE
from designer.jobs.models import WAITING, Job, JobStatus
from designer.jobs.services import request_cancel
from designer.jobs.steering import HELD
from teams.membership.models import Team
from teams.signals import work_stopped

AT_ONCE: Final = 2_000  # the scheduler calls again for the rest


@receiver(work_stopped, dispatch_uid="jobs.work_stopped")
def cancel_all(sender: object, teams: QuerySet[Team], **_: Any) -> None:
    """Cancel what waits, ask what runs to stop; what a batch holds back for its resumption stays."""
    held = Q(status=JobStatus.SCHEDULED, scheduled_at__gt=Now() + HELD)
    live = Q(status__in=WAITING) & ~held | Q(status=JobStatus.LEASED, cancel_requested_at=None)
    rows = Job.objects.filter(live, team_id__in=teams.values("pk")).exclude(kind__in=FREE)
    for pk in list(rows.order_by("pk").values_list("pk", flat=True)[:AT_ONCE]):
        request_cancel(pk)
