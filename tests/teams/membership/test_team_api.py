"""Who may do what to a team, over HTTP: role by role, deed by deed."""

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client
from rest_framework.test import APIClient

from teams.audit.models import AuditEntry
from teams.base.preconditions import etag_of
from teams.membership.models import Membership
from teams.membership.services import change_role

EVERYBODY = ("owner", "admin", "editor", "viewer", "stranger", None)
SEES = dict(zip(EVERYBODY, (200, 200, 200, 200, 404, 401), strict=True))
MANAGES = dict(zip(EVERYBODY, (200, 200, 403, 403, 404, 401), strict=True))


def tag(client, team):
    return client.get(f"/api/teams/{team.pk}").headers.get("ETag", '"none"')


def role_of(team, person):
    return Membership.objects.filter(team=team, user=person).values_list("role", flat=True).first()


@pytest.mark.parametrize(("role", "status"), SEES.items())
@pytest.mark.parametrize("path", ["", "/members"])
def test_members_see_the_team_and_others_do_not_know_it_exists(path, role, status, team, client_of):
    assert client_of(role).get(f"/api/teams/{team.pk}{path}").status_code == status


@pytest.mark.parametrize(("role", "status"), MANAGES.items())
def test_owners_and_admins_rename_the_team(role, status, team, client_of):
    client, before = client_of(role), team.name
    answer = client.patch(f"/api/teams/{team.pk}", {"name": "Maison"}, headers={"If-Match": tag(client, team)})
    team.refresh_from_db()
    assert (answer.status_code, team.name) == (status, "Maison" if status == 200 else before)


@pytest.mark.parametrize(("role", "status"), MANAGES.items())
def test_owners_and_admins_change_the_role_of_an_editor(role, status, team, member, client_of):
    editor = member("editor")
    answer = client_of(role).put(f"/api/teams/{team.pk}/members/{editor.pk}", {"role": "viewer"})
    assert (answer.status_code, role_of(team, editor)) == (status, "viewer" if status == 200 else "editor")


@pytest.mark.parametrize(("role", "status"), {**MANAGES, "owner": 204, "admin": 204}.items())
def test_owners_and_admins_remove_an_editor(role, status, team, member, client_of):
    editor = member("editor")
    answer = client_of(role).delete(f"/api/teams/{team.pk}/members/{editor.pk}")
    assert (answer.status_code, role_of(team, editor)) == (status, None if status == 204 else "editor")


@pytest.mark.parametrize(("role", "status"), {**SEES, "owner": 409, "admin": 204, "editor": 204, "viewer": 204}.items())
def test_everybody_may_leave_but_the_last_owner(role, status, team, client_of):
    client = client_of(role)
    person = client.user.pk if client.user else uuid.uuid4()
    assert client.delete(f"/api/teams/{team.pk}/members/{person}").status_code == status


@pytest.mark.parametrize(("role", "status"), {"owner": 200, "admin": 403, "editor": 403, "viewer": 403}.items())
@pytest.mark.parametrize(("before", "wish"), [("editor", "owner"), ("owner", "editor"), ("owner", "owner")])
def test_only_an_owner_makes_or_touches_an_owner(before, wish, role, status, team, member, client_of):
    target = member(before, name="target")
    answer = client_of(role).put(f"/api/teams/{team.pk}/members/{target.pk}", {"role": wish})
    assert (answer.status_code, role_of(team, target)) == (status, wish if status == 200 else before)


@pytest.mark.parametrize("role", ["admin", "editor", "viewer"])
def test_nobody_lifts_himself_up_and_the_try_is_noted(role, team, client_of):
    client = client_of(role)
    answer = client.put(f"/api/teams/{team.pk}/members/{client.user.pk}", {"role": "owner"})
    assert (answer.status_code, role_of(team, client.user)) == (403, role)
    entry = AuditEntry.objects.get(action="member.role_refused")
    assert (entry.actor_id, entry.facts) == (client.user.pk, {"role": "owner"})


def test_an_admin_cannot_remove_an_owner(team, member, client_of):
    second = member("owner", name="second")
    assert client_of("admin").delete(f"/api/teams/{team.pk}/members/{second.pk}").status_code == 403


@pytest.mark.parametrize("wish", [{"role": "king"}, {}, {"role": None}, {"role": ["owner"]}])
def test_a_role_that_does_not_exist_is_refused_by_name(wish, team, member, client_of):
    answer = client_of("owner").put(f"/api/teams/{team.pk}/members/{member('editor').pk}", wish)
    assert answer.status_code == 400 and "role" in answer.content.decode()


def test_an_unknown_person_and_one_of_another_team_answer_alike(team, member, client_of):
    client, stranger = client_of("owner"), member("stranger")
    answers = [
        client.put(f"/api/teams/{team.pk}/members/{pk}", {"role": "viewer"}) for pk in (uuid.uuid4(), stranger.pk)
    ]
    assert [answer.status_code for answer in answers] == [404, 404]
    unknown, foreign = [{**answer.json(), "request_id": ""} for answer in answers]
    assert unknown == foreign


def test_a_new_team_belongs_to_its_maker(client_of):
    client = client_of("stranger")
    answer = client.post("/api/teams", {"name": "  Maison Étoile ", "owner": str(uuid.uuid4()), "slug": "mine"})
    assert answer.status_code == 201 and answer.headers["ETag"]
    assert (answer.json()["name"], answer.json()["role"]) == ("Maison Étoile", "owner")
    assert client.get(answer.headers["Location"]).json()["slug"] != "mine"


@pytest.mark.parametrize("name", ["", "   ", "x" * 81, "a\r\nb", "a\u202eb", "a\x00b", None, ["a"]])
def test_a_bad_name_is_refused_and_makes_nothing(name, client_of):
    client = client_of("stranger")
    assert client.post("/api/teams", {"name": name}).status_code in (400, 422)
    assert client.user.memberships.count() == 1


def test_the_list_holds_ones_own_teams_and_roles_only(team, client_of):
    seen = client_of("viewer").get("/api/teams").json()["results"]
    assert {(item["role"], item["personal"]) for item in seen} == {("viewer", False), ("owner", True)}
    assert str(team.pk) not in client_of("stranger").get("/api/teams").content.decode()


def test_a_change_must_name_the_version_it_read(team, client_of):
    client, path = client_of("owner"), f"/api/teams/{team.pk}"
    old = tag(client, team)
    assert client.patch(path, {"name": "One"}).status_code == 428
    assert client.patch(path, {"name": "One"}, headers={"If-Match": old}).status_code == 200
    assert client.patch(path, {"name": "Two"}, headers={"If-Match": old}).status_code == 412
    assert client.get(path).json()["name"] == "One"


def test_team_ids_in_odd_shapes_are_just_missing(client_of):
    client = client_of("owner")
    for odd in ("1" * 1000, "x", "%0a", "../me", "00000000-0000-0000-0000-000000000000"):
        assert client.get(f"/api/teams/{odd}").status_code == 404


def test_losing_rights_is_announced_and_gaining_them_is_not(team, member, monkeypatch):
    from teams.signals import access_revoked

    heard = []

    def hear(sender, user_id, team_id, **about):
        heard.append((user_id, team_id))

    access_revoked.connect(hear)
    editor = member("editor")
    for role in ("admin", "viewer", "editor"):
        change_role(actor=member("owner"), team_id=team.pk, user_id=editor.pk, role=role)
    access_revoked.disconnect(hear)
    assert heard == [(editor.pk, team.pk)]


def test_every_deed_is_in_the_audit_log(team, member, client_of):
    client, editor = client_of("owner"), member("editor")
    client.patch(f"/api/teams/{team.pk}", {"name": "Maison"}, headers={"If-Match": tag(client, team)})
    client.put(f"/api/teams/{team.pk}/members/{editor.pk}", {"role": "admin"})
    client.delete(f"/api/teams/{team.pk}/members/{editor.pk}")
    noted = AuditEntry.objects.filter(team_id=team.pk, actor_id=client.user.pk).values_list("action", flat=True)
    assert set(noted) == {"team.renamed", "member.role_changed", "member.removed"}


@pytest.mark.django_db(transaction=True)
def test_of_sixteen_changes_to_one_version_one_is_made(team, member):
    owner = member("owner")
    seen = etag_of(team)

    def rename(number):
        client = APIClient()
        client.force_authenticate(owner)
        try:
            path = f"/api/teams/{team.pk}"
            return client.patch(path, {"name": f"Name {number}"}, headers={"If-Match": seen}).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as pool:
        assert sorted(pool.map(rename, range(16))) == [200] + [412] * 15


def change(client, team, **said):
    return client.patch(f"/api/teams/{team.pk}", said, format="json", headers={"If-Match": tag(client, team)})


@pytest.mark.parametrize(("role", "status"), MANAGES.items())
def test_owners_and_admins_say_in_which_time_zone_the_teams_clocks_are_meant(role, status, team, client_of):
    client = client_of(role)
    answer = change(client, team, time_zone="Asia/Tokyo")
    team.refresh_from_db()
    assert (answer.status_code, team.time_zone) == (status, "Asia/Tokyo" if status == 200 else "")
    if status == 200:
        assert answer.json()["time_zone"] == "Asia/Tokyo"
        assert change(client, team, time_zone="").json()["time_zone"] == ""


@pytest.mark.parametrize(("role", "status"), MANAGES.items())
def test_owners_and_admins_say_whether_uploads_keep_what_the_camera_wrote(role, status, team, client_of):
    client = client_of(role)
    answer = change(client, team, keep_exif=True)
    team.refresh_from_db()
    assert (answer.status_code, team.keeps_exif) == (status, status == 200)
    if status == 200:
        assert answer.json()["keep_exif"] is True
        assert change(client, team, time_zone="UTC").json()["keep_exif"] is True
        assert change(client, team, keep_exif=False).json()["keep_exif"] is False


@pytest.mark.parametrize("said", [{"time_zone": "Mars/Base"}, {"time_zone": "../etc/passwd"}, {}])
def test_a_time_zone_that_is_none_and_nothing_at_all_are_refused_by_field(said, team, client_of):
    answer = change(client_of("owner"), team, **said)
    assert answer.status_code in (400, 422) and answer.json()["errors"][0]["field"] in ("time_zone", "name")
    team.refresh_from_db()
    assert team.time_zone == ""


def test_the_page_of_teams_sets_it_and_shows_it_to_who_may_not(team, member):
    here, client = "/settings/teams", Client()
    client.force_login(member("admin"), backend="django.contrib.auth.backends.ModelBackend")
    told = client.post(here, {"team": str(team.pk), "time_zone": "Europe/Paris"}, follow=True).content.decode()
    assert f"Saved for {team.name}" in told and 'value="Europe/Paris"' in told
    refused = client.post(here, {"team": str(team.pk), "time_zone": "Paris"})
    assert refused.status_code == 422 and "Use a name like Europe/Paris" in refused.content.decode()
    assert client.post(here, {"team": str(uuid.uuid4()), "time_zone": "UTC"}).status_code == 404
    kept = client.post(here, {"team": str(team.pk), "time_zone": "Europe/Paris", "keep_exif": "1"}, follow=True)
    assert '<option value="1" selected>' in kept.content.decode()
    client.force_login(member("viewer"), backend="django.contrib.auth.backends.ModelBackend")
    assert "Time zone: Europe/Paris" in (shown := client.get(here).content.decode()) and "wrote is kept in" in shown
    client.post(here, {"team": str(team.pk), "keep_exif": "0"})
    assert "owners and admins" in client.post(here, {"team": str(team.pk), "time_zone": "UTC"}).content.decode().lower()
    team.refresh_from_db()
    assert (team.time_zone, team.keeps_exif) == ("Europe/Paris", True)


def test_members_are_found_by_a_part_of_their_name_or_how_their_address_begins(client_of, member, team):
    member("viewer", name="Zoé van Dyk", email="zvd@example.org")
    member("editor", name="Ben Okri", email="ben@example.org")

    client = client_of("viewer")

    def names(search):
        found = client.get(f"/api/teams/{team.pk}/members?search={search}").json()["results"]
        return [row["name"] for row in found]

    assert names("van dyk") == names("zvd") == ["Zoé van Dyk"]
    assert names("okri") == ["Ben Okri"] and names("example.org") == [] and names("moon") == []
