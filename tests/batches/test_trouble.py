"""What goes wrong beside the work itself: a busy database, storage that is away, jobs that were swept, a late start."""

import pytest
from django.db import OperationalError

from batches import feeding, steering
from batches.models import BatchItem
from designer.generations.models import Generation
from designer.jobs.models import Job
from designer.providers.base import Moderated
from teams.base.errors import Refused
from tests import scripted
from tests.batches.asking import (
    drawn_plan,
    invariants_hold,
    items,
    look,
    made,
    plan,
    run_out,
    statuses,
    try_again_now,
    work_off,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    "trouble",
    [
        OperationalError("deadlock detected"),
        Refused("storage_full", "There is no room.", status=507),
        Refused("too_many", "Too many at once.", status=429),
    ],
)
def test_what_passes_by_itself_fails_no_item(client_of, monkeypatch, trouble):
    client = client_of("editor")
    pk = made(client, plan(variations=3))["id"]
    real, troubles = feeding.request_generation, [trouble]

    def first_in_trouble(**asked):
        if troubles:
            raise troubles.pop()
        return real(**asked)

    monkeypatch.setattr(feeding, "request_generation", first_in_trouble)
    work_off()
    assert statuses(pk) == {"waiting": 3}
    try_again_now()
    work_off()
    assert (look(client, pk)["status"], statuses(pk)) == ("completed", {"succeeded": 3})


def test_an_item_whose_job_was_swept_away_is_asked_for_anew_where_nothing_was_paid(client_of, drawn):
    client = client_of("editor")
    drawn.answers.extend([Moderated("No."), scripted.GOOD])
    pk = run_out(client, drawn_plan(variations=2), parallelism=1)["id"]
    swept(pk)
    drawn.answers.append(scripted.GOOD)
    assert client.post(f"/api/batch/{pk}/retry").status_code == 202
    work_off()
    done = look(client, pk)
    assert (done["status"], done["cost"], Generation.objects.count()) == ("completed", "0.080000", 3)
    assert invariants_hold()


def test_an_item_that_was_paid_in_part_and_forgotten_is_paid_again_only_when_told_so(client_of, drawn):
    client = client_of("editor")
    drawn.answers.extend([scripted.GOOD, Moderated("No.")])
    pk = run_out(client, drawn_plan(n=2))["id"]
    swept(pk)
    drawn.answers.extend([scripted.GOOD] * 2)
    assert client.post(f"/api/batch/{pk}/retry").status_code == 202
    work_off()
    (item,) = items(client, pk)
    assert (item["status"], item["error"]["code"], len(item["assets"])) == ("failed", "forgotten", 1)
    assert (item["cost"], len(drawn.asked), look(client, pk)["status"]) == ("0.040000", 2, "failed")
    assert client.post(f"/api/batch/{pk}/retry").status_code == 409
    assert client.post(f"/api/batch/{pk}/retry", {"unknown": True}, format="json").status_code == 202
    work_off()
    (item,) = items(client, pk)
    assert (item["status"], item["cost"], len(item["assets"])) == ("succeeded", "0.120000", 2)
    assert invariants_hold()


def swept(pk):
    """A month later: the queue has forgotten the jobs of what failed."""
    failed = BatchItem.objects.filter(batch=pk, status="failed").values("generation__job_id")
    assert Job.objects.filter(pk__in=failed).delete()[0]


def test_an_item_that_begins_while_its_batch_is_paused_is_held_back_too(client_of, monkeypatch):
    client = client_of("editor")
    pk = made(client, plan(variations=3))["id"]
    work_off("io")
    real, seen = steering.jobs_in_flight, []

    def too_early(batch_id):
        seen.append(batch_id)
        return [] if len(seen) == 1 else real(batch_id)

    monkeypatch.setattr(steering, "jobs_in_flight", too_early)
    assert client.post(f"/api/batch/{pk}/pause").status_code == 202
    work_off()
    assert statuses(pk) == {"queued": 3}
    client.post(f"/api/batch/{pk}/resume")
    work_off()
    assert look(client, pk)["status"] == "completed"


def test_a_dead_letter_names_its_brief_and_its_batch_to_those_who_may_see_them(client_of, drawn, user):
    client = client_of("owner")
    drawn.answers = [scripted.GOOD]
    pk = run_out(client, {"base": {"brief": "a <b>coat</b>", "model": "one"}}, title="Autumn")["id"]
    item = BatchItem.objects.get(batch=pk)
    Job.objects.filter(pk=item.generation.job_id).update(status="dead", last_error={"code": "crashed"})
    page = client.get("/settings/dead-letters").content.decode()
    assert f'href="/generations/{item.generation_id}" dir="auto">a &lt;b&gt;coat' in page
    assert f'href="/batches/{pk}" dir="auto">Item 1 of Autumn</a>' in page
    user.is_superuser = user.is_staff = True
    user.save()
    client.force_authenticate(user)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    whole = client.get("/settings/dead-letters").content.decode()
    assert str(item.generation_id) in whole and "Autumn" not in whole  # another team's words are not the operator's
