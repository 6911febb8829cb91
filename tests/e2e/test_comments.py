"""Two people talk about one image: what one says is there for the other at once, at its spot of the picture."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from batches.models import Batch
from designer.assets.models import Asset
from teams.review.collections.services import create
from teams.review.models import Comment
from tests.e2e.test_enhance import check, open_asset
from tests.e2e.test_studio import make
from tests.e2e.test_together import join
from tests.e2e.visiting import elsewhere, visitor


@pytest.fixture
def ada(browser: Browser, studio_url: str) -> Iterator[Page]:
    with visitor(browser, studio_url, "desk") as page:
        make(page, "a silk dress")
        open_asset(page)
        yield page


@pytest.fixture
def ben(browser: Browser, studio_url: str, ada: Page) -> Iterator[Page]:
    """Ada's colleague, who has just opened the same image on the phone."""
    with visitor(browser, studio_url, "phone") as page:
        elsewhere(lambda: join(ada.url.rstrip("/").rpartition("/")[2]))
        page.goto(ada.url)
        yield page


PICTURE = """async () => {
  const image = document.querySelector("[data-pane=after] img, zoom-view img");
  await image.decode();
  // a pin follows its picture before the next frame is painted
  for (const _ of [1, 2]) await new Promise(requestAnimationFrame);
  const box = image.getBoundingClientRect();
  const scale = Math.min(box.width / image.naturalWidth, box.height / image.naturalHeight);
  const [width, height] = [image.naturalWidth * scale, image.naturalHeight * scale];
  const pin = document.querySelector(".pin")?.getBoundingClientRect();
  const [left, top] = [box.x + (box.width - width) / 2, box.y + (box.height - height) / 2];
  return { left, top, width, height, pin: pin && [pin.x + pin.width / 2, pin.y + pin.height / 2] };
}"""


def press(page: Page, x: float, y: float) -> None:
    """Press a spot of the picture, which may be smaller than its element."""
    seen = page.evaluate(PICTURE)
    page.mouse.click(seen["left"] + x * seen["width"], seen["top"] + y * seen["height"])


def spot(page: Page) -> tuple[float, float]:
    """Where the middle of the pin is, in shares of the picture as it stands on the screen."""
    seen = page.evaluate(PICTURE)
    return (seen["pin"][0] - seen["left"]) / seen["width"], (seen["pin"][1] - seen["top"]) / seen["height"]


def test_two_talk_about_a_spot_of_an_image(ada: Page, ben: Page):
    ada.get_by_role("button", name="Pin to a spot").click()
    press(ada, 0.25, 0.5)
    assert not ada.locator("zoom-view[data-zoomed]").count(), "a press while pinning does not enlarge"
    assert spot(ada) == pytest.approx((0.25, 0.5), abs=0.01)
    check(ada, "comment-pinning")
    ada.get_by_label("Say something").fill("Shorten the hem")
    ada.get_by_role("button", name="Comment", exact=True).click()

    pin = ben.get_by_role("button", name=re.compile("^Comment 1 by .*: Shorten the hem"))
    expect(pin).to_be_visible()
    expect(ben.locator(".comment-text")).to_have_text("Shorten the hem")
    assert spot(ben) == pytest.approx((0.25, 0.5), abs=0.02), "at the same spot of a smaller picture"
    check(ben, "comments")
    pin.focus()
    ben.keyboard.press("Enter")
    assert not ben.locator("zoom-view[data-zoomed]").count()
    expect(ben.locator(".comment[data-active]")).to_be_focused()

    ben.get_by_role("button", name="Answer", exact=True).click()
    ben.get_by_label(re.compile("^Answer to ")).fill("By two fingers")
    ada.get_by_label("Say something").fill("half a sentence")
    ben.get_by_role("button", name="Comment", exact=True).click()
    expect(ada.locator(".comment-answers .comment-text")).to_have_text("By two fingers")
    expect(ada.get_by_label("Say something")).to_have_value("half a sentence")
    expect(ada.get_by_role("link", name="Notifications, 1 unread")).to_be_visible()
    check(ada, "comments")

    ada.locator("zoom-view").focus()
    ada.keyboard.press("Enter")
    expect(ada.locator("zoom-view")).to_have_attribute("data-zoomed", "")
    expect(ada.locator(".pin")).to_be_visible()
    assert spot(ada) == pytest.approx((0.25, 0.5), abs=0.01), "the pin follows an enlarged picture"

    ada.get_by_role("button", name="Take back").first.click()
    expect(ben.get_by_text("Taken back.")).to_be_visible()
    expect(ben.locator(".pin")).to_have_count(0)
    assert [page.problems for page in (ada, ben)] == [[], []]  # type: ignore[attr-defined]


def test_the_keyboard_alone_pins_says_edits_and_takes_back(ada: Page):
    ada.get_by_role("button", name="Pin to a spot").focus()
    ada.keyboard.press("Enter")
    expect(ada.locator(".pin-draft")).to_be_focused()
    for _ in range(2):
        ada.keyboard.press("Shift+ArrowRight")
    ada.keyboard.press("ArrowUp")
    ada.keyboard.press("Enter")
    expect(ada.get_by_label("Say something")).to_be_focused()
    ada.keyboard.type("A wider cuff")
    ada.keyboard.press("Control+Enter")
    expect(ada.locator(".comment-text")).to_have_text("A wider cuff")
    assert spot(ada) == pytest.approx((0.6, 0.49), abs=0.005)
    ada.get_by_role("button", name="Edit your comment").focus()
    ada.keyboard.press("Enter")
    expect(ada.get_by_label("Say it better")).to_have_value("A wider cuff")
    ada.keyboard.type(", please")
    ada.keyboard.press("Control+Enter")
    expect(ada.locator(".comment-text")).to_have_text("A wider cuff, please")
    ada.get_by_role("button", name="Pin to a spot").focus()
    ada.keyboard.press("Enter")
    ada.keyboard.press("Escape")
    expect(ada.locator(".pin-draft")).to_have_count(0)
    ada.get_by_role("button", name=re.compile("^Take back")).focus()
    ada.keyboard.press("Enter")
    expect(ada.get_by_text("Nothing was said yet.")).to_be_visible()
    assert ada.problems == []  # type: ignore[attr-defined]


def test_a_pin_on_the_original_stands_at_its_spot_of_the_enhanced_version_and_follows_its_enlargement(ada: Page):
    ada.get_by_role("button", name="Pin to a spot").focus()
    ada.keyboard.press("Enter")
    ada.keyboard.press("Shift+ArrowRight")
    ada.keyboard.press("Enter")
    ada.keyboard.type("This button")
    ada.keyboard.press("Control+Enter")
    expect(ada.locator(".comment-text")).to_have_text("This button")
    ada.get_by_role("button", name=re.compile("Upscale 2")).click()
    after = ada.get_by_role("link", name=re.compile("before and after"))
    expect(after).to_be_visible(timeout=90_000)
    after.click()
    expect(ada.locator(".pin")).to_be_visible()
    expect(ada.get_by_role("link", name="Said of the original")).to_be_visible()
    assert spot(ada) == pytest.approx((0.55, 0.5), abs=0.005)
    check(ada, "comments-version")
    stage = ada.locator("[data-stage]")
    stage.focus()
    for _ in range(3):
        ada.keyboard.press("+")
    ada.keyboard.press("ArrowLeft")
    assert spot(ada) == pytest.approx((0.55, 0.5), abs=0.005)
    ada.get_by_role("button", name="Side by side").click()
    assert spot(ada) == pytest.approx((0.55, 0.5), abs=0.005)
    check(ada, "comments-version-split")


FRAME = """() => {
  const [frame, sheet] = [".pin-frame", ".pins"].map((each) => document.querySelector(each).getBoundingClientRect());
  return [(frame.x - sheet.x) / sheet.width, (frame.y - sheet.y) / sheet.height, frame.width / sheet.width,
    frame.height / sheet.height];
}"""


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Over the picture, from one spot to another."""
    seen = page.evaluate(PICTURE)
    (left, top), (right, low) = [
        (seen["left"] + x * seen["width"], seen["top"] + y * seen["height"]) for x, y in (start, end)
    ]
    page.mouse.move(left, top)
    page.mouse.down()
    page.mouse.move((left + right) / 2, (top + low) / 2)
    page.mouse.move(right, low)
    page.mouse.up()


def test_a_region_is_drawn_somebody_is_named_and_the_thread_is_reacted_to_and_resolved(ada: Page, ben: Page):
    ada.get_by_role("button", name="Pin to a spot").click()
    drag(ada, (0.6, 0.7), (0.3, 0.4))
    assert ada.evaluate(FRAME) == pytest.approx((0.3, 0.4, 0.3, 0.3), abs=0.02)
    check(ada, "comment-region")
    field = ada.get_by_label("Say something")
    field.fill("")
    field.press_sequentially("**Softer** here, @Be")
    expect(ada.get_by_role("option", name="Ben Okri")).to_be_visible()
    check(ada, "comment-naming")
    ada.keyboard.press("Enter")
    expect(field).to_have_value("**Softer** here, @Ben Okri ")
    ada.get_by_role("button", name="Comment", exact=True).click()

    expect(ben.locator(".mention")).to_have_text("@Ben Okri")
    expect(ben.locator(".comment-text strong")).to_have_text("Softer")
    assert ben.evaluate(FRAME) == pytest.approx((0.3, 0.4, 0.3, 0.3), abs=0.02), "on the phone too"
    expect(ben.get_by_role("link", name="Notifications, 1 unread")).to_be_visible()
    ben.get_by_label(re.compile("^React to the comment")).click()
    check(ben, "comment-signs")
    ben.get_by_role("button", name="Love", exact=True).click()
    expect(ada.get_by_role("button", name="Love 1")).to_be_visible()
    check(ada, "comment-region-said")
    ben.get_by_role("button", name=re.compile("^Resolve the thread")).click()
    expect(ada.get_by_text("by Ben Okri,")).to_be_visible()
    expect(ada.locator(".comment-text")).to_be_hidden()
    check(ben, "comment-resolved")
    ada.get_by_role("button", name=re.compile("^Comment 1 by .*, resolved")).click()
    expect(ada.locator(".comment[data-active]")).to_be_focused()
    ada.get_by_role("button", name=re.compile("^Reopen the thread")).click()
    expect(ben.get_by_text("by Ben Okri,")).to_have_count(0)
    assert [page.problems for page in (ada, ben)] == [[], []]  # type: ignore[attr-defined]


def test_a_finger_draws_a_region(ben: Page):
    ben.get_by_role("button", name="Pin to a spot").click()
    seen = ben.evaluate(PICTURE)
    touch = ben.context.new_cdp_session(ben)
    way = [(0.2 + step * 0.1, 0.3 + step * 0.1) for step in range(5)]
    for place, (x, y) in enumerate(way):
        at = {"x": seen["left"] + x * seen["width"], "y": seen["top"] + y * seen["height"]}
        kind = "touchStart" if place == 0 else "touchMove"
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [at]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    assert ben.evaluate(FRAME) == pytest.approx((0.2, 0.3, 0.4, 0.4), abs=0.02)
    check(ben, "comment-region-touch")


def test_a_region_is_set_by_the_keyboard_and_what_was_said_before_is_read(ada: Page):
    ada.get_by_role("button", name="Pin to a spot").focus()
    ada.keyboard.press("Enter")
    for key in ("ArrowLeft", "+", "+", "Control+ArrowRight", "Enter"):
        ada.keyboard.press(key)
    assert ada.evaluate(FRAME) == pytest.approx((0.49, 0.5, 0.13, 0.12), abs=0.005)
    ada.keyboard.type("Wide")
    ada.keyboard.press("Control+Enter")
    expect(ada.get_by_role("button", name="Show the region")).to_be_visible()
    ada.get_by_role("button", name="Edit your comment").focus()
    ada.keyboard.press("Enter")
    ada.keyboard.type("r")
    ada.keyboard.press("Control+Enter")
    expect(ada.locator(".comment-text")).to_have_text("Wider")
    ada.get_by_text("edited").click()
    expect(ada.locator(".comment-wordings .comment-text")).to_have_text("Wide")
    check(ada, "comment-history")
    assert ada.problems == []  # type: ignore[attr-defined]


def test_a_collection_and_a_batch_are_spoken_of_on_their_pages(ada: Page):
    asset, pages = ada.url.rstrip("/").rpartition("/")[2], []
    elsewhere(lambda: pages.extend(things_around(asset)))
    for page in pages:
        ada.goto(page)
        ada.get_by_label("Say something").fill("- too dark\n- too long")
        ada.get_by_role("button", name="Comment", exact=True).click()
        expect(ada.locator(".comment-text li")).to_have_text(["too dark", "too long"])
        expect(ada.get_by_role("button", name="Pin to a spot")).to_have_count(0)
        check(ada, f"comment{page[: page.rindex('/')].replace('/', '-')}")
    assert ada.problems == []  # type: ignore[attr-defined]


def things_around(asset_id: str) -> list[str]:
    """The pages of a collection with this image in it, and of a batch."""
    asset = Asset.objects.get(pk=asset_id)
    collection = create(actor=asset.owner, team_id=asset.team_id, name="Autumn", assets=[asset.pk])
    batch = Batch.objects.create(team=asset.team, owner=asset.owner, title="Ten coats", plan={})
    return [f"/collections/{collection.pk}", f"/batches/{batch.pk}"]


def test_older_threads_are_turned_to_and_stay_while_something_new_is_said(ada: Page, ben: Page):
    asset = ada.url.rstrip("/").rpartition("/")[2]
    elsewhere(lambda: talk_much(asset))
    ben.reload()
    ben.wait_for_function("Boolean(customElements.get('comment-threads'))")  # before that it is a link like any other
    ben.get_by_role("link", name="Older comments").click()
    expect(ben.locator(".comment-text").first).to_have_text("No. 4")
    expect(ben.locator(".comment-text")).to_have_count(5)
    expect(ben.locator(".comment").first).to_be_focused()
    check(ben, "comments-older")
    ben.get_by_role("button", name="Answer", exact=True).first.click()
    ben.get_by_label(re.compile("^Answer to ")).fill("I agree")
    ben.get_by_role("button", name="Comment", exact=True).click()
    expect(ben.locator(".comment-answers .comment-text")).to_have_text("I agree")
    ada.get_by_label("Say something").fill("And now?")
    ada.get_by_role("button", name="Comment", exact=True).click()
    expect(ben.get_by_role("status").filter(has_text="And now?")).to_have_count(1)
    expect(ben.locator(".comment-text").first).to_have_text("No. 4")
    ben.get_by_role("link", name="Newest comments").click()
    expect(ben.locator(".comment-text").first).to_have_text("And now?")
    assert [page.problems for page in (ada, ben)] == [[], []]  # type: ignore[attr-defined]


def talk_much(asset_id: str) -> None:
    asset = Asset.objects.get(pk=asset_id)
    for number in range(25):
        Comment.objects.create(team=asset.team, asset=asset, author=asset.owner, text=f"No. {number}")
