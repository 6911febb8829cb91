"""Two versions compared in five ways, by hand, by keys and by finger; at a desk in light, on a phone in the dark."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.test_enhance import check, open_asset
from tests.e2e.test_studio import make
from tests.e2e.visiting import WAYS, visitor


@pytest.fixture(params=WAYS)
def page(request: pytest.FixtureRequest, browser: Browser, studio_url: str) -> Iterator[Page]:
    """Somebody new who looks at an image and what it was made from."""
    with visitor(browser, studio_url, request.param) as page:
        make(page, "a silk dress")
        open_asset(page)
        page.get_by_role("button", name=re.compile("Upscale 2")).click()
        page.get_by_role("link", name=re.compile("before and after")).click(timeout=120_000)
        expect(page.get_by_text("dB PSNR")).to_be_visible()
        yield page


def style(page: Page, name: str) -> float:
    said = page.locator("version-compare").evaluate(f"e => getComputedStyle(e).getPropertyValue('--{name}')")
    return float(said.removesuffix("px"))


def choose(page: Page, way: str) -> None:
    page.get_by_role("button", name=way, exact=True).click()
    expect(page.get_by_role("button", name=way, exact=True)).to_have_attribute("aria-pressed", "true")


def centre(part: Locator) -> tuple[float, float]:
    box = part.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_versions_are_compared_by_slider_side_by_side_and_laid_over_each_other(page: Page):
    stage = page.locator("[data-stage]")
    stage.scroll_into_view_if_needed()
    x, y = centre(stage)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 60, y, steps=4)
    page.mouse.up()
    assert style(page, "share") < 0.5
    check(page, "versions-slider")
    choose(page, "Side by side")
    expect(page.get_by_role("slider")).to_be_hidden()
    panes = [page.locator(f"[data-pane={name}]").bounding_box() for name in ("before", "after")]
    assert panes[0] and panes[1] and panes[0]["x"] + panes[0]["width"] <= panes[1]["x"]
    page.get_by_role("button", name="100 %").click()
    moved = [page.locator(f"[data-pane={name}] img").first.evaluate(TRANSFORM) for name in ("before", "after")]
    assert moved[0] == moved[1] and style(page, "zoom") > 1
    check(page, "versions-split")
    page.get_by_role("button", name="Fit").click()
    choose(page, "Onion skin")
    page.get_by_role("slider", name="Opacity of after").fill("25")
    expect(page.locator("[data-pane=after]")).to_have_css("opacity", "0.25")
    check(page, "versions-onion")
    assert page.problems == []  # type: ignore[attr-defined]


TRANSFORM = "e => getComputedStyle(e).transform"
# whether all of what a list has chosen is to be read, beside its arrow of 16 pixels
FITS = """select => {
  const { font, paddingLeft, paddingRight } = getComputedStyle(select);
  const pen = Object.assign(document.createElement("canvas").getContext("2d"), { font });
  const room = select.clientWidth - parseFloat(paddingLeft) - Math.max(parseFloat(paddingRight), 16);
  return pen.measureText(select.selectedOptions[0].text).width <= room;
}"""
DRAWN = "canvas => canvas.toDataURL()"


def test_pixels_are_looked_at_under_a_lens_and_differences_on_a_map(page: Page):
    choose(page, "Lens")
    lens = page.locator("canvas[data-of=after]")
    expect(lens).to_be_visible()
    stage = page.locator("[data-stage]")
    stage.scroll_into_view_if_needed()
    page.mouse.click(*centre(stage))
    first = lens.evaluate(DRAWN)
    stage.focus()
    for _ in range(6):
        page.keyboard.press("ArrowDown")
    assert lens.evaluate(DRAWN) != first
    check(page, "versions-lens")
    choose(page, "Difference")
    heat = page.locator("[data-heat]")
    expect(heat).to_be_visible()
    expect(page.get_by_text("10 and more")).to_be_visible()
    expect(heat).not_to_have_js_property("naturalWidth", 0)
    check(page, "versions-map")
    assert page.problems == []  # type: ignore[attr-defined]


def test_the_keys_enlarge_move_and_fit_again(page: Page):
    stage = page.locator("[data-stage]")
    stage.focus()
    for key in ("+", "+", "ArrowLeft", "ArrowUp"):
        page.keyboard.press(key)
    assert style(page, "zoom") > 1.5 and style(page, "x") > 0 and style(page, "y") > 0
    expect(page.locator("[data-zoom-now]")).not_to_have_text("Fit")
    page.keyboard.press("0")
    assert (style(page, "zoom"), style(page, "x")) == (1, 0)
    assert page.problems == []  # type: ignore[attr-defined]


def test_a_version_is_used_named_undone_and_compared_with_any_other(page: Page):
    strip = page.locator(".version-strip")
    expect(strip.get_by_role("listitem")).to_have_count(2)
    page.get_by_role("button", name="Use this version").click()
    expect(page.get_by_text("This version is in use now.")).to_be_visible()
    expect(strip.locator(".version-now")).to_contain_text("in use")
    page.get_by_text("Name this version").click()
    page.locator("#version-name").fill("For the window")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(strip.get_by_text("For the window")).to_be_visible()
    check(page, "versions-strip")
    assert all(pick.evaluate(FITS) for pick in page.locator(".version-pick select").all())
    page.goto("/gallery")
    expect(page.get_by_text("Later version")).to_be_visible()
    page.go_back()
    page.get_by_role("button", name="Back to the original").click()
    expect(page.get_by_text("The original is in use again.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("This version is in use now.")).to_be_visible()
    page.get_by_label("Before", exact=True).select_option(index=1)
    page.get_by_label("After", exact=True).select_option(index=0)
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(page.get_by_role("heading", name="Compare versions")).to_be_visible()
    expect(page.get_by_text("dB PSNR")).to_be_visible()
    expect(page.locator("[data-pane=before] img")).to_have_attribute("alt", re.compile("1536"))
    check(page, "versions-page")
    assert page.problems == []  # type: ignore[attr-defined]
