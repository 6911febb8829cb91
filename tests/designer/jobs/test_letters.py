"""Dead letters: read by the team, judged by its owners and admins, grouped by cause, run again or discarded."""

import uuid

import pytest
from django.test import Client

from designer.jobs import settling
from designer.jobs.models import Job, JobStatus
from designer.jobs.services import enqueue
from designer.jobs.settling import problem
from teams.audit.models import AuditEntry
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
HERE = "/settings/dead-letters"


def dead(team_id: uuid.UUID, kind: str = "t.dead", code: str = "crashed") -> Job:
    job = enqueue(kind, {"item_id": f"about-{code}"}, team_id=team_id)
    settling.close(job, JobStatus.DEAD, problem(code, "<b>It</b> broke.", "Look at it.") | {"detail": "KeyError: <7>"})
    return job


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def states(*jobs: Job) -> list[str]:
    found = dict(Job.objects.values_list("pk", "status"))
    return [found[job.pk] for job in jobs]


def page(client: Client, query: str = "") -> str:
    return client.get(f"{HERE}{query}").content.decode()


def test_a_member_reads_why_and_what_and_a_stranger_sees_that_nothing_gave_up(team, member, user):
    dead(team.pk)
    shown = page(signed_in(member("viewer")))
    assert "crashed" in shown and "&lt;b&gt;It" in shown and "about-crashed" in shown
    assert "KeyError: &lt;7&gt;" in shown
    assert "Run again" not in shown and "Only owners and admins" in shown
    assert "Nothing gave up" in page(signed_in(user))


def test_an_admin_of_the_team_runs_the_chosen_ones_again(team, member):
    one, other = dead(team.pk), dead(team.pk)
    signed_in(member("admin")).post(HERE, {"do": "replay", "id": [str(one.pk)]})
    assert states(one, other) == ["scheduled", "dead"]
    assert AuditEntry.objects.get(action="queue.replay").subject == f"job:{one.pk}"


def test_all_of_a_cause_run_again_and_those_of_another_stay(team, member):
    crashed, refused = [dead(team.pk) for _ in range(35)], dead(team.pk, code="worker_died")
    client = signed_in(member("owner"))
    assert "t.dead: crashed (35)" in page(client) and "Page 1 of 2" in page(client, "?code=crashed")
    client.post(f"{HERE}?kind=t.dead&code=crashed", {"do": "replay", "all": "1"})
    assert set(states(*crashed)) == {"scheduled"} and states(refused) == ["dead"]


@pytest.mark.parametrize("role", ["editor", "viewer"])
def test_who_may_only_read_changes_nothing(team, member, role):
    job = dead(team.pk)
    client = signed_in(member(role))
    for deed in ("replay", "discard"):
        client.post(HERE, {"do": deed, "id": [str(job.pk)], "all": "1", "reason": "because"})
    assert states(job) == ["dead"]


def test_the_letters_of_another_team_are_neither_seen_nor_touched_but_by_who_runs_the_studio(team, member):
    foreign = dead(uuid.uuid4())
    client = signed_in(member("owner"))
    client.post(HERE, {"do": "replay", "id": [str(foreign.pk)]})
    assert states(foreign) == ["dead"] and "t.dead" not in page(client)
    signed_in(UserFactory(is_superuser=True)).post(HERE, {"do": "replay", "id": [str(foreign.pk)]})
    assert states(foreign) == ["scheduled"]


def test_a_discarded_one_ends_for_good_and_says_why(team, member):
    job, client = dead(team.pk), signed_in(member("owner"))
    told = client.post(HERE, {"do": "discard", "id": [str(job.pk)], "reason": " "}, follow=True)
    assert "Say why" in told.content.decode() and states(job) == ["dead"]
    client.post(HERE, {"do": "discard", "id": [str(job.pk)], "reason": "an old test"})
    job.refresh_from_db()
    assert (job.status, job.last_error["code"], job.last_error["discarded"]) == ("failed", "crashed", "an old test")
    assert AuditEntry.objects.get(action="queue.discard").facts["reason"] == "an old test"


def test_one_that_cannot_run_again_holds_up_no_other(kinds, team, member):
    kinds.finishes("t.closed")(lambda job, status, error: None)
    stuck, free = dead(team.pk, "t.closed"), dead(team.pk)
    told = signed_in(member("owner")).post(HERE, {"do": "replay", "all": "1"}, follow=True).content.decode()
    assert states(stuck, free) == ["dead", "scheduled"]
    assert "1 will run again" in told and "cannot be replayed" in told


def test_nothing_chosen_and_nonsense_ids_are_said(team, member):
    job, client = dead(team.pk), signed_in(member("owner"))
    assert "Nothing was chosen" in client.post(HERE, {"do": "replay"}, follow=True).content.decode()
    assert client.post(HERE, {"do": "replay", "id": ["nonsense"]}).status_code == 404
    assert states(job) == ["dead"]
