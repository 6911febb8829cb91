"""A shoot through one recipe, from the gallery to a batch: at a desk in the light, on a phone in the dark."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.test_enhance import check
from tests.e2e.test_studio import make
from tests.e2e.visiting import WAYS, visitor


@pytest.fixture(params=WAYS)
def page(request: pytest.FixtureRequest, browser: Browser, studio_url: str) -> Iterator[Page]:
    """Somebody new with two images."""
    with visitor(browser, studio_url, request.param) as page:
        make(page, "a silk dress")
        yield page


def test_a_selection_of_hundreds_can_be_collected(page: Page):
    """The boxes of many pages of a gallery, that these two images stand for."""
    page.goto("/gallery")
    page.evaluate("""() => {
        const grid = document.querySelector("[data-tiles]");
        const tiles = [...grid.children];
        for (let n = 0; n < 125; n += 1) for (const tile of tiles) grid.append(tile.cloneNode(true));
    }""")
    page.get_by_role("button", name="Select all shown").click()
    page.get_by_role("button", name="Collect").click()
    expect(page.get_by_text("2 images of")).to_be_visible()
    page.get_by_label("A new collection").fill("Silk")
    page.get_by_role("button", name="Make it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Silk")
    assert page.problems == []  # type: ignore[attr-defined]


def test_all_that_the_gallery_finds_goes_through_a_recipe_as_a_batch(page: Page):
    page.goto("/gallery")
    page.get_by_role("button", name="Select all shown").click()
    page.get_by_role("button", name="Enhance as a batch").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Enhance 2 images as a batch")
    page.get_by_role("link", name="Gallery").first.click()
    page.get_by_role("link", name="Enhance all").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("as a batch")
    shown = page.locator("[data-estimate]")
    expect(shown).to_contain_text("items")
    check(page, "shoot")
    page.get_by_label("Budget, in USD").fill("plenty")
    expect(shown).to_contain_text("A budget is an amount in USD")
    page.get_by_label("Budget, in USD").fill("0.5")
    page.get_by_label("Budget, in USD").press("Enter")  # reckons anew, and takes no preset
    expect(shown).to_contain_text("items")
    expect(page.get_by_label("Budget, in USD")).to_have_value("0.5")
    expect(page.get_by_role("checkbox", name="Enlarge")).to_be_checked()
    page.get_by_label("Budget, in USD").fill("")
    page.get_by_role("checkbox", name="Enlarge").uncheck()
    page.get_by_role("checkbox", name="Detail").check()
    expect(shown).to_contain_text("items")
    page.get_by_role("button", name="Keep as a draft").click()
    expect(page.get_by_role("button", name="Start now")).to_be_visible()
    page.get_by_role("link", name="Use this plan again").click()
    expect(page.get_by_text("cannot show all of this plan")).to_be_visible()
    check(page, "plan-again")
    page.get_by_role("button", name="Make a draft of the whole plan").click()
    page.get_by_role("button", name="Start now").click()
    expect(page.locator(".batch-head")).to_contain_text("Completed", timeout=120_000)
    page.get_by_text("Contact sheet, 1 page").click()
    check(page, "shoot-done")
    assert page.problems == []  # type: ignore[attr-defined]
