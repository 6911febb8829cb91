"""When a budget is used up at the pace of the last days, and how sure that is.

Pure: knows no Django.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

WEEK: Final = 7
LEAST: Final = 21  # whole days to look back upon: three weeks, of which each way draws
BUSY: Final = 5  # of these, on which something was charged
MOST: Final = 56
WAYS: Final = 1_000
METHOD: Final = "weekly_block_bootstrap"


class TooLittle(Exception):
    """There is too little to go by: on `busy` of so many days something was charged."""

    def __init__(self, days: int, busy: int) -> None:
        super().__init__(f"{busy} of {days} days")
        self.days, self.busy = days, busy


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


def pace(amounts: Sequence[float], *, today: float, left: float, ahead: int, seed: int = 0) -> Pace:
    """How it goes on for `ahead` days, today included, from what was charged on each whole day up to yesterday.

    today: what was charged today already; left: of the budget. Each way is made of whole weeks of the past, drawn with
    replacement and laid weekday upon weekday: a seasonal block bootstrap (Politis 2001). The same for the same seed.
    Raises TooLittle.
    """
    past = np.asarray(amounts[-MOST:], dtype=float)
    busy = int(np.count_nonzero(past))
    if len(past) < LEAST or busy < BUSY:
        raise TooLittle(len(past), busy)
    ways = drawn(past, ahead, seed)
    ways[0] = np.maximum(0.0, ways[0] - today)  # a part of today's is charged already
    spent = ways.cumsum(axis=0)
    reached = spent >= left
    when = np.where(reached.any(axis=0), reached.argmax(axis=0), ahead)
    first, middle, last = np.quantile(when, [0.1, 0.5, 0.9], method="inverted_cdf")
    bands = left - np.quantile(spent, [0.5, 0.9, 0.1], axis=1)
    return Pace(
        per_day=float(past.mean()),
        days=len(past),
        busy=busy,
        chance=float(reached.any(axis=0).mean()),
        used_up=_within(middle, ahead),
        earliest=_within(first, ahead),
        latest=_within(last, ahead),
        ahead=tuple(Ahead(*map(float, each)) for each in bands.T),
    )


def drawn(past: NDArray[np.float64], days: int, seed: int) -> NDArray[np.float64]:
    """(days, WAYS): how it may go on after the last of these days."""
    weeks = past[len(past) % WEEK :].reshape(-1, WEEK)
    dice = np.random.default_rng(seed)
    chosen = weeks[dice.integers(0, len(weeks), (-(-days // WEEK), WAYS))]  # (blocks, WAYS, WEEK)
    return np.asarray(chosen.transpose(0, 2, 1).reshape(-1, WAYS)[:days])


def _within(day: float, ahead: int) -> int | None:
    return int(day) if day < ahead else None
