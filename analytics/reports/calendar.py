"""When a report is due and of which days it is. Pure: knows no Django.

A clock that is put forward over the hour meant rings right after the gap; one that shows it twice rings the first time.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """`cadence`: daily, weekly or monthly; `weekday` 1 is Monday; `day` of the month, in a shorter one its last."""

    cadence: str
    hour: int
    weekday: int
    day: int
    zone: str

    def following(self, after: datetime) -> datetime:
        """The first moment after that one, UTC."""
        day = after.astimezone(ZoneInfo(self.zone)).date() - DAY
        while not (self._falls_on(day) and self._on(day) > after):
            day += DAY
        return self._on(day)

    def latest(self, now: datetime) -> datetime:
        """The last moment that has come: those before it are not made up for."""
        day = now.astimezone(ZoneInfo(self.zone)).date()
        while not (self._falls_on(day) and self._on(day) <= now):
            day -= DAY
        return self._on(day)

    def days_of(self, moment: datetime) -> tuple[date, date]:
        """The whole day, week or month before the one of that moment, first and last day."""
        day = moment.astimezone(ZoneInfo(self.zone)).date()
        if self._on(day - DAY) == moment:  # the clock skipped what was left of its day, as in Nuuk in spring
            day -= DAY
        return before(self.cadence, day)

    def _falls_on(self, day: date) -> bool:
        if self.cadence == "weekly":
            return day.isoweekday() == self.weekday
        return self.cadence == "daily" or day.day == min(self.day, monthrange(day.year, day.month)[1])

    def _on(self, day: date) -> datetime:
        return datetime.combine(day, time(self.hour), ZoneInfo(self.zone)).astimezone(UTC)


def before(kind: str, today: date) -> tuple[date, date]:
    """The whole day, week (from Monday) or month before the one that `today` lies in."""
    if kind == "daily":
        return today - DAY, today - DAY
    if kind == "weekly":
        monday = today - timedelta(days=today.weekday())
        return monday - 7 * DAY, monday - DAY
    last = today.replace(day=1) - DAY
    return last.replace(day=1), last


def told(first: date, last: date) -> str:
    """These days in words: 3 November 2026, 23–29 November 2026, 30 November – 6 December 2026, November 2026."""
    if first == last:
        return f"{first.day} {first:%B %Y}"
    if first.day == 1 and last == first.replace(day=monthrange(first.year, first.month)[1]):
        return f"{first:%B %Y}"
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{last.day} {last:%B %Y}"
    begins = f"{first.day} {first:%B}" if first.year == last.year else f"{first.day} {first:%B %Y}"
    return f"{begins} – {last.day} {last:%B %Y}"
