"""Alerts on an open page: there when they begin, still there after a reload, gone when they are over or put away."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, expect

from designer.notifications import alerts
from tests.e2e.test_enhance import check
from tests.e2e.visiting import WAYS, elsewhere, visitor


def begin(title: str, seconds: int = 600) -> None:
    ends_at = timezone.now() + timedelta(seconds=seconds)
    alerts.raise_alert(kind="maintenance", key=title, level="warning", title=title, text="Work waits.", ends_at=ends_at)


@pytest.mark.parametrize("way", WAYS)
def test_an_alert_comes_stays_and_goes_without_a_reload(browser: Browser, studio_url: str, way: str):
    with visitor(browser, studio_url, way) as page:
        page.goto("/gallery")
        expect(page.get_by_role("heading", name="Gallery")).to_be_visible()
        elsewhere(lambda: begin(f"The studio moves ({way})"))
        alert = page.get_by_text(f"The studio moves ({way})")
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
        brief = page.get_by_text(f"A short break ({way})")
        expect(brief).to_be_visible()
        expect(brief).to_be_hidden()
        assert page.problems == []  # type: ignore[attr-defined]
        elsewhere(lambda: alerts.end_alerts(f"Models are tuned ({way})"))
