"""What is told of a span of time: counts, shares with their intervals, money that knows what it does not know.

Pure: knows no Django.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from decimal import ROUND_HALF_UP, Decimal
from math import sqrt
from typing import Final

ZERO: Final = Decimal(0)
MICRO: Final = Decimal("0.000001")
Z95: Final = 1.959964  # of the normal distribution: 95 % lie within


@dataclass(frozen=True, slots=True)
class Rate:
    """`numerator` of `denominator`, with Wilson's 95 % interval: honest for few and for shares near 0 and 1."""

    numerator: int
    denominator: int

    @property
    def rate(self) -> float | None:
        return self.numerator / self.denominator if self.denominator else None

    @property
    def low(self) -> float | None:
        return max(0.0, self._middle - self._reach) if self.denominator else None

    @property
    def high(self) -> float | None:
        return min(1.0, self._middle + self._reach) if self.denominator else None

    @property
    def _middle(self) -> float:
        count = self.denominator
        return (self.numerator / count + Z95**2 / (2 * count)) / (1 + Z95**2 / count)

    @property
    def _reach(self) -> float:
        count, share = self.denominator, self.numerator / self.denominator
        return Z95 * sqrt(share * (1 - share) / count + Z95**2 / (4 * count**2)) / (1 + Z95**2 / count)


@dataclass(frozen=True, slots=True)
class Mean:
    """The mean of `count` values; None of none."""

    count: int
    mean: float | None

    @classmethod
    def of(cls, total: Decimal | int, count: int) -> "Mean":
        return cls(count, float(total) / count if count else None)


@dataclass(frozen=True, slots=True)
class Spread:
    """Seconds: how many were measured, and within which time so many in a hundred of them were done."""

    count: int = 0
    p50: float | None = None
    p90: float | None = None
    p95: float | None = None
    p99: float | None = None


@dataclass(frozen=True, slots=True)
class Money:
    """USD. `paid` went to a provider, `simulated` to nobody; `unpriced` images of paid providers have no charge, and
    what they cost is not known: it is not nothing."""

    paid: Decimal = ZERO
    simulated: Decimal = ZERO
    unpriced: int = 0

    @property
    def amount(self) -> Decimal | None:
        """What is known to have been paid; None where nothing is, and something was made that has no price."""
        return None if self.unpriced and not self.paid else self.paid

    def per(self, count: int) -> Decimal | None:
        """What each of so many came to; None where a part of the cost is not known, and of none."""
        if self.unpriced or not count:
            return None
        return (self.paid / count).quantize(MICRO, ROUND_HALF_UP)

    def __add__(self, other: "Money") -> "Money":
        return Money(self.paid + other.paid, self.simulated + other.simulated, self.unpriced + other.unpriced)


@dataclass(frozen=True, slots=True)
class Work:
    """Counts, as `sql/work.sql` defines them. `simulated`: of the images; `own_…`: those of members whose costs may be
    seen, and not simulated."""

    asked: int = 0
    succeeded: int = 0
    partial: int = 0
    failed: int = 0
    cancelled: int = 0
    images: int = 0
    set_aside: int = 0
    rated: int = 0
    liked: int = 0
    disliked: int = 0
    ratings: int = 0
    stars: int = 0
    scored: int = 0
    score: Decimal = ZERO
    simulated: int = 0
    own_images: int = 0
    own_liked: int = 0
    own_unpriced: int = 0

    def __add__(self, other: "Work") -> "Work":
        return Work(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(Work)))


@dataclass(frozen=True, slots=True)
class Figures:
    """All that is told of one span, model or member."""

    work: Work = Work()
    money: Money | None = Money()  # None: not to be seen by whoever asks

    @property
    def live(self) -> int:
        """Asked for and not ended."""
        work = self.work
        return work.asked - work.succeeded - work.partial - work.failed - work.cancelled

    @property
    def success(self) -> Rate:
        """Of all that ended by itself: what failed counts, and what brought a part only did not succeed."""
        work = self.work
        return Rate(work.succeeded, work.succeeded + work.partial + work.failed)

    @property
    def satisfaction(self) -> Rate:
        """Of the images of which something was said: more for than against."""
        return Rate(self.work.liked, self.work.rated)

    @property
    def rating(self) -> Mean:
        return Mean.of(self.work.stars, self.work.ratings)

    @property
    def quality(self) -> Mean:
        return Mean.of(self.work.score, self.work.scored)

    @property
    def cost(self) -> Money | None:
        return self.money

    @property
    def cost_per_image(self) -> Decimal | None:
        return self.money.per(self.work.own_images) if self.money else None

    @property
    def cost_per_liked(self) -> Decimal | None:
        return self.money.per(self.work.own_liked) if self.money else None


@dataclass(frozen=True, slots=True)
class ModelFigures:
    """One model, in fact or simulated; "" is what ended before any model was chosen."""

    provider: str
    model: str
    simulated: bool
    figures: Figures
    latency: Spread = Spread()
    faults: Mapping[str, int] = field(default_factory=dict)
