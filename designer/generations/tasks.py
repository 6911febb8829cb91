"""The generation job: an id in, nothing out."""

from typing import Any

from designer.generations import runner, services
from designer.jobs.handlers import RunningJob, finishes, handles
from designer.jobs.models import Job


@handles("generation.run")
def run_generation(job: RunningJob, generation_id: str) -> None:
    runner.run(job, generation_id)


@finishes("generation.run")
def close_generation(job: Job, status: str, error: dict[str, Any]) -> None:
    services.close(job.payload["generation_id"], status=status, error=error)
