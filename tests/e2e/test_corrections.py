"""What was understood, corrected on the page of a finished generation."""

import re
from uuid import uuid4

from django.db import transaction
from playwright.sync_api import Page, Route, expect

from designer.generations.models import Generation
from designer.generations.understanding import correct_generation
from teams.membership.models import Role
from tests.e2e.test_enhance import check
from tests.e2e.test_studio import check_contrast_and_names
from tests.e2e.test_style import page
from tests.e2e.visiting import elsewhere
from tests.factories import MembershipFactory

__all__ = ["page"]


def test_a_correction_made_on_the_page_stands_there_afterwards(page: Page):
    page.goto("/")
    page.locator(".run-card a[href^='/generations/']").first.click()
    card = page.locator("section[aria-labelledby='understood']")
    expect(card).to_contain_text("tweed")
    card.get_by_text("Correct it").click()
    card.get_by_label("Fabric", exact=True).select_option("linen")
    card.get_by_label("Colours").fill("navy, #c81e3a")
    check_contrast_and_names(page, "understood")
    card.get_by_role("button", name="Keep corrections").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("2 corrections kept.")).to_be_focused()
    expect(card).to_contain_text("linen")
    expect(card).to_contain_text("navy")
    assert page.problems == []


def test_a_colleagues_correction_comes_in_while_one_is_being_typed_and_takes_nothing_away(page: Page):
    page.goto("/")
    page.locator(".run-card a[href^='/generations/']").first.click()
    card = page.locator("section[aria-labelledby='understood']")
    colleague = page.context.new_page()
    colleague.goto(page.url)
    theirs = colleague.locator("section[aria-labelledby='understood']")
    card.get_by_text("Correct it").click()
    card.get_by_label("Fabric", exact=True).select_option("silk")
    card.get_by_label("Colours").fill("nav")
    theirs.get_by_text("Correct it").click()
    for label, value in (("Fabric", "linen"), ("Season", "summer"), ("Mood", "calm")):
        theirs.get_by_label(label, exact=True).select_option(value)
    theirs.get_by_label("Colours").fill("coral")
    theirs.get_by_role("button", name="Keep corrections").click()
    expect(colleague.locator("body")).to_contain_text("4 corrections kept.")
    expect(card.get_by_role("table")).to_contain_text("linen")
    expect(card.get_by_role("table")).to_contain_text("summer")
    for label, value in (("Fabric", "silk"), ("Colours", "nav"), ("Season", "summer"), ("Mood", "calm")):
        expect(card.get_by_label(label, exact=True)).to_have_value(value)
    expect(card.locator("#late-theirs-fabric")).to_contain_text("chose linen; what stands here is what you typed.")
    expect(card.get_by_label("Fabric", exact=True)).to_have_attribute("aria-describedby", "late-theirs-fabric")
    expect(card.locator("#late-theirs-colours")).to_contain_text("chose coral")
    expect(card.locator("[id^=late-theirs-]")).to_have_count(2)
    check_contrast_and_names(page, "corrected-meanwhile")
    card.get_by_label("Colours").fill("navy")
    card.get_by_role("button", name="Keep corrections").click()
    expect(page.locator("body")).to_contain_text("2 corrections kept.")
    expect(card.get_by_role("table")).to_contain_text("silk")
    expect(card.get_by_role("table")).to_contain_text("summer")
    assert page.problems == []


def test_who_is_refused_a_correction_is_brought_to_why(page: Page):
    page.goto("/")
    page.locator(".run-card a[href^='/generations/']").first.click()
    card = page.locator("section[aria-labelledby='understood']")
    card.get_by_text("Correct it").click()
    card.get_by_label("Colours").fill("#nohex")
    card.get_by_role("button", name="Keep corrections").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    expect(card.get_by_label("Colours")).to_have_value("#nohex")


@transaction.atomic
def correct_together(generation_id: str) -> None:
    """Ana and Ben of its team correct it so fast that a page looks once for both."""
    row = Generation.objects.get(pk=generation_id)
    for name, fix in (("Ana", {"fabric": "linen"}), ("Ben", {"season": "summer"})):
        person = MembershipFactory(
            team=row.team, role=Role.ADMIN, user__name=name, user__email=f"{uuid4().hex}@example.org"
        ).user
        correct_generation(actor=person, generation_id=row.pk, if_match="*", corrections=fix)


def test_of_two_who_correct_it_at_once_each_is_named_at_what_they_chose(page: Page):
    page.goto("/")
    page.locator(".run-card a[href^='/generations/']").first.click()
    card = page.locator("section[aria-labelledby='understood']")
    card.get_by_text("Correct it").click()
    for label, value in (("Fabric", "silk"), ("Season", "winter")):
        card.get_by_label(label, exact=True).select_option(value)
    elsewhere(lambda: correct_together(page.url.rpartition("/")[2]))
    expect(card.locator("#late-theirs-season")).to_contain_text("Ben chose summer;")
    expect(card.locator("#late-theirs-fabric")).to_contain_text("Ana chose linen;")
    assert page.problems == []


def test_what_a_colleague_corrects_before_the_page_is_live_is_told_once_it_is(page: Page):
    page.goto("/")
    address = page.locator(".run-card a[href^='/generations/']").first.get_attribute("href")
    held: list[Route] = []
    page.route(re.compile(r"/corrections(\.\w+)?\.js"), lambda route: held.append(route))
    page.goto(address, wait_until="commit")
    card = page.locator("section[aria-labelledby='understood']")
    card.get_by_text("Correct it").click()
    card.get_by_label("Fabric", exact=True).select_option("silk")
    elsewhere(lambda: correct_together(address.rpartition("/")[2]))
    held[0].continue_()
    expect(card.get_by_role("table")).to_contain_text("summer")
    expect(card.locator("#late-theirs-fabric")).to_contain_text("Ana chose linen;")
    expect(card.get_by_label("Fabric", exact=True)).to_have_value("silk")
    expect(card.get_by_label("Season", exact=True)).to_have_value("summer")
    assert page.problems == []


def test_every_column_of_the_stages_is_in_sight_on_a_phone_too(page: Page):
    page.goto("/")
    page.locator(".run-card a[href^='/generations/']").first.click()
    table = page.locator("#stages-table")
    expect(table).to_contain_text("Generation")
    assert table.evaluate("(each) => each.scrollWidth - each.clientWidth") <= 0
    cost = table.locator("tbody tr").first.locator("td").last
    expect(cost).to_contain_text("$")
    check(page, "stages")
