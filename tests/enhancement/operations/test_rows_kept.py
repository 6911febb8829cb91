"""A step that dies on its way is gone on with behind its finished rows, and comes out as if nothing had happened."""

import io
import os
import signal
import subprocess
import sys
from contextlib import contextmanager

import numpy as np
import pytest
from PIL import Image

from designer.assets import blobs
from designer.assets.models import Asset
from designer.assets.services import store_upload
from designer.jobs import handlers, presence
from designer.jobs.claims import claim
from designer.jobs.models import Job
from designer.jobs.running import perform
from designer.jobs.settling import died
from designer.ledger.models import LedgerEntry
from enhancement import capabilities, kept, runner, tasks
from enhancement.engine import warm, weights
from enhancement.engine.errors import InvalidWeights
from enhancement.models import Enhancement
from enhancement.operations import files, pictures, registry
from tests import images
from tests.enhancement.buying import Dead
from tests.enhancement.test_enhance import TWICE, ask
from tests.enhancement.test_trouble import full, tried_again
from tests.stack import ROOT, environment
from tests.work import work_off

KINDS = ["RGB", "RGBA", "LA", "16 bits", "16 bits and alpha"]
WISHES = {
    "faithful": {"scale": 2},
    "free": {"scale": 2, "faithful": False},
    "between": {"target": "print", "print_width": 1.0, "dpi": 150},
    "twice": {"scale": 8},
}


def tall(kind):
    """40 by 200 pixels with fine detail, clear at the top where the kind knows transparency."""
    deep, channels = kind.startswith("16"), 4 if kind in ("RGBA", "LA", "16 bits and alpha") else 3
    samples = np.random.default_rng(5).integers(0, 256, (200, 40, channels), dtype=np.uint8)
    samples[:30, :, 3:] = 0
    if deep:
        return pictures.of_samples(samples.astype(np.uint16) * 255)
    image = Image.fromarray(samples)
    return image if kind in ("RGB", "RGBA") else image.convert(kind)


def finished(image, wish, scratch, *, dies_at=2.0):
    def progress(share):
        if share >= dies_at:
            raise Dead

    ways = {"progress": progress, "cancelled": lambda: False, "others": {}, "scratch": scratch}
    return files.finished(registry.get("upscale"), image, wish, **ways).data


@pytest.mark.parametrize("wish", WISHES.values(), ids=WISHES)
@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_picture_comes_out_the_same(rows, tmp_path, kind, wish):
    undisturbed = finished(tall(kind), wish, None)
    all_rows = len(rows)
    rows.clear()
    for share in (0.4, 0.8):
        with pytest.raises(Dead):
            finished(tall(kind), wish, tmp_path / "work", dies_at=share)
    assert finished(tall(kind), wish, tmp_path / "work") == undisturbed
    assert len(rows) <= all_rows + 2 * (2 if "A" in kind or "alpha" in kind else 1)  # a row for each death, by planes


def test_another_way_of_computing_begins_anew(rows, tmp_path, monkeypatch):
    with pytest.raises(Dead):
        finished(tall("RGB"), {"scale": 2}, tmp_path / "work", dies_at=0.8)
    rows.clear()
    monkeypatch.setenv("DESIGNER_ENGINE_DTYPE", "bf16")
    warm._kept.clear()
    made = finished(tall("RGB"), {"scale": 2}, tmp_path / "work")
    taken = len(rows)
    assert finished(tall("RGB"), {"scale": 2}, None) == made
    assert len(rows) == 2 * taken


@pytest.fixture
def editor(client_of):
    return client_of("editor")


@pytest.fixture
def asset(editor, team) -> Asset:
    data = images.encoded("PNG", images.photo((40, 640)))
    return store_upload(actor=editor.user, team_id=team.pk, file=io.BytesIO(data), name="banner.png")


@pytest.fixture
def recipe():
    return TWICE


@pytest.fixture
def row(editor, asset, recipe):
    return Enhancement.objects.get(pk=ask(editor, asset, recipe).json()["id"])


@pytest.fixture
def scratch(settings):
    """Names of what is kept, asked for anew each time."""
    return lambda: sorted(path.name for path in (settings.VAR / "steps").glob("*"))


@contextmanager
def at(share, act, monkeypatch):
    """Meanwhile that is done whenever a step has come so far."""
    really = runner._progress

    def progress(*given):
        show = really(*given)

        def tell(there):
            show(there)
            if there >= share:
                act()

        return tell

    with monkeypatch.context() as watched:
        watched.setattr(runner, "_progress", progress)
        yield


@pytest.fixture
def half_done(row, rows, scratch, monkeypatch):
    """The enhancement, after its worker died in the middle of it."""

    def die():
        raise Dead

    with at(0.5, die, monkeypatch), pytest.raises(Dead):
        perform(claim("gpu", "doomed"))
    died(Job.objects.get(pk=row.job_id))
    assert scratch() == [f"{row.pk}.rows0"]
    rows.clear()
    return row


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("share", [0.72, 0.9])
def test_a_worker_killed_on_its_way_loses_no_row_and_repeats_at_most_one(
    row, rows, scratch, settings, editor, asset, share
):
    """A real process, by SIGKILL: only so is it sure that what counts as kept has left the process."""
    env = environment("", settings.VAR)
    command = [sys.executable, "-m", "tests.enhancement.doomed", str(share)]
    dead = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert dead.returncode == -signal.SIGKILL, dead.stderr
    assert scratch() == [f"{row.pk}.rows0"]
    died(Job.objects.get(pk=row.job_id))
    row, again = tried_again(row), len(rows)
    assert (row.status, scratch(), LedgerEntry.objects.count()) == ("succeeded", [], 1)
    rows.clear()
    untroubled = Enhancement.objects.get(pk=ask(editor, asset).json()["id"])
    work_off("gpu")
    untroubled.refresh_from_db()
    assert untroubled.result.sha256 == row.result.sha256
    assert len(rows) >= 15
    begun = int(dead.stdout.split()[-1])
    assert share * len(rows) <= begun < len(rows)
    assert 0 <= begun + again - len(rows) <= 1  # no row is lost, and at most one computed twice


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("recipe", [TWICE, [*TWICE, {"name": "detail"}]], ids=["the last", "not the last"])
def test_a_step_goes_on_whether_or_not_it_is_the_last(half_done, rows, scratch):
    row = tried_again(half_done)
    assert (row.status, scratch()) == ("succeeded", [])
    assert 0 < len(rows) <= 11


@pytest.mark.django_db(transaction=True)
def test_rows_go_with_a_cancel(half_done, scratch, monkeypatch, editor):
    with at(0.7, lambda: editor.post(f"/api/enhance/{half_done.pk}/cancel"), monkeypatch):
        row = tried_again(half_done)
    assert (row.status, scratch()) == ("cancelled", [])


@pytest.mark.django_db(transaction=True)
def test_rows_stay_for_the_next_holder_where_a_lease_is_lost(half_done, scratch, monkeypatch):
    monkeypatch.setattr(handlers, "LOOK_EVERY", 0.0)
    lose = Job.objects.filter(pk=half_done.job_id)
    with at(0.7, lambda: lose.update(worker="another"), monkeypatch):
        row = tried_again(half_done)
    assert (row.status, scratch()) == ("running", [f"{row.pk}.rows0"])


@pytest.mark.django_db(transaction=True)
def test_rows_go_when_the_work_can_never_be_done(half_done, scratch, monkeypatch):
    def refuse(name, **ways):
        raise InvalidWeights("They were tampered with.", remedy="Fetch them again.")

    monkeypatch.setattr(weights, "load", refuse)
    row = tried_again(half_done)
    assert (row.status, scratch()) == ("failed", [])


@pytest.mark.django_db(transaction=True)
def test_rows_make_room_where_the_result_finds_none(half_done, scratch, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(blobs, "_write_once", full)
        row = tried_again(half_done)
    assert (row.status, scratch()) == ("running", [])
    assert tried_again(row).status == "succeeded"


@pytest.mark.django_db(transaction=True)
def test_what_nobody_comes_back_for_goes_with_the_next_enhancement_of_that_host(half_done, scratch, editor):
    editor.post(f"/api/enhance/{half_done.pk}/cancel")
    half_done.refresh_from_db()
    assert (half_done.status, len(scratch())) == ("cancelled", 1)
    ask(editor, half_done.source)
    work_off("gpu")
    assert scratch() == []


@pytest.mark.django_db(transaction=True)
def test_what_nobody_comes_back_for_goes_within_a_minute_where_no_other_follows(
    half_done, scratch, editor, monkeypatch
):
    monkeypatch.setattr(presence, "lanes", lambda: ("gpu",))
    editor.post(f"/api/enhance/{half_done.pk}/cancel")
    assert len(scratch()) == 1
    tasks.weights()  # as the parent of a worker is asked once a minute
    capabilities.tell_meanwhile().join(60)
    assert scratch() == []


@pytest.mark.django_db(transaction=True)
def test_what_was_left_for_a_day_goes_though_its_work_is_under_way(half_done, scratch, settings):
    path = settings.VAR / "steps" / scratch()[0]
    kept.sweep()
    assert path.exists()
    os.utime(path, (0, 0))
    kept.sweep()
    assert not path.exists()
