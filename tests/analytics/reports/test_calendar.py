"""When a report is due and of which days it is, by the clock on the wall there."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo, available_timezones

import pytest

from analytics.reports.calendar import DAY, Rhythm, before, told


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def rhythm(cadence: str, zone: str = "UTC", **more: int) -> Rhythm:
    return Rhythm(cadence, **{"hour": 8, "weekday": 1, "day": 1, **more}, zone=zone)


@pytest.mark.parametrize(
    ("found", "after", "due"),
    [
        (rhythm("daily"), "2026-11-03T07:59", "2026-11-03T08:00"),
        (rhythm("daily"), "2026-11-03T08:00", "2026-11-04T08:00"),
        (rhythm("weekly", weekday=7), "2026-11-03T00:00", "2026-11-08T08:00"),
        (rhythm("weekly", weekday=2), "2026-11-03T08:00", "2026-11-10T08:00"),
        (rhythm("monthly", day=31), "2026-01-31T08:00", "2026-02-28T08:00"),
        (rhythm("monthly", day=31), "2028-02-01T00:00", "2028-02-29T08:00"),
        (rhythm("monthly", day=31), "2026-04-01T00:00", "2026-04-30T08:00"),
        (rhythm("monthly", day=30), "2026-12-30T08:00", "2027-01-30T08:00"),
        (rhythm("daily", "Asia/Tokyo"), "2026-11-03T22:00", "2026-11-03T23:00"),
        (rhythm("daily", "Europe/Paris"), "2026-03-28T12:00", "2026-03-29T06:00"),  # summer time has begun
        (rhythm("daily", "Europe/Paris"), "2026-10-24T12:00", "2026-10-25T07:00"),  # and ended
        (rhythm("daily", "Europe/Paris", hour=2), "2026-03-28T12:00", "2026-03-29T01:00"),  # that hour there is not
        (rhythm("daily", "Europe/Paris", hour=2), "2026-10-24T12:00", "2026-10-25T00:00"),  # and there it is twice
        (rhythm("daily", "Europe/Paris", hour=2), "2026-10-25T00:30", "2026-10-26T01:00"),
        (rhythm("daily", "America/Santiago", hour=0), "2026-09-05T12:00", "2026-09-06T04:00"),  # begins at one
        (rhythm("daily", "Pacific/Kiritimati", hour=0), "2026-11-03T09:00", "2026-11-03T10:00"),
    ],
)
def test_the_next_moment(found, after, due):
    assert found.following(at(after)) == at(due)


def changes(zone: str) -> Iterator[datetime]:
    """The days of two years after which the clock there is another, at noon UTC."""
    here, day = ZoneInfo(zone), at("2026-01-01T12:00")
    while day < at("2028-01-01T12:00"):
        later = day + DAY
        if day.astimezone(here).utcoffset() != later.astimezone(here).utcoffset():
            yield day
        day = later


def reported(found: Rhythm, moment: datetime, count: int) -> list[date]:
    """The days that the next moments are of."""
    days = []
    for _ in range(count):
        later = found.following(moment)
        assert later > moment and found.latest(later) == later
        first, last = found.days_of(later)
        assert first == last
        days.append(first)
        moment = later
    return days


def test_each_day_is_reported_once_whatever_the_clocks_do():
    seen = 0
    for zone in sorted(available_timezones()):
        for day in changes(zone):
            for hour in range(24):
                days = reported(rhythm("daily", zone, hour=hour), day - 3 * DAY, 7)
                assert days == [days[0] + n * DAY for n in range(7)], (zone, hour)
                seen += 1
    assert seen > 24 * 100


def test_a_day_whose_end_the_clock_skips_is_reported():
    found = rhythm("daily", "America/Nuuk", hour=23)  # at 23:00 of Saturday, 28 March, it is Sunday
    assert found.following(at("2026-03-28T12:00")) == at("2026-03-29T01:00")
    assert reported(found, at("2026-03-27T12:00"), 3) == [date(2026, 3, day) for day in (26, 27, 28)]


def test_of_what_was_missed_the_latest_counts():
    assert rhythm("daily").latest(at("2026-11-21T07:59")) == at("2026-11-20T08:00")
    assert rhythm("daily").latest(at("2026-11-01T08:00")) == at("2026-11-01T08:00")
    assert rhythm("weekly", weekday=3).latest(at("2026-11-03T12:00")) == at("2026-10-28T08:00")
    assert rhythm("monthly", day=31).latest(at("2026-03-01T07:00")) == at("2026-02-28T08:00")


@pytest.mark.parametrize(
    ("kind", "today", "days"),
    [
        ("daily", "2026-03-01", ("2026-02-28", "2026-02-28")),
        ("weekly", "2026-11-02", ("2026-10-26", "2026-11-01")),
        ("weekly", "2026-11-08", ("2026-10-26", "2026-11-01")),
        ("monthly", "2026-03-31", ("2026-02-01", "2026-02-28")),
        ("monthly", "2027-01-01", ("2026-12-01", "2026-12-31")),
    ],
)
def test_the_days_before(kind, today, days):
    assert before(kind, date.fromisoformat(today)) == tuple(date.fromisoformat(day) for day in days)


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ("2026-11-03", "2026-11-03", "3 November 2026"),
        ("2026-11-23", "2026-11-29", "23–29 November 2026"),
        ("2026-11-30", "2026-12-06", "30 November – 6 December 2026"),
        ("2026-12-28", "2027-01-03", "28 December 2026 – 3 January 2027"),
        ("2028-02-01", "2028-02-29", "February 2028"),
    ],
)
def test_days_in_words(first, last, words):
    assert told(date.fromisoformat(first), date.fromisoformat(last)) == words
