"""How urgent a job is within its team: it never moves the team before another."""

import uuid

import pytest
from django.db import transaction

from designer.jobs import claims
from designer.jobs.models import BEHIND, Job
from designer.jobs.services import enqueue
from designer.jobs.steering import set_rank

pytestmark = pytest.mark.django_db(transaction=True)
LANE = "batch"


def ask(team_id: uuid.UUID, rank: int, count: int = 1) -> list[Job]:
    return [enqueue("t.note", {}, team_id=team_id, lane=LANE, priority=BEHIND, rank=rank) for _ in range(count)]


def taken(count: int) -> list[Job]:
    jobs = [claims.claim(LANE, f"w{n}") for n in range(count)]
    return [job for job in jobs if job is not None]


def test_the_most_urgent_of_one_team_takes_that_teams_turn_and_no_other_teams(team_id):
    other = uuid.uuid4()
    ask(team_id, rank=9, count=3)
    ask(other, rank=5, count=3)
    urgent = ask(team_id, rank=0, count=2)
    order = taken(8)
    assert [job.team_id for job in order[:6]].count(other) == 3  # turn about, as if nothing were urgent
    assert [job.pk for job in order if job.team_id == team_id][:2] == [job.pk for job in urgent]


def test_equals_keep_their_order_and_the_less_urgent_wait(team_id):
    first, low, second = ask(team_id, rank=2), ask(team_id, rank=7), ask(team_id, rank=2)
    assert [job.pk for job in taken(3)] == [first[0].pk, second[0].pk, low[0].pk]


def test_a_rank_changed_while_they_wait_deals_the_teams_places_anew(team_id):
    other = uuid.uuid4()
    slow, quick = ask(team_id, rank=3, count=2), ask(team_id, rank=6, count=2)
    ask(other, rank=5, count=2)
    with transaction.atomic():
        set_rank([job.pk for job in quick], 1)
    order = taken(6)
    assert [job.pk for job in order if job.team_id == team_id] == [job.pk for job in [*quick, *slow]]
    assert {job.team_id for job in order[:2]} == {team_id, other}


def test_what_was_held_back_together_comes_back_by_rank(team_id):
    low, high = ask(team_id, rank=8)[0], ask(team_id, rank=1)[0]
    Job.objects.filter(pk__in=[low.pk, high.pk]).update(status="scheduled")
    assert claims.promote_due() == {LANE: 2}
    assert [job.pk for job in taken(2)] == [high.pk, low.pk]
