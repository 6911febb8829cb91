"""Reviews on the pages: asked, answered and withdrawn beside the image, listed, and seen on thumbnails."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from designer.assets.models import Asset
from designer.generations.models import Generation
from teams.accounts.models import User
from teams.review.approvals.models import Approval
from tests.designer.sessions.agenda import browser_of, image
from tests.security.test_stored_text import HOSTILE, Running
from tests.teams.review.approvals.conftest import say

pytestmark = pytest.mark.django_db
PART = {"HTTP_X_PARTIAL": "1"}


@pytest.fixture
def desk(editor):
    return browser_of(editor.user)


def text(answer) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def tile(browser, asset: Asset) -> str:
    page = text(browser.get("/gallery"))
    return next(each for each in page.split('<li class="tile">') if f"/assets/{asset.pk}" in each)


def version(asset: Asset, **about: object) -> Asset:
    return image(asset.team, asset.owner, kind="enhanced", parent=asset, **about)


def test_a_review_is_asked_for_on_the_page_of_the_image(desk, member, asset):
    ada = member("editor", name="Ada Lovelace")
    page = text(desk.get(f"/assets/{asset.pk}"))
    assert "Nobody was asked to review this image." in page and "Ada Lovelace" in page
    wish = {
        "act": "request",
        "reviewer": [str(ada.pk)],
        "policy": "one_of",
        "checklist": "Seams\r\n\r\nHem",
        "note": "!",
    }
    due = (timezone.now() + timedelta(days=3)).date()
    answer = desk.post(f"/assets/{asset.pk}/approval", {**wish, "due": due.isoformat()})
    assert (answer.status_code, answer["Location"]) == (302, f"/assets/{asset.pk}#approval")
    row = Approval.objects.get()
    assert (row.policy, row.checklist, row.note, row.due_at.date()) == ("one_of", ["Seams", "Hem"], "!", due)
    page = text(desk.get(f"/assets/{asset.pk}"))
    assert "In review" in page and "No answer yet" in page and 'value="approve"' not in page


def test_a_refusal_is_said_and_what_was_typed_stays(desk, editor, asset, member):
    ada = member("editor")
    wish = {"act": "request", "reviewer": str(ada.pk), "due": "2020-01-01", "note": "typed", "checklist": "one line"}
    answer = desk.post(f"/assets/{asset.pk}/approval", wish)
    page = text(answer)
    assert answer.status_code == 422 and "The due date is over already. Choose a later one." in page
    assert ">typed</textarea>" in page and ">one line</textarea>" in page
    assert re.search(rf'value="{ada.pk}" checked', page)
    mine = {"reviewer": str(editor.user.pk), "due": ""}
    for wrong in ({"due": "2027-02-31"}, {"due": "soon"}, {"reviewer": "", "due": ""}, mine):
        assert desk.post(f"/assets/{asset.pk}/approval", {**wish, **wrong}).status_code == 422
    assert desk.post(f"/assets/{asset.pk}/approval", {"act": "dance"}).status_code == 422


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Tokyo", "UTC"])
def test_a_due_date_at_the_end_of_time_is_refused_and_all_can_be_read(zone, desk, editor, asset, member):
    User.objects.filter(pk=editor.user.pk).update(timezone=zone)
    wish = {"act": "request", "reviewer": str(member("editor").pk)}
    for due in ("9999-12-31", (timezone.now() + timedelta(days=5 * 366 + 2)).date().isoformat()):
        answer = desk.post(f"/assets/{asset.pk}/approval", {**wish, "due": due})
        assert answer.status_code == 422 and "The due date is too far away." in text(answer)
    assert desk.get("/reviews?show=asked").status_code == 200
    assert not Approval.objects.exists()


def test_where_nobody_else_may_review_the_page_says_whom_to_invite(client_of, team):
    owner = client_of("owner")
    page = text(browser_of(owner.user).get(f"/assets/{image(team, owner.user).pk}"))
    assert "Nobody else in" in page and f'href="/teams/{team.pk}"' in page


def test_reviewers_answer_there_and_others_look(desk, ask, member, asset):
    ada = browser_of(member("editor", name="Ada"))
    asked = ask(ada.user, checklist=["Seams", "Hem"], note="Please")
    page = text(ada.get(f"/assets/{asset.pk}/approval"))
    assert f'id="check-{asked.json()["id"]}-1"' in page, "no tick goes to the same line of another review"
    assert f'id="answer-note-{asked.json()["id"]}"' in page
    where = f"/assets/{asset.pk}/approval"
    for who, may in ((ada, True), (desk, False), (browser_of(member("viewer")), False)):
        assert ('value="approve"' in text(who.get(where))) is may
        assert "Please" in text(who.get(where, **PART))
    said = {"approval": asked.json()["id"], "act": "changes_requested", "answer_note": "Shorter", "checked": ["1", "x"]}
    page = text(ada.post(where, said, follow=True))
    assert "You ask for changes." in page and "1 of 2 checked" in page and "Shorter" in page
    assert "Request a review again" in text(desk.get(where))
    page = text(ada.post(where, {"approval": asked.json()["id"], "act": "approve"}, follow=True))
    assert "It is locked" in page
    assert browser_of(member("viewer")).post(where, said).status_code == 403
    assert browser_of(member("stranger")).post(where, said).status_code == 404


def test_what_is_approved_is_not_thrown_away_on_the_pages(desk, ask, member, asset, team, editor):
    ada = member("editor")
    asked = ask(ada)
    say(ada, asked)
    assert 'value="trash"' not in text(desk.get(f"/assets/{asset.pk}"))
    page = text(desk.post(f"/assets/{asset.pk}/trash", {"action": "trash"}, follow=True))
    assert "This image is approved, and so locked. Withdraw the approval first" in page
    other = image(team, editor.user)
    page = text(desk.post("/gallery/bulk", {"asset": f"{asset.pk},{other.pk}", "action": "trash"}, follow=True))
    assert "1 image moved to the trash." in page and "1 stayed: approved, and so locked." in page
    page = text(
        desk.post(f"/assets/{asset.pk}/approval", {"act": "withdraw", "approval": asked.json()["id"]}, follow=True)
    )
    assert "The review is withdrawn. The image can be moved to the trash again." in page and 'value="trash"' in page
    assert (
        desk.post(f"/assets/{other.pk}/approval", {"act": "withdraw", "approval": asked.json()["id"]}).status_code
        == 404
    )


def test_who_withdraws_an_open_review_is_not_told_that_it_was_locked(desk, ask, member, asset):
    asked = ask(member("editor"))
    said = {"act": "withdraw", "approval": asked.json()["id"]}
    page = text(desk.post(f"/assets/{asset.pk}/approval", said, follow=True))
    assert "The review is withdrawn." in page and "again." not in page.partition("The review is withdrawn.")[2][:80]


def test_the_admin_neither_deletes_an_image_nor_moves_it_to_the_trash(ask, member, asset, admin_client):
    say(ada := member("editor"), ask(ada))
    assert admin_client.post(f"/admin/designer/asset/{asset.pk}/delete/", {"post": "yes"}).status_code == 403
    page = admin_client.get(f"/admin/designer/asset/{asset.pk}/change/").content.decode()
    assert 'name="trashed_at' not in page and Asset.objects.filter(pk=asset.pk, trashed_at=None).exists()


def test_an_approved_image_that_got_into_the_trash_can_be_restored(desk, ask, member, asset):
    say(ada := member("editor"), ask(ada))
    Asset.objects.filter(pk=asset.pk).update(trashed_at=timezone.now())
    assert 'value="restore"' in text(desk.get(f"/assets/{asset.pk}"))
    desk.post(f"/assets/{asset.pk}/trash", {"action": "restore"})
    assert Asset.objects.get(pk=asset.pk).trashed_at is None


def test_thumbnails_show_how_a_review_stands(desk, ask, member, asset):
    assert "In review" not in tile(desk, asset)
    asked = ask(ada := member("editor"))
    assert "In review" in tile(desk, asset)
    for answer, words in (("changes_requested", "Changes requested"), ("reject", "Rejected"), ("approve", "Approved")):
        say(ada, asked, answer)
        assert words in tile(desk, asset)


@pytest.mark.parametrize("way", ["enhancement", "enhancement of an enhancement", "edit"])
def test_a_version_of_what_was_approved_is_to_be_reviewed_anew(way, desk, ask, member, asset):
    say(ada := member("editor"), ask(ada))
    if way == "edit":
        made = Generation.objects.create(team=asset.team, owner=asset.owner, source=asset, mode="edit", brief="longer")
        newer = image(asset.team, asset.owner, generation=made)
    else:
        newer = version(asset) if way == "enhancement" else version(version(asset))
    assert "Re-review needed" in tile(desk, newer) and "Approved" in tile(desk, asset)
    assert "this one is not what its reviewers saw" in text(desk.get(f"/assets/{newer.pk}"))
    assert "A newer version</a> was made since" in text(desk.get(f"/assets/{asset.pk}"))
    asked = ask(ada, about=newer)
    assert "In review" in tile(desk, newer)
    assert "was made since, and needs a review of its own." in text(desk.get(f"/assets/{asset.pk}"))
    say(ada, asked)
    if newer.parent_id == asset.pk or way == "edit":  # it is that version itself, and none made of it
        assert "was made since, and is approved too." in text(desk.get(f"/assets/{asset.pk}"))


def test_where_another_version_stands_for_an_image_its_review_is_shown(desk, ask, member, asset):
    say(ada := member("editor"), ask(ada))
    newer = version(asset)
    Asset.objects.filter(pk=asset.pk).update(chosen=newer)
    assert "Re-review needed" in tile(desk, asset)


def test_a_version_of_what_is_only_in_review_or_rejected_says_nothing(desk, ask, member, asset):
    asked = ask(ada := member("editor"))
    newer = version(asset)
    assert "badge" not in re.sub("tile-badge badge", "", tile(desk, newer))
    say(ada, asked, "reject")
    assert "Re-review" not in tile(desk, newer)


def test_the_gallery_asks_the_database_alike_often_for_one_and_for_many(desk, ask, member, team, editor, asset):
    ada = member("editor")
    ask(ada)
    desk.get("/gallery")
    with CaptureQueriesContext(connection) as few:
        desk.get("/gallery")
    for number in range(12):
        row = image(team, editor.user)
        say(ada, ask(ada, about=row), ["approve", "reject", "changes_requested"][number % 3])
        version(version(row))
    with CaptureQueriesContext(connection) as many:
        assert text(desk.get("/gallery")).count('class="tile-review"') >= 12
    assert len(many) == len(few)


def test_the_list_shows_what_waits_for_me_what_i_asked_and_all(desk, ask, member, asset, team, editor):
    ada, ben = browser_of(member("editor")), browser_of(member("editor"))
    assert "Nothing waits for your answer" in text(ada.get("/reviews"))
    assert "You have asked for no review yet" in text(desk.get("/reviews?show=asked"))
    ask(ada.user, note="the long one")
    other = image(team, editor.user)
    say(ada.user, ask(ada.user, about=other))

    def shown(who, query) -> set[str]:
        page = text(who.get(f"/reviews{query}"))
        return {row.title for row in (asset, other) if f">{row.title}</a>" in page}

    assert shown(ada, "") == {asset.title} and "To answer (1)" in text(ada.get("/reviews"))
    assert shown(ben, "") == set() and shown(ben, "?show=all") == {asset.title, other.title}
    assert shown(desk, "?show=asked&status=approved") == {other.title}
    assert shown(desk, "?show=all&search=long") == {asset.title}
    assert "Nothing matches" in text(desk.get("/reviews?show=all&search=velvet"))
    assert shown(desk, f"?show=all&team={team.pk}") == {asset.title, other.title}
    assert shown(desk, f"?show=all&team={editor.user.teams.get(personal=True).pk}") == set()
    assert shown(browser_of(member("stranger")), "?show=all") == set()
    for odd in ("?page=99&show=x", "?team=moon", "?status=lost&show=all"):
        assert desk.get(f"/reviews{odd}").status_code == 200


def test_the_list_turns_and_asks_alike_often(desk, ask, member, team, editor):
    ada = member("editor")
    ask(ada)
    with CaptureQueriesContext(connection) as few:
        desk.get("/reviews?show=all")
    for _ in range(24):
        ask(ada, about=image(team, editor.user))
    with CaptureQueriesContext(connection) as many:
        first = text(desk.get("/reviews?show=all"))
    assert len(many) <= len(few) + 1 and "Page 1 of 2" in first
    assert text(desk.get("/reviews?show=all&page=2")).count('class="card review-row"') == 1


@pytest.mark.parametrize("words", HOSTILE)
def test_nothing_that_is_typed_runs(words, desk, ask, member, asset):
    ada = browser_of(member("editor", name=words[:80].replace("\x00", "") or "x"))
    line = re.sub(r"[\x00-\x1f\u202a-\u202e\u2066-\u2069]", "", words)[:150] or "x"
    asked = ask(ada.user, note=line, checklist=[line])
    say(ada.user, asked, "reject", note=line)
    for address in (f"/assets/{asset.pk}/approval", f"/assets/{asset.pk}", "/reviews?show=all"):
        assert Running(ada.get(address).content.decode()).found == []


def test_in_a_large_team_others_are_named_by_their_address(desk, member, asset, monkeypatch):
    monkeypatch.setattr("teams.review.approvals.panels.SHOWN", 1)
    ada, ben = member("editor", name="Ada"), member("editor", name="Zoe")
    assert "Others, by their addresses" in text(desk.get(f"/assets/{asset.pk}"))
    wish = {"act": "request", "reviewer": str(ada.pk), "addresses": f" {ben.email.upper()} "}
    assert desk.post(f"/assets/{asset.pk}/approval", wish).status_code == 302
    assert Approval.objects.get().reviewers.count() == 2
    many = ",".join(f"nobody{number}@example.org" for number in range(21))
    with CaptureQueriesContext(connection) as queries:
        refused = desk.post(f"/assets/{asset.pk}/approval", {**wish, "addresses": many})
    assert refused.status_code == 422 and "21 reviewers are too many." in text(refused)
    assert not [each for each in queries if "nobody" in each["sql"]]
    with CaptureQueriesContext(connection) as queries:
        desk.post(f"/assets/{asset.pk}/approval", {**wish, "addresses": f"{ada.email},{ben.email},{ben.email.upper()}"})
    assert len([each for each in queries if ben.email in each["sql"]]) == 1
    viewer = browser_of(member("viewer"))
    assert viewer.post(f"/assets/{asset.pk}/approval", {**wish, "addresses": many}).status_code == 403
    refused = desk.post(f"/assets/{asset.pk}/approval", {**wish, "addresses": "nobody@example.org"})
    assert refused.status_code == 404 and "nobody@example.org is no member of this team." in text(refused)
