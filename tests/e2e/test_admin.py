"""What who runs the studio sees in the admin."""

from playwright.sync_api import Browser, expect

from teams.accounts.models import User
from tests.e2e.visiting import elsewhere, visitor

CUT_OFF = "() => { const list = document.querySelector('.results'); return list.scrollWidth - list.clientWidth; }"


def test_every_column_of_the_list_of_models_is_in_sight_beside_its_filters(browser: Browser, studio_url: str):
    with visitor(browser, studio_url, "desk") as page:
        newest = User.objects.latest("created_at").pk
        elsewhere(lambda: User.objects.filter(pk=newest).update(is_staff=True, is_superuser=True))
        page.goto("/admin/designer/modelprofile/?all=")
        expect(page.get_by_role("columnheader", name="Price")).to_be_visible()
        assert page.evaluate(CUT_OFF) <= 0
