"""Pausing a lane and the queue's page: for those who run the studio, honoured by the very next claim."""

import pytest
from django.test import Client

from designer.jobs import claims, lanes
from designer.jobs.models import LanePause
from designer.jobs.services import enqueue
from teams.audit.models import AuditEntry
from teams.base.errors import Missing, Refused
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
HERE = "/settings/queue"


@pytest.fixture
def admin():
    return UserFactory(is_superuser=True)


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_in_a_paused_lane_nothing_is_begun_and_the_others_go_on(admin, team_id):
    job, other = enqueue("t.note", {}, team_id=team_id), enqueue("t.note", {}, team_id=team_id, lane="io")
    lanes.pause(actor=admin, lane="interactive", reason="the disk is full")
    assert claims.claim("interactive", "w1") is None
    assert claims.claim_best(("interactive", "io"), "w1") == other
    lanes.resume(actor=admin, lane="interactive")
    assert claims.claim("interactive", "w1") == job
    found = AuditEntry.objects.order_by("created_at").values_list("action", "subject")
    assert list(found) == [("queue.pause", "lane:interactive"), ("queue.resume", "lane:interactive")]


def test_what_runs_in_a_lane_that_is_paused_may_end(admin, team_id):
    enqueue("t.note", {}, team_id=team_id)
    row = claims.claim("interactive", "w1")
    assert row is not None
    lanes.pause(actor=admin, lane="interactive")
    assert claims.renew(claims.Lease(row.pk, row.attempts, row.worker)) is False
    claims.succeed(claims.Lease(row.pk, row.attempts, row.worker))


def test_pausing_twice_is_one_pause_and_an_unknown_lane_is_refused(admin):
    lanes.pause(actor=admin, lane="gpu", reason="first")
    lanes.pause(actor=admin, lane="gpu", reason="second")
    assert LanePause.objects.get().reason == "first"
    with pytest.raises(Refused, match="no such lane"):
        lanes.pause(actor=admin, lane="fast")


def test_only_who_runs_the_studio_may_pause_and_sees_that_there_is_a_page(user):
    with pytest.raises(Missing):
        lanes.pause(actor=user, lane="gpu")
    client = signed_in(user)
    assert [client.get(HERE).status_code, client.get(f"{HERE}/now").status_code] == [404, 404]
    assert client.post(HERE, {"lane": "gpu", "on": "0"}).status_code == 404
    assert not LanePause.objects.exists()
    assert HERE not in client.get("/settings/webhooks").content.decode()


def test_the_page_tells_what_waits_runs_and_is_paused_and_its_buttons_work(admin, team_id):
    for _ in range(3):
        enqueue("t.note", {}, team_id=team_id, lane="batch")
    claims.claim("batch", "host:17")
    client = signed_in(admin)
    assert client.post(HERE, {"lane": "gpu", "on": "0", "reason": "torch is updated"}, follow=True).status_code == 200
    batch = next(lane for lane in lanes.overview() if lane.name == "batch")
    assert (batch.waiting, batch.running, batch.pause) == (2, 1, None)
    page = client.get(f"{HERE}/now").content.decode()
    assert all(word in page for word in ("host:17", "t.note", "torch is updated"))
    client.post(HERE, {"lane": "gpu", "on": "1"})
    assert not LanePause.objects.exists()
    assert "no such lane" in client.post(HERE, {"lane": "<b>", "on": "0"}, follow=True).content.decode()
