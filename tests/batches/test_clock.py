"""Batches that start by the clock, where something is in the way: too late, a start that dies, a pause in between."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from batches import series
from batches.invariants import INVARIANTS
from batches.models import Batch
from designer.jobs.models import Job, JobStatus
from designer.jobs.services import revive
from designer.jobs.settling import WORKER_DIED, close
from designer.notifications.models import Notification
from tests.batches.asking import generate, look, made, plan, work_off

pytestmark = pytest.mark.django_db(transaction=True)
DAILY = "0 5 * * *"


def past(pk: str) -> None:
    """Its moment was yesterday."""
    Batch.objects.filter(pk=pk).update(run_at=timezone.now() - timedelta(days=1))


def broken(name: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(INVARIANTS[name])
        return [str(row[0]) for row in cursor.fetchall()]


def test_a_repeat_kept_as_a_draft_and_started_after_its_first_moment_begins_with_its_next(client_of):
    client = client_of("editor")
    pk = made(client, plan(), cron=DAILY, start=False)["id"]
    past(pk)
    assert client.post(f"/api/batch/{pk}/start").status_code == 202
    row = Batch.objects.get(pk=pk)
    assert row.status == "scheduled" and row.run_at > timezone.now()
    assert Job.objects.filter(kind="batch.start", scheduled_at=row.run_at).exists()
    Batch.objects.filter(pk=pk).update(status="running")
    assert broken("a series runs nothing itself") == [pk]


def test_a_draft_for_a_moment_that_is_over_begins_at_once(client_of):
    client = client_of("editor")
    later = (timezone.now() + timedelta(hours=1)).isoformat()
    pk = made(client, plan(), run_at=later, start=False)["id"]
    past(pk)
    assert client.post(f"/api/batch/{pk}/start").json()["status"] == "running"


def test_a_start_that_dies_pauses_the_batch_tells_its_owner_and_can_be_replayed(client_of):
    client = client_of("editor")
    pk = made(client, plan(), cron=DAILY)["id"]
    past(pk)
    moment = Batch.objects.get(pk=pk).run_at
    Job.objects.all().delete()
    series.look_after()  # its job is gone: it gets another
    job = Job.objects.get(kind="batch.start")
    assert job.payload["moment"] == moment.isoformat()
    series.look_after()
    assert Job.objects.filter(kind="batch.start").count() == 1
    with transaction.atomic():
        close(Job.objects.select_for_update().get(pk=job.pk), JobStatus.DEAD, WORKER_DIED)
    now = look(client, pk)
    assert (now["status"], now["reason"]["code"]) == ("paused", "not_started")
    assert Notification.objects.get(user=client.user).title.endswith("paused")
    revive(job.pk)
    work_off("io")
    row = Batch.objects.get(pk=pk)
    assert row.status == "scheduled" and row.run_at > timezone.now() and row.runs.count() == 1


def test_a_batch_that_waits_for_nothing_is_found(client_of):
    pk = made(client_of("editor"), plan(), cron=DAILY)["id"]
    name = "a batch that waits for its time will be started"
    assert broken(name) == []
    past(pk)
    Job.objects.all().delete()
    assert broken(name) == [pk]


def test_a_series_that_somebody_paused_does_not_make_up_for_what_passed_meanwhile(client_of):
    client = client_of("editor")
    pk = made(client, plan(), cron=DAILY)["id"]
    client.post(f"/api/batch/{pk}/pause")
    past(pk)
    assert client.post(f"/api/batch/{pk}/resume").json()["status"] == "scheduled"
    work_off("io")
    row = Batch.objects.get(pk=pk)
    assert row.run_at > timezone.now() and row.runs.count() == 0


def test_a_clone_of_a_series_is_a_draft_that_repeats_as_it_does(client_of):
    client = client_of("editor")
    pk = made(client, plan(), cron=DAILY, time_zone="Asia/Tokyo")["id"]
    copy = client.post(f"/api/batch/{pk}/clone").json()
    assert (copy["status"], copy["cron"], copy["time_zone"]) == ("draft", DAILY, "Asia/Tokyo")
    assert client.post(f"/api/batch/{copy['id']}/start").json()["status"] == "scheduled"


def test_a_time_zone_that_there_is_not_is_refused_without_a_repeat_too(client_of):
    answer = generate(client_of("editor"), plan(), time_zone="Mars/Base")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "time_zone")
