"""Enhancing an image through the API, the queue's own claim and the real network."""

import io
from datetime import timedelta

import pytest
from django.utils import timezone
from PIL import Image

from designer.assets.garbage import purge
from designer.assets.models import Asset
from designer.assets.services import read_bytes, store_upload
from designer.catalogue.models import ModelPrice
from designer.jobs.services import request_cancel
from designer.ledger.models import LedgerEntry
from designer.realtime import subjects
from designer.realtime.models import Event
from enhancement import receivers, services
from enhancement.models import Enhancement
from tests import images
from tests.work import work_off

pytestmark = pytest.mark.django_db(transaction=True)
TWICE = [{"name": "upscale", "scale": 2}]


def ask(client, asset, operations=TWICE):
    return client.post(f"/api/enhance/{asset.pk}", {"operations": operations}, format="json")


def test_an_image_comes_out_twice_as_large_and_both_are_kept(editor, asset):
    asked = ask(editor, asset)
    assert asked.status_code == 202, asked.content
    work_off("gpu")
    done = editor.get(f"/api/enhance/{asked.json()['id']}").json()
    assert done["status"] == "succeeded", done["error"]
    result = Asset.objects.get(pk=done["result"]["id"])
    assert (result.width, result.height, result.kind, result.parent_id) == (96, 72, "enhanced", asset.pk)
    with Image.open(io.BytesIO(read_bytes(result))) as picture:
        assert picture.info["icc_profile"] == images.SRGB
    assert Asset.objects.filter(pk=asset.pk, trashed_at=None).exists()
    assert LedgerEntry.objects.get().subject == f"enhancement:{done['id']}"


def test_the_end_is_told_on_the_enhancement_and_on_its_source(editor, asset):
    pk = ask(editor, asset).json()["id"]
    work_off("gpu")
    for channel in (f"enhancement:{pk}", f"asset:{asset.pk}"):
        events = Event.objects.filter(channel=channel).order_by("-seq").values_list("event", flat=True)
        assert events[0] == "enhancement:complete"


@pytest.mark.parametrize(
    ("operations", "field"),
    [
        ([], "operations"),
        ([{"name": "magic"}], "operations[0].name"),
        ([{"scale": 2}], "operations[0].name"),
        ([{"name": "upscale", "scale": 3}], "operations[0].scale"),
        ([{"name": "upscale", "scale": "huge"}], "operations[0].scale"),
        ([{"name": "upscale", "colour": "red"}], "operations[0].colour"),
        ([{"name": "upscale", "model": "../../etc/passwd"}], "operations[0].model"),
        ([*TWICE, *TWICE], "operations[1].name"),
    ],
)
def test_a_recipe_that_cannot_be_is_refused_by_field(operations, field, editor, asset):
    answer = ask(editor, asset, operations)
    assert answer.status_code in (400, 422)
    assert answer.json()["errors"][0]["field"] == field
    assert not Enhancement.objects.exists()


def test_the_same_again_is_refused_while_it_runs(editor, asset):
    assert ask(editor, asset).status_code == 202
    assert ask(editor, asset).status_code == 409
    work_off("gpu")
    assert ask(editor, asset).status_code == 202


@pytest.mark.parametrize(
    ("role", "status"), [("owner", 202), ("admin", 202), ("editor", 403), ("viewer", 403), ("stranger", 404)]
)
def test_only_those_who_may_edit_an_asset_may_enhance_it(role, status, asset, client_of):
    assert ask(client_of(role), asset).status_code == status


def test_cancelling_a_waiting_enhancement_costs_nothing(editor, asset):
    pk = ask(editor, asset).json()["id"]
    assert editor.post(f"/api/enhance/{pk}/cancel").json()["status"] == "cancelled"
    assert work_off() == 0 and not LedgerEntry.objects.exists()


def test_cancelling_a_running_one_stops_it_at_a_tile(editor, asset, monkeypatch):
    pk = ask(editor, asset).json()["id"]
    job = Enhancement.objects.get(pk=pk).job_id
    assert job is not None
    from enhancement import workpieces

    def asked_meanwhile(*args):
        request_cancel(job)
        return read_bytes(*args)

    monkeypatch.setattr(workpieces, "read_bytes", asked_meanwhile)
    work_off("gpu")
    assert Enhancement.objects.get(pk=pk).status == "cancelled"
    assert not LedgerEntry.objects.exists() and Asset.objects.count() == 1


def test_a_batch_lists_what_it_refused_and_queues_the_rest(editor, asset):
    body = {"assets": [str(asset.pk), "6a1f6a3e-0000-4000-8000-000000000000"], "operations": TWICE}
    answer = editor.post("/api/enhance/batch", body, format="json")
    assert answer.status_code == 202
    assert [len(answer.json()["results"]), answer.json()["refused"][0]["code"]] == [1, "not_found"]


def test_an_image_in_the_trash_is_not_enhanced(editor, asset):
    editor.delete(f"/api/assets/{asset.pk}")
    assert ask(editor, asset).status_code == 409


def test_thirty_days_in_the_trash_end_an_enhanced_source_and_leave_its_result(editor, asset):
    editor.post("/api/enhance/batch", {"assets": [str(asset.pk)], "operations": TWICE}, format="json")
    work_off()
    done = Enhancement.objects.get(source=asset)
    Asset.objects.filter(pk=asset.pk).update(trashed_at=timezone.now() - timedelta(days=29))
    assert (services.forget_trashed(), purge()) == (0, 0)
    Asset.objects.filter(pk=asset.pk).update(trashed_at=timezone.now() - timedelta(days=31))
    assert (services.forget_trashed(), purge()) == (1, 1)
    result = Asset.objects.get()
    assert (result.pk, result.parent) == (done.result_id, None)
    assert result.provenance["parent"] == str(asset.pk)
    assert read_bytes(result)
    assert LedgerEntry.objects.exists()


def test_the_operations_are_listed_with_their_limits(editor):
    listed = editor.get("/api/enhance/operations").json()
    scale = next(p for o in listed if o["name"] == "upscale" for p in o["parameters"] if p["name"] == "scale")
    assert scale["choices"] == [2, 4, 8]


def test_a_generation_that_asked_for_it_is_enhanced_when_done(client_of):
    recipe = {"operations": [{"name": "upscale", "scale": 2}]}
    assert asked_to_enhance(client_of("editor"), recipe)["status"] == "succeeded"
    assert Enhancement.objects.count() == 1


def test_trouble_in_the_auto_enhance_never_undoes_the_images(client_of, monkeypatch):
    def broken(**_):
        raise KeyError("nothing that anybody foresaw")

    monkeypatch.setattr(receivers, "request_enhancement", broken)
    done = asked_to_enhance(client_of("editor"), {"operations": [{"name": "upscale", "scale": 2}]})
    assert (done["status"], len(done["assets"]), Enhancement.objects.count()) == ("succeeded", 1, 0)


def asked_to_enhance(client, recipe) -> dict:
    wish = {"brief": "a linen skirt", "auto_enhance": recipe, "aspect_ratio": "1:1"}
    pk = client.post("/api/generations", wish, format="json").json()["id"]
    work_off("interactive")
    return client.get(f"/api/generations/{pk}").json()


def test_an_unknown_price_is_refused_before_the_work(client_of):
    client = client_of("editor")
    photo = store_upload(actor=client.user, team_id=None, file=io.BytesIO(images.encoded("PNG")), name="a.png")
    ModelPrice.objects.filter(model__model="super-resolution").delete()
    answer = client.post(f"/api/enhance/{photo.pk}", {"operations": [{"name": "upscale", "scale": 2}]}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (422, "price_unknown")
    assert not Enhancement.objects.exists()


def test_the_team_is_told_what_an_enhancement_cost(client_of):
    client = client_of("editor")
    photo = store_upload(actor=client.user, team_id=None, file=io.BytesIO(images.encoded("PNG")), name="a.png")
    client.post(f"/api/enhance/{photo.pk}", {"operations": [{"name": "upscale", "scale": 2}]}, format="json")
    work_off()
    told = Event.objects.get(channel=f"team:{photo.team_id}", event="cost:updated")
    row = Enhancement.objects.get()
    assert told.data["subject"] == f"enhancement:{row.pk}"
    late = subjects.snapshot(client.user, f"enhancement:{row.pk}")
    assert (late["status"], late["assets"], late["cost"]) == ("succeeded", [str(row.result_id)], str(row.cost))


def test_a_print_carries_its_dots_per_inch_into_the_stored_file(editor, asset):
    wish = [{"name": "upscale", "target": "print", "print_width": 1, "unit": "in", "dpi": 80}]
    pk = ask(editor, asset, wish).json()["id"]
    work_off("gpu")
    result = Enhancement.objects.get(pk=pk).result
    assert result is not None
    with Image.open(io.BytesIO(read_bytes(result))) as picture:
        assert (picture.width, round(picture.info["dpi"][0])) == (80, 80)


def test_the_dots_per_inch_of_a_photo_are_those_of_its_enlargement(editor, asset):
    data = images.encoded("JPEG", images.photo((48, 36)), dpi=(240, 240))
    photo = store_upload(actor=asset.owner, team_id=asset.team_id, file=io.BytesIO(data), name="a.jpg")
    pk = ask(editor, photo).json()["id"]
    work_off("gpu")
    result = Enhancement.objects.get(pk=pk).result
    assert result is not None
    with Image.open(io.BytesIO(read_bytes(result))) as picture:
        assert (picture.width, round(picture.info["dpi"][0])) == (96, 240)


def test_a_target_that_is_not_larger_is_refused_by_field_before_anything_is_queued(editor, asset):
    answer = ask(editor, asset, [{"name": "upscale", "target": "print", "print_width": 0.1, "dpi": 72}])
    assert answer.json()["errors"][0]["field"] == "operations[0].print_width"
    assert not Enhancement.objects.exists()
