"""Reports of a team that is archived: to be looked at and stopped, and none is made until it is back."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.utils import timezone

from analytics.reports import posting, schedules
from analytics.reports.models import Delivery, Report, Schedule
from designer.jobs.models import Job
from teams.membership import closing
from teams.membership.belongings import kinds
from teams.membership.exporting import exported
from tests.analytics.reports.conftest import agreed, made
from tests.teams.membership.test_team_export import lines, taken
from tests.work import work_off

pytestmark = pytest.mark.django_db(transaction=True)
URL = "/api/reports/schedules"
OUTSIDE = "buyer@example.com"


@pytest.fixture
def due(owner, team) -> Schedule:
    """A schedule whose time has come, in a team that is archived."""
    wish = {"team": str(team.pk), "cadence": "weekly", "timezone": "UTC", "addresses": [OUTSIDE]}
    pk = owner.post(URL, wish, format="json").json()["id"]
    closing.archive(actor=owner.user, team_id=team.pk)
    Schedule.objects.update(next_at=timezone.now() - timedelta(days=30))
    return Schedule.objects.get(pk=UUID(pk))


def change(client, row: Schedule, **said: object) -> int:
    tag = client.get(f"{URL}/{row.pk}")["ETag"]
    return int(client.patch(f"{URL}/{row.pk}", said, format="json", headers={"If-Match": tag}).status_code)


def test_a_schedule_waits_for_its_team(due, owner, team):
    assert schedules.fire() == 0 and not Report.objects.exists()
    due.refresh_from_db()
    assert due.active and not due.why
    page = owner.get(f"/analytics/reports/schedules/{due.pk}").content.decode()
    assert "This team is archived" in page and "Switch off" in page and "<textarea" not in page
    assert "waits, for the team is archived" in owner.get("/analytics/reports/schedules").content.decode()
    closing.unarchive(actor=owner.user, team_id=team.pk)
    assert (schedules.fire(), schedules.fire()) == (1, 0), "the latest, and not a month of them"


def test_one_of_a_team_that_is_deleted_and_restored_goes_on(due, owner, team):
    closing.delete(actor=owner.user, team_id=team.pk, name=team.name)
    assert schedules.fire() == 0 and owner.get(URL).json()["results"] == []
    closing.restore(actor=owner.user, team_id=team.pk)
    closing.unarchive(actor=owner.user, team_id=team.pk)
    assert schedules.fire() == 1


def test_what_reaches_outside_is_never_out_of_reach(due, owner):
    assert change(owner, due, hour=7) == 409 and change(owner, due, active=True) == 409
    assert change(owner, due, active=False) == 200
    due.refresh_from_db()
    assert not due.active and due.hour == 8
    assert owner.delete(f"{URL}/{due.pk}").status_code == 204


def test_the_page_switches_it_off_too(due, owner):
    form = {"act": "off", "etag": owner.get(f"{URL}/{due.pk}")["ETag"]}
    page = owner.post(f"/analytics/reports/schedules/{due.pk}/act", form, format="multipart", follow=True)
    assert "It is off" in page.content.decode() and "Switch on" not in page.content.decode()


def test_a_mail_that_waited_is_sent_again_once_the_team_is_back(filled, owner, team, ask, box):
    told = ask(owner, addresses=[OUTSIDE])
    work_off("batch")
    closing.archive(actor=owner.user, team_id=team.pk)
    while closing.stop_work(team.pk):
        pass
    work_off()
    row = Delivery.objects.get()
    assert box.taken == [] and (row.status, row.error["code"]) == ("failed", "cancelled")
    page = owner.get(f"/analytics/reports/{told['id']}").content.decode()
    assert "It was stopped before it was sent. Send it again." in page, "who managed the team still reads the log"
    assert "Send again to" not in page and "Delete it" not in page
    assert owner.get(f"/api/reports/{told['id']}").json()["deliveries"][0]["address"] == OUTSIDE
    assert owner.post(f"/api/reports/{told['id']}/resend", {}, format="json").json()["code"] == "team_archived"
    closing.unarchive(actor=owner.user, team_id=team.pk)
    assert owner.post(f"/api/reports/{told['id']}/resend", {}, format="json").status_code == 202
    work_off()
    assert [letter["To"] for letter in box.taken] == [OUTSIDE]


def test_a_mail_that_was_begun_before_the_team_was_archived_can_be_sent_again(filled, owner, team, ask, box):
    told = ask(owner, addresses=[OUTSIDE])
    work_off("batch")
    row = Delivery.objects.get()
    closing.archive(actor=owner.user, team_id=team.pk)
    posting.send(row.pk)  # its worker had begun
    row.refresh_from_db()
    assert (row.status, row.error["code"], box.taken) == ("failed", "team_archived", [])
    closing.unarchive(actor=owner.user, team_id=team.pk)
    assert owner.post(f"/api/reports/{told['id']}/resend", {}, format="json").json() == {"count": 1}


def test_a_report_that_is_made_when_its_team_is_archived_is_stopped(filled, owner, team, ask):
    told = ask(owner)
    closing.archive(actor=owner.user, team_id=team.pk)
    assert made(told).status == "cancelled" and not Job.objects.filter(status="queued", kind="report.make").exists()
    new = owner.get(f"/analytics/reports/new?team={team.pk}")
    assert new.status_code == 409 and "archived" in new.content.decode()


def test_who_stopped_them_or_never_answered_leaves_with_no_export(filled, owner, team, ask):
    made(ask(owner, want=False, addresses=["silent@example.com"], members=[str(owner.user.pk)]))
    agreed(team.pk, OUTSIDE)
    posting.stop(team.pk, "stopped@example.com")
    archive = taken(owner, team)
    assert [row["address"] for row in lines(archive, "report_consents")] == [OUTSIDE]
    assert {row["address"] for row in lines(archive, "report_deliveries")} == {"silent@example.com", owner.user.email}
    (report,) = lines(archive, "reports")
    assert report["content"]["sentences"]
    whole = b"".join(archive.read(name) for name in archive.namelist())
    assert b"stopped@example.com" not in whole
    names = {kind.table for kind in kinds()} - {kind.table for kind in exported()}
    assert {name for name in names if name.startswith("report")} == {"report_stops"}
