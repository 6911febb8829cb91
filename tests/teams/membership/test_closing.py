"""What only closes goes on in an archived team; what is counted, noted and told around a team's end."""

import pytest
import redis
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from batches.webhooks.models import Endpoint
from designer.notifications.models import Notification
from teams.audit.models import AuditEntry
from teams.base import limits
from teams.base.snapshots import PAUSE, snapshot
from teams.membership import closing, deeds, purging
from teams.membership.models import Team
from teams.sharing.models import Share
from teams.sharing.services import Wish, share
from teams.signals import team_changed
from tests.batches.asking import work_off
from tests.factories import TeamFactory
from tests.teams.membership.test_purging import due, paid
from tests.test_permission_walk import visitor
from tests.worlds import build_world

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world():
    return build_world()


def code(answer):
    return answer.status_code, answer.json().get("code", "")


def links_of(team):
    return Share.objects.filter(team=team, way="link", revoked_at=None)


@pytest.mark.parametrize(("role", "status"), [("owner", 200), ("admin", 200), ("editor", 403)])
def test_links_are_switched_off_in_an_archived_team_and_not_on(role, status, world):
    share(actor=world.people["editor"], team_id=world.team.pk, wish=Wish(about=("asset", world.asset.pk)))
    closing.archive(actor=world.people["owner"], team_id=world.team.pk)
    client, path = visitor(world, role), f"/api/teams/{world.team.pk}"
    about = {"content_type": "application/json", "headers": {"If-Match": "*"}}
    assert client.patch(path, {"share_links": False}, **about).status_code == status
    assert links_of(world.team).exists() == (status != 200)
    if status == 200:
        for wish in ({"share_links": True}, {"share_links": False, "name": "Maison"}):
            assert code(client.patch(path, wish, **about)) == (409, "team_archived")


def test_a_webhook_of_an_archived_team_is_switched_off_removed_and_gets_a_new_secret(world):
    closing.archive(actor=world.people["owner"], team_id=world.team.pk)
    client, path = visitor(world, "owner"), f"/api/webhooks/{world.webhook.pk}"
    about = {"content_type": "application/json", "headers": {"If-Match": "*"}}
    assert client.post(f"{path}/secret", {"grace_hours": 0}, content_type="application/json").status_code == 200
    assert client.patch(path, {"enabled": False}, **about).status_code == 200
    for wish in ({"enabled": True}, {"enabled": False, "name": "Other"}, {"name": "Other"}):
        assert code(client.patch(path, wish, **about)) == (409, "team_archived")
    etag = client.get(path)["ETag"]
    client.post(f"/settings/webhooks/{world.webhook.pk}/switch", {"on": "1", "etag": etag})
    assert Endpoint.objects.get(pk=world.webhook.pk).status == "disabled"
    assert client.delete(path).status_code == 204
    assert Endpoint.objects.get(pk=world.webhook.pk).status == "removed"


def test_what_others_share_with_a_team_ends_with_it_and_their_audit_log_says_so(world):
    gone = TeamFactory()
    wish = Wish(about=("asset", world.asset.pk), to_team=gone.pk)
    given, _ = share(actor=world.people["editor"], team_id=world.team.pk, wish=wish)
    due(gone)
    assert purging.purge(budget=60) == 1
    assert not Share.objects.filter(pk=given.pk).exists()
    entry = AuditEntry.objects.get(team_id=world.team.pk, action="share.revoked", subject=f"share:{given.pk}")
    assert (entry.actor_id, entry.facts["why"]) == (None, "the team it was for is gone")


def test_what_was_paid_is_read_once_at_the_end_and_has_time_for_that(world):
    paid(world)
    due(world.team)
    seen = []

    def look(sender, what, **_):
        with connection.cursor() as cursor:
            cursor.execute("SHOW statement_timeout")
            seen.append((what, cursor.fetchone()[0]))

    team_changed.connect(look)
    try:
        with CaptureQueriesContext(connection) as queries:
            purging._begun(world.team.pk)
    finally:
        team_changed.disconnect(look)
    assert seen == [("end_begun", "1min")]
    assert len([each for each in queries if 'FROM "ledger_entries"' in each["sql"]]) == 1
    assert AuditEntry.objects.get(team_id=world.team.pk, action="ledger.ended").facts["entries"] == 1


@pytest.mark.parametrize("what", ["archive", "delete", "hand-over"])
def test_a_deed_is_counted_before_any_row_is_locked_and_not_where_it_is_refused(what, team, client_of, monkeypatch):
    take, inside = deeds.take_or_refuse, []

    def noted(*said):
        inside.append(connection.in_atomic_block)
        return take(*said)

    monkeypatch.setattr(deeds, "A_DAY", 1)
    monkeypatch.setattr(deeds, "take_or_refuse", noted)
    owner, editor = client_of("owner"), client_of("editor")
    wrong = {"name": "Another", "user": str(owner.user.pk)}
    right = {"name": team.name, "user": str(editor.user.pk)}
    path = f"/api/teams/{team.pk}/{what}"
    for client, said in ((editor, right), (owner, wrong)):
        if what != "archive" or client is editor:
            assert client.post(path, said, format="json").status_code in (403, 422)
    assert owner.post(path, right, format="json").status_code == 200
    assert inside and not any(inside)
    Team.objects.filter(pk=team.pk).update(archived_at=None)
    again = {"archive": owner, "delete": owner, "hand-over": editor}[what]
    answer = again.post(path, {**right, "user": str(owner.user.pk)}, format="json")
    assert code(answer) == ((200, "") if what == "delete" else (429, "too_often"))


def test_where_nobody_can_count_nothing_is_archived_and_the_answer_says_to_try_again(team, client_of, monkeypatch):
    def away():
        raise redis.ConnectionError("down")

    owner = client_of("owner")
    monkeypatch.setattr(limits, "link", away)
    answer = owner.post(f"/api/teams/{team.pk}/archive", {"name": team.name}, format="json")
    assert code(answer) == (503, "unavailable") and answer.json()["remedy"] == "Try again."
    assert not Team.objects.exclude(archived_at=None).exists()


def test_handing_over_asked_again_after_a_lost_answer_is_the_same_and_no_offence(team, client_of, member):
    owner, heir, viewer = client_of("owner"), member("editor"), client_of("viewer")
    path, said, once = f"/api/teams/{team.pk}/hand-over", {"user": str(heir.pk)}, {"Idempotency-Key": "k-1"}
    first = owner.post(path, said, format="json", headers=once)
    again = owner.post(path, said, format="json", headers=once)
    assert (first.status_code, again.status_code, again.json()) == (200, 200, first.json())
    assert not AuditEntry.objects.filter(team_id=team.pk, action="team.hand_over_refused").exists()
    assert viewer.post(path, said, format="json", headers=once).status_code == 403
    assert AuditEntry.objects.filter(team_id=team.pk, action="team.hand_over_refused").count() == 1


def test_a_page_whose_answer_was_lost_hands_over_once_and_notes_no_offence(team, client_of, member):
    owner, heir, other = client_of("owner"), member("editor"), member("viewer")
    page = Client()
    page.force_login(owner.user)
    first, again = (page.post(f"/teams/{team.pk}/hand-over", {"user": heir.pk, "own_role": "admin"}) for _ in range(2))
    assert first.status_code == again.status_code == 302
    rows = AuditEntry.objects.filter(team_id=team.pk)
    assert [rows.filter(action=f"team.{each}").count() for each in ("handed_over", "hand_over_refused")] == [1, 0]
    assert page.post(f"/teams/{team.pk}/hand-over", {"user": other.pk, "own_role": "admin"}).status_code == 403
    assert rows.filter(action="team.hand_over_refused").count() == 1


def test_who_hands_over_to_another_owner_steps_down_and_nothing_else_is_told(team, client_of, member):
    owner, other, viewer = client_of("owner"), member("owner", name="Second"), member("viewer")
    said = {"user": str(other.pk)}
    assert owner.post(f"/api/teams/{team.pk}/hand-over", said, format="json").status_code == 200
    work_off("io")
    told = Notification.objects.get(user=viewer, kind="team")
    assert "another owner" not in told.body and "owns it no more" in told.body


def test_an_export_waits_longer_for_its_reader_than_a_request_does():
    with snapshot() as moment:
        list(moment.rows(Team.objects.filter(created_at__lt=timezone.now()), "pk"))
        with moment.connection.cursor() as cursor:
            cursor.execute("SHOW idle_in_transaction_session_timeout")
            assert cursor.fetchone()[0] == "5min" and PAUSE == "300s"
