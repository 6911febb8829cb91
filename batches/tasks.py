"""The jobs of batches: feed one, start one at its time, stop one. And what the clock looks after."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from batches import feeding, series, steering
from batches.models import Batch
from designer.jobs.handlers import RunningJob, finishes, handles, replays
from designer.jobs.models import Job
from designer.jobs.scheduler import every


@handles("batch.feed")
def feed(job: RunningJob, batch_id: str) -> None:
    feeding.feed(job, UUID(batch_id))


@finishes("batch.feed")
def stop_unfed(job: Job, status: str, error: dict[str, Any]) -> None:
    """A batch that cannot be fed says so, rather than to stand still."""
    row = Batch.objects.filter(pk=job.payload["batch_id"]).first()
    if row is not None and status != "cancelled":
        told = {"code": "not_fed", "message": "Its next items could not be begun.", "remedy": "Resume it."}
        feeding.pause_for(row, told)


@replays("batch.feed")
def feed_again(job: Job) -> None:
    """Nothing has to be put back: a feeder only looks at what there is."""


@handles("batch.start")
def start(job: RunningJob, batch_id: str, moment: str) -> None:
    with job.fenced(finish=True):
        series.due(UUID(batch_id), datetime.fromisoformat(moment))


@finishes("batch.start")
def say_unstarted(job: Job, status: str, error: dict[str, Any]) -> None:
    series.not_started(UUID(job.payload["batch_id"]), datetime.fromisoformat(job.payload["moment"]))


@replays("batch.start")
def start_again(job: Job) -> None:
    series.start_again(UUID(job.payload["batch_id"]), datetime.fromisoformat(job.payload["moment"]))


@handles("batch.stop")
def stop(job: RunningJob, batch_id: str) -> None:
    steering.stop_in_flight(UUID(batch_id))


@every(timedelta(seconds=10))
def look_after() -> None:
    """Feed whatever stands still, and forget old sheets. Harmless where nothing does."""
    with transaction.atomic():
        series.look_after()
