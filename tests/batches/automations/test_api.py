"""Automations over HTTP and on their pages."""

import io
import zipfile

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from batches.automations import services
from batches.automations.models import Automation, AutomationRun
from teams.review.collections import services as collections
from teams.review.collections.models import Collection
from tests.enhancement.test_estimate import priced
from tests.factories import MembershipFactory
from tests.work import work_off

pytestmark = pytest.mark.django_db


def browser(client, user):
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def delivered(studio) -> Automation:
    row = studio.automation()
    studio.approve()
    work_off()
    return row


@pytest.mark.parametrize(
    ("role", "status"), [("owner", 201), ("admin", 201), ("editor", 403), ("viewer", 403), ("stranger", 404)]
)
def test_owners_and_admins_make_them(role, status, client_of, team):
    told = client_of(role).post(f"/api/teams/{team.pk}/automations", {"name": "A", "target": "4K"}, format="json")
    assert told.status_code == status, told.content


def test_the_answer_says_what_it_will_cost(studio, client_of):
    priced("color", "0.05")
    studio.approve(), studio.approve()
    client = client_of("admin")
    wish = {"name": "A", "preset": str(studio.preset().pk), "new_collection": "Delivered"}
    told = client.post(f"/api/teams/{studio.team.pk}/automations", wish, format="json")
    assert told.status_code == 201, told.content
    body = told.json()
    assert body["estimate"]["per_image"] == "0.050000" and body["estimate"]["a_month"] == "0.100000"
    assert body["active"] and body["rests"] is None and body["collection"]
    seen = client.get(told["Location"])
    assert seen.json()["estimate"] == body["estimate"] and seen["ETag"] == told["ETag"]
    assert client_of("editor").get(told["Location"]).json()["estimate"] is None  # who sees no costs


def test_a_change_names_the_version_it_changes_and_makes_it_the_changers(studio, client_of):
    row = studio.automation()
    client, path = client_of("admin"), f"/api/teams/{studio.team.pk}/automations/{row.pk}"
    assert client.patch(path, {"name": "B"}, format="json").status_code == 428
    etag = client.get(path)["ETag"]
    told = client.patch(path, {"name": "B", "tells_people": False}, format="json", headers={"If-Match": etag})
    assert told.status_code == 200 and told.json()["name"] == "B" and told.json()["owner"] == str(client.user.pk)
    assert told.json()["preset"] == str(row.preset) and told.json()["collection"] == str(row.collection_id)
    assert client.patch(path, {"name": "C"}, format="json", headers={"If-Match": etag}).status_code == 412
    assert client.patch(path, {"active": False}, format="json").status_code == 428
    off = client.patch(path, {"active": False}, format="json", headers={"If-Match": "*"})
    assert off.json()["active"] is False
    assert client.delete(path).status_code == 204 and not Automation.objects.exists()


def test_runs_are_sought_filtered_paged_and_steered(studio, client_of):
    row = delivered(studio)
    path = f"/api/teams/{studio.team.pk}/automations/{row.pk}/runs"
    editor, admin = client_of("editor"), client_of("admin")
    (run,) = editor.get(path).json()["results"]
    assert (run["status"], run["percent"], run["cost"]) == ("delivered", 100, "0.000000")
    assert editor.get(path, {"status": "failed"}).json()["results"] == []
    assert len(editor.get(path, {"search": "coat"}).json()["results"]) == 1
    assert editor.get(path, {"search": "gown"}).json()["results"] == []
    assert editor.patch(path, {"action": "retry"}, format="json").status_code == 403
    AutomationRun.objects.update(status="failed")
    assert admin.patch(path, {"action": "retry"}, format="json").json() == {"runs": 1}
    assert admin.patch(path, {"action": "cancel", "run": run["id"]}, format="json").json() == {"runs": 1}
    again = admin.patch(path, {"action": "cancel", "run": run["id"]}, format="json")
    assert (again.status_code, again.json()["code"]) == (409, "ended")
    assert admin.patch(path, {"action": "eat"}, format="json").status_code in (400, 422)


def test_what_was_delivered_is_taken_away_in_one_archive(studio, client_of):
    row = studio.automation()
    path = f"/api/teams/{studio.team.pk}/automations/{row.pk}/zip"
    client = client_of("editor")
    assert client.get(path).status_code == 404
    studio.approve(), studio.approve()
    work_off()
    told = client.get(path)
    archive = zipfile.ZipFile(io.BytesIO(b"".join(told.streaming_content)))
    assert archive.namelist() == ["00001-coat-1-png.png", "00002-coat-2-png.png", "delivered.csv"]
    first = AutomationRun.objects.delivered().first()
    assert len(archive.read("00001-coat-1-png.png")) == first.result.bytes
    table = archive.read("delivered.csv").decode("utf-8-sig")
    assert str(first.result_id) in table and table.count("\n") == 3
    day = first.finished_at.date()
    assert client.get(path, {"since": day.isoformat(), "until": day.isoformat()}).status_code == 200
    assert client.get(path, {"since": "2001-01-01", "until": "2001-01-02"}).status_code == 404


def test_the_pages_make_one_price_it_and_lead_through_it(studio, client):
    browser(client, studio.owner)
    place = f"/teams/{studio.team.pk}/automations"
    assert "Make the first one" in client.get(place).content.decode()
    assert place in client.get(f"/teams/{studio.team.pk}").content.decode()
    priced("color", "0.05")
    preset = studio.preset()
    typed = {
        "name": "To the shop",
        "source": "",
        "recipe": f"preset:{preset.pk}",
        "into": "new",
        "new_collection": "Shop",
        "tells_people": "on",
    }
    asked = client.post(f"{place}/new", {**typed, "estimate": "1"})
    assert "$0.05 for each image" in asked.content.decode() and not Automation.objects.exists()
    assert client.post(f"{place}/new", {**typed, "new_collection": ""}).status_code == 422
    made = client.post(f"{place}/new", typed)
    row = Automation.objects.get()
    assert made.status_code == 302 and made["Location"] == f"{place}/{row.pk}"
    page = client.get(made["Location"]).content.decode()
    assert "Nothing was approved yet" in page and "House look" in page and "Shop" in page
    studio.approve()
    work_off()
    page = client.get(made["Location"]).content.decode()
    assert "Delivered" in page and "ZIP of what was delivered" in page
    part = client.get(made["Location"], headers={"X-Partial": "1"}).content.decode()
    assert "<html" not in part and "data-run" in part
    assert "Nothing matches" in client.get(made["Location"], {"search": "gown"}).content.decode()
    changed = client.post(
        f"{made['Location']}/change", {**typed, "name": "B", "into": str(row.collection_id), "etag": "*"}
    )
    assert changed.status_code == 302
    for deed in ("off", "on", "retry", "cancel", "", "delete"):
        assert client.post(f"{made['Location']}/act", {"action": deed}).status_code == 302
    assert not Automation.objects.exists()


def test_an_editor_sees_it_without_buttons_or_sums_and_is_refused(studio, client):
    row = delivered(studio)
    browser(client, studio.editor)
    place = f"/teams/{studio.team.pk}/automations"
    page = client.get(f"{place}/{row.pk}").content.decode()
    assert "Coat 1" in page and page.count("$") == 1 and "in all" not in page  # what the one image cost
    assert "Switch it off" not in page and "Cancel all" not in page and 'value="cancel"' not in page
    for path in (f"{place}/new", f"{place}/{row.pk}/change"):
        assert client.get(path).status_code == 403
    assert client.post(f"{place}/{row.pk}/act", {"action": "off"}).status_code == 403


def test_one_that_rests_says_why_on_its_page(studio, client):
    row = studio.automation()
    from enhancement.presets import delete_preset

    delete_preset(actor=studio.owner, preset_id=row.preset)
    browser(client, studio.owner)
    page = client.get(f"/teams/{studio.team.pk}/automations/{row.pk}").content.decode()
    assert "The preset House look was deleted." in page
    assert "Rests" in client.get(f"/teams/{studio.team.pk}/automations").content.decode()


def queries(ask) -> int:
    with CaptureQueriesContext(connection) as seen:
        assert ask().status_code == 200
    return len(seen)


def test_lists_take_as_many_queries_for_many_as_for_few(studio, client, client_of):
    browser(client, studio.owner)
    place, admin = f"/teams/{studio.team.pk}/automations", client_of("admin")
    row = studio.automation("One")
    studio.approve()
    asked = [
        lambda: client.get(place),
        lambda: admin.get(f"/api{place}"),
        lambda: client.get(f"{place}/{row.pk}"),
        lambda: admin.get(f"/api{place}/{row.pk}/runs"),
    ]
    for ask in asked:
        ask()
    few = [queries(ask) for ask in asked]
    for number in range(4):
        other = studio.preset(name=f"Look {number}")
        studio.automation(f"No. {number}", preset=other.pk, collection=row.collection_id)
        studio.approve()
    assert [queries(ask) for ask in asked] == few


def test_an_automation_of_another_team_is_not_found(studio, client_of):
    row = studio.automation()
    other = MembershipFactory(role="owner")
    client = client_of(None)
    client.force_login(other.user, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(f"/api/teams/{other.team.pk}/automations/{row.pk}").status_code == 404
    with pytest.raises(services.Missing):
        services.delete(actor=other.user, automation_id=row.pk)


def test_the_form_keeps_what_is_there_also_when_it_is_gone_or_not_among_the_choices(studio, client, monkeypatch):
    monkeypatch.setattr("batches.automations.forms.CHOICES", 1)
    source = collections.create(actor=studio.owner, team_id=studio.team.pk, name="The source")
    row = studio.automation(scope="collection", source=source.pk)
    collections.create(actor=studio.owner, team_id=studio.team.pk, name="A newer one")
    browser(client, studio.owner)
    path = f"/teams/{studio.team.pk}/automations/{row.pk}/change"
    assert f'<option value="collection:{source.pk}" selected>The source</option>' in client.get(path).content.decode()
    Collection.objects.filter(pk__in=[source.pk, row.collection_id]).delete()
    page = client.get(path).content.decode()
    assert "selected>The collection that is gone</option>" in page
    said = {"name": "Renamed", "source": f"collection:{services.GONE}", "recipe": f"preset:{row.preset}", "into": ""}
    answer = client.post(path, {**said, "etag": "*"})
    assert answer.status_code == 422 and "This team has no such collection." in answer.content.decode()
    row.refresh_from_db()
    assert (row.scope, row.name) == ("collection", "Approved to print")
