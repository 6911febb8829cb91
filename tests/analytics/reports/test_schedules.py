"""Reports that are made by themselves: once each moment, by the clock of the team's zone."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError
from django.utils import timezone

from analytics.reports import schedules, tasks
from analytics.reports.models import Report, Schedule
from designer.notifications.models import Notification
from teams.audit.models import AuditEntry
from teams.membership.models import Membership, Role
from tests.work import all_at_once, work_off

pytestmark = pytest.mark.django_db(transaction=True)
URL = "/api/reports/schedules"


def set_up(client, team, **more):
    wish = {"team": str(team.pk), "cadence": "weekly", "timezone": "Europe/Paris", **more}
    answer = client.post(URL, wish, format="json")
    assert answer.status_code == 201, answer.content
    return answer


def at(moment: str, monkeypatch) -> datetime:
    now = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    monkeypatch.setattr(schedules.timezone, "now", lambda: now)
    return now


def test_a_schedule_makes_the_report_of_the_week_before(owner, team, monkeypatch):
    at("2026-11-03T12:00", monkeypatch)
    told = set_up(owner, team, weekday=1, hour=9, sections=["models", "costs"]).json()
    assert told["next_at"] == "2026-11-09T08:00:00Z" and told["sections"] == ["costs", "models"]
    at("2026-11-09T07:59", monkeypatch)
    assert schedules.fire() == 0
    at("2026-11-09T08:00", monkeypatch)
    assert (schedules.fire(), schedules.fire()) == (1, 0)
    report = Report.objects.get()
    assert (report.first, report.last) == (date(2026, 11, 2), date(2026, 11, 8))
    assert (report.kind, report.zone, report.costs) == ("weekly", "Europe/Paris", "team")
    assert Schedule.objects.get().next_at == datetime(2026, 11, 16, 8, tzinfo=UTC)
    work_off()
    report.refresh_from_db()
    assert report.status == "done" and str(report.schedule_id) == told["id"]
    listed = owner.get("/api/reports", {"schedule": told["id"]}).json()["results"]
    assert [each["id"] for each in listed] == [str(report.pk)]


@pytest.mark.parametrize(
    ("begins", "moments"),
    [
        ("2026-03-27T12:00", ["2026-03-28T07:00", "2026-03-29T06:00", "2026-03-30T06:00"]),
        ("2026-10-23T12:00", ["2026-10-24T06:00", "2026-10-25T07:00", "2026-10-26T07:00"]),
    ],
)
def test_each_day_makes_one_over_the_change_of_clocks(begins, moments, owner, team, monkeypatch):
    at(begins, monkeypatch)
    set_up(owner, team, cadence="daily")
    for moment in moments:
        due = at(moment, monkeypatch)
        assert Schedule.objects.get().next_at == due
        at((due - timedelta(seconds=1)).replace(tzinfo=None).isoformat(), monkeypatch)
        assert schedules.fire() == 0
        at(moment, monkeypatch)
        assert schedules.fire() == 1
    days = sorted(Report.objects.values_list("first", flat=True))
    assert [day + timedelta(days=1) for day in days] == [date.fromisoformat(moment[:10]) for moment in moments]


def test_after_a_long_while_one_is_made_and_not_twenty(owner, team, monkeypatch):
    at("2026-11-01T12:00", monkeypatch)
    set_up(owner, team, cadence="daily", timezone="UTC")
    at("2026-11-21T12:00", monkeypatch)
    assert schedules.fire() == 1
    assert Report.objects.get().first == date(2026, 11, 20)
    assert Schedule.objects.get().next_at == datetime(2026, 11, 22, 8, tzinfo=UTC)


def test_schedulers_that_look_at_once_make_one(owner, team):
    for _ in range(5):
        set_up(owner, team)
    Schedule.objects.update(next_at=timezone.now() - timedelta(minutes=1))
    made = all_at_once(lambda _: schedules.fire(), range(6))
    assert sum(count * times for count, times in made.items()) == 5
    assert Report.objects.count() == 5 and Report.objects.values("schedule").distinct().count() == 5
    report = Report.objects.all()[0]
    report.pk = uuid4()
    report._state.adding = True
    with pytest.raises(IntegrityError):
        report.save(force_insert=True)


def change(client, pk: str, **said) -> None:
    tag = client.get(f"{URL}/{pk}")["ETag"]
    answer = client.patch(f"{URL}/{pk}", said, format="json", headers={"If-Match": tag})
    assert answer.status_code == 200, answer.content


@pytest.mark.parametrize(
    ("cadence", "said", "again"),
    [
        ("daily", {"hour": 10}, "2026-11-09T10:00"),
        ("weekly", {"weekday": 3}, "2026-11-11T08:00"),
        ("daily", {"timezone": "Atlantic/Azores"}, "2026-11-09T09:00"),
    ],
)
def test_no_days_are_reported_twice_however_the_rhythm_is_changed(cadence, said, again, owner, team, monkeypatch):
    at("2026-11-08T12:00", monkeypatch)
    pk = set_up(owner, team, cadence=cadence, timezone="UTC").json()["id"]
    at("2026-11-09T08:00", monkeypatch)
    assert schedules.fire() == 1
    at("2026-11-09T08:30", monkeypatch)
    change(owner, pk, **said)
    due = at(again, monkeypatch)
    assert Schedule.objects.get().next_at == due
    assert schedules.fire() == 0 and Report.objects.count() == 1
    assert Schedule.objects.get().next_at > due, "it goes on with the next"


@pytest.mark.parametrize(("status", "count"), [("failed", 1), ("cancelled", 0)])
def test_days_whose_report_failed_are_not_lost_for_good(status, count, owner, team, monkeypatch):
    at("2026-11-08T12:00", monkeypatch)
    pk = set_up(owner, team, cadence="daily", timezone="UTC").json()["id"]
    at("2026-11-09T08:00", monkeypatch)
    assert schedules.fire() == 1
    Report.objects.update(status=status)
    change(owner, pk, hour=10)
    at("2026-11-09T10:00", monkeypatch)
    assert schedules.fire() == count
    assert [str(row.schedule_id) == pk for row in Report.objects.order_by("created_at")] == [not count, True][
        -1 - count :
    ]
    assert set(Report.objects.values_list("first", flat=True)) == {date(2026, 11, 8)}


def test_what_is_due_is_made_before_it_is_changed(owner, team, monkeypatch):
    at("2026-11-08T12:00", monkeypatch)
    pk = set_up(owner, team, cadence="daily", timezone="UTC").json()["id"]
    at("2026-11-09T08:10", monkeypatch)  # nothing ran since 7:55
    change(owner, pk, sections=["models"])
    report = Report.objects.get()
    assert report.first == date(2026, 11, 8) and report.sections != ["models"], "as it was when it was due"
    assert schedules.fire() == 0
    at("2026-11-10T08:00", monkeypatch)
    assert schedules.fire() == 1 and Report.objects.filter(sections=["models"]).count() == 1


def test_one_that_is_switched_off_makes_nothing_more(owner, team, monkeypatch):
    at("2026-11-08T12:00", monkeypatch)
    pk = set_up(owner, team, cadence="daily", timezone="UTC").json()["id"]
    at("2026-11-09T08:10", monkeypatch)
    change(owner, pk, active=False)
    change(owner, pk, active=True)
    assert schedules.fire() == 0 and not Report.objects.exists(), "who switches it off wants none"
    assert Schedule.objects.get().next_at == datetime(2026, 11, 10, 8, tzinfo=UTC)


def test_a_clock_that_is_behind_makes_none_twice(owner, team, monkeypatch):
    at("2026-11-08T12:00", monkeypatch)
    pk = set_up(owner, team, cadence="daily", timezone="UTC").json()["id"]
    due = at("2026-11-09T08:00", monkeypatch)
    assert schedules.fire() == 1
    monkeypatch.setattr(schedules.timezone, "now", lambda: due - timedelta(seconds=3))
    change(owner, pk, sections=["models"])
    assert Schedule.objects.get().next_at == due
    monkeypatch.setattr(schedules.timezone, "now", lambda: due + timedelta(seconds=1))
    assert schedules.fire() == 0 and Report.objects.count() == 1
    assert Schedule.objects.get().next_at == due + timedelta(days=1)


def test_one_that_cannot_be_made_keeps_no_other_from_being_made(owner, team):
    for _ in range(3):
        set_up(owner, team)
    broken, *_ = Schedule.objects.order_by("created_at")
    now = timezone.now()
    Schedule.objects.update(next_at=now - timedelta(minutes=1))
    Schedule.objects.filter(pk=broken.pk).update(zone="Mars/Olympus", next_at=now - timedelta(hours=1))
    assert schedules.fire() == 2 and schedules.fire() == 0
    broken.refresh_from_db()
    assert broken.active and broken.next_at > now + timedelta(minutes=50), "it is tried again in an hour"


def test_the_clock_looks_after_it():
    from designer.jobs.scheduler import DUTIES

    assert DUTIES["analytics.reports.tasks.make_due"].duty is tasks.make_due


def test_who_no_longer_manages_the_team_has_none_made(owner, team, client_of):
    admin = client_of("admin")
    set_up(admin, team)
    Schedule.objects.update(next_at=timezone.now())
    Membership.objects.filter(user=admin.user, team=team).update(role=Role.EDITOR)
    from teams.membership.permissions import sync

    sync(user_id=admin.user.pk)
    assert schedules.fire() == 0 and not Report.objects.exists()
    row = Schedule.objects.get()
    assert not row.active and row.why == schedules.OWNER_LEFT
    assert Notification.objects.filter(user=owner.user, kind="report").exists()
    told = owner.get(f"{URL}/{row.pk}")
    answer = owner.patch(f"{URL}/{row.pk}", {"active": True}, format="json", headers={"If-Match": told["ETag"]})
    assert answer.status_code == 200 and answer.json()["owner"] == str(owner.user.pk) and answer.json()["why"] == ""


@pytest.mark.parametrize("way", ["api", "page"])
@pytest.mark.parametrize("loss", ["left", "demoted"])
def test_one_whose_member_may_not_get_it_any_more_is_switched_off_and_on(way, loss, owner, team, client_of):
    admin = client_of("admin")
    named = [str(owner.user.pk), str(admin.user.pk)]
    pk = set_up(owner, team, members=named, addresses=["buyer@example.com"]).json()["id"]
    rows = Membership.objects.filter(user=admin.user, team=team)
    rows.delete() if loss == "left" else rows.update(role=Role.VIEWER)
    for active in (False, True):
        if way == "api":
            change(owner, pk, active=active)
        else:
            form = {"act": "on" if active else "off", "etag": owner.get(f"{URL}/{pk}")["ETag"]}
            answer = owner.post(f"/analytics/reports/schedules/{pk}/act", form, format="multipart", follow=True)
            assert ("It is on." if active else "It is off") in answer.content.decode()
        row = Schedule.objects.get()
        assert row.active is active and row.addresses == ["buyer@example.com"]
        assert row.members == (named[:1] if active else named), "whoever may not get it any more is left out"
    tag = owner.get(f"{URL}/{pk}")["ETag"]
    newly = owner.patch(f"{URL}/{pk}", {"members": named}, format="json", headers={"If-Match": tag})
    assert newly.status_code == 422 and newly.json()["errors"][0]["field"] == "members", "who is named now is refused"


def test_whoever_set_it_up_and_left_does_not_keep_it_from_being_stopped(owner, team, client_of):
    admin = client_of("admin")
    pk = set_up(admin, team, members=[str(admin.user.pk)]).json()["id"]
    Membership.objects.filter(user=admin.user, team=team).delete()
    change(owner, pk, active=False)
    row = Schedule.objects.get()
    assert not row.active and row.owner == admin.user, "to stop it is not to answer for it"
    change(owner, pk, active=True)
    row.refresh_from_db()
    assert row.owner == owner.user and row.members == []


@pytest.mark.parametrize("role", ["editor", "viewer", "stranger"])
def test_schedules_are_for_who_manages_the_team(role, owner, team, client_of):
    pk = set_up(owner, team).json()["id"]
    client = client_of(role)
    assert client.get(URL).json()["results"] == []
    for verb in ("get", "patch", "delete"):
        assert getattr(client, verb)(f"{URL}/{pk}", {}, format="json").status_code == 404
    status = 404 if role == "stranger" else 403
    assert client.post(URL, {"team": str(team.pk), "cadence": "daily"}, format="json").status_code == status
    assert client.get(f"/analytics/reports/schedules/{pk}").status_code == 404
    assert Schedule.objects.count() == 1


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"cadence": "hourly"}, "cadence"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"hour": 24}, "hour"),
        ({"weekday": 0}, "weekday"),
        ({"day": 32}, "day"),
        ({"addresses": ["x"]}, "addresses"),
        ({"sections": []}, "sections"),
        ({"active": "yes"}, "active"),
    ],
)
def test_what_is_no_rhythm_is_refused_by_its_field(said, field, owner, team):
    wish = {"team": str(team.pk), "cadence": "weekly", **said}
    answer = owner.post(URL, wish, format="json")
    assert answer.status_code in (400, 422)
    assert answer.json()["errors"][0]["field"].startswith(field)
    pk = set_up(owner, team).json()["id"]
    tag = owner.get(f"{URL}/{pk}")["ETag"]
    assert owner.patch(f"{URL}/{pk}", said, format="json", headers={"If-Match": tag}).status_code in (400, 422)


def test_a_change_says_which_version_it_changes(owner, team):
    pk = set_up(owner, team).json()["id"]
    tag = owner.get(f"{URL}/{pk}")["ETag"]
    assert owner.patch(f"{URL}/{pk}", {"hour": 7}, format="json").status_code == 428
    changed = owner.patch(f"{URL}/{pk}", {"hour": 7}, format="json", headers={"If-Match": tag})
    assert changed.status_code == 200 and changed.json()["hour"] == 7
    assert owner.patch(f"{URL}/{pk}", {"hour": 6}, format="json", headers={"If-Match": tag}).status_code == 412
    assert owner.delete(f"{URL}/{pk}").status_code == 204
    actions = list(
        AuditEntry.objects.filter(subject=f"schedule:{pk}").order_by("number").values_list("action", flat=True)
    )
    assert actions == ["report.scheduled", "report.schedule_changed", "report.schedule_deleted"]


def test_one_that_is_off_makes_none_and_a_deleted_one_leaves_its_reports(owner, team):
    pk = set_up(owner, team, active=False).json()["id"]
    Schedule.objects.update(next_at=timezone.now())
    assert schedules.fire() == 0
    Schedule.objects.update(active=True)
    assert schedules.fire() == 1
    owner.delete(f"{URL}/{pk}")
    assert Report.objects.get().schedule is None
