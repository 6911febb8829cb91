"""Days that are far from what a team's own past lets expect: in what they cost, in how often work failed, in how long
it took. Each day is held against the days before it alone.

Pure: knows no Django.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from math import exp, lgamma, log, log1p, sqrt
from statistics import median
from typing import Final, Literal

Metric = Literal["cost", "failures", "seconds"]
METRICS: Final[tuple[Metric, ...]] = ("cost", "failures", "seconds")
WEEK: Final = 7
BACK: Final = 56  # days before, with which a day is compared: eight of each weekday
KNOWN: Final = 28  # of these at least, of which something is known
OF_WEEKDAY: Final = 4  # and of the same weekday
LATELY: Final = 14  # days whose middle moves what is expected: a new level is soon the usual one
SHIFTING: Final = 5  # of these of which something is known: the first days after a pause move nothing
OUTAGES: Final = 7  # days that were told, of those looked back upon; more of them are a new level, and no outages
TO_SIGMA: Final = 1.4826  # a median absolute deviation as a standard deviation of a normal distribution
FAR: Final = 5.0  # deviations; found by simulation (tests/analytics/test_anomalies.py), the more usual 3.5 is for one
STEADY: Final = 0.1  # the least deviation, of a logarithm: what hardly ever varies may vary by so much
LITTLE: Final = 0.1  # of the middle, below which a difference of logarithms says nothing
LEAST_USD: Final = 0.25  # by which a day's cost must differ, whatever it is in deviations
LEAST_SECONDS: Final = 2.0
FEW: Final = 10  # generations that ended, or were timed, for a day to be judged or to be known
FAILED: Final = 5  # that failed, and more than are expected
PAST_ENDED: Final = 100  # generations before, with which a day's failures are compared
UNLIKELY: Final = 0.0005


@dataclass(frozen=True, slots=True)
class Day:
    """What is known of one day: USD, generations that ended by themselves and those that failed, the median of the
    seconds of so many, images, and those without a price."""

    cost: float = 0.0
    ended: int = 0
    failed: int = 0
    seconds: float | None = None
    timed: int = 0
    images: int = 0
    unpriced: int = 0


@dataclass(frozen=True, slots=True)
class Anomaly:
    """On the day of this number `value` lay outside of what is expected. Failures are counts, of `of` that ended."""

    number: int
    metric: Metric
    value: float
    expected: float
    low: float
    high: float
    days: int
    of: int

    @property
    def is_high(self) -> bool:
        return self.value > self.high


METHODS: Final[dict[Metric, str]] = {
    "cost": "weekday_median_mad",
    "failures": "p_prime_mad",
    "seconds": "weekday_median_mad",
}


def found(days: Sequence[Day], *, since: int = 0) -> list[Anomaly]:
    """Those among `days`, one for each day without a gap, from the number `since` on."""
    outages: set[int] = set()
    # of a holiday nothing is known, nor what a day cost of which an image has no price
    costs = [max(0.0, day.cost) if (day.cost or day.ended) and not day.unpriced else None for day in days]
    waits = [day.seconds if day.timed >= FEW else None for day in days]
    told = []
    for number in range(max(since, 1), len(days)):
        day = days[number]
        for metric, values, least in (("cost", costs, LEAST_USD), ("seconds", waits, LEAST_SECONDS)):
            one = _far(number, metric, values, least)  # type: ignore[arg-type]  # a tuple forgets which words they are
            if one is not None:
                told.append(_of(one, day))
        if (one := _failures(number, days, outages)) is not None:
            outages.add(number)
            told.append(one)
    return told


def _of(one: Anomaly, day: Day) -> Anomaly:
    of = day.timed if one.metric == "seconds" else day.images
    return Anomaly(one.number, one.metric, one.value, one.expected, one.low, one.high, one.days, of)


def _far(number: int, metric: Metric, values: Sequence[float | None], least: float) -> Anomaly | None:
    """Whether a value is far from the median of its weekday in the weeks before, moved by how the last two weeks were
    above or below theirs: further than so many median absolute deviations (Hampel 1974), of logarithms."""
    value = values[number]
    window = [(n, each) for n in range(max(0, number - BACK), number) if (each := values[n]) is not None]
    if value is None or len(window) < KNOWN or sum(each > 0 for _, each in window) < KNOWN:
        return None
    if sum((n - number) % WEEK == 0 for n, _ in window) < OF_WEEKDAY:
        return None
    little = LITTLE * median(each for _, each in window if each > 0)
    logs = [(n, log(each + little)) for n, each in window]
    usual = {day: median(own) for day in range(WEEK) if (own := [each for n, each in logs if n % WEEK == day])}
    rests = [(n, each - usual[n % WEEK]) for n, each in logs]
    lately = [rest for n, rest in rests if n >= number - LATELY]
    middle = usual[number % WEEK] + (median(lately) if len(lately) >= SHIFTING else 0.0)
    spread = max(STEADY, TO_SIGMA * median(abs(rest) for _, rest in rests))
    low, expected, high = (max(0.0, exp(middle + far * spread) - little) for far in (-FAR, 0.0, FAR))
    if low <= value <= high or abs(value - expected) < least:
        return None
    return Anomaly(number, metric, value, expected, low, high, len(window), 0)


def _failures(number: int, days: Sequence[Day], outages: Collection[int]) -> Anomaly | None:
    """Whether more failed than the share before lets expect: above the limit of a p' chart, which allows for days that
    differ by more than chance (Laney 2002; a median absolute deviation stands for his moving ranges), and too many for
    chance alone. Few that fail are no anomaly. What was an outage before says nothing of what is usual."""
    day, begin = days[number], max(0, number - BACK)
    left_out = [n for n in outages if n >= begin]
    left_out = left_out if len(left_out) <= OUTAGES else []
    window = [each for n, each in enumerate(days[begin:number], begin) if each.ended and n not in left_out]
    ended, failed = sum(each.ended for each in window), sum(each.failed for each in window)
    if day.ended < FEW or day.failed < FAILED or len(window) < KNOWN or ended < PAST_ENDED:
        return None
    share = (failed + 0.5) / (ended + 1)
    off = [(each.failed - each.ended * share) / sqrt(each.ended * share * (1 - share)) for each in window]
    middle = median(off)
    wider = max(1.0, TO_SIGMA * median(abs(each - middle) for each in off))
    expected = day.ended * share
    high = expected + FAR * wider * sqrt(expected * (1 - share))
    if day.failed <= high or day.failed - expected < FAILED or _as_many(day.failed, day.ended, share) > UNLIKELY:
        return None
    return Anomaly(number, "failures", day.failed, expected, 0.0, high, len(window), day.ended)


def _as_many(count: int, of: int, share: float) -> float:
    """How likely so many or more of `of` are, each by chance with this share."""

    def exactly(n: int) -> float:
        ways = lgamma(of + 1) - lgamma(n + 1) - lgamma(of - n + 1)
        return exp(ways + n * log(share) + (of - n) * log1p(-share))

    return 1.0 - sum(exactly(n) for n in range(count))
