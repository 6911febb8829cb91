"""A review with two people, each in a browser of their own: one presents, the other sees the same and votes."""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from designer.notifications import alerts
from teams.accounts.models import User
from teams.membership.models import Membership, Team
from teams.membership.services import remove_member
from tests.e2e.test_enhance import check
from tests.e2e.test_studio import make
from tests.e2e.visiting import elsewhere, visitor

CROSSED = re.compile(r"\b409\b.*/attendance$")  # "I am here", said as the review ended: the answer leads to the summary

# how each thing that can be reached is framed while it is not
REMEMBER = """() => {
  document.activeElement.blur();
  window.frame = (one) => { const { outline, boxShadow } = getComputedStyle(one); return outline + boxShadow; };
  window.frames0 = new Map([...document.querySelectorAll("review-room *")].map((one) => [one, frame(one)]));
}"""
STOP = """() => {
  const one = document.activeElement;
  if (!one.closest("review-room")) return null;
  const { left, top, right, bottom } = one.getBoundingClientRect();
  const over = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
  const name = (one.ariaLabel || one.labels?.[0]?.textContent || one.textContent).trim().replace(/\\s+/g, " ");
  const place = { left, right, top: top + scrollY, bottom: bottom + scrollY };
  return { name, ...place, ringed: frame(one) !== frames0.get(one), bare: one.contains(over) };
}"""


@pytest.fixture
def ada(browser: Browser, studio_url: str) -> Iterator[Page]:
    """At a desk, with a collection of three images."""
    with visitor(browser, studio_url, "desk") as page:
        make(page, "3 images of a silk dress")
        page.goto("/collections")
        expect(page.get_by_role("heading", name="No collections yet")).to_be_visible()
        check(page, "collections-empty")
        page.goto("/gallery")
        page.get_by_role("button", name="Select all shown").click()
        page.get_by_role("button", name="Collect").click()
        check(page, "collect")
        page.get_by_label("A new collection", exact=True).fill("Spring capsule")
        page.get_by_role("button", name="Make it").click()
        expect(page.get_by_role("heading", name="Spring capsule")).to_be_visible()
        yield page


@pytest.fixture
def ben(browser: Browser, studio_url: str, ada: Page) -> Iterator[Page]:
    """Ada's colleague, with a phone in the dark."""
    with visitor(browser, studio_url, "phone") as page:
        elsewhere(join)
        yield page


def join() -> None:
    """The newest person becomes an editor in the team of the one before."""
    ben, ada = User.objects.order_by("-created_at")[:2]
    Membership.objects.create(team=Team.objects.get(memberships__user=ada, personal=True), user=ben, role="editor")
    User.objects.filter(pk=ben.pk).update(name="Ben Okri")
    User.objects.filter(pk=ada.pk).update(name="Ada Mensah")


def begin(ada: Page, ben: Page) -> None:
    check(ada, "collection")
    ada.get_by_label("Seconds for each image").fill("90")
    ada.get_by_role("button", name="Begin a review").click()
    expect(ada.locator("[data-presenter]").first).to_have_text("You")
    ben.goto("/notifications")
    ben.get_by_role("link", name=re.compile("presents")).first.click()
    expect(ben.locator("[data-place]")).to_contain_text("1 of 3")
    expect(ben.locator("[data-presenter]").first).to_have_text("Ada Mensah")


def shown(page: Page) -> str:
    """The picture, in whichever width."""
    return (
        str(page.locator("[data-image]").get_attribute("src"))
        .partition("?")[0]
        .removesuffix("/thumbnail")
        .removesuffix("/content")
    )


def walk(page: Page) -> list[dict[str, Any]]:
    """Where Tab goes in the room, from the way back at its head to its end."""
    page.evaluate(REMEMBER)
    page.locator("review-room a").first.focus()
    page.keyboard.press("Shift+Tab")
    stops: list[dict[str, Any]] = []
    for _ in range(40):
        page.keyboard.press("Tab")
        if not (stop := page.evaluate(STOP)):
            return stops
        stops.append(stop)
    raise AssertionError(f"no end: {stops}")


def check_walk(stops: list[dict[str, Any]], *columns: tuple[str, str]) -> None:
    """Each stop is seen, and stands below the last one or right of it; `columns`: where another column begins."""
    assert [stop["name"] for stop in stops if not stop["ringed"]] == [], "these look alike with and without focus"
    assert [stop["name"] for stop in stops if not stop["bare"]] == [], "something lies over these"
    steps = list(pairwise(stops))
    up = [(last["name"], stop["name"]) for last, stop in steps if stop["bottom"] <= last["top"]]
    assert up == list(columns)
    rows = [(last, stop) for last, stop in steps if stop["top"] < last["bottom"] and last["top"] < stop["bottom"]]
    assert [(last["name"], stop["name"]) for last, stop in rows if stop["left"] < last["left"]] == []


def looks(page: Page) -> dict[str, float]:
    view: dict[str, float] = page.locator("review-stage").evaluate("stage => stage.look()")
    return view


def test_two_review_a_collection_together_from_the_first_image_to_the_summary(ada: Page, ben: Page):
    begin(ada, ben)
    assert shown(ada) == shown(ben)
    expect(ben.get_by_role("button", name="Follow Ada Mensah")).to_have_attribute("aria-pressed", "true")

    ada.locator("body").press("ArrowRight")
    expect(ada.locator("[data-place]")).to_contain_text("2 of 3")
    expect(ben.locator("[data-place]")).to_contain_text("2 of 3")
    assert shown(ada) == shown(ben)

    ada.locator("review-stage").focus()
    for _ in range(4):
        ada.keyboard.press("+")
    for _ in range(3):
        ada.keyboard.press("ArrowRight")
    hers = looks(ada)
    assert hers["zoom"] > 2 and hers["x"] > 0.5
    ben.wait_for_function(
        "([zoom, x, y]) => { const at = document.querySelector('review-stage').look();"
        " return Math.abs(at.zoom - zoom) < 0.01 && Math.abs(at.x - x) < 0.02 && Math.abs(at.y - y) < 0.02 }",
        arg=[hers["zoom"], hers["x"], hers["y"]],
    )
    check(ada, "session")
    check(ben, "session")

    ben.get_by_role("button", name="Previous image").click()
    expect(ben.locator("[data-place]")).to_contain_text("1 of 3")
    expect(ada.locator("[data-place]")).to_contain_text("2 of 3")
    ben.get_by_role("button", name="Back to the presenter").click()
    expect(ben.locator("[data-place]")).to_contain_text("2 of 3")
    ben.wait_for_function(
        "zoom => Math.abs(document.querySelector('review-stage').look().zoom - zoom) < 0.01", arg=hers["zoom"]
    )

    ben.get_by_label("A note to your vote").fill("The collar")
    ben.get_by_role("button", name=re.compile("^No")).click()
    ben.get_by_label("A note to your vote").fill("The collar is too wide")
    ben.get_by_role("button", name="Keep").click()  # while the vote is still on its way
    expect(ada.locator("[data-tally]")).to_have_text("0 yes, 1 no, 0 perhaps")
    expect(ada.locator("[data-votes]")).to_contain_text("The collar is too wide")
    ada.locator("body").press("1")
    expect(ben.locator("[data-tally]")).to_have_text("1 yes, 1 no, 0 perhaps")

    ada.get_by_role("button", name="Start").click()
    expect(ben.get_by_role("timer")).to_have_text(re.compile(r"^1:[12]\d$"))
    ada.get_by_role("button", name="Pause").click()
    expect(ben.get_by_role("timer")).to_contain_text("paused")
    assert ada.get_by_role("timer").inner_text() == ben.get_by_role("timer").inner_text()

    ada.get_by_label("Hand over to").select_option(label="Ben Okri (here)")
    ada.get_by_role("button", name="Hand over").click()
    expect(ben.get_by_role("heading", name="You present")).to_be_visible()
    ben.get_by_role("button", name="Next image").click()
    expect(ada.locator("[data-place]")).to_contain_text("3 of 3")
    check(ben, "session-presenting")
    address = ben.url
    ben.goto("/gallery")
    ada.get_by_role("button", name="Take over").click(timeout=40_000)  # offered when nobody has seen him for 16 s
    expect(ada.get_by_role("heading", name="You present")).to_be_visible()
    ben.goto(address)
    expect(ben.locator("[data-presenter]").first).to_have_text("Ada Mensah")

    ada.get_by_role("button", name="End the review").click()
    ada.get_by_role("button", name="End it").click()
    for page in (ada, ben):
        expect(page.get_by_role("heading", name="What came of it")).to_be_visible()
        expect(page.locator(".outcome").nth(1)).to_contain_text("tie")
        expect(page.locator(".outcome").nth(1)).to_contain_text("The collar is too wide")
        expect(page.locator(".chips")).to_contain_text("Ben Okri")
        check(page, "session-summary")
        assert [problem for problem in page.problems if not CROSSED.search(problem)] == []  # type: ignore[attr-defined]


def test_tab_goes_through_a_review_as_the_eye_does_and_is_seen_to(ada: Page, ben: Page):
    begin(ada, ben)
    expect(ada.get_by_role("button", name="Follow Ben Okri")).to_be_visible()
    stops = walk(ada)
    assert stops[-1]["name"] == "End the review"
    check_walk(stops, ("Image 1, 3 images of a silk dress", "Yes 1"))
    check_walk(walk(ben))
    ben.get_by_label("A note to your vote").fill("Shorter")
    ben.set_viewport_size({"width": 1000, "height": 800})  # a tablet on its side
    check(ben, "session-tablet")
    check_walk(walk(ben), ("Image 1, 3 images of a silk dress", "Yes 1"))
    expect(ben.get_by_label("A note to your vote")).to_have_value("Shorter")

    ada.get_by_role("button", name="Image 1, 3 images of a silk dress").focus()
    ada.keyboard.press("ArrowRight")
    expect(ada.get_by_role("button", name="Image 2, 3 images of a silk dress")).to_be_focused()
    assert [page.problems for page in (ada, ben)] == [[], []]  # type: ignore[attr-defined]


def test_what_one_selects_in_a_collection_is_seen_by_the_other_until_it_is_let_go_or_they_leave(ada: Page, ben: Page):
    ben.goto(ada.url)
    ada.reload()
    expect(ben.get_by_role("img", name="Ada Mensah", exact=True)).to_be_visible()
    ada.locator(".tile").nth(1).get_by_role("checkbox").check()
    marks = ben.get_by_role("img", name="Selected by Ada Mensah")
    expect(marks).to_have_count(1)
    expect(ben.locator(".tile").nth(1)).to_contain_text("AM")
    check(ben, "selected")
    marks.evaluate("mark => { mark.stands = true }")
    ada.get_by_role("button", name="Select all shown").click()
    expect(marks).to_have_count(3)
    assert marks.evaluate_all("all => all.map((mark) => Boolean(mark.stands))") == [False, True, False]
    ben.reload()
    expect(marks).to_have_count(3)
    ada.get_by_role("button", name="Select all shown").click()
    expect(marks).to_have_count(0)
    ada.locator(".tile").nth(0).get_by_role("checkbox").check()
    expect(marks).to_have_count(1)
    ada.goto("/gallery")
    expect(marks).to_have_count(0)
    assert [page.problems for page in (ada, ben)] == [[], []]  # type: ignore[attr-defined]


def test_on_a_phone_the_votes_stay_in_sight_under_an_alert_and_who_is_taken_out_sees_nothing_more(ada: Page, ben: Page):
    begin(ada, ben)
    vote = ben.get_by_role("button", name=re.compile("^Perhaps"))
    menu = ben.get_by_role("navigation", name="Main")
    text = "Work waits while a new disk is put in, and goes on by itself when that is done. Nothing is lost."
    elsewhere(
        lambda: alerts.raise_alert(kind="maintenance", key="disk", level="warning", title="A new disk", text=text)
    )
    expect(ben.get_by_text("A new disk", exact=True)).to_be_visible()
    ben.wait_for_function("document.querySelector('review-room').style.getPropertyValue('--above') > '0px'")
    (votes, under) = (vote.bounding_box(), menu.bounding_box())
    assert votes and under and votes["y"] + votes["height"] <= under["y"], (votes, under)
    check(ben, "session-alert")
    elsewhere(lambda: alerts.end_alerts("disk"))

    elsewhere(take_out)
    expect(ben.get_by_role("heading", name="You can no longer see this review")).to_be_focused()
    expect(ben.locator("[data-image]")).to_have_count(0)
    check(ben, "session-shut-out")
    expect(ada.locator("[data-presenter]").first).to_have_text("You")
    assert ada.problems == []  # type: ignore[attr-defined]


def take_out() -> None:
    ben, ada = User.objects.order_by("-created_at")[:2]
    remove_member(actor=ada, team_id=Team.objects.get(memberships__user=ada, personal=True).pk, user_id=ben.pk)
