"""How budgets are used up: their days are the ledger's, what is to come only where there is something to go by."""

import re
from calendar import monthrange
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from uuid import UUID

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics import burndown, burndowns, forecasting, queries, rollups
from batches.models import Batch, BatchItem
from designer.generations.models import Generation
from designer.ledger.models import Budget, BudgetUse, LedgerEntry
from tests.analytics.rows import MODELS, Rows
from tests.factories import MembershipFactory, TeamFactory, UserFactory


class TestPace:
    def test_what_is_spent_evenly_is_used_up_on_the_day_that_is_reckoned_by_hand(self):
        for left, day in ((10.0, 4), (9.5, 4), (10.5, 5), (2.0, 0), (0.0, 0), (-1.0, 0)):
            found = burndown.pace([2.0] * 42, today=0.0, left=left, ahead=20)
            assert found.used_up == found.earliest == found.latest == day, left
            assert found.chance == 1 and found.per_day == 2
        assert burndown.pace([2.0] * 42, today=0.0, left=41.0, ahead=20).used_up is None
        assert burndown.pace([2.0] * 42, today=0.0, left=41.0, ahead=20).chance == 0

    def test_what_was_charged_today_is_not_charged_once_more(self):
        assert burndown.pace([2.0] * 42, today=2.0, left=2.0, ahead=9).used_up == 1
        assert burndown.pace([2.0] * 42, today=5.0, left=4.0, ahead=9).used_up == 2, "more than usual, and done with"

    def test_a_weekday_is_followed_by_its_own_kind(self):
        """Sundays alone cost something: the last day looked back upon is a Saturday."""
        past = [7.0 if n % 7 == 0 else 0.0 for n in range(42)]
        found = burndown.pace(past, today=0.0, left=10.0, ahead=30)
        assert (found.used_up, found.earliest, found.latest) == (7, 7, 7)

    @settings(max_examples=60, deadline=None)
    @given(
        st.lists(st.sampled_from([0.0, 0.0, 0.5, 3.0, -1.0, 80.0]), min_size=0, max_size=80),
        st.floats(0, 10),
        st.floats(-5, 500),
        st.integers(1, 60),
    )
    def test_whatever_was_charged_days_and_bands_are_in_order(self, amounts, today, left, ahead):
        busy = sum(each != 0 for each in amounts[-burndown.MOST :])
        if len(amounts[-burndown.MOST :]) < burndown.LEAST or busy < burndown.BUSY:
            with pytest.raises(forecasting.TooLittle):
                burndown.pace(amounts, today=today, left=left, ahead=ahead)
            return
        found = burndown.pace(amounts, today=today, left=left, ahead=ahead)
        days = [ahead if day is None else day for day in (found.earliest, found.used_up, found.latest)]
        assert days == sorted(days) and len(found.ahead) == ahead and 0 <= found.chance <= 1
        assert all(each.low <= each.expected <= each.high for each in found.ahead)
        assert all(np.isfinite([each.low, each.high]).all() for each in found.ahead)
        assert min(amounts) < 0 or all(each.high <= left + 1e-9 for each in found.ahead), "none grows"
        assert found == burndown.pace(amounts, today=today, left=left, ahead=ahead), "the same once more"
        assert (found.chance >= 0.5) == (found.used_up is not None) or found.chance == 0.5

    def test_the_range_holds_about_what_it_means_to(self):
        """80 of 100, of drawn teams whose days, or whole weeks, differ; at the least number of days as with many. The
        band of one and of three weeks' end, and the day on which it is used up. Of 1,000 each it held 72 to 86 of 100,
        78 on the mean; of these 300 each, the same in each run, 70 to 87, and 78.5. Not spread wider it is 70 on the
        mean, spread as if twice as many weeks were known 75, and 82 as if fewer were."""
        shares = []
        for days in (burndown.LEAST, 56, 84):
            for size in (1, 7):
                held: dict[str, list[bool]] = defaultdict(list)
                for seed in range(300):
                    dice = np.random.default_rng([days, size, seed])
                    busy = np.repeat(dice.lognormal(-0.02, 0.35, days + 40), size)[: days + 40]
                    amounts = np.resize([10.0, 11.0, 12.0, 11.0, 9.0, 1.0, 0.5], days + 40) * busy
                    came, left = amounts[days:].cumsum(), 150.0
                    found = burndown.pace(list(amounts[:days]), today=0.0, left=left, ahead=40, seed=seed)
                    day = int((came >= left).argmax()) if came[-1] >= left else 40
                    early, late = (40 if each is None else each for each in (found.earliest, found.latest))
                    held["day"].append(early <= day <= late)
                    for end in (6, 20):
                        held[f"{end}"].append(found.ahead[end].low <= left - came[end] <= found.ahead[end].high)
                for what, each in held.items():
                    assert 0.69 <= np.mean(each) <= 0.88, (days, size, what)
                    shares.append(np.mean(each))
        assert 0.77 <= np.mean(shares) <= 0.8, np.mean(shares)

    def test_days_on_which_the_budget_stopped_it_are_none_without_charges(self):
        """Six a day until nearly a hundred are gone, each month: the pace is six."""
        month: list[float | None] = [6.0] * 16 + [None] * 14
        found = burndown.pace([*month, *month, *month], today=0.0, left=60.0, ahead=30)
        assert found.per_day == 6 and found.days == 3 * 16 - 6 and found.used_up == 9
        with pytest.raises(forecasting.TooLittle) as refused:
            burndown.pace([*month, *month], today=0.0, left=60.0, ahead=30)
        assert (refused.value.days, refused.value.busy) == (32, 32)

    def test_a_weekday_of_which_nothing_is_known_is_not_made_up(self):
        past: list[float | None] = [None if n % 7 == 6 else 2.0 for n in range(84)]
        with pytest.raises(forecasting.TooLittle):
            burndown.pace(past, today=0.0, left=60.0, ahead=30)


def limit(team, scope: str, subject, amount: str) -> None:
    Budget.objects.create(team=team, scope=scope, subject_id=subject, amount=Decimal(amount))


def spend(rows: Rows, user, days: int, *, each: str = "1.000000") -> Decimal:
    """A charge on each day up to yesterday, one of ten simulated, and what is counted of it this month."""
    today = timezone.now().replace(hour=12, minute=0, second=0, microsecond=0)
    counted = Decimal(0)
    for back in range(1, days + 1):
        at = today - timedelta(days=back)
        rows.charge(at, each, actor=user, maker=MODELS[2] if back % 10 == 0 else MODELS[0])
        counted += Decimal(each) if (at.year, at.month) == (today.year, today.month) else 0
    rollups.work_off()
    return counted


def use(team, scope: str, subject, spent: Decimal, *, period: str | None = None, reserved: str = "0") -> None:
    BudgetUse.objects.create(
        team=team, scope=scope, subject_id=subject, spent=spent, reserved=Decimal(reserved),
        period=f"{timezone.now():%Y-%m}" if period is None else period,
    )  # fmt: skip


def asked(client, team):
    answer = client.get("/api/analytics/costs", {"team": str(team.pk)})
    assert answer.status_code == 200, answer.content
    return answer.json()["budgets"]


@pytest.mark.django_db
class TestTold:
    def test_a_team_without_a_budget_has_none_to_use_up(self, rows: Rows, client_of):
        owner = client_of("owner")
        spend(rows, owner.user, 3)
        assert asked(owner, rows.team) == []
        assert "Budgets are of calendar months" not in owner.get("/analytics").content.decode()

    def test_the_days_are_the_ledgers_whatever_the_zone_that_is_asked_for(self, rows: Rows, client_of, member):
        owner, other = client_of("owner"), member("editor")
        limit(rows.team, "team", rows.team.pk, "500")
        limit(rows.team, "member", None, "90")
        rows.many([owner.user, other], timezone.now() - timedelta(days=40), 40.0, 60)
        rollups.work_off()
        rows.team.settings = {"time_zone": "Pacific/Auckland"}
        rows.team.save()
        now = timezone.now().astimezone(UTC)
        days: dict = defaultdict(Decimal)
        for row in LedgerEntry.objects.filter(team=rows.team):
            days["all", row.created_at.astimezone(UTC).date()] += row.amount
            days[row.actor_id, row.created_at.astimezone(UTC).date()] += row.amount
        told = asked(owner, rows.team)
        assert [each["scope"] for each in told] == ["team"] + ["member"] * (len(told) - 1) and len(told) >= 3
        for each in told:
            whose = "all" if each["scope"] == "team" else UUID(each["subject"])
            left = Decimal(each["limit"])
            assert len(each["days"]) == now.day and each["days"][0]["day"] == f"{now:%Y-%m}-01"
            assert each["end"] == f"{now:%Y-%m}-{monthrange(now.year, now.month)[1]}"
            for line in each["days"]:
                wanted = days[whose, datetime.fromisoformat(line["day"]).date()]
                left -= wanted
                assert (Decimal(line["spent"]), Decimal(line["left"])) == (wanted, left), line

    def test_it_says_when_it_is_used_up_and_what_it_goes_by(self, rows: Rows, client_of):
        owner = client_of("owner")
        limit(rows.team, "team", rows.team.pk, "1000")
        counted = spend(rows, owner.user, 44)
        use(rows.team, "team", rows.team.pk, counted, reserved="3")
        (told,) = asked(owner, rows.team)
        assert Decimal(told["spent"]) == counted and Decimal(told["left"]) == 997 - counted
        assert Decimal(told["elsewhere"]) == 0 and told["refusal"] == ""
        pace = told["pace"]
        assert pace["method"] == "weekly_block_bootstrap" and (pace["days"], pace["busy"]) == (44, 44)
        assert Decimal(pace["per_day"]) == 1 and pace["used_up"] is pace["earliest"] is None and pace["chance"] == 0
        page = owner.get("/analytics", {"team": str(rows.team.pk)}).content.decode()
        is_last = timezone.now().day == monthrange(timezone.now().year, timezone.now().month)[1]
        assert page.count("Day to come (UTC)") == (not is_last), "the dashed part is in a table too"
        BudgetUse.objects.update(spent=Decimal("999.5"), reserved=0)  # whatever day of the month it is
        (told,) = asked(owner, rows.team)
        assert told["pace"]["used_up"] == told["pace"]["latest"] == f"{timezone.now():%Y-%m-%d}"
        page = owner.get("/analytics", {"team": str(rows.team.pk)}).content.decode()
        assert "What is left of the budget" in page and 'style="' not in page
        assert "; a chance of more than 99 % " in page
        (row,) = re.findall(r'id="budgets-title".*?<tbody>(.*?)</tbody>', page, re.DOTALL)
        labels = ["Limit", "Spent", "Left", "A day, lately", "Used up"]
        assert re.findall(r'data-label="([^"]+)"', row) == labels, "on a phone each figure bears its name"

    def test_too_little_is_said(self, rows: Rows, client_of):
        owner = client_of("owner")
        limit(rows.team, "team", rows.team.pk, "1000")
        spend(rows, owner.user, 20)
        (told,) = asked(owner, rows.team)
        assert told["pace"] is None and told["refusal"] == (
            "There is too little to go by: 20 days, with something charged on 20. 35 whole days with 5 are needed."
        )
        assert "Not enough data." in owner.get("/analytics", {"team": str(rows.team.pk)}).content.decode()

    def test_what_is_used_up_is_that_and_no_more(self, rows: Rows, client_of):
        owner = client_of("owner")
        limit(rows.team, "team", rows.team.pk, "1")
        spend(rows, owner.user, 44)
        use(rows.team, "team", rows.team.pk, Decimal("1.5"))
        (told,) = asked(owner, rows.team)
        assert told["left"] == "0.000000"
        page = owner.get("/analytics", {"team": str(rows.team.pk)}).content.decode()
        assert "It is used up." in page and "fig-dashed" not in page.partition("</head>")[2]

    def test_what_counts_in_the_budget_and_was_charged_elsewhere_is_told_apart(self, rows: Rows, client_of):
        owner = client_of("owner")
        limit(rows.team, "team", rows.team.pk, "100")
        rows.charge(timezone.now(), "2.000000", actor=owner.user)
        rollups.work_off()
        for spent, elsewhere, words in (
            ("2.5", "0.500000", "$0.50 more counts here"),
            ("1", "-1.000000", "$1.00 of these days count in another month"),
        ):
            BudgetUse.objects.all().delete()
            use(rows.team, "team", rows.team.pk, Decimal(spent))
            assert asked(owner, rows.team)[0]["elsewhere"] == elsewhere
            assert words in owner.get("/analytics", {"team": str(rows.team.pk)}).content.decode()

    def test_others_see_their_own_budget_and_no_others(self, rows: Rows, client_of):
        owner, editor = client_of("owner"), client_of("editor")
        limit(rows.team, "team", rows.team.pk, "1000")
        limit(rows.team, "member", None, "50")
        limit(rows.team, "member", owner.user.pk, "70")
        rows.charge(timezone.now(), "2.000000", actor=owner.user)
        rows.charge(timezone.now(), "1.000000", actor=editor.user)
        rollups.work_off()
        whole = {each["subject"]: (each["limit"], each["days"][-1]["spent"]) for each in asked(owner, rows.team)}
        assert whole[str(rows.team.pk)] == ("1000.000000", "3.000000")
        assert whole[str(owner.user.pk)] == ("70.000000", "2.000000")
        assert whole[str(editor.user.pk)] == ("50.000000", "1.000000")
        (own,) = asked(editor, rows.team)
        assert (own["scope"], own["subject"], own["days"][-1]["spent"]) == ("member", str(editor.user.pk), "1.000000")
        (viewer,) = asked(client_of("viewer"), rows.team)
        assert viewer["days"][-1]["spent"] == "0.000000"
        stranger = client_of("stranger")
        assert stranger.get("/api/analytics/costs", {"team": str(rows.team.pk)}).status_code == 404
        TeamFactory(owner=owner.user)
        assert owner.get("/api/analytics/costs").json()["budgets"] == [], "of several teams there is none"

    def test_a_live_batch_is_told_with_what_its_items_were_charged(self, rows: Rows, client_of):
        owner, editor = client_of("owner"), client_of("editor")
        rows.rng = Random(3)
        made = {}
        for title, person, status in (
            ("mine", editor.user, "running"),
            ("theirs", owner.user, "paused"),
            ("over", owner.user, "completed"),
        ):
            batch = Batch.objects.create(team=rows.team, owner=person, title=title, plan={}, status=status)
            limit(rows.team, "batch", batch.pk, "20")
            use(rows.team, "batch", batch.pk, Decimal(3), period="")
            for place, back in enumerate((3, 3, 0)):
                at = timezone.now() - timedelta(days=back)
                row = rows.generation(person, at)
                rows.charge(at, "1.000000", row=row, actor=person)
                BatchItem.objects.create(
                    team=rows.team, batch=batch, position=place, wish={}, generation=row, status="succeeded",
                    cost=Decimal(1), finished_at=at,
                )  # fmt: skip
            made[title] = batch
        told = {each["name"]: each for each in asked(owner, rows.team)}
        assert set(told) == {"mine", "theirs"}
        assert [line["spent"] for line in told["mine"]["days"]] == ["2.000000", "0.000000", "0.000000", "1.000000"]
        assert told["mine"]["left"] == "17.000000" and told["mine"]["end"] is None and told["mine"]["pace"] is None
        assert [each["name"] for each in asked(editor, rows.team)] == ["mine"]

    def test_an_item_that_is_free_is_not_without_a_price(self, rows: Rows, client_of):
        """One drawn on one's own machines at 0, one whose prompt alone was paid, one of which nothing is known."""
        owner, now = client_of("owner"), timezone.now()
        batch = Batch.objects.create(team=rows.team, owner=owner.user, title="mixed", plan={}, status="running")
        limit(rows.team, "batch", batch.pk, "20")

        def item(place: int, row: Generation) -> None:
            BatchItem.objects.create(
                team=rows.team, batch=batch, position=place, wish={}, generation=row, status="succeeded",
                cost=row.cost or 0, finished_at=now - timedelta(days=40 * (place == 2)),
            )  # fmt: skip

        free = rows.generation(owner.user, now, cost=Decimal(0))
        rows.charge(now, "0.000000", row=free, actor=owner.user)
        item(0, free)
        (told,) = asked(owner, rows.team)
        assert told["unpriced"] == 0
        assert "without a price" not in owner.get("/analytics", {"team": str(rows.team.pk)}).content.decode()
        unknown = rows.generation(owner.user, now, cost=Decimal("0.000123"))
        rows.charge(now, "0.000123", row=unknown, kind="analysis", actor=owner.user)
        item(1, unknown)
        (told,) = asked(owner, rows.team)
        assert told["unpriced"] == 1, "what its prompt cost is no price of its image"
        page = owner.get("/analytics", {"team": str(rows.team.pk)}).content.decode()
        assert "1 item without a price: at least so much is used up." in page
        item(2, rows.generation(owner.user, now, cost=None))
        assert asked(owner, rows.team)[0]["unpriced"] == 2, "whatever the month: a batch's budget is of no month"

    def test_many_budgets_take_no_more_statements_and_the_most_used_are_told(self, rows: Rows, client_of):
        owner = client_of("owner")
        limit(rows.team, "team", rows.team.pk, "1000")
        limit(rows.team, "member", None, "50")
        spend(rows, owner.user, 44)
        use(rows.team, "member", owner.user.pk, Decimal(40))
        scope, counts = queries.scope_of(owner.user, rows.team.pk), []
        for more in (0, 25):
            for person in UserFactory.create_batch(more):
                MembershipFactory(team=rows.team, user=person)
            with CaptureQueriesContext(connection) as seen:
                told = burndowns.of(scope)
            counts.append(len(seen))
        assert counts[0] == counts[1] and len(told) == 20
        assert [each.scope for each in told[:2]] == ["team", "member"] and told[1].subject == owner.user.pk
        page = owner.get("/analytics", {"team": str(rows.team.pk)}).content.decode()
        assert page.count("What is left of $") == 20

    def test_a_table_needs_none_of_it(self, rows: Rows, client_of, monkeypatch: pytest.MonkeyPatch):
        owner = client_of("owner")
        limit(rows.team, "team", rows.team.pk, "100")
        spend(rows, owner.user, 3)
        monkeypatch.setattr(burndowns, "of", None)
        answer = owner.get("/api/analytics/costs", {"team": str(rows.team.pk), "format": "csv"})
        assert answer.status_code == 200 and answer["Content-Type"].startswith("text/csv")

    def test_what_lags_behind_is_not_elsewhere(self, rows: Rows, client_of):
        """Today is the ledger's own; an earlier day that is yet to be worked out is no other month's."""
        owner = client_of("owner")
        limit(rows.team, "team", rows.team.pk, "100")
        rows.charge(timezone.now(), "2.000000", actor=owner.user)
        use(rows.team, "team", rows.team.pk, Decimal(2))
        (told,) = asked(owner, rows.team)
        assert (told["days"][-1]["spent"], told["elsewhere"]) == ("2.000000", "0.000000"), "not worked off yet"
        rollups.work_off()
        (told,) = asked(owner, rows.team)
        assert (told["days"][-1]["spent"], told["elsewhere"]) == ("2.000000", "0.000000"), "nor counted twice"
        rows.charge(timezone.now() - timedelta(days=40), "1.000000", actor=owner.user)
        BudgetUse.objects.update(spent=Decimal(3))
        assert asked(owner, rows.team)[0]["elsewhere"] == "0.000000"
        rollups.work_off()
        assert asked(owner, rows.team)[0]["elsewhere"] == "1.000000"

    @pytest.mark.parametrize("zone_kept", [False, True])
    def test_a_budget_that_is_used_up_each_month_is_told_to_be_so_again(self, zone_kept: bool, rows: Rows, client_of):
        owner = client_of("owner")
        limit(rows.team, "team", rows.team.pk, "150")
        today = timezone.now().replace(hour=12, minute=0, second=0, microsecond=0)
        counted: dict = defaultdict(Decimal)
        for back in range(100, 0, -1):
            at = today - timedelta(days=back)
            if counted[at.year, at.month] + 7 <= 150:
                counted[at.year, at.month] += 7
                rows.charge(at, "7.000000", actor=owner.user)
        if zone_kept:
            rollups.wish_for_days([rows.team.pk], "UTC")
        rollups.work_off()
        rollups.fill_days()
        now = counted[today.year, today.month]
        use(rows.team, "team", rows.team.pk, now)
        (told,) = asked(owner, rows.team)
        assert told["stopped"] > 0 and Decimal(told["pace"]["per_day"]) == 7
        rest = monthrange(today.year, today.month)[1] - today.day + 1
        assert (told["pace"]["used_up"] is not None) == (rest * 7 >= 150 - now)

    def test_a_limit_that_was_set_meanwhile_is_said(self, rows: Rows, client_of):
        owner = client_of("owner")
        limit(rows.team, "team", rows.team.pk, "1000")
        spend(rows, owner.user, 44)
        assert asked(owner, rows.team)[0]["changed"] is None
        Budget.objects.update(created_at=timezone.now() - timedelta(days=50), updated_at=timezone.now())
        assert asked(owner, rows.team)[0]["changed"] == f"{timezone.now():%Y-%m-%d}"
        assert (
            "before, another may have held back"
            in owner.get("/analytics", {"team": str(rows.team.pk)}).content.decode()
        )

    @pytest.mark.parametrize("zone_kept", [False, True])
    def test_images_without_a_price_make_it_at_least(self, zone_kept: bool, rows: Rows, client_of):
        """Of this month, today's included, what is used up; of the days looked back upon, the pace."""
        owner, editor = client_of("owner"), client_of("editor")
        limit(rows.team, "team", rows.team.pk, "1000")
        limit(rows.team, "member", None, "900")
        spend(rows, owner.user, 44)
        if zone_kept:
            rollups.wish_for_days([rows.team.pk], "UTC")
            rollups.fill_days()
        now = timezone.now()
        before = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0) - timedelta(hours=1)

        def unpriced(at: datetime, count: int) -> None:
            for _ in range(count):
                rows.image(rows.generation(editor.user, at), at)
            rollups.work_off()

        def told() -> dict:
            found = {each["subject"]: each for each in asked(owner, rows.team)}
            names = {str(rows.team.pk): "team", str(editor.user.pk): "editor", str(owner.user.pk): "owner"}
            return {names[key]: (each["unpriced"], (each["pace"] or {}).get("unpriced")) for key, each in found.items()}

        def page() -> str:
            return owner.get("/analytics", {"team": str(rows.team.pk)}).content.decode()

        unpriced(before, 2)
        assert told() == {"team": (0, 2), "editor": (0, None), "owner": (0, 0)}
        assert "at least so much is used up" not in page(), "nothing of this month is unknown"
        assert "2 images without a price on the 44 days looked back upon: it is at least so much a day." in page()
        assert "at least $1.00" in page() and "Not all has a price: it may be sooner." in page()
        unpriced(now, 1)
        assert told() == {"team": (1, 2), "editor": (1, None), "owner": (0, 0)}, "today's is known of at once"
        assert "1 image of this month without a price: at least so much is used up." in page()

    def test_images_of_today_without_a_price_say_nothing_of_the_pace(self, rows: Rows, client_of):
        owner = client_of("owner")
        limit(rows.team, "team", rows.team.pk, "1000")
        spend(rows, owner.user, 44)
        for at in (timezone.now(), timezone.now() - timedelta(days=60)):
            rows.image(rows.generation(owner.user, at), at)
        rollups.work_off()
        (told,) = asked(owner, rows.team)
        assert (told["unpriced"], told["pace"]["unpriced"]) == (1, 0), "nor does what is older than the first charge"
        page = owner.get("/analytics", {"team": str(rows.team.pk)}).content.decode()
        (row,) = re.findall(r'id="budgets-title".*?<tbody>(.*?)</tbody>', page, re.DOTALL)
        assert "at least" not in row and "Not all has a price: it may be sooner." in row
        assert "1 image of this month without a price: at least so much is used up." in page
