"""Who comes back, week by week: as plain loops find it, in any zone."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from analytics import rollups
from designer.generations.models import Generation
from tests.analytics.rows import Rows, utc

pytestmark = pytest.mark.django_db
ZONES = ["UTC", "Europe/Paris", "Australia/Lord_Howe", "America/Santiago"]
WEEK = timedelta(days=7)


def monday(at: datetime, zone: str) -> date:
    day = at.astimezone(ZoneInfo(zone)).date()
    return day - timedelta(days=day.weekday())


@pytest.mark.parametrize("tier", ["slots", "days"])
@pytest.mark.parametrize("zone", ZONES)
def test_cohorts_are_what_is_counted_by_hand(zone: str, tier: str, rows: Rows, client_of, member):
    client = client_of("owner")
    rng = Random(zone)
    people = [client.user, *(member("editor") for _ in range(5))]
    if tier == "days":
        rollups.wish_for_days([rows.team.pk], zone)
    begin = datetime(2026, 9, 14, tzinfo=UTC)
    for person in people:
        since = rng.randrange(0, 40)
        for _ in range(rng.randrange(1, 12)):
            hours = 24 * since + rng.choice([-1, 0, 1, 11, 13]) + 24 * 7 * rng.randrange(0, 5)
            rows.generation(person, begin + timedelta(hours=hours))
    rows.image(rows.generation(people[0], utc(2026, 10, 1)), utc(2026, 12, 1))  # an image is no asking
    rollups.work_off()
    rollups.fill_days()
    first, last = date(2026, 10, 1), date(2026, 11, 11)
    said = {"from": first, "to": last, "timezone": zone, "team": str(rows.team.pk)}
    told = client.get("/api/analytics/users", said).json()["cohorts"]
    active = defaultdict(set)
    for row in Generation.objects.all():
        active[row.owner_id].add(monday(row.created_at, zone))
    weeks = [date(2026, 9, 28) + n * WEEK for n in range(7)]
    wanted = {}
    for began in (None, *weeks):
        own = [each for each in active.values() if (min(each) if min(each) >= weeks[0] else None) == began]
        own = [each for each in own if min(each) <= weeks[-1]]
        if own:
            shown = [week for week in weeks if began is None or week >= began]
            wanted[began and began.isoformat()] = (
                len(own), [(week.isoformat(), sum(week in each for each in own), True) for week in shown]
            )  # fmt: skip
    found = {
        row["week"]: (
            row["members"],
            [(each["week"], each["active"]["numerator"], each["whole"]) for each in row["returns"]],
        )
        for row in told
    }
    assert found == wanted and len(told) == len(found)
    assert all(each["active"]["denominator"] == row["members"] for row in told for each in row["returns"])


def test_the_week_that_runs_is_told_as_part_and_those_to_come_not_at_all(rows: Rows, client_of):
    client = client_of("owner")
    now = timezone.now()
    rows.generation(client.user, now)
    rollups.work_off()
    said = {"from": (now - timedelta(days=3)).date(), "to": (now + timedelta(days=30)).date(), "timezone": "UTC"}
    (cohort,) = client.get("/api/analytics/users", said).json()["cohorts"]
    assert [(each["active"]["numerator"], each["whole"]) for each in cohort["returns"]] == [(1, False)]
    page = client.get("/analytics", said).content.decode()
    assert "so far" in page and "Who comes back" in page


def test_of_a_long_range_the_last_weeks_are_told_and_csv_has_a_line_for_each(rows: Rows, client_of):
    client = client_of("owner")
    for week in range(20):
        rows.generation(client.user, utc(2026, 6, 1, 12) + week * WEEK)
    rollups.work_off()
    said = {"from": "2026-06-01", "to": "2026-10-18", "timezone": "UTC", "team": str(rows.team.pk)}
    (before,) = client.get("/api/analytics/users", said).json()["cohorts"]
    assert before["week"] is None and len(before["returns"]) == 12
    table = client.get("/api/analytics/users", {**said, "format": "csv", "table": "cohorts"}).content.decode()
    assert table.count("\n") == 13 and "before,1," in table


def test_nobody_yet(client_of):
    assert (
        client_of("owner").get("/api/analytics/users", {"from": "2026-06-01", "to": "2026-06-30"}).json()["cohorts"]
        == []
    )
