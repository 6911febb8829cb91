"""Steps that a service does: offered with a key only, priced before, paid once, resumed by their id, stopped."""

import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db.models import F
from django.utils import timezone
from PIL import Image

from designer.assets.models import Asset
from designer.assets.services import read_bytes, store_upload
from designer.catalogue.models import ModelHealth, ModelPrice, ModelProfile
from designer.generations.costs import left_for_images
from designer.generations.models import Generation
from designer.jobs.claims import claim
from designer.jobs.models import AttemptOutcome, Job, JobAttempt
from designer.jobs.running import perform
from designer.jobs.services import request_cancel
from designer.jobs.settling import died
from designer.ledger.budgets import set_limit
from designer.ledger.models import BudgetUse, LedgerEntry, Reservation
from designer.providers import registry as providers
from enhancement.operations.detail import Detail
from enhancement.remote import buying, fetching, offers, registry
from tests import images
from tests.enhancement.buying import (
    SERVICES,
    Dead,
    again,
    ask,
    both_services,
    done,
    dying,
    orders,
    outcomes,
    paid,
    recipe,
)

pytestmark = pytest.mark.django_db(transaction=True)
each_service = pytest.mark.parametrize("name", list(SERVICES))


@pytest.fixture(autouse=True)
def services(simulator, settings, monkeypatch):
    with both_services(simulator, settings, monkeypatch) as playing:
        yield playing


@each_service
def test_a_step_is_bought_stored_and_paid_for(name, editor, asset, simulator):
    row = done(ask(editor, asset, recipe(name)))
    assert (row.status, row.error) == ("succeeded", None)
    assert (row.result.width, row.result.height) == (96, 72)
    with Image.open(io.BytesIO(read_bytes(row.result))) as picture:
        assert picture.info["icc_profile"] == images.SRGB
    facts = row.facts["operations"][0]
    assert (facts["service"], facts["prediction"]) == (name, JobAttempt.objects.get().reference)
    entry = LedgerEntry.objects.get()
    assert (entry.provider, entry.model, entry.amount) == (name, row.quote[0]["model"], row.cost)
    assert (orders(simulator), len(simulator.charges), outcomes()) == (1, 1, ["succeeded"])
    use = BudgetUse.objects.get(scope="team")
    assert (use.spent, use.reserved) == (row.cost, 0)


def test_its_price_is_told_before_by_time_and_by_pixels(editor, asset):
    for name, cost in (("replicate", "0.000450"), ("fal", "0.000017")):
        wish = {"assets": [str(asset.pk)], "operations": recipe(name)}
        found = editor.post("/api/enhance/estimate", wish, format="json").json()
        assert (found["cost"], found["assets"][0]["steps"][0]["provider"]) == (cost, name)


def test_what_is_sold_by_the_second_is_charged_for_the_seconds_that_the_service_says(editor, asset):
    row = done(ask(editor, asset, recipe("replicate")))
    assert (row.quote[0]["cost"], paid()) == ("0.000450", [Decimal("0.000562")])
    assert LedgerEntry.objects.get().quantity == Decimal("2.5")


def test_what_is_sold_by_the_second_has_its_longest_time_set_aside_and_is_stopped_there(editor, asset, simulator):
    row = ask(editor, asset, recipe("replicate"))
    seconds = offers.limit_s(row.quote[0]["seconds"])
    assert Reservation.objects.get().amount == Decimal(row.quote[0]["most"]) == Decimal("0.000225") * seconds
    assert done(row).status == "succeeded"
    assert simulator.calls[0].headers["cancel-after"] == f"{offers.QUEUE_S + seconds}s"
    assert BudgetUse.objects.get(scope="team").reserved == 0


def test_a_batchs_changed_budget_too_pays_the_longest_time_or_is_refused(editor, asset):
    plan = {"kind": "enhance", "sources": [str(asset.pk)], "operations": recipe("replicate")}
    wish = {"plan": plan, "team": str(asset.team_id)}
    planned = editor.post("/api/batch/generate", {**wish, "start": False}, format="json").json()
    told = editor.post("/api/batch/estimate", {**wish, "budget": "0.000001"}, format="json").json()["detail"]
    least = Decimal(next(word for word in told.split() if word.startswith("0.")))
    assert least > Decimal(planned["estimate"]["high"])

    def changed(budget):
        return editor.patch(f"/api/batch/{planned['id']}", {"budget": f"{budget:f}"}, format="json")

    refused = changed(least - Decimal("0.000001"))
    assert refused.status_code == 422, refused.content
    assert refused.json()["errors"][0]["field"] == "budget"
    assert changed(least).json()["budget"] == f"{least:f}"


def test_a_ceiling_holds_for_the_longest_time_of_what_follows_too(client_of, team):
    editor = client_of("editor")
    offer = offers.BY_KEY["replicate/clarity"]
    most = offers.limit_s(offer.seconds(2048 * 2048)) * Decimal(offers.L40S)
    follow = {"operations": [{"name": "upscale", "scale": 2, "service": offer.key}]}
    wish = {"brief": "a linen skirt", "model": "sketchbook-1", "aspect_ratio": "1:1", "n": 2, "auto_enhance": follow}
    wish["team"] = str(team.pk)
    shown = editor.post("/api/generations/preview", wish, format="json").json()["estimate"]
    images = Decimal(shown["total"]) - Decimal(shown["following"])
    assert Decimal(shown["following"]) < 2 * most == Decimal(shown["most"]) - images
    for path in ("/api/generations/preview", "/api/generations"):
        low = {**wish, "max_cost": str(images + 2 * most - Decimal("0.001"))}
        refused = editor.post(path, low, format="json")
        assert (refused.status_code, refused.json()["code"]) == (422, "too_expensive")
        assert refused.json()["errors"][0]["field"] == "max_cost"
    made = editor.post("/api/generations", {**wish, "max_cost": shown["most"]}, format="json")
    assert made.status_code == 202, made.content
    assert BudgetUse.objects.get(scope="team").reserved == images + 2 * most
    assert left_for_images(Generation.objects.get()) == images  # what follows may need all of the rest


def test_a_replay_sets_aside_only_what_is_still_to_be_paid(client_of, editor, asset, monkeypatch):
    def broken(*_, **__):
        raise RuntimeError("the step after the bought one")

    row = ask(editor, asset, [*recipe("replicate"), {"name": "detail"}])
    Job.objects.filter(pk=row.job_id).update(max_attempts=1)
    with monkeypatch.context() as breaking:
        breaking.setattr(Detail, "run", broken)
        row = done(row)
    assert (row.status, paid()) == ("failed", [row.cost])
    use = BudgetUse.objects.get(scope="team")
    set_limit(team_id=row.team_id, scope="team", subject_id=row.team_id, amount=use.spent)
    letter = {"ids": [str(row.job_id)]}
    answer = client_of("owner").post("/api/queue/dead/replay", letter, format="json")
    assert answer.status_code == 202, answer.content
    assert again(row).status == "succeeded" and len(paid()) == 2  # the local step's line says 0
    assert sum(paid()) == row.cost == use.spent


def test_an_unknown_price_is_refused_before_anything_is_sent(editor, asset, simulator):
    ModelPrice.objects.filter(model__provider="fal").delete()
    answer = editor.post(f"/api/enhance/{asset.pk}", {"operations": recipe("fal")}, format="json")
    assert (answer.status_code, answer.json()["code"], simulator.calls) == (422, "price_unknown", [])


@pytest.mark.parametrize("change", [{"enabled": False}, {"ends_on": timezone.now().date()}])
def test_a_model_that_was_switched_off_or_has_ended_is_not_bought(change, editor, asset, simulator):
    ModelProfile.objects.filter(provider="fal").update(**change)
    answer = editor.post(f"/api/enhance/{asset.pk}", {"operations": recipe("fal")}, format="json")
    assert (answer.json()["code"], answer.json()["errors"][0]["field"]) == ("not_offered", "operations[0].name")
    assert simulator.calls == []


@each_service
def test_a_retry_days_later_orders_nothing_of_a_model_that_has_ended(name, editor, asset, simulator):
    simulator.plan(name, "rate_limited", retry_after=120)
    row = done(ask(editor, asset, recipe(name)))
    assert (row.status, orders(simulator)) == ("running", 1)
    ModelProfile.objects.filter(provider=name).update(ends_on=timezone.now().date())
    row = again(row)
    assert (row.status, row.error["code"], orders(simulator), paid()) == ("failed", "not_offered", 1, [])


@each_service
def test_what_was_ordered_before_its_model_ended_is_fetched_and_paid_for(name, editor, asset, simulator):
    simulator.plan(name, "ok", fetch="unavailable")
    row = done(ask(editor, asset, recipe(name)))
    ModelProfile.objects.filter(provider=name).update(ends_on=timezone.now().date())
    row = again(row)
    assert (row.status, orders(simulator), len(paid())) == ("succeeded", 1, 1)


def test_the_list_of_models_says_what_an_admin_has_to_set(editor, settings):
    def told() -> dict[str, tuple[bool, str]]:
        rows = editor.get("/api/models?kind=enhancement&provider=fal").json()["results"]
        return {row["model"]: (row["available"], row["remedy"]) for row in rows}

    assert told()["fal-ai/esrgan"] == (True, "")
    providers.configure(settings.PROVIDERS)
    assert told()["fal-ai/esrgan"] == (False, "Set FAL_KEY.")


def test_a_changed_price_holds_from_its_day_on(editor, asset):
    model = ModelProfile.objects.get(provider="fal", model="fal-ai/esrgan")
    model.prices.create(unit="megapixel", amount=Decimal("10"), valid_from=timezone.now().date())
    assert ask(editor, asset, recipe("fal")).quote[0]["cost"] == "0.069120"


def test_without_a_key_a_service_is_not_offered_and_its_choice_says_what_to_set(editor, asset, settings):
    providers.configure(settings.PROVIDERS)
    registry.forget()
    said = {each["name"]: each for each in editor.get("/api/enhance/operations").json()}
    choice = next(each for each in said["upscale"]["parameters"] if each["name"] == "service")
    assert (choice["choices"], choice["default"]) == (["local"], "local")
    answer = editor.post(f"/api/enhance/{asset.pk}", {"operations": recipe("fal")}, format="json")
    error = answer.json()["errors"][0]
    assert error["field"] == "operations[0].service" and "FAL_KEY" in error["message"]


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"model": "designer-compact-x2"}, "model"),
        ({"denoise": 0.5}, "denoise"),
        ({"backend": "realesrgan"}, "backend"),
        ({"creativity": 0.9}, "creativity"),
    ],
)
def test_a_setting_that_the_service_would_not_heed_is_refused(params, field, editor, asset):
    answer = editor.post(f"/api/enhance/{asset.pk}", {"operations": recipe("fal", **params)}, format="json")
    assert answer.json()["errors"][0]["field"] == f"operations[0].{field}"


def test_a_size_that_the_service_does_not_make_is_refused_before(editor, asset):
    wish = [{"name": "upscale", "scale": 8, "service": "fal/clarity"}]
    answer = editor.post(f"/api/enhance/{asset.pk}", {"operations": wish}, format="json")
    assert answer.json()["errors"][0]["field"] == "operations[0].scale"


def test_clarity_is_told_how_much_it_may_make_up(editor, asset, simulator):
    wish = [{"name": "upscale", "scale": 2, "service": "fal/clarity", "creativity": 0.1}]
    assert done(ask(editor, asset, wish)).status == "succeeded"
    sent = simulator.calls[0].json()
    assert (sent["creativity"], sent["upscale_factor"]) == (0.1, 2.0)


def test_an_exact_size_is_made_of_the_next_whole_factor(member, team, client_of, simulator):
    data = images.encoded("PNG", images.photo((900, 600)))
    owner = member("editor")
    asset = store_upload(actor=owner, team_id=team.pk, file=io.BytesIO(data), name="coat.png")
    client = client_of(None)
    client.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")
    row = done(ask(client, asset, [{"name": "upscale", "target": "2K", "service": "fal/real-esrgan"}]))
    assert (row.result.width, row.result.height) == (2048, 1365)
    assert simulator.calls[0].json()["scale"] == 3.0
    assert any("brought to the size" in note for note in row.facts["operations"][0]["notes"])


def test_transparency_stays_here_and_comes_back(member, team, client_of, simulator):
    picture = images.photo((40, 30)).convert("RGBA")
    picture.putalpha(Image.linear_gradient("L").resize((40, 30)))
    owner = member("editor")
    asset = store_upload(actor=owner, team_id=team.pk, file=io.BytesIO(images.encoded("PNG", picture)), name="lace.png")
    client = client_of(None)
    client.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")
    row = done(ask(client, asset, recipe("fal")))
    sent = simulator.calls[0].json()["image_url"]
    assert sent.startswith("data:image/png;base64,")
    with Image.open(io.BytesIO(read_bytes(row.result))) as made:
        assert made.mode == "RGBA" and made.getchannel("A").getextrema()[0] < 20


def test_local_steps_and_bought_ones_go_together_each_with_its_line(editor, asset):
    row = done(ask(editor, asset, [*recipe("fal"), {"name": "detail"}]))
    assert row.status == "succeeded", row.error
    assert [(entry.step, entry.provider) for entry in LedgerEntry.objects.order_by("created_at")] == [
        ("upscale", "fal"),
        ("detail", "local"),
    ]
    assert row.cost == sum(paid())


def test_where_services_do_it_all_no_computing_worker_is_kept_waiting(editor, asset):
    assert Job.objects.get(pk=ask(editor, asset, recipe("fal")).job_id).lane == "remote"
    assert Job.objects.get(pk=ask(editor, asset, [*recipe("fal"), {"name": "detail"}]).job_id).lane == "gpu"
    seen = editor.get("/api/enhance?status=queued").json()["results"]
    assert {each["queue"]["position"] for each in seen} == {1}


def test_without_a_face_nothing_is_sent_and_nothing_paid(editor, asset, simulator):
    row = done(ask(editor, asset, [{"name": "face_restore", "service": "replicate/gfpgan"}]))
    assert (row.status, row.facts["operations"][0]["faces"]) == ("succeeded", 0)
    assert (simulator.calls, paid(), row.cost) == ([], [], 0)


@each_service
@pytest.mark.parametrize(
    ("behaviour", "code"),
    [
        ("unauthorized", "auth"),
        ("quota", "quota_exhausted"),
        ("retired", "model_retired"),
        ("bad_field", "invalid_request"),
    ],
)
def test_a_refusal_ends_it_readably_and_costs_nothing(name, behaviour, code, editor, asset, simulator):
    simulator.plan(name, behaviour)
    row = done(ask(editor, asset, recipe(name)))
    assert (row.status, row.error["code"]) == ("failed", code)
    assert row.error["message"] and row.error["remedy"]
    assert (paid(), outcomes()) == ([], ["failed"])


@each_service
@pytest.mark.parametrize("behaviour", ["failed_work", "moderated"])
def test_work_that_failed_there_is_told_with_its_reason(name, behaviour, editor, asset, simulator):
    simulator.plan(name, behaviour)
    row = done(ask(editor, asset, recipe(name)))
    assert row.status == "failed" and row.error["code"] in ("prediction_failed", "moderated")
    assert outcomes() == ["failed"]
    # Replicate bills the time of a failure, fal does not
    assert paid() == ([Decimal("0.000562")] if name == "replicate" else [])
    assert (row.cost or 0) == sum(paid())


@each_service
@pytest.mark.parametrize(
    "behaviour", ["output_corrupt", "wrong_media_type", "output_elsewhere", "no_images", "wrong_size", "output_huge"]
)
def test_a_result_that_cannot_be_taken_is_paid_for_and_said(name, behaviour, editor, asset, simulator, monkeypatch):
    monkeypatch.setattr(fetching, "MOST_BYTES", 1 << 20)
    simulator.plan(name, behaviour)
    row = done(ask(editor, asset, recipe(name)))
    assert (row.status, row.error["code"], len(paid())) == ("failed", "bad_output", 1)
    assert row.cost == sum(paid())
    assert not Asset.objects.filter(kind="enhanced").exists()


@each_service
def test_a_pause_that_is_asked_for_is_kept_and_then_it_is_ordered(name, editor, asset, simulator):
    simulator.plan(name, "rate_limited", retry_after=120)
    row = done(ask(editor, asset, recipe(name)))
    job = Job.objects.get(pk=row.job_id)
    assert (job.status, row.status) == ("retrying", "running")
    assert job.scheduled_at - timezone.now() > timedelta(seconds=100)
    assert (again(row).status, orders(simulator)) == ("running", 1)  # tried too early: the pause is the account's
    ModelHealth.objects.update(resting_until=timezone.now())
    row = again(row)
    assert (row.status, len(paid()), outcomes()) == ("succeeded", 1, ["failed", "succeeded"])


@each_service
def test_looks_that_fail_now_and_then_do_not_end_it(name, editor, asset, simulator):
    simulator.plan(name, "ok", look="unavailable", first=2)
    row = done(ask(editor, asset, recipe(name)))
    assert (row.status, orders(simulator), len(paid())) == ("succeeded", 1, 1)


@each_service
def test_a_fetch_that_broke_is_tried_again_without_a_second_order_or_charge(name, editor, asset, simulator):
    simulator.plan(name, "ok", fetch="unavailable")
    row = done(ask(editor, asset, recipe(name)))
    assert (row.status, len(paid())) == ("running", 1)
    row = again(row)
    assert (row.status, orders(simulator), len(paid()), len(simulator.charges)) == ("succeeded", 1, 1, 1)


@each_service
@pytest.mark.parametrize("point", ["ordered", "waiting", "paid"])
def test_a_worker_that_dies_leaves_work_that_the_next_one_goes_on_with(
    name, point, editor, asset, simulator, monkeypatch
):
    row = ask(editor, asset, recipe(name))
    with monkeypatch.context() as broken:
        where = {"ordered": (buying, "_awaited"), "waiting": (buying, "_rest"), "paid": (fetching, "picture")}[point]
        broken.setattr(*where, dying)
        job = claim("remote", "doomed")
        with pytest.raises(Dead):
            perform(job)
    died(Job.objects.get(pk=job.pk))
    row = done(row)
    assert (row.status, orders(simulator), len(simulator.charges), len(paid())) == ("succeeded", 1, 1, 1)
    assert JobAttempt.objects.filter(outcome=AttemptOutcome.SUCCEEDED).count() == 1
    assert not JobAttempt.objects.filter(outcome__in=("started", "unknown")).exists()


@each_service
@pytest.mark.parametrize(("where", "sent"), [("begin_attempt", 0), ("note_reference", 1)])
def test_a_death_before_the_id_is_known_is_never_ordered_again(
    name, where, sent, editor, asset, simulator, monkeypatch
):
    row, really = ask(editor, asset, recipe(name)), getattr(buying, where)

    def dies_after(*given, **named):
        if where == "begin_attempt":  # on record, and not sent yet
            really(*given, **named)
        raise Dead

    with monkeypatch.context() as broken:
        broken.setattr(buying, where, dies_after)
        job = claim("remote", "doomed")
        with pytest.raises(Dead):
            perform(job)
    died(Job.objects.get(pk=job.pk))
    row = done(row)
    assert (row.status, row.error["code"], outcomes()) == ("failed", "outcome_unknown", ["unknown"])
    assert (orders(simulator), paid()) == (sent, [])


@each_service
def test_an_answer_that_was_lost_is_not_ordered_again(name, editor, asset, simulator):
    simulator.plan(name, "cut")
    row = again(done(ask(editor, asset, recipe(name))))
    assert (row.status, row.error["code"]) == ("failed", "outcome_unknown")
    assert (orders(simulator), paid(), outcomes()) == (1, [], ["unknown"])


@each_service
def test_a_cancel_stops_it_there_and_says_what_was_paid(name, editor, asset, simulator, monkeypatch):
    simulator.plan(name, "endless_work")
    row, looked = ask(editor, asset, recipe(name)), []
    look = buying._looked

    def asked_to_stop(purchase):
        looked.append(look(purchase))
        if looked[-1].phase == "running":
            request_cancel(row.job_id)
        return looked[-1]

    monkeypatch.setattr(buying, "_looked", asked_to_stop)
    row = done(row)
    assert row.status == "cancelled"
    assert any(call.path.endswith("/cancel") for call in simulator.calls)
    assert "told to stop" in row.facts["stopped"]
    # Replicate bills the second that it ran, fal nothing for what it did not finish
    cost = [Decimal("0.000225")] if name == "replicate" else []
    assert (paid(), row.cost or 0) == (cost, sum(cost))
    assert BudgetUse.objects.get(scope="team").reserved == 0


@each_service
def test_what_takes_too_long_is_stopped_and_said(name, editor, asset, simulator, monkeypatch):
    monkeypatch.setattr(offers, "LONGEST_S", 0)
    simulator.plan(name, "endless_work")
    row = done(ask(editor, asset, recipe(name)))
    assert (row.status, row.error["code"]) == ("failed", "remote_timeout")
    assert any(call.path.endswith("/cancel") for call in simulator.calls)


def each_rest_takes(monkeypatch, seconds):
    """As if so much time passed between two looks."""

    def rest(purchase, wait):
        calls = JobAttempt.objects.filter(pk=purchase.attempt.pk)
        calls.update(created_at=F("created_at") - timedelta(seconds=seconds))

    monkeypatch.setattr(buying, "_rest", rest)


@each_service
def test_neither_the_queue_nor_a_machines_start_counts_towards_the_time_that_it_may_run(
    name, editor, asset, simulator, monkeypatch
):
    ModelPrice.objects.filter(model__provider=name).update(unit="second", amount=Decimal("0.000225"))
    each_rest_takes(monkeypatch, 100)
    simulator.plan(name, "ok", queued=4, looks=6)
    row = done(ask(editor, asset, recipe(name)))
    assert row.status == "succeeded", row.error
    assert offers.limit_s(row.quote[0]["seconds"]) < 400


@each_service
def test_what_does_not_begin_in_ten_minutes_is_called_off_and_costs_nothing(
    name, editor, asset, simulator, monkeypatch
):
    each_rest_takes(monkeypatch, 100)
    simulator.plan(name, "ok", queued=99)
    row = done(ask(editor, asset, recipe(name)))
    assert (row.status, row.error["code"], paid()) == ("failed", "remote_timeout", [])
    assert "did not begin within 600 seconds" in row.error["message"]


def test_whoever_goes_on_with_it_counts_the_time_for_which_it_ran_before(editor, asset, simulator, monkeypatch):
    each_rest_takes(monkeypatch, 200)
    simulator.plan("replicate", "endless_work", ran=10_000)  # not longer than since it was ordered
    row = done(ask(editor, asset, recipe("replicate")))
    seconds = offers.limit_s(row.quote[0]["seconds"])
    assert f"did not finish within {seconds} seconds" in row.error["message"] and len(simulator.calls) <= 6


@each_service
def test_work_that_the_service_lost_is_listed_as_perhaps_charged(name, editor, asset, simulator):
    simulator.plan(name, "lost_work")
    row = done(ask(editor, asset, recipe(name)))
    assert (row.status, row.error["code"], outcomes()) == ("failed", "prediction_gone", ["unknown"])


def test_the_prices_of_services_stand_in_the_catalogue_with_their_source():
    rows = ModelPrice.objects.filter(model__kind="enhancement", model__provider__in=SERVICES)
    assert {row.unit for row in rows} == {"second", "megapixel"}
    assert all(row.source and row.amount > 0 for row in rows)
    assert {row.model.provider for row in rows} == set(SERVICES)
