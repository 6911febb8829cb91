"""The jobs of reports: make one, mail one; and what the clock looks after."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.urls import reverse

from analytics.reports import consents, making, posting, retention, schedules, services
from analytics.reports.models import Delivery, Report
from designer.jobs.handlers import RunningJob, finishes, handles, names
from designer.jobs.models import Job, JobStatus
from designer.jobs.scheduler import every
from teams.accounts.models import User

STOPPED: Final = {"code": "cancelled", "message": "It was stopped before it was sent.", "remedy": "Send it again."}


@handles(services.MAKE)
def make(job: RunningJob, report_id: str) -> None:
    making.make(job, UUID(report_id))


@finishes(services.MAKE)
def close(job: Job, status: str, error: dict[str, Any]) -> None:
    services.close(job.payload["report_id"], status=status, error=error)
    making.not_made(job.payload["report_id"], error)


@names(services.MAKE, "report")
def themselves(user: User, jobs: Sequence[Job]) -> dict[UUID, tuple[str, str]]:
    rows = Report.objects.visible_to(user).filter(pk__in=[job.payload["report_id"] for job in jobs])
    titles = {str(pk): title for pk, title in rows.values_list("pk", "title")}
    return {
        job.pk: (f"Report: {titles[pk]}", reverse("report", args=[pk]))
        for job in jobs
        if (pk := job.payload["report_id"]) in titles
    }


@names(services.MAIL, "report")
def mails(user: User, jobs: Sequence[Job]) -> dict[UUID, tuple[str, str]]:
    """Of which report, not to whom."""
    ids = {job.payload["delivery_id"]: job.pk for job in jobs}
    rows = Delivery.objects.visible_to(user).filter(pk__in=list(ids))
    found = rows.values_list("pk", "report", "report__title")
    return {
        ids[str(pk)]: (f"Mail of the report {title}", reverse("report", args=[report])) for pk, report, title in found
    }


@handles(consents.ASK)
def ask(job: RunningJob, consent_id: str, serial: str) -> None:
    posting.ask(UUID(consent_id), int(serial), job.failures)


@handles(services.MAIL)
def mail(job: RunningJob, delivery_id: str, again: str) -> None:
    posting.send(UUID(delivery_id), job.failures, int(again))


@finishes(services.MAIL)
def give_up(job: Job, status: str, error: dict[str, Any]) -> None:
    told = STOPPED if status == JobStatus.CANCELLED else error
    posting.given_up(job.payload["delivery_id"], told, int(job.payload["again"]))


@finishes(consents.ASK)
def not_asked(job: Job, status: str, error: dict[str, Any]) -> None:
    posting.not_asked(job.payload["consent_id"], int(job.payload["serial"]))


@every(timedelta(seconds=20))
def make_due() -> None:
    schedules.fire()


@every(timedelta(hours=1))
def forget_old() -> None:
    retention.forget_old()
    consents.forget_old()


@every(timedelta(minutes=10))
def sweep() -> None:
    retention.sweep()
