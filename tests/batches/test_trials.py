"""A model is tried after its rest: what waits for the trial, what does not, and that its end is never missed."""

import threading
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from batches import feeding
from batches.models import Batch, BatchItem, BatchQuerySet
from batches.tasks import look_after
from designer.catalogue.models import ModelHealth
from designer.generations.models import Generation
from designer.jobs import services as jobs
from designer.jobs.models import Job
from designer.providers.base import InvalidRequest
from tests import scripted, work
from tests.batches.asking import drawn_plan, invariants_hold, look, made, statuses, unexplored, work_off
from tests.batches.test_resting import rests
from tests.batches.test_steering import do

pytestmark = pytest.mark.django_db(transaction=True)
FREE = {"base": {"brief": "a coat"}}


def rested(provider: str, *, calls: int = 40) -> None:
    """Its rest is over, and no call has gone well since."""
    facts = {"opened_at": timezone.now() - timedelta(days=3), "failures": 6, "trips": 1, "last_error": "provider_down"}
    facts |= {"calls": calls, "successes": 1}
    ModelHealth.objects.update_or_create(provider=provider, model="one", defaults=facts)


def test_a_batch_that_another_model_makes_does_not_wait_for_the_trial_of_the_one_it_was_planned_with(
    client_of, drawn, monkeypatch
):
    with scripted.scripted(monkeypatch, scripted.Other, quality=0.45):
        pk = unexplored(made(client_of("editor"), {**FREE, "variations": 9}, parallelism=4))
        assert set(BatchItem.objects.values_list("provider", flat=True)) == {"scripted"}
        rested("scripted")
        scripted.Other.answers = [scripted.GOOD] * 9
        work.work_off("io")
        assert statuses(pk) == {"waiting": 5, "queued": 4}
        work_off()
        assert (statuses(pk), drawn.asked) == ({"succeeded": 9}, []) and invariants_hold()


def test_what_failed_and_is_planned_anew_does_not_wait_for_the_trial_of_the_model_it_failed_with(
    client_of, drawn, monkeypatch
):
    with scripted.scripted(monkeypatch, scripted.Other, quality=0.45):
        client = client_of("editor")
        pk = unexplored(made(client, {**FREE, "variations": 8}, parallelism=8))
        drawn.answers = [InvalidRequest("odd", field="size")] * 8
        work.work_off("io")
        work.work_off("batch")
        assert statuses(pk) == {"failed": 8}
        rested("scripted")
        scripted.Other.answers = [scripted.GOOD] * 8
        do(client, pk, "retry")
        work.work_off("io")
        assert statuses(pk) == {"queued": 8}
        work_off()
        assert (statuses(pk), len(drawn.asked)) == ({"succeeded": 8}, 8)


@pytest.mark.parametrize("free", [True, False])
def test_a_model_that_alone_can_make_them_is_tried_with_one_item_first(free, client_of, drawn):
    said = {**FREE, "variations": 4} if free else drawn_plan(variations=4)
    pk = made(client_of("editor"), said, parallelism=4)["id"]
    rested("scripted", calls=1)
    drawn.answers = [scripted.GOOD] * 4
    work.work_off("io")
    assert statuses(pk) == {"waiting": 3, "queued": 1}
    work_off()
    assert statuses(pk) == {"succeeded": 4}


def worked_off_before_the_end(monkeypatch) -> list[int]:
    """What is in the queue of batches is made just before a feeder ends; how much that was."""
    really, seen = feeding._end, list[int]()

    def end(*args):
        if not seen:
            seen.append(work.work_off("batch"))
        really(*args)

    monkeypatch.setattr(feeding, "_end", end)
    return seen


def test_a_trial_that_ends_while_its_feeder_ends_wakes_the_others(client_of, drawn, monkeypatch):
    pk = made(client_of("editor"), drawn_plan(variations=4), parallelism=4)["id"]
    rested("scripted", calls=1)
    drawn.answers = [scripted.GOOD] * 4
    seen = worked_off_before_the_end(monkeypatch)
    work.work_off("io")
    assert seen == [1] and statuses(pk) == {"queued": 3, "succeeded": 1}


def test_a_batch_does_not_pause_for_one_model_where_another_was_tried_well_meanwhile(client_of, drawn, monkeypatch):
    with scripted.scripted(monkeypatch, scripted.Other):
        client = client_of("editor")
        said = {"base": {"brief": "a coat"}, "models": ["scripted/one", "other/one"], "variations": 2}
        pk = made(client, said, parallelism=4)["id"]
        rested("scripted", calls=1)
        gone = {"opened_at": timezone.now(), "failures": 6, "trips": 3, "last_error": "auth"}
        ModelHealth.objects.create(provider="other", model="one", **gone)
        drawn.answers = [scripted.GOOD] * 2
        seen = worked_off_before_the_end(monkeypatch)
        work.work_off("io")
        assert seen == [1] and look(client, pk)["status"] == "running"
        assert statuses(pk) == {"waiting": 2, "queued": 1, "succeeded": 1}


def test_a_batch_that_pauses_for_its_owner_while_an_admin_resumes_it_goes_on(client_of, team, drawn, monkeypatch):
    client, admin = client_of("editor"), client_of("admin")
    pk = made(client, drawn_plan(variations=2), parallelism=1, team=str(team.pk))["id"]
    work.work_off("io")
    admin.put(f"/api/teams/{team.pk}/members/{client.user.pk}", {"role": "viewer"}, format="json")
    really = BatchQuerySet.for_edit

    def for_edit(self, user, found):
        row = really(self, user, found)
        feeding.pause_for(row, feeding.OWNER_LEFT)
        return row

    with monkeypatch.context() as racing:
        racing.setattr(BatchQuerySet, "for_edit", for_edit)
        answer = do(admin, pk, "resume").json()
    assert (answer["status"], answer["owner"]) == ("running", str(admin.user.pk))
    drawn.answers = [scripted.GOOD] * 2
    work_off()
    assert look(admin, pk)["status"] == "completed"


def test_an_item_that_is_retried_while_an_admin_replays_its_job_locks_no_one_out(client_of, drawn, monkeypatch):
    client = client_of("editor")
    pk = made(client, drawn_plan(), parallelism=1)["id"]
    work.work_off("io")
    job_id = Generation.objects.get().job_id
    Job.objects.filter(pk=job_id).update(max_attempts=1)
    monkeypatch.setattr(drawn, "before", staticmethod(lambda place: 1 / 0))
    work.work_off("batch")
    assert (Job.objects.get(pk=job_id).status, statuses(pk)) == ("dead", {"failed": 1})
    do(client, pk, "retry")
    really, held, asked = jobs.REPLAYERS["generation.run"], threading.Event(), threading.Event()
    said = []

    def replayer(row):
        held.set()
        asked.wait(20)
        really(row)

    def replay() -> None:
        try:
            jobs.revive(job_id)
            said.append("revived")
        except OperationalError as error:  # a deadlock
            said.append(repr(error))
        finally:
            connection.close()

    def again(*args):
        threading.Timer(0.5, asked.set).start()  # it waits for the job's row by then, and must hold nothing
        return feeding_again(*args)

    feeding_again = feeding._again
    monkeypatch.setitem(jobs.REPLAYERS, "generation.run", replayer)
    monkeypatch.setattr(feeding, "_again", again)
    other = threading.Thread(target=replay)
    other.start()
    assert held.wait(20)
    work.work_off("io")
    other.join()
    assert said == ["revived"] and Generation.objects.get().status == "queued"
    assert not Job.objects.filter(kind="batch.feed", status="retrying").exists()
    assert Batch.objects.get(pk=pk).failed + Batch.objects.get(pk=pk).queued == 1


def test_what_was_routed_and_not_ordered_is_tried_at_once_when_its_batch_is_resumed(client_of, drawn):
    client = client_of("editor")
    pk = made(client, drawn_plan(), parallelism=1)["id"]
    work.work_off("io")
    Generation.objects.update(provider="scripted", model="one")  # its worker stopped before the order
    rests("scripted", "auth")
    look_after()
    work.work_off("io")
    assert (look(client, pk)["status"], statuses(pk)) == ("paused", {"waiting": 1})
    drawn.answers = [scripted.GOOD]
    do(client, pk, "resume")
    work_off()
    assert look(client, pk)["status"] == "completed" and invariants_hold()
