"""Reports in a real browser: asked for by keyboard, followed while they are made, saved; on a phone in the dark."""

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.test_analytics import fill
from tests.e2e.test_journey import look
from tests.e2e.visiting import elsewhere, visitor


@pytest.mark.parametrize("way", ["desk", "phone"])
def test_a_report_is_asked_for_followed_and_saved(way: str, browser: Browser, studio_url: str):
    with visitor(browser, studio_url, way) as page:
        elsewhere(fill)
        page.goto("/analytics")
        page.get_by_role("link", name="Reports", exact=True).focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="No reports yet")).to_be_visible()
        look(page, "reports-empty")
        page.get_by_role("link", name="Make the first one").click()
        page.get_by_label("Of which days").select_option("weekly")
        look(page, "report-new")
        page.get_by_role("button", name="Make it").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_text("Done", exact=True)).to_be_visible(timeout=60_000)  # by the socket: nobody reloads
        expect(page.get_by_role("heading", name="In short")).to_be_visible()
        look(page, "report")
        with page.expect_download() as saved:
            page.get_by_role("link", name="report.pdf").click()
        assert saved.value.path().read_bytes().startswith(b"%PDF")
        page.goto("/analytics/reports")
        look(page, "reports")
        page.get_by_role("link", name="Schedules").click()
        page.get_by_role("link", name="Set up the first one").click()
        page.get_by_label("How often").select_option("monthly")
        page.get_by_label("On which day of the month").select_option("31")
        look(page, "schedule")
        page.get_by_role("button", name="Set it up").click()
        expect(page.get_by_text("Every month for")).to_be_visible()
        look(page, "schedules")
        assert not page.problems  # type: ignore[attr-defined]
