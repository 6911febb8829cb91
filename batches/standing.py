"""Why nothing more of a batch that runs begins, where that lies with the queue: for its owner, who sees no queue."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from functools import cache
from typing import Final
from uuid import UUID

from batches.models import IN_FLIGHT, Batch, BatchItem, BatchStatus, Kind
from designer.jobs.models import Job, Lane
from designer.jobs.workers import standstill

GOES_ON: Final = "What is left waits, and goes on by itself after that."


def standstill_of(row: Batch) -> str:
    """In words; "" where the queue takes any of its work, and for a batch that does not run."""
    return standstills_of([row]).get(row.pk, "")


def standstills_of(rows: Iterable[Batch]) -> dict[UUID, str]:
    """The same of those of several that stand still; each lane is asked for once."""
    running = [row for row in rows if row.status == BatchStatus.RUNNING]
    taken = _lanes_in_flight([row.pk for row in running if row.kind != Kind.GENERATE])
    why, found = cache(standstill), {}
    for row in running:
        whys = [next(filter(None, map(why, lanes)), "") for lanes in _ways(row, taken[row.pk])]
        if whys and all(whys):
            found[row.pk] = f"{whys[0]} {GOES_ON}"
    return found


def _ways(row: Batch, taken: Collection[str]) -> list[tuple[str, ...]]:
    """The ways in which it gets on, each by the lanes that it takes. `taken`: those of an enhancing batch's work."""
    generates = row.kind == Kind.GENERATE
    ways: list[tuple[str, ...]] = []
    if row.left_in_flight:
        ways += [(Lane.BATCH,)] if generates else [(lane,) for lane in sorted(taken)]
    if row.waiting and row.left_in_flight < row.parallelism:  # the feeder's turn
        ways.append((Lane.IO, Lane.BATCH) if generates else (Lane.IO,))
    return ways


def _lanes_in_flight(batches: Collection[UUID]) -> dict[UUID, set[str]]:
    """By batch, the lanes of its enhancements that are queued or running."""
    found: dict[UUID, set[str]] = defaultdict(set)
    if batches:
        items = BatchItem.objects.filter(batch__in=batches, status__in=IN_FLIGHT, enhancement__job_id__isnull=False)
        owned = dict(items.values_list("enhancement__job_id", "batch"))
        for job, lane in Job.objects.filter(pk__in=list(owned)).values_list("pk", "lane"):
            found[owned[job]].add(lane)
    return found
