import uuid

import pytest
from rest_framework.test import APIClient

from designer.jobs import handlers, letters, settling
from designer.jobs.models import Job, JobStatus
from designer.jobs.services import enqueue
from teams.accounts.models import User
from teams.membership.models import Membership, Team
from tests.designer.realtime.live import token_of
from tests.factories import UserFactory

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


def dead_of(code: str, team_id: uuid.UUID, kind: str = "t.dead") -> Job:
    job = enqueue(kind, {}, team_id=team_id)
    settling.close(job, JobStatus.DEAD, settling.problem(code, "It broke."))
    return job


def states(*jobs: Job) -> list[str]:
    found = dict(Job.objects.values_list("pk", "status"))
    return [found[job.pk] for job in jobs]


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
    assert client.post("/api/queue/dead/replay", wish, format="json").json()["replayed"] == 1
    assert drain() == 1
    job.refresh_from_db()
    assert (job.status, job.failures, back, len(done)) == ("succeeded", 0, [job.pk], 1)
    assert handlers.HANDLERS["t.dead"]


NONE = [{}, {"ids": []}, {"ids": ["nonsense"]}, {"ids": "all"}, {"all": False}, {"kind": "t.dead"}]
BOTH = [{"ids": [str(uuid.uuid4())], "all": True}, {"ids": [str(uuid.uuid4())], "code": "crashed"}]


@pytest.mark.parametrize("deed", ["replay", "discard"])
@pytest.mark.parametrize("wish", [*NONE, *BOTH])
def test_a_judgement_that_names_nothing_or_contradicts_itself_is_refused_by_field(team, wish, deed):
    job = dead_job(team.pk)
    answer = client_of("owner", team).post(f"/api/queue/dead/{deed}", {**wish, "reason": "x"}, format="json")
    assert answer.status_code == 400 and answer.json()["errors"][0]["field"] in ("ids[0]", "ids", "kind", "code")
    job.refresh_from_db()
    assert job.status == "dead"


def causes_of(client: APIClient) -> list[tuple[str, str, int]]:
    rows = client.get("/api/queue/dead/causes").json()["results"]
    return [(row["kind"], row["code"], row["count"]) for row in rows]


def test_all_of_a_cause_run_again_and_those_of_another_and_of_other_teams_stay(team):
    crashed, others, foreign = (
        [dead_of("crashed", team.pk) for _ in range(3)],
        dead_job(team.pk),
        dead_job(uuid.uuid4()),
    )
    client = client_of("admin", team)
    assert causes_of(client) == [("t.dead", "crashed", 3), ("t.dead", "worker_died", 1)]
    assert len(client.get("/api/queue/dead", {"code": "crashed"}).json()["results"]) == 3
    answer = client.post("/api/queue/dead/replay", {"all": True, "code": "crashed"}, format="json")
    assert answer.json() == {"replayed": 3, "left": 0, "why": ""}
    assert states(*crashed, others, foreign) == ["scheduled"] * 3 + ["dead"] * 2
    assert client.post("/api/queue/dead/replay", {"all": True}, format="json").json()["replayed"] == 1
    assert states(others, foreign) == ["scheduled", "dead"]


def test_of_all_those_that_cannot_run_again_are_counted_and_hold_up_no_other(kinds, team):
    kinds.finishes("t.stuck")(lambda job, status, error: None)
    stuck, free = dead_of("crashed", team.pk, kind="t.stuck"), dead_job(team.pk)
    answer = client_of("owner", team).post("/api/queue/dead/replay", {"all": True}, format="json").json()
    assert (answer["replayed"], answer["left"]) == (1, 1) and "cannot be replayed" in answer["why"]
    assert states(stuck, free) == ["dead", "scheduled"]


def test_one_some_or_all_are_discarded_with_a_reason_and_never_run_again(team):
    one, crashed, other = dead_job(team.pk), dead_of("crashed", team.pk), dead_of("crashed", team.pk, kind="t.other")
    client = client_of("owner", team)

    def discard(**wish: object) -> int:
        answer = client.post("/api/queue/dead/discard", {"reason": "a trial", **wish}, format="json")
        return answer.json()["discarded"]

    assert discard(ids=[str(one.pk)]) == 1
    assert discard(all=True, code="crashed", kind="t.dead") == 1 and states(other) == ["dead"]
    assert discard(all=True) == 1
    assert states(one, crashed, other) == ["failed"] * 3
    one.refresh_from_db()
    assert (one.last_error["code"], one.last_error["discarded"]) == ("worker_died", "a trial")
    again = client.post("/api/queue/dead/replay", {"ids": [str(one.pk)]}, format="json")
    assert (again.status_code, again.json()["code"]) == (409, "not_dead")
    assert client.post("/api/queue/dead/discard", {"all": True}, format="json").json()["errors"][0]["field"] == "reason"


@pytest.mark.parametrize(("role", "status"), [("admin", 200), ("editor", 403), ("viewer", 403), (None, 404)])
def test_only_owners_and_admins_may_discard(team, role, status):
    job = dead_job(team.pk)
    wish = {"ids": [str(job.pk)], "reason": "x"}
    assert client_of(role, team).post("/api/queue/dead/discard", wish, format="json").status_code == status
    assert states(job) == ["failed" if status == 200 else "dead"]
    if status != 200:
        client_of(role, team).post("/api/queue/dead/discard", {"all": True, "reason": "x"}, format="json")
        assert states(job) == ["dead"]


def test_of_those_that_run_again_only_the_ones_that_were_dead_still_are_counted(team):
    one, other = dead_job(team.pk), dead_job(team.pk)
    actor = UserFactory(is_superuser=True)
    letters.run_again(actor=actor, job_ids=[one.pk])
    assert letters.run_all_again(actor=actor, job_ids=[one.pk, other.pk]).count == 1


@pytest.mark.parametrize(
    ("scopes", "seen", "status"), [(["read", "write"], 0, 404), (["read", "write", "admin"], 1, 202)]
)
def test_an_ordinary_token_of_who_runs_the_studio_reaches_no_other_team(team, scopes, seen, status):
    job = dead_job(team.pk)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token_of(UserFactory(is_superuser=True), *scopes)}")
    assert len(client.get("/api/queue/dead").json()["results"]) == seen
    assert len(client.get("/api/queue/dead/causes").json()["results"]) == seen
    assert client.post("/api/queue/dead/replay", {"all": True}, format="json").json()["replayed"] == seen
    other = dead_job(team.pk)
    for deed in ("replay", "discard"):
        wish = {"ids": [str(other.pk)], "reason": "x"}
        answer = client.post(f"/api/queue/dead/{deed}", wish, format="json")
        assert answer.status_code == (status if deed == "replay" else 404 if not seen else 409)
    assert states(job, other) == ["scheduled" if seen else "dead"] * 2


def test_who_runs_the_studio_judges_the_letters_of_every_team(team):
    job = dead_job(team.pk)
    client = APIClient()
    client.force_authenticate(UserFactory(is_superuser=True))
    assert [row["id"] for row in client.get("/api/queue/dead").json()["results"]] == [str(job.pk)]
    assert client.post("/api/queue/dead/replay", {"ids": [str(job.pk)]}, format="json").status_code == 202
