"""Who sees which figures, and what is refused by the name of the field and with a remedy."""

import csv
import io
from datetime import date, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest

from analytics import periods, rollups
from teams.accounts.services import create_token
from teams.membership.models import Membership, Role
from tests.analytics.rows import MODELS, Rows, utc

pytestmark = pytest.mark.django_db
NAMES = ("overview", "costs", "quality", "models", "users", "trends")
DAY = {"from": "2026-11-03", "to": "2026-11-03", "timezone": "UTC"}
AT = utc(2026, 11, 3, 12)


def ask(client, name: str, **more):
    answer = client.get(f"/api/analytics/{name}", {**DAY, **more})
    assert answer.status_code == 200, answer.content
    return answer.json()


@pytest.fixture
def people(rows: Rows, client_of):
    """An owner who spent 2 USD and an editor who spent 1, each on an image that they like."""
    found = {role: client_of(role) for role in ("owner", "admin", "editor", "viewer")}
    for role, amount in (("owner", "2.000000"), ("editor", "1.000000")):
        user = found[role].user
        row = rows.generation(user, AT)
        rows.said(rows.image(row, AT), user, "like")
        rows.charge(AT, amount, row=row, actor=user)
    rollups.work_off()
    return found


def shared(rows: Rows) -> dict[str, str]:
    return {"team": str(rows.team.pk)}


@pytest.mark.parametrize(
    ("role", "amount", "whose"),
    [("owner", "3.000000", "team"), ("admin", "3.000000", "team"), ("editor", "1.000000", "own"),
     ("viewer", "0.000000", "own")],
)  # fmt: skip
def test_a_teams_costs_are_for_those_who_may_see_its_billing_others_see_their_own(role, amount, whose, people, rows):
    told = ask(people[role], "costs", **shared(rows))
    assert told["totals"]["amount"] == amount and told["about"]["costs_of"] == whose
    members = {row["member"]: row["cost"]["amount"] for row in told["members"]}
    if whose == "own":
        assert set(members) <= {str(people[role].user.pk)}
    overview = ask(people[role], "overview", **shared(rows))["totals"]
    assert overview["cost"]["amount"] == amount and overview["images"] == 2, "the work is everybody's to see"
    assert overview["cost_per_liked"] == {"3.000000": "1.500000", "1.000000": "1.000000"}.get(amount)
    models = ask(people[role], "models", **shared(rows))["models"]
    assert [row["figures"]["cost"]["amount"] for row in models] == [amount]


def test_of_members_one_sees_ones_own_costs_and_no_others(people, rows):
    told = ask(people["editor"], "users", **shared(rows))["members"]
    costs = {row["member"]: row["figures"]["cost"] for row in told}
    mine = str(people["editor"].user.pk)
    assert costs.pop(mine)["amount"] == "1.000000"
    assert len(costs) == 3 and set(costs.values()) == {None}
    table = csv_of(people["editor"], "users", **shared(rows))
    assert {row["paid_usd"] for row in table if row["member"] != mine} == {""}


def test_without_a_team_all_of_ones_own_teams_are_meant_each_by_ones_role(people, rows):
    editor = people["editor"].user
    own = Rows(Membership.objects.get(user=editor, team__personal=True).team, rows.rng)
    row = own.generation(editor, AT)
    own.image(row, AT)
    own.charge(AT, "0.500000", row=row)
    own.charge(AT, "0.250000", actor=people["owner"].user)
    rollups.work_off()
    told = ask(people["editor"], "overview")
    assert told["totals"]["cost"]["amount"] == "1.750000" and told["about"]["costs_of"] == "both"
    assert told["totals"]["images"] == 3
    members = ask(people["editor"], "users")["members"]
    apart = {row["name"]: row["figures"]["cost"]["amount"] for row in members if row["member"] is None}
    assert apart == {"": "0.500000", "Others, as far as you may see": "0.250000"}, "with these it is the whole"
    costs = {row["member"]: row["figures"]["cost"] for row in members if row["member"]}
    assert costs.pop(str(editor.pk))["amount"] == "1.000000"
    assert set(costs.values()) == {None}, "what others cost in a team whose billing is not for this person"
    shown = {row["member"] for row in ask(people["editor"], "costs")["members"]}
    assert shown <= {None, str(editor.pk)}, "of others there is one line for all"


def test_a_foreign_team_does_not_exist(people, rows, client_of):
    stranger = client_of("stranger")
    for name in NAMES:
        assert stranger.get(f"/api/analytics/{name}", shared(rows)).status_code == 404
        assert ask(stranger, name)["totals"].get("asked", 0) == 0
    assert stranger.get(f"/api/teams/{rows.team.pk}/analytics").status_code == 404
    assert stranger.get("/analytics", shared(rows)).status_code == 404
    assert client_of(None).get("/api/analytics/overview").status_code == 401


def test_a_right_that_is_lost_is_lost_at_once(people, rows):
    admin = people["admin"]
    assert ask(admin, "costs", **shared(rows))["totals"]["amount"] == "3.000000"
    Membership.objects.filter(user=admin.user, team=rows.team).update(role=Role.VIEWER)
    assert ask(admin, "costs", **shared(rows))["totals"]["amount"] == "0.000000"
    Membership.objects.filter(user=admin.user, team=rows.team).delete()
    assert admin.get("/api/analytics/costs", shared(rows)).status_code == 404


def test_a_program_asks_with_a_token_that_may_read(people, rows, client):
    token = create_token(actor=people["owner"].user, name="report", scopes=["read"])[1]
    answer = client.get("/api/analytics/costs", {**DAY, **shared(rows)}, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200 and answer.json()["totals"]["amount"] == "3.000000"


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"from": "2026-11-04", "to": "2026-11-03"}, "from"),
        ({"from": "0001-01-01", "to": "0001-01-02"}, "from"),
        ({"from": "0001-01-01"}, "from"),
        ({"to": "9999-12-31"}, "to"),
        ({"from": "9999-12-31"}, "from"),
        ({"from": "yesterday"}, "from"),
        ({"from": "2026-02-30"}, "from"),
        ({"from": "2000-01-01", "to": "2026-11-03"}, "from"),
        ({"from": "2026-01-01", "to": "2026-11-03", "interval": "hour"}, "interval"),
        ({"from": "2020-01-01", "to": "2026-11-03", "interval": "day"}, "interval"),
        ({"interval": "minute"}, "interval"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"timezone": "../../etc/passwd"}, "timezone"),
        ({"timezone": "=1+1"}, "timezone"),
        ({"compare": "next"}, "compare"),
        ({"from": "2000-01-05", "to": "2000-01-30", "compare": "previous"}, "compare"),
        ({"team": "mine"}, "team"),
        ({"format": "pdf"}, "format"),
        ({"days": "7"}, "days"),
    ],
)
@pytest.mark.parametrize("name", ["overview", "costs", "trends"])
def test_what_cannot_be_asked_is_refused_by_its_field(name, said, field, client_of):
    answer = client_of("owner").get(f"/api/analytics/{name}", said)
    assert answer.status_code == 422, answer.content
    told = answer.json()
    assert [line["field"] for line in told["errors"]] == [field]
    assert told["errors"][0]["message"] and told["remedy"]


def test_a_period_without_anything_is_full_of_nothing(client_of):
    told = ask(client_of("owner"), "overview", **{"from": "2026-11-01", "to": "2026-11-30", "interval": "day"})
    assert len(told["series"]) == 30 and told["totals"]["success"]["rate"] is None
    assert told["totals"]["cost"] == {"amount": "0.000000", "simulated": "0.000000", "unpriced": 0}
    assert told["totals"]["cost_per_liked"] is None and told["latency"]["p50"] is None


def test_steps_that_the_range_cuts_short_say_so(client_of):
    told = ask(client_of("owner"), "overview", **{"from": "2026-10-28", "to": "2026-12-02", "interval": "month"})
    assert [span["whole"] for span in told["series"]] == [False, True, False]
    assert [span["start"] for span in told["series"]] == [
        f"2026-{day}T00:00:00+00:00" for day in ("10-28", "11-01", "12-01")
    ]


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [("Europe/Paris", "2026-03-29", 23), ("Europe/Paris", "2026-10-25", 25), ("Australia/Lord_Howe", "2026-10-04", 24),
     ("America/Santiago", "2026-09-06", 23), ("UTC", "2026-03-29", 24)],
)  # fmt: skip
def test_a_day_has_as_many_hours_as_the_clock_there_shows(zone, day, hours, client_of):
    asked = {"from": day, "to": day, "timezone": zone, "interval": "hour"}
    series = client_of("owner").get("/api/analytics/overview", asked).json()["series"]
    assert len(series) == hours


def test_every_zone_is_made_of_quarters_of_an_hour():
    for name in available_timezones():
        zone = ZoneInfo(name)
        for year in (2000, 2010, 2020, 2026, 2037):
            for month in (1, 4, 7, 10):
                offset = utc(year, month, 2).astimezone(zone).utcoffset()
                assert offset % timedelta(minutes=15) == timedelta(), (name, year)


def test_without_a_zone_the_teams_own_counts_then_the_askers(client_of, team):
    client = client_of("owner")
    client.user.timezone = "Asia/Tokyo"
    client.user.save()
    assert client.get("/api/analytics/overview", {"team": team.pk}).json()["about"]["timezone"] == "Asia/Tokyo"
    team.settings = {"time_zone": "America/New_York"}
    team.save()
    assert client.get("/api/analytics/overview", {"team": team.pk}).json()["about"]["timezone"] == "America/New_York"
    assert client.get("/api/analytics/overview", {}).json()["about"]["timezone"] == "Asia/Tokyo"


def test_the_longest_ranges_are_answered():
    whole = periods.period(
        first=date(2017, 1, 1), last=date(2026, 12, 31), interval=None, zone="UTC", now=utc(2026, 11, 3)
    )
    assert whole.interval == "month" and len(whole.buckets) == 120
    hours = periods.period(
        first=date(2026, 10, 1), last=date(2026, 10, 31), interval="hour", zone="Europe/Paris", now=AT
    )
    assert len(hours.buckets) == 31 * 24 + 1


def csv_of(client, name: str, **more) -> list[dict[str, str]]:
    answer = client.get(f"/api/analytics/{name}", {**DAY, "format": "csv", **more})
    assert answer.status_code == 200 and answer["Content-Type"] == "text/csv; charset=utf-8", answer.content
    assert answer["Content-Disposition"].startswith("attachment; ") and answer["X-Content-Type-Options"] == "nosniff"
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_tables_say_what_the_json_says(people, rows):
    owner, team = people["owner"], shared(rows)
    (line,) = csv_of(owner, "overview", interval="day", **team)
    (span,) = ask(owner, "overview", interval="day", **team)["series"]
    figures = span["figures"]
    assert line["start"] == span["start"] and line["asked"] == str(figures["asked"])
    assert line["paid_usd"] == figures["cost"]["amount"] and line["usd_per_liked_image"] == figures["cost_per_liked"]
    for table, count in (("series", 1), ("kinds", 1), ("providers", 1), ("models", 1), ("members", 2)):
        lines = csv_of(owner, "costs", table=table, interval="day", **team)
        assert len(lines) == count and sum(float(each["paid_usd"]) for each in lines) == 3, table
    assert len(csv_of(owner, "trends", **team)) == 168 and len(csv_of(owner, "users", **team)) == 4
    assert csv_of(owner, "models", **team)[0]["model"] == MODELS[0][1]
    assert csv_of(owner, "quality", interval="day", **team)[0]["satisfaction"] == "1.0"


def test_a_cell_is_never_run_as_a_formula_and_a_number_stays_one(rows: Rows, client_of):
    client = client_of("owner")
    client.user.name = '=HYPERLINK("http://x.example")'
    client.user.save()
    hostile = ("@SUM(1)", "+cmd|' /C calc'!A0", False)
    row = rows.generation(client.user, AT, maker=hostile, status="failed", error={"code": "=1+1"})
    rows.image(row, AT)
    rows.charge(AT, "-0.500000", row=row, kind="adjustment", maker=hostile, actor=client.user)
    rollups.work_off()
    for name, more in (("models", {}), ("users", {}), ("costs", {"table": "models"}), ("costs", {"table": "members"})):
        for line in csv_of(client, name, team=str(rows.team.pk), **more):
            for column, cell in line.items():
                number = column.endswith(("usd", "simulated_usd")) or column.startswith("usd")
                assert number or not cell.startswith(("=", "+", "-", "@", "\t", "\r")), (name, column, cell)
    (line,) = csv_of(client, "costs", table="models", team=str(rows.team.pk))
    assert float(line["paid_usd"]) == -0.5 and line["model"] == "'+cmd|' /C calc'!A0"


def test_unknown_is_a_word_in_a_table_and_not_a_nought(rows: Rows, client_of):
    client = client_of("owner")
    rows.image(rows.generation(client.user, AT), AT)
    rollups.work_off()
    (line,) = csv_of(client, "models", team=str(rows.team.pk))
    assert (line["paid_usd"], line["usd_per_image"], line["unpriced_images"]) == ("unknown", "unknown", "1")
