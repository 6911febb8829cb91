"""The generation job: an id in, nothing out. And what the rooms below have to tidy by the clock."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils import timezone

from designer.catalogue.ready import ready_models
from designer.generations import runner, services
from designer.generations.models import Generation
from designer.jobs.handlers import Permanent, RunningJob, able, delays, finishes, handles, names, replays
from designer.jobs.models import Job
from designer.jobs.scheduler import every
from designer.web.models import IdempotencyKey
from teams.accounts.models import User
from teams.base.errors import Conflict


@handles("generation.run")
def run_generation(job: RunningJob, generation_id: str) -> None:
    try:
        runner.run(job, generation_id)
    except Conflict as over:  # it has ended meanwhile: another try would find the same
        raise Permanent(over.code, over.message, over.remedy) from over


@finishes("generation.run")
def close_generation(job: Job, status: str, error: dict[str, Any]) -> None:
    services.close(job.payload["generation_id"], status=status, error=error)


@delays("generation.run")
def tell_of_delay(job: Job, error: dict[str, Any]) -> None:
    services.tell_of_delay(job.payload["generation_id"], error)


@replays("generation.run")
def reopen_generation(job: Job) -> None:
    services.reopen(job.payload["generation_id"])


@names("generation.run", "wish")
def briefs(user: User, jobs: Sequence[Job]) -> dict[UUID, tuple[str, str]]:
    ids = {job.payload["generation_id"]: job.pk for job in jobs}
    rows = Generation.objects.visible_to(user).filter(pk__in=ids).only("pk", "brief", "mode")
    return {ids[str(row.pk)]: (row.title, reverse("generation", args=[row.pk])) for row in rows}


@able("models")
def models() -> list[str]:
    return [f"{profile.provider}/{profile.model}" for profile, _ in ready_models()]


@every(timedelta(hours=1))
def forget_old_answers() -> None:
    IdempotencyKey.objects.filter(expires_at__lt=timezone.now()).delete()
