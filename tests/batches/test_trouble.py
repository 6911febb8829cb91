"""What goes wrong beside the work itself: a busy database, storage that is away, jobs that were swept, a late start."""

import pytest
from django.db import OperationalError

from batches import feeding, steering
from batches.models import Batch, BatchItem
from designer.jobs.models import Job
from teams.base.errors import Refused
from tests.batches.asking import invariants_hold, look, made, plan, run_out, statuses, try_again_now, work_off

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


def test_an_item_whose_job_was_swept_away_is_asked_for_anew_and_keeps_what_it_cost(client_of):
    client = client_of("editor")
    pk = run_out(client, plan(variations=2))["id"]
    item = BatchItem.objects.filter(batch=pk).select_related("generation").first()
    Job.objects.filter(pk=item.generation.job_id).delete()
    error = {"code": "no_image", "message": "It failed.", "remedy": ""}
    BatchItem.objects.filter(pk=item.pk).update(status="failed", error=error)
    Batch.objects.filter(pk=pk).update(status="partial")
    assert client.post(f"/api/batch/{pk}/retry").status_code == 202
    work_off()
    before, cost = item.generation_id, item.cost
    item.refresh_from_db()
    assert (item.status, item.generation_id != before, item.cost) == ("succeeded", True, 2 * cost)
    assert look(client, pk)["status"] == "completed"
    assert invariants_hold()


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
