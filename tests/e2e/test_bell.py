"""The bell in a real browser: its number moves while one looks at the page, and in every tab."""

from concurrent.futures import ThreadPoolExecutor

from django.db import connection
from playwright.sync_api import Browser, expect

from designer.notifications.services import notify
from teams.accounts.models import User
from teams.membership.models import Membership
from tests.e2e.test_journey import sign_up


def tell(count: int) -> None:
    """As a worker would: in a transaction that is committed, which those of this test's own connection are not."""
    user = User.objects.latest("created_at")
    team = Membership.objects.filter(user=user).values_list("team_id", flat=True)[0]
    notify(users=[user], kind="batch", subject="batch:1", title=f"Done {count}", link="/batches", team_id=team)
    connection.close()


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
            with ThreadPoolExecutor(1) as elsewhere:
                elsewhere.submit(tell, count).result()
            for each in (page, other):
                expect(each.get_by_role("link", name=f"Notifications, {count} unread")).to_be_visible()
        page.get_by_role("link", name="Notifications, 2 unread").click()
        page.get_by_role("button", name="Mark all as read").click()
        expect(other.get_by_role("link", name="Notifications", exact=True)).to_be_visible()
    finally:
        context.close()
