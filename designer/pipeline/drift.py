"""How far what somebody likes has moved from what they said they like, attribute by attribute.

The distance is the Jensen-Shannon divergence in bits, 0 (the same) to 1 (nothing in common); Lin 1991,
doi:10.1109/18.61115. A sample of n pictures lies about (k - 1) / (8 n ln 2) bits off the taste it was drawn from, k
being the number of values: that much is noise, and is told beside the figure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from designer.pipeline.codec import Record

MINIMUM: Final = 5  # pictures under which nothing is said
SLIGHT, FAR = 0.1, 0.35  # bits above the noise at which it moves, and at which it is another taste
TOP: Final = 3

Verdict = Literal["too_few", "steady", "moving", "apart"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeDrift(Record):
    """One attribute in one month. `divergence` None = fewer than MINIMUM samples; `top`: the month's values."""

    attribute: str
    samples: int
    divergence: float | None
    noise: float | None
    verdict: Verdict
    top: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthDrift(Record):
    """One month, as YYYY-MM. `divergence`: the mean of its attributes by samples, None where none has enough."""

    month: str
    images: int
    divergence: float | None
    attributes: tuple[AttributeDrift, ...] = ()


def jensen_shannon(first: Mapping[str, float], second: Mapping[str, float]) -> float:
    """Bits between two tastes, each normalised to 1. Raises ValueError where one is empty."""
    values = sorted({*first, *second})
    p, q = _shares(first, values), _shares(second, values)
    middle = (p + q) / 2
    return float(np.clip(_kl(p, middle) / 2 + _kl(q, middle) / 2, 0.0, 1.0))


def _shares(row: Mapping[str, float], values: Sequence[str]) -> NDArray[np.float64]:
    counts = np.array([max(0.0, float(row.get(value, 0.0))) for value in values])
    if not counts.sum() > 0:
        raise ValueError("A taste without any value has no distance.")
    shares: NDArray[np.float64] = counts / counts.sum()
    return shares


def _kl(p: NDArray[np.float64], q: NDArray[np.float64]) -> float:
    some = p > 0
    return float((p[some] * np.log2(p[some] / q[some])).sum())


def noise_of(samples: int, values: int) -> float:
    """Bits that a sample of this size lies off by chance."""
    return (values - 1) / (8 * samples * float(np.log(2)))


def month_of(
    month: str, images: int, counts: Mapping[str, Mapping[str, int]], profile: Mapping[str, Mapping[str, float]]
) -> MonthDrift:
    """Hold a month's counts (attribute -> value -> images) against a profile; attributes the profile is silent about
    are left out."""
    rows = tuple(
        _attribute(name, counts.get(name, {}), profile[name]) for name in profile if any(profile[name].values())
    )
    told = [(each.divergence, each.samples) for each in rows if each.divergence is not None]
    mean = sum(far * n for far, n in told) / sum(n for _, n in told) if told else None
    return MonthDrift(month=month, images=images, divergence=None if mean is None else round(mean, 3), attributes=rows)


def _attribute(name: str, counts: Mapping[str, int], profile: Mapping[str, float]) -> AttributeDrift:
    samples = sum(counts.values())
    top = tuple(sorted(counts, key=lambda value: (-counts[value], value))[:TOP])
    if samples < MINIMUM:
        return AttributeDrift(attribute=name, samples=samples, divergence=None, noise=None, verdict="too_few", top=top)
    far, noise = jensen_shannon(counts, profile), noise_of(samples, len({*counts, *profile}))
    beyond = far - noise
    verdict: Verdict = "steady" if beyond < SLIGHT else "moving" if beyond < FAR else "apart"
    return AttributeDrift(
        attribute=name, samples=samples, divergence=round(far, 3), noise=round(noise, 3), verdict=verdict, top=top
    )
