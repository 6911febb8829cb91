"""Boards over HTTP: who sees and changes which, what a widget may be, and that two who change one do not undo each
other."""

import io
from uuid import uuid4
from zipfile import ZipFile

import pytest

from analytics.dashboards import services
from analytics.dashboards.boards import KINDS
from analytics.dashboards.models import Dashboard
from teams.membership.models import Membership, Role

pytestmark = pytest.mark.django_db


def made(client, team, **more):
    wish = {"team": str(team.pk), "name": "Mornings", **more}
    answer = client.post("/api/dashboards", wish, format="json")
    assert answer.status_code == 201, answer.content
    return answer


def change(client, pk, said, version="*"):
    return client.patch(f"/api/dashboards/{pk}", said, format="json", headers={"If-Match": version})


@pytest.mark.parametrize(("role", "status"), [("owner", 201), ("admin", 201), ("editor", 201), ("viewer", 403),
    ("stranger", 404), (None, 401)])  # fmt: skip
def test_whoever_may_make_work_may_make_a_board(role, status, team, client_of):
    wish = {"team": str(team.pk), "name": "Mornings"}
    assert client_of(role).post("/api/dashboards", wish, format="json").status_code == status


def test_a_board_is_its_owners_alone_until_it_is_shared(team, client_of):
    editor, admin, viewer = (client_of(role) for role in ("editor", "admin", "viewer"))
    pk = made(editor, team).json()["id"]
    for other in (admin, viewer):
        assert other.get(f"/api/dashboards/{pk}").status_code == 404
        assert other.get("/api/dashboards").json()["results"] == []
        assert other.get(f"/analytics/dashboards/{pk}").status_code == 404
    assert change(editor, pk, {"shared": True}).status_code == 200
    for other, status in ((admin, 200), (viewer, 403), (client_of("stranger"), 404)):
        assert change(other, pk, {"name": "Evenings"}).status_code == status
    assert viewer.get(f"/api/dashboards/{pk}").json()["name"] == "Evenings"
    assert viewer.delete(f"/api/dashboards/{pk}").status_code == 403
    Membership.objects.filter(user=viewer.user, team=team).delete()
    assert viewer.get(f"/api/dashboards/{pk}").status_code == 404


def test_two_who_change_it_at_once_do_not_undo_each_other(team, client_of):
    client = client_of("owner")
    answer = made(client, team)
    pk, version = answer.json()["id"], answer["ETag"]
    assert client.patch(f"/api/dashboards/{pk}", {"days": 7}, format="json").status_code == 428
    assert change(client, pk, {"days": 7}, version).status_code == 200
    assert change(client, pk, {"days": 90}, version).status_code == 412
    assert Dashboard.objects.get().days == 7


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_of_widget_can_stand_on_a_board_and_is_shown(kind, team, client_of):
    client = client_of("owner")
    pk = made(client, team, widgets=[{"kind": kind}]).json()["id"]
    page = client.get(f"/analytics/dashboards/{pk}")
    assert page.status_code == 200 and KINDS[kind].title in page.content.decode()


@pytest.mark.parametrize(
    "widget",
    [
        {"kind": "rent"}, {"kind": "terms", "model": "gpt-image-2"}, {"kind": "models", "member": str(uuid4())},
        {"kind": "figures", "kind_of_cost": "analysis"}, {"kind": "figures", "model": "x" * 121},
        {"kind": "figures", "simulated": "perhaps"}, {"kind": "figures", "script": "x"}, {"model": "x"},
    ],
)  # fmt: skip
def test_a_widget_that_cannot_be_is_refused(widget, team, client_of):
    client = client_of("owner")
    wish = {"team": str(team.pk), "name": "Mornings", "widgets": [widget]}
    answer = client.post("/api/dashboards", wish, format="json")
    assert answer.status_code in (400, 422) and answer.json()["errors"][0]["field"].startswith("widgets")
    assert not Dashboard.objects.exists()


def test_one_whose_kind_or_member_is_gone_stays_until_it_is_taken_away(team, client_of, member):
    client, leaver = client_of("owner"), member("editor")
    pk = made(client, team, widgets=[{"kind": "members", "member": str(leaver.pk)}, {"kind": "hours"}]).json()["id"]
    row = Dashboard.objects.get()
    row.widgets[1]["kind"] = "horoscope"
    row.save()
    Membership.objects.filter(user=leaver, team=team).delete()
    page = client.get(f"/analytics/dashboards/{pk}").content.decode()
    assert "Widgets of this kind (horoscope) are no more" in page and "somebody who left" in page
    told = client.get(f"/api/dashboards/{pk}").json()["widgets"]
    assert change(client, pk, {"widgets": [*reversed(told), {"kind": "figures"}]}).status_code == 200
    assert [each["kind"] for each in Dashboard.objects.get().widgets] == ["horoscope", "members", "figures"]
    assert change(client, pk, {"widgets": told[:1]}).status_code == 200
    assert [each["kind"] for each in Dashboard.objects.get().widgets] == ["members"]


def test_an_admin_does_not_take_back_what_another_shares(team, client_of):
    editor, admin = client_of("editor"), client_of("admin")
    pk = made(editor, team, shared=True).json()["id"]
    assert change(admin, pk, {"shared": False}).status_code == 403
    assert change(admin, pk, {"shared": True, "name": "Evenings"}).status_code == 200
    assert change(editor, pk, {"shared": False}).status_code == 200


def test_two_widgets_of_one_id_are_two(team, client_of):
    client = client_of("owner")
    pk = made(client, team, widgets=[{"kind": "hours"}]).json()["id"]
    (one,) = client.get(f"/api/dashboards/{pk}").json()["widgets"]
    told = change(client, pk, {"widgets": [one, one]}).json()["widgets"]
    assert len({each["id"] for each in told}) == 2 and told[0] == one


def test_what_others_keep_to_themselves_takes_nobodys_room(team, client_of, monkeypatch):
    monkeypatch.setattr(services, "MOST", 1)
    made(client_of("editor"), team)
    made(client_of("owner"), team)


@pytest.mark.django_db(transaction=True)
def test_a_teams_export_has_the_boards_that_are_shared(team, client_of):
    editor = client_of("editor")
    made(editor, team, name="Mine alone")
    made(editor, team, name="Ours", shared=True)
    answer = client_of("owner").get(f"/api/teams/{team.pk}/export")
    with ZipFile(io.BytesIO(answer.getvalue())) as archive:
        (name,) = [each for each in archive.namelist() if each.endswith("data/dashboards.jsonl")]
        told = archive.read(name).decode()
    assert "Ours" in told and "Mine alone" not in told


def test_there_are_limits(team, client_of, monkeypatch):
    client = client_of("owner")
    wish = {"team": str(team.pk), "name": "Mornings", "widgets": [{"kind": "hours"}] * (services.WIDGETS + 1)}
    assert client.post("/api/dashboards", wish, format="json").json()["errors"][0]["field"] == "widgets"
    monkeypatch.setattr(services, "MOST", 1)
    made(client, team)
    assert client.post("/api/dashboards", {**wish, "widgets": []}, format="json").status_code == 409
    pk = Dashboard.objects.get().pk
    assert change(client, pk, {"days": 8}).status_code in (400, 422)
    assert change(client, pk, {"name": " "}).status_code in (400, 422)


def test_a_board_goes_and_takes_no_figures_with_it(team, client_of):
    client = client_of("editor")
    pk = made(client, team).json()["id"]
    assert client.delete(f"/api/dashboards/{pk}").status_code == 204
    assert client.get(f"/api/dashboards/{pk}").status_code == 404


def test_a_role_that_is_lost_is_lost_for_boards_too(team, client_of):
    client = client_of("editor")
    pk = made(client, team, shared=True).json()["id"]
    Membership.objects.filter(user=client.user, team=team).update(role=Role.VIEWER)
    assert change(client, pk, {"name": "Evenings"}).status_code == 403
    assert client.get(f"/api/dashboards/{pk}").status_code == 200
