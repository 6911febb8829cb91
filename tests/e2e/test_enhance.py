"""The recipe builder, presets and the list, at a desk in the light, on a phone in the dark."""

import re
from collections.abc import Iterator
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Page, expect

from enhancement.models import Enhancement
from tests.e2e.test_journey import look
from tests.e2e.test_studio import make
from tests.e2e.visiting import WAYS, elsewhere, visitor

STICKING_OUT = """() => {
  const edge = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= edge) return [];
  const wide = [...document.querySelectorAll("main *")].filter((each) => each.getBoundingClientRect().right > edge + 1);
  return wide.map((each) => `${each.tagName}.${each.className}`).slice(0, 8);
}"""


@pytest.fixture(params=WAYS)
def page(request: pytest.FixtureRequest, browser: Browser, studio_url: str) -> Iterator[Page]:
    """Somebody new with two images."""
    with visitor(browser, studio_url, request.param) as page:
        make(page, "a silk dress")
        yield page


def check(page: Page, name: str) -> None:
    """Nothing sticks out sideways, nothing breaks WCAG, and a picture is kept."""
    look(page, name)
    wide = page.evaluate(STICKING_OUT)
    assert wide == [], f"{name}: {wide}"


def open_asset(page: Page) -> str:
    page.locator(".run-card .tile a").first.click()
    expect(page.get_by_role("button", name=re.compile("Upscale 2"))).to_be_visible()
    return page.url


def test_a_recipe_is_built_seen_kept_and_run_on_the_asset_page(page: Page):
    open_asset(page)
    page.get_by_text("Build a recipe").click()
    builder = page.locator("recipe-builder")
    expect(builder.get_by_role("checkbox", name="Enlarge")).to_be_checked()
    expect(builder.locator("[data-estimate]")).to_contain_text("px")
    paper = builder.get_by_label("Width on paper")
    expect(paper).to_be_hidden()
    builder.get_by_label("Size", exact=True).select_option("print")
    expect(paper).to_be_visible()
    expect(builder.get_by_label("Scale").first).to_be_hidden()
    builder.get_by_label("Size", exact=True).select_option("scale")
    before = builder.locator("[data-estimate]").inner_text()
    builder.get_by_label("Scale").first.select_option("4")
    expect(builder.locator("[data-estimate]")).not_to_have_text(before, use_inner_text=True)
    check(page, "builder-on-asset")
    builder.get_by_text("Save as a preset").click()
    builder.get_by_label("Name", exact=True).fill("Shop window")
    builder.get_by_role("button", name="Save for the team").click()
    expect(page.get_by_text("Saved as “Shop window”")).to_be_visible()
    expect(page.locator(".preset[aria-current]")).to_have_text("Shop window")
    page.get_by_text("Change the preset “Shop window”").click()
    page.get_by_label("What it is for").fill("Four times as large")
    check(page, "preset-change")
    page.get_by_role("button", name="Save the changes").click()
    expect(page.get_by_text("Saved: “Shop window”, version 2")).to_be_visible()
    expect(page.locator(".preset-bar")).to_contain_text("Four times as large")
    page.get_by_role("link", name="Twice as large").click()
    expect(page.locator(".preset[aria-current]")).to_have_text("Twice as large")
    expect(page.get_by_label("Scale").first).to_have_value("2")
    check(page, "builder")
    page.get_by_role("button", name="Enhance", exact=True).click()
    expect(page.get_by_role("link", name=re.compile("before and after"))).to_be_visible(timeout=120_000)
    assert page.problems == []  # type: ignore[attr-defined]


def test_what_cannot_be_is_said_beside_its_input(page: Page):
    open_asset(page)
    page.get_by_text("Build a recipe").click()
    builder = page.locator("recipe-builder")
    expect(builder.get_by_role("checkbox", name="Enlarge")).to_be_checked()
    builder.get_by_label("Size", exact=True).select_option("print")
    width = builder.get_by_label("Width on paper")
    width.fill("99999")
    expect(builder.locator(".error:not([hidden])").first).to_contain_text("Use a number from")
    expect(width).to_have_attribute("aria-invalid", "true")
    page.evaluate("scrollTo(0, 0)")  # else the bar that stays on top covers half of whatever is just behind it
    check(page, "builder-refused")


def test_a_long_address_in_a_failure_stays_within_its_card(page: Page):
    open_asset(page)
    page.get_by_role("button", name=re.compile("Upscale 2")).click()
    expect(page.get_by_role("link", name=re.compile("before and after"))).to_be_visible(timeout=120_000)
    source = UUID(page.url.rsplit("/", 1)[1])
    address = f"https://example.org/{'releases_' * 12}x4.pth"  # a browser breaks none of it of its own accord
    error = {"code": "missing_weights", "message": "No weights.", "remedy": f"It comes from {address}."}

    def fail() -> None:
        Enhancement.objects.filter(source=source).update(status="failed", result=None, error=error)

    elsewhere(fail)
    page.goto("/enhancements")
    expect(page.get_by_text("releases_releases")).to_be_visible()
    check(page, "enhancement-failed")
    # text that leaves its box widens the page and no element, so `check` does not see it
    assert page.evaluate("() => document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_a_selection_is_enhanced_and_followed_in_the_list(page: Page):
    page.goto("/enhancements")
    expect(page.get_by_role("heading", name="Nothing enhanced yet")).to_be_visible()
    page.get_by_text("After each generation").click()
    check(page, "enhancements-empty")
    page.goto("/gallery")
    page.get_by_role("button", name="Select all shown").click()
    page.get_by_role("button", name="Enhance", exact=True).click()
    expect(page.get_by_role("heading", name="Enhance 2 images")).to_be_visible()
    expect(page.locator("[data-estimate]")).to_contain_text("2 images")
    check(page, "builder-many")
    page.get_by_role("button", name="Enhance 2 images").click()
    expect(page.get_by_text("2 images queued to be enhanced.")).to_be_visible()
    expect(page.locator(".enhancement-row[data-status=succeeded]")).to_have_count(2, timeout=120_000)
    check(page, "enhancements")
    page.get_by_label("Search").fill("nothing like it")
    page.get_by_role("button", name="Filter").click()
    expect(page.get_by_role("heading", name="Nothing matches")).to_be_visible()
    assert page.problems == []  # type: ignore[attr-defined]


def test_two_recipes_are_tried_side_by_side_on_a_spot_of_ones_own(page: Page):
    open_asset(page)
    page.goto(f"/enhancements/new?asset={page.url.rsplit('/', 1)[1]}")
    spot = page.locator("spot-picker")
    mark = spot.get_by_role("button")
    expect(mark).to_have_accessible_name(re.compile("left to the studio"))
    spot.locator("img").click(position={"x": 60, "y": 50})
    expect(mark).not_to_have_accessible_name(re.compile("left to the studio"))
    mark.focus()
    before = page.locator("[name=spot_x]").input_value()
    page.keyboard.press("ArrowRight")
    assert float(page.locator("[name=spot_x]").input_value()) > float(before)
    page.get_by_role("button", name="Try it", exact=True).click()
    trial = page.locator(".trial[data-status=succeeded]")
    expect(trial.locator(".board-cell")).to_have_count(2, timeout=60_000)
    check(page, "trial")
    page.get_by_role("link", name="Fabric close-up").click()
    expect(page.locator(".preset[aria-current]")).to_have_text("Fabric close-up")
    page.get_by_label("Beside it").select_option(label="The recipe tried before")
    page.get_by_role("button", name="Try it", exact=True).click()
    expect(trial.get_by_text("The recipe before")).to_be_visible(timeout=60_000)
    expect(trial.locator(".board-view img")).to_have_count(3, timeout=60_000)
    expect(trial.get_by_text("The whole:")).to_have_count(2)
    edge = page.evaluate("document.documentElement.clientWidth")
    boxes = [view.bounding_box() for view in trial.locator(".board-view").all()]
    assert all(box and box["x"] + box["width"] <= edge for box in boxes)  # none has to be swiped to
    assert boxes[1] and boxes[2] and boxes[1]["y"] == boxes[2]["y"]  # the two recipes beside each other
    assert len({box["width"] for box in boxes if box}) == 1  # so that all enlarge about the same spot
    expect(trial.locator(".guides .guide-frame")).to_have_count(1)  # where its crop would cut
    page.locator("compare-board").focus()
    page.keyboard.press("+")
    assert page.locator("compare-board").evaluate("e => e.zoom") > 1
    check(page, "trial-two")
    assert page.problems == []  # type: ignore[attr-defined]


def sides(page: Page, operation: str) -> list[float]:
    names = ("left", "top", "width", "height")
    return [float(page.locator(f"[name='{operation}.{name}']").input_value()) for name in names]


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*end, steps=4)
    page.mouse.up()


def test_a_box_is_drawn_moved_and_sized_on_the_picture_by_hand_and_by_keys(page: Page):
    open_asset(page)
    page.goto(f"/enhancements/new?asset={page.url.rsplit('/', 1)[1]}")
    crop = page.locator("[data-operation=crop]")
    crop.get_by_role("checkbox", name="Crop").check()
    picker = crop.locator("box-picker")
    expect(picker).to_be_hidden()
    crop.get_by_label("Shape").select_option("free")
    expect(picker).to_be_visible()
    picker.evaluate("each => each.scrollIntoView({ block: 'center' })")
    view = picker.locator("img").bounding_box()
    assert view

    def at(x: float, y: float) -> tuple[float, float]:
        return view["x"] + x * view["width"], view["y"] + y * view["height"]

    drag(page, at(0.2, 0.3), at(0.7, 0.7))
    assert sides(page, "crop") == pytest.approx([0.2, 0.3, 0.5, 0.4], abs=0.01)
    expect(crop.get_by_role("status")).to_contain_text("50 % wide, 40 % high")
    drag(page, at(0.45, 0.5), at(0.35, 0.4))  # by its middle
    assert sides(page, "crop") == pytest.approx([0.1, 0.2, 0.5, 0.4], abs=0.01)
    drag(page, at(0.6, 0.6), at(0.8, 0.9))  # by a corner
    assert sides(page, "crop") == pytest.approx([0.1, 0.2, 0.7, 0.7], abs=0.015)
    page.mouse.click(*at(0.02, 0.02))  # beside it: there it goes, as far as the picture reaches
    assert sides(page, "crop")[:2] == [0, 0]
    frame, size = picker.locator("[data-frame]"), picker.get_by_role("button", name="Crop: size of the box")
    frame.focus()
    width = sides(page, "crop")[2]
    for key in ("Shift+ArrowRight", "ArrowDown"):
        page.keyboard.press(key)
    expect(crop.get_by_role("status")).to_contain_text("5 % from the left, 1 % from the top")
    size.focus()
    page.keyboard.press("ArrowLeft")
    left, top, narrower, _ = sides(page, "crop")
    assert (left, top, narrower) == pytest.approx((0.05, 0.01, width - 0.01))
    expect(frame).to_have_accessible_name(re.compile("Crop: box, 5 % from the left, 1 % from the top"))
    crop.get_by_text("In numbers").click()
    crop.get_by_label("Width", exact=True).fill("0.25")
    expect(frame).to_have_accessible_name(re.compile("25 % wide"))
    expect(page.locator("[data-estimate]")).to_contain_text(re.compile(r"Crop\D*\d+ × \d+"))
    mark = page.locator("[data-operation=watermark_removal]")
    mark.get_by_role("checkbox", name="Remove a watermark").check()
    expect(
        mark.get_by_role("button", name=re.compile("watermark: box, 60 % from the left, 85 % from the top"))
    ).to_be_visible()
    page.evaluate("scrollTo(0, 0)")
    check(page, "builder-box")
    assert page.problems == []  # type: ignore[attr-defined]


def test_a_finger_taps_a_box_into_the_picture_sizes_it_and_still_scrolls_the_page(browser: Browser, studio_url: str):
    with visitor(browser, studio_url, "phone") as page:
        make(page, "a silk dress")
        open_asset(page)
        page.goto(f"/enhancements/new?asset={page.url.rsplit('/', 1)[1]}")
        crop = page.locator("[data-operation=crop]")
        crop.get_by_role("checkbox", name="Crop").check()
        crop.get_by_label("Shape").select_option("free")
        picker = crop.locator("box-picker")
        picker.evaluate("each => each.scrollIntoView({ block: 'center' })")
        view = picker.locator("img").bounding_box()
        assert view
        touch = page.context.new_cdp_session(page)

        def at(x: float, y: float) -> tuple[float, float]:
            return view["x"] + x * view["width"], view["y"] + y * view["height"]

        def stroke(start: tuple[float, float], end: tuple[float, float]) -> None:
            def tell(kind: str, *points: tuple[float, float]) -> None:
                told = {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]}
                touch.send("Input.dispatchTouchEvent", told)

            tell("touchStart", start)
            for part in (0.05, 0.3, 0.6, 1.0):
                tell("touchMove", (start[0] + part * (end[0] - start[0]), start[1] + part * (end[1] - start[1])))
            tell("touchEnd")

        page.touchscreen.tap(*at(0.5, 0.5))
        assert sides(page, "crop") == pytest.approx([0.25, 0.25, 0.5, 0.5], abs=0.01)
        stroke(at(0.75, 0.75), at(0.6, 0.6))  # by its corner
        sized = sides(page, "crop")
        assert sized == pytest.approx([0.25, 0.25, 0.35, 0.35], abs=0.02)
        stroke(at(0.9, 0.9), at(0.9, 0.5))  # beside it: that scrolls
        assert sides(page, "crop") == sized
