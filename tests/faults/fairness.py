"""People beside a batch that would fill every worker, and beside one that is cancelled: plays with real processes.

The workers are those that the product starts on one machine. A play returns figures and judges nothing.
"""

import time
from collections.abc import Iterable
from functools import partial
from typing import Any

from batches.models import Batch, BatchItem, ItemStatus
from designer.jobs.models import Job, JobStatus
from designer.local.processes import programs
from tests.faults.batches import Ordered
from tests.faults.kit import Stage, Web, private_stage, until
from tests.faults.promises import spread
from tests.faults.vendors import at_vendors, plan_of

Figures = dict[str, Any]
DRAWN: dict[str, Any] = {"base": {"brief": "a plain coat"}}
LANES, CHILDREN = "-Q", "-c"


def as_started(stage: Stage) -> None:
    """The workers of a studio on one machine, but those of the graphics card."""
    for program in programs(0):
        words = list(program.words)
        if LANES in words and "gpu" not in words[words.index(LANES) + 1]:
            stage.worker(words[words.index(LANES) + 1], children=int(words[words.index(CHILDREN) + 1]))


def nobody_starves(*, items: int, asked: int) -> Figures:
    """11 and B3: one team's batch runs while two others order a small one, and then one image after the other."""
    with private_stage(lease=30) as stage:
        stage.env |= {"CONN_MAX_AGE": "60", "FAULTS": ""}
        as_started(stage)
        stage.scheduler()
        web = stage.web()
        big = Ordered(web, {**DRAWN, "variations": items}, parallelism=64)
        until(lambda: big.done() >= 2, 240, every=0.2)
        people = [Ordered(web, {**DRAWN, "variations": 2}, parallelism=2) for _ in range(2)]
        until(lambda: all(each.done() for each in people), 240, every=0.2)
        for number in range(asked):
            _ask(web, people[number % 2])
            until(partial(_ended, number + 1), 240)
        found = {
            "promise": 11,
            "items": items,
            "teams": 3,
            "asked": asked,
            "done_meanwhile": big.done(),
            "item_seconds": spread(_busy("batch")),
            "person_waits": tail(_waits("interactive")),
            "others_first_item_waits": spread([_first_item(each) for each in people]),
        }
        web.ask("DELETE", f"/api/batch/{big.id}", big.token)
        return found


def _ask(web: Web, person: Ordered) -> None:
    status, said = web.ask("POST", "/api/generations", person.token, {"brief": "a summer dress"})
    if status != 202:
        raise RuntimeError(f"the image was refused: {status} {said}")


def _jobs(lane: str) -> Iterable[Job]:
    return Job.objects.filter(kind="generation.run", lane=lane, started_at__isnull=False)


def _ended(images: int) -> bool:
    """Whether so many of the people's images have ended."""
    return len(_busy("interactive")) >= images


def _busy(lane: str) -> list[float]:
    return [(row.finished_at - row.started_at).total_seconds() for row in _jobs(lane) if row.finished_at]


def _waits(lane: str) -> list[float]:
    """Seconds from the request's commit to a worker's claim."""
    return [(row.started_at - row.created_at).total_seconds() for row in _jobs(lane)]


def _first_item(batch: Ordered) -> float:
    """Seconds from the order of a batch to the start of its first item."""
    row = Batch.objects.get(pk=batch.id)
    first = row.items.exclude(started_at=None).earliest("started_at").started_at
    return float((first - row.created_at).total_seconds())


def tail(seconds: list[float]) -> Figures:
    """As `spread`, with p95."""
    return {"p95": round(sorted(seconds)[int(0.95 * len(seconds))], 3) if seconds else None, **spread(seconds)}


def cancelled(*, items: int, seconds: float) -> Figures:
    """B6: of three users, each at a vendor of their own, one cancels; then another cancels what is drawn here."""
    wished = {"stability": "core", "openai": "gpt-image-2", "google": "gemini-3.1-flash-image"}
    with at_vendors(*wished, slots=6) as (stage, vendors):
        for vendor in wished:
            vendors.weather(vendor, seconds=seconds)
        web = stage.web()
        users = [Ordered(web, plan_of(vendor, model, items), parallelism=2) for vendor, model in wished.items()]
        until(lambda: users[0].done() >= 1, 120)
        asked = time.time()
        web.ask("DELETE", f"/api/batch/{users[0].id}", users[0].token)
        until(lambda: all(each.is_over() for each in users), 60 + 20 * items * seconds, every=0.2)
        calls = [seen["arrived"] for seen in vendors.saw("stability")]
        return {
            "play": "b6",
            "items_each": items,
            "calls_before": sum(at <= asked for at in calls),
            "calls_within_1_s": sum(asked < at <= asked + 1 for at in calls),
            "calls_later": sum(at > asked + 1 for at in calls),
            "others": [_states(each) for each in users[1:]],
            "local": _cancelled_here(web, items),
        }


def _states(batch: Ordered) -> dict[str, int]:
    return {str(status): BatchItem.objects.filter(batch=batch.id, status=status).count() for status in ItemStatus}


def _cancelled_here(web: Web, items: int) -> Figures:
    """Seconds from the wish to the end of all that was being drawn on this machine."""
    batch = Ordered(web, {**DRAWN, "variations": items}, parallelism=4)
    until(lambda: Job.objects.filter(status=JobStatus.LEASED, lane="batch").count() >= 2, 60)
    began = time.monotonic()
    web.ask("DELETE", f"/api/batch/{batch.id}", batch.token)
    until(lambda: not Job.objects.filter(status=JobStatus.LEASED, kind="generation.run").exists(), 60, every=0.02)
    return {"stopped_after": round(time.monotonic() - began, 2), "items": _states(batch)}
