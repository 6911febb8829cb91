"""What goes by itself, and what stays."""

import os
import time
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import connection
from django.utils import timezone

from analytics.reports import retention, schedules, tasks
from analytics.reports.files import folder
from analytics.reports.models import Consent, Delivery, Report, Schedule
from teams.membership import closing
from tests.analytics.reports.conftest import made
from tests.analytics.reports.test_making import FILES, stored
from tests.work import work_off

pytestmark = pytest.mark.django_db(transaction=True)


def age(days: int = 2) -> None:
    """Make all files of reports older."""
    then = time.time() - days * 86_400
    for path in Path(default_storage.path("")).glob("*/reports/**/*.*"):
        os.utime(path, (then, then))


def test_an_old_report_goes_with_its_files_and_the_log_of_where_it_went(filled, owner, ask, settings):
    old, kept = made(ask(owner, addresses=["buyer@example.com"])), made(ask(owner))
    waits = Report.objects.get(pk=ask(owner)["id"])
    then = timezone.now() - timedelta(days=settings.REPORTS_KEPT_DAYS, hours=1)
    Report.objects.filter(pk__in=[old.pk, waits.pk]).update(created_at=then)
    assert retention.forget_old() == 1
    assert set(Report.objects.values_list("pk", flat=True)) == {kept.pk, waits.pk}
    assert (stored(old), stored(kept)) == (0, len(FILES)) and not Delivery.objects.exists()
    assert tasks.forget_old() is None


def test_in_a_team_at_rest_nothing_goes(filled, owner, team, ask, settings):
    old = made(ask(owner))
    then = timezone.now() - timedelta(days=settings.REPORTS_KEPT_DAYS, hours=1)
    Report.objects.update(created_at=then)
    closing.archive(actor=owner.user, team_id=team.pk)
    assert retention.forget_old() == 0 and stored(old) == len(FILES)
    closing.unarchive(actor=owner.user, team_id=team.pk)
    assert retention.forget_old() == 1


def test_files_whose_report_is_gone_are_swept(filled, owner, ask):
    lost, kept = made(ask(owner)), made(ask(owner))
    with connection.cursor() as cursor:  # however it goes
        cursor.execute("DELETE FROM reports WHERE id = %s", [lost.pk])
    assert retention.sweep() == 0 and stored(lost) == len(FILES), "not within a day"
    age()
    assert retention.sweep() == 1
    assert (stored(lost), stored(kept)) == (0, len(FILES))
    assert not default_storage.exists(folder(lost))


def test_what_a_worker_left_is_swept_and_what_one_is_at_is_not(filled, owner, ask):
    report, waits = made(ask(owner)), Report.objects.get(pk=ask(owner)["id"])
    for row in (report, waits):
        default_storage.save(f"{folder(row)}/99/figures.csv", ContentFile(b"x"))
    age()
    assert retention.sweep() == 1
    assert (stored(report), stored(waits)) == (len(FILES), 1)
    assert owner.get(f"/api/reports/{report.pk}/files/report.pdf").status_code == 200


def test_a_sweep_goes_on_where_it_stopped(filled, owner, ask):
    found = [made(ask(owner)) for _ in range(3)]
    age()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM reports")
    assert [retention.sweep(budget=-1) for _ in range(3)] == [1, 1, 1]
    assert [stored(report) for report in found] == [0, 0, 0]
    assert retention.sweep() == 0


@pytest.mark.parametrize("answer", ["nothing", "no folder"])
def test_a_sweep_looks_at_the_clock_after_each_team(answer, db, monkeypatch):
    """Teams that have images and no reports: a storage in the cloud has nothing below the folder, a disk has none."""
    teams, asked = sorted(str(uuid4()) for _ in range(3)), []

    def listdir(storage, path):
        if not path:
            return teams, []
        asked.append(path.partition("/")[0])
        if answer == "no folder":
            raise FileNotFoundError(path)
        return [], []

    monkeypatch.setattr(FileSystemStorage, "listdir", listdir)
    for team in teams:
        asked.clear()
        assert retention.sweep(budget=-1) == 0
        assert asked[-1] == team and len(asked) <= 2, "each moves on by one"
    retention.sweep(budget=-1)
    retention.sweep(budget=-1)
    assert asked[-1] == teams[0], "and begins anew"


def test_a_sweep_without_a_storage_harms_nobody(db):
    assert retention.sweep() == 0


def test_a_team_whose_room_is_taken_makes_no_more(filled, owner, team, ask, settings):
    report = made(ask(owner))
    assert report.size == sum(each["bytes"] for each in report.files.values()) > 0
    settings.REPORTS_TEAM_BYTES = report.size
    answer = owner.post("/api/reports", {"team": str(team.pk), "kind": "weekly"}, format="json")
    assert answer.status_code == 409 and answer.json()["code"] == "reports_full" and "Delete" in answer.json()["remedy"]
    schedule = {"team": str(team.pk), "cadence": "weekly"}
    assert owner.post("/api/reports/schedules", schedule, format="json").status_code == 201
    Schedule.objects.update(next_at=timezone.now())
    assert schedules.fire() == 1
    work_off()
    failed = Report.objects.get(schedule__isnull=False)
    assert (failed.status, failed.error["code"]) == ("failed", "reports_full")
    owner.delete(f"/api/reports/{report.pk}")
    assert owner.post("/api/reports", {"team": str(team.pk), "kind": "weekly"}, format="json").status_code == 202


def test_who_never_answered_is_forgotten(filled, owner, ask):
    made(ask(owner, want=False, addresses=["buyer@example.com"]))
    Consent.objects.update(asked_at=timezone.now() - timedelta(days=91))
    tasks.forget_old()
    assert not Consent.objects.exists()
