"""A team is archived and brought back, deleted with grace and restored: who may, what is told, what is left of it."""

from uuid import uuid4

import pytest

from batches.models import Batch
from designer.jobs.claims import FREE
from designer.jobs.models import Job
from designer.notifications.models import Notification
from designer.realtime import subjects
from designer.realtime.models import Event
from teams.audit.models import AuditEntry
from teams.base.errors import Conflict, Missing
from teams.membership import closing
from teams.membership.models import Membership, Team
from teams.membership.permissions import hold_awake, may
from tests.batches.asking import made, work_off
from tests.factories import MembershipFactory
from tests.work import all_at_once

pytestmark = pytest.mark.django_db
EVERYBODY = ("owner", "admin", "editor", "viewer", "stranger", None)
OWNS = dict(zip(EVERYBODY, (200, 403, 403, 403, 404, 401), strict=True))


def deed(client, team, what, **said):
    return client.post(f"/api/teams/{team.pk}/{what}", said, format="json")


@pytest.mark.parametrize(("role", "status"), OWNS.items())
def test_owners_archive_a_team_and_bring_it_back(role, status, team, client_of):
    client = client_of(role)
    assert deed(client, team, "archive").status_code == status
    team.refresh_from_db()
    assert (team.archived_at is not None) == (status == 200)
    assert deed(client, team, "unarchive").status_code == status
    team.refresh_from_db()
    assert team.archived_at is None


@pytest.mark.parametrize(("role", "status"), OWNS.items())
def test_owners_delete_a_team_by_its_name_and_restore_it(role, status, team, client_of):
    client = client_of(role)
    assert deed(client, team, "delete", name=team.name).status_code == status
    team.refresh_from_db()
    assert (team.ends_at is not None) == (status == 200)
    if status == 200:
        assert client.get(f"/api/teams/{team.pk}").status_code == 404
        assert [row["id"] for row in client.get("/api/teams/ending").json()] == [str(team.pk)]
    assert deed(client, team, "restore").status_code == status
    assert client.get(f"/api/teams/{team.pk}").status_code == (200 if status in (200, 403) else status)


def test_another_name_deletes_nothing(team, client_of):
    answer = deed(client_of("owner"), team, "delete", name="Atelier Nowhere")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "name")
    assert Team.objects.get(pk=team.pk).ends_at is None


@pytest.mark.parametrize("what", ["archive", "delete", "hand-over"])
def test_a_personal_studio_stays(what, client_of, user, member):
    client = client_of("editor")
    own = Team.objects.get(personal=True, memberships__user=client.user)
    answer = deed(client, own, what, name=own.name, user=str(user.pk))
    assert (answer.status_code, answer.json()["code"]) == (409, "personal_team")


def test_an_archived_team_is_read_and_not_written(team, client_of):
    owner, editor = client_of("owner"), client_of("editor")
    deed(owner, team, "archive")
    assert editor.get(f"/api/teams/{team.pk}").json()["archived_at"]
    for client in (owner, editor):
        answer = client.post("/api/generations", {"brief": "a coat", "team": str(team.pk)}, format="json")
        assert (answer.status_code, answer.json()["code"]) == (409, "team_archived")
        assert answer.json()["remedy"]
    viewer = client_of("viewer").post("/api/generations", {"brief": "a coat", "team": str(team.pk)}, format="json")
    assert viewer.status_code == 403
    deed(owner, team, "unarchive")
    again = editor.post("/api/generations", {"brief": "a coat", "team": str(team.pk)}, format="json")
    assert again.status_code == 202


def test_from_an_archived_team_one_may_still_leave_and_be_removed(team, client_of, member):
    owner, editor, viewer = client_of("owner"), client_of("editor"), member("viewer")
    deed(owner, team, "archive")
    assert owner.delete(f"/api/teams/{team.pk}/members/{viewer.pk}").status_code == 204
    assert editor.delete(f"/api/teams/{team.pk}/members/{editor.user.pk}").status_code == 204


def test_what_runs_is_paused_or_cancelled_and_a_batch_goes_on_afterwards(team, client_of):
    owner, editor = client_of("owner"), client_of("editor")
    single = editor.post("/api/generations", {"brief": "a coat", "team": str(team.pk)}, format="json").json()["id"]
    batch = made(editor, {"base": {"brief": "a coat"}, "variations": 2}, team=str(team.pk))["id"]
    deed(owner, team, "archive")
    work_off("io")
    row = Batch.objects.get(pk=batch)
    assert (row.status, row.reason["code"]) == ("paused", "team_archived")
    assert editor.get(f"/api/generations/{single}").json()["status"] == "cancelled"
    assert work_off("interactive", "batch", "gpu", "remote") == 0
    assert editor.post(f"/api/batch/{batch}/resume").json()["code"] == "team_archived"
    deed(owner, team, "unarchive")
    assert editor.post(f"/api/batch/{batch}/resume").status_code == 202
    work_off()
    assert Batch.objects.get(pk=batch).status == "completed"


def test_no_worker_takes_a_job_of_a_closed_team(team, client_of):
    client_of("editor").post("/api/generations", {"brief": "a coat", "team": str(team.pk)}, format="json")
    Team.objects.filter(pk=team.pk).update(archived_at="2026-11-30T12:00Z")
    assert work_off("interactive", "batch", "gpu", "remote") == 0
    Team.objects.filter(pk=team.pk).update(archived_at=None)
    assert work_off() > 0


def test_the_scheduler_cancels_what_came_in_at_the_same_moment(team, client_of):
    client_of("editor").post("/api/generations", {"brief": "a coat", "team": str(team.pk)}, format="json")
    Team.objects.filter(pk=team.pk).update(archived_at="2026-11-30T12:00Z")
    closing.stop_work()
    jobs = Job.objects.filter(team_id=team.pk).exclude(kind__in=FREE)
    assert set(jobs.values_list("status", flat=True)) == {"cancelled"}


def test_of_a_deleted_team_its_people_see_only_that_it_goes(team, client_of, member):
    editor, owner = client_of("editor"), client_of("owner")
    made_ = editor.post("/api/generations", {"brief": "a coat", "team": str(team.pk)}, format="json").json()["id"]
    deed(owner, team, "delete", name=team.name)
    assert editor.get(f"/api/generations/{made_}").status_code == 404
    assert not subjects.may_watch(editor.user, f"team:{team.pk}")
    assert not may(owner.user, "view_work", team)
    life = editor.get(f"/api/teams/{team.pk}/life").json()
    assert (life["state"], life["role"]) == ("deleted", "editor")
    page = editor.get(f"/teams/{team.pk}/life")
    assert b"about to be deleted" in page.content
    assert b"Restore" not in page.content
    assert b"Restore" in owner.get(f"/teams/{team.pk}/life").content
    assert b"Deleted on" in editor.get("/settings/teams").content
    deed(owner, team, "restore")
    assert editor.get(f"/api/generations/{made_}").status_code == 200


@pytest.mark.parametrize(("what", "verb"), [("archive", "archived"), ("delete", "deleted")])
def test_everybody_is_told_and_it_is_noted(what, verb, team, client_of, member):
    owner, others = client_of("owner"), [member("admin"), member("viewer")]
    deed(owner, team, what, name=team.name)
    work_off("io")
    told = Notification.objects.filter(kind="team", team_id=team.pk)
    assert set(told.values_list("user", flat=True)) == {person.pk for person in others}
    assert Notification.objects.visible_to(others[0]).filter(kind="team", title__contains=verb).exists()
    entry = AuditEntry.objects.get(team_id=team.pk, action=f"team.{verb}")
    assert entry.actor_id == owner.user.pk
    assert Event.objects.filter(channel=f"team:{team.pk}", event="team:changed", data__what=verb).exists()


def test_other_news_of_a_deleted_team_is_not_shown(team, client_of, member):
    owner, editor = client_of("owner"), member("editor")
    Notification.objects.create(user=editor, team_id=team.pk, kind="comment", subject=f"team:{team.pk}", title="Said")
    deed(owner, team, "delete", name=team.name)
    work_off("io")
    assert list(Notification.objects.visible_to(editor).values_list("kind", flat=True)) == ["team"]


def test_invitations_let_nobody_into_an_archived_team(team, client_of, user):
    owner = client_of("owner")
    said = {"email": user.email, "role": "editor", "by_mail": False}
    key = owner.post(f"/api/teams/{team.pk}/invite", said, format="json").json()["link"].partition("#")[2]
    deed(owner, team, "archive")
    owner.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    answer = owner.post("/api/invitations/accept", {"key": key}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (409, "team_archived")


def test_what_came_too_late_is_told_of_the_team_what_is_so(team, client_of):
    """Whoever wrote in the moment of a deletion was sent to bring back an archived team."""
    owner = client_of("owner")
    deed(owner, team, "archive")
    for end, words in ((None, "archived"), ("delete", "about to be deleted")):
        if end:
            deed(owner, team, end, name=team.name)
        with pytest.raises(Conflict, match=words):
            hold_awake(team.pk)
    with pytest.raises(Missing):
        hold_awake(uuid4())


def test_by_token_it_needs_the_scope_admin(team, client_of):
    from teams.accounts.services import create_token

    owner = client_of("owner")
    _, token = create_token(actor=owner.user, name="t", scopes=["read", "write"])
    owner.logout()
    answer = owner.post(f"/api/teams/{team.pk}/archive", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 403


@pytest.mark.django_db(transaction=True)
def test_an_order_that_comes_in_while_the_team_is_archived_is_refused_or_cancelled(team, client_of):
    """Half of the threads order, one archives: what got in is stopped, nothing is ever taken by a worker."""
    clients = [client_of("editor") for _ in range(8)]
    owner = client_of("owner")

    def run(client):
        if client is owner:
            return deed(owner, team, "archive").status_code
        said = {"brief": "a coat", "team": str(team.pk)}
        return client.post("/api/generations", said, format="json").status_code

    outcome = all_at_once(run, [*clients, owner])
    assert set(outcome) <= {200, 202, 409}
    closing.stop_work()
    assert work_off("interactive", "batch", "gpu", "remote") == 0
    jobs = Job.objects.filter(team_id=team.pk).exclude(kind__in=FREE)
    assert set(jobs.values_list("status", flat=True)) <= {"cancelled"}


def test_pages_do_it_too(team, client_of):
    owner = client_of("owner")
    assert owner.post(f"/teams/{team.pk}/archive").status_code == 302
    assert b"This team is archived" in owner.get(f"/teams/{team.pk}").content
    assert owner.post(f"/teams/{team.pk}/archive", {"back": "1"}, format="multipart").status_code == 302
    wrong = owner.post(f"/teams/{team.pk}/delete", {"name": "x"}, format="multipart")
    assert (wrong.status_code, b"not the team" in wrong.content) == (422, True)
    assert owner.post(f"/teams/{team.pk}/delete", {"name": team.name}, format="multipart").status_code == 302
    assert owner.post(f"/teams/{team.pk}/restore").status_code == 302
    assert owner.get(f"/api/teams/{team.pk}").status_code == 200


def test_a_deleted_team_keeps_its_members_for_its_return(team, member):
    MembershipFactory(team=team)
    owner = member("owner")
    closing.delete(actor=owner, team_id=team.pk, name=team.name)
    assert (Membership.objects.filter(team=team).count(), Membership.every.filter(team=team).count()) == (0, 2)
    closing.restore(actor=owner, team_id=team.pk)
    assert Membership.objects.filter(team=team).count() == 2
    assert may(owner, "create_work", team)
