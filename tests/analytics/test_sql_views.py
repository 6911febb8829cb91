"""The roadmap's views hold what plain loops over the raw rows find, line by line, and of each team its own."""

from collections import defaultdict
from datetime import UTC, date, datetime
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from analytics import rollups
from analytics.models import (
    CostBreakdownByModel,
    DailyGenerationStats,
    ModelPerformanceSummary,
    QualityTrend,
    UserActivitySummary,
)
from designer.generations.models import Generation
from designer.ledger.models import LedgerEntry
from tests.analytics.brute import Brute, Tally, at_percent
from tests.analytics.rows import Rows, utc
from tests.factories import TeamFactory

pytestmark = pytest.mark.django_db
ALWAYS = (date(2000, 1, 1), date(2099, 12, 31))


@pytest.fixture
def filled(rows: Rows, member) -> Rows:
    """Ten days of a team with everything that may be, beside a second team with as much."""
    people = [member("owner"), member("editor"), member("viewer")]
    rows.many(people, utc(2026, 2, 20), 10, 60)
    rows.charge(utc(2026, 2, 25, 23, 59), "-0.010000", kind="adjustment")
    Rows(TeamFactory(), Random(3)).many(people, utc(2026, 2, 20), 10, 30)
    rollups.work_off()
    return rows


def counted(rows: Rows, of: Any) -> dict[Any, Tally]:
    """Tallies of the team's work, without those in which there is none."""
    own = {rows.team.pk}
    tallies = Brute(own, own, None, *ALWAYS, "UTC").by(of)
    return {key: tally for key, tally in tallies.items() if tally.counts["asked"] or made(tally)}


def made(tally: Tally) -> int:
    return tally.counts["images"] + tally.counts["set_aside"]


def close(value: float | None) -> Any:
    return None if value is None else pytest.approx(float(value))


def number(value: float | Decimal | None) -> float | None:
    return None if value is None else float(value)


def share(part: float, whole: int) -> Any:
    return close(part / whole) if whole else None


def success(tally: Tally) -> Any:
    c = tally.counts
    return share(c["succeeded"], c["succeeded"] + c["partial"] + c["failed"])


def by_day(at: datetime, _: Any) -> date:
    return at.astimezone(UTC).date()


def by_model(_: datetime, of: dict[str, Any]) -> tuple[str, str, bool]:
    return of["provider"], of["model"], of["simulated"]


def test_daily_generation_stats(filled: Rows):
    wanted = counted(filled, by_day)
    found = {row.day: row for row in DailyGenerationStats.objects.filter(team_id=filled.team.pk)}
    assert set(found) == set(wanted) and len(wanted) > 8
    for day, row in found.items():
        c = wanted[day].counts
        names = ("asked", "succeeded", "partial", "failed", "cancelled", "images", "set_aside", "rated", "liked")
        assert {name: getattr(row, name) for name in names} == {name: c[name] for name in names}, day
        assert row.live == c["running"] + c["queued"] and row.success_rate == success(wanted[day])


def test_model_performance_summary(filled: Rows):
    wanted = counted(filled, by_model)
    rows = ModelPerformanceSummary.objects.filter(team_id=filled.team.pk)
    found = {(row.provider, row.model, row.simulated): row for row in rows}
    assert set(found) == set(wanted) and len(found) == len(rows) >= 4
    for key, row in found.items():
        tally = wanted[key]
        names = ("asked", "succeeded", "partial", "failed", "images", "rated", "liked")
        assert {name: getattr(row, name) for name in names} == {name: tally.counts[name] for name in names}, key
        assert row.success_rate == success(tally)
        assert row.satisfaction == share(tally.counts["liked"], tally.counts["rated"])
        assert number(row.quality) == share(float(tally.score), tally.counts["scored"])
        median = at_percent(tally.seconds, 0.5)
        assert row.median_seconds == (None if median is None else pytest.approx(median, abs=0.001))


def test_user_activity_summary(filled: Rows):
    wanted = counted(filled, lambda _, of: of["member"])
    found = {row.member_id: row for row in UserActivitySummary.objects.filter(team_id=filled.team.pk)}
    assert set(found) == set(wanted) and len(wanted) == 3
    for member, row in found.items():
        tally = wanted[member]
        assert (row.asked, row.images, row.liked) == tuple(tally.counts[n] for n in ("asked", "images", "liked"))
        assert row.days_active == len(tally.days)
        last = Generation.objects.filter(team=filled.team, owner=member).latest("created_at").created_at
        assert row.last_active == last.replace(minute=last.minute // 15 * 15, second=0, microsecond=0)


def test_cost_breakdown_by_model(filled: Rows):
    wanted: dict[Any, dict[str, Any]] = defaultdict(lambda: defaultdict(int))
    for entry in LedgerEntry.objects.filter(team=filled.team):
        line = wanted[entry.created_at.astimezone(UTC).date(), entry.kind, entry.provider, entry.model]
        line["entries"] += 1
        line["quantity"] += entry.quantity
        line["simulated" if entry.simulated else "paid"] += entry.amount
    rows = CostBreakdownByModel.objects.filter(team_id=filled.team.pk)
    found = {(row.day, row.kind, row.provider, row.model): row for row in rows}
    assert set(found) == set(wanted) and len(found) == len(rows) > 20
    for key, row in found.items():
        names = ("entries", "quantity", "paid", "simulated")
        assert {name: getattr(row, name) for name in names} == {name: wanted[key][name] for name in names}, key
    kinds = {kind for _, kind, _, _ in found}
    assert kinds == {"generation", "analysis", "adjustment"} and sum(row.paid for row in rows) > Decimal(1)


def test_quality_trends(filled: Rows):
    wanted = counted(filled, by_day)
    found = {row.day: row for row in QualityTrend.objects.filter(team_id=filled.team.pk)}
    assert set(found) == set(wanted) and len(wanted) > 8
    for day, row in found.items():
        tally = wanted[day]
        c = tally.counts
        names = ("images", "rated", "liked", "disliked", "ratings", "scored")
        assert {name: getattr(row, name) for name in names} == {name: c[name] for name in names}, day
        assert row.satisfaction == share(c["liked"], c["rated"])
        assert row.rating == share(c["stars"], c["ratings"])
        assert number(row.quality) == share(float(tally.score), c["scored"])
