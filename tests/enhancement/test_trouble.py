"""What befalls an enhancement on its last steps: it ends readably or goes on, and leaves nothing half made."""

import errno
from uuid import uuid4

import numpy as np
import pytest
from django.utils import timezone

from designer.assets import blobs
from designer.assets.models import Asset
from designer.jobs.claims import claim, promote_due
from designer.jobs.models import Job
from designer.jobs.running import perform
from designer.jobs.settling import died
from designer.ledger.models import LedgerEntry
from enhancement import kept, runner
from enhancement.models import Enhancement
from enhancement.operations import pictures
from enhancement.operations.denoise import Denoise
from enhancement.operations.detail import Detail
from tests import images
from tests.enhancement.buying import Dead
from tests.work import work_off

from .test_enhance import ask

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def row(editor, asset):
    return Enhancement.objects.get(pk=ask(editor, asset).json()["id"])


@pytest.fixture
def files(settings):
    """Names of all stored files, asked for anew each time."""
    return lambda: sorted(str(path) for path in settings.MEDIA_ROOT.rglob("*") if path.is_file())


def tried_again(row):
    Job.objects.filter(pk=row.job_id).update(scheduled_at=timezone.now())
    promote_due()
    work_off("gpu")
    row.refresh_from_db()
    return row


def full(*_):
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_disk_that_is_full_leaves_no_file_and_no_charge_and_once_there_is_room_it_goes_on(row, files, monkeypatch):
    before = files()
    with monkeypatch.context() as broken:
        broken.setattr(blobs, "_write_once", full)
        work_off("gpu")
    assert (files(), Asset.objects.count(), LedgerEntry.objects.count()) == (before, 1, 0)
    row = tried_again(row)
    assert (row.status, Asset.objects.count(), LedgerEntry.objects.count()) == ("succeeded", 2, 1)


def test_a_disk_that_stays_full_is_named_in_the_end(row, monkeypatch):
    monkeypatch.setattr(blobs, "_write_once", full)
    work_off("gpu")
    while Job.objects.get(pk=row.job_id).status == "retrying":
        row = tried_again(row)
    row.refresh_from_db()
    assert (row.status, row.error["code"]) == ("failed", "no_room")
    assert "Free space" in row.error["remedy"]


def test_a_worker_that_dies_at_ninety_percent_leaves_nothing_and_the_next_one_does_it_once(row, files, monkeypatch):
    before, really = files(), runner._progress

    def until_nearly_done(*given):
        show = really(*given)

        def tell(share):
            show(share)
            if share >= 0.9:
                raise Dead

        return tell

    with monkeypatch.context() as broken:
        broken.setattr(runner, "_progress", until_nearly_done)
        job = claim("gpu", "doomed")
        with pytest.raises(Dead):
            perform(job)
    assert (files(), Asset.objects.count()) == (before, 1)
    died(Job.objects.get(pk=job.pk))
    row = tried_again(row)
    assert (row.status, Asset.objects.count(), LedgerEntry.objects.count()) == ("succeeded", 2, 1)


@pytest.fixture
def steps(settings, tmp_path, monkeypatch):
    """Where finished steps are kept; each is worth it."""
    settings.VAR = tmp_path
    monkeypatch.setattr(kept, "WORTH", 0.0)
    return lambda: sorted((tmp_path / "steps").glob("*"))


@pytest.fixture
def counted(monkeypatch):
    """How often each operation has run; the second one fails the first time, as by a worker's death."""
    ran: list[str] = []

    def watch(operation, fails):
        real = operation.run

        def run(self, *given, **ways):
            ran.append(self.name)
            if fails and ran.count(self.name) == 1:
                raise RuntimeError("the worker is gone")
            return real(self, *given, **ways)

        monkeypatch.setattr(operation, "run", run)

    watch(Denoise, fails=False)
    watch(Detail, fails=True)
    return ran


def test_the_next_attempt_goes_on_behind_the_steps_that_were_finished(editor, asset, steps, counted):
    wish = [{"name": "denoise", "auto": False, "strength": 0.5}, {"name": "detail"}]
    row = Enhancement.objects.get(pk=ask(editor, asset, wish).json()["id"])
    work_off("gpu")
    assert (counted, len(steps())) == (["denoise", "detail"], 1)
    row = tried_again(row)
    assert (row.status, counted, steps()) == ("succeeded", ["denoise", "detail", "detail"], [])
    assert [each["name"] for each in row.facts["operations"]] == ["denoise", "detail"]
    untroubled = Enhancement.objects.get(pk=ask(editor, asset, wish).json()["id"])  # the same without any trouble
    work_off("gpu")
    untroubled.refresh_from_db()
    assert untroubled.result.sha256 == row.result.sha256


def test_a_kept_step_that_is_damaged_is_done_again(editor, asset, steps, counted):
    wish = [{"name": "denoise"}, {"name": "detail"}]
    row = Enhancement.objects.get(pk=ask(editor, asset, wish).json()["id"])
    work_off("gpu")
    steps()[0].write_bytes(steps()[0].read_bytes()[:-40])
    row = tried_again(row)
    assert (row.status, counted) == ("succeeded", ["denoise", "detail", "denoise", "detail"])


def test_where_the_disk_has_no_room_for_a_step_none_of_it_stays_and_the_work_goes_on(editor, asset, steps, monkeypatch):
    def torn(file, **_):
        file.write(b"half of it")
        full()

    monkeypatch.setattr(kept.np, "savez", torn)
    row = Enhancement.objects.get(pk=ask(editor, asset, [{"name": "denoise"}, {"name": "detail"}]).json()["id"])
    work_off("gpu")
    row.refresh_from_db()
    assert (row.status, steps()) == ("succeeded", [])


def test_a_kept_picture_comes_back_with_all_its_bits_and_its_profile(steps):
    samples = np.arange(5 * 7 * 4, dtype=np.uint16).reshape(5, 7, 4) * 411
    image = pictures.of_samples(samples)
    image.info.update(icc_profile=images.SRGB, dpi=(300.0, 300.0), exif=b"Exif")
    pk = uuid4()
    kept.keep(pk, image, [{"name": "x"}])
    back, facts = kept.found(pk) or pytest.fail("it is gone")
    assert (pictures.whole(back) == samples).all() and facts == [{"name": "x"}]
    assert back.info == image.info
    kept.forget(pk)
    assert kept.found(pk) is None
    kept.keep(pk, image, [])
    kept.sweep()
    assert steps() == []  # nobody comes back for it
