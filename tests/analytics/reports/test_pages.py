"""The pages of reports: each step of the way, with what to do next where there is nothing."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from analytics.reports.models import Report, Schedule
from tests.analytics.reports.conftest import made
from tests.factories import TeamFactory
from tests.security.test_stored_text import Running

pytestmark = pytest.mark.django_db(transaction=True)
HOSTILE = "<script>alert(1)</script>"


def page(client, path: str, status: int = 200, **query) -> str:
    answer = client.get(path, query)
    assert answer.status_code == status, answer.content
    text = answer.content.decode()
    assert not Running(text).found
    return text


def test_the_analytics_lead_there_and_an_empty_list_says_what_to_do(owner):
    assert 'href="/analytics/reports"' in page(owner, "/analytics")
    text = page(owner, "/analytics/reports")
    assert "No reports yet" in text and "/analytics/reports/new" in text and "/analytics/reports/schedules/new" in text
    assert "Nothing matches" in page(owner, "/analytics/reports?status=made+up", search="\x00x")


def test_a_report_is_asked_for_and_watched(filled, owner, ask):
    path = f"/analytics/reports/new?team={filled.team.pk}"
    assert "Owners and admins" not in page(owner, path) and owner.user.email in page(owner, path)
    form = {"kind": "custom", "first": "2026-11-02", "last": "2026-11-08", "sections": ["costs", "images"],
        "members": [str(owner.user.pk)], "addresses": "buyer@example.com\n\nother@example.com"}  # fmt: skip
    answer = owner.post(path, form, format="multipart")
    report = Report.objects.get()
    assert answer.status_code == 302 and answer["Location"] == f"/analytics/reports/{report.pk}"
    assert report.addresses == ["buyer@example.com", "other@example.com"]
    text = page(owner, f"/analytics/reports/{report.pk}")
    assert "It waits for a worker." in text and "<progress" in text and 'value="cancel"' in text
    assert f'subject="report:{report.pk}"' in text
    made({"id": report.pk})
    text = page(owner, f"/analytics/reports/{report.pk}")
    assert "report.pdf" in text and "5 images came of 3 generations" in text and "buyer@example.com" in text
    assert "5 images came of 3 generations" in page(owner, f"/analytics/reports/{report.pk}/head")
    assert report.title in page(owner, "/analytics/reports", search=filled.team.name)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"kind": "custom"}, "Say of which days."),
        ({"kind": "custom", "first": "2026-11-09", "last": "2026-11-08"}, "Name the earlier day first."),
        ({"addresses": "nobody"}, "is no mail address"),
        ({"sections": []}, "Choose at least one section."),
        ({"members": ["4b8f0a53-8f0e-4d3c-9f0b-0f7f7d4b2f11"]}, "not one of the available choices"),
    ],
)
def test_a_form_says_beside_the_field_what_is_wrong(said, words, owner, team):
    form = {"kind": "weekly", "sections": ["models"], **said}
    answer = owner.post(f"/analytics/reports/new?team={team.pk}", form, format="multipart")
    assert answer.status_code == 422 and words in answer.content.decode() and not Report.objects.exists()


def test_an_editor_is_not_offered_what_owners_may(filled, client_of):
    editor = client_of("editor")
    path = f"/analytics/reports/new?team={filled.team.pk}"
    assert 'name="addresses"' not in page(editor, path)
    assert "Schedules" in page(editor, "/analytics/reports"), "for their personal team"
    page(editor, f"/analytics/reports/schedules/new?team={filled.team.pk}", 403)
    page(client_of("viewer"), path, 403)
    page(client_of("stranger"), path, 404)
    page(client_of("stranger"), "/analytics/reports/new?team=x", 404)


def test_what_cannot_be_taken_back_asks_first(filled, owner, ask):
    report = made(ask(owner))
    path = f"/analytics/reports/{report.pk}"
    text = owner.post(f"{path}/act", {"act": "delete"}, format="multipart", follow=True).content.decode()
    assert "Tick the box" in text and Report.objects.exists()
    assert owner.post(f"{path}/act", {"act": "burn"}, format="multipart").status_code == 404
    owner.post(f"{path}/act", {"act": "delete", "sure": "1"}, format="multipart")
    assert not Report.objects.exists()


def test_schedules_are_set_up_changed_switched_and_deleted(owner, team):
    assert "No schedules yet" in page(owner, "/analytics/reports/schedules")
    form = {"cadence": "monthly", "weekday": 1, "day": 31, "hour": 7, "timezone": "Europe/Paris", "sections": ["costs"],
        "members": [str(owner.user.pk)], "addresses": "buyer@example.com"}  # fmt: skip
    answer = owner.post(f"/analytics/reports/schedules/new?team={team.pk}", form, format="multipart")
    assert answer.status_code == 302
    row = Schedule.objects.get()
    path = f"/analytics/reports/schedules/{row.pk}"
    text = page(owner, path)
    assert "buyer@example.com" in text and '<option value="31" selected>' in text
    assert "Every month" in page(owner, "/analytics/reports/schedules")
    stale = owner.post(path, {**form, "hour": 6, "etag": "old"}, format="multipart")
    assert stale.status_code == 422 and "Somebody changed this" in stale.content.decode()
    from teams.base.preconditions import etag_of

    owner.post(path, {**form, "hour": 6, "etag": etag_of(row)}, format="multipart")
    row.refresh_from_db()
    assert row.hour == 6
    owner.post(f"{path}/act", {"act": "off", "etag": etag_of(row)}, format="multipart")
    row.refresh_from_db()
    assert not row.active and "Switch on" in page(owner, path)
    owner.post(f"{path}/act", {"act": "delete", "sure": "1"}, format="multipart")
    assert not Schedule.objects.exists()


def test_nothing_that_somebody_wrote_runs(filled, owner, ask):
    filled.team.name = HOSTILE
    filled.team.save()
    owner.user.name = HOSTILE
    owner.user.save()
    report = made(ask(owner, members=[str(owner.user.pk)]))
    for path in ("/analytics/reports", f"/analytics/reports/{report.pk}", "/analytics/reports/new"):
        assert HOSTILE not in page(owner, path)


@pytest.mark.parametrize("path", ["/analytics/reports", "/analytics/reports/schedules", "/analytics/reports/new"])
def test_a_page_asks_the_database_as_often_for_many_as_for_few(path, filled, owner, ask):
    counts = []
    for _ in range(2):
        ask(owner)
        team = TeamFactory(owner=owner.user)
        ask(owner, team=str(team.pk))
        owner.post("/api/reports/schedules", {"team": str(team.pk), "cadence": "weekly"}, format="json")
        page(owner, path)  # what it loads once is loaded
        with CaptureQueriesContext(connection) as asked:
            page(owner, path)
        counts.append(len(asked))
    assert counts[0] == counts[1], counts
