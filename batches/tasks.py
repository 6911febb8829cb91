"""The jobs of batches: feed one, start one at its time, stop one. And what the clock looks after."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.urls import reverse

from batches import feeding, series, steering
from batches.models import Batch, BatchItem
from designer.jobs.handlers import RunningJob, finishes, handles, names, replays
from designer.jobs.models import Job
from designer.jobs.scheduler import every
from teams.accounts.models import User


def _of_items(user: User, jobs: Sequence[Job], part: str) -> dict[UUID, tuple[str, str]]:
    """The batches that jobs work for, by what an item became: its `part`."""
    ids = {job.payload[f"{part}_id"]: job.pk for job in jobs}
    rows = BatchItem.objects.visible_to(user).filter(**{f"{part}__in": list(ids)})
    found = rows.values_list(part, "position", "batch_id", "batch__title")
    return {
        ids[str(pk)]: (f"Item {position} of {title}", reverse("batch", args=[batch]))
        for pk, position, batch, title in found
    }


@names("generation.run", "batch")
def of_generations(user: User, jobs: Sequence[Job]) -> dict[UUID, tuple[str, str]]:
    return _of_items(user, jobs, "generation")


@names("enhancement.run", "batch")
def of_enhancements(user: User, jobs: Sequence[Job]) -> dict[UUID, tuple[str, str]]:
    return _of_items(user, jobs, "enhancement")


@names("batch.feed", "batch")
@names("batch.start", "batch")
def themselves(user: User, jobs: Sequence[Job]) -> dict[UUID, tuple[str, str]]:
    rows = Batch.objects.visible_to(user).filter(pk__in=[job.payload["batch_id"] for job in jobs])
    titles = {str(pk): title for pk, title in rows.values_list("pk", "title")}
    return {
        job.pk: (titles[pk], reverse("batch", args=[pk])) for job in jobs if (pk := job.payload["batch_id"]) in titles
    }


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
