"""The way past dead rows: what is looked for while a whole look would take long."""

import uuid

import pytest

from designer.jobs import claims, fronts
from designer.jobs.models import Job
from designer.jobs.services import enqueue

pytestmark = pytest.mark.django_db
LANE = "gpu"


@pytest.fixture
def hard(monkeypatch):
    """Every whole look is a hard one, and the next is an hour away."""
    monkeypatch.setattr(fronts, "_lanes", {})
    monkeypatch.setattr(fronts, "_hard", lambda took: True)
    monkeypatch.setattr(fronts, "REST", 10**9)


def ask(team_id, **about) -> Job:
    return enqueue("t.none", {}, team_id=team_id, lane=LANE, **about)


def test_jobs_are_still_claimed_in_their_order_by_the_teams_turns(hard, team_id):
    other = uuid.uuid4()
    mine = [ask(team_id) for _ in range(3)]
    theirs = ask(other)
    claimed = [claims.claim(LANE, "w") for _ in range(4)]
    assert [job.pk for job in claimed if job] == [mine[0].pk, theirs.pk, mine[1].pk, mine[2].pk]


def test_a_queue_that_was_empty_is_served_again_at_once(hard, team_id):
    first = ask(team_id)
    assert claims.claim(LANE, "w").pk == first.pk
    assert claims.claim(LANE, "w") is None
    second = ask(team_id)
    assert claims.claim(LANE, "w").pk == second.pk


def test_the_more_urgent_come_first_where_both_priorities_are_known(hard, team_id):
    for priority in (3, 5):
        ask(team_id, priority=priority)
        assert claims.claim(LANE, "w").priority == priority
        fronts._lanes[LANE].until = 0.0
    assert claims.claim(LANE, "w") is None
    ask(team_id, priority=5)
    urgent = ask(team_id, priority=3)
    assert claims.claim(LANE, "w").pk == urgent.pk


def test_what_was_passed_over_is_found_by_the_next_whole_look(hard, team_id):
    ask(team_id)
    claims.claim(LANE, "w")
    back = ask(team_id)
    Job.objects.filter(pk=back.pk).update(turn=1)
    assert claims.claim(LANE, "w") is None
    fronts._lanes[LANE].until = 0.0
    assert claims.claim(LANE, "w").pk == back.pk


def test_a_look_that_was_quick_or_slow_for_another_reason_is_repeated_whole(team_id, monkeypatch):
    monkeypatch.setattr(fronts, "_lanes", {})
    monkeypatch.setattr(fronts, "SLOW", 0.0)
    monkeypatch.setattr(fronts, "DEAD", 10**9)  # tests before this one leave some thousands
    ask(team_id)
    claims.claim(LANE, "w")
    assert fronts.known_fronts(LANE) == []
