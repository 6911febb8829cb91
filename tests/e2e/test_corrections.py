"""What was understood, corrected on the page of a finished generation."""

from playwright.sync_api import Page, expect

from tests.e2e.test_studio import check_contrast_and_names
from tests.e2e.test_style import page

__all__ = ["page"]


def test_a_correction_made_on_the_page_stands_there_afterwards(page: Page):
    page.goto("/")
    page.locator(".run-card a[href^='/generations/']").first.click()
    card = page.locator("section[aria-labelledby='understood']")
    expect(card).to_contain_text("tweed")
    card.get_by_text("Correct it").click()
    card.get_by_label("Fabric", exact=True).select_option("linen")
    card.get_by_label("Colours").fill("navy, #c81e3a")
    check_contrast_and_names(page, "understood")
    card.get_by_role("button", name="Keep corrections").click()
    expect(page.locator("body")).to_contain_text("2 corrections kept.")
    expect(card).to_contain_text("linen")
    expect(card).to_contain_text("navy")
    assert page.problems == []
