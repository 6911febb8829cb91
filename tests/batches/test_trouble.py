"""What goes wrong beside the work itself: a busy database, storage that is away, jobs that were swept, a late start."""

import pytest
from django.db import OperationalError
from django.utils import timezone

from batches import feeding, steering
from batches.models import BatchItem
from batches.tasks import look_after
from designer.catalogue.models import ModelHealth, ModelProfile
from designer.generations.models import Generation
from designer.jobs.claims import promote_due
from designer.jobs.models import Job
from designer.providers.base import AuthFailed, Moderated, ProviderDown
from teams.base.errors import Refused
from tests import scripted, work
from tests.batches.asking import invariants_hold, items, look, made, plan, run_out, statuses, try_again_now, work_off

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


def drawn_plan(variations=1, **base):
    return {"base": {"brief": "a coat", "provider": "scripted", "model": "one", **base}, "variations": variations}


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


def rests(provider, error, *, trips=6):
    """Its circuit has just opened, for the `trips`th time: a rest that no slow machine outlasts."""
    now = timezone.now()
    facts = {"failures": 5, "opened_at": now, "trips": trips, "last_error": error, "last_error_at": now}
    ModelHealth.objects.update_or_create(provider=provider, model="one", defaults=facts)


def works(provider):
    ModelHealth.objects.filter(provider=provider).update(opened_at=None, failures=0)
