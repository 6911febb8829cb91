"""A team is archived while its batch is in work: what was begun ends as in every pause, nothing is lost or paid
twice."""

import pytest

from batches.models import BatchItem
from designer.jobs.claims import claim, promote_due, requeue
from designer.jobs.models import Job
from designer.jobs.running import perform
from designer.ledger.models import LedgerEntry
from teams.membership import closing
from teams.membership.models import Team
from tests.batches.asking import drawn_plan, invariants_hold, look, made, statuses, work_off
from tests.scripted import GOOD
from tests.work import LANES

pytestmark = pytest.mark.django_db(transaction=True)


def deed(client, team, what):
    answer = client.post(f"/api/teams/{team.pk}/{what}", {}, format="json")
    assert answer.status_code == 200, answer.content
    work_off("io")  # where what goes on is stopped


def in_work(kind="generation.run"):
    """The first job of that kind, in the hands of a worker."""
    while True:
        promote_due()
        job = next(job for lane in LANES if (job := claim(lane, "test")) is not None)
        if job.kind == kind:
            return job
        perform(job)


def goes_on(client, owner, team, pk):
    deed(owner, team, "unarchive")
    assert client.post(f"/api/batch/{pk}/resume").status_code == 202
    work_off()
    return look(client, pk)["status"]


@pytest.mark.parametrize("paused_before", [False, True])
def test_an_item_in_work_waits_for_the_team_and_is_made_once(paused_before, client_of, team, drawn):
    drawn.answers[:] = [GOOD, GOOD]
    editor, owner = client_of("editor"), client_of("owner")
    pk = made(editor, drawn_plan(2), team=str(team.pk))["id"]
    job = in_work()
    if paused_before:
        assert editor.post(f"/api/batch/{pk}/pause").status_code == 202
    deed(owner, team, "archive")
    closing.stop_work()  # the scheduler, meanwhile
    perform(job)
    closing.stop_work()
    assert (drawn.asked, LedgerEntry.objects.count()) == ([], 0)
    assert "cancelled" not in statuses(pk)
    assert goes_on(editor, owner, team, pk) == "completed"
    assert len(drawn.asked) == LedgerEntry.objects.count() == 2
    assert invariants_hold()


def test_what_was_bought_when_it_was_archived_stays_and_is_not_bought_again(client_of, team, drawn):
    drawn.answers[:] = [GOOD, GOOD]
    editor, owner = client_of("editor"), client_of("owner")
    pk = made(editor, drawn_plan(1, n=2), team=str(team.pk))["id"]

    def archive(place):
        if place == 0:
            closing.archive(actor=owner.user, team_id=team.pk)
            closing.stop_work()

    drawn.before = staticmethod(archive)
    work_off()
    assert len(drawn.asked) == LedgerEntry.objects.count() == 1
    item = BatchItem.objects.get(batch=pk)
    assert (item.status, item.cost) == ("waiting", LedgerEntry.objects.get().amount)
    assert goes_on(editor, owner, team, pk) == "completed"
    assert len(drawn.asked) == LedgerEntry.objects.count() == 2
    assert invariants_hold()


def test_an_item_whose_worker_died_meanwhile_is_held_for_the_teams_return(client_of, team, drawn):
    drawn.answers[:] = [GOOD]
    editor, owner = client_of("editor"), client_of("owner")
    pk = made(editor, drawn_plan(1), team=str(team.pk))["id"]
    job = in_work()
    deed(owner, team, "archive")
    assert requeue(job.pk, job.attempts, deaths=1)
    closing.stop_work()
    assert Job.objects.get(pk=job.pk).status == "scheduled"
    assert goes_on(editor, owner, team, pk) == "completed"
    assert LedgerEntry.objects.count() == 1


def test_a_batch_in_its_last_moment_fails_no_item_by_the_teams_rest(client_of, team, drawn, monkeypatch):
    """Its team is archived between the feeder's look at the rights and the beginning of the item."""
    from batches import feeding

    drawn.answers[:] = [GOOD]
    editor, owner = client_of("editor"), client_of("owner")
    pk = made(editor, drawn_plan(1), team=str(team.pk))["id"]
    really = feeding._begin

    def late(row, item):
        Team.objects.filter(pk=team.pk).update(archived_at="2026-11-30T12:00Z")
        closing.permissions.sync(team_id=team.pk)
        return really(row, item)

    monkeypatch.setattr(feeding, "_begin", late)
    work_off()
    monkeypatch.setattr(feeding, "_begin", really)
    assert "failed" not in statuses(pk)
    assert goes_on(editor, owner, team, pk) == "completed"
