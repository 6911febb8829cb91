"""While a model rests: its items wait, in their rows or in the queue, and nobody else's do; what is said of it."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.management import CommandError
from django.utils import timezone

from batches.models import Batch, BatchItem
from batches.tasks import look_after
from designer.catalogue.models import ModelHealth, ModelPrice, ModelProfile
from designer.generations.models import Generation
from designer.jobs.claims import promote_due
from designer.jobs.models import Job
from designer.providers.base import AuthFailed, ProviderDown
from tests import scripted, work
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
    unexplored,
    work_off,
)

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_model_that_rests_holds_up_its_own_items_and_no_other_and_fails_none(client_of, drawn, monkeypatch):
    with scripted.scripted(monkeypatch, scripted.Other):
        client = client_of("editor")
        said = {"base": {"brief": "a coat"}, "models": ["scripted/one", "other/one"], "variations": 3}
        pk = made(client, said, parallelism=2)["id"]
        rests("scripted", "provider_down")
        scripted.Other.answers = [scripted.GOOD] * 3
        work_off()
        assert (statuses(pk), look(client, pk)["status"]) == ({"waiting": 3, "succeeded": 3}, "running")
        assert drawn.asked == []
        works("scripted")
        drawn.answers = [scripted.GOOD] * 3
        look_after()  # as the clock does
        work_off()
        assert (look(client, pk)["status"], statuses(pk)) == ("completed", {"succeeded": 6})
        assert invariants_hold()


@pytest.mark.parametrize("why", ["provider_down", "auth"])
def test_items_that_name_no_model_go_on_with_another_where_one_that_was_named_rests(why, client_of, drawn, monkeypatch):
    with scripted.scripted(monkeypatch, scripted.Other):
        ModelProfile.objects.filter(provider="scripted").update(quality=0.95)  # all are planned with it
        named = {"brief": "a coat", "provider": "scripted", "model": "one"}
        others = [{"brief": f"a {colour} coat"} for colour in ("red", "grey", "blue")]
        pk = made(client_of("editor"), {"rows": [named, *others]}, parallelism=1)["id"]
        assert set(BatchItem.objects.filter(batch=pk).values_list("provider", flat=True)) == {"scripted"}
        rests("scripted", why)
        scripted.Other.answers = [scripted.GOOD] * 3
        work_off()
        assert statuses(pk) == {"waiting": 1, "succeeded": 3} and drawn.asked == []


@pytest.mark.parametrize("began", [True, False])
@pytest.mark.parametrize("limit", [{}, {"max_cost": "0.05"}])
def test_items_wait_for_the_model_that_rests_where_another_one_is_too_dear(began, limit, client_of, drawn, monkeypatch):
    with scripted.scripted(monkeypatch, scripted.Other, price="0.08"):
        client = client_of("editor")
        pk = made(client, {"base": {"brief": "a coat", "strategy": "cheapest", **limit}, "variations": 2})["id"]
        if began:
            work.work_off("io")
        rests("scripted", "provider_down")
        scripted.Other.answers = [scripted.GOOD] * 2
        work_off()
        expected = {"running": 2} if began else {"waiting": 2} if limit else {"succeeded": 2}  # nothing was shown of it
        assert statuses(pk) == expected and drawn.asked == []


def test_an_item_that_lets_nobody_step_in_spends_no_try_on_a_model_that_rests(client_of, drawn):
    pk = made(client_of("editor"), {"base": {"brief": "a coat", "fallback": False}})["id"]
    drawn.answers = [ProviderDown("Away.")]
    work_off()
    rests("scripted", "provider_down")
    try_again_now()
    work_off()
    assert len(drawn.asked) == 1 and statuses(pk) == {"running": 1}


def test_a_batch_pauses_where_somebody_must_see_to_its_model(client_of, drawn):
    client = client_of("editor")
    pk = made(client, drawn_plan(variations=2))["id"]
    rests("scripted", "auth")
    work_off()
    told = look(client, pk)
    assert (told["status"], told["reason"]["code"], statuses(pk)) == ("paused", "unhealthy", {"waiting": 2})
    assert "its key was refused" in told["reason"]["message"] and "resume" in told["reason"]["remedy"]
    works("scripted")
    drawn.answers = [scripted.GOOD] * 2
    assert client.post(f"/api/batch/{pk}/resume").status_code == 202
    work_off()
    assert look(client, pk)["status"] == "completed"


def test_a_refused_key_fails_no_item_of_a_batch_and_the_page_says_what_it_waits_for(client_of, drawn):
    client = client_of("editor")
    drawn.answers = [AuthFailed("No such key.")]
    pk = made(client, drawn_plan(variations=2), parallelism=1)["id"]
    work_off()
    told = look(client, pk)
    assert (told["status"], told["reason"]["code"], statuses(pk)) == ("paused", "unhealthy", {"waiting": 2})
    works("scripted")
    drawn.answers = [scripted.GOOD] * 2
    assert client.post(f"/api/batch/{pk}/resume").status_code == 202
    work_off()
    done = look(client, pk)
    assert (done["status"], done["cost"], statuses(pk)) == ("completed", "0.080000", {"succeeded": 2})
    assert invariants_hold()


def test_where_others_might_have_stepped_in_and_none_could_a_refused_key_is_the_end_of_an_item(client_of, drawn):
    client = client_of("editor")
    drawn.answers = [AuthFailed("No such key.")]
    pk = run_out(client, plan())["id"]
    (item,) = items(client, pk)
    assert (look(client, pk)["status"], item["error"]["code"], len(drawn.asked)) == ("failed", "auth", 1)


def test_what_a_running_batch_waits_for_is_said_and_no_end_is_promised(client_of, drawn):
    client = client_of("editor")
    pk = made(client, drawn_plan(variations=2), parallelism=1)["id"]
    rests("scripted", "provider_down")
    work_off()
    told = client.get(f"/api/batch/{pk}/progress").json()
    assert told["remaining_seconds"] is None and "failed several times" in told["providers"][0]["waits"]
    page = client.get(f"/batches/{pk}").content.decode()
    assert "one (scripted) is given a rest: it failed several times in a row" in page and "Time left" not in page


def test_what_was_in_the_queue_when_its_model_began_to_rest_waits_there_and_uses_up_no_try(client_of, drawn):
    client = client_of("editor")
    pk = made(client, drawn_plan(variations=2), parallelism=2)["id"]
    work.work_off("io")
    assert statuses(pk) == {"queued": 2}
    rests("scripted", "provider_down")
    work_off()
    assert statuses(pk)["running"] == 2 and drawn.asked == []
    works("scripted")
    drawn.answers = [ProviderDown("Away."), scripted.GOOD]
    try_again_now()
    promote_due()
    work.work_off()  # once each: what failed is due again a little later
    assert len(drawn.asked) == 2 and statuses(pk) == {"running": 1, "succeeded": 1}
    rests("scripted", "provider_down")
    try_again_now()
    work_off()
    assert len(drawn.asked) == 2  # called once and failed; its next try is not spent on a model that rests
    works("scripted")
    drawn.answers = [scripted.GOOD]
    try_again_now()
    work_off()
    assert look(client, pk)["status"] == "completed" and invariants_hold()


def test_what_waits_in_the_queue_for_a_rest_gives_its_place_to_items_of_other_models(client_of, drawn, monkeypatch):
    with scripted.scripted(monkeypatch, scripted.Other):
        client = client_of("editor")
        rows = [{"brief": "a coat", "provider": name, "model": "one"} for name in ("scripted",) * 2 + ("other",) * 3]
        pk = made(client, {"rows": rows, "duplicates": "keep"}, parallelism=2)["id"]
        work.work_off("io")
        rests("scripted", "provider_down")
        work.work_off("batch")
        assert statuses(pk) == {"running": 2, "waiting": 3}
        scripted.Other.answers = [scripted.GOOD] * 3
        look_after()
        work_off()
        assert (statuses(pk), drawn.asked) == ({"waiting": 2, "succeeded": 3}, [])
        assert [each["tries"] for each in items(client, pk)] == [0, 0, 1, 1, 1]
        works("scripted")
        drawn.answers = [ProviderDown("Away."), scripted.GOOD]
        look_after()
        work.work_off("io")
        promote_due()
        work.work_off("batch")  # once each: what failed is due again a little later
        left = Job.objects.filter(kind="generation.run").exclude(status="succeeded")
        failures = left.values_list("failures", flat=True)
        assert (statuses(pk), list(failures)) == ({"running": 1, "succeeded": 4}, [1])
        rests("scripted", "provider_down")
        look_after()
        work_off()
        assert statuses(pk) == {"waiting": 1, "succeeded": 4} and list(failures.all()) == [1]  # it keeps what it used
        works("scripted")
        drawn.answers = [scripted.GOOD]
        look_after()
        work_off()
        assert (look(client, pk)["status"], len(drawn.asked)) == ("completed", 3) and invariants_hold()


def parked(client, **more):
    """A batch of two items that have begun, and wait in their rows while their model rests."""
    pk = made(client, drawn_plan(variations=2), parallelism=2, **more)["id"]
    work.work_off("io")
    rests("scripted", "provider_down")
    work.work_off("batch")
    look_after()
    work_off()
    assert statuses(pk) == {"waiting": 2}
    return pk


def test_items_that_had_not_begun_go_to_another_model_than_the_one_that_was_begun_waits_for(client_of, drawn):
    facts = {"provider": "scripted", "model": "two", "family": "scripted", "title": "Two", "ratios": ["3:4"]}
    other = ModelProfile.objects.create(**facts, quality=0.3)
    ModelPrice.objects.create(model=other, valid_from=timezone.now().date(), amount=Decimal("0.04"))
    base = {"brief": "a coat", "provider": "scripted"}
    pk = unexplored(made(client_of("editor"), {"base": base, "variations": 4}, parallelism=2))
    work.work_off("io")
    drawn.answers = [ProviderDown("Away."), scripted.GOOD]
    work.work_off("batch")
    rests("scripted", "provider_down")
    drawn.answers = [scripted.GOOD] * 9
    for _ in range(10):
        look_after()
        work_off()
    assert statuses(pk)["succeeded"] >= 2, drawn.asked
    assert [request.model for request, *_ in drawn.asked][:3] == ["one", "one", "two"]


def test_a_batch_that_waits_for_a_model_is_not_reported_to_stand_still(client_of, drawn):
    pk = parked(client_of("editor"))
    Batch.objects.filter(pk=pk).update(updated_at=timezone.now() - timedelta(minutes=2))
    assert invariants_hold()
    works("scripted")
    with pytest.raises(CommandError):  # it may go on, and nothing lets it
        invariants_hold()


def test_a_batch_is_cancelled_with_what_gave_its_place_back(client_of, drawn):
    client = client_of("editor")
    pk = parked(client)
    assert client.delete(f"/api/batch/{pk}").status_code in (200, 202)
    work_off()
    assert (look(client, pk)["status"], statuses(pk)) == ("cancelled", {"cancelled": 2})
    assert set(Generation.objects.values_list("status", flat=True)) == {"cancelled"} and invariants_hold()
    assert not Job.objects.filter(kind="generation.run").exclude(status="cancelled").exists()


def test_a_batch_is_paused_and_goes_on_with_what_gave_its_place_back_and_keeps_its_new_priority(client_of, drawn):
    client = client_of("editor")
    pk = parked(client)
    assert client.post(f"/api/batch/{pk}/pause").status_code == 202
    works("scripted")
    look_after()
    work_off()
    assert (look(client, pk)["status"], statuses(pk), drawn.asked) == ("paused", {"waiting": 2}, [])
    assert client.patch(f"/api/batch/{pk}", {"priority": 2}, format="json").status_code == 200
    drawn.answers = [scripted.GOOD] * 2
    assert client.post(f"/api/batch/{pk}/resume").status_code == 202
    work_off()
    assert (look(client, pk)["status"], len(drawn.asked)) == ("completed", 2) and invariants_hold()
    assert set(Job.objects.filter(kind="generation.run").values_list("rank", flat=True)) == {2}


def test_a_generation_that_is_cancelled_while_it_gave_its_place_back_ends_its_item(client_of, drawn):
    client = client_of("editor")
    pk = parked(client)
    first = items(client, pk)[0]["generation"]
    assert client.post(f"/api/generations/{first}/cancel").status_code in (200, 202)
    works("scripted")
    drawn.answers = [scripted.GOOD]
    look_after()
    work_off()
    assert (look(client, pk)["status"], statuses(pk)) == ("partial", {"succeeded": 1, "cancelled": 1})
    assert invariants_hold()


def test_a_batch_whose_key_is_refused_pauses_though_all_of_its_items_had_begun(client_of, drawn):
    client = client_of("editor")
    pk = made(client, drawn_plan(variations=3), parallelism=3)["id"]
    work.work_off("io")
    drawn.answers = [AuthFailed("No such key.")]
    work.work_off("batch")
    assert statuses(pk) == {"waiting": 1, "running": 2}
    look_after()
    work_off()
    told = look(client, pk)
    assert (told["status"], statuses(pk), len(drawn.asked)) == ("paused", {"waiting": 3}, 1)
    assert told["reason"]["message"] == "What could do this is given a rest (one: its key was refused)."
    assert "then resume: it is tried at once" in told["reason"]["remedy"]


@pytest.mark.parametrize(("other", "status"), [("provider_down", "running"), ("quota_exhausted", "paused")])
def test_a_batch_pauses_only_where_nobody_could_make_its_items_without_a_person(
    other, status, client_of, drawn, monkeypatch
):
    with scripted.scripted(monkeypatch, scripted.Other):
        client = client_of("editor")
        pk = made(client, plan(variations=2))["id"]
        (planned,) = set(BatchItem.objects.filter(batch=pk).values_list("provider", flat=True))
        rests(planned, "auth")
        rests({"scripted", "other"}.difference([planned]).pop(), other)
        work_off()
        assert (look(client, pk)["status"], statuses(pk)) == (status, {"waiting": 2})


def test_items_without_a_seed_do_not_wait_with_one_whose_seed_only_the_resting_model_takes(
    client_of, drawn, monkeypatch
):
    can = scripted.Other.capabilities
    monkeypatch.setattr(scripted.Other, "capabilities", lambda *said: replace(can(*said), seed=False))
    with scripted.scripted(monkeypatch, scripted.Other):
        ModelProfile.objects.filter(provider="scripted").update(quality=0.95)
        client = client_of("editor")
        pk = made(client, {"rows": [{"brief": "a coat", "seed": 7}, {"brief": "a coat"}]}, parallelism=1)["id"]
        assert set(BatchItem.objects.filter(batch=pk).values_list("provider", flat=True)) == {"scripted"}
        rests("scripted", "provider_down")
        scripted.Other.answers = [scripted.GOOD]
        work_off()
        assert [each["status"] for each in items(client, pk)] == ["waiting", "succeeded"]


def test_nothing_of_a_batch_that_is_over_or_has_not_begun_waits_for_its_model(client_of, drawn):
    client = client_of("editor")
    draft = made(client, drawn_plan(), start=False)["id"]
    pk = parked(client)
    assert client.get(f"/api/batch/{pk}/progress").json()["providers"][0]["waits"]
    client.delete(f"/api/batch/{pk}")
    work_off()
    for each in (pk, draft):
        (told,) = client.get(f"/api/batch/{each}/progress").json()["providers"]
        assert (told["waits"], told["healthy"]) == ("", False)


def test_a_model_that_rests_now_can_be_planned_with_and_the_estimate_says_so(client_of, drawn):
    client = client_of("editor")
    rests("scripted", "provider_down", trips=1)
    said = {"plan": drawn_plan(variations=2)}
    told = client.post("/api/batch/estimate", said, format="json").json()
    assert told["cost"] == {"low": "0.080000", "high": "0.080000"}
    (warning,) = told["warnings"]
    assert "one: it failed several times in a row; it is tried again in" in warning
    assert warning.endswith("Its items wait for that.")
    pk = made(client, drawn_plan(variations=2), start=False)["id"]
    assert look(client, pk)["status"] == "draft"
    alone = client.post("/api/generations", {"brief": "a coat", "model": "one"}, format="json")
    assert alone.status_code == 422 and 0 < int(alone["Retry-After"]) <= 30


@pytest.mark.parametrize("release", ["one", "one-2026-11-01"])
def test_a_model_that_answers_by_the_name_of_its_release_rests_by_its_own(release, client_of, drawn, monkeypatch):
    made_by = scripted.Scripted.result
    monkeypatch.setattr(drawn, "result", lambda *said: replace(made_by(*said), model=release))
    with scripted.scripted(monkeypatch, scripted.Other):
        client = client_of("editor")
        coats = [{"brief": "a coat", "provider": name, "model": "one"} for name in ("scripted", "other")]
        rows = [{**coats[0], "n": 2}, *coats[1:] * 2]
        pk = made(client, {"rows": rows, "duplicates": "keep"}, parallelism=1)["id"]
        work.work_off("io")
        drawn.answers = [scripted.GOOD, ProviderDown("Away.")]
        work.work_off("batch")
        assert set(Generation.objects.values_list("model", flat=True)) == {release}
        rests("scripted", "provider_down")
        scripted.Other.answers = [scripted.GOOD] * 2
        look_after()
        work_off()
        assert statuses(pk) == {"waiting": 1, "succeeded": 2} and len(drawn.asked) == 2
        assert invariants_hold()
        works("scripted")
        drawn.answers = [scripted.GOOD]
        look_after()
        work_off()
        assert (look(client, pk)["status"], len(drawn.asked)) == ("completed", 3) and invariants_hold()
        told = client.get(f"/api/batch/{pk}/progress").json()["providers"]
        assert sorted((each["provider"], each["model"]) for each in told) == [("other", "one"), ("scripted", "one")]


def rests(provider, error, *, trips=6):
    """Its circuit has just opened, for the `trips`th time: a rest that no slow machine outlasts."""
    now = timezone.now()
    facts = {"failures": 5, "opened_at": now, "trips": trips, "last_error": error, "last_error_at": now}
    ModelHealth.objects.update_or_create(provider=provider, model="one", defaults=facts)


def works(provider):
    ModelHealth.objects.filter(provider=provider).update(opened_at=None, failures=0)


def test_an_item_that_cannot_be_read_any_more_holds_up_no_other(client_of, drawn, monkeypatch):
    with scripted.scripted(monkeypatch, scripted.Other):
        client = client_of("editor")
        said = {"base": {"brief": "a coat"}, "models": ["scripted/one", "other/one"], "variations": 2}
        pk = made(client, said, parallelism=2)["id"]
        work.work_off("io")
        broken = Generation.objects.filter(batch_item__batch=pk).order_by("created_at")[0]
        Generation.objects.filter(pk=broken.pk).update(settings={})  # as no release would have left it
        rests("scripted", "provider_down")
        scripted.Other.answers = [scripted.GOOD] * 2
        for _ in range(4):
            look_after()
            try_again_now()
            work_off()
        assert statuses(pk)["succeeded"] == 2 and look(client, pk)["status"] == "running"
