"""When a report is due and of which days it is, by the clock on the wall there."""

from datetime import UTC, date, datetime

import pytest

from analytics.reports.calendar import Rhythm, before, told


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


@pytest.mark.parametrize("zone", ["Europe/Paris", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "UTC"])
@pytest.mark.parametrize("hour", [0, 1, 2, 3, 23])
def test_each_day_of_a_year_has_one_moment(zone, hour):
    found, moment, days = rhythm("daily", zone, hour=hour), at("2026-01-01T12:00"), []
    while moment < at("2027-01-02T12:00"):
        later = found.following(moment)
        assert later > moment
        days.append(found.days_of(later))
        moment = later
    assert len(set(days)) == len(days) >= 366
    assert all(first == last for first, last in days)


def test_of_what_was_missed_the_latest_counts():
    found = rhythm("daily")
    assert found.latest(at("2026-11-01T08:00"), at("2026-11-21T07:59")) == at("2026-11-20T08:00")
    assert found.latest(at("2026-11-01T08:00"), at("2026-11-01T08:00")) == at("2026-11-01T08:00")


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
