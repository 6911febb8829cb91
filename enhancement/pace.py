"""How long enhancements take here: the operations' own estimates, corrected by how the last runs went.

An operation's estimate knows its parameters and the size of the picture, but not this machine. So what is compared is
measured seconds with estimated ones, per operation and whoever does it (a model of a service, or here a network and its
backend): the median of the last runs of the team, or of everybody where the team has too few. A network with too few of
its own takes the measure of its operation, which is told as half a measure. What comes between and after the steps
(reading, encoding, checking, storing) is measured the same.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any, Final
from uuid import UUID

from enhancement.models import Enhancement, Status
from enhancement.prices import LOCAL

LAST: Final = 40  # runs that are looked at
ENOUGH: Final = 3  # runs of one operation that make a measure
STORING: Final = "storing"
STOCK: Final = "realesrgan"  # the backend that is the stock runner
STORE_BASE, STORE_PER_MEGAPIXEL = 0.4, 0.25  # seconds, assumed until measured
Quote = Sequence[Mapping[str, Any]]


def storing_seconds(quote: Quote) -> float:
    """What reading, encoding and storing come to by assumption, for the last size of the quote."""
    megapixels = float(quote[-1]["width"] * quote[-1]["height"]) / 1e6
    return STORE_BASE + STORE_PER_MEGAPIXEL * megapixels


def percent_at(quote: Quote, done: float) -> int:
    """How far a recipe is after `done` steps (1.5: half of the second), weighed by quoted seconds; never 100."""
    seconds = [max(0.01, float(step["seconds"])) for step in quote]
    whole, part = math.floor(done), done - math.floor(done)
    over = sum(seconds[:whole]) + (part * seconds[whole] if whole < len(seconds) else 0.0)
    return min(99, int(100 * over / (sum(seconds) + storing_seconds(quote))))


def _keys(step: Mapping[str, Any]) -> list[str]:
    """What is measured together with a step, the nearest first: the operation by who does it, then by anybody."""
    name = str(step["name"])
    if step.get("provider", LOCAL) != LOCAL:
        return [f"{name} by {step['provider']}/{step['model']}"]
    return [f"{name} by {step['engine']}", name] if step.get("engine") else [name]


def _as_done(quoted: Mapping[str, Any], facts: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """A step's quote with the engine that did it. None where the two cannot be held against each other: another
    engine did it than was quoted, or an old quote took the stock runner for as quick as ours."""
    if not ("model" in facts and "backend" in facts):
        return quoted
    engine = f"{facts['model']} by {facts['backend']}"
    if "engine" in quoted:
        return quoted if quoted["engine"] in ("", engine) else None
    return None if facts["backend"] == STOCK else {**quoted, "engine": engine}


@dataclass(frozen=True, slots=True)
class Pace:
    """Measured over estimated seconds of what is measured together, and of how many runs. Nothing known: the estimates
    stand."""

    factors: Mapping[str, float] = field(default_factory=dict)
    runs: Mapping[str, int] = field(default_factory=dict)

    def step_seconds(self, step: Mapping[str, Any]) -> float:
        factor = next((self.factors[key] for key in _keys(step) if key in self.factors), 1.0)
        return round(float(step["seconds"]) * factor, 2)

    def total_seconds(self, quote: Quote) -> float:
        store = storing_seconds(quote) * self.factors.get(STORING, 1.0)
        return round(sum(self.step_seconds(step) for step in quote) + store, 2)

    def basis(self, quote: Quote) -> dict[str, Any]:
        """Where the seconds come from: "measured" if every step was of who does it, with the fewest runs behind one;
        else said so."""
        counts = [self.runs.get(_keys(step)[0], 0) for step in quote]
        known = any(self.runs.get(key, 0) for step in quote for key in _keys(step))
        kind = "measured" if all(counts) else "partly measured" if known else "estimated"
        return {"kind": kind, "runs": min(counts)}


def pace_of(team_id: UUID) -> Pace:
    """The pace of the team's last runs, else of everybody's."""
    done = Enhancement.objects.filter(status=Status.SUCCEEDED).exclude(quote=[])
    own = _measured(done.filter(team=team_id).order_by("-created_at")[:LAST])
    everybody = _measured(done.order_by("-finished_at")[:LAST])
    return Pace({**everybody.factors, **own.factors}, {**everybody.runs, **own.runs})


def _measured(rows: Iterable[Enhancement]) -> Pace:
    found: dict[str, list[float]] = defaultdict(list)
    for row in rows:
        steps = {step["name"]: step for step in row.facts.get("operations", [])}
        seconds = {name: float(step.get("seconds", 0)) for name, step in steps.items()}
        for quoted in row.quote:
            done = _as_done(quoted, steps[quoted["name"]]) if quoted["name"] in steps else None
            if done and float(quoted["seconds"]) > 0:
                for key in _keys(done):
                    found[key].append(seconds[quoted["name"]] / float(quoted["seconds"]))
        if row.started_at and row.finished_at:
            rest = (row.finished_at - row.started_at).total_seconds() - sum(seconds.values())
            found[STORING].append(max(0.0, rest) / storing_seconds(row.quote))
    known = {name: ratios for name, ratios in found.items() if len(ratios) >= ENOUGH}
    return Pace({name: median(ratios) for name, ratios in known.items()}, {n: len(r) for n, r in known.items()})
