"""One check of a picture: its figure, what it means, how it was measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from designer.pipeline.codec import Record

Verdict = Literal["ok", "warn", "failed", "unknown"]
NOT_TOLD: Final = "Could not be measured on this picture."


@dataclass(frozen=True, slots=True, kw_only=True)
class Check(Record):
    """`value` in `unit`, None where unknown; `basis`: how it was measured, in words; `source`: the paper behind it;
    `said`: the sentence a person reads; `score` 0..1: how desirable the value is, None where unknown."""

    name: str
    verdict: Verdict
    value: float | None = None
    unit: str = ""
    basis: str = ""
    source: str = ""
    said: str = ""
    score: float | None = None


def judged(
    name: str,
    value: float | None,
    unit: str,
    *,
    ok: float,
    warn: float,
    basis: str,
    source: str,
    bad: str,
    shown: str = "{:.3g}",
) -> Check:
    """A value against two limits; `ok` above `warn` means that more is better. None is unknown.

    `bad`: what a person is told when it is not good; `shown`: the figure in words.
    """
    if value is None:
        return Check(name=name, verdict="unknown", unit=unit, basis=basis, source=source, said=NOT_TOLD)
    better = ok > warn
    fine, bearable = (value >= ok, value >= warn) if better else (value <= ok, value <= warn)
    verdict: Verdict = "ok" if fine else "warn" if bearable else "failed"
    limits = f" Good {'from' if better else 'up to'} {ok:g}, failed {'under' if better else 'over'} {warn:g}."
    told = shown.format(value)
    return Check(
        name=name,
        value=round(float(value), 4),
        unit=unit,
        verdict=verdict,
        basis=basis + limits,
        source=source,
        said=f"Good: {told}." if fine else f"{bad}, {told}.",
        score=_desirability(value, ok, warn),
    )


def _desirability(value: float, ok: float, warn: float) -> float:
    """1 at the best end, 0.8 at `ok`, 0.5 at `warn`, 0 as far behind `warn` again; straight lines between."""
    best = 2 * ok if ok > warn else 0.0
    worst = 0.0 if ok > warn else 2 * warn
    places, scores = [best, ok, warn, worst], [1.0, 0.8, 0.5, 0.0]
    if best > worst:
        places, scores = places[::-1], scores[::-1]
    return round(float(np.interp(value, places, scores)), 4)
