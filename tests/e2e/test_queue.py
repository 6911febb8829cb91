"""The queue and the dead letters in a real browser, for who runs the studio."""

import re

from playwright.sync_api import Page, expect

from designer.jobs import settling
from designer.jobs.models import JobStatus, TeamWeight
from designer.jobs.services import enqueue
from designer.jobs.settling import problem
from teams.accounts.models import User
from teams.membership.models import Membership
from tests.e2e.test_batches import page
from tests.e2e.test_journey import look, sign_up
from tests.e2e.visiting import elsewhere

__all__ = ["page"]  # the fixture: a page of each size, and in the dark


def promote_and_fail_some_work() -> None:
    user = User.objects.latest("created_at")
    User.objects.filter(pk=user.pk).update(is_superuser=True)
    team = Membership.objects.filter(user=user).values_list("team_id", flat=True)[0]
    TeamWeight.objects.update_or_create(team_id=team, defaults={"weight": 2, "by_id": user.pk})
    for number in range(2):
        job = enqueue("t.e2e", {"item_id": f"number-{number}"}, team_id=team, lane="batch")
        settling.close(job, JobStatus.DEAD, problem("crashed", "It broke.", "Look at its input."))


def sideways(page: Page) -> int:
    """Pixels by which the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - innerWidth"))


def expect_whole_on_a_phone(page: Page) -> None:
    """Nothing of a letter lies out of sight to the right."""
    wide = page.viewport_size
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.locator(".table-scroll").evaluate("box => box.scrollWidth - box.clientWidth") <= 0
    page.set_viewport_size(wide)


def drain_a_worker(page: Page) -> None:
    """By the keyboard, while the figures are loaded anew beside it; and a team is given more."""
    page.get_by_role("button", name=re.compile("^Drain")).first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("takes no more;")).to_be_visible()
    expect(page.get_by_role("cell", name=re.compile("Drained|Draining")).first).to_be_visible()
    page.get_by_role("button", name=re.compile("^Employ")).first.click()
    expect(page.get_by_text("takes work again.")).to_be_visible()
    weight = page.get_by_label(re.compile("^Weight of")).first
    weight.fill("3")
    weight.press("Enter")
    expect(page.get_by_text("weighs 3 from its next job on.")).to_be_visible()


def test_a_lane_is_paused_and_let_go_and_dead_letters_are_judged(page: Page):
    sign_up(page)
    page.goto("/settings/dead-letters")
    look(page, "dead-letters-empty")
    elsewhere(promote_and_fail_some_work)
    page.goto("/settings/queue")
    page.get_by_label("Why gpu is paused").fill("torch is updated")
    page.get_by_role("button", name="Pause gpu").click()
    expect(page.get_by_role("row", name=re.compile("gpu.*Paused torch is updated"))).to_be_visible()
    assert sideways(page) <= 0
    look(page, "queue")
    page.get_by_role("button", name="Let gpu go on").click()
    expect(page.get_by_text("Lane gpu goes on.")).to_be_visible()
    drain_a_worker(page)
    page.get_by_role("link", name="Find a job").click()
    page.get_by_label("Search").fill("number-1")
    page.get_by_label("Search").press("Enter")
    expect(page.get_by_text("No job is like that.")).to_be_visible()
    page.get_by_label("Search").fill("t.e2e")
    page.get_by_label("State").select_option("dead")
    page.get_by_role("button", name="Find").click()
    expect(page.get_by_role("row", name=re.compile("t.e2e.*crashed"))).not_to_have_count(0)
    assert sideways(page) <= 0
    look(page, "queue-jobs")
    page.goto("/settings/dead-letters")
    page.get_by_role("link", name="t.e2e: crashed").click()
    look(page, "dead-letters")
    expect_whole_on_a_phone(page)
    page.get_by_label("Reason, to discard").fill("only a test")
    page.get_by_label(re.compile("of this list")).check()
    page.get_by_role("button", name="Discard").click()
    expect(page.get_by_text("2 discarded.")).to_be_visible()
    assert page.problems == []  # type: ignore[attr-defined]
