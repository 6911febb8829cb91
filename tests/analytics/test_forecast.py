"""What is to come: only where there is something to go by, with bands that hold, once a day, for who sees costs."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics import forecasting, forecasts, rollups
from analytics.models import CostForecast
from designer.jobs.claims import promote_due
from designer.jobs.models import Job
from tests.analytics.rows import MODELS, Rows
from tests.factories import TeamFactory
from tests.stack import ROOT
from tests.work import work_off

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def weeks(count: int, *, seed: int = 1) -> list[float]:
    dice = np.random.default_rng(seed)
    week = [10.0, 11.0, 12.0, 11.0, 9.0, 1.0, 0.5]
    return [float(each) for each in np.resize(week, 7 * count) * dice.lognormal(-0.02, 0.2, 7 * count)]


def within(band: forecasting.Band, value: float) -> tuple[bool, bool]:
    return band.low_80 <= value <= band.high_80, band.low_95 <= value <= band.high_95


class TestLookAhead:
    def test_steady_weeks_go_on_with_their_season(self):
        found = forecasting.look_ahead(weeks(30), 30)
        saturday, monday = found.day(5).expected, found.day(0).expected
        assert 7 < monday < 13 and saturday < 3
        whole = found.first(28)
        assert 180 < whole.expected < 256
        assert whole.low_95 < whole.low_80 < whole.expected < whole.high_80 < whole.high_95

    def test_it_is_nearer_than_each_day_as_a_week_before(self):
        found = [forecasting.look_ahead(weeks(24, seed=seed), 28) for seed in range(10)]
        assert sum(each.error for each in found) < 0.9 * sum(each.naive_error for each in found)

    def test_the_bands_hold_what_they_promise_and_no_more(self):
        days, sums, wide = [], [], []
        for seed in range(25):
            amounts = weeks(24, seed=seed)
            found = forecasting.look_ahead(amounts[:140], 28, seed=seed)
            whole = found.first(28)
            days += [within(found.day(n), amounts[140 + n]) for n in range(28)]
            sums.append(within(whole, sum(amounts[140:])))
            wide.append((whole.high_95 - whole.low_95) / whole.expected)
        of_days, of_sums = 100 * np.mean(days, axis=0), 100 * np.mean(sums, axis=0)
        assert 70 <= of_days[0] <= 90 and 90 <= of_days[1] <= 99, "of 700 days"
        assert 64 <= of_sums[0] < 100 and of_sums[1] >= 84, "of 25 sums"
        assert np.mean(wide) < 0.5, "and tell something"

    def test_what_is_expected_is_the_methods_own_however_wide_the_bands(self):
        dice = np.random.default_rng(4)
        bursts = list(40 * dice.lognormal(-0.5, 1.0, 200) * (dice.random(200) < 0.25))
        for amounts in (bursts, weeks(24)):
            found, plain = forecasting.look_ahead(amounts, 28), forecasting.smoothed(np.array(amounts), 28, 0)
            assert found.times > 1
            assert found.first(28).expected == pytest.approx(np.median(plain.sum(axis=0)))

    @settings(max_examples=20, deadline=None)
    @given(st.floats(0.0, 2.0), st.floats(1.0, 3.6), st.integers(1, 30), st.floats(0.0, 100.0))
    def test_wider_bands_move_nothing_but_themselves(self, skew, times, days, beside):
        ways = np.random.default_rng(5).lognormal(0.0, skew, (30, 500))
        plain, wide = (forecasting.Outlook("ets", ways, each, 0, 0).first(days, beside=beside) for each in (1, times))
        assert wide.expected == pytest.approx(plain.expected)
        assert wide.high_95 - wide.expected == pytest.approx(times * (plain.high_95 - plain.expected), abs=1e-9)
        assert wide.low_80 <= plain.low_80 + 1e-9 and wide.low_95 >= beside

    def test_the_same_days_give_the_same_forecast(self):
        first, second = (forecasting.look_ahead(weeks(12), 30, seed=7) for _ in range(2))
        assert first.first(30) == second.first(30) and first.method == second.method

    @pytest.mark.parametrize("amounts", [[], [5.0], [1.0] * 55, [0.0] * 400, [0.0] * 390 + [3.0] * 10])
    def test_too_little_is_no_forecast(self, amounts):
        with pytest.raises(forecasting.TooLittle):
            forecasting.look_ahead(amounts, 30)

    @pytest.mark.parametrize("amount", [1.0, 0.000001, 1e6])
    def test_what_never_changes_goes_on(self, amount):
        found = forecasting.look_ahead([amount] * 100, 30)
        assert all(found.day(n).expected == pytest.approx(amount) for n in range(30))
        assert found.first(30).low_95 == pytest.approx(30 * amount) == found.first(30).high_95
        assert found.error == pytest.approx(0, abs=amount / 1e6) and found.naive_error == pytest.approx(0)

    @pytest.mark.parametrize(
        "amounts",
        [
            [3.0] + [0.0] * 120 + [2.0] * 14,  # a first training window that is almost all zeros
            [3.0] + [0.0] * 300 + [2.0, 5.0] * 7,
            [4.0] * 60 + [0.0] * 60,
            [0.0] * 42 + [1.0] * 14,
        ],
    )
    def test_long_times_of_nothing_give_figures_too(self, amounts):
        found = forecasting.look_ahead(amounts, 30)
        for band in (*(found.day(n) for n in range(30)), found.first(30)):
            told = [band.low_95, band.low_80, band.expected, band.high_80, band.high_95]
            assert told == sorted(told) and told[0] >= 0 and told[-1] < 300 * max(amounts)

    @settings(max_examples=15, deadline=None)
    @given(st.lists(st.sampled_from([0.0, 0.0, 0.01, 3.5, -2.0, 900.0]), min_size=80, max_size=120), st.integers(1, 60))
    def test_whatever_was_paid_the_bands_are_in_order_and_never_below_nothing(self, amounts, days):
        try:
            found = forecasting.look_ahead(amounts, days)
        except forecasting.TooLittle:
            return
        for band in (*(found.day(n) for n in range(days)), found.first(days)):
            told = [band.low_95, band.low_80, band.expected, band.high_80, band.high_95]
            assert told == sorted(told) and told[0] >= 0 and all(np.isfinite(told))

    def test_who_answers_requests_loads_no_library_for_it(self):
        told = "import django; django.setup(); import designer.urls, sys; print('statsmodels' in sys.modules)"
        done = subprocess.run(
            [sys.executable, "-c", told], cwd=ROOT, env={"DJANGO_SETTINGS_MODULE": "designer.settings", **_environ()},
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert done.stdout.strip() == "False"


def _environ() -> dict[str, str]:
    import os

    return dict(os.environ)


def _dated(at: datetime) -> str:
    return f"{at.day} {at:%b}"


def spend(rows: Rows, user, days: int) -> Decimal:
    """A charge for each day up to yesterday, and a simulated one beside it; what was paid this month."""
    today = timezone.now().replace(hour=12, minute=0, second=0, microsecond=0)
    dice, paid = Random(3), Decimal(0)
    for back in range(1, days + 1):
        at = today - timedelta(days=back)
        amount = Decimal(f"{(0.2 if at.weekday() > 4 else 1.0) * dice.uniform(0.8, 1.2):.6f}")
        rows.charge(at, str(amount), actor=user)
        rows.charge(at, "50.000000", maker=MODELS[2], actor=user)
        paid += amount if at.month == today.month else 0
    rollups.work_off()
    return paid


@pytest.mark.django_db(transaction=True)
class TestKept:
    def test_a_forecast_is_made_by_a_worker_once_a_day_and_told_with_the_costs(self, rows: Rows, client_of):
        owner = client_of("owner")
        so_far = spend(rows, owner.user, 120)
        said = {"team": str(rows.team.pk)}
        assert owner.get("/api/analytics/costs", said).json()["forecast"] is None
        assert forecasts.order() == 1 and work_off("batch") == 1
        told = owner.get("/api/analytics/costs", said).json()["forecast"]
        assert told["refusal"] == "" and told["method"] and told["looked_back"] == told["busy"] == 120
        assert told["since"] == timezone.now().date().isoformat() and len(told["days"]) >= 30
        month, ahead = told["month"], told["ahead"]
        assert Decimal(month["low_95"]) >= so_far and Decimal(month["expected"]) > so_far
        assert 15 < Decimal(ahead["expected"]) < 30, "what is simulated is no part of it"
        assert (
            Decimal(ahead["low_95"]) < Decimal(ahead["low_80"]) < Decimal(ahead["high_80"]) < Decimal(ahead["high_95"])
        )
        assert forecasts.order() == 0, "until tomorrow"
        CostForecast.objects.update(due_at=timezone.now() - timedelta(minutes=1))
        assert forecasts.order() == 1 == work_off("batch") and CostForecast.objects.count() == 1
        assert not Job.objects.exclude(status="succeeded").exists()

    def test_too_little_is_said_with_what_is_needed(self, rows: Rows, client_of):
        owner = client_of("owner")
        spend(rows, owner.user, 20)
        forecasts.order()
        work_off("batch")
        said = {"team": str(rows.team.pk)}
        told = owner.get("/api/analytics/costs", said).json()["forecast"]
        assert told["month"] is None and told["ahead"] is None and told["days"] == [] and told["method"] == ""
        assert told["refusal"] == (
            "There is too little to go by: 20 days, with something paid on 20. 56 days with 14 are needed."
        )
        assert "No forecast. There is too little to go by: 20 days" in owner.get("/analytics", said).content.decode()

    def test_it_is_for_those_who_see_all_costs_of_one_team(self, rows: Rows, client_of):
        owner = client_of("owner")
        spend(rows, owner.user, 90)
        forecasts.order()
        work_off("batch")
        said = {"team": str(rows.team.pk)}
        assert client_of("admin").get("/api/analytics/costs", said).json()["forecast"]["method"]
        for role in ("editor", "viewer"):
            assert client_of(role).get("/api/analytics/costs", said).json()["forecast"] is None
            assert "What is to come" not in client_of(role).get("/analytics", said).content.decode()
        TeamFactory(owner=owner.user)
        assert owner.get("/api/analytics/costs").json()["forecast"] is None, "of several teams there is none"

    def test_the_page_draws_it_with_its_table(self, rows: Rows, client_of):
        owner = client_of("owner")
        spend(rows, owner.user, 90)
        forecasts.order()
        work_off("batch")
        page = owner.get("/analytics", {"team": str(rows.team.pk)}).content.decode()
        assert (
            "What is to come" in page
            and 'class="fig-band-95"' in page
            and f"30 days from {_dated(timezone.now())}" in page
        )
        assert page.count("Forecast of what is paid each day") == 1 and 'style="' not in page

    def test_a_day_begins_where_the_team_is(self, rows: Rows, client_of):
        owner = client_of("owner")
        spend(rows, owner.user, 60)
        rows.team.settings = {"time_zone": "Pacific/Auckland"}
        rows.team.save()
        assert forecasts.made(rows.team.pk, now=NOON.replace(hour=13)).since == NOON.date() + timedelta(days=1)

    def test_each_day_is_a_day_of_the_team(self, rows: Rows):
        """Nights there, on both sides of midnight: one day in UTC. That of 27 September is an hour shorter."""
        rows.team.settings = {"time_zone": "Pacific/Auckland"}
        rows.team.save()
        here = ZoneInfo("Pacific/Auckland")
        for at in ((26, 23, 30), (27, 0, 30), (27, 23, 30), (28, 0, 15)):
            rows.charge(datetime(2026, 9, *at, tzinfo=here).astimezone(UTC), "1.000000")
        rollups.work_off()
        found = forecasts.made(rows.team.pk, now=datetime(2026, 9, 29, 0, 30, tzinfo=here))
        assert (found.looked_back, found.busy) == (3, 3)
        assert found.due_at == datetime(2026, 9, 30, tzinfo=here)
        found = forecasts.made(rows.team.pk, now=datetime(2026, 9, 28, 23, 30, tzinfo=here))
        assert (found.looked_back, found.busy) == (2, 2), "today is not over"

    def test_images_without_a_price_make_it_at_least_so_much(self, rows: Rows, client_of):
        owner = client_of("owner")
        spend(rows, owner.user, 90)
        said = {"team": str(rows.team.pk)}
        _made()
        page = owner.get("/analytics", said).content.decode()
        assert "no price" not in page and "<td>at least $" not in page
        for back in (3, 3, 95):  # the last is of before the first charge, from which on it looks back
            at = timezone.now() - timedelta(days=back)
            rows.image(rows.generation(owner.user, at), at)
        rollups.work_off()
        CostForecast.objects.update(due_at=timezone.now())
        _made()
        page = owner.get("/analytics", said).content.decode()
        assert "2 images of these days have no price" in page
        assert page.partition("What is to come")[2].partition("</section>")[0].count("<td>at least $") == 32

    def test_it_says_of_which_day_it_is_and_is_told_no_longer_than_two_days(self, rows: Rows, client_of):
        owner = client_of("owner")
        spend(rows, owner.user, 90)
        _made()
        said, today = {"team": str(rows.team.pk)}, timezone.now()
        page = owner.get("/analytics", said).content.decode()
        assert f"Made on {_dated(today)} {today.year} (UTC) of the 90 days before" in page
        assert f"All of {today:%B}, as of {_dated(today)}" in page and "forecast 4 times" in page
        CostForecast.objects.update(since=today.date() - timedelta(days=2))
        assert owner.get("/api/analytics/costs", said).json()["forecast"]["ahead"]
        old = today.date() - timedelta(days=3)
        CostForecast.objects.update(since=old)
        told = owner.get("/api/analytics/costs", said).json()["forecast"]
        assert told["month"] is told["ahead"] is told["error"] is None and told["days"] == [] and told["method"] == ""
        assert told["refusal"] == f"The last one is of {old}, which is too long ago; the next has not been made yet."
        page = owner.get("/analytics", said).content.decode()
        assert f"No forecast. The last one is of {old}" in page and "Made on" not in page


@pytest.mark.django_db(transaction=True)
class TestFailing:
    def test_one_that_fails_is_tried_once_a_day_and_the_others_are_made(
        self, rows: Rows, client_of, monkeypatch: pytest.MonkeyPatch
    ):
        owner = client_of("owner")
        other = Rows(TeamFactory(owner=owner.user), Random(4))
        for each in (rows, other):
            spend(each, owner.user, 60)
        worked = forecasts.made

        def made(team, **more):
            if team == rows.team.pk:
                raise ImportError("No module named 'statsmodels'")
            return worked(team, **more)

        monkeypatch.setattr(forecasts, "made", made)
        assert forecasts.order() == 2
        _made()
        for _ in range(3):
            assert forecasts.order() == 0, "until tomorrow"
            _made()
        dead = Job.objects.get(team_id=rows.team.pk, kind=forecasts.KIND)
        assert (dead.status, dead.failures) == ("dead", 2)
        said = {"team": str(rows.team.pk)}
        told = owner.get("/api/analytics/costs", said).json()["forecast"]
        assert told["method"] == "" and told["refusal"] == "It could not be made; the next try is tomorrow."
        assert "No forecast. It could not be made" in owner.get("/analytics", said).content.decode()
        assert owner.get("/api/analytics/costs", {"team": str(other.team.pk)}).json()["forecast"]["method"]
        tomorrow = timezone.now() + timedelta(days=1)
        assert CostForecast.objects.filter(due_at__gt=timezone.now(), due_at__lte=tomorrow).count() == 2
        monkeypatch.setattr(forecasts, "made", worked)
        CostForecast.objects.update(due_at=timezone.now())
        assert forecasts.order() == 2
        _made()
        told = owner.get("/api/analytics/costs", said).json()["forecast"]
        assert told["method"] and told["refusal"] == ""

    def test_the_one_before_stays_where_the_next_fails(self, rows: Rows, client_of, monkeypatch: pytest.MonkeyPatch):
        owner = client_of("owner")
        spend(rows, owner.user, 60)
        _made()
        said = {"team": str(rows.team.pk)}
        before = owner.get("/api/analytics/costs", said).json()["forecast"]
        CostForecast.objects.update(due_at=timezone.now())
        smoothed = forecasting.smoothed
        monkeypatch.setattr(forecasting, "smoothed", lambda *told: smoothed(*told) * np.nan)
        _made()
        last = Job.objects.filter(kind=forecasts.KIND).latest("created_at")
        assert (last.status, last.last_error["code"]) == ("failed", "forecast_failed"), "what is no number is not kept"
        assert forecasts.order() == 0
        assert owner.get("/api/analytics/costs", said).json()["forecast"] == before
        CostForecast.objects.update(since=timezone.now().date() - timedelta(days=3))
        assert "too long ago" in owner.get("/api/analytics/costs", said).json()["forecast"]["refusal"]

    @pytest.mark.parametrize("way", ["archive", "delete"])
    def test_of_a_team_that_was_archived_or_deleted_none_is_ordered_until_it_is_back(
        self, way: str, rows: Rows, client_of
    ):
        """Its job would be cancelled at once, and stand for a failure of the day."""
        owner = client_of("owner")
        spend(rows, owner.user, 60)
        base = f"/api/teams/{rows.team.pk}"
        assert owner.post(f"{base}/{way}", {"name": rows.team.name}, format="json").status_code == 200
        assert forecasts.order() == 0
        back = {"archive": "unarchive", "delete": "restore"}[way]
        assert owner.post(f"{base}/{back}", {}, format="json").status_code == 200
        assert forecasts.order() == 1


def _made() -> None:
    """What is due is ordered, and done with all its tries."""
    forecasts.order()
    while work_off("batch"):
        Job.objects.filter(status="retrying").update(scheduled_at=timezone.now() - timedelta(seconds=1))
        promote_due()
