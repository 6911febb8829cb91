"""A cut-out lies on chequers wherever it is looked at closely; what has no hole does not."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.test_enhance import check
from tests.e2e.visiting import WAYS, visitor

GROUND = """async (part) => {
  if (part.matches("img")) await part.decode();
  await new Promise(requestAnimationFrame);
  return getComputedStyle(part).backgroundImage;
}"""


@pytest.fixture(params=WAYS)
def page(request: pytest.FixtureRequest, browser: Browser, studio_url: str) -> Iterator[Page]:
    with visitor(browser, studio_url, request.param) as page:
        yield page


def uploaded(page: Page, folder: Path, image: Image.Image) -> str:
    """Its id."""
    path = folder / f"{image.mode}.png"
    image.save(path)
    page.goto("/")
    page.locator("#id_photos").set_input_files(path)
    expect(page.locator(".reference")).to_have_count(1)
    return page.locator(".reference input[name=references]").get_attribute("value") or ""


def chequered(part: Locator) -> bool:
    return "conic-gradient" in str(part.evaluate(GROUND))


def test_a_cut_out_is_shown_on_chequers(page: Page, tmp_path: Path):
    whole = Image.new("RGB", (120, 160), "#8c2f39")
    cut = Image.new("RGBA", whole.size, (0, 0, 0, 0))
    ImageDraw.Draw(cut).ellipse((20, 20, 100, 140), fill=(140, 47, 57, 255))
    first, second = uploaded(page, tmp_path, cut), uploaded(page, tmp_path, whole)
    page.goto(f"/assets/{second}")
    assert not chequered(page.locator(".zoom"))
    page.goto(f"/assets/{first}")
    assert chequered(page.locator(".zoom"))
    check(page, "cut-out")
    page.goto(f"/compare?asset={first}&asset={second}")
    assert [chequered(page.locator(".board-view").nth(each)) for each in (0, 1)] == [True, False]
    page.goto(f"/assets/{first}")
    page.get_by_role("button", name=re.compile("Upscale 2")).click()
    page.get_by_role("link", name=re.compile("before and after")).click(timeout=120_000)
    expect(page.get_by_text("dB PSNR")).to_be_visible()
    assert all(chequered(page.locator(f"[data-pane={name}]")) for name in ("before", "after"))
    check(page, "cut-out-before-after")
    page.goto(f"/assets/{first}")
    assert chequered(page.locator(".version img").first)
    check(page, "cut-out-versions")
    assert page.problems == []  # type: ignore[attr-defined]


def test_small_pictures_lie_on_chequers_and_a_reviews_stage_does_for_a_cut_out(page: Page, tmp_path: Path):
    whole = Image.new("RGB", (120, 160), "#8c2f39")
    cut = Image.new("RGBA", whole.size, (0, 0, 0, 0))
    ImageDraw.Draw(cut).ellipse((20, 20, 100, 140), fill=(140, 47, 57, 255))
    first = uploaded(page, tmp_path, cut)
    assert chequered(page.locator(".reference img"))
    second = uploaded(page, tmp_path, whole)
    page.goto("/gallery?kind=uploaded")
    assert all(chequered(tile) for tile in page.locator(".tile img").all())
    check(page, "cut-out-gallery")
    page.get_by_role("button", name="Select all shown").click()
    page.get_by_role("button", name="Collect").click()
    page.get_by_label("A new collection", exact=True).fill("Cut out")
    page.get_by_role("button", name="Make it").click()
    expect(page.get_by_role("heading", name="Cut out")).to_be_visible()
    page.get_by_role("button", name="Begin a review").click()
    stage = page.locator("review-stage")
    for place, asset in enumerate((second, first), start=1):
        expect(page.locator("[data-place]")).to_contain_text(f"{place} of 2")
        expect(page.locator("[data-image]")).to_have_attribute("src", re.compile(asset))
        assert chequered(stage) is (asset == first)
        check(page, f"cut-out-review-{place}")
        page.locator("[data-step='1']").click()
    assert all(chequered(small) for small in page.locator(".strip img").all())
    assert page.problems == []  # type: ignore[attr-defined]
