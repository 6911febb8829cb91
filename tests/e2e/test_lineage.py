"""The family of an image on its page and on one of its own: at a desk in the light, on a phone in the dark."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.test_enhance import check, open_asset
from tests.e2e.test_studio import make
from tests.e2e.visiting import WAYS, visitor


@pytest.fixture(params=WAYS)
def page(request: pytest.FixtureRequest, browser: Browser, studio_url: str) -> Iterator[Page]:
    """Somebody new who looks at an image of a dress."""
    with visitor(browser, studio_url, request.param) as page:
        make(page, "an emerald silk midi dress")
        open_asset(page)
        yield page


def test_what_came_of_an_image_is_found_and_compared(page: Page):
    first = page.url
    family = page.locator(".asset-lineage")
    expect(family.locator(".lineage-step")).to_have_count(1)
    page.get_by_role("button", name=re.compile("Upscale 2")).click()
    expect(family.get_by_text("Enlarge 2×").first).to_be_visible(timeout=120_000)  # by itself, as it is done
    page.get_by_role("link", name="Variations").click()
    page.get_by_role("button", name="Make images").click()
    expect(page.locator(".run-card")).to_have_count(2)
    expect(page.locator(".run-card").first).to_contain_text("Succeeded", timeout=90_000)
    page.goto(first)
    expect(family.locator(".lineage-step")).to_have_count(3)
    expect(family.locator("[aria-current=page]")).to_have_attribute(
        "href", re.compile(re.escape(first.rpartition("/")[2]))
    )
    check(page, "lineage-on-asset")
    page.goto(f"{first}/lineage")
    check(page, "lineage")
    page.get_by_role("checkbox", name=re.compile("Enlarge 2×")).focus()
    page.keyboard.press("Space")
    page.get_by_role("checkbox", name=re.compile("Variation")).first.check()
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("heading", name="Compare versions")).to_be_visible()
    expect(page.get_by_role("heading", name="How they were made")).to_be_visible()
    check(page, "lineage-compared")
    page.goto(f"{first}/lineage")
    page.get_by_role("link", name="This image’s line").click()
    expect(page.get_by_role("link", name="This image’s line")).to_have_attribute("aria-current", "true")
    assert page.problems == []  # type: ignore[attr-defined]
