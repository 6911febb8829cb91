"""What befalls an enhancement on its last steps: it ends readably or goes on, and leaves nothing half made."""

import errno

import pytest
from django.utils import timezone

from designer.assets import blobs
from designer.assets.models import Asset
from designer.jobs.claims import claim, promote_due
from designer.jobs.models import Job
from designer.jobs.running import perform
from designer.jobs.settling import died
from designer.ledger.models import LedgerEntry
from enhancement import runner
from enhancement.models import Enhancement
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
