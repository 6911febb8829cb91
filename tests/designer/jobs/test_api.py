import uuid

import pytest
from rest_framework.test import APIClient

from designer.jobs import handlers, settling
from designer.jobs.models import Job, JobStatus
from designer.jobs.services import enqueue
from teams.accounts.models import User
from teams.membership.models import Membership, Team

pytestmark = pytest.mark.django_db


@pytest.fixture
def team() -> Team:
    return Team.objects.create(name="Atelier", slug=f"atelier-{uuid.uuid4().hex[:8]}")


def client_of(role: str | None, team: Team) -> APIClient:
    user = User.objects.create_user(f"{uuid.uuid4().hex[:8]}@example.com", "a long password")
    if role:
        Membership.objects.update_or_create(team=team, user=user, defaults={"role": role})
    client = APIClient()
    client.force_authenticate(user)
    return client


def dead_job(team_id: uuid.UUID) -> Job:
    job = enqueue("t.dead", {}, team_id=team_id)
    settling.close(job, JobStatus.DEAD, settling.WORKER_DIED)
    return job


@pytest.mark.parametrize(("role", "seen"), [("owner", 1), ("admin", 1), ("editor", 1), ("viewer", 1), (None, 0)])
def test_members_see_the_dead_jobs_of_their_team_and_strangers_none(team, role, seen):
    job = dead_job(team.pk)
    enqueue("t.alive", {}, team_id=team.pk)
    answer = client_of(role, team).get("/api/queue/dead")
    assert answer.status_code == 200
    assert [row["id"] for row in answer.json()["results"]] == [str(job.pk)] * seen
    assert all(row["error"]["code"] == "worker_died" for row in answer.json()["results"])


@pytest.mark.parametrize(
    ("role", "status"), [("owner", 202), ("admin", 202), ("editor", 403), ("viewer", 403), (None, 404)]
)
def test_only_owners_and_admins_may_replay(team, role, status):
    job = dead_job(team.pk)
    answer = client_of(role, team).post("/api/queue/dead/replay", {"ids": [str(job.pk)]}, format="json")
    job.refresh_from_db()
    assert answer.status_code == status
    assert job.status == ("scheduled" if status == 202 else "dead")


def test_one_foreign_id_among_ones_own_replays_nothing(team):
    own, foreign = dead_job(team.pk), dead_job(uuid.uuid4())
    wish = {"ids": [str(own.pk), str(foreign.pk)]}
    assert client_of("owner", team).post("/api/queue/dead/replay", wish, format="json").status_code == 404
    own.refresh_from_db()
    assert own.status == "dead"


def test_a_replayed_job_is_done_with_all_its_tries_and_what_hangs_on_it_is_put_back(kinds, team):
    from designer.jobs.tasks import drain

    back, done = [], []
    kinds.handles("t.dead")(lambda job: done.append(job.attempt))
    kinds.finishes("t.dead")(lambda job, status, error: None)
    job = dead_job(team.pk)
    client = client_of("owner", team)
    wish = {"ids": [str(job.pk)]}
    assert client.post("/api/queue/dead/replay", wish, format="json").status_code == 409
    kinds.replays("t.dead")(lambda row: back.append(row.pk))
    assert client.post("/api/queue/dead/replay", wish, format="json").json() == {"replayed": 1}
    assert drain() == 1
    job.refresh_from_db()
    assert (job.status, job.failures, back, len(done)) == ("succeeded", 0, [job.pk], 1)
    assert handlers.HANDLERS["t.dead"]


@pytest.mark.parametrize("wish", [{}, {"ids": []}, {"ids": ["nonsense"]}, {"ids": "all"}])
def test_a_replay_without_ids_is_refused(team, wish):
    assert client_of("owner", team).post("/api/queue/dead/replay", wish, format="json").status_code == 400
