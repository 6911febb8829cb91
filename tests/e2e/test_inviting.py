"""Two people become a team: one makes it and invites, the other follows the link, in a browser that never was here."""

import re
import uuid

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.test_journey import PASSWORD, look, note
from tests.e2e.visiting import WAYS, visitor


@pytest.mark.parametrize("way", WAYS)
def test_somebody_new_follows_a_link_into_a_team_and_out_of_it_again(browser: Browser, studio_url: str, way: str):
    address = f"ben-{uuid.uuid4().hex[:8]}@example.org"
    (width, height), scheme, touch = WAYS[way]
    size = {"width": width, "height": height}
    with visitor(browser, studio_url, way) as ada:
        ada.goto("/settings/teams")
        look(ada, "teams")
        ada.get_by_label("Name").fill("Atelier Nord")
        ada.get_by_role("button", name="Make it and invite others").click()
        expect(ada.get_by_role("heading", name="Atelier Nord")).to_be_visible()
        look(ada, "members-empty")
        ada.get_by_label("E-mail address").fill(address)
        ada.get_by_label("How").select_option(label="I hand the link over myself")
        ada.get_by_role("button", name="Invite").click()
        link = ada.get_by_role("textbox", name=f"Link for {address}").input_value()
        ada.locator("summary").filter(has_text=f"Take back the invitation of {address}").click()
        expect(ada.get_by_role("button", name=f"Yes, take back the invitation of {address}")).to_be_visible()
        look(ada, "members-link")

        context = browser.new_context(base_url=studio_url, viewport=size, color_scheme=scheme, has_touch=touch)
        ben = context.new_page()
        ben.size_name, ben.problems, asked = f"{way}-{scheme}", [], []  # type: ignore[attr-defined]
        ben.on("console", lambda said: note(ben, said))
        ben.on("request", lambda sent: asked.append(f"{sent.url} {sent.headers.get('referer', '')}"))
        ben.goto(link)
        expect(ben.get_by_role("heading", name="Join Atelier Nord")).to_be_visible()
        key = link.rpartition("#")[2]
        assert not [each for each in asked if key in each], "the key is in no address and no referrer"
        assert key not in ben.url
        look(ben, "invitation-new")
        ben.get_by_role("link", name="Create an account").click()
        ben.get_by_label(re.compile("e-?mail", re.I)).fill(address)
        ben.locator("input[type=password]").first.fill(PASSWORD)
        ben.get_by_role("button", name=re.compile("sign up|create", re.I)).click()
        expect(ben.get_by_role("button", name="Join as editor")).to_be_visible()
        look(ben, "invitation")
        ben.get_by_role("button", name="Join as editor").click()
        expect(ben.get_by_text("Welcome to Atelier Nord")).to_be_visible()
        expect(ben.get_by_role("heading", name="Invite somebody")).to_have_count(0)
        look(ben, "members-editor")
        ben.goto(link)
        expect(ben.get_by_role("alert")).to_contain_text("has been used")

        ada.goto(ada.url.rpartition("/")[0] if ada.url.endswith("/invite") else ada.url)
        ada.get_by_label(re.compile("Role of ben-")).select_option("viewer")
        ada.get_by_role("button", name=re.compile("Give ben-")).click()
        expect(ada.get_by_text(re.compile("is viewer now"))).to_be_visible()
        look(ada, "members")
        sure = ada.get_by_role("button", name=re.compile("Yes, remove ben-"))
        expect(sure).to_be_hidden()  # one slip removes nobody
        ada.locator("summary").filter(has_text=re.compile("Remove ben-")).click()
        look(ada, "members-sure")
        sure.click()
        expect(ada.get_by_text("What they made stays")).to_be_visible()
        there = ben.goto(ada.url)
        assert there is not None and there.status == 404
        assert not ada.problems  # type: ignore[attr-defined]
        assert not [each for each in ben.problems if "404" not in each and "409" not in each]  # type: ignore[attr-defined]
        context.close()
