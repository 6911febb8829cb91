"""The brief box as a command line and the prompt in its parts, typed in a real browser."""

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.test_journey import note, sign_up
from tests.e2e.test_studio import check_contrast_and_names

WAYS = {"desk": ((1440, 900), "light"), "phone": ((390, 844), "dark")}


@pytest.mark.parametrize("way", WAYS)
def test_an_order_in_words_is_shown_and_its_prompt_reworded_while_it_is_read_again(
    way, browser: Browser, studio_url: str
):
    (width, height), scheme = WAYS[way]
    context = browser.new_context(base_url=studio_url, viewport={"width": width, "height": height}, color_scheme=scheme)
    page = context.new_page()
    page.size_name, page.problems = way, []  # type: ignore[attr-defined]
    page.on("console", lambda said: note(page, said))
    sign_up(page)
    page.goto("/")
    page.get_by_label("Your brief").fill("3 midi dresses in emerald silk, editorial, with Sketchbook")
    expect(page.locator(".chip-told")).to_have_count(2)
    expect(page.locator("[data-understood-said]")).to_contain_text("Understood: garment dress, ")
    assert page.locator("[aria-live]:has(input, select)").count() == 0  # a field that is read out whole at each letter
    expect(page.locator("[data-estimate]")).to_contain_text("3 images")
    draw = page.locator("[name=draw]")
    shown = draw.input_value()
    page.get_by_text("The prompt this gives").click()
    own = page.get_by_label("own", exact=True)
    own.press_sequentially("in the manner ", delay=20)
    expect(page.locator("#prompt-parts > p").first).to_contain_text("in the manner")
    own.press_sequentially("of 1962", delay=20)
    expect(own).to_have_value("in the manner of 1962")
    expect(own).to_be_focused()
    expect(page.locator("#prompt-parts > p").first).to_contain_text("in the manner of 1962")
    first = page.locator("[name=part-now-1]")
    before = first.input_value()
    first.fill("")
    expect(page.locator("#prompt-parts > p").first).not_to_contain_text(before)
    expect(page.locator("[name=part-now-1]")).to_have_attribute("placeholder", f"left out: {before}")
    check_contrast_and_names(page, "composing")
    expect(draw).to_have_value(shown)  # words do not jump while one types
    page.get_by_role("button", name=re.compile("Make images")).click()
    expect(draw).not_to_have_value(shown)  # the same again is drawn anew
    card = page.locator(".run-card").first
    expect(card).to_contain_text("Succeeded", timeout=60_000)
    expect(card.locator(".tiles-run > li")).to_have_count(3)
    assert page.problems == []  # type: ignore[attr-defined]
    context.close()


def test_what_scrolls_sideways_shows_where_more_of_it_lies(browser: Browser, studio_url: str):
    context = browser.new_context(base_url=studio_url, viewport={"width": 700, "height": 800}, color_scheme="light")
    page = context.new_page()
    page.size_name, page.problems = "tablet", []  # type: ignore[attr-defined]
    sign_up(page)
    tabs = page.locator(".tabs")

    def expect_fades_at(place: str, before: str, after: str) -> None:
        """Scrolled there in each frame anew: what is loaded late may still move the end."""
        page.wait_for_function(
            f"""([before, after]) => {{
                const box = document.querySelector(".tabs");
                box.scrollLeft = {place};
                const fade = (name) => getComputedStyle(box).getPropertyValue(name);
                return fade("--more-before") === before && fade("--more-after") === after;
            }}""",
            arg=[before, after],
        )

    for width, motion in ((700, "no-preference"), (700, "reduce"), (841, "no-preference")):
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(reduced_motion=motion)
        expect_fades_at("0", "0px", "40px")
        expect_fades_at("box.scrollWidth", "40px", "0px")
    page.set_viewport_size({"width": 1440, "height": 800})
    expect(tabs).to_have_css("--more-before", "0px")  # all of it is in sight
    expect(tabs).to_have_css("--more-after", "0px")
    context.close()


def test_a_table_that_was_scrolled_and_then_fits_fades_nowhere(browser: Browser, studio_url: str):
    context = browser.new_context(base_url=studio_url, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.size_name, page.problems = "phone", []  # type: ignore[attr-defined]
    sign_up(page)
    page.goto("/settings/notifications")
    table = page.locator(".table-scroll").first
    none = re.compile(r"^0(\.\d+)?px$")  # the last part of a pixel is not scrolled to
    for width, scrolled, before, after in ((320, 0, none, "40px"), (320, 999, "40px", none), (1440, 0, none, none)):
        page.set_viewport_size({"width": width, "height": 844})
        table.evaluate("(box, left) => { box.scrollLeft = left; }", scrolled)
        expect(table).to_have_css("--more-before", before)
        expect(table).to_have_css("--more-after", after)
    context.close()


def test_the_composer_keeps_within_its_card_on_a_phone(browser: Browser, studio_url: str):
    context = browser.new_context(base_url=studio_url, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.size_name, page.problems = "phone", []  # type: ignore[attr-defined]
    sign_up(page)
    page.get_by_label("Your brief").fill("a silk dress, editorial")
    expect(page.locator("#fix-photography")).to_have_value(re.compile("editorial"))
    inner = "(form) => form.getBoundingClientRect().right - parseFloat(getComputedStyle(form).paddingRight)"
    right = page.locator("[data-composer]").evaluate(inner)
    for part in ("[data-submit]", ".chip:has(#fix-photography)", ".composer-end"):
        box = page.locator(part).bounding_box()
        assert box is not None and box["x"] + box["width"] <= right + 0.5, part
    context.close()


BROKEN = """() => {
  const lines = (node) => {
    const range = document.createRange();
    range.selectNodeContents(node);
    const shown = [...range.getClientRects()].filter((each) => each.width > 1);
    shown.sort((one, other) => one.top - other.top);
    let count = 0, end = -Infinity;  // a line goes as far down as whatever stands in it
    for (const { top, bottom } of shown) { if (top >= end - 2) count += 1; end = Math.max(end, bottom); }
    return count;
  };
  const chips = [...document.querySelectorAll(".understood .chip")].filter((each) => each.offsetParent);
  const whole = chips.flatMap((chip) => [...chip.children].filter((each) => each.matches(
    "label, span:first-child, .chip-source") && !each.matches(".chip-told > .chip-source, .visually-hidden")));
  const told = whole.filter((each) => lines(each) > 1).map((each) => each.textContent.trim());
  for (const chip of chips) {
    const box = chip.getBoundingClientRect();
    const round = parseFloat(getComputedStyle(chip).borderRadius) > 17;
    if (round || box.right > innerWidth) told.push(`beyond its edge: ${chip.innerText}`);
  }
  const colours = document.querySelector("#fix-colours");
  return colours.scrollWidth > colours.clientWidth ? [...told, `cut: ${colours.value}`] : told;
}"""  # what of the chips goes on in a second line, lies in a corner or is cut off


@pytest.mark.parametrize("way", WAYS)
def test_a_chip_breaks_between_its_parts_and_never_within_a_label(way, browser: Browser, studio_url: str):
    (width, height), scheme = WAYS[way]
    context = browser.new_context(base_url=studio_url, viewport={"width": width, "height": height}, color_scheme=scheme)
    page = context.new_page()
    page.size_name, page.problems = way, []  # type: ignore[attr-defined]
    sign_up(page)
    page.goto("/")
    page.get_by_label("Your brief").fill(
        "twelve midi dresses in emerald silk, ivory and burgundy with puff sleeves, a belt and a cropped denim jacket, "
        "no lace, with gpt-image-9, editorial on the street in soft light"
    )
    expect(page.locator(".chip-told")).to_have_count(3)
    expect(page.locator("#fix-colours")).to_have_value("emerald, ivory, burgundy")
    assert page.evaluate(BROKEN) == []
    check_contrast_and_names(page, "chips")
    assert page.problems == []  # type: ignore[attr-defined]
    context.close()
