"""Several images made into one wish, from the gallery to its images: at a desk in the light, on a phone in the dark."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.test_enhance import check
from tests.e2e.test_studio import make
from tests.e2e.visiting import WAYS, visitor


@pytest.fixture(params=WAYS)
def page(request: pytest.FixtureRequest, browser: Browser, studio_url: str) -> Iterator[Page]:
    """Somebody new with images of a dress, and later ones of a skirt."""
    with visitor(browser, studio_url, request.param) as page:
        make(page, "an emerald silk midi dress with long bishop sleeves")
        page.get_by_label("Your brief").fill("a red cotton mini skirt")
        page.get_by_role("button", name="Make images").click()
        card = page.locator(".run-card").first
        expect(card).to_contain_text("mini skirt")
        expect(card).to_contain_text("Succeeded", timeout=90_000)
        yield page


def tile(page: Page, words: str) -> str:
    """The id of the first image whose title has these words, ticked."""
    box = page.get_by_role("checkbox", name=re.compile(words)).first
    box.check()
    return str(box.get_attribute("value"))


def test_the_shape_of_the_image_ticked_first_is_drawn_in_the_colour_of_the_other(page: Page):
    page.goto("/gallery")
    dress, skirt = tile(page, "midi dress"), tile(page, "mini skirt")  # the skirt stands before the dress
    page.get_by_role("button", name="Remix").click()
    expect(page.locator("p.notice")).to_contain_text("the first image gives the shape")
    chosen = page.locator("[name=references]")
    assert [each.get_attribute("value") for each in chosen.all()] == [dress, skirt]
    expect(page.get_by_label("Your brief")).to_have_value("")
    expect(page.locator("#fix-garment")).to_have_value("dress")
    expect(page.locator("#fix-length")).to_have_value("midi")
    expect(page.locator("#from-garment")).to_contain_text("original")
    expect(page.locator("#fix-colours")).to_have_value("red")
    expect(page.locator("#fix-fabric")).to_have_value("cotton")
    check(page, "remix")
    page.locator("#fix-fabric").select_option("linen")
    expect(page.locator("#from-fabric")).to_have_text("correction")
    page.get_by_role("button", name="Make images").click()
    card = page.locator(".run-card").first
    expect(card).to_contain_text("Remix")
    expect(card).to_contain_text("Succeeded", timeout=90_000)
    expect(card.locator(".tiles-run > li")).to_have_count(2)
    card.locator(".run-brief a").click()
    page.wait_for_url("**/generations/*")
    facts = page.locator("section[aria-labelledby='how']")
    lineage = facts.locator("dd", has_text="remix").locator("a")
    assert [each.get_attribute("href") for each in lineage.all()] == [f"/assets/{dress}", f"/assets/{skirt}"]
    expect(facts).to_contain_text("linen")
    check(page, "remix-made")
    page.goto(f"/assets/{dress}")
    page.get_by_role("link", name="Remix", exact=True).click()
    expect(page.locator("p.notice")).to_contain_text("Add the others")
    page.goto("/gallery")
    tile(page, "midi dress")
    tile(page, "mini skirt")
    page.get_by_role("button", name="Remix").click()
    expect(page.locator("#fix-garment")).to_have_value("dress")
    page.locator("[data-remove-reference]").first.click()
    expect(page.locator("#fix-garment")).to_have_value("skirt")
    assert page.problems == []  # type: ignore[attr-defined]
