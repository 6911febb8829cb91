"""The jobs of automations: begin a run, deliver it. And what the clock looks after."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.urls import reverse

from batches.automations import running
from batches.automations.models import AutomationRun, RunStatus
from designer.jobs.handlers import RunningJob, finishes, handles, names, replays
from designer.jobs.models import Job
from designer.jobs.scheduler import every
from teams.accounts.models import User
from teams.review.approvals.models import Approval, Status


@handles(running.SET_OFF)
def set_off(job: RunningJob, approval_id: str) -> None:
    """What could not be done when the approval was given or withdrawn."""
    with job.fenced(finish=True):
        approval = Approval.objects.select_related("asset").filter(pk=approval_id).first()
        if approval is None:
            return
        if approval.status == Status.APPROVED:
            running.set_off(approval)
        else:
            running.withdraw(approval)


@handles(running.RUN)
def run(job: RunningJob, run_id: str) -> None:
    running.begin(job, run_id)


@handles(running.DELIVER)
def deliver(job: RunningJob, run_id: str) -> None:
    running.deliver(job, run_id)


@finishes(running.RUN)
@finishes(running.DELIVER)
def close(job: Job, status: str, error: dict[str, Any]) -> None:
    running.close(job.payload["run_id"], status=status, error=error)


@replays(running.RUN)
def begin_again(job: Job) -> None:
    running.reopen(job.payload["run_id"], to=RunStatus.WAITING)


@replays(running.DELIVER)
def deliver_again(job: Job) -> None:
    running.reopen(job.payload["run_id"], to=RunStatus.DELIVERING)


@names(running.RUN, "automation")
@names(running.DELIVER, "automation")
def themselves(user: User, jobs: Sequence[Job]) -> dict[UUID, tuple[str, str]]:
    ids = {job.payload["run_id"]: job.pk for job in jobs}
    rows = AutomationRun.objects.visible_to(user).filter(pk__in=ids).select_related("automation")
    return {
        ids[str(run.pk)]: (run.automation.name, reverse("automation", args=[run.team_id, run.automation_id]))
        for run in rows
    }


@every(timedelta(minutes=1))
def look_after() -> None:
    running.look_after()
