"""Batches at vendors that take their time, fail now and then and have limits: plays with real processes.

The vendors are the simulator's, in a process of its own; what they saw is counted from their own log. A play returns
figures and judges nothing.
"""

import json
import math
import shlex
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from batches.models import Batch
from designer.jobs.models import Job, JobStatus
from tests.faults.batches import Ordered, books
from tests.faults.kit import Proc, Stage, private_stage, until
from tests.faults.promises import spread

Figures = dict[str, Any]
BRIEF = "a plain coat"


class Vendors(Proc):
    """The provider simulator as a process, and what it saw."""

    def __init__(self, stage: Stage) -> None:
        self.output = stage.folder / "vendors.log"
        words = [sys.executable, "manage.py", "provider_simulator", "--port", "0"]
        super().__init__("vendors", words, stage.env, self.output)
        until(lambda: "Ctrl-C" in self.output.read_text(), 60)
        said = (shlex.split(line)[1] for line in self.output.read_text().splitlines() if line.startswith("export "))
        self.environment = dict(line.split("=", 1) for line in said)
        self.root = self.environment["STABILITY_BASE_URL"].rpartition("/")[0]

    def control(self, path: str, **facts: Any) -> Any:
        """What the simulator says there; told facts, it takes them."""
        body = json.dumps(facts).encode() if facts else None
        with urllib.request.urlopen(f"{self.root}/_control/{path}", body, timeout=60) as answer:
            return json.load(answer)

    def weather(self, vendor: str, **facts: Any) -> None:
        self.control("weather", vendor=vendor, **facts)

    def saw(self, vendor: str) -> list[dict[str, Any]]:
        log: list[dict[str, Any]] = self.control("weather")[vendor]
        return log

    def billed(self) -> int:
        """Images on the vendors' bills."""
        return sum(line["images"] for line in self.control("charges"))


@contextmanager
def at_vendors(*names: str, slots: int) -> Iterator[tuple[Stage, Vendors]]:
    """A stage whose studio knows these vendors, with so many worker slots, a scheduler and no language model."""
    with private_stage(lease=30) as stage:
        vendors = Vendors(stage)
        stage.procs.append(vendors)
        prefixes = tuple(f"{name.upper()}_" for name in names)
        stage.env |= {key: value for key, value in vendors.environment.items() if key.startswith(prefixes)}
        stage.env |= {"LANGUAGE_PROVIDER": "local", "CONN_MAX_AGE": "60", "FAULTS": ""}
        stage.worker("interactive,io,batch", children=slots)
        stage.scheduler()
        yield stage, vendors


def plan_of(vendor: str, model: str, items: int) -> dict[str, Any]:
    return {"base": {"brief": BRIEF, "provider": vendor, "model": model, "aspect_ratio": "2:3"}, "variations": items}


def steady(*, items: int, slots: int, seconds: float, failing: dict[str, float]) -> Figures:
    """B2: so many items over so many slots at a vendor that takes `seconds`; a share of its calls fails."""
    with at_vendors("stability", slots=slots) as (stage, vendors):
        vendors.weather("stability", seconds=seconds, failing=failing)
        batch = Ordered(stage.web(), plan_of("stability", "core", items), parallelism=slots)
        began = time.monotonic()
        until(batch.is_over, 120 + 10 * items * seconds / slots, every=0.5)
        wall = time.monotonic() - began
        bound = math.ceil(items / slots) * seconds
        return {
            "play": "b2",
            "slots": slots,
            "seconds_each": seconds,
            "failing": failing,
            "wall": round(wall, 1),
            "bound": bound,
            "items_an_hour": round(3600 * items / wall),
            "bound_an_hour": round(3600 * slots / seconds),
            "overhead": overhead(batch, seconds),
            "vendor": server_side(vendors.saw("stability")),
            **outcome(batch, vendors),
        }


def overhead(batch: Ordered, seconds: float) -> Figures:
    """Seconds that a worker was busy with an item beyond the vendor's own, where the first try was good."""
    jobs = Job.objects.filter(kind="generation.run", status=JobStatus.SUCCEEDED, attempts=1)
    took = [(row.finished_at - row.started_at).total_seconds() - seconds for row in jobs if row.finished_at]
    return {**spread(took), "p95": round(sorted(took)[int(0.95 * len(took))], 3) if took else None}


def outcome(batch: Ordered, vendors: Vendors) -> Figures:
    """What became of the items, what it cost, and what the vendors billed."""
    row = Batch.objects.get(pk=batch.id)
    errors = Counter(item["code"] for item in row.items.exclude(error=None).values_list("error", flat=True))
    return {
        "share_failed": round(row.failed / row.total, 4),
        "failed_by_code": dict(errors),
        "images_billed": vendors.billed(),
        "estimate": {"low": str(row.estimate_low), "high": str(row.estimate_high)},
        **books(batch.id),
    }


def server_side(log: list[dict[str, Any]], *, window: float = 60.0) -> Figures:
    """What the vendor saw: how many came, within a window and at once; who was refused, and who came too early."""
    come = sorted(seen["arrived"] for seen in log)
    ends = sorted(seen["ended"] or seen["arrived"] for seen in log)
    told = [(seen["ended"], seen["retry_at"]) for seen in log if seen["retry_at"]]
    early = [at - said for at in come for said, until_ in told if said < at < until_]
    return {
        "calls": len(log),
        "met": dict(Counter(seen["behaviour"] for seen in log)),
        "over_the_limit": sum(not seen["let_in"] for seen in log),
        "most_in_a_window": _most_within(come, window),
        "most_at_once": _most_at_once(come, ends),
        "earlier_than_told": sum(1 for at in come if any(said < at < until_ for said, until_ in told)),
        "seconds_after_it_was_told": round(max(early), 3) if early else None,  # a call that was on its way by then
    }


def _most_within(times: list[float], window: float) -> int:
    most = start = 0
    for end, at in enumerate(times):
        while times[start] <= at - window:
            start += 1
        most = max(most, end - start + 1)
    return most


def _most_at_once(come: list[float], ends: list[float]) -> int:
    moments = sorted([(at, 1) for at in come] + [(at, -1) for at in ends])
    inside = most = 0
    for _, step in moments:
        inside += step
        most = max(most, inside)
    return most
