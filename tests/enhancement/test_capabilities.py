"""What the workers say they can do is what is offered."""

from datetime import timedelta

import pytest
from django.utils import timezone

from enhancement import capabilities
from enhancement.models import Enhancement, WorkerReport
from enhancement.operations import registry
from tests.work import work_off

from .test_enhance import ask

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("folder")]
GENERAL = "realesr-general-x4v3"


def report(host, *, upscale="", state="missing", age=0):
    models = [{**line, "state": state} for line in capabilities.models() if line["name"] == GENERAL]
    WorkerReport.objects.create(host=host, operations={"upscale": upscale}, models=models)
    WorkerReport.objects.filter(host=host).update(told_at=timezone.now() - timedelta(days=age))


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


def test_a_damaged_model_ends_the_work_and_is_never_opened(editor, asset, folder):
    folder.mkdir(exist_ok=True)
    (folder / f"{GENERAL}.pth").write_bytes(b"something else")
    asked = ask(editor, asset, [{"name": "upscale", "scale": 4, "model": GENERAL}])
    work_off("gpu")
    ended = editor.get(f"/api/enhance/{asked.json()['id']}").json()
    assert (ended["status"], ended["error"]["code"]) == ("failed", "invalid_weights")
