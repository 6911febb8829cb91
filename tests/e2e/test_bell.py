"""The bell in a real browser: its number moves while one looks at the page, and in every tab."""

from functools import partial

from playwright.sync_api import Browser, expect

from designer.notifications.services import notify
from teams.accounts.models import User
from teams.membership.models import Membership
from tests.e2e.test_journey import look, sign_up
from tests.e2e.visiting import elsewhere
from tests.faults.kit import until

# A browser without a window has no notifications and no hidden tabs: both are played, the page's own script is not.
PLAYED = """
  window.shown = [];
  window.Notification = class extends EventTarget {
    static permission = "default";
    static async requestPermission() { return (Notification.permission = "granted"); }
    constructor(title, about) { super(); window.shown.push([title, about.tag]); }
  };
  Object.defineProperty(document, "visibilityState", { get: () => window.name === "away" ? "hidden" : "visible" });
"""


def tell(count: int) -> None:
    user = User.objects.latest("created_at")
    team = Membership.objects.filter(user=user).values_list("team_id", flat=True)[0]
    notify(users=[user], kind="batch", subject="batch:1", title=f"Done {count}", link="/batches", team_id=team)


def test_the_number_of_news_moves_without_a_reload(browser: Browser, studio_url: str):
    context = browser.new_context(base_url=studio_url)
    page = context.new_page()
    page.size_name = "desk"  # type: ignore[attr-defined]
    try:
        sign_up(page)
        page.goto("/gallery")
        other = context.new_page()
        other.goto("/settings/profile")
        expect(page.get_by_role("link", name="Notifications", exact=True)).to_be_visible()
        for count in (1, 2):
            elsewhere(partial(tell, count))
            for each in (page, other):
                expect(each.get_by_role("link", name=f"Notifications, {count} unread")).to_be_visible()
        page.get_by_role("link", name="Notifications, 2 unread").click()
        page.get_by_role("button", name="Mark all as read").click()
        expect(other.get_by_role("link", name="Notifications", exact=True)).to_be_visible()
    finally:
        context.close()


def test_news_is_shown_outside_the_studio_by_who_wants_it_and_looks_elsewhere(browser: Browser, studio_url: str):
    context = browser.new_context(base_url=studio_url)
    context.add_init_script(PLAYED)
    page = context.new_page()
    page.size_name = "desk"  # type: ignore[attr-defined]
    try:
        sign_up(page)
        page.goto("/settings/notifications")
        page.evaluate("window.name = 'away'; document.dispatchEvent(new Event('visibilitychange'))")
        elsewhere(partial(tell, 1))
        expect(page.get_by_role("link", name="Notifications, 1 unread")).to_be_visible()
        switch = page.get_by_role("button", name="Show news outside the studio")
        switch.click()
        expect(switch).to_have_attribute("aria-pressed", "true")
        look(page, "notification-settings")
        elsewhere(partial(tell, 2))
        until(lambda: page.evaluate("window.shown.length"), 20)
        assert [title for title, _ in page.evaluate("window.shown")] == ["Done 2"], "not what came before the wish"

        looked_at = context.new_page()
        looked_at.goto("/gallery")
        expect(looked_at.get_by_role("link", name="Notifications, 2 unread")).to_be_visible()
        elsewhere(partial(tell, 3))
        for each in (page, looked_at):
            expect(each.get_by_role("link", name="Notifications, 3 unread")).to_be_visible()
        looked_at.close()
        until(lambda: page.evaluate("navigator.locks.query().then(({ held }) => !held.length)"), 20)  # the tab is gone
        elsewhere(partial(tell, 4))
        until(lambda: len(page.evaluate("window.shown")) > 1, 20)
        shown = [title for title, _ in page.evaluate("window.shown")]
        assert shown == ["Done 2", "Done 4"], "the third came while another tab was looked at"
    finally:
        context.close()
