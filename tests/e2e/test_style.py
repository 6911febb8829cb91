"""The swipe deck by keys and by finger, and the Style profile that it fills."""

import re
from collections.abc import Iterator
from itertools import pairwise

import pytest
from playwright.sync_api import Browser, Page, expect

from designer.personas.models import Persona
from teams.accounts.models import User
from tests.designer.personas.test_persona_profile import images
from tests.e2e.test_studio import check_contrast_and_names, make
from tests.e2e.visiting import WAYS, elsewhere, visitor


@pytest.fixture(params=WAYS)
def page(request: pytest.FixtureRequest, browser: Browser, studio_url: str) -> Iterator[Page]:
    """Somebody new with a few images, at a desk in the light or with a phone in the dark."""
    with visitor(browser, studio_url, request.param) as page:
        for brief in ("a silk dress", "a tweed coat"):
            page.goto("/")
            make(page, brief)
        expect(page.locator(".run-card").filter(has_text="Succeeded")).to_have_count(2)
        yield page


IN_SIGHT = """() => {
  const bar = document.querySelector("nav.tabs").getBoundingClientRect();
  const end = bar.bottom >= innerHeight ? bar.top : innerHeight; // the bar is at the foot of a phone
  const buttons = [...document.querySelectorAll(".deck-buttons button")];
  const ends = buttons.map((each) => each.getBoundingClientRect().bottom);
  return ends.length === 4 && ends.every((each) => each <= end);
}"""


def left(page: Page) -> int:
    return int(page.locator("[data-deck]").get_attribute("data-left") or 0)


def swipe(page: Page, across: int, up: int = 0) -> None:
    """With a finger where the screen takes one, else with the mouse."""
    box = page.locator("figure[data-card]").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    way = [(x, y), (x + across / 2, y + up / 2), (x + across, y + up)]
    if page.evaluate("navigator.maxTouchPoints"):
        touch(page, way)
        return
    page.mouse.move(*way[0])
    page.mouse.down()
    for place in way[1:]:
        page.mouse.move(*place)
    page.mouse.up()


def touch(page: Page, way: list[tuple[float, float]]) -> None:
    """A finger put down, drawn along `way` and lifted, as the browser hears it of a screen."""
    finger = page.context.new_cdp_session(page)
    for kind, (x, y) in zip(("touchStart", *["touchMove"] * (len(way) - 1)), way, strict=True):
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    finger.detach()


def test_the_deck_takes_keys_and_drags_goes_back_and_ends_with_what_was_learned(page: Page):
    page.goto("/style/deck")
    begun = left(page)
    assert begun >= 2
    check_contrast_and_names(page, "deck")
    for height in (844, 664) if page.evaluate("navigator.maxTouchPoints") else ():
        page.set_viewport_size({"width": 390, "height": height})
        assert page.evaluate(IN_SIGHT), f"buttons out of sight at {height} px"
    page.locator("a[href='#main'], a").first.focus()
    page.keyboard.press("d")  # outside of the deck a letter is no judgement
    page.locator("figure[data-card]").focus()
    page.keyboard.press("l")
    expect(page.locator("[data-deck]")).to_have_attribute("data-left", str(begun - 1))
    expect(page.locator("[data-deck-said]")).to_contain_text("Liked")
    page.keyboard.press("z")
    expect(page.locator("[data-deck]")).to_have_attribute("data-left", str(begun))
    expect(page.locator("[data-deck-said]")).to_contain_text("Undone: liked.")
    page.locator("main h1").click()  # beside the deck: the keys stay its own
    page.keyboard.press("l")
    expect(page.locator("[data-deck]")).to_have_attribute("data-left", str(begun - 1))
    page.keyboard.press("z")
    expect(page.locator("[data-deck]")).to_have_attribute("data-left", str(begun))
    swipe(page, 20)  # a slip
    assert left(page) == begun
    swipe(page, 200)
    expect(page.locator("[data-deck]")).to_have_attribute("data-left", str(begun - 1))
    for _ in range(begun - 2):
        now = left(page)
        page.keyboard.press("ArrowRight")
        expect(page.locator("[data-deck]")).to_have_attribute("data-left", str(now - 1))
    page.get_by_role("button", name=re.compile("^Not this")).click()
    expect(page.get_by_role("heading", name="That was all")).to_be_visible()
    expect(page.locator(".lessons")).to_contain_text("fabric")
    check_contrast_and_names(page, "the end of the deck")

    page.get_by_role("link", name="What was learned").click()
    expect(page.get_by_role("heading", name="What moved lately")).to_be_visible()
    inside = "each => each.getBoundingClientRect().right <= innerWidth"
    assert page.get_by_role("button", name="Forget").first.evaluate(inside), "nobody scrolls sideways for it"
    check_contrast_and_names(page, "learned")
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0
    page.get_by_role("button", name="Forget").first.click()
    expect(page.locator(".notice")).to_contain_text("Forgotten")
    page.locator(".notice").get_by_role("button", name="Undo").click()
    expect(page.locator(".notice")).to_contain_text("counts again")
    assert not page.problems  # type: ignore[attr-defined]


def test_images_that_are_compared_stay_within_the_page(page: Page):
    page.goto("/gallery")
    boxes = page.locator(".tile input[type=checkbox]")
    for place in range(4):
        boxes.nth(place).check()
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("heading", name="How they differ")).to_be_visible()
    check_contrast_and_names(page, "compare")
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0
    assert not page.problems  # type: ignore[attr-defined]


HEIGHTS = "(all) => all.map(one => one.clientHeight)"


def lines(page: Page, selector: str) -> list[int]:
    """In how many lines the words of each stand."""
    count = "(all) => all.map(one => { const range = document.createRange(); range.selectNodeContents(one);"
    tops = "new Set([...range.getClientRects()].map(box => Math.round(box.top))).size"
    return page.locator(selector).evaluate_all(f"{count} return {tops}; }})")  # type: ignore[no-any-return]


def test_what_was_liked_month_by_month_is_told_in_whole_lines(page: Page):
    def liked() -> None:
        user = User.objects.latest("created_at")
        persona = Persona.objects.filter(owner=user).order_by("name").first()
        assert persona is not None
        Persona.objects.filter(pk=persona.pk).update(attributes={"fabric": ["linen"]}, weights={})
        for ago, fabric in ((3, "linen"), (2, "wool"), (1, "velvet")):
            images(persona.team, user, persona, fabric, ago, 5)

    elsewhere(liked)
    page.goto("/style/personas")
    page.locator(".persona h2 a").first.click()
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        assert lines(page, ".month") == [1, 1, 1]
        assert all(height < 50 for height in page.locator(".distance").evaluate_all(HEIGHTS))
        boxes = [box for each in page.locator(".chart text").all() if (box := each.bounding_box())]
        assert boxes and all(box["height"] >= 9 for box in boxes), "small print is no print"
        ends = sorted((box["x"], box["x"] + box["width"]) for box in boxes if box["y"] == max(b["y"] for b in boxes))
        assert all(first[1] < then[0] for first, then in pairwise(ends)), "names of months run into each other"
    check_contrast_and_names(page, "drift")
    assert not page.problems  # type: ignore[attr-defined]
