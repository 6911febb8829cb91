"""When a model that fails is given a rest: a circuit breaker (Nygard, Release It!, 2nd ed. 2018)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from designer.pipeline.codec import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaker(Record):
    """A circuit for one provider and model. `opened_at` None = in use; on trial once the rest is over."""

    failures: int = 0
    opened_at: datetime | None = None
    trips: int = 0


Outcome = Literal["success", "failure"]
TRIP_AFTER: Final = 5  # failures in a row
REST: Final = timedelta(seconds=30)  # doubled at each trip, up to LONGEST_REST
LONGEST_REST: Final = timedelta(minutes=10)


def observed(breaker: Breaker, outcome: Outcome, now: datetime) -> Breaker:
    """The circuit after one call: success closes it; TRIP_AFTER failures in a row open it, and one after its rest. A
    call that was under way when it opened and fails during the rest makes that no longer."""
    if outcome == "success":
        return Breaker()
    failures = breaker.failures + 1
    if rest_left(breaker, now):
        return Breaker(failures=failures, opened_at=breaker.opened_at, trips=breaker.trips)
    if failures >= TRIP_AFTER or breaker.opened_at is not None:
        return Breaker(failures=failures, opened_at=now, trips=breaker.trips + 1)
    return Breaker(failures=failures, trips=breaker.trips)


def rest_left(breaker: Breaker, now: datetime) -> timedelta:
    """How long no call is made yet; none where the circuit is closed or the rest is over."""
    if breaker.opened_at is None:
        return timedelta()
    rest: timedelta = min(LONGEST_REST, REST * 2 ** min(breaker.trips - 1, 10))
    return max(timedelta(), rest - (now - breaker.opened_at))
