"""Sharing itself: once however often it is sent, never while a row is held, and right in races and long lists."""

from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from designer.assets.services import store_upload
from teams.audit.models import AuditEntry
from teams.base import limits
from teams.base.errors import Conflict, Refused
from teams.membership.services import remove_member, set_share_links
from teams.review.collections.services import add
from teams.sharing import services
from teams.sharing.models import Share
from teams.sharing.services import Wish
from tests.factories import MembershipFactory, TeamFactory, UserFactory
from tests.teams.sharing.conftest import as_, drawn, key_of, over, page_of, share, visitor
from tests.work import all_at_once

pytestmark = pytest.mark.django_db


def once_in(page):
    return page.partition('name="once" value="')[2].partition('"')[0]


def etag_in(page):
    return unescape(page.partition('name="etag" value="')[2].partition('"')[0])


def link_in(page):
    return page.partition("/s#")[2].partition('"')[0]


def test_a_form_that_is_sent_twice_makes_one_link_and_shows_it_both_times(work):
    client, place = page_of(work.editor), f"/assets/{work.images[0].pk}/shares"
    once = once_in(client.get(place).content.decode())
    first, again = (client.post(place, {"way": "link", "once": once}).content.decode() for _ in range(2))
    assert len(once) > 20 and link_in(first) == link_in(again) != ""
    assert Share.objects.count() == 1 and AuditEntry.objects.filter(action="share.made").count() == 1
    fresh = once_in(first)
    assert fresh != once
    assert link_in(client.post(place, {"way": "link", "once": fresh}).content.decode()) != link_in(first)
    other = page_of(work.owner).post(place, {"way": "link", "once": once}).content.decode()
    assert link_in(other) != link_in(first)  # somebody else's key is another
    assert Share.objects.count() == 3


def ask(work, key, **body):
    path, wish = f"/api/teams/{work.team.pk}/shares", {"asset": str(work.images[0].pk), **body}
    return as_(work.editor).post(path, wish, format="json", headers={"Idempotency-Key": key})


def in_days(days):
    return (timezone.now() + timedelta(days=days)).isoformat()


FIRST = {"password": "tulips at dawn", "name": "Spring", "expires_at": in_days(60)}


def test_a_key_that_is_sent_again_is_told_the_same(work):
    first, again = ask(work, "k-1", **FIRST), ask(work, "k-1", **FIRST)
    assert (first.status_code, again.status_code) == (201, 201) and first.json() == again.json()
    assert first.json()["link"] and first.json()["locked"] and Share.objects.count() == 1
    said = ask(work, "k-1", password="tulips at dawn", name=" Spring ").json()  # an end that is not named is any
    assert said["link"] == first.json()["link"]


@pytest.mark.parametrize(
    "other",
    [
        {"password": "daffodils at dusk"},
        {"password": ""},
        {"name": "Summer"},
        {"rights": ["download"]},
        {"with_briefs": True},
        {"with_names": True},
        {"expires_at": in_days(61)},
        {"email": "ada@example.org", "password": ""},
    ],
)
def test_another_wish_under_a_key_that_made_a_share_is_refused(other, work):
    """Else a password that was asked for would not be there, and the answer said that all went well."""
    UserFactory(email="ada@example.org")
    ask(work, "k-1", **FIRST)
    answer = ask(work, "k-1", **{**FIRST, **other})
    assert (answer.status_code, answer.json()["code"]) == (422, "key_reused"), answer.content
    assert answer.json()["errors"][0]["field"] == "Idempotency-Key" and "dbffs_" not in answer.content.decode()
    assert Share.objects.count() == 1


def test_a_password_that_is_added_under_a_key_is_not_taken_for_there(work):
    ask(work, "k-1")
    assert ask(work, "k-1", password="tulips at dawn").json()["code"] == "key_reused"


def test_another_thing_or_person_under_a_key_is_refused(work):
    people = [UserFactory().email for _ in range(2)]
    ask(work, "k-1", email=people[0], rights=["comment"])
    others: list[dict[str, Any]] = [{"asset": str(work.images[1].pk)}, {"email": people[1]}, {"rights": []}]
    for other in others:
        answer = ask(work, "k-1", **{"email": people[0], "rights": ["comment"], **other})
        assert (answer.status_code, answer.json()["code"]) == (422, "key_reused"), other


@pytest.mark.parametrize("end", ["revoked", "over"])
def test_a_key_whose_share_has_ended_is_refused(end, work):
    made = ask(work, "k-1").json()["id"]
    if end == "over":
        over(Share.objects.all())
    else:
        as_(work.editor).delete(f"/api/teams/{work.team.pk}/shares/{made}")
    answer = ask(work, "k-1")
    assert (answer.status_code, answer.json()["code"]) == (422, "key_reused")


@pytest.mark.parametrize("key", ["k" * 256, "clé"])
def test_a_key_that_is_none_is_refused_not_cut(key, work):
    answer = ask(work, key)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_key")
    assert answer.json()["errors"][0]["field"] == "Idempotency-Key" and not Share.objects.exists()


def test_a_link_of_another_secret_of_the_site_is_not_told_again(work, settings):
    """It would open nothing."""
    ask(work, "k-1")
    settings.SECRET_KEY = "another-secret-of-the-site-for-this-test-alone"
    answer = ask(work, "k-1")
    assert (answer.status_code, answer.json()["code"]) == (409, "link_lost")


def test_a_form_that_was_sent_and_is_sent_changed_is_refused_and_can_be_sent_anew(work):
    client, place = page_of(work.editor), f"/assets/{work.images[0].pk}/shares"
    once = once_in(client.get(place).content.decode())
    client.post(place, {"way": "link", "once": once})
    again = client.post(place, {"way": "link", "once": once, "password": "tulips at dawn"})
    said = again.content.decode()
    assert again.status_code == 422 and "was sent before" in said
    made = client.post(place, {"way": "link", "once": once_in(said), "password": "tulips at dawn"})
    assert (
        link_in(made.content.decode()) and Share.objects.filter(password="").count() == 1 == Share.objects.count() - 1
    )


def test_what_is_over_is_not_revived_and_a_link_is_not_changed_where_links_are_off(work):
    client, made = as_(work.editor), share(as_(work.editor), work).json()["id"]
    path = f"/api/teams/{work.team.pk}/shares/{made}"
    over(Share.objects.all())
    wish = {"expires_at": (timezone.now() + timedelta(days=9)).isoformat()}
    assert client.patch(path, wish, format="json", headers={"If-Match": "*"}).json()["code"] == "expired"
    other = share(client, work, "collection").json()["id"]
    team = work.team
    type(team).objects.filter(pk=team.pk).update(settings={"no_share_links": True})  # without a word
    path = f"/api/teams/{work.team.pk}/shares/{other}"
    assert client.patch(path, wish, format="json", headers={"If-Match": "*"}).json()["code"] == "links_off"


def test_links_that_are_switched_off_are_taken_back_and_people_keep_what_is_theirs(work):
    person = UserFactory()
    kept = share(as_(work.editor), work, email=person.email).json()["id"]
    share(as_(work.editor), work)
    share(as_(work.editor), work, "batch")
    elsewhere = TeamFactory()
    set_share_links(actor=elsewhere.memberships.get().user, team_id=elsewhere.pk, allowed=False)
    assert Share.objects.filter(revoked_at=None).count() == 3
    as_(work.editor).delete(f"/api/assets/{work.images[0].pk}")  # what rests ends with the others
    client, place = page_of(work.owner), f"/teams/{work.team.pk}/shares"
    page = client.get(place).content.decode()
    assert "2 links end with it, for good" in page
    assert client.post(place, {"share_links": "0", "etag": etag_in(page)})["Location"] == place
    assert [str(row.pk) for row in Share.objects.filter(revoked_at=None)] == [kept]
    assert AuditEntry.objects.filter(action="share.revoked", actor_id=work.owner.pk).count() == 2
    as_(work.editor).post(f"/api/assets/{work.images[0].pk}/restore")
    assert as_(person).get(f"/api/shared/{kept}/images").status_code == 200


@pytest.mark.parametrize("said", ["0", "1"])
def test_a_page_that_stayed_open_undoes_nobodys_word_on_links(said, work):
    """What ends with a switch comes back by none."""
    share(as_(work.editor), work)
    admin, place = page_of(MembershipFactory(team=work.team, role="admin").user), f"/teams/{work.team.pk}/shares"
    set_share_links(actor=work.owner, team_id=work.team.pk, allowed=said == "1")
    stale = etag_in(admin.get(place).content.decode())
    set_share_links(actor=work.owner, team_id=work.team.pk, allowed=said == "0")
    key = key_of(share(as_(work.editor), work)) if said == "0" else ""
    for form in ({"share_links": said, "etag": stale}, {"share_links": said}, {"etag": stale}):
        answer = admin.post(place, form)
        assert answer.status_code in (412, 422, 428) and 'role="alert"' in answer.content.decode(), form
    whole = {"team": str(work.team.pk), "share_links": said, "time_zone": "UTC", "keep_exif": "1"}
    admin.post("/settings/teams", whole)  # of a page from before links had a form of their own
    work.team.refresh_from_db()
    assert work.team.keeps_exif and work.team.allows_share_links is (said == "0")
    assert said == "1" or visitor(key)


def test_who_does_not_manage_a_team_switches_no_links(work):
    client, place = page_of(work.editor), f"/teams/{work.team.pk}/shares"
    assert "share_links" not in client.get(place).content.decode()
    assert client.post(place, {"share_links": "0", "etag": "*"}).status_code == 403
    work.team.refresh_from_db()
    assert work.team.allows_share_links


def test_no_row_is_held_while_a_password_is_hashed_or_redis_is_asked(work, monkeypatch):
    """Everybody in the team would wait for it."""
    from django.contrib.auth.hashers import MD5PasswordHasher

    depths = []
    base = len(connection.savepoint_ids)
    for owner, name in ((MD5PasswordHasher, "encode"), (limits, "link")):
        known = getattr(owner, name)

        def told(*args, _known=known, **about):
            depths.append(len(connection.savepoint_ids) - base)
            return _known(*args, **about)

        monkeypatch.setattr(owner, name, told)
    client = as_(work.editor)
    made = share(client, work, password="tulips at dawn")
    assert made.status_code == 201
    path = f"/api/teams/{work.team.pk}/shares/{made.json()['id']}"
    assert (
        client.patch(path, {"password": "daffodils at dusk"}, format="json", headers={"If-Match": "*"}).status_code
        == 200
    )
    person = UserFactory()
    pk = share(client, work, email=person.email, rights=["comment"]).json()["id"]
    # the kept answer of an Idempotency-Key is not asked for here
    assert as_(person).post(f"/api/shared/{pk}/comments", {"text": "Longer"}, format="json").status_code == 201
    assert len(depths) >= 4 and set(depths) == {0}


def test_a_team_is_called_by_its_name_only_to_who_is_in_it(work):
    """Else any id that somebody saw would tell whose it is."""
    foreign, own = TeamFactory(name="Secret Maison"), TeamFactory(name="Our Other Studio")
    MembershipFactory(team=own, user=work.editor, role="viewer")
    place = f"/assets/{work.images[0].pk}/shares"
    client = page_of(work.editor)
    address = f"https://studio.example/teams/{foreign.pk}/members"
    said = client.post(place, {"way": "team", "team_address": address}).content.decode()
    assert "Secret Maison" not in said and str(foreign.pk) in said
    said = client.post(place, {"way": "team", "to_team": str(own.pk)}).content.decode()
    assert "Our Other Studio" in said
    for path in (place, f"/teams/{work.team.pk}/shares", f"/teams/{work.team.pk}/shares?search=maison"):
        assert "Secret Maison" not in client.get(path).content.decode(), path
    assert as_(work.editor).get(f"/api/teams/{work.team.pk}/shares?search=maison").json()["results"] == []


def asked(client, path):
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    return len(queries)


@pytest.mark.parametrize("what", ["team", "panel", "api", "with me", "api with me"])
def test_a_list_of_shares_asks_as_much_for_many_as_for_few(what, work):
    person = UserFactory()
    other = [TeamFactory() for _ in range(12)]
    for team in other:
        MembershipFactory(team=team, user=person, role="editor")
    client = page_of(person if what.endswith("me") else work.editor)
    path = {
        "team": f"/teams/{work.team.pk}/shares",
        "panel": f"/assets/{work.images[0].pk}/shares",
        "api": f"/api/teams/{work.team.pk}/shares",
        "with me": "/shared",
        "api with me": "/api/shared",
    }[what]

    def more(teams):
        for team in teams:
            for kind in ("asset", "collection", "batch"):
                assert share(as_(work.editor), work, kind, to_team=str(team.pk)).status_code == 201

    more(other[:1])
    asked(client, path)  # what is asked once in a process is asked here
    few = asked(client, path)
    more(other[1:])
    assert asked(client, path) == few


@pytest.mark.parametrize("door", ["link", "signed in", "api"])
def test_a_page_of_a_share_asks_as_much_for_many_images_as_for_few(door, work):
    person = UserFactory()
    told = {"with_briefs": True, "with_names": True, "rights": ["download"]}
    pk = share(as_(work.editor), work, "collection", email=person.email, **told).json()["id"]
    if door == "link":
        client = visitor(key_of(share(as_(work.editor), work, "collection", **told)))
        path = client.place
    else:
        client, path = page_of(person), f"/shared/{pk}" if door == "signed in" else f"/api/shared/{pk}/images"
    asked(client, path)
    few = asked(client, path)
    makers = [MembershipFactory(team=work.team, role="admin").user for _ in range(4)]
    images = [
        store_upload(actor=work.editor, team_id=work.team.pk, file=drawn(f"#0000{n:02x}"), name=f"{n}.png")
        for n in range(16, 32)
    ]
    add(actor=work.editor, collection_id=work.collection.pk, assets=[image.pk for image in images])
    assert makers and asked(client, path) == few


@pytest.mark.django_db(transaction=True)
def test_who_is_removed_while_they_share_has_shared_nothing(work):
    wish = Wish(about=("asset", work.images[0].pk))

    def do(what):
        try:
            if what == "share":
                services.share(actor=work.editor, team_id=work.team.pk, wish=wish)
            else:
                remove_member(actor=work.owner, team_id=work.team.pk, user_id=work.editor.pk)
        except Refused as refused:
            return refused.status
        return "done"

    all_at_once(do, ["share", "remove", "share", "share"])
    assert not Share.objects.filter(revoked_at=None).exists()


@pytest.mark.django_db(transaction=True)
def test_no_more_than_so_many_stand_of_one_thing_however_many_ask_at_once(work, monkeypatch):
    monkeypatch.setattr(services, "MOST", 3)

    def do(_):
        try:
            services.share(actor=work.editor, team_id=work.team.pk, wish=Wish(about=("asset", work.images[0].pk)))
        except Conflict as conflict:
            return conflict.code
        return "shared"

    assert all_at_once(do, range(6)) == {"shared": 3, "too_many_shares": 3}


@pytest.mark.django_db(transaction=True)
def test_the_last_try_of_a_password_is_given_once_however_many_ask_at_once(work):
    key = key_of(share(as_(work.editor), work, password="tulips at dawn"))
    place = visitor(key).place

    def do(_):
        client = Client(raise_request_exception=False)
        client.post("/s", {"key": key})
        return client.post(place, {"password": "guess"}).status_code

    assert all_at_once(do, range(14)) == {422: 10, 429: 4}
    assert Share.objects.get().wrong == 10


def test_every_form_of_a_share_wants_its_token_and_no_page_may_be_framed(work):
    """Also those that are for people without an account."""
    person = UserFactory()
    key = key_of(share(as_(work.editor), work, password="tulips at dawn", rights=["download"]))
    pk = share(as_(work.editor), work, "collection", email=person.email, rights=["comment"]).json()["id"]
    guest = Client(enforce_csrf_checks=True, raise_request_exception=False)
    assert guest.post("/s", {"key": key}).status_code == 403
    token = guest.get("/s").content.decode().partition('csrfmiddlewaretoken" value="')[2][:64]
    entered = guest.post("/s", {"key": key, "csrfmiddlewaretoken": token})
    assert entered.status_code == 302
    assert guest.post(entered["Location"], {"password": "tulips at dawn"}).status_code == 403
    named = Client(enforce_csrf_checks=True, raise_request_exception=False)
    named.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    assert named.post(f"/shared/{pk}/comment", {"text": "x"}).status_code == 403
    inside = visitor(key, "tulips at dawn")
    image = f"{inside.place}/images/{work.images[0].pk}"
    for path in ("/s", inside.place, image, f"{image}/picture", f"{image}/download", f"{inside.place}/archive"):
        answer = inside.get(path)
        framed = answer.get("Content-Security-Policy", "")
        assert answer["X-Frame-Options"] == "DENY" and ("frame-ancestors 'none'" in framed or "sandbox" in framed), path
