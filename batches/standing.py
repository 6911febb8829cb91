"""Why nothing more of a batch that runs begins, where that lies with the queue: for its owner, who sees no queue."""

from typing import Final

from batches.models import Batch, BatchStatus, Kind
from batches.services import jobs_in_flight
from designer.jobs.models import Job, Lane
from designer.jobs.workers import standstill

GOES_ON: Final = "What is left waits, and goes on by itself after that."


def standstill_of(row: Batch) -> str:
    """In words; "" where the queue takes any of its work, and for a batch that does not run."""
    if row.status != BatchStatus.RUNNING:
        return ""
    whys = [next(filter(None, map(standstill, lanes)), "") for lanes in _ways(row)]
    return f"{whys[0]} {GOES_ON}" if whys and all(whys) else ""


def _ways(row: Batch) -> list[tuple[str, ...]]:
    """The ways in which it gets on, each by the lanes that it takes."""
    generates = row.kind == Kind.GENERATE
    ways: list[tuple[str, ...]] = []
    if row.left_in_flight:
        jobs = Job.objects.filter(pk__in=jobs_in_flight(row.pk)).order_by("lane")
        ways += [(Lane.BATCH,)] if generates else [(lane,) for lane in jobs.values_list("lane", flat=True).distinct()]
    if row.waiting and row.left_in_flight < row.parallelism:  # the feeder's turn
        ways.append((Lane.IO, Lane.BATCH) if generates else (Lane.IO,))
    return ways
