"""Whether two groups differ by more than chance, by how much, and how sure that is.

What comes from one generation, or of one day, is no independent evidence: each test counts by such units. Pure: knows
no Django.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import erfc, exp, sqrt
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analytics.measures import Z95, Rate

MOST_PAIRS: Final = 1_000  # of either side, of which all differences are formed
Counts = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Compared:
    """How the first differs from the second: by `estimate` (a ratio, or a difference of shares), which is likely
    between `low` and `high` (95 %); `p`: how often chance alone does as much."""

    estimate: float
    low: float
    high: float
    p: float


@dataclass(frozen=True, slots=True)
class Turn:
    """From the unit of this number on a series lies elsewhere; `p` as above."""

    at: int
    p: float


def two_sided(z: float) -> float:
    return erfc(abs(z) / sqrt(2))


def per_liked(one: Sequence[Sequence[float]], other: Sequence[Sequence[float]]) -> Compared:
    """How many times as much a liked image of the first costs: (cost / images) / (liked / rated) of each, as if all
    were liked like those that somebody rated. By the delta method on its logarithm, over generations.

    one, other: cost, images, liked and rated of each generation; each sum has to be above 0.
    """
    (first, first_var), (second, second_var) = _log_of(np.asarray(one, float)), _log_of(np.asarray(other, float))
    off, spread = first - second, sqrt(first_var + second_var)
    if not spread:
        return Compared(exp(off), exp(off), exp(off), float(off == 0))
    return Compared(exp(off), exp(off - Z95 * spread), exp(off + Z95 * spread), two_sided(off / spread))


SIGNS: Final = np.array([1.0, -1.0, -1.0, 1.0])  # cost and rated above the line, images and liked below it


def _log_of(units: Counts) -> tuple[float, float]:
    """The logarithm of what a liked image costs, and its variance."""
    sums = units.sum(axis=0)
    parts = ((units / sums) * SIGNS).sum(axis=1)
    count = len(units)
    return float((np.log(sums) * SIGNS).sum()), float((parts**2).sum()) * count / max(1, count - 1)


def shares(one: Sequence[Sequence[float]], other: Sequence[Sequence[float]]) -> Compared:
    """By how much the share of the first is above that of the second: the test of two proportions and Newcombe's
    interval (1998), each count made less by Rao and Scott's design effect (1992) of the units it comes from.

    one, other: numerator and denominator of each unit.
    """
    (first, first_n), (second, second_n) = _share(np.asarray(one, float)), _share(np.asarray(other, float))
    off = first - second
    pooled = (first * first_n + second * second_n) / (first_n + second_n)
    spread = sqrt(pooled * (1 - pooled) * (1 / first_n + 1 / second_n))
    p = two_sided(off / spread) if spread else 1.0
    (low, high), (other_low, other_high) = _wilson(first, first_n), _wilson(second, second_n)
    below = sqrt((first - low) ** 2 + (other_high - second) ** 2)
    above = sqrt((high - first) ** 2 + (second - other_low) ** 2)
    return Compared(off, off - below, off + above, p)


def _share(units: Counts) -> tuple[float, float]:
    """A share, and of how many independent ones it tells as much."""
    hit, of = units.sum(axis=0)
    share, count = hit / of, len(units)
    variance = float(((units[:, 0] - share * units[:, 1]) ** 2).sum()) / of**2 * count / max(1, count - 1)
    plain = share * (1 - share) / of
    effect = max(1.0, variance / plain) if plain else 1.0
    return float(share), float(of / effect)


def _wilson(share: float, of: float) -> tuple[float, float]:
    middle = (share + Z95**2 / (2 * of)) / (1 + Z95**2 / of)
    reach = Z95 * sqrt(share * (1 - share) / of + Z95**2 / (4 * of**2)) / (1 + Z95**2 / of)
    return max(0.0, middle - reach), min(1.0, middle + reach)


def longer(one: Sequence[float], other: Sequence[float], *, seed: int = 0) -> Compared:
    """How many times as long the first take: the test of Mann and Whitney, with Hodges and Lehmann's shift of the
    logarithms and its interval by Moses (of a thousand of each, drawn, where there are more)."""
    dice = np.random.default_rng(seed)
    first, second = (_some(np.log(np.maximum(each, 1e-3)), dice) for each in (one, other))
    n, m = len(first), len(second)
    both = np.concatenate([first, second])
    ranks, ties = _ranks(both)
    count = n + m
    middle = n * m / 2
    spread = sqrt(n * m / 12 * ((count + 1) - ties / (count * (count - 1))))
    over = ranks[:n].sum() - n * (n + 1) / 2 - middle
    p = two_sided(max(0.0, abs(over) - 0.5) / spread) if spread else 1.0
    apart = np.sort((first[:, None] - second[None, :]).ravel())
    place = int(max(0.0, np.floor(middle - Z95 * sqrt(n * m * (count + 1) / 12))))
    low, high = apart[place], apart[len(apart) - 1 - place]
    return Compared(exp(float(np.median(apart))), exp(float(low)), exp(float(high)), p)


def _some(values: Counts, dice: np.random.Generator) -> Counts:
    return values if len(values) <= MOST_PAIRS else dice.choice(values, MOST_PAIRS, replace=False)


def _ranks(values: Counts) -> tuple[Counts, float]:
    """Each value's rank from 1 on, of alike ones their mean; and the sum of t³ - t over those t that are alike."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = counts.cumsum()
    return (last - (counts - 1) / 2)[place], float((counts.astype(float) ** 3 - counts).sum())


def turn(values: Sequence[float]) -> Turn:
    """Where a series turns to another level: Pettitt's test (1979), by ranks. Of alike values it is too careful."""
    count = len(values)
    if count < 2:
        return Turn(0, 1.0)
    ranks, _ = _ranks(np.asarray(values, float))
    sums = 2 * ranks.cumsum() - np.arange(1, count + 1) * (count + 1)
    at = int(np.abs(sums[:-1]).argmax())
    most = float(abs(sums[at]))
    return Turn(at + 1, min(1.0, 2 * exp(-6 * most**2 / (count**3 + count**2))))


def holm(ps: Sequence[float], level: float) -> list[bool]:
    """Which hold by Holm (1979): of all that chance alone would tell, something is told in no more than `level` of the
    cases."""
    held = [False] * len(ps)
    for passed, number in enumerate(sorted(range(len(ps)), key=ps.__getitem__)):
        if ps[number] > level / (len(ps) - passed):
            break
        held[number] = True
    return held


def rate(units: Sequence[Sequence[float]]) -> Rate:
    """The plain share of all units."""
    return Rate(int(sum(each[0] for each in units)), int(sum(each[1] for each in units)))
