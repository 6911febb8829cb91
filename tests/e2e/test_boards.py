"""Boards in a real browser: widgets moved by a drag and by keys, kept as they were put, on a phone too."""

from functools import partial

import pytest
from playwright.sync_api import Browser, Page, expect

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
        page.get_by_label("What it shows").select_option(label="What is asked for")
        expect(page.get_by_label("By one model")).to_be_hidden()
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
