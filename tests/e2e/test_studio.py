"""The Studio and the Gallery by other roads: dropped and pasted photos, no script, dark, the keyboard alone."""

import base64
import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests import images
from tests.e2e.test_journey import BRIEF, note, sign_up

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
HAND_OVER = """([kind, files]) => {
  const data = new DataTransfer();
  for (const [name, text] of files) {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    data.items.add(new File([bytes], name, { type: "image/png" }));
  }
  const target = document.querySelector("[data-dropzone]");
  const facts = { bubbles: true, cancelable: true };
  target.dispatchEvent(kind === "drop" ? new DragEvent("drop", { ...facts, dataTransfer: data })
                                       : new ClipboardEvent("paste", { ...facts, clipboardData: data }));
}"""


@pytest.fixture
def context(browser: Browser, studio_url: str) -> Iterator[BrowserContext]:
    made = browser.new_context(base_url=studio_url, viewport={"width": 1280, "height": 900}, color_scheme="dark")
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """Somebody new, signed in, in a dark room."""
    page = context.new_page()
    page.size_name, page.problems = "dark", []  # type: ignore[attr-defined]
    page.on("console", lambda said: note(page, said))
    sign_up(page)
    return page


def picture(name: str) -> list[str]:
    return [name, base64.b64encode(images.encoded("PNG", images.photo((60, 80)))).decode()]


def make(page: Page, brief: str) -> None:
    page.get_by_label("Your brief").fill(brief)
    page.get_by_role("button", name="Make images").click()
    expect(page.locator(".run-card").first).to_contain_text("Succeeded", timeout=90_000)


def check_contrast_and_names(page: Page, name: str) -> None:
    page.evaluate("scrollTo({top: 0, behavior: 'instant'})")  # what the bar half covers by chance is not small
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": WCAG}})
    assert not found.response["violations"], f"{name}: {found.generate_report()}"


def test_photos_are_dropped_and_pasted_several_at_once(page: Page):
    page.evaluate(HAND_OVER, ["drop", [picture("one.png"), picture("two.png")]])
    expect(page.locator(".reference")).to_have_count(2)
    page.evaluate(HAND_OVER, ["paste", [picture("three.png")]])
    expect(page.locator(".reference")).to_have_count(3)
    page.get_by_role("button", name=re.compile("Remove one")).click()
    expect(page.locator(".reference")).to_have_count(2)
    page.evaluate(HAND_OVER, ["drop", [["broken.png", base64.b64encode(b"no picture at all").decode()]]])
    expect(page.locator("[data-form-error]")).to_contain_text("broken.png")
    expect(page.locator(".reference")).to_have_count(2)


def test_every_page_is_readable_in_the_dark(page: Page):
    make(page, BRIEF)
    check_contrast_and_names(page, "studio")
    asset = page.locator(".run-card .tile a").first.get_attribute("href") or ""
    detail = page.locator(".run-brief a").first.get_attribute("href") or ""
    for path in (
        "/gallery",
        "/gallery?trash=1",
        "/gallery?q=nothing-like-it",
        "/settings",
        "/settings/tokens",
        asset,
        detail,
    ):
        page.goto(path)
        expect(page.get_by_role("heading").first).to_be_visible()
        check_contrast_and_names(page, path)


def test_what_is_selected_goes_to_the_trash_and_comes_back(page: Page):
    make(page, "a linen skirt")
    page.goto("/gallery")
    expect(page.locator(".tile")).to_have_count(2)
    page.get_by_label("Search").fill("wool coat")
    page.get_by_role("button", name="Filter").click()
    expect(page.locator(".tile")).to_have_count(0)
    page.goto("/gallery?q=skirt")
    page.get_by_role("button", name="Select all shown").click()
    page.get_by_role("button", name="Move to trash").click()
    expect(page.get_by_text("2 images moved to the trash.")).to_be_visible()
    page.goto("/gallery?trash=1")
    page.get_by_role("checkbox").first.check()
    page.get_by_role("button", name="Restore").click()
    expect(page.get_by_text("1 image restored.")).to_be_visible()
    page.goto("/gallery")
    expect(page.locator(".tile")).to_have_count(1)


def test_a_reload_in_the_middle_loses_nothing(page: Page):
    page.get_by_label("Your brief").fill(BRIEF)
    page.get_by_role("button", name="Make images").click()
    expect(page.locator(".run-card")).to_have_count(1)
    page.reload()
    expect(page.locator(".run-card")).to_have_count(1)
    expect(page.locator(".run-card").first).to_contain_text("Succeeded", timeout=90_000)
    expect(page.locator(".run-card .tile")).to_have_count(2)


def test_news_take_away_neither_what_is_pressed_nor_the_focus(page: Page):
    make(page, "a linen skirt")
    image = page.locator(".run-card .tile a").first
    renew = "image => { image.dataset.old = ''; image.closest('live-row').refresh() }"
    image.focus()
    image.evaluate(renew)
    expect(page.locator("[data-old]")).to_have_count(0)
    expect(image).to_be_focused()
    image.hover()
    page.mouse.down()
    with page.expect_response(re.compile("/card")):
        image.evaluate(renew)
    page.mouse.up()
    expect(page).to_have_url(re.compile("/assets/"))


def test_the_keyboard_alone_is_enough(page: Page):
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name=re.compile("skip", re.I))).to_be_focused()
    page.get_by_label("Your brief").focus()
    page.keyboard.type("a velvet blazer")
    button = page.get_by_role("button", name="Make images")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".run-card").first).to_contain_text("Succeeded", timeout=90_000)
    expect(button).to_be_focused()  # not thrown back to the top of the page
    page.locator(".run-card .tile a").first.focus()
    page.keyboard.press("Enter")
    like = page.get_by_role("button", name="Like", exact=True)
    like.focus()
    page.keyboard.press("Space")
    expect(like).to_have_attribute("aria-pressed", "true")


def test_without_script_a_brief_still_becomes_images(browser: Browser, studio_url: str):
    context = browser.new_context(base_url=studio_url, java_script_enabled=False)
    try:
        page = context.new_page()
        page.goto("/accounts/signup/")
        page.locator("input[type=email]").fill("no-script@example.org")
        page.locator("input[type=password]").first.fill("a-long-enough-password-7")
        page.get_by_role("button", name=re.compile("sign up|create", re.I)).click()
        page.get_by_label("Your brief").fill("a tweed coat")
        page.get_by_role("button", name="Make images").click()
        page.wait_for_url(re.compile("/generations/"))
        for _ in range(60):
            if page.locator(".run-card .badge", has_text="Succeeded").count():
                break
            page.wait_for_timeout(500)
            page.reload()
        assert page.locator(".tile img").count() == 2
    finally:
        context.close()
