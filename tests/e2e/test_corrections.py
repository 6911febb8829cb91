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


def test_what_is_being_corrected_is_not_loaded_anew_under_the_hands_of_who_corrects_it(page: Page):
    """As on the page of a generation that was not read yet when it was opened: the form came in by itself."""
    page.goto("/")
    page.locator(".run-card a[href^='/generations/']").first.click()
    card = page.locator("section[aria-labelledby='understood']")
    place = """(card, src) => card.outerHTML = `<live-row subject="" until="form" src="${src}"></live-row>`"""
    card.evaluate(place, f"{page.url}/understanding")
    row = page.locator("live-row[until]")
    row.evaluate("row => row.refresh()")
    card.get_by_text("Correct it").click()
    card.get_by_label("Fabric", exact=True).select_option("silk")
    card.locator("input[name='tag']").evaluate("tag => { tag.value = 'as it was read' }")
    row.evaluate("row => row.refresh()")  # news of it
    expect(card.get_by_label("Fabric", exact=True)).to_be_visible()
    expect(card.get_by_label("Fabric", exact=True)).to_have_value("silk")
    expect(card.locator("input[name='tag']")).to_have_value("as it was read")
