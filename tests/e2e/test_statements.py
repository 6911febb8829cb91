"""Statements in a real browser: found from the team's page, read, saved as PDF and CSV; on a phone in the dark too."""

from datetime import timedelta
from random import Random

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, expect

from analytics.billing import making, months
from designer.ledger.models import LedgerEntry
from teams.accounts.models import User
from teams.membership.models import Membership
from tests.analytics.rows import MODELS, Rows
from tests.e2e.test_journey import look
from tests.e2e.visiting import WAYS, elsewhere, visitor


def spend() -> None:
    """Two months with charges, of which the second was told of late in part, and some of the present one."""
    user = User.objects.latest("created_at")
    team = Membership.objects.filter(user=user).select_related("team")[0].team
    rows, first = Rows(team, Random(7)), months.begin_of(months.of(timezone.now()))
    earlier = first - timedelta(days=40)
    for back in range(12):
        rows.charge(earlier, "0.333333", maker=MODELS[back % 3], actor=user)
    making.catch_up(team.pk, first - timedelta(days=20))
    rows.charge(earlier, "0.050000", actor=user)
    for back in range(1, 16):
        rows.charge(first - timedelta(days=back), "1.234567", maker=MODELS[back % 3], actor=user if back % 4 else None)
    rows.charge(first - timedelta(days=1), "-0.500000", kind="adjustment", actor=user)
    making.catch_up(team.pk, first + timedelta(hours=2))
    rows.charge(timezone.now(), "2.000000", actor=user)
    assert LedgerEntry.objects.filter(team=team, stated=None).count() == 1


@pytest.mark.parametrize("way", WAYS)
def test_a_statement_is_found_read_and_saved(browser: Browser, studio_url: str, way: str):
    with visitor(browser, studio_url, way) as page:
        team = page.evaluate("fetch('/api/teams').then((answer) => answer.json()).then((all) => all.results[0].id)")
        page.goto(f"/teams/{team}")
        page.get_by_role("link", name="Statements", exact=True).click()
        expect(page.get_by_text("No statement yet")).to_be_visible()
        look(page, "statements-empty")
        elsewhere(spend)
        page.reload()
        table = page.get_by_role("group", name="Statements")
        expect(table.get_by_role("link", name="PDF of")).to_have_count(2)
        expect(page.get_by_text("2.00 USD")).to_be_visible()
        look(page, "statements")
        table.get_by_role("link").first.focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Of earlier months")).to_be_visible()
        expect(page.get_by_role("heading", name="Corrections")).to_be_visible()
        look(page, "statement")
        for name, begins in (("PDF", b"%PDF"), ("CSV", b"\xef\xbb\xbfsection")):
            with page.expect_download() as saved:
                page.get_by_role("link", name=name, exact=True).click()
            assert saved.value.path().read_bytes().startswith(begins)
        page.goto(f"/teams/{team}/statements?search=nothing+like+it")
        expect(page.get_by_text("Nothing matches.")).to_be_visible()
        assert not page.problems  # type: ignore[attr-defined]
