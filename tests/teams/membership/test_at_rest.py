"""Who is told of a team's rest and by what means, what does not go on meanwhile, and what comes in just then."""

import threading
import time
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from batches.webhooks.models import Endpoint
from designer.assets import garbage
from designer.assets.models import Asset
from designer.jobs.models import Job
from designer.notifications import team_news
from designer.notifications.models import Notification
from designer.sessions.models import ReviewSession
from designer.sessions.services import end_forgotten
from enhancement.models import Enhancement
from enhancement.services import forget_trashed
from teams.accounts.models import User
from teams.audit.models import AuditEntry
from teams.membership import audit_log, closing, deeds, services
from teams.membership.models import Membership, Team
from teams.membership.plan import use_of
from teams.review.collections.models import Collection
from teams.review.collections.services import purge as empty_collections
from teams.review.models import Comment
from teams.signals import access_revoked
from tests.batches.asking import work_off
from tests.work import somebody_waits
from tests.worlds import build_world

pytestmark = pytest.mark.django_db(transaction=True)
LONG_AGO = timedelta(days=40)


def deed(client, team, what, **said):
    return client.post(f"/api/teams/{team.pk}/{what}", said, format="json")


def fill(team, people):
    made = User.objects.bulk_create(User(email=f"{number}-{uuid4()}@example.org") for number in range(people))
    Membership.objects.bulk_create(Membership(team=team, user=person, role="viewer") for person in made)


@pytest.mark.parametrize("what", ["archive", "delete"])
def test_a_request_costs_the_same_with_thousands_of_members(what, team, client_of):
    """What each of them is told is written by jobs, some hundred at a time."""
    owner = client_of("owner")
    deed(owner, team, what, name=team.name)
    deed(owner, team, "restore" if what == "delete" else "unarchive")
    costs = []
    for people in (2, 900):
        fill(team, people)
        with CaptureQueriesContext(connection) as seen:
            assert deed(owner, team, what, name=team.name).status_code == 200
        costs.append(len(seen))
        deed(owner, team, "restore" if what == "delete" else "unarchive")
    assert costs[0] == costs[1]


def test_everybody_is_told_once_however_many_they_are(team, client_of, monkeypatch):
    monkeypatch.setattr(team_news, "AT_ONCE", 3)
    owner = client_of("owner")
    fill(team, 10)
    deed(owner, team, "archive")
    work_off("io")
    told = list(Notification.objects.filter(kind="team", team_id=team.pk).values_list("user", flat=True))
    others = Membership.objects.filter(team=team).exclude(user=owner.user).values_list("user", flat=True)
    assert sorted(told) == sorted(others)


@pytest.mark.parametrize(
    ("what", "mails"), [("archive", 0), ("unarchive", 0), ("delete", 1), ("restore", 0), ("hand-over", 1)]
)
def test_mails_go_out_for_a_deletion_and_a_handing_over_only(what, mails, team, client_of, member):
    owner, editor = client_of("owner"), member("editor")
    if what in ("unarchive", "restore"):
        deed(owner, team, {"unarchive": "archive", "restore": "delete"}[what], name=team.name)
        work_off("io")
    before = Job.objects.filter(kind="notification.mail").count()
    assert deed(owner, team, what, name=team.name, user=str(editor.pk)).status_code == 200
    work_off("io")
    assert Job.objects.filter(kind="notification.mail").count() - before == mails
    assert Notification.objects.visible_to(editor).filter(kind="team").exists()


def test_it_is_not_done_over_and_over_but_always_taken_back(team, client_of, monkeypatch):
    monkeypatch.setattr(deeds, "A_DAY", 2)
    owner = client_of("owner")
    for _ in range(2):
        assert deed(owner, team, "archive").status_code == 200
        assert deed(owner, team, "unarchive").status_code == 200
    answer = deed(owner, team, "archive")
    assert (answer.status_code, answer.json()["code"]) == (429, "too_often")
    assert answer["Retry-After"]
    Team.objects.filter(pk=team.pk).update(archived_at=timezone.now())
    assert deed(owner, team, "unarchive").status_code == 200


@pytest.mark.parametrize("what", ["archive", "unarchive", "delete", "restore", "hand-over"])
@pytest.mark.parametrize("role", ["admin", "editor"])
def test_who_may_not_is_noted(what, role, team, client_of):
    client = client_of(role)
    assert deed(client, team, what, name=team.name, user=str(client.user.pk)).status_code == 403
    entry = AuditEntry.objects.get(team_id=team.pk, action=f"team.{what.replace('-', '_')}_refused")
    assert entry.actor_id == client.user.pk


@pytest.mark.parametrize("way", ["archive", "delete"])
def test_the_trash_of_a_closed_team_stays_and_for_thirty_days_after(way, client_of):
    world = build_world()
    team, owner = world.team, world.people["owner"]
    then = timezone.now() - LONG_AGO
    Asset.objects.filter(pk=world.asset.pk).update(trashed_at=then)
    Collection.objects.filter(pk=world.collection.pk).update(trashed_at=then)
    Enhancement.objects.filter(team=team).update(status="succeeded", finished_at=then)
    said = {"name": team.name} if way == "delete" else {}
    getattr(closing, way)(actor=owner, team_id=team.pk, **said)

    def emptied():
        return forget_trashed(), garbage.purge(), empty_collections()

    assert emptied() == (0, 0, 0)
    getattr(closing, "restore" if way == "delete" else "unarchive")(actor=owner, team_id=team.pk)
    assert emptied() == (0, 0, 0)
    Team.objects.filter(pk=team.pk).update(awake_at=timezone.now() - timedelta(days=31))
    assert forget_trashed() == 1
    assert empty_collections() == 1


def test_nobody_ends_a_review_in_an_archived_team():
    world = build_world()
    world.session.people.update(seen_at=timezone.now() - timedelta(hours=3))
    closing.archive(actor=world.people["owner"], team_id=world.team.pk)
    assert end_forgotten() == 0
    closing.unarchive(actor=world.people["owner"], team_id=world.team.pk)
    assert end_forgotten() == 1
    assert ReviewSession.objects.get(pk=world.session.pk).ended_at


WRITES = {
    "a comment": lambda w: ("editor", f"/api/teams/{w.team.pk}/comments", {"asset": str(w.asset.pk), "text": "Late"}),
    "an end of a thread": lambda w: ("editor", f"/api/teams/{w.team.pk}/comments/{w.comment.pk}/resolve", {}),
    "a collection": lambda w: ("editor", f"/api/teams/{w.team.pk}/collections", {"name": "Late"}),
    "a verdict": lambda w: (
        "admin", f"/api/teams/{w.team.pk}/approvals/{w.approval.pk}/answer", {"verdict": "approve"}
    ),
    "a share": lambda w: ("editor", f"/api/teams/{w.team.pk}/shares", {"asset": str(w.asset.pk)}),
    "a guest's comment": lambda w: ("guest", f"/api/shared/{w.share.pk}/comments", {"text": "Late"}),
}  # fmt: skip


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES.keys())
def test_what_is_said_in_the_moment_of_archiving_does_not_land(write, client_of):
    """It came before the team was at rest and would be there after: it waits, and is refused."""
    world = build_world()
    role, path, said = write(world)
    client = client_of("stranger")
    person = world.guest if role == "guest" else world.people[role]
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    before, answers = world.fingerprint(), []

    def run():
        try:
            answers.append(client.post(path, said, format="json"))
        finally:
            connection.close()

    with transaction.atomic():
        closing.archive(actor=world.people["owner"], team_id=world.team.pk)
        thread = threading.Thread(target=run)
        thread.start()
        end = time.monotonic() + 4
        while thread.is_alive() and not somebody_waits() and time.monotonic() < end:
            time.sleep(0.01)
        assert answers == []
    thread.join()
    assert (answers[0].status_code, answers[0].json()["code"]) == (409, "team_archived")
    assert world.fingerprint() == before
    assert not Comment.objects.filter(text="Late").exists()


def test_pages_of_an_archived_team_offer_nothing_that_is_refused():
    world = build_world()
    client = Client()
    client.force_login(world.people["owner"], backend="django.contrib.auth.backends.ModelBackend")
    closing.archive(actor=world.people["owner"], team_id=world.team.pk)
    members = client.get(f"/teams/{world.team.pk}").content
    assert b'name="role" aria-label="Role of' not in members and b'name="renew"' not in members
    assert b"Yes, remove" in members
    assert world.team not in client.get("/collections").context["teams"]
    admin = Client()
    admin.force_login(world.people["admin"], backend="django.contrib.auth.backends.ModelBackend")
    assert b'name="verdict"' not in admin.get(f"/assets/{world.asset.pk}/approval").content


def test_who_may_only_look_hears_that_and_not_of_the_rest():
    world = build_world()
    closing.archive(actor=world.people["owner"], team_id=world.team.pk)
    said = {"assets": [str(world.asset.pk)], "kind": "like"}
    codes = {}
    for role in ("viewer", "editor"):
        client = APIClient()
        client.force_login(world.people[role], backend="django.contrib.auth.backends.ModelBackend")
        codes[role] = client.post("/api/feedback", said, format="json").status_code
    assert codes == {"viewer": 403, "editor": 409}


def test_one_may_leave_a_team_that_is_about_to_be_deleted(team, client_of):
    owner, editor = client_of("owner"), client_of("editor")
    deed(owner, team, "delete", name=team.name)
    assert b"Yes, leave" in editor.get(f"/teams/{team.pk}/life").content
    assert editor.post(f"/teams/{team.pk}/leave").status_code == 302
    deed(owner, team, "restore")
    assert editor.get(f"/api/teams/{team.pk}").status_code == 404
    deed(owner, team, "delete", name=team.name)
    assert owner.delete(f"/api/teams/{team.pk}/members/{owner.user.pk}").json()["code"] == "last_owner"


def test_a_webhook_outlives_the_grace_of_its_team():
    """Somebody changes their password while the team is away: who manages it does again once it is back."""
    world = build_world()
    owner = world.people["owner"]
    closing.delete(actor=owner, team_id=world.team.pk, name=world.team.name)
    owner.set_password("another correct horse")
    owner.save()
    access_revoked.send(sender=User, user_id=owner.pk, team_id=None)
    closing.restore(actor=owner, team_id=world.team.pk)
    assert Endpoint.objects.get(pk=world.webhook.pk).status == "enabled"


def test_teams_about_to_be_deleted_count_among_those_one_owns(client_of, monkeypatch):
    monkeypatch.setattr(services, "MOST_OWNED", 2)
    owner = client_of("stranger")  # whose own studio is the first
    second = owner.post("/api/teams", {"name": "Nord"}, format="json").json()
    assert owner.post(f"/api/teams/{second['id']}/delete", {"name": "Nord"}, format="json").status_code == 200
    assert owner.post("/api/teams", {"name": "Sud"}, format="json").json()["code"] == "too_many_teams"


def test_nobody_replays_a_dead_job_of_an_archived_team(team, client_of, admin_client):
    client_of("editor").post("/api/generations", {"brief": "a coat", "team": str(team.pk)}, format="json")
    job = Job.objects.get(kind="generation.run")
    Job.objects.filter(pk=job.pk).update(status="dead", finished_at=timezone.now())
    deed(client_of("owner"), team, "archive")
    admin_client.post("/admin/designer/job/", {"action": "replay", "_selected_action": [str(job.pk)]})
    assert Job.objects.get(pk=job.pk).status == "dead"


def test_one_file_counts_once(team, client_of):
    world = build_world()
    row = Asset.objects.get(pk=world.asset.pk)
    Asset.objects.create(
        team=world.team, owner=row.owner, kind=row.kind, sha256=row.sha256, path=row.path, media_type=row.media_type,
        width=8, height=8, bytes=row.bytes,
    )  # fmt: skip
    use = use_of(world.team)
    assert (use.pictures, use.storage) == (1, row.bytes)


@pytest.mark.parametrize("path", ["/settings/teams", "/teams/{}", "/teams/{}/life", "/teams/{}/defaults"])
def test_pages_ask_as_much_of_many_teams_and_members_as_of_few(path, team, client_of):
    owner = client_of("owner")
    path = path.format(team.pk)
    owner.get(path)
    costs = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as seen:
            assert owner.get(path).status_code == 200
        costs.append(len(seen))
        fill(team, 12)
        for number in range(6):
            owner.post("/api/teams", {"name": f"Nord {number}"}, format="json")
    assert costs[0] == costs[1]


def test_the_audit_log_says_all_of_it_in_words(team, client_of, member):
    owner, admin = client_of("owner"), client_of("admin")
    for client in (admin, owner):
        for what in ("archive", "unarchive", "delete", "restore"):
            deed(client, team, what, name=team.name)
        b"".join(client.get(f"/api/teams/{team.pk}/export"))
    deed(admin, team, "hand-over", user=str(owner.user.pk))
    deed(owner, team, "hand-over", user=str(admin.user.pk))
    actions = set(
        AuditEntry.objects.filter(team_id=team.pk, action__startswith="team.").values_list("action", flat=True)
    )
    assert len(actions) >= 12
    assert actions <= set(audit_log.WORDS)
