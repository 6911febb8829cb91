"""An automation from its first thought to a ZIP: made at the desk, set off by a colleague's approval on the phone."""

import re
import zipfile
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from designer.assets.models import Asset
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
    """Ada's colleague, an editor, with the same image on the phone."""
    with visitor(browser, studio_url, "phone") as page:
        elsewhere(lambda: join(ada.url.rstrip("/").rpartition("/")[2]))
        page.goto(ada.url)
        yield page


def in_both_lights(page: Page, name: str) -> None:
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        check(page, f"{name}-{scheme}")


def team_of(page: Page) -> str:
    found: list[str] = []
    pk = page.url.rstrip("/").rpartition("/")[2]
    elsewhere(lambda: found.append(str(Asset.objects.get(pk=pk).team_id)))
    return found[0]


def test_what_is_approved_is_enhanced_delivered_and_taken_away(ada: Page, ben: Page):
    image, team = ada.url, team_of(ada)
    ada.goto(f"/teams/{team}")
    ada.get_by_role("link", name="Automations").click()
    expect(ada.get_by_role("heading", name="No automations yet")).to_be_visible()
    in_both_lights(ada, "automations-empty")
    ada.get_by_role("link", name="Make the first one").focus()
    ada.keyboard.press("Enter")
    ada.get_by_label("Name", exact=True).fill("Approved to 4K")
    ada.get_by_label("Put the result into").select_option("new")
    ada.get_by_role("button", name="Switch it on").click()
    expect(ada.get_by_text("Give the new collection a name.")).to_be_visible()
    ada.problems.clear()  # type: ignore[attr-defined]  # the browser itself notes the refusal, a 422
    ada.get_by_label("Name of the new collection").fill("For the shop")
    ada.get_by_label("Tell the team's webhooks").check()
    ada.get_by_role("button", name="What would it cost?").click()
    expect(ada.get_by_text(re.compile("for each image"))).to_be_visible()
    in_both_lights(ada, "automation-new")
    ada.get_by_role("button", name="Switch it on").click()
    expect(ada.get_by_role("heading", name="Nothing was approved yet")).to_be_visible()
    in_both_lights(ada, "automation-empty")
    automation = ada.url

    with ada.context.expect_page() as opened:
        ada.evaluate(f"window.open('{image}')")
    second = opened.value
    second.locator("#request-review > summary").click()
    second.get_by_role("checkbox", name=re.compile("Ben Okri")).check()
    second.get_by_role("button", name="Ask them").click()
    review = ben.get_by_role("region", name="Review")
    review.get_by_role("button", name="Approve").click()
    expect(ben.get_by_text("You approve it.")).to_be_visible()
    second.close()

    line = ada.locator("[data-run]")
    expect(line).to_have_count(1)  # live: nobody loaded the page again
    expect(line).to_contain_text("Delivered", timeout=240_000)
    ada.reload()
    expect(ada.get_by_text("1 delivered")).to_be_visible()
    in_both_lights(ada, "automation")
    with ada.expect_download() as taken:
        ada.get_by_role("button", name="ZIP of what was delivered").click()
    names = zipfile.ZipFile(taken.value.path()).namelist()
    assert len(names) == 2 and names[-1] == "delivered.csv"

    ben.goto(automation)
    expect(ben.locator("[data-run]")).to_contain_text("Delivered")
    expect(ben.get_by_role("link", name=re.compile("3840"))).to_be_visible()
    expect(ben.get_by_role("button", name="Switch it off")).to_have_count(0)
    in_both_lights(ben, "automation")
    ben.goto(f"/teams/{team}/automations")
    in_both_lights(ben, "automations")
    ada.get_by_role("link", name="For the shop").click()
    expect(ada.locator(".tile[data-asset]")).to_have_count(1)

    ada.goto(automation)
    ada.get_by_role("button", name="Switch it off").click()
    expect(ada.get_by_text("It is off; what has begun comes to its end.")).to_be_visible()
    ada.goto(f"/teams/{team}/automations")
    in_both_lights(ada, "automations")
    assert ada.problems == [] and ben.problems == []  # type: ignore[attr-defined]
