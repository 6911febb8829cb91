"""Workers: what they say of themselves, and taking one out of service: it ends what runs and begins nothing more."""

import uuid
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db.models.functions import Now
from rest_framework.test import APIClient

from designer.jobs import claims, workers
from designer.jobs.models import LanePause, WorkerBeat
from designer.jobs.presence import Presence
from designer.jobs.services import enqueue
from designer.jobs.tasks import NODE, worker_id
from teams.audit.models import AuditEntry
from teams.base.errors import Conflict, Missing
from tests.designer.jobs.test_lanes import HERE, signed_in
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
LANE = "batch"


class Consumer:
    """As Celery's, which listens to queues; what it is called for happens at once."""

    def __init__(self, *lanes: str) -> None:
        self.heard = set(lanes)
        self.app = SimpleNamespace(amqp=SimpleNamespace(queues=SimpleNamespace(consume_from=dict.fromkeys(lanes))))
        self.controller = SimpleNamespace(hostname="cpu@atelier", concurrency=2)
        self.add_task_queue, self.cancel_task_queue = self.heard.add, self.heard.discard

    def call_soon(self, change, lane: str) -> None:
        change(lane)


@pytest.fixture
def admin():
    return UserFactory(is_superuser=True)


@pytest.fixture
def presence(kinds, monkeypatch):
    monkeypatch.setattr("designer.jobs.presence.connection.close", lambda: None)  # the test's own
    kinds.able("stitches")(lambda: ["backstitch"])
    presence = Presence(uuid.uuid4(), Consumer("interactive", LANE))
    presence.tick()
    return presence


def process_of(presence: Presence, pid: int = 7) -> str:
    return f"host:{pid}:1:{presence.node}"


def claimed(presence: Presence):
    return claims.claim(LANE, process_of(presence))


def state_of(presence: Presence) -> str:
    return next(each.state for each in workers.overview() if each.row.pk == presence.node)


def test_the_name_of_every_process_tells_its_worker():
    assert claims.node_of(worker_id()) == NODE
    assert claims.node_of("host:17") is None


def test_a_drained_worker_begins_nothing_more_and_another_does(admin, presence, team_id):
    job = enqueue("t.none", {}, team_id=team_id, lane=LANE)
    workers.drain(actor=admin, worker_id=presence.node)
    assert claimed(presence) is None
    assert claims.claim(LANE, f"host:8:1:{uuid.uuid4()}") == job


def test_what_runs_in_a_drained_worker_ends_and_then_it_may_be_stopped(admin, presence, team_id):
    enqueue("t.none", {}, team_id=team_id, lane=LANE)
    row = claimed(presence)
    assert row is not None and state_of(presence) == "working"
    now = workers.drain(actor=admin, worker_id=presence.node)
    assert (now.state, [job.pk for job in now.jobs]) == ("draining", [row.pk])
    claims.succeed(claims.Lease(row.pk, row.attempts, row.worker))
    assert state_of(presence) == "drained"


def test_one_that_is_employed_again_takes_work_and_both_are_written_down(admin, presence, team_id):
    job = enqueue("t.none", {}, team_id=team_id, lane=LANE)
    for _ in range(2):
        workers.drain(actor=admin, worker_id=presence.node)
    for _ in range(2):
        assert workers.employ(actor=admin, worker_id=presence.node).state == "idle"
    assert claimed(presence) == job
    assert list(AuditEntry.objects.order_by("created_at").values_list("action", flat=True)) == [
        "queue.drain",
        "queue.employ",
    ]


def test_a_drained_worker_stops_listening_to_the_bell_and_listens_again(admin, presence):
    workers.drain(actor=admin, worker_id=presence.node)
    presence.tick()
    assert presence.consumer.heard == set()
    workers.employ(actor=admin, worker_id=presence.node)
    presence.tick()
    assert presence.consumer.heard == {"interactive", LANE}


def test_a_worker_tells_its_lanes_and_what_it_can_do(presence):
    row = WorkerBeat.objects.get()
    assert (row.name, row.lanes, row.processes) == ("cpu@atelier", [LANE, "interactive"], 2)
    assert row.abilities["stitches"] == ["backstitch"] and "generation.run" in row.abilities["kinds"]


def test_one_whose_abilities_cannot_be_told_is_at_work_all_the_same(kinds):
    def broken() -> list[str]:
        raise OSError("no disk")

    kinds.able("threads")(broken)
    presence = Presence(uuid.uuid4(), Consumer(LANE))
    assert '"threads": []' in presence._facts()["abilities"]


def test_a_silent_worker_is_told_apart_cannot_be_drained_and_is_forgotten_after_an_hour(admin, presence):
    WorkerBeat.objects.update(beat_at=Now() - timedelta(minutes=1))
    assert state_of(presence) == "silent"
    with pytest.raises(Conflict, match="no sign of life"):
        workers.drain(actor=admin, worker_id=presence.node)
    workers.forget_silent()
    assert WorkerBeat.objects.exists()
    WorkerBeat.objects.update(beat_at=Now() - timedelta(minutes=61))
    workers.forget_silent()
    assert not WorkerBeat.objects.exists()


def test_only_who_runs_the_studio_drains_and_only_a_worker_that_exists(admin, user, presence):
    for actor, pk in ((user, presence.node), (admin, uuid.uuid4())):
        for deed in (workers.drain, workers.employ):
            with pytest.raises(Missing):
                deed(actor=actor, worker_id=pk)
    client = signed_in(user)
    assert client.post(f"{HERE}/workers", {"worker": str(presence.node), "on": "0"}).status_code == 404
    assert client.get(f"{HERE}/jobs").status_code == 404


def test_the_page_shows_workers_drains_one_and_says_that_a_lane_has_none(admin, presence, team_id):
    client = signed_in(admin)
    shown = client.get(HERE).content.decode()
    assert "cpu@atelier" in shown and "backstitch" in shown and "No worker" in shown
    enqueue("t.none", {}, team_id=team_id, lane=LANE)
    claimed(presence)
    told = client.post(f"{HERE}/workers", {"worker": str(presence.node), "on": "0"}, follow=True).content.decode()
    assert "takes no more; it ends what runs (1)" in told and "Draining" in told
    told = client.post(f"{HERE}/workers", {"worker": str(presence.node), "on": "1"}, follow=True).content.decode()
    assert "takes work again" in told


def test_the_api_does_all_that_the_page_does_for_who_runs_the_studio_alone(admin, user, presence, team_id):
    client = APIClient()
    client.force_authenticate(admin)
    drain = f"/api/queue/workers/{presence.node}/drain"
    assert client.put(drain).json()["state"] == "drained"
    assert [each["state"] for each in client.get("/api/queue/workers").json()["results"]] == ["drained"]
    assert (client.delete(drain).status_code, state_of(presence)) == (204, "idle")
    paused = client.put("/api/queue/lanes/gpu/pause", {"reason": "torch"}, format="json")
    assert paused.json()["pause"]["reason"] == "torch"
    assert client.delete("/api/queue/lanes/gpu/pause").status_code == 204
    assert not LanePause.objects.exists()
    assert client.put("/api/queue/lanes/fast/pause", {}, format="json").status_code == 422
    assert [lane["name"] for lane in client.get("/api/queue/lanes").json()["results"]] == [
        "interactive",
        "batch",
        "gpu",
        "io",
        "remote",
    ]
    client.force_authenticate(user)
    for path in ("lanes", "workers", "jobs", "teams", "models", "webhooks", "unsettled"):
        assert client.get(f"/api/queue/{path}").status_code == 404
    assert client.put(drain).status_code == 404


def test_jobs_are_found_by_state_lane_and_what_they_are_about(admin, team_id):
    about = uuid.uuid4()
    one = enqueue("t.found", {"generation_id": str(about)}, team_id=team_id)
    enqueue("t.other", {}, team_id=uuid.uuid4(), lane=LANE)
    api = APIClient()
    api.force_authenticate(admin)

    def found(**query: str) -> list[str]:
        return [row["kind"] for row in api.get("/api/queue/jobs", query).json()["results"]]

    assert found() == ["t.other", "t.found"]
    for text in (str(about), str(one.pk), str(team_id), "T.FOU"):
        assert found(search=text) == ["t.found"], text
    assert found(lane=LANE) == ["t.other"] and found(status="dead") == []
    assert api.get("/api/queue/jobs", {"status": "odd"}).status_code == 400
    client = signed_in(admin)
    page = client.get(f"{HERE}/jobs", {"search": str(about)}).content.decode()
    assert "1 job" in page and "t.found" in page and "t.other" not in page
    assert "No job is like that" in client.get(f"{HERE}/jobs", {"status": "odd"}).content.decode()


def test_the_jobs_come_in_pages(admin, team_id):
    for _ in range(31):
        enqueue("t.none", {}, team_id=team_id)
    page = signed_in(admin).get(f"{HERE}/jobs", {"page": "2", "lane": "interactive"}).content.decode()
    assert "Page 2 of 2" in page and "lane=interactive" in page
