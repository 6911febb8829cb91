"""What becomes of shares when their team, or the one they are for, is archived, deleted, restored or handed over."""

from datetime import timedelta

import pytest
from django.utils import timezone

from teams.accounts.models import User
from teams.audit.models import AuditEntry
from teams.membership import closing, purging
from teams.membership.models import Membership, Team
from teams.membership.plan import use_of
from teams.membership.services import remove_member
from teams.review.models import Comment
from teams.sharing import talking
from teams.sharing.models import Declined, Share
from tests.factories import MembershipFactory, TeamFactory, UserFactory
from tests.teams.sharing.conftest import Work, as_, body, key_of, page_of, share, visitor
from tests.teams.sharing.test_people import TAKES, given, surfaces

pytestmark = pytest.mark.django_db
KINDS = ("asset", "collection", "batch")
ALL = ["comment", "download"]


def archive(work: Work) -> None:
    closing.archive(actor=work.owner, team_id=work.team.pk)


def delete(work: Work) -> None:
    closing.delete(actor=work.owner, team_id=work.team.pk, name=work.team.name)


def end(team: Team) -> None:
    """Its thirty days are over, and it goes."""
    owner = Membership.every.filter(team=team, role="owner").first().user
    if Team.objects.filter(pk=team.pk, ends_at=None).exists():
        closing.delete(actor=owner, team_id=team.pk, name=Team.objects.get(pk=team.pk).name)
    Team.objects.filter(pk=team.pk).update(ends_at=timezone.now() - timedelta(seconds=1))
    assert purging.purge(budget=60) == 1


def looks(work: Work, kind: str, person: User, pk: str, key: str) -> dict[str, int]:
    """What each surface of a share says to the person it is for, and to a new visitor with a link's key."""
    image = work.image_in(kind).pk
    client = page_of(person)
    found = {name: client.get(path) for name, path in surfaces(pk, image).items()}
    codes = {name: answer.status_code for name, answer in found.items()}
    for name in TAKES:
        body(found[name])
    guest = visitor()
    asked = guest.post("/s", {"key": key})
    codes["link"] = guest.get(asked["Location"]).status_code if asked.status_code == 302 else asked.status_code
    return codes


@pytest.mark.parametrize("kind", KINDS)
def test_an_archived_team_s_shares_are_looked_at_and_nobody_writes_through_them(kind, work):
    person = UserFactory()
    pk = given(work, kind, person, rights=ALL)
    key = key_of(share(as_(work.editor), work, kind, rights=["download"]))
    guest, page = as_(person), page_of(person)
    said = guest.post(f"/api/shared/{pk}/comments", {"text": "Longer sleeves?"}, format="json").json()
    archive(work)
    assert set(looks(work, kind, person, pk, key).values()) == {200}
    for reply_to in (None, said["id"]):
        refused = guest.post(f"/api/shared/{pk}/comments", {"text": "More", "reply_to": reply_to}, format="json")
        assert (refused.status_code, refused.json()["code"]) == (409, "team_archived")
        assert "owner" not in refused.json()["remedy"], "guests know no owners"
    page.post(f"/shared/{pk}/comment", {"text": "More"})
    assert [row.text for row in Comment.objects.all()] == ["Longer sleeves?"]
    shown = page.get(f"/shared/{pk}").content.decode()
    assert "Comments are closed" in shown and "Longer sleeves?" in shown and 'name="text"' not in shown
    assert guest.get("/api/shared").json()["results"][0]["rights"] == ["view", "download"]
    assert "comment" not in page.get("/shared").content.decode().partition("you can")[2].partition("until")[0]
    closing.unarchive(actor=work.owner, team_id=work.team.pk)
    assert guest.post(f"/api/shared/{pk}/comments", {"text": "More"}, format="json").status_code == 201
    assert 'name="text"' in page.get(f"/shared/{pk}").content.decode()


@pytest.mark.parametrize("who", ["owner", "editor"])
def test_in_an_archived_team_nothing_more_is_shared_or_changed_but_all_is_taken_back(who, work):
    person = UserFactory()
    pk = given(work, "asset", person)
    locked = share(as_(work.editor), work, password="tulips at dawn").json()
    archive(work)
    client, page = as_(getattr(work, who)), page_of(getattr(work, who))
    one = f"/api/teams/{work.team.pk}/shares/{locked['id']}"
    tries = [
        share(client, work, email=UserFactory().email),
        client.patch(one, {"rights": ["download"]}, format="json", HTTP_IF_MATCH="*"),
        client.patch(one, {"password": "daffodils at dusk"}, format="json", HTTP_IF_MATCH="*"),
    ]
    assert {(each.status_code, each.json()["code"]) for each in tries} == {(409, "team_archived")}
    form = {"act": "password", "password": "daffodils at dusk"}
    asked = page.post(f"/teams/{work.team.pk}/shares/{locked['id']}", form, follow=True)
    assert "archived" in asked.content.decode()
    assert Share.objects.get(pk=locked["id"]).wrong == 0 and Share.objects.count() == 2
    panel = page.get(f"/assets/{work.images[0].pk}/shares").content.decode()
    listed = page.get(f"/teams/{work.team.pk}/shares").content.decode()
    for shown in (panel, listed):
        assert "archived" in shown and "Yes, take it back" in shown and "Give it" not in shown
    assert ("by all its members" in listed) == (who == "owner"), "an owner sees still what all share"
    assert 'name="way" value="person"' not in panel and ">Share it<" not in panel
    assert client.delete(f"/api/teams/{work.team.pk}/shares/{pk}").status_code == 204
    page.post(f"/teams/{work.team.pk}/shares/{locked['id']}", {"act": "revoke"})
    assert not Share.objects.filter(revoked_at=None).exists()
    assert page_of(person).get(f"/shared/{pk}").status_code == 404


def test_who_loses_their_role_in_an_archived_team_shares_no_more(work):
    person = UserFactory()
    pk = given(work, "asset", person)
    archive(work)
    remove_member(actor=work.owner, team_id=work.team.pk, user_id=work.editor.pk)
    assert page_of(person).get(f"/shared/{pk}").status_code == 404
    closing.unarchive(actor=work.owner, team_id=work.team.pk)
    assert page_of(person).get(f"/shared/{pk}").status_code == 404


@pytest.mark.parametrize("kind", KINDS)
def test_a_team_about_to_be_deleted_shows_nothing_to_anybody_and_when_restored_as_before(kind, work):
    person = UserFactory()
    pk = given(work, kind, person, rights=ALL)
    key = key_of(share(as_(work.editor), work, kind, rights=["download"]))
    archive(work)  # what is archived is deleted, too
    delete(work)
    assert set(looks(work, kind, person, pk, key).values()) == {404}
    guest = as_(person)
    assert guest.post(f"/api/shared/{pk}/comments", {"text": "Hello?"}, format="json").status_code == 404
    assert guest.get("/api/shared").json()["results"] == []
    assert str(pk) not in page_of(person).get("/shared").content.decode()
    assert as_(work.owner).get(f"/api/teams/{work.team.pk}/shares").status_code == 404
    closing.restore(actor=work.owner, team_id=work.team.pk)
    closing.unarchive(actor=work.owner, team_id=work.team.pk)
    assert set(looks(work, kind, person, pk, key).values()) == {200}
    assert guest.post(f"/api/shared/{pk}/comments", {"text": "Hello!"}, format="json").status_code == 201
    assert Share.objects.filter(revoked_at=None).count() == 2


def test_a_share_whose_day_passes_meanwhile_is_over_when_the_team_is_restored(work):
    person = UserFactory()
    pk = given(work, "asset", person)
    delete(work)
    Share.objects.update(created_at=timezone.now() - timedelta(days=2), expires_at=timezone.now() - timedelta(days=1))
    closing.restore(actor=work.owner, team_id=work.team.pk)
    assert page_of(person).get(f"/shared/{pk}").status_code == 404


@pytest.mark.parametrize("what", ["download", "archive"])
@pytest.mark.parametrize("door", ["link", "person"])
def test_what_is_being_sent_is_cut_when_the_team_is_deleted_and_goes_on_when_it_is_archived(
    door, what, work, monkeypatch
):
    monkeypatch.setattr("teams.base.streams.ASK_EVERY", 0)
    monkeypatch.setattr("designer.assets.packing.BLOCK", 64)
    person = UserFactory()
    pk = given(work, "collection", person, rights=["download"])
    guest = visitor(key_of(share(as_(work.editor), work, "collection", rights=["download"])))
    client, begin = (guest, guest.place) if door == "link" else (page_of(person), f"/shared/{pk}")
    path = f"{begin}/archive" if what == "archive" else f"{begin}/images/{work.images[0].pk}/download"
    blocks = iter(client.get(path).streaming_content)
    next(blocks)
    archive(work)
    next(blocks)
    delete(work)
    with pytest.raises(Exception, match="lost while"):
        list(blocks)


@pytest.mark.django_db(transaction=True)
def test_what_is_for_a_team_ends_with_that_team_and_nothing_else_does(work):
    other = TeamFactory()
    guest = MembershipFactory(team=other, role="editor").user
    person = UserFactory()
    pk = given(work, "asset", team=other, rights=ALL)
    kept = given(work, "asset", person, rights=ALL)
    comment = talking.say(actor=guest, share_id=pk, text="From the other team")
    talking.say(actor=person, share_id=kept, text="From a person")
    again = MembershipFactory(team=other).user
    talking.decline(actor=again, share_id=pk)
    owner = other.memberships.get(role="owner").user
    closing.delete(actor=owner, team_id=other.pk, name=other.name)
    assert page_of(guest).get(f"/shared/{pk}").status_code == 404
    refused = share(as_(work.editor), work, "collection", to_team=str(other.pk))
    assert refused.status_code == 404, "of a team that is about to be deleted nothing is told"
    end(other)
    assert not Share.objects.filter(pk=pk).exists() and not Declined.objects.exists()
    stays = Comment.objects.get(pk=comment.pk)
    assert (stays.text, stays.share_id, stays.guest) == ("From the other team", None, True)
    assert page_of(person).get(f"/shared/{kept}").status_code == 200
    assert Team.objects.filter(pk=work.team.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_shares_go_with_the_team_that_gave_them(work):
    other = TeamFactory()
    guest = MembershipFactory(team=other, role="editor").user
    pk = given(work, "batch", team=other, rights=ALL)
    given(work, "asset", UserFactory())
    key_of(share(as_(work.editor), work, "collection", password="tulips at dawn"))
    talking.say(actor=guest, share_id=pk, text="From the other team")
    talking.decline(actor=guest, share_id=pk)
    end(work.team)
    assert not Share.objects.exists() and not Declined.objects.exists()
    assert Team.objects.filter(pk=other.pk).exists()
    assert AuditEntry.objects.filter(team_id=work.team.pk, action="share.made").count() == 3


def test_a_guest_is_no_member_is_offered_nothing_and_inherits_nothing(work):
    before = use_of(work.team).seats
    person = UserFactory(name="Gwen Guest")
    given(work, "asset", person, rights=ALL)
    assert use_of(work.team).seats == before
    life = page_of(work.owner).get(f"/teams/{work.team.pk}/life").content.decode()
    assert "Edith Editor" in life and "Gwen Guest" not in life
    client = as_(work.owner)
    answer = client.post(f"/api/teams/{work.team.pk}/hand-over", {"user": str(person.pk)}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (422, "no_such_heir")
    assert not Membership.objects.filter(team=work.team, user=person).exists()
    assert as_(person).get(f"/api/teams/{work.team.pk}/life").status_code == 404
    assert as_(person).get(f"/api/teams/{work.team.pk}/export").status_code == 404


@pytest.mark.parametrize(("own_role", "status"), [("admin", 200), ("editor", 404), ("viewer", 404)])
def test_whoever_hands_the_team_over_shares_on_what_their_new_role_lets_them(own_role, status, work):
    """The image is the editor's: an admin may share it, an editor may not share another's."""
    person = UserFactory()
    answer = share(as_(work.owner), work, email=person.email)
    said = {"user": str(work.editor.pk), "own_role": own_role}
    done = as_(work.owner).post(f"/api/teams/{work.team.pk}/hand-over", said, format="json")
    assert done.status_code == 200
    assert page_of(person).get(f"/shared/{answer.json()['id']}").status_code == status
    assert Share.objects.filter(revoked_at=None).count() == (status == 200)
