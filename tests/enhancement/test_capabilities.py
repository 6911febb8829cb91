"""What the workers say they can do is what is offered."""

import shutil
from datetime import timedelta
from uuid import uuid4

import pytest
import safetensors.torch
from django.utils import timezone

from designer.celery import app
from designer.jobs import presence
from designer.jobs.models import Job, WorkerBeat
from enhancement import capabilities, models_folder, tasks
from enhancement.engine.manifest import SHIPPED
from enhancement.models import Enhancement, WorkerReport
from enhancement.operations import registry
from tests.work import work_off

from .engine.conftest import random_module
from .test_enhance import ask

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("folder")]
GENERAL, TWIN = "realesr-general-x4v3", "realesr-general-wdn-x4v3"


def report(host, *, upscale="", state="missing", age=0):
    models = [{**line, "state": state} for line in capabilities.models() if line["name"] == GENERAL]
    WorkerReport.objects.create(host=host, operations={"upscale": upscale}, models=models)
    WorkerReport.objects.filter(host=host).update(told_at=timezone.now() - timedelta(days=age))


def put(folder, name):
    """A file in place of a model's weights."""
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.pth").write_bytes(b"never opened")


def listed(client, kind):
    return {line["name"]: line for line in client.get(f"/api/enhance/{kind}").json()}


def test_before_a_worker_has_spoken_this_machine_is_asked(editor):
    assert listed(editor, "models")["designer-compact-x2"]["available"]
    missing = listed(editor, "models")["GFPGANv1.4"]
    assert (missing["available"], missing["state"], missing["licence"]) == (False, "missing", "Apache-2.0")
    assert listed(editor, "operations")["upscale"]["available"]


def test_a_worker_tells_what_it_can_and_telling_again_replaces_it():
    capabilities.tell()
    capabilities.tell()
    told = WorkerReport.objects.get()
    assert told.operations["upscale"] == ""
    assert "designer-compact-x4" in {line["name"] for line in told.models}


def test_what_one_worker_can_is_offered_and_what_none_can_is_refused_with_the_reason(editor, asset):
    report("one", upscale="OpenCV is missing there.")
    offered = listed(editor, "operations")["upscale"]
    assert (offered["available"], offered["reason"]) == (False, "OpenCV is missing there.")
    page = editor.get(f"/enhancements/new?asset={asset.pk}").content.decode()
    assert '<fieldset class="operation" data-operation="upscale" disabled>' in page
    assert "Not here: OpenCV is missing there." in page
    refused = ask(editor, asset)
    assert (refused.status_code, "OpenCV" in refused.content.decode()) == (422, True)
    assert not Enhancement.objects.exists()
    report("other")
    assert listed(editor, "operations")["upscale"]["available"]
    assert ask(editor, asset).status_code == 202


def test_a_model_is_available_where_one_worker_has_it():
    report("one")
    report("other", state="installed")
    report("third")
    line = next(line for line in capabilities.models() if line["name"] == GENERAL)
    assert (line["state"], line["available"]) == ("installed", True)


def test_a_host_that_has_long_been_silent_counts_no_more():
    report("gone", upscale="Nothing works there.", age=31)
    assert capabilities.reason(registry.get("upscale")) == ""


def test_a_model_that_goes_while_work_waits_for_it_ends_that_with_its_code_and_no_charge(
    editor,
    asset,
    folder,
):
    folder.mkdir(exist_ok=True)
    (folder / f"{GENERAL}.pth").write_bytes(b"never opened")
    asked = ask(editor, asset, [{"name": "upscale", "scale": 4, "model": GENERAL}])
    assert asked.status_code == 202, asked.content
    (folder / f"{GENERAL}.pth").unlink()
    work_off("gpu")
    ended = editor.get(f"/api/enhance/{asked.json()['id']}").json()
    assert (ended["status"], ended["error"]["code"]) == ("failed", "missing_weights")
    assert "manage.py models install realesr-general-x4v3" in ended["error"]["remedy"]
    assert ended["cost"] is None


def test_a_file_of_ones_own_that_goes_while_work_waits_for_it_is_told_as_gone(editor, asset, folder):
    folder.mkdir(exist_ok=True)
    (folder / "mine.safetensors").write_bytes(safetensors.torch.save(random_module().state_dict()))
    models_folder.look()
    asked = ask(editor, asset, [{"name": "upscale", "scale": 2, "model": "own:mine.safetensors"}])
    assert asked.status_code == 202, asked.content
    (folder / "mine.safetensors").unlink()
    work_off("gpu")
    error = editor.get(f"/api/enhance/{asked.json()['id']}").json()["error"]
    assert error["code"] == "missing_weights" and "own:mine.safetensors" in error["message"]
    assert "put the file back" in error["remedy"]


def test_a_damaged_model_ends_the_work_and_is_never_opened(editor, asset, folder):
    folder.mkdir(exist_ok=True)
    (folder / f"{GENERAL}.pth").write_bytes(b"something else")
    asked = ask(editor, asset, [{"name": "upscale", "scale": 4, "model": GENERAL}])
    work_off("gpu")
    ended = editor.get(f"/api/enhance/{asked.json()['id']}").json()
    assert (ended["status"], ended["error"]["code"]) == ("failed", "invalid_weights")


def test_what_lives_now_counts_and_not_what_was_there_an_hour_ago():
    report("gone")
    WorkerReport.objects.update(told_at=timezone.now() - timedelta(hours=1))
    assert capabilities.reason(registry.get("upscale")) == ""  # nobody lives: it may be about to come back
    report("here", upscale="OpenCV is missing there.")
    assert capabilities.reason(registry.get("upscale")) == "OpenCV is missing there."


def test_a_file_that_is_put_into_the_folder_is_found_while_the_worker_runs(folder, monkeypatch):
    monkeypatch.setattr(presence, "lanes", lambda: ("gpu",))
    tasks.weights()
    capabilities.tell_meanwhile().join(60)
    folder.mkdir(exist_ok=True)
    shutil.copy(SHIPPED / "designer-compact-x2.safetensors", folder / "ours.safetensors")
    tasks.weights()  # as the parent of a worker is asked once a minute
    capabilities.tell_meanwhile().join(60)
    told = {line["name"]: line["available"] for line in capabilities.models()}
    assert told["own:ours.safetensors"] and "own:ours.safetensors" in capabilities.weights_here()


def test_a_worker_that_does_not_compute_says_nothing(folder, monkeypatch):
    monkeypatch.setattr(presence, "lanes", lambda: ("io",))
    tasks.weights()
    assert not WorkerReport.objects.exists()


def test_a_process_that_takes_a_dead_ones_place_has_time_and_examines_nothing(monkeypatch):
    monkeypatch.setattr(models_folder, "look", lambda: pytest.fail("a file is examined before the process is up"))
    monkeypatch.setattr(tasks.sys, "argv", ["celery", "worker", "-Q", "gpu"])
    tasks.warm_up()
    assert not WorkerReport.objects.exists()
    assert app.conf.worker_proc_alive_timeout >= 120  # an examination may take more, loading torch does not


def living(weights, *, lanes=("gpu",), silent=timedelta(0), **more):
    now = timezone.now() - silent
    said = {"abilities": {"weights": weights}, "beat_at": now, "processes": 1, **more}
    return WorkerBeat.objects.create(id=uuid4(), name="other", lanes=list(lanes), **said)


def missing_here(editor, asset, folder):
    """A job whose weights were there when it was asked for, and are gone from this machine."""
    folder.mkdir(exist_ok=True)
    (folder / f"{GENERAL}.pth").write_bytes(b"never opened")
    asked = ask(editor, asset, [{"name": "upscale", "scale": 4, "model": GENERAL}])
    (folder / f"{GENERAL}.pth").unlink()
    work_off("gpu")
    return Enhancement.objects.get(pk=asked.json()["id"])


def test_a_job_whose_weights_another_living_worker_has_waits_for_it(editor, asset, folder):
    living([GENERAL])
    row = missing_here(editor, asset, folder)
    job = Job.objects.get(pk=row.job_id)
    assert (row.status, job.status, job.last_error["code"]) == ("running", "retrying", "waiting")
    assert "Another worker has them" in job.last_error["message"]


@pytest.mark.parametrize(
    "other",
    [
        {"weights": ["GFPGANv1.4"]},
        {"weights": [GENERAL], "lanes": ["io"]},
        {"weights": [GENERAL], "silent": timedelta(minutes=2)},
        {"weights": [GENERAL], "draining_since": timezone.now()},
    ],
)
def test_no_job_waits_for_a_worker_that_cannot_or_will_not_take_it(other, editor, asset, folder):
    living(**other)
    row = missing_here(editor, asset, folder)
    assert (row.status, row.error["code"]) == ("failed", "missing_weights")


@pytest.mark.parametrize(("model", "others"), [("auto", [GENERAL]), (GENERAL, [GENERAL]), (GENERAL, [TWIN])])
def test_a_job_whose_weights_no_worker_has_together_ends_instead_of_going_to_and_fro(
    model, others, editor, asset, folder
):
    """Here lies the model without its twin, which a strength of denoising needs too."""
    for name in (GENERAL, TWIN):
        put(folder, name)
    wish = [{"name": "upscale", "scale": 4, "model": model, "denoise": 0.5}]
    row = Enhancement.objects.get(pk=ask(editor, asset, wish).json()["id"])
    (folder / f"{TWIN}.pth").unlink()
    living(others)
    work_off("gpu")
    row.refresh_from_db()
    assert (row.status, row.error["code"]) == ("failed", "missing_weights")
    assert f"manage.py models install {TWIN}" in row.error["remedy"]


def test_a_job_that_lacks_a_models_twin_waits_for_whoever_has_both(editor, asset, folder):
    for name in (GENERAL, TWIN):
        put(folder, name)
    wish = [{"name": "upscale", "scale": 4, "model": GENERAL, "denoise": 0.5}]
    row = Enhancement.objects.get(pk=ask(editor, asset, wish).json()["id"])
    (folder / f"{TWIN}.pth").unlink()
    living([GENERAL, TWIN])
    work_off("gpu")
    assert Job.objects.get(pk=row.job_id).last_error["code"] == "waiting"


@pytest.mark.parametrize(
    ("model", "state", "status"),
    [("auto", "missing", 202), (GENERAL, "missing", 422), (GENERAL, "damaged", 422), (GENERAL, "installed", 202)],
)
def test_a_model_that_no_worker_has_is_refused_by_field_and_cannot_be_chosen(model, state, status, editor, asset):
    report("one", state=state)
    answer = ask(editor, asset, [{"name": "upscale", "scale": 4, "model": model}])
    assert answer.status_code == status, answer.content
    if status == 422:
        fault = answer.json()["errors"][0]
        assert fault["field"] == "operations[0].model"
        assert f"weights of {GENERAL}" in fault["message"] and "manage.py models install" in fault["message"]
        assert not Enhancement.objects.exists()
    page = editor.get(f"/enhancements/new?asset={asset.pk}").content.decode()
    assert f'<option value="{GENERAL}"{"" if state == "installed" else " disabled"}>' in page


def test_a_strength_of_denoising_is_refused_where_no_worker_has_the_models_twin(editor, asset, folder):
    put(folder, GENERAL)
    wish = [{"name": "upscale", "scale": 4, "model": GENERAL, "denoise": 0.5}]
    refused = ask(editor, asset, wish)
    assert refused.status_code == 422 and TWIN in refused.content.decode()
    put(folder, TWIN)
    assert ask(editor, asset, wish).status_code == 202


def test_a_strength_without_the_models_twin_is_refused_on_auto_too(editor, asset, folder):
    put(folder, GENERAL)
    wish = [{"name": "upscale", "scale": 4, "denoise": 0.5}]
    refused = ask(editor, asset, wish)
    assert refused.status_code == 422, refused.content
    fault = refused.json()["errors"][0]
    assert fault["field"] == "operations[0].denoise" and TWIN in fault["message"]
    put(folder, TWIN)
    assert ask(editor, asset, wish).status_code == 202


def test_a_trial_waits_for_the_other_worker_too(editor, asset, folder):
    living([GENERAL])
    folder.mkdir(exist_ok=True)
    (folder / f"{GENERAL}.pth").write_bytes(b"never opened")
    recipe = {"operations": [{"name": "upscale", "scale": 4, "model": GENERAL}]}
    asked = editor.post("/api/enhance/previews", {"asset": str(asset.pk), "recipes": [recipe]}, format="json").json()
    (folder / f"{GENERAL}.pth").unlink()
    work_off("gpu")
    assert editor.get(f"/api/enhance/previews/{asked['id']}").json()["status"] == "running"
    assert Job.objects.get(kind="enhancement.preview").last_error["code"] == "waiting"
