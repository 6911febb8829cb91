"""The picture of a team: read like every upload, kept small, shown to its members."""

import io

import pytest
from PIL import Image

from designer.assets import avatars
from teams.membership import permissions
from teams.membership.models import TeamAvatar
from teams.membership.services import change_role
from tests import images

pytestmark = pytest.mark.django_db


def put(client, team, data, name="logo.png"):
    file = io.BytesIO(data)
    file.name = name
    return client.put(f"/api/teams/{team.pk}/avatar", {"file": file}, format="multipart")


def test_it_becomes_a_small_square_without_what_the_file_told(team, client_of):
    owner = client_of("owner")
    assert put(owner, team, images.with_secrets("JPEG")).status_code == 204
    data = bytes(TeamAvatar.objects.get(team=team).data)
    with Image.open(io.BytesIO(data)) as image:
        assert (image.format, image.size) == ("WEBP", (128, 128))
    assert images.MARKER not in data
    told = client_of("viewer").get(f"/api/teams/{team.pk}").json()["avatar"]
    answer = client_of("viewer").get(told)
    assert (answer.status_code, answer.headers["Content-Type"], answer.content) == (200, "image/webp", data)
    assert client_of("stranger").get(told).status_code == 404


@pytest.mark.parametrize(("role", "status"), [("admin", 204), ("editor", 403), ("viewer", 403), ("stranger", 404)])
def test_owners_and_admins_choose_it(role, status, team, client_of):
    assert put(client_of(role), team, images.encoded("PNG")).status_code == status
    assert client_of(role).delete(f"/api/teams/{team.pk}/avatar").status_code == status


def test_what_is_no_picture_is_refused_and_changes_nothing(team, client_of):
    owner = client_of("owner")
    put(owner, team, images.encoded("PNG"))
    answer = put(owner, team, b"<svg onload=alert(1)>")
    assert 400 <= answer.status_code < 500
    assert answer.json()["errors"][0]["field"] == "file"
    slender = images.encoded("PNG", images.photo((500, 20)))
    assert put(owner, team, slender).json()["code"] == "too_slender"
    assert TeamAvatar.objects.filter(team=team).exists()


def test_pages_show_it_or_initials(team, client_of):
    owner = client_of("owner")
    assert b'class="team-mark" aria-hidden="true"' in owner.get("/settings/teams").content
    file = io.BytesIO(images.encoded("PNG"))
    file.name = "logo.png"
    assert owner.post(f"/teams/{team.pk}/avatar", {"file": file}, format="multipart").status_code == 302
    for path in ("/settings/teams", f"/teams/{team.pk}", f"/teams/{team.pk}/life"):
        assert f'src="/teams/{team.pk}/avatar?v='.encode() in owner.get(path).content
    assert owner.post(f"/teams/{team.pk}/avatar", {"remove": "1"}, format="multipart").status_code == 302
    assert not TeamAvatar.objects.filter(team=team).exists()


def test_an_archived_team_keeps_its_picture(team, client_of):
    owner = client_of("owner")
    owner.post(f"/api/teams/{team.pk}/archive")
    assert put(owner, team, images.encoded("PNG")).json()["code"] == "team_archived"


def test_it_is_asked_for_each_time_it_is_shown_and_rights_with_it(team, client_of):
    owner, viewer = client_of("owner"), client_of("viewer")
    put(owner, team, images.encoded("PNG"))
    for path in (f"/api/teams/{team.pk}/avatar", f"/teams/{team.pk}/avatar"):
        answer = viewer.get(path)
        assert answer.headers["Cache-Control"] == "private, no-cache"
        assert viewer.get(path, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    owner.delete(f"/api/teams/{team.pk}/members/{viewer.user.pk}")
    for path in (f"/api/teams/{team.pk}/avatar", f"/teams/{team.pk}/avatar"):
        assert viewer.get(path, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 404


def test_who_is_promoted_in_between_does_not_take_the_picture_away(team, client_of, monkeypatch):
    owner, editor = client_of("owner"), client_of("editor")
    put(owner, team, images.encoded("PNG"))
    visible = avatars.visible_team

    def late(user, team_id):
        """Looked at as an editor; an admin a moment later."""
        found = visible(user, team_id)
        monkeypatch.setattr(permissions, "get_user_perms", first)
        return found

    def first(user, team):
        monkeypatch.undo()
        change_role(actor=owner.user, team_id=team.pk, user_id=editor.user.pk, role="admin")
        return set()

    monkeypatch.setattr(avatars, "visible_team", late)
    assert put(editor, team, images.encoded("PNG")).status_code == 403
    assert TeamAvatar.objects.filter(team=team).exists()
