"""What days to come may cost: exponential smoothing with a weekly season, and how sure that is.

Pure: knows no Django. statsmodels, with pandas and scipy, takes more memory than all else of a process that answers
requests: it is loaded by whoever makes a forecast, and by nobody else.
"""

import warnings
from collections.abc import Sequence
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
WIDER: Final = 1.1  # the ways know nothing of how wrong the weights are: found by bench_forecast --seed 9000
SURPRISED: Final = 9.0  # times at most; wider still by the root of it
ETS: Final = "ets"

Days = NDArray[np.float64]
Ways = NDArray[np.float64]  # (days, PATHS): how it may go on


class TooLittle(Exception):
    """There is too little to go by: on `busy` of so many days something was paid or charged."""

    def __init__(self, days: int, busy: int) -> None:
        super().__init__(f"{busy} of {days} days")
        self.days, self.busy = days, busy


class Astray(Exception):
    """The method told something that is no number."""


@dataclass(frozen=True, slots=True)
class Band:
    """What is expected (the median), and what is meant to hold it in 80 and in 95 of 100 cases: how often they do is
    measured by bench_forecast."""

    expected: float
    low_80: float
    high_80: float
    low_95: float
    high_95: float

    @classmethod
    def of(cls, values: NDArray[np.float64], *, times: float = 1.0, beside: float = 0.0) -> "Band":
        """`times`: so many times as far from what is expected, which stays where it is; `beside`: what is certain, and
        comes on top."""
        middle = np.median(values)
        spread = np.maximum(middle + times * (values - middle), 0.0)
        lowest, low, expected, high, highest = np.quantile(spread, [0.025, 0.1, 0.5, 0.9, 0.975]) + beside
        return cls(float(expected), float(low), float(high), float(lowest), float(highest))


@dataclass(frozen=True, slots=True)
class Outlook:
    """How it may go on, by which method; a way may lead below nothing, what is told of them does not. Days and sums
    are spread `times` as far, each about its own median: what is expected, and its `error`, stay the method's own.
    `error`, `naive_error`: by how much, on the mean, four weeks that were held back differed from what the method, and
    a seasonal naive forecast, said of them."""

    method: str
    ways: Ways
    times: float
    error: float
    naive_error: float

    def day(self, number: int) -> Band:
        return Band.of(self.ways[number], times=self.times)

    def first(self, count: int, *, beside: float = 0.0) -> Band:
        """The sum of the first `count` days."""
        return Band.of(self.ways[:count].sum(axis=0), times=self.times, beside=beside)


def look_ahead(amounts: Sequence[float], days: int, *, seed: int = 0) -> Outlook:
    """How `amounts`, one for each day up to yesterday, may go on for so many days. The same for the same seed.

    Raises TooLittle, Astray.
    """
    past = np.asarray(amounts[-MOST:], dtype=float)
    busy = int(np.count_nonzero(past))
    if len(past) < LEAST or busy < BUSY:
        raise TooLittle(len(past), busy)
    off, meant, naive_off = [], [], []
    for end in held_back(len(past)):
        came = past[end : end + HELD_BACK].sum()
        sums = smoothed(past[:end], HELD_BACK, seed).sum(axis=0)
        told = np.median(sums)
        off.append(abs(told - came))
        meant.append(np.abs(sums - told).mean())
        naive_off.append(abs(seasonal_naive(past[:end], HELD_BACK) - came))
    error, spread, naive_error = (float(np.mean(each)) for each in (off, meant, naive_off))
    surprise = error / spread if spread else SURPRISED
    times = WIDER * sqrt(min(max(1.0, surprise), SURPRISED))
    found = Outlook(ETS, smoothed(past, days, seed), times, error, naive_error)
    if not (np.isfinite(found.ways).all() and np.isfinite([times, error, naive_error]).all()):
        raise Astray
    return found


def held_back(days: int) -> list[int]:
    """Before which of so many days four weeks are forecast that came already: the windows overlap."""
    ends = (days - HELD_BACK - WEEK * back for back in range(ORIGINS))
    return [end for end in ends if end >= TRAINED]


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


def seasonal_naive(past: Days, days: int) -> float:
    """The sum of so many days, each as a week before."""
    return float(np.resize(past[-WEEK:], days).sum())
