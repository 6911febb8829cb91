"""Days out of the ordinary: those that were made so are found, those of mere chance hardly ever, each by its past."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from math import exp, log
from random import Random
from statistics import median
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics import anomalies, looking, rollups
from analytics.anomalies import Day
from analytics.models import Look, UnusualDay
from designer.assets.models import Asset
from designer.generations.models import Generation
from designer.jobs.claims import promote_due
from designer.jobs.models import Job
from designer.ledger.models import LedgerEntry
from tests.analytics.rows import MODELS, Rows
from tests.factories import TeamFactory
from tests.work import work_off

WEEK = np.array([1.0, 1.1, 1.2, 1.1, 0.9, 0.15, 0.1])
LENGTH = 240
Dice = np.random.Generator


def steady(dice: Dice) -> list[Day]:
    """Weeks of work: each day's cost, failures and seconds by chance about their own middle."""
    rate = 60 * np.resize(WEEK, LENGTH)
    asked = dice.poisson(rate)
    cost = 0.04 * asked * dice.lognormal(0, 0.35, LENGTH)
    failed = dice.binomial(asked, 0.06)
    waits = [float(np.median(dice.lognormal(3, 0.5, n))) if n else None for n in asked - failed]
    return [
        Day(float(cost[n]), int(asked[n]), int(failed[n]), waits[n], int(asked[n] - failed[n]), int(asked[n]))
        for n in range(LENGTH)
    ]


def wild(dice: Dice) -> list[Day]:
    """Days that differ by much more than chance: of cost by a half, of failures by a share of its own each day."""
    share = dice.beta(2, 25, LENGTH)
    asked = dice.poisson(40, LENGTH)
    failed = dice.binomial(asked, share)
    return [
        Day(float(dice.lognormal(1, 0.6)), int(asked[n]), int(failed[n]), float(dice.lognormal(3, 0.3)), 30, 1)
        for n in range(LENGTH)
    ]


def few(dice: Dice) -> list[Day]:
    """Some images a day, on some days none."""
    asked = dice.poisson(3, LENGTH)
    return [Day(0.04 * int(n), int(n), int(dice.binomial(n, 0.1)), 20.0, int(n), int(n)) for n in asked]


def bursts(dice: Dice) -> list[Day]:
    busy = dice.random(LENGTH) < 0.25
    return [Day(float(dice.lognormal(2, 1)) if each else 0.0, 40 * int(each), 2 * int(each), 20.0, 38) for each in busy]


def grown(dice: Dice) -> list[Day]:
    """Twice as much after half a year."""
    return [
        Day(day.cost * exp(n / 260), day.ended, day.failed, day.seconds, day.timed, day.images)
        for n, day in enumerate(steady(dice))
    ]


class TestByChance:
    @pytest.mark.parametrize(
        ("kind", "most"), [(steady, 0.005), (wild, 0.01), (few, 0.002), (bursts, 0.001), (grown, 0.005)]
    )
    def test_hardly_a_day_is_out_of_the_ordinary(self, kind: Callable[[Dice], list[Day]], most: float):
        """Of 40 teams of each kind, 184 judged days each: the share of days of which anything is told (measured: 0.3 %
        of steady weeks, 0.5 % where days differ by more than chance)."""
        told = days = 0
        for seed in range(40):
            found = anomalies.found(kind(np.random.default_rng(seed)))
            told += len({one.number for one in found})
            days += LENGTH - anomalies.BACK
        assert told / days <= most, f"{told} of {days}"


class TestPlanted:
    @pytest.mark.parametrize("seed", range(10))
    def test_what_was_put_there_is_found_and_nothing_beside_it(self, seed: int):
        days = steady(np.random.default_rng(seed))
        clean = {(one.number, one.metric) for one in anomalies.found(days)}
        days[100] = _with(days[100], cost=days[100].cost * 8 + 10)
        days[121] = _with(days[121], failed=days[121].ended // 2 + 6, ended=days[121].ended + 12)
        days[142] = _with(days[142], seconds=150.0)
        days[163] = _with(days[163], cost=0.0)
        found = {(one.number, one.metric): one for one in anomalies.found(days)}
        assert {(100, "cost"), (121, "failures"), (142, "seconds"), (163, "cost")} <= found.keys()
        assert found.keys() - clean - {(100, "cost"), (121, "failures"), (142, "seconds"), (163, "cost")} == set()
        assert found[100, "cost"].is_high and not found[163, "cost"].is_high
        for one in found.values():
            assert one.low <= one.expected <= one.high and not one.low <= one.value <= one.high
            assert anomalies.KNOWN <= one.days <= anomalies.BACK

    def test_an_outage_hides_none_that_comes_after_it_and_a_new_level_is_none(self):
        for seed in range(5):
            dice = np.random.default_rng(seed)
            days = [Day(1.0, 20, int(dice.binomial(20, 0.05))) for _ in range(120)]
            days[90] = Day(1.0, 520, 500)
            days[97] = Day(1.0, 40, 25)
            found = {one.number: one for one in anomalies.found(days) if one.metric == "failures"}
            assert {90, 97} <= found.keys() and found[97].expected < 6, seed
            worse = days[:80] + [Day(1.0, 40, int(dice.binomial(40, 0.5))) for _ in range(100)]
            late = [one.number for one in anomalies.found(worse) if one.metric == "failures" and one.number >= 110]
            assert len(late) <= 2, seed

    def test_the_first_days_after_a_pause_move_nothing(self):
        days = [Day(3.0 + n % 3 / 10, 20, 1, 9.0, 20, 5) for n in range(80)] + [Day()] * 14
        days += [Day(1.1, 20, 1, 9.0, 20, 5)] + [Day(3.0, 20, 1, 9.0, 20, 5)] * 6
        assert 95 not in {one.number for one in anomalies.found(days) if one.metric == "cost"}

    def test_a_new_level_is_soon_the_usual_one(self):
        late = 0
        for seed in range(10):
            days = steady(np.random.default_rng(seed))
            days = days[:120] + [_with(day, cost=6 * day.cost) for day in days[120:]]
            found = [one.number for one in anomalies.found(days) if one.metric == "cost" and one.number >= 120]
            assert found and found[0] <= 127 and sum(number <= 135 for number in found) <= 9, seed
            late += sum(135 < number <= 176 for number in found)
        assert late <= 4, "of 410 days that followed"

    def test_a_day_is_held_against_those_before_it_alone(self):
        days = steady(np.random.default_rng(4))
        days[150] = _with(days[150], cost=500.0)
        whole = [one for one in anomalies.found(days) if one.number <= 150]
        assert whole == anomalies.found(days[:151])

    def test_a_day_with_an_image_without_a_price_is_neither_low_nor_high_nor_usual(self):
        days = steady(np.random.default_rng(4))
        clean = [one for one in anomalies.found(days) if one.metric == "cost"]
        for number, cost in ((150, 0.0), (157, 900.0)):
            days[number] = _with(days[number], cost=cost, unpriced=1)
        found = [one for one in anomalies.found(days) if one.metric == "cost"]
        assert not {150, 157} & {one.number for one in found}
        assert {one.number for one in found} <= {one.number for one in clean}
        days[164] = _with(days[164], cost=500.0)
        (after,) = [one for one in anomalies.found(days[:165]) if one.number == 164]
        assert after.days == 54, "of 56"

    def test_a_holiday_is_none(self):
        days = steady(np.random.default_rng(4))
        days[150] = Day()
        assert [one for one in anomalies.found(days) if one.number == 150] == []


def _with(day: Day, **more) -> Day:
    return Day(**{**{name: getattr(day, name) for name in Day.__slots__}, **more})


class TestBadInput:
    @pytest.mark.parametrize(
        "days",
        [
            [],
            [Day(5.0, 10, 10, 3.0, 12, 1)],
            [Day(5.0, 20, 20)] * 200,  # all failed
            [Day(0.0, 20, 0, 9.0, 20, 5)] * 200,  # nothing was paid
            [Day(3.0, 20, 1, 9.0, 20, 5)] * 100 + [Day()] * 31 + [Day(3.0, 20, 1, 9.0, 20, 5)] * 40,
            [Day(-4.0, 20, 1, 9.0, 20, 5)] * 200,  # corrected more than charged
            [Day(3.0, 20, 1, 9.0, 20, 5)] * 27 + [Day(900.0, 200, 200, 900.0, 20, 5)],  # too little to go by
        ],
    )
    def test_tells_nothing(self, days):
        assert anomalies.found(days) == []

    def test_after_a_month_of_nothing_the_usual_is_told_no_more_and_soon_again(self):
        days = [Day(3.0, 20, 1, 9.0, 20, 5)] * 100 + [Day()] * 31 + [Day(3.0, 20, 1, 9.0, 20, 5)] * 80
        days[205] = Day(90.0, 20, 1, 9.0, 20, 5)
        assert [(one.number, one.metric) for one in anomalies.found(days)] == [(205, "cost")]

    def test_thousands_a_day_overflow_nothing(self):
        days = [Day(3.0, 90_000, 4_000)] * 60 + [Day(3.0, 90_000, 45_000)]
        assert [one.metric for one in anomalies.found(days)] == ["failures"]

    @settings(max_examples=60, deadline=None)
    @given(st.integers(0, 2**32), st.integers(29, 90), st.sampled_from([0.0, 0.3, 0.9]))
    def test_costs_are_judged_as_plain_loops_judge_them(self, seed: int, length: int, gaps: float):
        dice = Random(seed)
        days = [
            Day(0.0 if dice.random() < gaps else round(dice.lognormvariate(1, 1.5), 3), 20, 0) for _ in range(length)
        ]
        found = {one.number: one for one in anomalies.found(days) if one.metric == "cost"}
        for number in range(1, length):
            wanted = by_hand([day.cost for day in days[:number]], days[number].cost)
            assert (number in found) == (wanted is not None), number
            if wanted:
                one = found[number]
                assert (one.low, one.expected, one.high) == pytest.approx(wanted)


def by_hand(before: list[float], value: float) -> tuple[float, float, float] | None:
    """Low, expected and high of a day of which the cost is out of the ordinary."""
    before = before[-56:]
    paid = [each for each in before if each > 0]
    same = [each for back, each in enumerate(reversed(before), 1) if back % 7 == 0]
    if len(paid) < 28 or len(same) < 4:
        return None
    little = median(paid) / 10
    logs = [log(each + little) for each in before]
    own: dict[int, list[float]] = {}
    for back, each in enumerate(reversed(logs), 1):
        own.setdefault(back % 7, []).append(each)
    rests = [each - median(own[back % 7]) for back, each in enumerate(reversed(logs), 1)]
    middle = median(own[0]) + median(rests[:14])
    spread = max(0.1, 1.4826 * median(abs(each) for each in rests))
    low, expected, high = (max(0.0, exp(middle + n * spread) - little) for n in (-5, 0, 5))
    return None if low <= value <= high or abs(value - expected) < 0.25 else (low, expected, high)


ZONES = [
    ("UTC", date(2026, 3, 1)),
    ("Europe/Paris", date(2026, 3, 29)),
    ("Europe/Paris", date(2026, 10, 25)),
    ("Asia/Kathmandu", date(2026, 5, 1)),
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("America/Santiago", date(2026, 9, 6)),
]


@pytest.mark.django_db
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), place=st.sampled_from(ZONES))
def test_days_are_what_is_counted_by_hand_whatever_the_zone(seed: int, place: tuple[str, date], rows: Rows, client_of):
    zone, middle = place
    rows.rng = Random(seed)
    user, here = client_of("owner").user, ZoneInfo(zone)
    rows.many(
        [user], datetime(middle.year, middle.month, middle.day, tzinfo=ZoneInfo("UTC")) - timedelta(days=3), 6, 25
    )
    rollups.work_off()
    until = middle + timedelta(days=3)
    found = looking.days_of(rows.team.pk, until, zone)
    for number, day in enumerate(found):
        at = until - timedelta(days=len(found) - number)
        mine = lambda row, at=at: row.created_at.astimezone(here).date() == at  # noqa: E731
        work = [row for row in Generation.objects.filter(team=rows.team, simulated=False) if mine(row)]
        paid = sum(
            float(row.amount) for row in LedgerEntry.objects.filter(team=rows.team, simulated=False) if mine(row)
        )
        took = [
            round((row.finished_at - row.started_at) / timedelta(milliseconds=1)) / 1000
            for row in work
            if row.status in ("succeeded", "partial") and row.finished_at
        ]
        images = [row for row in Asset.objects.filter(team=rows.team, simulated=False, set_aside=False) if mine(row)]
        assert day.cost == pytest.approx(paid) and day.images == len(images)
        made = [row for row in Asset.objects.filter(team=rows.team, simulated=False) if mine(row)]
        charged = set(LedgerEntry.objects.filter(team=rows.team, kind="generation").values_list("subject", flat=True))
        assert day.unpriced == sum(f"generation:{row.generation_id}" not in charged for row in made)
        assert day.ended == sum(row.status in ("succeeded", "partial", "failed") for row in work)
        assert day.failed == sum(row.status == "failed" for row in work)
        assert day.timed == len(took) and day.seconds == (pytest.approx(median(took)) if took else None)


def spend(rows: Rows, user, days: int) -> date:
    """Four USD on each day up to yesterday, for twelve generations of which one failed; forty and all failed on one."""
    today = timezone.now().replace(hour=12, minute=0, second=0, microsecond=0)
    odd = today - timedelta(days=5)
    made = []
    for back in range(1, days + 1):
        at = today - timedelta(days=back)
        for n in range(12):
            is_bad = n == 0 or at == odd
            made.append(
                Generation(
                    team=rows.team, owner=user, brief="a coat", status="failed" if is_bad else "succeeded",
                    provider="openai", model="gpt-image-2", started_at=at, finished_at=at + timedelta(seconds=20),
                )
            )  # fmt: skip
            made[-1].when = at
        rows.charge(at, "4.000000", actor=user) if at != odd else None
        rows.charge(at, "900.000000", maker=MODELS[2], actor=user) if back == 3 else None
    for row in Generation.objects.bulk_create(made):
        rows.dated(row, row.when)
    drawn = next((row for row in made if row.when == odd), None)
    if drawn:
        rows.charge(odd, "40.000000", row=drawn, actor=user)
    for _ in range(3 if drawn else 0):
        rows.image(drawn, odd)
    rollups.work_off()
    return odd.date()


@pytest.mark.django_db(transaction=True)
class TestKept:
    def test_a_worker_looks_once_a_day_and_the_days_are_told_with_the_costs(self, rows: Rows, client_of):
        owner = client_of("owner")
        odd = spend(rows, owner.user, 60)
        said = {"team": str(rows.team.pk)}
        assert owner.get("/api/analytics/costs", said).json()["anomalies"] == {"found": [], "looked": []}
        assert looking.order() == 1 and work_off("batch") == 1 and looking.order() == 0
        told = owner.get("/api/analytics/costs", said).json()["anomalies"]
        assert [(each["metric"], each["day"]) for each in told["found"]] == [
            ("cost", odd.isoformat()), ("failures", odd.isoformat()),
        ]  # fmt: skip
        cost, failures = told["found"]
        assert cost["value"] == 40 and cost["expected"] == pytest.approx(4) and cost["high"] < 12
        assert (failures["value"], failures["of"], failures["images"]) == (12, 12, 3)
        assert told["looked"][0]["known"] == {"cost": 56, "failures": 56, "seconds": 55}
        before = {**said, "to": (odd - timedelta(days=1)).isoformat()}
        assert owner.get("/api/analytics/costs", before).json()["anomalies"]["found"] == []
        assert not Job.objects.exclude(status="succeeded").exists()

    def test_the_page_tells_them_in_words_and_leads_to_the_images(self, rows: Rows, client_of):
        owner = client_of("owner")
        odd = spend(rows, owner.user, 60)
        looking.order()
        work_off("batch")
        page = owner.get("/analytics", {"team": str(rows.team.pk)}).content.decode()
        assert "12 of 12 generations failed" in page and "$40.00 paid" in page and 'style="' not in page
        link = page.split('aria-label="3 images, ')[0].rpartition('href="')[2].partition('"')[0].replace("&amp;", "&")
        assert f"since={odd}" in link and owner.get(link).content.decode().count('class="tile"') == 3

    def test_costs_are_for_those_who_see_them_and_nothing_for_strangers(self, rows: Rows, client_of):
        owner = client_of("owner")
        spend(rows, owner.user, 60)
        looking.order()
        work_off("batch")
        said = {"team": str(rows.team.pk)}
        for role, metrics in (("admin", 2), ("editor", 1), ("viewer", 1)):
            found = client_of(role).get("/api/analytics/costs", said).json()["anomalies"]["found"]
            assert [each["metric"] for each in found] == ["cost", "failures"][-metrics:], role
            known = client_of(role).get("/api/analytics/costs", said).json()["anomalies"]["looked"][0]["known"]
            assert ("cost" in known) == (metrics == 2)
            assert ("$40.00" in client_of(role).get("/analytics", said).content.decode()) == (metrics == 2)
        assert client_of("stranger").get("/api/analytics/costs", said).status_code == 404
        assert client_of("stranger").get("/api/analytics/costs").json()["anomalies"] == {"found": [], "looked": []}

    def test_what_was_mended_since_is_none_any_more(self, rows: Rows, client_of):
        owner = client_of("owner")
        odd = spend(rows, owner.user, 60)
        looking.order()
        work_off("batch")
        at = datetime(odd.year, odd.month, odd.day, 13, tzinfo=ZoneInfo("UTC"))
        rows.charge(at, "-36.000000", kind="adjustment")
        rollups.work_off()
        Look.objects.update(due_at=timezone.now())
        assert looking.order() == 1 == work_off("batch")
        assert [row.metric for row in UnusualDay.objects.all()] == ["failures"]

    def test_what_a_day_without_a_price_cost_is_not_known(self, rows: Rows, client_of):
        """Forty images, and no charge: not nothing, and nothing that the days after are held against."""
        owner = client_of("owner")
        odd = spend(rows, owner.user, 60)
        at = datetime(odd.year, odd.month, odd.day, 12, tzinfo=ZoneInfo("UTC"))
        row = rows.generation(owner.user, at)
        rows.image(row, at)
        rollups.work_off()
        looking.order()
        work_off("batch")
        told = owner.get("/api/analytics/costs", {"team": str(rows.team.pk)}).json()["anomalies"]
        assert [each["metric"] for each in told["found"]] == ["failures"]
        assert told["looked"][0]["known"]["cost"] == 55

    def test_of_several_teams_each_day_names_its_own(self, rows: Rows, client_of):
        owner = client_of("owner")
        other = TeamFactory(owner=owner.user, name="Atelier Nord")
        spend(rows, owner.user, 60)
        spend(Rows(other, Random(4)), owner.user, 20)
        looking.order()
        while work_off("batch"):
            pass
        page = owner.get("/analytics").content.decode()
        told = page.partition('id="unusual-title"')[2].partition("</section>")[0]
        assert told.count(rows.team.name) == 2 and "Cost of Atelier Nord: 20 of 28 days known" in told
        assert (
            rows.team.name
            not in owner.get("/analytics", {"team": str(rows.team.pk)})
            .content.decode()
            .partition('id="unusual-title"')[2]
            .partition("</section>")[0]
        )

    def test_a_look_waits_for_figures_and_for_what_still_runs(self, rows: Rows, client_of):
        owner = client_of("owner")
        spend(rows, owner.user, 30)
        rows.charge(timezone.now() - timedelta(days=2), "1.000000", actor=owner.user)
        assert looking.order() == 0, "to be worked out"
        rollups.work_off()
        assert looking.order() == 1 == work_off("batch")
        row = rows.generation(owner.user, timezone.now() - timedelta(hours=3), status="running")
        rollups.work_off()
        Look.objects.update(due_at=timezone.now() - timedelta(hours=1))
        assert looking.order() == 0, "a generation of the day still runs"
        Look.objects.update(due_at=timezone.now() - timedelta(hours=7))
        assert looking.order() == 1 == work_off("batch"), "patience has an end"
        Look.objects.update(due_at=timezone.now() - timedelta(hours=1))
        Generation.objects.filter(pk=row.pk).update(status="failed")
        rollups.work_off()
        assert looking.order() == 1

    @pytest.mark.parametrize("way", ["archive", "delete"])
    def test_a_team_that_was_archived_or_deleted_is_looked_through_once_it_is_back(
        self, way: str, rows: Rows, client_of
    ):
        """Its job would be cancelled at once, and stand for a look that failed."""
        owner = client_of("owner")
        spend(rows, owner.user, 30)
        base = f"/api/teams/{rows.team.pk}"
        assert owner.post(f"{base}/{way}", {"name": rows.team.name}, format="json").status_code == 200
        assert looking.order() == 0
        back = {"archive": "unarchive", "delete": "restore"}[way]
        assert owner.post(f"{base}/{back}", {}, format="json").status_code == 200
        rollups.work_off()
        assert looking.order() == 1

    def test_too_little_is_said(self, rows: Rows, client_of):
        owner = client_of("owner")
        spend(rows, owner.user, 20)
        looking.order()
        work_off("batch")
        page = owner.get("/analytics", {"team": str(rows.team.pk)}).content.decode()
        assert "Not enough data to judge the last days. Cost: 20 of 28 days known" in page

    def test_one_that_fails_is_tried_once_a_day_and_the_others_are_done(
        self, rows: Rows, client_of, monkeypatch: pytest.MonkeyPatch
    ):
        owner = client_of("owner")
        other = Rows(TeamFactory(owner=owner.user), Random(4))
        for each in (rows, other):
            spend(each, owner.user, 30)
        worked = looking.looked

        def looked(team, **more):
            if team == rows.team.pk:
                raise ValueError("a fault of ours")
            return worked(team, **more)

        monkeypatch.setattr(looking, "looked", looked)
        assert looking.order() == 2
        while work_off("batch"):
            Job.objects.filter(status="retrying").update(scheduled_at=timezone.now() - timedelta(seconds=1))
            promote_due()
        assert looking.order() == 0, "until tomorrow"
        assert Look.objects.get(team=rows.team).failed_at and not Look.objects.get(team=other.team).failed_at
        page = owner.get("/analytics", {"team": str(rows.team.pk)}).content.decode()
        assert "Out of the ordinary" not in page
