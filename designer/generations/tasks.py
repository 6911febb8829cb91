"""The generation job: an id in, nothing out. And what the rooms below have to tidy by the clock."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from designer.generations import runner, services
from designer.jobs.handlers import RunningJob, finishes, handles, replays
from designer.jobs.models import Job
from designer.jobs.scheduler import every
from designer.web.models import IdempotencyKey


@handles("generation.run")
def run_generation(job: RunningJob, generation_id: str) -> None:
    runner.run(job, generation_id)


@finishes("generation.run")
def close_generation(job: Job, status: str, error: dict[str, Any]) -> None:
    services.close(job.payload["generation_id"], status=status, error=error)


@replays("generation.run")
def reopen_generation(job: Job) -> None:
    services.reopen(job.payload["generation_id"])


@every(timedelta(hours=1))
def forget_old_answers() -> None:
    IdempotencyKey.objects.filter(expires_at__lt=timezone.now()).delete()
