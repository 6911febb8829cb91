"""An owner gives a team its face, lets it rest, sends it off, takes that back, and hands it to somebody else."""

import io
import json
import re
import uuid
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from teams.accounts.models import User
from teams.membership.models import Membership
from tests.e2e.test_journey import look
from tests.e2e.visiting import WAYS, elsewhere, visitor


def joined(owner: Page, other: Page) -> str:
    """A new team of the first, in which the second is an editor; the address of its page."""
    owner.goto("/settings/teams")
    owner.get_by_label("Name").fill("Atelier Nord")
    owner.get_by_role("button", name="Make it and invite others").click()
    expect(owner.get_by_role("heading", name="Atelier Nord")).to_be_visible()
    address = other.evaluate("fetch('/api/me').then((answer) => answer.json()).then((me) => me.email)")
    team = owner.url.rpartition("/")[2]

    def join() -> None:  # how by an invitation, is told by test_inviting.py
        Membership.objects.create(team_id=team, user=User.objects.get(email=address), role="editor")

    elsewhere(join)
    return owner.url


@pytest.mark.parametrize("way", WAYS)
def test_an_owner_does_all_that_can_be_done_to_a_team(browser: Browser, studio_url: str, way: str, photo: Path):
    slug = f"nord-{uuid.uuid4().hex[:6]}"
    with visitor(browser, studio_url, way) as ada, visitor(browser, studio_url, way) as ben:
        team = joined(ada, ben)
        ada.goto(team)
        ada.get_by_role("link", name=re.compile("^Picture, address, hand over")).click()
        expect(ada.get_by_role("heading", name="Picture and address")).to_be_visible()
        look(ada, "team-life")

        ada.get_by_label("Picture", exact=True).set_input_files(photo)
        ada.get_by_role("button", name="Use this picture").click()
        expect(ada.get_by_text("The team's picture is changed.")).to_be_visible()
        mark = ada.locator("img.team-mark")
        expect(mark).to_have_js_property("complete", True)
        assert mark.evaluate("image => image.naturalWidth") == 128
        ada.get_by_label("Address", exact=True).fill("admin")
        ada.get_by_role("button", name="Change the address").click()
        expect(ada.get_by_role("alert")).to_contain_text("studio's own")
        look(ada, "team-life-refused")
        ada.get_by_label("Address", exact=True).fill(slug)
        ada.get_by_role("button", name="Change the address").click()
        expect(ada.get_by_text("The team's address is changed.")).to_be_visible()
        ben.goto(f"/t/{slug}")
        expect(ben.get_by_role("heading", name="Atelier Nord")).to_be_visible()

        with ada.expect_download() as download:
            ada.get_by_role("link", name="Export Atelier Nord").click()
        assert download.value.suggested_filename == f"{slug}.zip"
        with zipfile.ZipFile(io.BytesIO(download.value.path().read_bytes())) as archive:
            assert archive.testzip() is None and "avatar.webp" in archive.namelist()
            assert json.loads(archive.read("team.json"))["slug"] == slug

        ada.get_by_role("button", name="Archive Atelier Nord").click()
        expect(ada.get_by_role("heading", name="This team is archived")).to_be_visible()
        look(ada, "team-archived")
        ben.goto(f"{team}/life")
        expect(ben.get_by_text("Its owners can bring it back.")).to_be_visible()
        look(ben, "team-archived-editor")
        ada.get_by_role("button", name="Bring Atelier Nord back").click()
        expect(ada.get_by_text("The team can be worked in again.")).to_be_visible()

        ada.get_by_label(re.compile("^To delete it")).fill("Atelier Süd")
        ada.get_by_role("button", name="Delete Atelier Nord").click()
        expect(ada.get_by_role("alert")).to_contain_text("not the team's name")
        ada.get_by_label(re.compile("^To delete it")).fill("Atelier Nord")
        ada.get_by_role("button", name="Delete Atelier Nord").click()
        expect(ada.get_by_role("heading", name="This team is about to be deleted")).to_be_visible()
        look(ada, "team-deleted")
        gone = ben.goto(team)
        assert gone is not None and gone.status == 404
        ben.goto(f"{team}/life")
        expect(ben.get_by_text("Each of its owners can restore it")).to_be_visible()
        look(ben, "team-deleted-editor")
        ada.get_by_role("button", name="Restore Atelier Nord").click()
        expect(ada.get_by_text("The team is back.")).to_be_visible()
        ben.goto(team)
        expect(ben.get_by_role("heading", name="Atelier Nord")).to_be_visible()

        ada.get_by_label("You become").select_option(label="Editor")
        sure = ada.get_by_role("button", name="Yes, hand it over")
        expect(sure).to_be_hidden()  # one slip gives nothing away
        ada.locator("summary").filter(has_text="Hand over").click()
        look(ada, "team-hand-over")
        sure.click()
        expect(ada.get_by_text("You have handed the team over, and own it no more.")).to_be_visible()
        expect(ada.get_by_role("button", name=re.compile("^(Archive|Delete)"))).to_have_count(0)
        look(ada, "team-life-editor")
        ben.goto(f"{team}/life")
        expect(ben.get_by_role("button", name="Archive Atelier Nord")).to_be_visible()
        refused = ("404", "409", "422")
        for page in (ada, ben):
            assert not [each for each in page.problems if not any(code in each for code in refused)]  # type: ignore[attr-defined]
