"""What a recipe would come to, per step and in sum, and what is charged for it in the end."""

import io
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.utils import timezone

from designer.assets.models import Asset
from designer.assets.services import store_upload
from designer.catalogue.models import ModelKind, ModelProfile
from designer.catalogue.services import reprice
from designer.jobs.models import Job, LanePause
from designer.jobs.steering import hold_back
from designer.ledger.models import LedgerEntry
from enhancement.models import Enhancement
from enhancement.operations import registry
from enhancement.operations.base import Choice, Estimate, Number, OperationResult, ParameterError, Position, cleaned
from enhancement.prices import ensure_prices
from tests import images
from tests.work import work_off

pytestmark = pytest.mark.django_db(transaction=True)
TWICE = [{"name": "upscale", "scale": 2}]


class Soften:
    """A stand-in for an operation that another floor brings: half of the seconds it says, no change of size."""

    name, title, position = "soften", "Soften", Position.DENOISE
    parameters = (
        Number(name="strength", title="Strength", default=0.5, minimum=0, maximum=1),
        Choice(name="by", title="By", default="here", choices=("here", "service")),
    )

    def unavailable(self) -> str:
        return ""

    def describe(self) -> list[dict[str, Any]]:
        return [each.describe() for each in self.parameters]

    def validate(self, params):
        return cleaned(self.parameters, params)

    def sold_as(self, params):
        return ("farm", "soften-1") if params["by"] == "service" else None

    def estimate(self, width, height, params):
        if width > 5_000:
            raise ParameterError("", "At most 5,000 pixels across.", "Use a smaller picture.")
        return Estimate(seconds=2.0, width=width, height=height)

    def run(self, image, params, *, progress, cancelled, others, scratch=None):
        progress(1.0)
        return OperationResult(image, {"strength": params["strength"]})


@pytest.fixture(autouse=True)
def soften(monkeypatch):
    """The registry with one operation more, priced as any other."""
    monkeypatch.setattr(registry, "_OPERATIONS", {**registry._OPERATIONS, "soften": Soften()})
    ensure_prices()


@pytest.fixture
def editor(client_of):
    return client_of("editor")


@pytest.fixture
def asset(editor, team) -> Asset:
    data = images.encoded("PNG", images.photo((48, 36)))
    return store_upload(actor=editor.user, team_id=team.pk, file=io.BytesIO(data), name="swatch.png")


def estimate(client, assets, operations=TWICE, **more):
    body = {"assets": [str(asset.pk) for asset in assets], "operations": operations, **more}
    return client.post("/api/enhance/estimate", body, format="json")


def priced(name: str, usd: str, provider: str = "local") -> None:
    row, _ = ModelProfile.objects.get_or_create(kind=ModelKind.ENHANCEMENT, provider=provider, model=name)
    reprice(actor=None, model=row, amount=Decimal(usd), valid_from=images_day())


def images_day():
    from django.utils import timezone

    return timezone.now().date()


def test_each_step_says_its_size_its_seconds_and_its_price_in_the_order_it_is_done(editor, asset):
    priced("super-resolution", "0.02")
    priced("soften", "0.003")
    answer = estimate(editor, [asset], [*TWICE, {"name": "soften"}]).json()
    steps = answer["assets"][0]["steps"]
    assert [(each["name"], each["width"], each["cost"]) for each in steps] == [
        ("soften", 48, "0.003000"),
        ("upscale", 96, "0.020000"),
    ]
    assert (answer["cost"], answer["assets"][0]["height"]) == ("0.023000", 72)
    assert answer["seconds"] > sum(each["seconds"] for each in steps)  # storing is no step
    assert answer["basis"] == {"kind": "estimated", "runs": 0}
    assert not Enhancement.objects.exists()


def test_several_images_come_to_their_sum_and_what_cannot_be_done_says_why(editor, asset, team):
    priced("super-resolution", "0.02")
    other = store_upload(
        actor=editor.user, team_id=team.pk, file=io.BytesIO(images.encoded("PNG", images.photo((20, 20)))), name="b.png"
    )
    gone = Asset(pk="6a1f6a3e-0000-4000-8000-000000000000")
    answer = estimate(editor, [asset, other, gone]).json()
    assert (len(answer["assets"]), answer["cost"]) == (2, "0.040000")
    assert [(each["asset"], each["code"]) for each in answer["refused"]] == [(str(gone.pk), "not_found")]


def test_everything_that_is_wrong_with_a_recipe_is_said_at_once(editor, asset):
    answer = estimate(
        editor, [asset], [{"name": "upscale", "scale": 3}, {"name": "soften", "strength": 7}, {"name": "x"}]
    )
    assert answer.status_code == 422
    fields = [line["field"] for line in answer.json()["errors"]]
    assert fields == ["operations[0].scale", "operations[1].strength", "operations[2].name"]


def test_a_size_beyond_a_limit_is_refused_before_anything_is_read(editor, asset):
    Asset.objects.filter(pk=asset.pk).update(width=10_000, height=3_000)
    answer = estimate(editor, [asset], [{"name": "soften"}])
    assert (answer.status_code, "5,000" in answer.json()["detail"]) == (422, True)


def test_one_line_of_the_ledger_stands_for_each_step_at_the_price_that_was_quoted(editor, asset):
    priced("super-resolution", "0.02")
    priced("soften-1", "0.3", provider="farm")
    recipe = [{"name": "soften", "by": "service"}, *TWICE]
    made = editor.post(f"/api/enhance/{asset.pk}", {"operations": recipe}, format="json").json()
    priced("super-resolution", "9")  # dearer since: what was shown is what is paid
    work_off("gpu")
    lines = LedgerEntry.objects.filter(subject=f"enhancement:{made['id']}").order_by("step")
    assert [(each.step, each.provider, each.model, each.amount) for each in lines] == [
        ("soften", "farm", "soften-1", Decimal("0.3")),
        ("upscale", "local", "super-resolution", Decimal("0.02")),
    ]
    assert editor.get(f"/api/enhance/{made['id']}").json()["cost"] == "0.320000"


def test_a_service_without_a_price_is_refused_before_the_work(editor, asset):
    answer = estimate(editor, [asset], [{"name": "soften", "by": "service"}])
    assert (answer.status_code, answer.json()["code"]) == (422, "price_unknown")
    assert answer.json()["errors"][0]["field"] == "operations[0].name"


def test_the_steps_of_a_finished_enhancement_say_what_was_measured(editor, asset, serving):
    made = editor.post(f"/api/enhance/{asset.pk}", {"operations": [{"name": "soften"}, *TWICE]}, format="json").json()
    assert [each["status"] for each in made["steps"]] == ["waiting", "waiting"]
    assert made["queue"]["position"] == 1 and made["remaining"]["kind"] == "estimated"
    work_off("gpu")
    done = editor.get(f"/api/enhance/{made['id']}").json()
    assert [(each["status"], each["width"]) for each in done["steps"]] == [("done", 48), ("done", 96)]
    assert all(each["seconds"] is not None for each in done["steps"])
    assert (done["queue"], done["remaining"]) == (None, None)


def test_after_three_runs_the_seconds_are_measured_ones(editor, asset):
    for _ in range(3):
        editor.post(f"/api/enhance/{asset.pk}", {"operations": [{"name": "soften"}]}, format="json")
        work_off("gpu")
    for row in Enhancement.objects.all():
        row.facts["operations"][0]["seconds"] = 1.0  # of 2.0 that were estimated
        row.save()
    answer = estimate(editor, [asset], [{"name": "soften"}]).json()
    assert answer["basis"] == {"kind": "measured", "runs": 3}
    assert answer["assets"][0]["steps"][0]["seconds"] == 1.0
    mixed = estimate(editor, [asset], [{"name": "soften"}, *TWICE]).json()
    assert mixed["basis"] == {"kind": "partly measured", "runs": 0}


def quoted_and_done(asset, editor, wish, ratio, times=3):
    """Runs of a recipe of one step that took `ratio` times their estimate."""
    for _ in range(times):
        made = editor.post(f"/api/enhance/{asset.pk}", {"operations": [wish]}, format="json").json()["id"]
        work_off("gpu")
        row = Enhancement.objects.get(pk=made)
        row.facts["operations"][0]["seconds"] = ratio * row.quote[0]["seconds"]
        row.save()


def test_a_model_is_measured_apart_from_the_others_and_until_then_by_its_operation(editor, asset, folder):
    folder.mkdir()
    (folder / "RealESRGAN_x4plus.pth").write_bytes(b"not opened")
    quoted_and_done(asset, editor, {"name": "upscale", "scale": 2}, 0.5)
    slow = {"name": "upscale", "scale": 4, "model": "RealESRGAN_x4plus"}
    said = estimate(editor, [asset], [slow]).json()
    plain = Enhancement.objects.first().quote[0]
    assert plain["engine"] == "designer-compact-x2 by torch"
    assert said["basis"] == {"kind": "partly measured", "runs": 0}
    guessed = said["assets"][0]["steps"][0]["seconds"]
    for row in Enhancement.objects.all():  # three runs of the slow one, each three times its estimate
        row.pk, row._state.adding = uuid4(), True
        row.quote = [{**plain, "engine": "RealESRGAN_x4plus by torch", "seconds": 2.0}]
        row.facts = {"operations": [{"name": "upscale", "seconds": 6.0}]}
        row.save()
    said = estimate(editor, [asset], [slow]).json()
    assert said["basis"] == {"kind": "measured", "runs": 3}
    assert said["assets"][0]["steps"][0]["seconds"] == pytest.approx(6 * guessed, rel=0.02)  # not 0.5 but 3 times
    quick = estimate(editor, [asset]).json()
    assert quick["basis"] == {"kind": "measured", "runs": 3}
    assert quick["assets"][0]["steps"][0]["seconds"] == pytest.approx(plain["seconds"] / 2, abs=0.01)


def test_a_quote_from_before_engines_were_named_is_counted_with_the_one_that_did_it(editor, asset):
    quoted_and_done(asset, editor, {"name": "upscale", "scale": 2}, 0.5)
    for row in Enhancement.objects.all():
        del row.quote[0]["engine"]
        row.save()
    assert estimate(editor, [asset]).json()["basis"] == {"kind": "measured", "runs": 3}


def test_runs_that_say_nothing_of_the_engine_that_was_quoted_are_left_out(editor, asset):
    quoted_and_done(asset, editor, {"name": "upscale", "scale": 2}, 4)
    for row in Enhancement.objects.all():  # quoted as if the stock runner were as quick as ours
        del row.quote[0]["engine"]
        row.facts["operations"][0]["backend"] = "realesrgan"
        row.save()
    assert estimate(editor, [asset]).json()["basis"] == {"kind": "estimated", "runs": 0}
    for row in Enhancement.objects.all():  # the quoted weights were refused, and another network did it
        row.quote[0]["engine"] = "RealESRGAN_x2plus by torch"
        row.facts["operations"][0]["backend"] = "torch"
        row.save()
    assert estimate(editor, [asset]).json()["basis"] == {"kind": "estimated", "runs": 0}


def test_the_time_left_follows_the_models_own_measure(editor, asset, serving):
    quoted_and_done(asset, editor, {"name": "upscale", "scale": 2}, 10)
    row = editor.post(f"/api/enhance/{asset.pk}", {"operations": [{**TWICE[0], "scale": 4}]}, format="json").json()
    assert row["remaining"]["kind"] == "partly measured"
    row = editor.post(f"/api/enhance/{asset.pk}", {"operations": [{**TWICE[0], "mode": "fast"}]}, format="json").json()
    assert row["remaining"]["kind"] == "measured"
    own = row["remaining"]["seconds"] - row["queue"]["seconds"]  # without those before it, and with the storing
    assert 0 <= round(own - row["steps"][0]["seconds_quoted"] * 10, 1) < 1


def test_the_stock_runner_is_expected_to_take_as_long_as_it_does():
    ours, stock = (registry.get("upscale").estimate(2048, 2048, {"backend": each}) for each in ("torch", "realesrgan"))
    assert 3 < stock.seconds / ours.seconds < 4.1 and ours.engine != stock.engine


def test_the_time_left_is_none_while_nothing_begins_and_says_why(editor, asset, serving):
    row = editor.post(f"/api/enhance/{asset.pk}", {"operations": [{"name": "soften"}]}, format="json").json()
    assert (row["queue"]["held"], row["queue"]["workers"]) == ("", 1) and row["remaining"]["seconds"] >= 2.0
    LanePause.objects.create(lane="gpu", by_id=uuid4())
    said = editor.get(f"/api/enhance/{row['id']}").json()
    assert (said["queue"]["seconds"], said["queue"]["held"]) == (None, "paused")
    assert (said["remaining"]["seconds"], said["remaining"]["kind"]) == (None, "paused")
    assert estimate(editor, [asset]).json()["queue"] == {"waiting": 1, "seconds": None, "workers": 1, "held": "paused"}
    assert "has paused such work" in editor.get("/enhancements").content.decode()
    LanePause.objects.all().delete()
    serving.draining_since = timezone.now()
    serving.save()
    said = editor.get(f"/api/enhance/{row['id']}").json()
    assert (said["remaining"]["seconds"], said["remaining"]["kind"]) == (None, "no_worker")
    assert "no worker takes such work now" in editor.get(f"/assets/{asset.pk}/enhancements").content.decode().lower()


def test_work_that_waits_for_another_try_says_when(editor, asset, serving):
    row = editor.post(f"/api/enhance/{asset.pk}", {"operations": [{"name": "soften"}]}, format="json").json()
    Enhancement.objects.update(status="running", started_at=timezone.now() - timedelta(hours=1))
    Job.objects.update(status="retrying", scheduled_at=timezone.now() + timedelta(seconds=50))
    said = editor.get(f"/api/enhance/{row['id']}").json()["remaining"]
    assert (said["seconds"], said["kind"]) == (None, "retry") and 40 < said["again_in"] <= 50
    assert "is tried again in about" in editor.get("/enhancements").content.decode()


def test_work_of_a_paused_batch_says_that_and_no_time(editor, asset, serving):
    row = editor.post(f"/api/enhance/{asset.pk}", {"operations": [{"name": "soften"}]}, format="json").json()
    with transaction.atomic():
        hold_back([Enhancement.objects.get().job_id])
    said = editor.get(f"/api/enhance/{row['id']}").json()
    assert (said["queue"], said["remaining"]["seconds"], said["remaining"]["kind"]) == (None, None, "held")
    assert "again_in" not in said["remaining"]
    page = editor.get("/enhancements").content.decode()
    assert "Its batch is paused" in page and "is tried again" not in page and "Next to begin" not in page


def test_the_wait_is_shared_by_all_processes_that_take_such_work(editor, asset, serving):
    for scale in (2, 4):
        wish = {"operations": [{"name": "soften"}, {"name": "upscale", "scale": scale}]}
        last = editor.post(f"/api/enhance/{asset.pk}", wish, format="json").json()
    assert last["queue"]["seconds"] >= 2.0
    serving.processes = 2
    serving.save()
    assert editor.get(f"/api/enhance/{last['id']}").json()["queue"]["seconds"] == 0


def test_the_second_in_the_queue_waits_for_the_first(editor, asset, serving):
    first = editor.post(f"/api/enhance/{asset.pk}", {"operations": [{"name": "soften"}]}, format="json").json()
    second = editor.post(f"/api/enhance/{asset.pk}", {"operations": TWICE}, format="json").json()
    assert (first["queue"]["position"], second["queue"]["position"]) == (1, 2)
    assert second["queue"]["seconds"] >= 2.0
    assert estimate(editor, [asset]).json()["queue"]["waiting"] == 2


def test_the_same_request_twice_names_the_one_that_runs_and_later_offers_its_result(editor, asset):
    first = editor.post(f"/api/enhance/{asset.pk}", {"operations": TWICE}, format="json").json()
    second = editor.post(f"/api/enhance/{asset.pk}", {"operations": TWICE}, format="json")
    assert (second.status_code, second.json()["enhancement"]) == (409, first["id"])
    assert estimate(editor, [asset]).json()["assets"][0]["earlier"] is None
    work_off("gpu")
    result = editor.get(f"/api/enhance/{first['id']}").json()["result"]["id"]
    earlier = estimate(editor, [asset]).json()["assets"][0]["earlier"]
    assert earlier == {"enhancement": first["id"], "result": result}
    editor.delete(f"/api/assets/{result}")
    assert estimate(editor, [asset]).json()["assets"][0]["earlier"] is None


def test_the_list_is_filtered_searched_and_paged(editor, asset, client_of):
    for operations in (TWICE, [{"name": "soften"}], [{"name": "soften", "strength": 0.1}]):
        editor.post(f"/api/enhance/{asset.pk}", {"operations": operations}, format="json")
    work_off("gpu")
    editor.post(f"/api/enhance/{asset.pk}", {"operations": [{"name": "soften", "strength": 1}]}, format="json")
    count = lambda query: len(editor.get(f"/api/enhance?{query}").json()["results"])  # noqa: E731
    assert [count(""), count("status=succeeded"), count("search=soften"), count("search=swatch+upscale")] == [
        4,
        3,
        3,
        1,
    ]
    assert [count(f"asset={asset.pk}"), count("search=nothing")] == [4, 0]
    page = editor.get("/api/enhance?page_size=3").json()
    assert len(page["results"]) == 3 and len(editor.get(page["next"]).json()["results"]) == 1
    assert client_of("stranger").get("/api/enhance").json()["results"] == []
    assert editor.get("/api/enhance?status=odd").status_code == 400
