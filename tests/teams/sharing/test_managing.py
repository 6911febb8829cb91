"""Who may share what, for how long, and how it is listed, changed and taken back."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from teams.accounts.services import create_token
from teams.audit.models import AuditEntry
from teams.membership.models import Team
from teams.sharing.models import Share
from tests.factories import MembershipFactory, TeamFactory, UserFactory
from tests.teams.sharing.conftest import as_, key_of, page_of, share, visitor

pytestmark = pytest.mark.django_db
KINDS = ("asset", "collection", "batch")


def people(work):
    """One of each; `colleague` is another editor."""
    made = {"owner": work.owner, "editor": work.editor, "stranger": UserFactory()}
    for name, role in (("admin", "admin"), ("colleague", "editor"), ("viewer", "viewer")):
        made[name] = MembershipFactory(team=work.team, role=role).user
    return made


def shared_deeds():
    """What the audit log has of shares, in order."""
    rows = AuditEntry.objects.filter(action__startswith="share.").order_by("created_at")
    return list(rows.values_list("action", flat=True))


@pytest.mark.parametrize("kind", KINDS)
def test_editors_share_their_own_and_admins_everybodys(kind, work):
    codes = {name: share(as_(person), work, kind).status_code for name, person in people(work).items()}
    assert codes == {"owner": 201, "admin": 201, "editor": 201, "colleague": 403, "viewer": 403, "stranger": 404}
    assert sorted(shared_deeds()) == ["share.made"] * 3 + ["share.refused"] * 2


def test_what_is_of_another_team_or_nowhere_is_not_to_be_shared(work):
    foreign = TeamFactory(owner=work.editor)
    client, own = as_(work.editor), str(work.images[0].pk)
    for team, pk in ((foreign.pk, own), (work.team.pk, str(uuid4())), (uuid4(), own)):
        assert client.post(f"/api/teams/{team}/shares", {"asset": pk}, format="json").status_code == 404


@pytest.mark.parametrize(
    ("wish", "status", "code"),
    [
        ({"expires_at": "2020-01-01T00:00:00Z"}, 422, "over_already"),
        ({"expires_at": (timezone.now() + timedelta(days=400)).isoformat()}, 422, "too_far"),
        ({"expires_at": "soon"}, 400, "invalid"),
        ({"rights": ["comment"]}, 422, "no_guests"),
        ({"rights": ["own"]}, 400, "invalid"),
        ({"password": "short"}, 422, "bad_password"),
        ({"password": "12345678"}, 422, "bad_password"),
        ({"password": "long enough", "email": "ada@example.org"}, 422, "no_password_here"),
        ({"email": "ada"}, 422, "bad_address"),
        ({"email": "ada@example.org", "to_team": str(uuid4())}, 400, "invalid"),
        ({"to_team": str(uuid4())}, 404, "not_found"),
        ({"name": "x" * 81}, 400, "invalid"),
        ({"name": "a\u202eb"}, 422, "hidden_characters"),
        ({"collection": str(uuid4())}, 400, "invalid"),
    ],
)
def test_a_bad_wish_is_refused_and_nothing_is_shared(wish, status, code, work):
    answer = share(as_(work.editor), work, **wish)
    assert answer.status_code == status and answer.json()["code"] == code, answer.content
    assert not Share.objects.exists()


def test_with_ones_own_team_and_its_members_nothing_is_shared(work):
    client = as_(work.editor)
    assert share(client, work, to_team=str(work.team.pk)).json()["code"] == "same_team"
    assert share(client, work, email=work.owner.email).json()["code"] == "already_member"
    UserFactory(email="ada@example.org")
    assert share(client, work, email="ada@example.org").status_code == 201
    assert share(client, work, email="ADA@example.org").json()["code"] == "shared_already"


def test_a_share_ends_after_thirty_days_unless_it_is_said(work):
    days = timezone.datetime.fromisoformat(share(as_(work.editor), work).json()["expires_at"]) - timezone.now()
    assert timedelta(days=29, hours=23) < days <= timedelta(days=30)


def test_what_lies_in_the_trash_is_not_shared(work):
    as_(work.editor).delete(f"/api/assets/{work.images[0].pk}")
    assert share(as_(work.editor), work).json()["code"] == "trashed"


def test_a_team_may_switch_links_off(work):
    path = f"/api/teams/{work.team.pk}"
    key = key_of(share(as_(work.editor), work))
    owner = as_(work.owner)
    tag = owner.get(path)["ETag"]
    assert (
        as_(work.editor).patch(path, {"share_links": False}, format="json", headers={"If-Match": tag}).status_code
        == 403
    )
    changed = owner.patch(path, {"share_links": False}, format="json", headers={"If-Match": tag})
    assert changed.status_code == 200 and changed.json()["share_links"] is False
    assert share(as_(work.editor), work).json()["code"] == "links_off"
    assert visitor().post("/s", {"key": key}).status_code == 404
    assert share(as_(work.editor), work, email=UserFactory().email).status_code == 201
    assert "Links are off" in page_of(work.editor).get(f"/assets/{work.images[0].pk}/shares").content.decode()
    page_of(work.owner).post(f"/teams/{work.team.pk}/shares", {"share_links": "1", "etag": owner.get(path)["ETag"]})
    assert Team.objects.get(pk=work.team.pk).allows_share_links
    assert visitor().post("/s", {"key": key}).status_code == 404  # none lives again unseen
    assert visitor(key_of(share(as_(work.editor), work)))
    entry = AuditEntry.objects.get(action="share.revoked")
    assert entry.actor_id == work.owner.pk and "switched off" in entry.facts["why"]


def test_everybody_lists_what_they_may_take_back_and_no_more(work):
    found = people(work)
    mine = share(as_(work.editor), work).json()["id"]
    theirs = share(as_(found["admin"]), work, "batch").json()["id"]
    listed = f"/api/teams/{work.team.pk}/shares"
    seen = {name: as_(person).get(listed) for name, person in found.items()}
    assert seen.pop("stranger").status_code == 404
    ids = {name: {row["id"] for row in answer.json()["results"]} for name, answer in seen.items()}
    assert ids == {
        "owner": {mine, theirs},
        "admin": {mine, theirs},
        "editor": {mine},
        "colleague": set(),
        "viewer": set(),
    }
    for name, person in found.items():
        sees = ids.get(name, set())
        for pk in (mine, theirs):
            one = f"{listed}/{pk}"
            assert as_(person).get(one).status_code == (200 if pk in sees else 404), name
            if pk not in sees:
                assert as_(person).delete(one).status_code == 404
                assert (
                    as_(person).patch(one, {"rights": []}, format="json", headers={"If-Match": "*"}).status_code == 404
                )
    page = page_of(work.owner).get(f"/teams/{work.team.pk}/shares").content.decode()
    assert mine in page and theirs in page
    assert theirs not in page_of(work.editor).get(f"/teams/{work.team.pk}/shares").content.decode()


def test_the_list_is_searched_and_filtered(work):
    UserFactory(email="ada@example.org")
    client = as_(work.editor)
    one = share(client, work, name="For Vogue").json()["id"]
    two = share(client, work, "collection", email="ada@example.org").json()["id"]
    three = share(client, work, "batch").json()["id"]
    client.delete(f"/api/teams/{work.team.pk}/shares/{three}")
    for query, due in (
        ("search=vogue", {one}), ("search=ada", {two}), ("search=spring", {two}), ("search=nothing", set()),
        ("kind=batch", {three}), ("way=person", {two}), ("state=revoked", {three}), ("state=open", {one, two}),
        ("state=expired", set()), ("state=resting", set()),
    ):  # fmt: skip
        rows = client.get(f"/api/teams/{work.team.pk}/shares?{query}").json()["results"]
        assert {row["id"] for row in rows} == due, query
        page = page_of(work.editor).get(f"/teams/{work.team.pk}/shares?{query}").content.decode()
        assert {pk for pk in (one, two) if pk in page} == due - {three}, query
    client.delete(f"/api/assets/{work.images[0].pk}")
    assert client.get(f"/api/teams/{work.team.pk}/shares/{one}").json()["state"] == "resting"
    assert "it lies in the trash" in page_of(work.editor).get(f"/teams/{work.team.pk}/shares").content.decode()


def test_a_share_that_rests_because_its_giver_is_suspended_says_so(work):
    """Nobody looks in the trash for what is not there."""
    key = key_of(share(as_(work.editor), work))
    work.editor.is_active = False
    work.editor.save()
    page = page_of(work.owner).get(f"/teams/{work.team.pk}/shares").content.decode()
    assert "who shared it may not at present" in page and "in the trash" not in page
    assert visitor().post("/s", {"key": key}).status_code == 404


@pytest.mark.parametrize("form", [{"password": ""}, {"act": "password", "password": ""}, {}, {"act": "end"}])
def test_an_empty_new_password_takes_no_share_back(form, work):
    key = key_of(share(as_(work.editor), work, password="tulips at dawn"))
    place = f"/teams/{work.team.pk}/shares/{Share.objects.get().pk}"
    said = page_of(work.editor).post(place, form, follow=True).content.decode()
    assert "Nothing is changed" in said and Share.objects.get().revoked_at is None
    assert visitor(key, "tulips at dawn")
    page_of(work.editor).post(place, {"act": "password", "password": "daffodils at dusk"})
    inside = visitor(key, "daffodils at dusk")
    assert inside.get(inside.place).status_code == 200


def test_a_change_needs_the_version_and_is_audited_once(work):
    made = share(as_(work.editor), work).json()
    path, client = f"/api/teams/{work.team.pk}/shares/{made['id']}", as_(work.editor)
    assert client.patch(path, {"rights": ["download"]}, format="json").status_code == 428
    tag = client.get(path)["ETag"]
    until = (timezone.now() + timedelta(days=3)).isoformat()
    wish = {"rights": ["download"], "expires_at": until}
    changed = client.patch(path, wish, format="json", headers={"If-Match": tag})
    assert changed.status_code == 200 and changed.json()["rights"] == ["view", "download"]
    assert client.patch(path, wish, format="json", headers={"If-Match": tag}).status_code == 412
    comment = client.patch(path, {"rights": ["comment"]}, format="json", headers={"If-Match": "*"})
    assert comment.json()["code"] == "no_guests"
    assert client.delete(path).status_code == 204 and client.delete(path).status_code == 204
    assert client.patch(path, wish, format="json", headers={"If-Match": "*"}).json()["code"] == "revoked"
    assert shared_deeds() == [
        "share.made", "share.changed", "share.revoked",
    ]  # fmt: skip


def test_opening_changes_no_version(work):
    key = key_of(share(as_(work.editor), work))
    path = f"/api/teams/{work.team.pk}/shares/{Share.objects.get().pk}"
    before = as_(work.editor).get(path)
    visitor(key)
    after = as_(work.editor).get(path)
    assert after["ETag"] == before["ETag"] and after.json()["openings"] == 1


@pytest.mark.parametrize("kind", KINDS)
def test_the_page_of_a_thing_shares_shows_the_link_once_and_takes_it_back(kind, work):
    client = page_of(work.editor)
    thing = work.of(kind).pk
    place = f"/{'batches' if kind == 'batch' else kind + 's'}/{thing}"
    assert f"{place}/shares" in client.get(place).content.decode()
    until = (timezone.now() + timedelta(days=9)).date().isoformat()
    form = {"way": "link", "may_download": "1", "until": until, "name": "For Vogue"}
    made = client.post(f"{place}/shares", form)
    said = made.content.decode()
    row = Share.objects.get()
    key = said.partition("/s#")[2].partition('"')[0]
    assert made.status_code == 200 and "no-store" in made["Cache-Control"] and row.rights == ["view", "download"]
    assert row.expires_at.date().isoformat() == until
    guest = visitor(key)
    assert "For Vogue" in guest.get(guest.place).content.decode()
    again = client.get(f"{place}/shares").content.decode()
    assert "dbffs_" not in again and str(row.pk) in again
    part = client.get(f"{place}/shares", headers={"X-Partial": "1"}).content.decode()
    assert str(row.pk) in part and "<html" not in part
    back = client.post(f"/teams/{work.team.pk}/shares/{row.pk}", {"act": "revoke", "next": f"{place}/shares"})
    assert back["Location"] == f"{place}/shares" and guest.get(guest.place).status_code == 404
    away = client.post(f"/teams/{work.team.pk}/shares/{row.pk}", {"next": "https://evil.example/"})
    assert away["Location"] == f"/teams/{work.team.pk}/shares"


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"way": "person", "email": ""}, "Name somebody"),
        ({"way": "person", "email": "ada"}, "no e-mail address"),
        ({"way": "team", "to_team": "x"}, "No team is named"),
        ({"way": "team", "to_team": str(uuid4())}, "no such team"),
        ({"way": "link", "until": "2020-01-01"}, "has passed"),
        ({"way": "link", "until": "2026-99-99"}, "no day"),
        ({"way": "link", "password": "short"}, "no password"),
        ({"way": "link", "password": "password"}, "first that are tried"),
        ({"way": "link", "may_comment": "1"}, "cannot comment"),
        ({"way": "link", "name": "a\u202eb"}, "control characters"),
        ({"way": "link", "name": "x" * 81}, "80"),
    ],
)
def test_a_form_that_is_wrong_says_so_in_place(form, words, work):
    answer = page_of(work.editor).post(f"/assets/{work.images[0].pk}/shares", form)
    assert 'aria-invalid="true" aria-describedby="refused"' in answer.content.decode()
    assert answer.status_code in (404, 422) and words in answer.content.decode()
    assert not Share.objects.exists()


def test_who_may_not_share_sees_why(work):
    viewer = MembershipFactory(team=work.team, role="viewer").user
    answer = page_of(viewer).get(f"/assets/{work.images[0].pk}/shares")
    assert answer.status_code == 200 and "may share it" in answer.content.decode()
    assert page_of(viewer).post(f"/assets/{work.images[0].pk}/shares", {"way": "link"}).status_code == 403


def test_a_list_of_shares_asks_as_much_for_one_as_for_many(work, django_assert_max_num_queries):
    client = page_of(work.editor)
    for number in range(12):
        share(as_(work.editor), work, ("asset", "collection", "batch")[number % 3], name=f"no {number}")
    with django_assert_max_num_queries(20):
        client.get(f"/teams/{work.team.pk}/shares")


def test_so_much_is_shared_a_day(work, monkeypatch):
    from teams.base.limits import Limit
    from teams.sharing import services

    monkeypatch.setattr(services, "A_DAY", Limit("share:by:{}", 2, 60))
    codes = [share(as_(work.editor), work).status_code for _ in range(3)]
    assert codes == [201, 201, 429]


def test_what_ended_long_ago_is_forgotten_and_what_guests_said_stays(work):
    from teams.review.models import Comment
    from teams.sharing.services import forget_old

    person = UserFactory()
    pk = share(as_(work.editor), work, email=person.email, rights=["comment"]).json()["id"]
    as_(person).post(f"/api/shared/{pk}/comments", {"text": "Longer"}, format="json")
    long_ago = timezone.now() - timedelta(days=91)
    Share.objects.update(expires_at=long_ago, created_at=long_ago - timedelta(days=30))
    forget_old()
    assert not Share.objects.exists() and Comment.objects.get().guest


def test_by_token_to_share_and_to_change_needs_the_scope_admin_to_take_back_does_not(work):
    """It opens work to people outside, as an invitation does; what only closes is never out of reach."""
    clients = {}
    for scope in ("write", "admin"):
        _, key = create_token(actor=work.editor, name=scope, scopes=["read", scope])
        clients[scope] = APIClient(headers={"Authorization": f"Bearer {key}"})
    refused = share(clients["write"], work)
    assert (refused.status_code, refused.json()["code"]) == (403, "insufficient_scope")
    path = f"/api/teams/{work.team.pk}/shares/{share(clients['admin'], work).json()['id']}"
    wish = {"data": {"rights": ["download"]}, "format": "json", "headers": {"If-Match": "*"}}
    assert [clients[scope].patch(path, **wish).status_code for scope in ("write", "admin")] == [403, 200]
    assert clients["write"].get(path).status_code == 200 and clients["write"].delete(path).status_code == 204
