"""An administrator stops the queue: whoever owns a batch is told why it waits, and no time at which it would end."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from designer.jobs.models import WorkerBeat
from tests import work
from tests.batches.asking import look, made, plan, work_off
from tests.batches.test_shoots import shoot, shot
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def operator() -> APIClient:
    client = APIClient()
    client.force_authenticate(UserFactory(is_superuser=True))
    return client


def told(client, pk) -> tuple[str, str, float | None]:
    """What the API says of it: the same at both of its places."""
    progress, alone = client.get(f"/api/batch/{pk}/progress").json(), look(client, pk)
    assert progress["waits"] == alone["waits"]
    return alone["status"], alone["waits"], progress["remaining_seconds"]


def page(client, pk) -> str:
    browser = Client()
    browser.force_login(client.user, backend="django.contrib.auth.backends.ModelBackend")
    return browser.get(f"/batches/{pk}/head").content.decode()


def listed(client) -> str:
    browser = Client()
    browser.force_login(client.user, backend="django.contrib.auth.backends.ModelBackend")
    return browser.get("/batches").content.decode()


def worker(lane: str, **facts) -> WorkerBeat:
    about = {"name": lane, "lanes": [lane], "processes": 1, "beat_at": timezone.now(), **facts}
    return WorkerBeat.objects.create(id=uuid4(), **about)


@pytest.mark.parametrize("lane", ["batch", "io"])
def test_while_its_lane_is_paused_a_batch_says_so_and_no_time_left(lane, client_of, operator):
    client = client_of("editor")
    pk = made(client, plan(variations=4), parallelism=2)["id"]
    assert told(client, pk)[:2] == ("running", "") and told(client, pk)[2] and "Time left" in page(client, pk)
    assert operator.put(f"/api/queue/lanes/{lane}/pause", {}, format="json").status_code == 200
    status, waits, left = told(client, pk)
    assert (status, left) == ("running", None) and waits.startswith("The queue is paused by an administrator.")
    shown = page(client, pk)
    assert waits in shown and "Time left" not in shown
    assert operator.delete(f"/api/queue/lanes/{lane}/pause").status_code == 204
    assert told(client, pk)[1] == "" and "Time left" in page(client, pk)
    work_off()
    assert told(client, pk) == ("completed", "", None)


def test_while_all_of_its_workers_are_drained_or_silent_a_batch_says_so(client_of, operator):
    client = client_of("editor")
    pk = made(client, plan(variations=2))["id"]
    one, two = worker("batch"), worker("batch")
    operator.put(f"/api/queue/workers/{one.pk}/drain")
    assert told(client, pk)[1] == ""
    assert operator.put(f"/api/queue/workers/{two.pk}/drain").status_code == 200
    status, waits, left = told(client, pk)
    assert (status, left) == ("running", None) and "taken out of service by an administrator" in waits
    WorkerBeat.objects.update(beat_at=timezone.now() - timedelta(minutes=2))
    assert "no sign of life" in told(client, pk)[1] and told(client, pk)[2] is None


def test_a_shoot_waits_in_the_lane_of_its_own_work(client_of, operator):
    client = client_of("editor")
    pk = made(client, shoot(shot(client.user)))["id"]
    work_off("io")
    operator.put("/api/queue/lanes/batch/pause", {}, format="json")
    assert told(client, pk)[1] == ""
    operator.put("/api/queue/lanes/gpu/pause", {}, format="json")
    assert "paused by an administrator" in told(client, pk)[1] and told(client, pk)[2] is None


def test_a_batch_stands_still_only_where_all_the_lanes_of_its_work_do(client_of, operator):
    client = client_of("editor")
    pk = made(client, plan(variations=4), parallelism=2)["id"]
    work.work_off("io")
    operator.put("/api/queue/lanes/io/pause", {}, format="json")
    assert told(client, pk)[1] == "" and told(client, pk)[2] is not None
    operator.put("/api/queue/lanes/batch/pause", {}, format="json")
    assert "paused by an administrator" in told(client, pk)[1] and told(client, pk)[2] is None


def test_the_list_tells_which_batches_wait_and_asks_as_much_for_many_as_for_one(client_of, operator):
    client = client_of("editor")
    made(client, shoot(shot(client.user)))
    made(client, plan(variations=2), title="Autumn")
    work_off("io")
    assert "The queue is paused" not in listed(client)
    operator.put("/api/queue/lanes/gpu/pause", {}, format="json")
    assert listed(client).count("The queue is paused by an administrator.") == 1
    with CaptureQueriesContext(connection) as few:
        listed(client)
    for _ in range(3):
        made(client, shoot(shot(client.user)))
    work_off("io")
    with CaptureQueriesContext(connection) as many:
        assert listed(client).count("The queue is paused by an administrator.") == 4
    assert len(many) == len(few)
