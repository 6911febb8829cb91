"""The enhancement job: an id in, nothing out."""

from typing import Any

from designer.jobs.handlers import RunningJob, finishes, handles
from designer.jobs.models import Job
from enhancement import runner, services


@handles("enhancement.run")
def run_enhancement(job: RunningJob, enhancement_id: str) -> None:
    runner.run(job, enhancement_id)


@finishes("enhancement.run")
def close_enhancement(job: Job, status: str, error: dict[str, Any]) -> None:
    services.close(job.payload["enhancement_id"], status=status, error=error)
