"""What stands above every page: alerts, for as long as they last, and the costs of today, as they move."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import transaction
from django.utils import timezone
from playwright.sync_api import Browser, expect

from designer.ledger.services import charge
from designer.notifications import alerts
from designer.realtime.events import COST_UPDATED, record
from teams.accounts.models import User
from teams.membership.models import Membership
from tests.e2e.test_enhance import check
from tests.e2e.visiting import WAYS, elsewhere, visitor


def begin(title: str, seconds: int = 600, level: str = "warning") -> None:
    ends_at = timezone.now() + timedelta(seconds=seconds)
    alerts.raise_alert(kind="maintenance", key=title, level=level, title=title, text="Work waits.", ends_at=ends_at)


@pytest.mark.parametrize("way", WAYS)
def test_an_alert_comes_stays_and_goes_without_a_reload(browser: Browser, studio_url: str, way: str):
    with visitor(browser, studio_url, way) as page:
        page.goto("/gallery")
        expect(page.get_by_role("heading", name="Gallery")).to_be_visible()
        elsewhere(lambda: begin(f"The studio moves ({way})"))
        alert = page.get_by_text(f"The studio moves ({way})", exact=True)
        expect(alert).to_be_visible()
        check(page, "alert")
        page.reload()
        expect(alert).to_be_visible()
        elsewhere(lambda: alerts.end_alerts(f"The studio moves ({way})"))
        expect(alert).to_be_hidden()

        elsewhere(lambda: begin(f"Models are tuned ({way})"))
        button = page.get_by_role("button", name=f"Put away: Models are tuned ({way})")
        button.focus()
        page.keyboard.press("Enter")
        expect(button).to_be_hidden()
        page.reload()
        expect(page.get_by_role("heading", name="Gallery")).to_be_visible()
        expect(button).to_be_hidden()

        elsewhere(lambda: begin(f"A short break ({way})", seconds=3))
        brief = page.get_by_text(f"A short break ({way})", exact=True)
        expect(brief).to_be_visible()
        expect(brief).to_be_hidden()
        assert page.problems == []  # type: ignore[attr-defined]
        elsewhere(lambda: alerts.end_alerts(f"Models are tuned ({way})"))


def test_an_alert_that_comes_folded_is_said_once(browser: Browser, studio_url: str):
    with visitor(browser, studio_url, "desk") as page:
        elsewhere(lambda: begin("It stood there before", level="error"))
        page.goto("/gallery")
        said = page.locator("#alerts-said p")
        try:
            expect(page.get_by_text("It stood there before")).to_be_visible()
            for count, title in enumerate(("Later by a minute", "Last of all"), 1):
                elsewhere(lambda title=title: begin(title))
                expect(said).to_have_count(count)
                expect(said.last).to_have_text(f"{title} Work waits.")
                expect(page.locator("#alerts-more").get_by_text(title)).to_be_hidden()
            elsewhere(lambda: alerts.end_alerts("Last of all"))
            expect(page.locator(".alerts").get_by_text("Last of all")).to_have_count(0)
            expect(page.locator("#alerts-more").get_by_text("Later by a minute")).to_be_attached()
            expect(said).to_have_count(2)  # what is drawn again is no news
            assert page.locator(".alerts :is([role=alert], [role=status])").count() == 0, "else it is said twice"
        finally:
            elsewhere(lambda: alerts.end_alerts("It stood there before", "Later by a minute", "Last of all"))


@transaction.atomic
def pay(amount: str, *, simulated: bool) -> None:
    """Something costs so much in the personal team of the newest person, and is told."""
    user = User.objects.latest("created_at")
    team_id = Membership.objects.filter(user=user).values_list("team_id", flat=True)[0]
    subject = f"generation:{uuid4()}"
    charge(
        team_id=team_id, job_id=uuid4(), attempt=1, kind="generation", subject=subject, provider="openai",
        model="gpt-image-2", quantity=Decimal(1), unit_price=Decimal(amount), simulated=simulated, actor_id=user.pk,
    )  # fmt: skip
    told = {"subject": subject, "amount": amount, "simulated": simulated}
    record(f"team:{team_id}", COST_UPDATED, told, team_id=team_id)


@pytest.mark.parametrize("way", WAYS)
def test_the_costs_of_today_move_on_an_open_page_and_lead_to_where_they_come_from(
    browser: Browser, studio_url: str, way: str
):
    with visitor(browser, studio_url, way) as page:
        page.goto("/gallery")
        ticker = page.locator(".ticker")
        expect(ticker).to_contain_text("Today $0.00")
        elsewhere(lambda: pay("1.25", simulated=False))
        expect(ticker).to_contain_text("Today $1.25")
        expect(ticker.get_by_text("simulated")).to_have_count(0)
        elsewhere(lambda: pay("0.25", simulated=True))
        expect(ticker).to_contain_text("Today $1.50")
        expect(ticker).to_contain_text("partly simulated")
        check(page, "ticker")
        ticker.click()
        expect(page.get_by_role("heading", name="Costs")).to_be_visible()
        expect(page.get_by_role("row", name="The whole team")).to_contain_text("1.50")
        check(page, "costs")
        page.goto("/settings/notifications")
        check(page, "notification-ways")
        assert page.problems == []  # type: ignore[attr-defined]
