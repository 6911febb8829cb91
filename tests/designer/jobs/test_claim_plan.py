"""A claim walks its index, whatever teams are closed, and reads no table whole: neither the queue nor the teams."""

import json
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from designer.jobs import claims
from designer.jobs.models import Job
from teams.membership.models import Team

pytestmark = pytest.mark.django_db
ABOUT = {"lane": "batch", "free": list(claims.FREE), "worker": "test", "node": None, "lease": claims.settings.JOB_LEASE}
LOOKS = {
    "from the front": {"since": "", "limit": ""},
    "from a known place": {"since": claims._SINCE, "limit": ""},
    "with a limit for each team": {"since": "", "limit": claims._BELOW_LIMIT},
}


def fill(teams: int, each: int, closed: int) -> list[Team]:
    """So many jobs of each team wait; those of the first teams, which are archived, at the head of the lane."""
    made = Team.objects.bulk_create(Team(name=f"Nord {n}", slug=f"nord-{n}") for n in range(teams))
    Team.objects.filter(pk__in=[team.pk for team in made[:closed]]).update(archived_at=timezone.now())
    now = timezone.now()
    Job.objects.bulk_create(
        Job(kind="t", lane="batch", scheduled_at=now, team_id=team.pk, turn=turn * each + number)
        for turn, team in enumerate(made)
        for number in range(each)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE job_queue, teams")
    return made


def plan(look: dict[str, str]) -> dict[str, Any]:
    about = {**ABOUT, "priority": 5, "turn": 0, "team_limit": 3}
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {claims.CLAIM.format(**look)}", about)
        (found,) = cursor.fetchone()
    told: dict[str, Any] = (json.loads(found) if isinstance(found, str) else found)[0]["Plan"]
    return told


def nodes(node: dict[str, Any]) -> list[dict[str, Any]]:
    return [node, *(below for each in node.get("Plans", []) for below in nodes(each))]


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS.keys())
def test_it_walks_the_index_and_looks_teams_up_by_their_key(look: dict[str, str]):
    fill(teams=400, each=20, closed=1)
    found = nodes(plan(look))
    walked = [node for node in found if node.get("Index Name") == "job_ready"]
    assert [node["Actual Rows"] for node in walked] == [1]
    assert walked[0]["Rows Removed by Filter"] == 20, "the closed team's are stepped over, and no others"
    whole = [node["Relation Name"] for node in found if node["Node Type"] == "Seq Scan"]
    assert not {"job_queue", "teams"} & set(whole)
    looked_up = [node for node in found if node.get("Relation Name") == "teams"]
    assert sum(node["Actual Loops"] for node in looked_up) == 21


def test_many_jobs_of_a_closed_team_cost_a_step_each_and_no_more():
    """Before the minute in which they are cancelled has come."""
    teams = fill(teams=5, each=2_000, closed=1)
    job = claims.claim("batch", "test")
    assert job is not None and job.team_id == teams[1].pk
