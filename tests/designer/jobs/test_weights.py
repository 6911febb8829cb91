"""Shares of a lane: who weighs three is served three times for each once of who weighs one."""

import uuid
from collections import Counter, deque
from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from designer.jobs import claims, weights
from designer.jobs.models import Job, TeamWeight
from designer.jobs.services import enqueue
from teams.audit.models import AuditEntry
from teams.base.errors import Missing, Refused
from tests.designer.jobs.test_lanes import HERE, signed_in
from tests.factories import TeamFactory, UserFactory

pytestmark = pytest.mark.django_db
LANE = "batch"


@pytest.fixture
def admin():
    return UserFactory(is_superuser=True)


@pytest.fixture
def light():
    return TeamFactory(name="Light").pk


@pytest.fixture
def heavy(admin):
    """A team of weight 3."""
    team = TeamFactory(name="Heavy")
    weights.set_weight(actor=admin, team_id=team.pk, weight=3)
    return team.pk


def ask(team_id, count=1, **about) -> None:
    for _ in range(count):
        enqueue("t.none", {}, team_id=team_id, lane=LANE, **about)


def begun(count: int) -> list[uuid.UUID]:
    """Whose the next jobs are."""
    jobs = [claims.claim(LANE, "w") for _ in range(count)]
    return [job.team_id for job in jobs if job]


def test_of_two_full_queues_the_heavier_is_served_three_times_as_often(light, heavy):
    ask(light, 40)
    ask(heavy, 40)
    assert Counter(begun(40)) == {heavy: 30, light: 10}


def test_the_shares_hold_where_each_keeps_only_a_few_in_the_queue_as_batches_do(light, heavy):
    running: deque[Job] = deque()
    counts: Counter[uuid.UUID] = Counter()
    ask(light, 4)
    ask(heavy, 4)
    for _ in range(120):
        job = claims.claim(LANE, "w")
        assert job is not None
        counts[job.team_id] += 1
        running.append(job)
        if len(running) == 2:  # two workers
            done = running.popleft()
            claims.succeed(claims.Lease(done.pk, done.attempts, done.worker))
            ask(done.team_id)
    assert 2.7 < counts[heavy] / counts[light] < 3.3, counts


def test_a_light_team_that_comes_late_waits_for_one_round_and_not_for_the_queue(light, heavy):
    ask(heavy, 30)
    begun(10)
    ask(light)
    assert light in begun(4)


def test_jobs_whose_time_has_come_take_their_places_by_weight_too(light, heavy):
    soon = timezone.now() + timedelta(hours=1)
    for team in (light, heavy):
        ask(team, 12, run_at=soon)
    Job.objects.update(scheduled_at=timezone.now())
    claims.promote_due()
    assert Counter(begun(12)) == {heavy: 9, light: 3}


def test_a_weight_of_one_is_the_usual_share_and_leaves_no_row(admin, light, heavy):
    weights.set_weight(actor=admin, team_id=heavy, weight=1)
    ask(light, 10)
    ask(heavy, 10)
    assert Counter(begun(10)) == {heavy: 5, light: 5}
    assert not TeamWeight.objects.exists()
    assert [row.facts["weight"] for row in AuditEntry.objects.filter(action="queue.weight").order_by("created_at")] == [
        3,
        1,
    ]


@pytest.mark.parametrize("weight", [0, -1, 21, 10**9])
def test_a_weight_that_is_none_is_refused_with_the_range(admin, light, weight):
    with pytest.raises(Refused, match="1 to 20"):
        weights.set_weight(actor=admin, team_id=light, weight=weight)
    assert not TeamWeight.objects.exists()


def test_only_who_runs_the_studio_weighs_teams_and_only_teams_that_exist(user, admin, light):
    for actor, team in ((user, light), (admin, uuid.uuid4())):
        with pytest.raises(Missing):
            weights.set_weight(actor=actor, team_id=team, weight=2)


def test_teams_are_listed_by_weight_then_by_what_they_have_in_the_queue_or_as_searched_for(light, heavy):
    ask(light, 3)
    begun(1)
    shown = weights.shares()
    assert [(each.name, each.weight, each.waiting, each.running) for each in shown] == [
        ("Heavy", 3, 0, 0),
        ("Light", 1, 2, 1),
    ]
    assert [each.name for each in weights.shares("LIGH")] == ["Light"]
    assert [each.name for each in weights.shares(str(light))] == ["Light"]


def test_the_page_weighs_a_team_and_says_from_when_it_counts(admin, light):
    client = signed_in(admin)
    told = client.post(f"{HERE}/teams", {"team": str(light), "weight": "4"}, follow=True).content.decode()
    assert "Light weighs 4" in told and TeamWeight.objects.get(pk=light).weight == 4
    assert "1 to 20" in client.post(f"{HERE}/teams", {"team": str(light), "weight": "x"}, follow=True).content.decode()
    assert client.post(f"{HERE}/teams", {"team": "x", "weight": "2"}).status_code == 404
    assert "No team is called that" in client.get(HERE, {"team": "nobody"}).content.decode()


def test_the_api_does_so_too_for_who_runs_the_studio_alone(admin, user, light):
    client = APIClient()
    client.force_authenticate(admin)
    answer = client.put(f"/api/queue/teams/{light}", {"weight": 5}, format="json")
    assert (answer.status_code, answer.json()["weight"]) == (200, 5)
    assert client.get("/api/queue/teams", {"search": "light"}).json()["results"][0]["weight"] == 5
    refused = client.put(f"/api/queue/teams/{light}", {"weight": 99}, format="json")
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "weight")
    client.force_authenticate(user)
    assert client.get("/api/queue/teams").status_code == 404
    assert client.put(f"/api/queue/teams/{light}", {"weight": 2}, format="json").status_code == 404
    assert signed_in(user).post(f"{HERE}/teams", {"team": str(light), "weight": "2"}).status_code == 404
    assert TeamWeight.objects.get(pk=light).weight == 5
