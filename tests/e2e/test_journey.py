"""The first visit of a designer, in a real browser, on a desk and on a phone."""

import re
import uuid
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

PASSWORD = "a-long-enough-password-7"
BRIEF = "A midi wrap dress in emerald silk satin with long bishop sleeves"
SIZES = {"desk": (1440, 900), "phone": (390, 844)}
SHOTS = Path("var/screenshots")


@pytest.fixture(params=list(SIZES))
def page(request: pytest.FixtureRequest, browser: Browser, studio_url: str):
    width, height = SIZES[request.param]
    context = browser.new_context(base_url=studio_url, viewport={"width": width, "height": height})
    page = context.new_page()
    page.size_name = request.param  # type: ignore[attr-defined]
    page.problems = []  # type: ignore[attr-defined]
    page.on("console", lambda said: note(page, said))
    page.on("pageerror", lambda error: page.problems.append(str(error)))  # type: ignore[attr-defined]
    yield page
    context.close()


def note(page: Page, said: ConsoleMessage) -> None:
    if said.type in ("error", "warning"):
        page.problems.append(f"{said.text} {said.location['url']}")  # type: ignore[attr-defined]


def look(page: Page, name: str) -> None:
    """Keep a picture of the page, and hold it against WCAG."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / f"{name}-{page.size_name}.png", full_page=True)  # type: ignore[attr-defined]
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
    page.evaluate("scrollTo({top: 0, behavior: 'instant'})")  # what the bar half covers by chance is not small
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": tags}})
    assert not found.response["violations"], f"{name}: {found.generate_report()}"


def sign_up(page: Page) -> None:
    page.goto("/accounts/signup/")
    look(page, "sign-up")
    page.get_by_label(re.compile("e-?mail", re.I)).fill(f"{uuid.uuid4().hex[:12]}@example.org")
    page.locator("input[type=password]").first.fill(PASSWORD)
    page.get_by_role("button", name=re.compile("sign up|create", re.I)).click()
    expect(page.get_by_label("Your brief")).to_be_visible()
    page.wait_for_load_state("load")  # the scripts too: what is dropped before they listen is lost


def generate(page: Page, photo: Path) -> None:
    look(page, "studio-empty")
    page.locator("#id_photos").set_input_files(photo)
    expect(page.locator(".reference")).to_have_count(1)
    page.get_by_label("Your brief").fill(BRIEF)
    expect(page.locator("#fix-garment")).to_have_value("dress")
    expect(page.locator("[data-estimate]")).to_contain_text("$0.02")
    look(page, "studio-understood")
    page.get_by_role("button", name="Make images").click()
    card = page.locator(".run-card").first
    expect(card.locator("[data-progress], .tile").first).to_be_visible()
    expect(card.locator(".tile img").first).to_be_visible(timeout=90_000)
    expect(card).to_contain_text("Succeeded")
    look(page, "studio-result")


def open_and_enhance(page: Page) -> None:
    page.locator(".run-card .tile a").first.click()
    expect(page.get_by_role("button", name=re.compile("Upscale 2"))).to_be_visible()
    look(page, "asset")
    page.get_by_role("button", name=re.compile("Upscale 2")).click()
    page.get_by_role("link", name=re.compile("before and after")).click(timeout=120_000)
    slider = page.get_by_role("slider")
    expect(slider).to_be_visible()
    share = "e => getComputedStyle(e).getPropertyValue('--share')"
    before = page.locator("version-compare").evaluate(share)
    slider.focus()
    for _ in range(20):
        page.keyboard.press("ArrowRight")
    after = page.locator("version-compare").evaluate(share)
    assert before == "0.5" and after == "0.7"
    expect(page.get_by_text("dB PSNR")).to_be_visible()
    look(page, "before-after")


def like_and_leave(page: Page) -> None:
    like = page.get_by_role("button", name="Like", exact=True)
    like.click()
    expect(like).to_have_attribute("aria-pressed", "true")
    page.get_by_role("link", name="Gallery", exact=True).click()
    expect(page.locator(".tile").first).to_be_visible()
    look(page, "gallery")
    page.get_by_role("link", name="Settings").click()
    look(page, "settings")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("button", name=re.compile("sign in|log in", re.I))).to_be_visible()


def test_a_designer_signs_up_makes_enhances_likes_and_leaves(page: Page, photo: Path):
    sign_up(page)
    generate(page, photo)
    open_and_enhance(page)
    like_and_leave(page)
    assert page.problems == []  # type: ignore[attr-defined]
