"""What happened in a team: one looks at it, and sees what the other does, as it is done."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.test_enhance import check, open_asset
from tests.e2e.test_studio import make
from tests.e2e.test_together import join
from tests.e2e.visiting import elsewhere, visitor


@pytest.fixture
def ada(browser: Browser, studio_url: str) -> Iterator[Page]:
    with visitor(browser, studio_url, "desk") as page:
        make(page, "a silk dress")
        open_asset(page)
        yield page


@pytest.fixture
def ben(browser: Browser, studio_url: str, ada: Page) -> Iterator[Page]:
    """Ada's colleague, who has just opened the same image on the phone."""
    with visitor(browser, studio_url, "phone") as page:
        elsewhere(lambda: join(ada.url.rstrip("/").rpartition("/")[2]))
        page.goto(ada.url)
        yield page


def test_what_one_does_stands_in_the_others_feed_at_once(ada: Page, ben: Page):
    ada.get_by_role("link", name="Activity of this image").click()
    expect(ada.get_by_role("heading", name=re.compile("What happened in"))).to_be_visible()
    expect(ada.locator(".feed-line")).to_have_count(1)
    ada.get_by_role("link", name="Show everything").click()
    ben.get_by_label("Say something").fill("Shorten the hem")
    ben.get_by_role("button", name="Comment", exact=True).click()
    said = ada.locator(".feed-line").first
    expect(said).to_contain_text("Ben Okri commented on")  # and nobody reloaded
    expect(said).to_contain_text("Shorten the hem")
    check(ada, "activity")
    ben.goto(ada.url)
    check(ben, "activity")
    ben.get_by_label("What").select_option("comment")
    ben.get_by_label("What").press("Tab")
    ben.get_by_role("button", name="Find").press("Enter")
    expect(ben.locator(".feed-line")).to_have_count(1)
    ben.get_by_label("Search").fill("velvet")
    ben.get_by_label("Search").press("Enter")
    expect(ben.get_by_text("Nothing that you may see matches.")).to_be_visible()
    check(ben, "activity-nothing")
    said.get_by_role("link", name="Ben Okri").click()
    expect(ada.get_by_label("Who")).to_have_value(re.compile("-"))
    assert ada.problems == [] and ben.problems == []  # type: ignore[attr-defined]
