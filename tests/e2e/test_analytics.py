"""The page of figures in a real browser: a range, the images behind a figure, tables beside charts, on a phone too."""

import time
from datetime import timedelta
from decimal import Decimal
from functools import partial
from random import Random

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Route, expect

from analytics import rollups
from analytics.models import Insight, Look, PendingSlot, UnusualDay
from designer.ledger.models import Budget
from teams.accounts.models import User
from teams.membership.models import Membership
from tests.analytics.rows import MODELS, Rows
from tests.e2e.test_journey import look
from tests.e2e.visiting import elsewhere, visitor


def fill() -> None:
    """Three weeks of work of whoever signed up last: three images a day, some judged, some without a price."""
    user = User.objects.latest("created_at")
    rows = Rows(Membership.objects.filter(user=user).select_related("team")[0].team, Random(7))
    for day in range(21):
        at = timezone.now() - timedelta(days=day, hours=day % 9)
        maker = MODELS[day % 3]
        for number in range(2):
            row = rows.generation(
                user, at, maker=maker, started_at=at, finished_at=at + timedelta(seconds=5 + day),
                status="failed" if day % 7 == 3 and number else "succeeded",
                error={"code": "provider_down"} if day % 7 == 3 and number else None,
            )  # fmt: skip
            if row.status == "failed":
                continue
            image = rows.image(row, at, score=0.5 + day / 50)
            if day % 10:
                rows.charge(at, f"0.0{1 + day % 5}0000", row=row, maker=maker, actor=user)
            if number:
                rows.said(image, user, "like" if day % 3 else "dislike")
    while PendingSlot.objects.exists():  # the studio's own scheduler may be at it
        rollups.work_off()


def tell() -> None:
    """Beside six weeks of charges of whoever signed up last: a budget, an unusual day and an insight."""
    user = User.objects.latest("created_at")
    team = Membership.objects.filter(user=user).select_related("team")[0].team
    now, rows = timezone.now(), Rows(team, Random(7))
    for back in range(1, 43):
        rows.charge(now - timedelta(days=back), "1.000000", actor=user)
    Budget.objects.create(team=team, scope="team", subject_id=team.pk, amount=Decimal(900))
    since, tomorrow = now.date(), now + timedelta(days=1)
    Look.objects.update_or_create(
        team=team, defaults={"since": since, "zone": "UTC", "due_at": tomorrow, "made_at": now, "known": {"cost": 42}}
    )
    UnusualDay.objects.create(
        team=team, day=since - timedelta(days=3), zone="UTC", metric="cost", value=40.0, expected=1.0, low=0.5,
        high=2.0, days=42, of=3, images=3,
    )  # fmt: skip
    told = {"method": "log_day_medians_welch", "estimate": 2.0, "low": 1.5, "high": 3.0, "p": 0.0001, "tests": 3}
    told |= {"from": "2026-09-01", "to": "2026-11-29", "timezone": "UTC", "groups": [], "provider": "", "model": ""}
    Insight.objects.create(
        team=team, kind="seconds", key="seconds", sentence="Generations by one take twice as long.",
        about_costs=False, evidence=told, images=0, since=since, told_at=now,
    )  # fmt: skip
    while PendingSlot.objects.exists():
        rollups.work_off()


def slowly(route: Route) -> None:
    time.sleep(0.5)
    route.continue_()


@pytest.mark.parametrize("way", ["desk", "phone"])
def test_a_range_the_images_behind_a_figure_and_the_tables(browser: Browser, studio_url: str, way: str):
    with visitor(browser, studio_url, way) as page:
        page.get_by_role("link", name="Analytics").click()
        expect(page.get_by_role("heading", name="Nothing was made in these days")).to_be_visible()
        look(page, "analytics-empty")
        elsewhere(partial(fill))
        page.get_by_role("link", name="7 days", exact=True).click()
        expect(page.get_by_role("link", name="7 days", exact=True)).to_have_attribute("aria-current", "page")
        figures = page.locator(".key-figure")
        week = figures.first.locator(".key-value").inner_text()
        page.get_by_role("link", name="30 days", exact=True).click()
        month = figures.first.locator(".key-value")
        expect(month).not_to_have_text(week)
        look(page, "analytics")
        wide = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert wide[0] <= wide[1], "nothing sticks out"

        page.get_by_label("Compare with the days before").check()
        page.get_by_role("button", name="Show").click()
        expect(figures.first).to_contain_text("before: 0")
        page.get_by_role("heading", name="By the day, as a table").click()
        expect(page.get_by_role("columnheader", name="Rated")).to_be_visible()
        look(page, "analytics-table")

        count = int(figures.first.locator(".key-value").inner_text())
        page.get_by_role("link", name="See them", exact=True).click()
        expect(page.get_by_text("None is in the trash.")).to_be_visible()
        page.route("**/gallery?*after=*", slowly)
        page.locator("[data-more-link]").click()  # which scrolls it into view, where it loads by itself
        expect(page.locator(".tile").nth(count - 1)).to_be_visible()
        page.wait_for_timeout(700)
        expect(page.locator(".tile")).to_have_count(count)
        page.unroute("**/gallery?*after=*")

        page.goto("/analytics?from=2026-11-05&to=2026-11-01")
        expect(page.get_by_role("alert")).to_contain_text("Name the earlier day first.")
        page.get_by_label("To, included").fill("2026-11-20")
        page.get_by_role("button", name="Show").click()
        expect(page.get_by_role("alert")).to_have_count(0)


@pytest.mark.parametrize("way", ["desk", "phone"])
def test_what_stands_beside_the_figures_is_read_and_hidden_by_keyboard(browser: Browser, studio_url: str, way: str):
    with visitor(browser, studio_url, way) as page:
        elsewhere(partial(fill))
        elsewhere(partial(tell))
        page.goto("/analytics")
        insight = page.get_by_text("Generations by one take twice as long.", exact=True)
        expect(insight).to_be_visible()
        unusual, budgets = (page.get_by_role("region", name=name) for name in ("Out of the ordinary", "Budgets"))
        expect(unusual.get_by_text("$40.00 paid")).to_be_visible()
        for region in (unusual, budgets):
            sticks = region.locator(".table-scroll").first.evaluate("box => box.scrollWidth - box.clientWidth")
            assert sticks <= 0, "all of it is seen at once"
        budgets.get_by_text("By the day, as a table").click()
        expect(budgets.get_by_role("columnheader", name="Left at its end", exact=True)).to_be_visible()
        look(page, "analytics-beside")
        wide = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert wide[0] <= wide[1], "nothing sticks out"

        page.get_by_role("button", name="Dismiss").press("Enter")
        page.get_by_role("link", name="1 dismissed").press("Enter")
        expect(insight).to_be_visible()
        page.get_by_role("button", name="Show again").press("Enter")
        expect(page.get_by_role("button", name="Dismiss")).to_be_visible()
        expect(insight).to_be_visible()
