"""Two people and one image: one asks for its review at the desk, the other gives it on the phone, and both see it."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

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


def test_one_asks_for_a_review_and_the_other_gives_it(ada: Page, ben: Page):
    ada.reload()
    ada.locator("#request-review > summary").focus()
    ada.keyboard.press("Enter")
    box = ada.get_by_role("checkbox", name=re.compile("Ben Okri"))
    box.focus()
    ada.keyboard.press("Space")
    form = ada.get_by_role("form", name="Request a review")
    form.get_by_label("Checklist, a line each").fill("Seams are straight\nHem is even")
    form.get_by_label("Note").fill("Before Friday, please")
    check(ada, "review-request")
    ada.get_by_role("button", name="Ask them").click()
    review = ada.get_by_role("region", name="Review")
    expect(review).to_contain_text("In review")

    theirs = ben.get_by_role("region", name="Review")
    expect(theirs).to_contain_text("Before Friday, please")
    expect(ben.get_by_role("link", name="Notifications, 1 unread")).to_be_visible()
    theirs.get_by_label("Seams are straight").check()
    theirs.get_by_label("Note").fill("The seams are right")
    check(ben, "review-answer")
    theirs.get_by_role("button", name="Approve").click()
    expect(ben.get_by_text("You approve it.")).to_be_visible()

    expect(review).to_contain_text("Approved")
    expect(review).to_contain_text("1 of 2 checked")
    expect(review).to_contain_text("It is locked")
    check(ada, "review-approved")
    for page in (ada, ben):
        page.goto("/gallery")
        expect(page.locator(".tile-review").first).to_have_text("Approved")
        check(page, "gallery-approved")
        page.goto("/reviews")
        expect(page.get_by_role("heading", name="Nothing waits for your answer")).to_be_visible()
        check(page, "reviews-empty")
        page.goto("/reviews?show=all")
        expect(page.locator(".review-row")).to_have_count(1)
        check(page, "reviews")
    assert ada.problems == [] and ben.problems == []  # type: ignore[attr-defined]


def reload_review(page: Page) -> None:
    page.evaluate("document.querySelector('live-row[events=\"approval:\"]').refresh()")


def request(page: Page, line: str) -> None:
    page.locator("#request-review > summary").click()
    form = page.get_by_role("form", name="Request a review")
    form.get_by_role("checkbox", name=re.compile("Ben Okri")).check()
    form.get_by_label("Checklist, a line each").fill(line)


def test_what_is_ticked_and_chosen_stays_where_it_belongs(ada: Page, ben: Page):
    ada.reload()
    request(ada, "Seams are straight")
    policy = ada.get_by_label("It takes the approval of")
    policy.evaluate("(field) => field.prepend(new Option('Offered no more', 'gone'))")
    policy.select_option("one_of")
    reload_review(ada)
    expect(policy.locator("option")).to_have_count(3)
    expect(policy).to_have_value("one_of")
    expect(ada.get_by_role("checkbox", name=re.compile("Ben Okri"))).to_be_checked()
    ada.get_by_role("button", name="Ask them").click()

    theirs = ben.get_by_role("region", name="Review")
    theirs.get_by_role("button", name="Request changes").click()
    expect(ben.get_by_text("You ask for changes.")).to_be_visible()
    theirs.get_by_label("Seams are straight").check()
    theirs.get_by_label("Note").fill("The seams are right")
    reload_review(ben)
    expect(theirs.get_by_label("Seams are straight")).to_be_checked()
    ada.reload()
    request(ada, "Hem is even")
    ada.get_by_role("button", name="Ask them").click()
    expect(theirs.get_by_label("Hem is even")).not_to_be_checked()
    expect(theirs.get_by_label("Note")).to_have_value("")
    assert ada.problems == [] and ben.problems == []  # type: ignore[attr-defined]
