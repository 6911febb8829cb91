"""Two people at one image, each in a browser of their own: they see each other, point, follow and react."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from designer.assets.models import Asset
from designer.jobs import lanes
from designer.jobs.models import Lane
from teams.accounts.models import User
from teams.membership.models import Membership
from tests.e2e.test_enhance import check, open_asset
from tests.e2e.test_studio import make
from tests.e2e.visiting import elsewhere, operator, visitor

NOTE_PROGRESS = """() => {
  window.noted = [];
  const note = () => {
    const bar = document.querySelector("[data-progress]");
    if (bar && bar.value !== noted.at(-1)) noted.push(bar.value);
    if (bar || !noted.length) requestAnimationFrame(note);
  };
  note();
}"""


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


def join(asset_id: str) -> None:
    """The newest person becomes an editor in the team of this image."""
    person = User.objects.latest("created_at")
    Membership.objects.create(team=Asset.objects.get(pk=asset_id).team, user=person, role="editor")
    User.objects.filter(pk=person.pk).update(name="Ben Okri")


def test_two_at_one_image_see_each_other_point_follow_and_react(ada: Page, ben: Page):
    follow_ben = ada.get_by_role("button", name="Follow Ben Okri")
    expect(follow_ben).to_be_visible()
    expect(ada.get_by_role("group", name="Also here").get_by_role("status")).to_have_text("Ben Okri is here.")

    box = ben.locator("zoom-view img").bounding_box()
    assert box
    ben.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    pointer = ada.locator(".pointer")
    expect(pointer).to_have_text("Ben Okri")
    there, mine = ada.locator("zoom-view img").bounding_box(), pointer.bounding_box()  # first: a pointer at rest goes
    check(ada, "together-pointer")
    check(ben, "together-pointer")
    assert there and mine
    assert abs(mine["x"] - (there["x"] + there["width"] / 2)) < 3, "the middle of his picture is the middle of hers"
    assert abs(mine["y"] - (there["y"] + there["height"] / 2)) < 3

    ben.get_by_role("button", name="Love it").click()
    expect(ada.locator(".reaction")).to_have_text("♥")
    expect(ada.locator(".reaction")).to_be_hidden()

    follow_ben.focus()
    ada.keyboard.press("Enter")
    expect(follow_ben).to_have_attribute("aria-pressed", "true")
    ben.locator("zoom-view").focus()
    ben.keyboard.press("Enter")
    expect(ada.locator("zoom-view")).to_have_attribute("data-zoomed", "")
    check(ada, "together-followed")
    ada.locator("zoom-view").focus()
    ada.keyboard.press("Escape")
    expect(follow_ben).to_have_attribute("aria-pressed", "false")
    expect(ben.locator("zoom-view")).to_have_attribute("data-zoomed", "")

    ben.goto("/gallery")
    expect(follow_ben).to_be_hidden()
    assert [page.problems for page in (ada, ben)] == [[], []]  # type: ignore[attr-defined]


def test_two_watch_one_generation_to_its_end_and_neither_page_is_loaded_again(ada: Page, ben: Page):
    elsewhere(lambda: lanes.pause(actor=operator(), lane=Lane.INTERACTIVE))  # so that both are there before it begins
    try:
        ada.goto("/")
        ada.get_by_label("Your brief").fill("a wool coat")
        ada.get_by_role("button", name="Make images").click()
        run = ada.locator(".run-card", has_text="a wool coat")
        expect(run).to_contain_text("Queued")
        address = run.locator(".run-brief a").get_attribute("href") or ""
        for page in (ada, ben):
            page.goto(address)
            expect(page.get_by_role("progressbar", name="Progress")).to_be_visible()
            page.evaluate(NOTE_PROGRESS)
    finally:
        elsewhere(lambda: lanes.resume(actor=operator(), lane=Lane.INTERACTIVE))
    for page in (ada, ben):
        expect(page.locator(".run-card")).to_contain_text("Succeeded", timeout=90_000)
        expect(page.locator(".run-card .tile")).to_have_count(2)
        assert any(0 < percent < 100 for percent in page.evaluate("noted"))  # gone from a page that was loaded again
    assert [page.problems for page in (ada, ben)] == [[], []]  # type: ignore[attr-defined]


def test_who_is_alone_sees_nobody(ada: Page):
    expect(ada.get_by_role("group", name="Also here")).to_be_hidden()
    assert not re.search("is here", ada.locator("main").inner_text())


def test_a_like_of_one_is_seen_by_the_other_on_the_image_and_in_the_gallery(ada: Page, ben: Page):
    gallery = ada.context.new_page()
    gallery.goto("/gallery")
    expect(gallery.locator(".tile")).not_to_have_count(0)
    ben.get_by_role("button", name="Like", exact=True).click()
    expect(ada.get_by_text("Liked by Ben Okri.")).to_be_visible()
    expect(gallery.get_by_text("1 person likes it")).to_be_attached()
    check(ada, "liked")
    ben.get_by_role("button", name="Like", exact=True).click()
    expect(ada.get_by_text("Liked by Ben Okri.")).to_be_hidden()
    expect(gallery.get_by_text("1 person likes it")).to_have_count(0)
    ada.get_by_role("button", name="Move to trash").click()
    expect(ada.get_by_text("Moved to the trash")).to_be_visible()
    ben.get_by_role("button", name="Like", exact=True).click()
    expect(ben.locator("section[aria-labelledby='say']").get_by_role("alert")).to_contain_text("trash")
    check(ben, "like-refused")
