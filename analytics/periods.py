"""Spans of days in a time zone, cut into hours, days, weeks or months as a clock on the wall there shows them.

Pure: knows no Django. Every edge is an instant, so that a day of 23 or 25 hours is just that.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, lru_cache
from typing import Final, Literal
from zoneinfo import ZoneInfo, available_timezones

from teams.base.errors import Refused

Interval = Literal["hour", "day", "week", "month"]
INTERVALS: Final[tuple[Interval, ...]] = ("hour", "day", "week", "month")
LONGEST: Final[dict[Interval, int]] = {"hour": 31, "day": 400, "week": 1_830, "month": 3_660}  # days that are cut so
FIRST: Final = date(2000, 1, 1)
LAST: Final = date(2099, 12, 31)
USUAL: Final = 30  # days, where nobody says how many
QUARTER: Final = timedelta(minutes=15)
DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Bucket:
    """From `start` on, up to `end`, both with the zone's own offset. `whole`: the range does not cut it short."""

    start: datetime
    end: datetime
    whole: bool


@dataclass(frozen=True, slots=True)
class Clock:
    """From this instant on the wall shows UTC and this much more."""

    since: datetime
    offset: timedelta


@dataclass(frozen=True)
class Period:
    """The days from `first` to `last`, both included, in a zone; cut by `interval`."""

    first: date
    last: date
    interval: Interval
    zone: str

    @cached_property
    def begin(self) -> datetime:
        return midnight(self.first, self.zone)

    @cached_property
    def end(self) -> datetime:
        """The first instant that is no longer of it."""
        return midnight(self.last + DAY, self.zone)

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @cached_property
    def buckets(self) -> list[Bucket]:
        """All of them, one after the other, those without anything too."""
        edges = list(self._hours() if self.interval == "hour" else self._dates())
        here = ZoneInfo(self.zone)
        return [
            Bucket(begin.astimezone(here), end.astimezone(here), whole)
            for (begin, whole), (end, _) in zip(edges, [*edges[1:], (self.end, True)], strict=True)
        ]

    @property
    def edges(self) -> list[datetime]:
        """Where the buckets begin, in UTC."""
        return [bucket.start.astimezone(UTC) for bucket in self.buckets]

    @cached_property
    def midnights(self) -> list[datetime]:
        """Where the days begin, in UTC."""
        return [midnight(day, self.zone) for day in _each_day(self.first, self.last)]

    @cached_property
    def clocks(self) -> list[Clock]:
        """The offset at the beginning, and each that takes its place before the end."""
        here = ZoneInfo(self.zone)
        found = [Clock(self.begin, _offset(self.begin, here))]
        for morning, next_one in zip(self.midnights, [*self.midnights[1:], self.end], strict=True):
            if _offset(next_one - QUARTER, here) == found[-1].offset and _offset(morning, here) == found[-1].offset:
                continue
            at = morning
            while at < next_one:
                if (offset := _offset(at, here)) != found[-1].offset:
                    found.append(Clock(at, offset))
                at += QUARTER
        return found

    def before(self) -> "Period":
        """As many days that end where this one begins. Raises Refused where there are none."""
        first = self.first - timedelta(days=self.days)
        if first < FIRST:
            shown = f"Nothing is kept from before {FIRST:%Y-%m-%d}, with which this range would be compared."
            raise Refused("out_of_range", shown, field="compare", remedy="Leave out compare, or ask for later days.")
        return Period(first, self.first - DAY, self.interval, self.zone)

    def _dates(self) -> Iterator[tuple[datetime, bool]]:
        """The beginning of each bucket of days, and whether all of its days are asked for."""
        day = self.first
        while day <= self.last:
            begins, ends = _around(day, self.interval)
            yield midnight(day, self.zone), begins >= self.first and ends <= self.last + DAY
            day = ends

    def _hours(self) -> Iterator[tuple[datetime, bool]]:
        """Each full hour on the wall; one that the clock is put forward into, or back within, is as long as it is."""
        here, at = ZoneInfo(self.zone), self.begin
        while at < self.end:
            yield at, True
            at += timedelta(hours=1) - timedelta(minutes=at.astimezone(here).minute)


def _around(day: date, interval: Interval) -> tuple[date, date]:
    """The first day of the week or month that `day` lies in, and the first of the one after it."""
    if interval == "week":
        monday = day - timedelta(days=day.weekday())
        return monday, monday + timedelta(days=7)
    if interval == "month":
        first = day.replace(day=1)
        return first, (first + timedelta(days=32)).replace(day=1)
    return day, day + DAY


def _each_day(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += DAY


def midnight(day: date, zone: str) -> datetime:
    """The first instant of a day there, in UTC: where the clock is put forward at midnight that is one o'clock."""
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def day_of(at: datetime, zone: str) -> date:
    """The day there in which this instant lies."""
    return at.astimezone(ZoneInfo(zone)).date()


def _offset(at: datetime, zone: ZoneInfo) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta()


@lru_cache(maxsize=1)
def zones() -> frozenset[str]:
    return frozenset(available_timezones())


def period(
    *, first: date | None, last: date | None, interval: Interval | None, zone: str, now: datetime, usual: int = USUAL
) -> Period:
    """The period that was asked for: without `last` up to today, without `first` as many days as `usual`, without
    `interval` as fine as can be read. Raises Refused, by the name of the field: from, to, interval or timezone."""
    if zone not in zones():
        raise Refused(
            "unknown_time_zone", "There is no such time zone.", field="timezone", remedy="Use a name like Europe/Paris."
        )
    _within("from", first or FIRST)
    last = last or max(now.astimezone(ZoneInfo(zone)).date(), first or FIRST)
    _within("to", last)
    first = first or max(FIRST, last - timedelta(days=usual - 1))
    if first > last:
        shown = f"The range ends on {last:%Y-%m-%d}, before it begins on {first:%Y-%m-%d}."
        raise Refused("reversed", shown, field="from", remedy="Name the earlier day first.")
    days = (last - first).days + 1
    if days > LONGEST["month"]:
        shown = f"These are {days:,} days; {LONGEST['month']:,} are the limit."
        raise Refused("range_too_long", shown, field="from", remedy="Ask for the years one after the other.")
    finest = next(each for each in INTERVALS if days <= LONGEST[each])
    if interval and days > LONGEST[interval]:
        shown = f"By the {interval} at most {LONGEST[interval]} days are shown; these are {days:,}."
        remedy = f"Ask by the {finest}, or for fewer days."
        raise Refused("interval_too_fine", shown, field="interval", remedy=remedy)
    return Period(first, last, interval or usual_interval(days), zone)


def usual_interval(days: int) -> Interval:
    """As fine as a chart can be read."""
    return "hour" if days <= 2 else "day" if days <= 92 else "week" if days <= 400 else "month"


def _within(field: str, day: date) -> None:
    if not FIRST <= day <= LAST:
        shown = f"{day.isoformat()} is outside of {FIRST:%Y} to {LAST:%Y}."
        raise Refused("out_of_range", shown, field=field, remedy=f"Name a day from {FIRST:%Y} to {LAST:%Y}.")
