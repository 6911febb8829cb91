"""One makes images and shares them; another, with nothing but the link, looks, until it is taken back."""

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.test_journey import look, note
from tests.e2e.test_studio import make
from tests.e2e.visiting import WAYS, visitor


@pytest.mark.parametrize("way", WAYS)
def test_a_collection_is_shared_by_link_and_with_a_person_and_taken_back(browser: Browser, studio_url: str, way: str):
    (width, height), scheme, touch = WAYS[way]
    with visitor(browser, studio_url, way) as ada, visitor(browser, studio_url, way) as cleo:
        make(ada, "3 images of a silk dress")
        ada.goto("/gallery")
        ada.get_by_role("button", name="Select all shown").click()
        ada.get_by_role("button", name="Collect").click()
        ada.get_by_label("A new collection", exact=True).fill("Spring capsule")
        ada.get_by_role("button", name="Make it").click()
        expect(ada.get_by_text("You share this collection").or_(ada.get_by_text("shared with nobody"))).to_be_visible()
        look(ada, "collection-with-share")
        ada.get_by_role("link", name="Share it").click()
        look(ada, "share-empty")
        ada.get_by_label(re.compile("^Password")).fill("tulips at dawn")
        ada.get_by_label("Download").check()
        ada.get_by_label(re.compile("^Title for those outside")).fill("Spring, first look")
        ada.get_by_role("button", name="Share", exact=True).click()
        link = ada.get_by_role("textbox", name="The link").input_value()
        look(ada, "share-made")

        size = {"width": width, "height": height}
        context = browser.new_context(base_url=studio_url, viewport=size, color_scheme=scheme, has_touch=touch)
        guest = context.new_page()
        guest.size_name, guest.problems, asked = f"{way}-{scheme}", [], []  # type: ignore[attr-defined]
        guest.on("console", lambda said: note(guest, said))
        guest.on("request", lambda sent: asked.append(f"{sent.url} {sent.headers.get('referer', '')}"))
        guest.goto(link)
        expect(guest.get_by_label("Password")).to_be_visible()
        look(guest, "shared-password")
        guest.get_by_label("Password").fill("daffodils")
        guest.get_by_role("button", name="Open it").click()
        expect(guest.get_by_role("alert")).to_contain_text("not the password")
        guest.get_by_label("Password").fill("tulips at dawn")
        guest.get_by_role("button", name="Open it").click()
        expect(guest.get_by_role("heading", name="Spring, first look")).to_be_visible()
        expect(guest.locator(".share-tiles img")).to_have_count(3)
        for picture in guest.locator(".share-tiles img").all():
            picture.scroll_into_view_if_needed()
            expect(picture).to_have_js_property("complete", True)
            assert picture.evaluate("image => image.naturalWidth") > 0
        look(guest, "shared-collection")
        guest.locator(".share-tiles a").first.click()
        expect(guest.locator(".share-picture img")).to_be_visible()
        look(guest, "shared-image")
        with guest.expect_download() as download:
            guest.get_by_role("link", name="Download").click()
        assert download.value.suggested_filename == "Image 1.png"
        key = link.rpartition("#")[2]
        assert key and not [each for each in asked if key in each], "the key is in no address and no referrer"
        assert "silk" not in guest.content()

        cleo.goto("/shared")
        look(cleo, "shared-with-me-empty")
        address = cleo.evaluate("fetch('/api/me').then((answer) => answer.json()).then((me) => me.email)")
        ada.get_by_label("A person outside the team").check()
        ada.get_by_label("Their e-mail address").fill(address)
        ada.get_by_label(re.compile("Comment")).check()
        ada.get_by_role("button", name="Share", exact=True).click()
        expect(ada.get_by_text("nothing is mailed")).to_be_visible()
        ada.get_by_role("link", name="All shares").click()
        look(ada, "shares")
        cleo.goto("/shared")
        look(cleo, "shared-with-me")
        cleo.get_by_role("link", name=re.compile("^Open")).click()
        cleo.get_by_label("Your comment").fill("Could the **sleeves** be longer?")
        cleo.get_by_role("button", name="Comment", exact=True).click()
        expect(cleo.get_by_text("Could the sleeves be longer?")).to_be_visible()
        look(cleo, "shared-comments")

        cleo.goto("/shared")
        sure = cleo.get_by_role("button", name=re.compile("^Yes, take it off"))
        expect(sure).to_be_hidden()  # one slip of a thumb declines nothing
        cleo.locator("summary").filter(has_text="Take off the list").click()
        look(cleo, "shared-decline")
        sure.click()
        expect(cleo.get_by_role("heading", name="Nothing is shared with you")).to_be_visible()

        ada.locator("summary").filter(has_text="Take back the share with Whoever").click()
        ada.get_by_role("button", name=re.compile("^Yes, take back the share with Whoever has the link")).click()
        expect(ada.get_by_text("Taken back: it opens nothing")).to_be_visible()
        answer = guest.reload()
        assert answer is not None and answer.status == 404
        expect(guest.get_by_role("alert")).to_contain_text("leads nowhere")
        look(guest, "shared-gone")
        sure = ada.get_by_role("button", name="Yes, switch links off")
        expect(sure).to_be_hidden()
        ada.locator("summary").filter(has_text="Switch links off").click()
        expect(ada.get_by_text("No link is out at present.")).to_be_visible()
        look(ada, "shares-links-off")
        sure.click()
        expect(ada.get_by_text("Links are off: those that were given were taken back.").first).to_be_visible()
        ada.get_by_role("button", name="Allow links").click()
        expect(ada.get_by_text("Links open what is shared.")).to_be_visible()
        assert not ada.problems and not cleo.problems  # type: ignore[attr-defined]
        assert not [each for each in guest.problems if "404" not in each and "422" not in each]  # type: ignore[attr-defined]
        context.close()
