"""Reports over HTTP: what is refused, by which field, and what comes twice."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.utils import timezone

from analytics.reports import schedules, services
from analytics.reports.models import Report, Schedule
from teams.accounts.services import create_token
from tests.analytics.reports.conftest import DAYS, made
from tests.work import all_at_once

pytestmark = pytest.mark.django_db(transaction=True)


def lines(answer) -> list[str]:
    return [line["field"] for line in answer.json()["errors"]]


@pytest.mark.parametrize(
    ("said", "field", "status"),
    [
        ({"kind": "hourly"}, "kind", 400),
        ({"kind": "custom", "from": None}, "from", 422),
        ({"to": None}, "to", 422),
        ({"from": "2026-11-09"}, "from", 422),
        ({"from": "0001-01-01"}, "from", 422),
        ({"to": "9999-12-31"}, "to", 422),
        ({"from": "2000-01-01", "to": "2026-11-03"}, "from", 422),
        ({"from": "yesterday"}, "from", 400),
        ({"timezone": "Mars/Olympus"}, "timezone", 422),
        ({"timezone": "../../etc/passwd"}, "timezone", 422),
        ({"kind": "weekly"}, "from", 422),
        ({"sections": []}, "sections", 422),
        ({"sections": ["horoscope"]}, "sections.0", 400),
        ({"addresses": ["nobody"]}, "addresses", 422),
        ({"addresses": ["a@example.org\r\nBcc: b@example.org"]}, "addresses", 422),
        ({"addresses": [f"{n}@example.org" for n in range(51)]}, "addresses", 400),
        ({"members": ["4b8f0a53-8f0e-4d3c-9f0b-0f7f7d4b2f11"]}, "members", 422),
        ({"team": "4b8f0a53-8f0e-4d3c-9f0b-0f7f7d4b2f11"}, None, 404),
        ({"days": 7}, "days", 400),
    ],
)
def test_what_cannot_be_asked_is_refused_by_its_field(said, field, status, owner, team):
    answer = owner.post("/api/reports", {"team": str(team.pk), **DAYS, **said}, format="json")
    assert answer.status_code == status, answer.content
    assert field is None or any(each.startswith(field.split(".")[0]) for each in lines(answer)), answer.json()
    assert not Report.objects.exists()


@pytest.mark.parametrize(
    ("role", "status"), [("owner", 202), ("admin", 202), ("editor", 202), ("viewer", 403), (None, 401)]
)
def test_who_may_make_work_may_make_a_report(role, status, client_of, team):
    wish = {"team": str(team.pk), "kind": "weekly"}
    assert client_of(role).post("/api/reports", wish, format="json").status_code == status


@pytest.mark.parametrize(
    ("kind", "now", "days"),
    [
        ("daily", "2026-11-03T00:30", ("2026-11-01", "2026-11-01")),  # in New York it is still the second
        ("weekly", "2026-11-09T12:00", ("2026-11-02", "2026-11-08")),
        ("monthly", "2026-12-01T04:30", ("2026-10-01", "2026-10-31")),
    ],
)
def test_whole_days_are_those_of_the_teams_own_zone(kind, now, days, owner, team, monkeypatch):
    team.settings = {"time_zone": "America/New_York"}
    team.save()
    monkeypatch.setattr(services.timezone, "now", lambda: datetime.fromisoformat(now).replace(tzinfo=UTC))
    told = owner.post("/api/reports", {"team": str(team.pk), "kind": kind}, format="json").json()
    assert (told["from"], told["to"], told["timezone"]) == (*days, "America/New_York")


def test_the_same_key_makes_one_report(owner, team):
    wish, key = {"team": str(team.pk), "kind": "weekly"}, {"Idempotency-Key": "one"}
    first, second = (owner.post("/api/reports", wish, format="json", headers=key) for _ in range(2))
    assert first.json() == second.json() and second["Idempotent-Replayed"] == "true" and Report.objects.count() == 1


def test_no_team_has_more_than_some_under_way(owner, team):
    wish = {"team": str(team.pk), "kind": "weekly"}

    def ask(_: int) -> int:
        return owner.post("/api/reports", wish, format="json").status_code

    schedule = owner.post("/api/reports/schedules", {"team": str(team.pk), "cadence": "weekly"}, format="json").json()
    Schedule.objects.update(next_at=timezone.now())
    assert schedules.fire() == 1 and Report.objects.get().schedule_id == UUID(schedule["id"]), "those are not counted"
    assert all_at_once(ask, range(services.MOST_LIVE + 2)) == {202: services.MOST_LIVE, 409: 2}


def test_the_list_is_searched_filtered_and_paged(owner, team):
    for number in range(3):
        wish = {"team": str(team.pk), **DAYS, "from": f"2026-11-0{number + 1}"}
        owner.post("/api/reports", wish, format="json")
    owner.post("/api/reports", {"team": str(team.pk), "kind": "weekly"}, format="json")
    page = owner.get("/api/reports", {"page_size": 2}).json()
    assert len(page["results"]) == 2 and page["next"]
    assert len(owner.get(page["next"]).json()["results"]) == 2
    assert len(owner.get("/api/reports", {"kind": "custom"}).json()["results"]) == 3
    assert len(owner.get("/api/reports", {"search": "2–8 november"}).json()["results"]) == 1
    assert owner.get("/api/reports", {"status": "done"}).json()["results"] == []
    assert owner.get("/api/reports", {"status": "perhaps"}).status_code == 400


def test_a_program_reads_with_a_token_and_makes_with_one_that_writes(owner, team, client):
    wish = {"team": str(team.pk), "kind": "weekly"}
    for scope, status in (("read", 403), ("write", 202)):
        key = create_token(actor=owner.user, name=scope, scopes=sorted({"read", scope}))[1]
        head = {"Authorization": f"Bearer {key}"}
        answer = client.post("/api/reports", wish, content_type="application/json", headers=head)
        assert answer.status_code == status
        assert client.get("/api/reports", headers=head).status_code == 200
        cadence = {"cadence": "weekly"}
        made = client.post("/api/reports/schedules", cadence, content_type="application/json", headers=head)
        assert made.status_code == 403, "what mails by itself needs the scope admin"


def test_a_token_that_writes_mails_nobody_outside(filled, owner, team, client, ask, box):
    box.unknown = {"buyer@example.com"}
    refused = made(ask(owner, addresses=["buyer@example.com"]))
    wish = {"team": str(team.pk), "kind": "weekly", "addresses": ["buyer@example.com"]}
    for scopes, statuses in ((["read", "write"], (403, 403)), (["admin", "read", "write"], (202, 202))):
        key = create_token(actor=owner.user, name="t", scopes=scopes)[1]
        head = {"Authorization": f"Bearer {key}"}
        answer = client.post("/api/reports", wish, content_type="application/json", headers=head)
        again = client.post(f"/api/reports/{refused.pk}/resend", {}, content_type="application/json", headers=head)
        assert (answer.status_code, again.status_code) == statuses
        assert answer.status_code == 202 or answer.json()["code"] == "insufficient_scope"


def test_an_unknown_file_does_not_exist(owner, team):
    told = owner.post("/api/reports", {"team": str(team.pk), "kind": "weekly"}, format="json").json()
    for name in ("report.pdf", "..", "..%2f..%2fsettings", "x"):
        assert owner.get(f"/api/reports/{told['id']}/files/{name}").status_code == 404
