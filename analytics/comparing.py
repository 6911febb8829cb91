"""Whether two groups differ by more than chance, by how much, and how sure that is.

What was made on one day has much in common (the same batch, the same hour of a provider, the same mood), and is no
independent evidence: all is counted by days. Each figure is worked out anew with each day left out, and how far these
lie apart says how sure it is: the jackknife over clusters, by Student's t (MacKinnon, Nielsen and Webb 2023, Journal of
Econometrics 232). A day with most of the images is few days, not many: how many there are is Kish's effective number,
as Carter, Schnepel and Steigerwald (2017) have it. Who is generous and who is strict is no chance: images are compared
within what the same person has rated, by Mantel and Haenszel's weights. Pure: knows no Django.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import date
from math import exp, log, sqrt
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analytics.measures import Rate

SURE: Final = 0.95
RARE: Final = 3  # days with what hardly ever happens, below which they do not say how much it varies
STEADY: Final = 0.02  # by which the logarithm of a day's median differs at least, whatever few days say
SHORTEST: Final = 1e-3  # seconds
Array = NDArray[np.float64]
Votes = tuple[date, Hashable, float, float]  # a day, who said it, how many of how many
Paid = tuple[date, Hashable, float, float, float, float]  # a day, who rated: cost, images, liked, rated


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
    """From the day `at` on the share is another than before. Interval and p hold for whichever day it had been, of the
    `of` that could be told."""

    at: date
    compared: Compared
    of: int


def shares(one: Sequence[Votes], other: Sequence[Votes], *, least: float, among: int = 1) -> Compared | None:
    """By how much the share of the first is above that of the second, within what the same people said.

    None where nobody said enough of both: each side has to stand on `least` days. among: the interval and p hold for so
    many comparisons at once, of which this is one (Bonferroni).
    """
    return _shares(_table(one, other), least, among)


def halves(hit: Array, of: Array, later: NDArray[np.bool_], *, least: float) -> Compared | None:
    """By how much the share on the later days is above that on the earlier ones, whoever said it; as `shares`.

    hit, of, later: (days); how many of how many on each, and whether it is a later one.
    """
    table = np.zeros((len(of), 2, 1, 2))
    side = np.where(later, 0, 1)
    table[np.arange(len(of)), side, 0] = np.stack([hit, of], axis=1)
    return _shares(table, least, 1)


def _shares(table: Array, least: float, among: int) -> Compared | None:
    weights = _within(table.sum(axis=0)[..., 1])
    if weights is None:
        return None
    days = min(_kish(table[:, side, :, 1] @ weights[side]) for side in (0, 1))
    if days < least:
        return None
    plain, unseen = _by_lot(table.sum(axis=0), weights), _unseen(table[..., 0], table[..., 1], weights > 0)
    found = _jackknife(table, _difference, days, among, least=plain, more=unseen)
    if found is None:
        return None
    estimate, low, high, p = found
    return Compared(estimate, max(-1.0, low), min(1.0, high), p)


def per_liked(one: Sequence[Paid], other: Sequence[Paid], *, least: float) -> Compared | None:
    """How many times as much a liked image of the first costs: (cost / images) / (liked / rated) of each, as if all
    were liked like those that somebody rated, and all rated by the same people. Worked out on its logarithm.

    None as above. Each sum of costs and of images has to be above 0.
    """
    table = _table(one, other)
    sums = table.sum(axis=0)
    weights = _within(sums[..., 3])
    if weights is None or (sums.sum(axis=1)[:, :3] <= 0).any():
        return None
    liked, rated = (np.stack([table[:, side, :, n] @ weights[side] for side in (0, 1)]) for n in (2, 3))
    days = min(_kish(each) for side in (table[..., 1].sum(axis=2).T, liked, rated) for each in side)
    if days < least:
        return None
    unseen = _unseen(table[..., 2], table[..., 3], weights > 0)
    found = _jackknife(table, _log_ratio, days, 1, least=2 * STEADY**2 / days, more=unseen)
    if found is None:
        return None
    estimate, low, high, p = found
    return Compared(exp(estimate), exp(low), exp(high), p)


def longer(one: Sequence[tuple[date, float]], other: Sequence[tuple[date, float]], *, least: float) -> Compared | None:
    """How many times as long the first take, in seconds: of the medians of their days, by Welch's test of their
    logarithms. It has no fewer degrees of freedom than the fewer days less one, and is given no more.

    None where either side has fewer than `least` days.
    """
    first, second = (by_day(each) for each in (one, other))
    days = min(len(first), len(second))
    if days < max(2.0, least):
        return None
    estimate = float(first.mean() - second.mean())
    spread = sqrt(sum(max(STEADY**2, float(each.var(ddof=1))) / len(each) for each in (first, second)))
    low, high, p = _student(estimate, spread, days - 1, 1)
    return Compared(exp(estimate), exp(low), exp(high), p)


def by_day(timed: Sequence[tuple[date, float]]) -> Array:
    """The logarithm of each day's median."""
    of: dict[date, list[float]] = defaultdict(list)
    for day, seconds in timed:
        of[day].append(max(SHORTEST, seconds))
    return np.array([log(float(np.median(own))) for own in of.values()])


def turn(votes: Sequence[tuple[date, Votes]], days: Sequence[date], *, least: float, count: float) -> Turn | None:
    """From which of these days on the share differs most surely from before, as if all of them had been told.

    votes: each with its own day, for a batch may lie on both sides of one. None where there is none with `least` days,
    and `count` in all, by people of both sides, on both.
    """

    def parted(day: date) -> tuple[list[Votes], list[Votes]]:
        return [vote for own, vote in votes if own >= day], [vote for own, vote in votes if own < day]

    found = []
    for day in days:
        after, before = parted(day)
        people = {each[1] for each in after if each[3]} & {each[1] for each in before if each[3]}
        if min(sum(each[3] for each in part if each[1] in people) for part in (after, before)) < count:
            continue
        if (compared := shares(after, before, least=least)) is not None:
            found.append((compared.p, day))
    if not found:
        return None
    _, day = min(found)
    compared = shares(*parted(day), least=least, among=len(found))
    return Turn(day, compared, len(found)) if compared else None


def _table(one: Sequence[Votes | Paid], other: Sequence[Votes | Paid]) -> Array:
    """(days, 2, people, counts): the sums of both sides. A day may be one of both."""
    days: dict[date, int] = {}
    people: dict[Hashable, int] = {}
    for day, by, *_ in (*one, *other):
        days.setdefault(day, len(days))
        people.setdefault(by, len(people))
    wide = len((*one, *other)[0]) - 2 if one or other else 2
    table = np.zeros((len(days), 2, len(people), wide))
    for side, units in enumerate((one, other)):
        for day, by, *counts in units:
            table[days[day], side, people[by]] += counts
    return table


def _within(of: Array) -> Array | None:
    """What one of each side, of each person, weighs: of those of whom there is the other side too. (2, people) from
    the counts of these; None where there are none."""
    both = of[0] * of[1] > 0
    if not both.any():
        return None
    parted = np.where(both, of[0] + of[1], 1.0)
    return np.where(both, of[::-1] / parted, 0.0)


def _kish(weights: Array) -> float:
    """Of how many days that weigh the same these tell as much."""
    square = float((weights**2).sum())
    return round(float(weights.sum()) ** 2 / square, 9) if square else 0.0  # of ten alike it is ten


def _unseen(hit: Array, of: Array, counts: NDArray[np.bool_]) -> float:
    """The variance that days do not show on which something hardly ever happened: of each side on whose days that were
    hit, or missed, are fewer than RARE, the one of its days, with half a day more.

    hit, of: (days, 2, people).
    """
    found = 0.0
    for side in (0, 1):
        own_hit, own = (each[:, side, counts[side]].sum(axis=1) for each in (hit, of))
        days = int((own > 0).sum())
        seldom = min(int((own_hit > 0).sum()), int((own_hit < own).sum()))
        if seldom < RARE:
            share = (seldom + 0.5) / (days + 1)
            found += share * (1 - share) / _kish(own)
    return found


def _difference(sums: Array) -> Array:
    hit, of = sums[..., 0], sums[..., 1]
    first, second = of[..., 0, :], of[..., 1, :]
    weights = first * second / np.maximum(first + second, 1e-12)
    share = hit / np.maximum(of, 1e-12)
    return np.asarray((weights * (share[..., 0, :] - share[..., 1, :])).sum(axis=-1) / weights.sum(axis=-1))


def _log_ratio(sums: Array) -> Array:
    cost, images = (sums[..., n].sum(axis=-1) for n in (0, 1))
    liked, rated = sums[..., 2], sums[..., 3]
    both = np.maximum(rated.sum(axis=-2), 1e-12)
    first = (liked[..., 0, :] * rated[..., 1, :] / both).sum(axis=-1)
    second = (liked[..., 1, :] * rated[..., 0, :] / both).sum(axis=-1)
    each = np.log(cost) - np.log(images)
    return np.asarray(each[..., 0] - each[..., 1] - np.log(first) + np.log(second))


def _by_lot(sums: Array, weights: Array) -> float:
    """The variance of the difference if each of the counted came by itself: days may even each other out, by chance,
    and what is left is no less than this."""
    hit, of = (np.where(weights > 0, sums[..., n], 0.0) for n in (0, 1))
    share = hit / np.maximum(of, 1.0)
    each = (of * weights**2 * share * (1 - share)).sum()  # weights: of one that is counted, not yet of all
    return float(each / ((of * weights).sum() / 2) ** 2)


def _jackknife(
    table: Array, figure: Callable[[Array], Array], days: float, among: int, *, least: float, more: float
) -> tuple[float, float, float, float] | None:
    """A figure of the sums of all days, its interval and p; None where it hangs by a single day. least: its variance is
    no less; more: what is added to it."""
    whole = table.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        estimate, each = float(figure(whole)), figure(np.maximum(0.0, whole - table))
    if not (np.isfinite(estimate) and np.isfinite(each).all()):
        return None
    count = len(table)
    variance = float(((each - estimate) ** 2).sum()) * (count - 1) / count
    return (estimate, *_student(estimate, sqrt(max(variance, least) + more), days - 1, among))


def _student(estimate: float, spread: float, free: float, among: int) -> tuple[float, float, float]:
    """Interval and p, with so many degrees of freedom."""
    from scipy.special import stdtr, stdtrit  # type: ignore[import-untyped]  # loaded by the worker that compares

    if not spread:
        return estimate, estimate, float(estimate == 0)
    reach = float(stdtrit(free, 1 - (1 - SURE) / (2 * among))) * spread
    return estimate - reach, estimate + reach, min(1.0, 2 * among * float(stdtr(free, -abs(estimate) / spread)))


def holm(ps: Sequence[float], level: float) -> list[bool]:
    """Which hold by Holm (1979): of all that chance alone would tell, something is told in no more than `level` of the
    cases."""
    held = [False] * len(ps)
    for passed, number in enumerate(sorted(range(len(ps)), key=ps.__getitem__)):
        if ps[number] > level / (len(ps) - passed):
            break
        held[number] = True
    return held


def rate(votes: Sequence[Votes]) -> Rate:
    """The plain share of all."""
    return Rate(int(sum(each[2] for each in votes)), int(sum(each[3] for each in votes)))
