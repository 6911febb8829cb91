"""What the queue hears from the ground floor: teams were archived or deleted, and nothing is done for them. And the
jobs in which that is seen to, so that no request and no scheduler waits for it."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.dispatch import receiver

from designer.jobs.claims import FREE
from designer.jobs.handlers import RunningJob, handles
from designer.jobs.models import WAITING, Job, JobStatus
from designer.jobs.scheduler import every
from designer.jobs.services import enqueue, request_cancel
from designer.jobs.steering import HELD
from teams.membership import closing, purging
from teams.membership.models import Team
from teams.signals import team_changed, work_stopped

AT_ONCE: Final = 500  # the job, or the scheduler, calls again for the rest
NOBODY: Final = UUID(int=0)  # the end of a team is no work of that team: its jobs are deleted with it
CLOSES: Final = frozenset({"archived", "deleted"})


@receiver(work_stopped, dispatch_uid="jobs.work_stopped")
def cancel_all(sender: object, teams: QuerySet[Team], spared: Collection[UUID], **_: Any) -> int:
    """Cancel what waits, ask what runs to stop; what a batch holds back to go on with stays, and so do `spared`."""
    held = Q(status=JobStatus.SCHEDULED, scheduled_at__gt=Now() + HELD)
    live = Q(status__in=WAITING) & ~held | Q(status=JobStatus.LEASED, cancel_requested_at=None)
    rows = Job.objects.filter(live, team_id__in=teams.values("pk")).exclude(kind__in=FREE)
    found = list(rows.exclude(pk__in=spared).order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
    for pk in found:
        request_cancel(pk)
    return len(found)


@receiver(team_changed, dispatch_uid="jobs.team_changed")
def order_stop(sender: object, team: Team, what: str, **_: Any) -> None:
    if what in CLOSES:
        enqueue("team.stop", {"team": str(team.pk)}, team_id=team.pk, lane="io", priority=0)


@handles("team.stop")
def stop(job: RunningJob, team: str) -> None:
    """Until nothing of it goes on."""
    while closing.stop_work(UUID(team)):
        job.stop_if_cancelled()


@every(timedelta(minutes=1))
def order_ends() -> None:
    """One job at a time goes on with the teams whose thirty days are over."""
    if purging.due().exists():
        enqueue("team.end", {}, team_id=NOBODY, lane="io", priority=9, dedup_key="team.end")


@handles("team.end")
def end(job: RunningJob) -> None:
    purging.purge()
