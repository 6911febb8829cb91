"""When a budget is used up at the pace of the last days, and how sure that is.

Pure: knows no Django.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analytics.forecasting import TooLittle

WEEK: Final = 7
LEAST: Final = 35  # whole days to look back upon: of fewer than five weeks the range would hold too little
BUSY: Final = 5  # of these, on which something was charged
OF_WEEKDAY: Final = 3  # of each weekday
MOST: Final = 84
WAYS: Final = 1_000
METHOD: Final = "weekly_block_bootstrap"


@dataclass(frozen=True, slots=True)
class Ahead:
    """What is left at the end of a day to come: in the middle, and what is meant to hold it in 80 of 100 cases."""

    expected: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Pace:
    """USD a day on the mean of the last weeks, and where that leads. `used_up`, `earliest`, `latest`: by which day from
    today on (0 is today) nothing is left after half of the ways, after one of ten and after nine of ten; None: not
    before the end. `chance`: of what share of the ways nothing is left by then."""

    per_day: float
    days: int
    busy: int
    chance: float
    used_up: int | None
    earliest: int | None
    latest: int | None
    ahead: tuple[Ahead, ...]


def pace(amounts: Sequence[float | None], *, today: float, left: float, ahead: int, seed: int = 0) -> Pace:
    """How it goes on for `ahead` days, today included, from what was charged on each whole day up to yesterday; None of
    one that tells nothing, because the budget itself had stopped what would have been charged.

    today: what was charged today already; left: of the budget. Each way is made of whole weeks of the past, drawn with
    replacement and laid weekday upon weekday: a seasonal block bootstrap (Politis 2001). The same for the same seed.
    Raises TooLittle.
    """
    past = np.array([np.nan if each is None else each for each in amounts[-MOST:]], dtype=float)
    known = past[~np.isnan(past)]
    busy = int(np.count_nonzero(known))
    weeks = past[len(past) % WEEK :].reshape(-1, WEEK)
    if len(known) < LEAST or busy < BUSY or (~np.isnan(weeks)).sum(axis=0).min() < OF_WEEKDAY:
        raise TooLittle(len(known), busy)
    ways = drawn(weeks, ahead, seed)
    ways[0] = np.maximum(0.0, ways[0] - today)  # a part of today's is charged already
    spent = _wider(ways.cumsum(axis=0), len(known) / WEEK)
    reached = spent >= left
    when = np.where(reached.any(axis=0), reached.argmax(axis=0), ahead)
    first, middle, last = np.quantile(when, [0.1, 0.5, 0.9], method="inverted_cdf")
    bands = left - np.quantile(spent, [0.5, 0.9, 0.1], axis=1)
    return Pace(
        per_day=float(known.mean()),
        days=len(known),
        busy=busy,
        chance=float(reached.any(axis=0).mean()),
        used_up=_within(middle, ahead),
        earliest=_within(first, ahead),
        latest=_within(last, ahead),
        ahead=tuple(Ahead(*map(float, each)) for each in bands.T),
    )


def drawn(weeks: NDArray[np.float64], days: int, seed: int) -> NDArray[np.float64]:
    """(days, WAYS): how it may go on after the last of these weeks. What is not known of a week is drawn from what is
    known of its weekday."""
    dice = np.random.default_rng(seed)
    chosen = weeks[dice.integers(0, len(weeks), (-(-days // WEEK), WAYS))]  # (blocks, WAYS, WEEK)
    for weekday in range(WEEK):
        known = weeks[~np.isnan(weeks[:, weekday]), weekday]
        lacking = np.isnan(chosen[..., weekday])
        chosen[..., weekday][lacking] = dice.choice(known, int(lacking.sum()))
    return np.asarray(chosen.transpose(0, 2, 1).reshape(-1, WAYS)[:days])


def _wider(spent: NDArray[np.float64], weeks: float) -> NDArray[np.float64]:
    """Sums of days, spread about their median by as much as is not known of the weeks they are drawn from: the mean of
    so many is off by something of its own, which counts the more, the more of them are summed up."""
    ahead = np.arange(1, len(spent) + 1) / WEEK
    times = np.sqrt(weeks / (weeks - 1) * (1 + ahead / weeks))[:, None]
    middle = np.median(spent, axis=1)[:, None]
    least = np.minimum(0.0, spent.min(axis=1))[:, None]  # what was never given back will not be
    return np.asarray(np.maximum(least, middle + times * (spent - middle)))


def _within(day: float, ahead: int) -> int | None:
    return int(day) if day < ahead else None
