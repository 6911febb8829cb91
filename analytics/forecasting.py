"""What days to come may cost: exponential smoothing with a weekly season, and how sure that is.

Pure: knows no Django. statsmodels, with pandas and scipy, takes more memory than all else of a process that answers
requests: it is loaded by whoever makes a forecast, and by nobody else.
"""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

WEEK: Final = 7
LEAST: Final = 56  # days to look back upon: two months of weeks, of which the last may be held back to be compared with
BUSY: Final = 14  # of these, on which something was paid
MOST: Final = 400
PATHS: Final = 2_000
HELD_BACK: Final = 28  # days that are forecast from the days before, to see how far off that is
ORIGINS: Final = 4  # times, a week apart
TRAINED: Final = 28  # days at least, from which they are
WIDER: Final = (
    1.2  # the ways know nothing of how wrong the weights are: measured by bench_forecast, on teams of its own
)
SURPRISED: Final = 9.0  # times at most; wider still by the root of it
ETS: Final = "ets"

Days = NDArray[np.float64]
Ways = NDArray[np.float64]  # (days, PATHS): how it may go on


class TooLittle(Exception):
    """There is too little to go by: on `busy` of so many days something was paid."""

    def __init__(self, days: int, busy: int) -> None:
        super().__init__(f"{busy} of {days} days")
        self.days, self.busy = days, busy


@dataclass(frozen=True, slots=True)
class Band:
    """What is expected (the median), and within which it lies in 80 and in 95 of 100 cases."""

    expected: float
    low_80: float
    high_80: float
    low_95: float
    high_95: float

    @classmethod
    def of(cls, values: NDArray[np.float64], *, beside: float = 0.0) -> "Band":
        """`beside`: what is certain, and comes on top."""
        low, less, middle, more, high = np.quantile(np.maximum(values, 0.0), [0.025, 0.1, 0.5, 0.9, 0.975]) + beside
        return cls(float(middle), float(less), float(more), float(low), float(high))


@dataclass(frozen=True, slots=True)
class Outlook:
    """How it may go on, by which method; a way may lead below nothing, what is told of them does not. `error`,
    `naive_error`: by how much, on the mean, four weeks that were held back differed from what the method, and a
    seasonal naive forecast, said of them."""

    method: str
    ways: Ways
    error: float
    naive_error: float

    def day(self, number: int) -> Band:
        return Band.of(self.ways[number])

    def first(self, count: int, *, beside: float = 0.0) -> Band:
        """The sum of the first `count` days."""
        return Band.of(self.ways[:count].sum(axis=0), beside=beside)


def look_ahead(amounts: Sequence[float], days: int, *, seed: int = 0) -> Outlook:
    """How `amounts`, one for each day up to yesterday, may go on for so many days. The same for the same seed.

    Raises TooLittle.
    """
    past = np.asarray(amounts[-MOST:], dtype=float)
    busy = int(np.count_nonzero(past))
    if len(past) < LEAST or busy < BUSY:
        raise TooLittle(len(past), busy)
    error, surprise = looked_back(past, smoothed, seed=seed)
    ways = widened(smoothed(past, days, seed), WIDER * sqrt(min(max(1.0, surprise), SURPRISED)))
    return Outlook(ETS, ways, error, looked_back(past, seasonal_naive, seed=seed)[0])


def looked_back(past: Days, method: "Method", *, seed: int = 0) -> tuple[float, float]:
    """By how much four weeks differed from their forecast, on the mean of the last origins; and how many times that is
    what the ways themselves differ by."""
    off, meant = [], []
    for back in range(ORIGINS):
        end = len(past) - HELD_BACK - WEEK * back
        if end < TRAINED:
            break
        sums = method(past[:end], HELD_BACK, seed).sum(axis=0)
        told = np.median(sums)
        off.append(abs(told - past[end : end + HELD_BACK].sum()))
        meant.append(np.abs(sums - told).mean())
    error, spread = float(np.mean(off)), float(np.mean(meant))
    return error, error / spread if spread else SURPRISED


def widened(ways: Ways, times: float) -> Ways:
    """So many times as far from what is expected."""
    middle = np.median(ways, axis=1, keepdims=True)
    return middle + times * (ways - middle)


def smoothed(past: Days, days: int, seed: int) -> Ways:
    """Exponential smoothing (Hyndman and others 2008, doi:10.1007/978-3-540-71918-2), state space, additive, its errors
    drawn from those that it made."""
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that the search for the weights ended early: its error is measured anyhow
        model = ETSModel(past, error="add", seasonal="add", seasonal_periods=WEEK, initialization_method="heuristic")
        fitted: Any = model.fit(disp=False, maxiter=200)
    wish = {"anchor": "end", "repetitions": PATHS, "random_errors": "bootstrap"}
    ways = fitted.simulate(days, rng=np.random.default_rng(seed), **wish)
    return np.asarray(ways, dtype=float).reshape(days, PATHS)


def seasonal_naive(past: Days, days: int, seed: int) -> Ways:
    """Each day as a week before, and off by what such days were off by."""
    dice = np.random.default_rng(seed)
    off = past[WEEK:] - past[:-WEEK]
    off -= off.mean()
    ways = np.empty((WEEK + days, PATHS))
    ways[:WEEK] = past[-WEEK:, None]
    for day in range(WEEK, WEEK + days):
        ways[day] = ways[day - WEEK] + dice.choice(off, PATHS)
    return ways[WEEK:]


Method = Callable[[Days, int, int], Ways]
