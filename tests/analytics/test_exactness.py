"""Every figure of every endpoint is what plain loops over the raw rows find, whatever the rows, the zone, its clock."""

from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from importlib import import_module
from random import Random
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from analytics import measures, rollups
from analytics.models import MoneyDay, PendingSlot, WorkDay, WorkSlot, ZoneKept
from designer.generations.models import Generation
from designer.ledger.models import LedgerEntry
from tests.analytics.brute import Brute, Tally, at_percent
from tests.analytics.rows import MODELS, Rows, utc

pytestmark = pytest.mark.django_db
# a zone, and a day on which its clock is put forward or back, or any day where it never is
ZONES = [
    ("UTC", date(2026, 3, 1)),
    ("Europe/Paris", date(2026, 3, 29)),
    ("Europe/Paris", date(2026, 10, 25)),
    ("America/St_Johns", date(2026, 3, 8)),  # three hours and a half behind
    ("Asia/Kathmandu", date(2026, 5, 1)),  # five hours and three quarters ahead
    ("Australia/Lord_Howe", date(2026, 10, 4)),  # put forward by half an hour
    ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("America/Santiago", date(2026, 9, 6)),  # at midnight, which that day has not
]


def compare(told: dict[str, Any], tally: Tally, *, costs: bool = True) -> None:
    """One `figures` of an answer against a tally."""
    wanted = tally.figures(costs=costs)
    for name in ("success", "satisfaction"):
        share = told[name]
        assert (share["numerator"], share["denominator"]) == wanted[name], name
        assert share["rate"] == (wanted[name][0] / wanted[name][1] if wanted[name][1] else None)
    for name in ("rating", "quality"):
        count, mean = wanted[name]
        assert told[name]["count"] == count and told[name]["mean"] == (None if mean is None else pytest.approx(mean)), (
            name
        )
    plain = [name for name in wanted if name not in ("success", "satisfaction", "rating", "quality", "cost")]
    assert {name: told[name] for name in plain} == {name: wanted[name] for name in plain}
    assert money_of(told["cost"]) == wanted["cost"]


def money_of(told: dict[str, Any] | None) -> tuple[Any, ...] | None:
    return None if told is None else (told["amount"], told["simulated"], told["unpriced"])


def calendar(interval: str, zone: str) -> Callable[[datetime], date]:
    """The first day of the step that an instant lies in."""
    from zoneinfo import ZoneInfo

    def of(at: datetime) -> date:
        day = at.astimezone(ZoneInfo(zone)).date()
        return {"day": day, "week": day - timedelta(days=day.weekday()), "month": day.replace(day=1)}[interval]

    return of


class World:
    """A team with three people and whatever may befall them, asked through the front door."""

    def __init__(self, rows: Rows, client: APIClient, people: list[Any], zone: str, first: date, last: date) -> None:
        self.rows, self.client, self.people = rows, client, people
        self.brute = Brute({rows.team.pk}, {rows.team.pk}, client.user.pk, first, last, zone)

    def ask(self, name: str, **more: Any) -> dict[str, Any]:
        said = {
            "from": self.brute.first,
            "to": self.brute.last,
            "timezone": self.brute.zone,
            "team": str(self.rows.team.pk),
        }
        answer = self.client.get(f"/api/analytics/{name}", {**said, **more})
        assert answer.status_code == 200, answer.content
        return answer.json()


@pytest.fixture(params=["slots", "days"])
def world_of(request: pytest.FixtureRequest, rows: Rows, client_of, member) -> Callable[..., World]:
    """Asked by quarters of an hour, and by whole days of the zone that are kept."""
    client = client_of("owner")
    people = [client.user, member("editor"), member("viewer")]

    def make(zone: str, middle: date, *, days: int = 4, count: int = 40, seed: int = 1) -> World:
        rows.rng = Random(seed)
        first, last = middle - timedelta(days=days), middle + timedelta(days=days)
        if request.param == "slots":  # what the questions before wished for
            for each in (ZoneKept, WorkDay, MoneyDay):
                each.objects.all().delete()
        if request.param == "days":
            rollups.wish_for_days([rows.team.pk], zone)
            if seed % 2:  # half of the time the days are there before the rows, else they are filled in afterwards
                rollups.fill_days()
        begin = datetime(first.year, first.month, first.day, tzinfo=UTC) - timedelta(days=2)  # some lie outside
        rows.many(people, begin, 2 * days + 5, count)
        rollups.work_off()
        rollups.fill_days()
        assert rollups.days_are_kept([rows.team.pk], zone) is (request.param == "days")
        return World(rows, client, people, zone, first, last)

    return make


@pytest.mark.parametrize(("zone", "middle"), ZONES)
def test_overview_and_quality_are_what_is_counted_by_hand(zone: str, middle: date, world_of):
    world = world_of(zone, middle)
    for interval in ("day", "week", "month"):
        key = calendar(interval, zone)
        tallies = world.brute.by(lambda at, _, key=key: key(at))
        for name in ("overview", "quality"):
            series = world.ask(name, interval=interval)["series"]
            found = {key(datetime.fromisoformat(span["start"])): span["figures"] for span in series}
            assert len(found) == len(series) and set(tallies) <= set(found), "each step once, none missing"
            for step, figures in found.items():
                compare(figures, tallies[step])
    whole = world.brute.by(lambda *_: None)[None]
    told = world.ask("overview")
    compare(told["totals"], whole)
    assert told["latency"] == {
        "count": len(whole.seconds),
        **{f"p{n}": at_percent(whole.seconds, n / 100) for n in (50, 90, 95, 99)},
    }
    active = {of["member"] for of in _rows_of(world) if of["asked"]}
    assert told["active_members"] == len(active)


def _rows_of(world: World) -> list[dict[str, Any]]:
    tallies = world.brute.by(lambda _, of: of["member"])
    return [{"member": one, "asked": tally.counts["asked"]} for one, tally in tallies.items()]


@pytest.mark.parametrize(("zone", "middle"), ZONES)
def test_hours_are_those_on_the_wall_and_lose_nothing(zone: str, middle: date, world_of):
    world = world_of(zone, middle, days=1, count=40)
    series = world.ask("overview", interval="hour")["series"]
    edges = [(datetime.fromisoformat(span["start"]), datetime.fromisoformat(span["end"])) for span in series]
    assert all(edges[n][1] == edges[n + 1][0] for n in range(len(edges) - 1)), "one after the other"
    assert edges[0][0].date() == world.brute.first and edges[-1][1].date() == world.brute.last + timedelta(days=1)
    odd = [start for start, _ in edges if start.minute]
    assert len(odd) <= (zone == "Australia/Lord_Howe"), "but for the one into which the clock is put forward"

    def place(at: datetime, _: Any) -> int:
        return next(n for n, (start, end) in enumerate(edges) if start <= at < end)

    tallies = world.brute.by(place)
    for number, span in enumerate(series):
        compare(span["figures"], tallies[number])


@pytest.mark.parametrize(("zone", "middle"), ZONES[:4])
def test_costs_are_the_ledgers_to_the_last_digit(zone: str, middle: date, world_of):
    world = world_of(zone, middle, count=60)
    told = world.ask("costs", interval="day")
    key = calendar("day", zone)
    by_day = world.brute.by(lambda at, _: key(at))
    found = {key(datetime.fromisoformat(span["start"])): span["cost"] for span in told["series"]}
    assert {day: money_of(cost) for day, cost in found.items()} == {day: by_day[day].money() for day in found}
    parts: dict[str, Callable[[dict[str, Any]], Any]] = {
        "providers": lambda of: of["provider"],
        "models": lambda of: (of["provider"], of["model"]),
        "members": lambda of: str(of["member"]) if of["member"] else None,
    }
    names: dict[str, Callable[[dict[str, Any]], Any]] = {
        "providers": lambda row: row["provider"],
        "models": lambda row: (row["provider"], row["model"]),
        "members": lambda row: row["member"],
    }
    nothing = Tally().money()
    for part, of in parts.items():
        tallies = world.brute.by(lambda _, row, of=of: of(row))
        wanted = {name: tally.money() for name, tally in tallies.items() if tally.money() != nothing}
        rows = {names[part](row): money_of(row["cost"]) for row in told[part]}
        assert {name: cost for name, cost in rows.items() if cost != nothing} == wanted, part
    kinds = {row["kind"]: row["cost"] for row in told["kinds"]}
    for kind in ("generation", "analysis", "adjustment"):
        tally = world.brute.by(lambda *_: None, kinds=[kind])[None]
        if kind in kinds:
            assert kinds[kind]["simulated"] == tally.money()[1]
            assert kinds[kind]["amount"] in (f"{tally.paid:.6f}", None)
    whole = world.brute.by(lambda *_: None)[None]
    assert money_of(told["totals"]) == whole.money()
    for part in ("series", "providers", "models", "members", "kinds"):
        assert sum(_paid(row["cost"]) for row in told[part]) == _paid(told["totals"]), f"{part} add up to the whole"


def _paid(cost: dict[str, Any]) -> Decimal:
    return Decimal(cost["amount"] or 0)


@pytest.mark.parametrize(("zone", "middle"), ZONES[:3])
def test_models_with_their_errors_their_times_and_the_price_of_a_liked_image(zone: str, middle: date, world_of):
    world = world_of(zone, middle, count=60)
    told = world.ask("models")["models"]
    tallies = world.brute.by(lambda _, of: (of["provider"], of["model"], of["simulated"]), kinds=["generation"])
    rows = {(row["provider"], row["model"], row["simulated"]): row for row in told}
    assert set(rows) == set(tallies) and len(rows) == len(told)
    for key, row in rows.items():
        tally = tallies[key]
        compare(row["figures"], tally)
        assert row["errors"] == dict(tally.codes)
        assert row["latency"]["count"] == len(tally.seconds)
        assert row["latency"]["p95"] == at_percent(tally.seconds, 0.95)


@pytest.mark.parametrize(("zone", "middle"), ZONES[:4])
def test_members_and_the_hours_of_the_week(zone: str, middle: date, world_of):
    world = world_of(zone, middle, count=50)
    tallies = world.brute.by(lambda _, of: of["member"])
    for row in world.ask("users")["members"]:
        tally = next((tally for one, tally in tallies.items() if (one and str(one)) == row["member"]), Tally())
        compare(row["figures"], tally)
        assert row["days_active"] == len(tally.days)
    week = defaultdict(Tally, world.brute.by(lambda at, _: _wall(at, zone)))
    hours = world.ask("trends")["hours"]
    assert len(hours) == 168
    for row in hours:
        counts = week[row["weekday"], row["hour"]].counts
        shown = {name: row[name] for name in ("asked", "images", "rated", "liked")}
        assert shown == {name: counts[name] for name in shown}


def _wall(at: datetime, zone: str) -> tuple[int, int]:
    from zoneinfo import ZoneInfo

    here = at.astimezone(ZoneInfo(zone))
    return here.isoweekday(), here.hour


def test_compared_with_the_days_before(world_of):
    world = world_of("Europe/Paris", date(2026, 10, 25), days=4, count=60)
    days = (world.brute.last - world.brute.first).days + 1
    earlier = Brute(
        world.brute.teams, world.brute.whole, world.brute.me,
        world.brute.first - timedelta(days=days), world.brute.first - timedelta(days=1), "Europe/Paris",
    )  # fmt: skip
    tally = earlier.by(lambda *_: None)[None]
    for name in ("overview", "quality", "users", "trends"):
        told = world.ask(name, compare="previous")
        compare(told["previous"], tally)
        assert world.ask(name)["previous"] is None
    assert money_of(world.ask("costs", compare="previous")["previous"]) == tally.money()


def test_the_team_has_an_address_of_its_own(world_of):
    world = world_of("UTC", date(2026, 3, 1))
    said = {"from": world.brute.first, "to": world.brute.last, "timezone": "UTC"}
    own = world.client.get(f"/api/teams/{world.rows.team.pk}/analytics", said).json()
    other = world.ask("overview")
    assert {**own, "about": 0} == {**other, "about": 0} and own["about"]["teams"] == [str(world.rows.team.pk)]


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    seed=st.integers(0, 2**32),
    place=st.sampled_from(ZONES),
    interval=st.sampled_from(["day", "week", "month"]),
    days=st.integers(0, 20),
)
def test_whatever_the_rows_the_figures_are_right(
    seed: int, place: tuple[str, date], interval: str, days: int, world_of
):
    zone, middle = place
    world = world_of(zone, middle, days=days, count=15, seed=seed)  # beside those of the examples before
    key = calendar(interval, zone)
    tallies = world.brute.by(lambda at, _: key(at))
    for span in world.ask("overview", interval=interval)["series"]:
        compare(span["figures"], tallies[key(datetime.fromisoformat(span["start"]))])
    spent = sum(
        row.amount for row in LedgerEntry.objects.all() if world.brute.within(row.created_at) and not row.simulated
    )
    assert spent == sum(tally.paid for tally in tallies.values())


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), place=st.sampled_from(ZONES))
def test_the_costs_of_members_add_up_to_the_cost_of_all(seed: int, place: tuple[str, date], world_of):
    zone, middle = place
    world = world_of(zone, middle, days=2, count=8, seed=seed)
    noon = datetime(middle.year, middle.month, middle.day, 12, tzinfo=UTC)
    world.rows.charge(noon, "-0.020000", kind="adjustment", actor=None)
    world.rows.charge(noon, "0.030000", kind="storage", actor=None, maker=MODELS[2])
    rollups.work_off()
    members = world.ask("users")["members"]
    costs = [row["figures"]["cost"] for row in members]
    whole = world.ask("overview")["totals"]["cost"]
    assert sum(map(_paid, costs)) == _paid(whole)
    assert sum(Decimal(each["simulated"]) for each in costs) == Decimal(whole["simulated"])
    assert sum(each["unpriced"] for each in costs) == whole["unpriced"]
    charged = {row["member"]: money_of(row["cost"]) for row in world.ask("costs")["members"]}
    assert {row["member"]: money_of(row["figures"]["cost"]) for row in members if row["member"] in charged} == charged
    assert [row["name"] for row in members if row["member"] is None] == [""]


@pytest.mark.parametrize(
    ("numerator", "denominator", "low", "high"),
    [(8, 10, 0.4902, 0.9433), (0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (1, 1, 0.2065, 1.0)],
)
def test_an_interval_is_wilsons(numerator: int, denominator: int, low: float, high: float):
    rate = measures.Rate(numerator, denominator)
    assert (rate.low, rate.high) == (pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4))
    assert measures.Rate(0, 0).rate is None


def test_an_image_without_a_charge_makes_the_cost_unknown_and_never_nothing(rows: Rows, client_of):
    client = client_of("owner")
    at = utc(2026, 11, 3, 12)
    said = {"from": "2026-11-03", "to": "2026-11-03", "team": str(rows.team.pk), "timezone": "UTC"}
    row = rows.generation(client.user, at)
    image = rows.image(row, at)
    rows.said(image, client.user, "like")
    rollups.work_off()
    told = client.get("/api/analytics/overview", said).json()["totals"]
    assert told["cost"] == {"amount": None, "simulated": "0.000000", "unpriced": 1}
    assert told["cost_per_liked"] is None
    other = rows.generation(client.user, at)
    rows.charge(at, "0.040000", row=other, actor=client.user)
    rollups.work_off()
    told = client.get("/api/analytics/overview", said).json()["totals"]
    assert told["cost"] == {"amount": "0.040000", "simulated": "0.000000", "unpriced": 1}, "at least so much"
    assert told["cost_per_liked"] is None, "a part of it is not known"
    rows.charge(at + timedelta(days=2), "0.050000", row=row, actor=client.user)  # late
    rollups.work_off()
    told = client.get("/api/analytics/overview", said).json()["totals"]
    assert told["cost"]["unpriced"] == 0 and told["cost_per_liked"] == "0.040000"


def test_what_an_image_cost_whose_generation_is_gone_nobody_knows(rows: Rows, client_of):
    client = client_of("owner")
    at = utc(2026, 11, 3, 12)
    said = {"from": "2026-11-03", "to": "2026-11-03", "team": str(rows.team.pk), "timezone": "UTC"}
    row = rows.generation(client.user, at)
    rows.image(row, at)
    drawn = rows.generation(client.user, at, maker=MODELS[2])
    rows.image(drawn, at)  # simulated: paid to nobody, whatever becomes of its generation
    rows.charge(at, "0.040000", row=row, actor=client.user)
    rollups.work_off()
    assert client.get("/api/analytics/overview", said).json()["totals"]["cost_per_image"] == "0.040000"
    Generation.objects.all().delete()
    rollups.work_off()
    told = client.get("/api/analytics/overview", said).json()["totals"]
    assert told["images"] == 2 and told["cost_per_image"] is None
    assert told["cost"] == {"amount": "0.040000", "simulated": "0.000000", "unpriced": 1}, "its charge stays"
    page = client.get("/analytics", said).content.decode()
    assert "at least $0.04" in page and "1 image without a price" in page


def test_an_upgrade_works_such_images_out_anew_once_the_scheduler_of_before_is_gone(rows: Rows, client_of):
    client = client_of("owner")
    at = utc(2026, 11, 3, 12)
    rows.image(rows.generation(client.user, at), at)
    rows.image(rows.generation(client.user, at, maker=MODELS[2]), at)
    Generation.objects.all().delete()
    rollups.work_off()
    WorkSlot.objects.update(unpriced=0)  # as the release before had it
    with connection.cursor() as cursor:
        cursor.execute(import_module("analytics.migrations.0007_sql_unpriced").NOTED)
    rollups.work_off()  # asks as that of the release before does
    (note,) = PendingSlot.objects.all()
    assert note.slot == at and note.held_until > timezone.now() + timedelta(minutes=55)
    said = {"from": "2026-11-03", "to": "2026-11-03", "team": str(rows.team.pk), "timezone": "UTC"}
    assert client.get("/api/analytics/overview", said).json()["about"]["pending"], "it is told meanwhile"
    PendingSlot.objects.update(held_until=timezone.now())
    rollups.work_off()
    assert client.get("/api/analytics/overview", said).json()["totals"]["cost"]["unpriced"] == 1


def test_what_failed_counts(rows: Rows, client_of):
    client = client_of("owner")
    for status in ("succeeded", "failed", "failed", "partial", "cancelled", "running"):
        rows.generation(client.user, utc(2026, 11, 3, 12), status=status)
    rollups.work_off()
    told = client.get("/api/analytics/overview", {"from": "2026-11-03", "to": "2026-11-03"}).json()["totals"]
    assert (told["success"]["numerator"], told["success"]["denominator"]) == (1, 4)
    assert (told["asked"], told["cancelled"], told["live"]) == (6, 1, 1)
