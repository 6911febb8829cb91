"""Boards in a real browser: widgets moved by a drag and by keys, kept as they were put, on a phone too."""

from functools import partial
from random import Random

import pytest
from django.db import transaction
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from analytics import rollups
from analytics.models import PendingSlot
from designer.realtime.events import record
from teams.accounts.models import User
from teams.membership.models import Membership
from tests.analytics.rows import Rows
from tests.e2e.test_analytics import fill
from tests.e2e.test_journey import look
from tests.e2e.visiting import elsewhere, visitor


def titles(page: Page) -> list[str]:
    return [each.strip() for each in page.locator(".widget h2").all_inner_texts()]


@pytest.mark.parametrize("way", ["desk", "phone"])
def test_a_board_is_made_arranged_and_kept(browser: Browser, studio_url: str, way: str):
    with visitor(browser, studio_url, way) as page:
        page.goto(f"{studio_url}/analytics/dashboards")
        expect(page.get_by_role("heading", name="No boards yet")).to_be_visible()
        elsewhere(partial(fill))
        page.get_by_label("Name").fill("Mornings")
        page.get_by_role("button", name="Make the board").click()
        expect(page.get_by_role("heading", name="Mornings")).to_be_visible()
        assert titles(page) == ["Key figures", "Cost over time", "Liked, of those rated"]
        look(page, f"board-{way}")
        page.get_by_role("link", name="Arrange").click()
        grips = page.locator("[data-grip]")
        expect(grips.first).to_be_visible()
        grips.first.focus()
        page.keyboard.press("ArrowRight")
        expect(page.locator("#arranged")).to_have_text("Key figures is number 2 of 3.")
        assert titles(page) == ["Cost over time", "Key figures", "Liked, of those rated"]
        expect(page.get_by_role("button", name="Move Key figures", exact=True)).to_be_focused()
        page.keyboard.press("End")
        expect(page.locator("#arranged")).to_have_text("Key figures is number 3 of 3.")
        page.keyboard.press("Home")
        expect(page.locator("#arranged")).to_have_text("Key figures is number 1 of 3.")
        page.reload()
        assert titles(page) == ["Key figures", "Cost over time", "Liked, of those rated"]
        if way == "desk":
            drag(page, "Liked, of those rated", "Key figures")
            expect(page.locator("#arranged")).to_contain_text("Liked, of those rated is number 1 of 3.")
            page.reload()
            assert titles(page)[0] == "Liked, of those rated"
        narrow = page.get_by_text("Narrow it")
        narrow.click()
        expect(page.get_by_label("By one model")).to_be_visible()
        page.get_by_label("What it shows").select_option(label="Who comes back")
        expect(page.get_by_label("By one model")).to_be_hidden()
        expect(page.get_by_label("Of one member")).to_be_visible()
        page.get_by_label("What it shows").select_option(label="What is asked for")
        expect(narrow).to_be_hidden()
        page.get_by_role("button", name="Add", exact=True).click()
        expect(page.locator(".widget")).to_have_count(4)
        page.get_by_role("button", name="Take What is asked for away").click()
        expect(page.locator(".widget")).to_have_count(3)
        look(page, f"board-arranged-{way}")


def drag(page: Page, what: str, to: str) -> None:
    """Past the middle of what lies there, in steps as a hand does."""
    grip = page.get_by_role("button", name=f"Move {what}", exact=True)
    grip.scroll_into_view_if_needed()
    start = grip.bounding_box()
    assert start
    page.mouse.move(start["x"] + 5, start["y"] + 5)
    page.mouse.down()
    goal = page.locator(".widget", has=page.get_by_role("heading", name=to))
    for _ in range(40):
        box = goal.bounding_box()
        assert box
        if page.locator(".widget h2").first.inner_text().strip() == what:
            break
        page.mouse.move(box["x"] + 20, max(20.0, box["y"] + 20), steps=3)
    page.mouse.up()


def charge() -> None:
    """Something more is made and paid for, by whoever signed up last."""
    user = User.objects.latest("created_at")
    team = Membership.objects.filter(user=user).select_related("team")[0].team
    rows = Rows(team, Random(8))
    rows.image(rows.generation(user, timezone.now()), timezone.now())
    while PendingSlot.objects.exists():
        rollups.work_off()
    with transaction.atomic():
        told = {"subject": f"team:{team.pk}", "amount": "0.010000", "simulated": False}
        record(f"team:{team.pk}", "cost:updated", told, team_id=team.pk)


def test_what_is_open_stays_open_when_a_board_follows_what_is_charged(browser: Browser, studio_url: str):
    with visitor(browser, studio_url, "desk") as page:
        elsewhere(partial(fill))
        page.goto(f"{studio_url}/analytics/dashboards")
        page.get_by_label("Name").fill("Mornings")
        page.get_by_role("button", name="Make the board").click()
        images = page.locator(".key-figure", has_text="Images").first.locator(".key-value")
        before = int(images.inner_text())
        table = page.get_by_role("region", name="Cost over time").locator("details")
        table.locator("summary").click()
        expect(table.locator("table")).to_be_visible()
        elsewhere(partial(charge))
        expect(images).to_have_text(str(before + 1), timeout=30_000)
        expect(table.locator("table")).to_be_visible()
        expect(table.locator("summary")).to_be_focused()
