"""Why nothing more of a batch that runs begins, where that lies with the queue: for its owner, who sees no queue."""

from typing import Final

from batches.models import Batch, BatchStatus, Kind
from batches.services import jobs_in_flight
from designer.jobs.models import Job, Lane
from designer.jobs.workers import standstill

GOES_ON: Final = "What is left waits, and goes on by itself after that."


def standstill_of(row: Batch) -> str:
    """In words; "" where the queue takes its work, and for a batch that does not run."""
    if row.status != BatchStatus.RUNNING:
        return ""
    lanes: list[str] = [Lane.IO] if row.waiting else []  # the feeder's
    if row.kind == Kind.GENERATE:
        lanes.append(Lane.BATCH)
    else:
        jobs = Job.objects.filter(pk__in=jobs_in_flight(row.pk))
        lanes += jobs.order_by("lane").values_list("lane", flat=True).distinct()
    why = next(filter(None, map(standstill, lanes)), "")
    return why and f"{why} {GOES_ON}"
