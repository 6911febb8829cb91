"""Templates of reports, and reports in their team's name: kept as they were asked for, on paper and in mails."""

import re
from email.header import decode_header, make_header

import pytest
from django.core.files.storage import default_storage

from analytics.reports import looks, schedules, templates
from analytics.reports.models import Report, ReportTemplate, Schedule
from designer.assets.avatars import set_avatar
from designer.assets.models import Asset
from teams.base.errors import Conflict, Missing
from teams.membership.defaults import SETTING
from teams.membership.models import Team
from tests.analytics.reports.conftest import AT, DAYS, made
from tests.analytics.reports.test_mail import OUTSIDE, text_of
from tests.analytics.reports.test_pages import page
from tests.analytics.reports.test_paper import read
from tests.factories import TeamFactory
from tests.pdfs import Read
from tests.work import all_at_once
from tests.worlds import picture

pytestmark = pytest.mark.django_db(transaction=True)
URL = "/api/reports/templates"
SAID = {
    "name": "For the board", "title": "Autumn review", "introduction": "What we made.\n\nAnd why.",
    "sections": ["images", "quality"], "cover": False,
}  # fmt: skip


@pytest.fixture
def template(owner, team) -> ReportTemplate:
    answer = owner.post(URL, {**SAID, "team": str(team.pk)}, format="json")
    assert answer.status_code == 201, answer.content
    assert answer["Location"] == f"{URL}/{answer.json()['id']}"
    return ReportTemplate.objects.get(pk=answer.json()["id"])


def branded(team: Team, **more: str) -> None:
    team.settings[SETTING] = {"brand_name": "Maison Étoile", "brand_colour": "#1f6b52", **more}
    team.save()


def test_a_report_is_what_its_template_says_and_stays_so(filled, template, owner, ask):
    report = made(ask(owner, template=str(template.pk)))
    assert report.status == "done" and report.sections == ["quality", "images"] and report.costs == "none"
    assert report.title == f"{filled.team.name}, Autumn review: 2–8 November 2026"
    found = read(report)
    assert "Autumn review" in found.text and "What we made." in found.text and "And why." in found.text
    told = owner.get(f"/api/reports/{report.pk}").json()
    assert told["template"] == str(template.pk) and told["sections"] == ["quality", "images"]
    text = page(owner, f"/analytics/reports/{report.pk}")
    assert "<p>What we made.</p>" in text and report.title in text
    assert filled.team.name.upper() in found.text, "on paper, too, one sees of which team it is"
    answer = changed(owner, template, title="Another")
    assert answer.status_code == 200 and answer.json()["title"] == "Another" and answer.json()["name"] == SAID["name"]
    assert owner.delete(f"{URL}/{template.pk}").status_code == 204
    report.refresh_from_db()
    assert report.template is None and looks.kept(report)["heading"] == "Autumn review"
    assert "What we made." in page(owner, f"/analytics/reports/{report.pk}")


def test_one_that_waits_is_made_as_it_was_asked_for(filled, template, owner, ask):
    told = ask(owner, template=str(template.pk))
    ReportTemplate.objects.update(title="Changed", introduction="Changed", cover=True)
    branded(filled.team)
    report = made(told)
    assert "Changed" not in read(report).text and "Maison" not in read(report).text


def changed(client, row: ReportTemplate, **said):
    path = f"{URL}/{row.pk}"
    return client.patch(path, said, format="json", headers={"If-Match": client.get(path)["ETag"]})


def first_error(answer) -> dict[str, str]:
    return answer.json()["errors"][0]


def test_what_a_schedule_makes_follows_its_template(filled, template, owner):
    said = {"cadence": "daily", "team": str(filled.team.pk), "timezone": "UTC", "template": str(template.pk)}
    answer = owner.post("/api/reports/schedules", said, format="json")
    assert answer.status_code == 201 and answer.json()["sections"] == ["quality", "images"]
    path = f"/api/reports/schedules/{answer.json()['id']}"
    assert changed(owner, template, sections=["costs", "members"], title="Later").status_code == 200
    assert owner.get(path).json()["sections"] == ["quality", "images"], "it says what it makes"
    Schedule.objects.update(next_at=filled.team.created_at)
    assert schedules.fire() == 1
    report = Report.objects.get()
    assert ", Later: " in report.title and report.sections == ["quality", "images"]
    assert report.costs == "none", "that its mails tell of costs was answered for by nobody"
    told = owner.get(path)
    kept = owner.patch(path, {"hour": 9}, format="json", headers={"If-Match": told["ETag"]})
    assert kept.json()["sections"] == ["quality", "images"]
    said = {"template": str(template.pk)}
    anew = owner.patch(path, said, format="json", headers={"If-Match": owner.get(path)["ETag"]})
    assert anew.json()["sections"] == ["costs", "members"]
    gone = owner.delete(f"{URL}/{template.pk}")
    assert gone.status_code == 409 and gone.json()["code"] == "template_in_use" and ReportTemplate.objects.exists()
    beside = owner.patch(path, {"sections": ["images"]}, format="json", headers={"If-Match": owner.get(path)["ETag"]})
    assert beside.status_code == 422 and first_error(beside)["field"] == "sections"
    said = {"template": None, "sections": ["images"]}
    freed = owner.patch(path, said, format="json", headers={"If-Match": owner.get(path)["ETag"]})
    assert freed.status_code == 200 and freed.json()["template"] is None and freed.json()["sections"] == ["images"]
    assert owner.delete(f"{URL}/{template.pk}").status_code == 204


def test_all_members_use_them_and_who_manages_the_team_keeps_them(filled, template, client_of, ask):
    editor, stranger = client_of("editor"), client_of("stranger")
    assert [each["id"] for each in editor.get(URL).json()["results"]] == [str(template.pk)]
    assert stranger.get(URL).json()["results"] == [] and stranger.get(f"{URL}/{template.pk}").status_code == 404
    assert ", Autumn review: " in made(ask(editor, template=str(template.pk))).title
    for answer in (
        editor.post(URL, {**SAID, "name": "Mine", "team": str(filled.team.pk)}, format="json"),
        changed(editor, template, cover=True),
        editor.delete(f"{URL}/{template.pk}"),
    ):
        assert answer.status_code == 403, answer.content
    assert stranger.delete(f"{URL}/{template.pk}").status_code == 404
    text = page(editor, f"/analytics/reports/templates/{template.pk}")
    assert "Owners and admins of the team change it." in text and "delete-it" not in text
    viewer = client_of("viewer")
    for path in ("/analytics/reports/templates", f"/analytics/reports/templates/{template.pk}"):
        assert "Make a report of it" in page(editor, path) and "Make a report of it" not in page(viewer, path)
    assert editor.post(path, {**SAID, "etag": "x"}, format="multipart").status_code == 403
    assert editor.post(f"{path}/delete", {"sure": "1"}, format="multipart").status_code == 403


def test_two_who_delete_it_at_once_delete_it_once(template, owner):
    def delete(_: int) -> str:
        try:
            templates.delete(actor=owner.user, template_id=template.pk)
        except Missing:
            return "missing"
        return "deleted"

    assert all_at_once(delete, range(4)) == {"deleted": 1, "missing": 3}


@pytest.mark.parametrize(
    ("said", "field", "code"),
    [
        ({"name": "  "}, "name", "blank"),
        ({"name": "for the BOARD"}, "name", "name_taken"),
        ({"name": "A\u202eB"}, "name", "hidden_characters"),
        ({"title": "x" * 81}, "title", "max_length"),
        ({"introduction": "x" * 1001}, "introduction", "max_length"),
        ({"sections": []}, "sections", "unknown_section"),
        ({"sections": ["everything"]}, "sections", "invalid_choice"),
        ({"colour": "red"}, "colour", None),
    ],
)
def test_what_is_wrong_is_named(said, field, code, template, owner, team):
    answer = owner.post(URL, {**SAID, "name": "New", "team": str(team.pk), **said}, format="json")
    assert answer.status_code in (400, 422), answer.content
    error = first_error(answer)
    assert error["field"].startswith(field) and code in (error["code"], None), error
    assert ReportTemplate.objects.count() == 1


def test_another_teams_template_and_sections_beside_one_are_refused(filled, template, owner):
    other = ReportTemplate.objects.create(team=TeamFactory(), owner=owner.user, name="Theirs", sections=["costs"])
    wish = {"team": str(filled.team.pk), "kind": "weekly"}
    for more, field in (
        ({"template": str(other.pk)}, "template"),
        ({"template": str(template.pk), "sections": ["costs"]}, "sections"),
    ):
        answer = owner.post("/api/reports", {**wish, **more}, format="json")
        assert answer.status_code == 422 and first_error(answer)["field"] == field
        answer = owner.post("/api/reports/schedules", {"cadence": "daily", "team": wish["team"], **more}, format="json")
        assert answer.status_code == 422 and first_error(answer)["field"] == field
    assert not Report.objects.exists() and not Schedule.objects.exists()


def test_two_at_once_make_no_more_than_there_may_be(team, owner, monkeypatch):
    monkeypatch.setattr(templates, "MOST", 1)

    def one(name: str) -> str:
        try:
            templates.create(actor=owner.user, wish=templates.TemplateWish(team=team.pk, name=name))
        except Conflict as refused:
            return refused.code
        return "made"

    assert all_at_once(one, "abcd") == {"made": 1, "too_many_templates": 3}
    assert ReportTemplate.objects.count() == 1


def test_the_teams_name_and_colour_stand_on_paper_and_the_studios_does_not(filled, owner, ask):
    branded(filled.team)
    set_avatar(actor=owner.user, team_id=filled.team.pk, file=picture())
    report = made(ask(owner))
    with default_storage.open(report.files["report.pdf"]["path"]) as file:
        data = file.read()
    found = Read(data)
    assert "MAISON ÉTOILE" in found.text and "Designer BFF" not in found.text
    assert found.has(rb"/Author") and not found.has(rb"\(Designer BFF\)")
    assert found.has(rb"0\.12\d* 0\.4\d* 0\.32\d* (rg|scn)"), "its colour, #1f6b52"
    assert any("Picture of" in each for each in found.alternatives)
    assert found.text.index("Page 1 of") and found.pages >= 3


def test_a_cover_is_a_page_of_its_own_with_the_best_image(liked, filled, owner, ask, template):
    ReportTemplate.objects.update(cover=True, introduction="")
    with_one = read(made(ask(owner, template=str(template.pk))))
    ReportTemplate.objects.update(cover=False)
    without = read(made(ask(owner, template=str(template.pk))))
    empty = {**DAYS, "from": "2025-01-06", "to": "2025-01-12", "template": str(template.pk)}
    assert read(made(ask(owner, **empty))).pages == 1
    ReportTemplate.objects.update(cover=True)
    assert read(made(ask(owner, **empty))).pages == 2
    named = [each for each in with_one.alternatives if each.startswith("A coat of kind")]
    assert len(named) == len([each for each in without.alternatives if each.startswith("A coat of kind")]) + 1


@pytest.mark.parametrize(
    ("colour", "text"), [("", "#8c2f39"), ("#1f6b52", "#1f6b52"), ("#ffe600", looks.INK), ("#767676", "#767676")]
)
def test_a_colour_in_which_nothing_can_be_read_is_for_lines_alone(colour, text):
    assert looks.accents(colour) == {"bar": colour or looks.ACCENT, "text": text}


def test_mails_speak_in_the_teams_name_and_to_the_outside_harmlessly(filled, template, owner, ask, box):
    branded(filled.team, brand_name="Win at evil.example")
    ReportTemplate.objects.update(title="Go to www.evil.example", introduction="Pay at evil.example/now")
    made(ask(owner, template=str(template.pk), members=[str(owner.user.pk)], addresses=[OUTSIDE]))
    letters = {letter["To"]: letter for letter in box.taken}
    inside, outside = letters[owner.user.email], letters[OUTSIDE]
    assert str(make_header(decode_header(inside["Subject"]))).startswith("Go to www.evil.example: ")
    html = text_of(inside, "text/html")
    assert (
        "Win at evil.example" in html and "Pay at evil.example/now" in html and "border-top:3px solid #1f6b52" in html
    )
    assert "made with Designer BFF" in text_of(inside), "who sends it is always said"
    for text in (text_of(outside), text_of(outside, "text/html"), str(make_header(decode_header(outside["Subject"])))):
        assert "evil" not in text


def test_a_template_is_made_used_changed_and_deleted_by_hand(filled, owner):
    assert "No templates yet" in page(owner, "/analytics/reports/templates")
    path = f"/analytics/reports/templates/new?team={filled.team.pk}"
    assert "Begin with a cover" in page(owner, path)
    form = {**SAID, "cover": "on"}
    assert owner.post(path, form, format="multipart")["Location"] == "/analytics/reports/templates"
    row = ReportTemplate.objects.get()
    assert row.cover and row.sections == ["quality", "images"]
    text = page(owner, "/analytics/reports/templates", search="board")
    assert "For the board" in text and "What was liked, Best images" in text
    assert "Nothing matches" in page(owner, "/analytics/reports/templates", search="zebra")
    twice = owner.post(path, form, format="multipart")
    assert twice.status_code == 422 and "has a template of this name" in twice.content.decode()
    asked = f"/analytics/reports/new?team={filled.team.pk}&template={row.pk}"
    assert f'value="{row.pk}" selected' in page(owner, asked)
    wish = {"kind": "weekly", "template": str(row.pk), "sections": ["costs"]}
    assert owner.post(asked, wish, format="multipart").status_code == 302
    assert Report.objects.get().sections == ["quality", "images"]
    own = f"/analytics/reports/templates/{row.pk}"
    etag_there = page(owner, own).split('name="etag" value="')[1].split('"')[0].replace("&quot;", '"')
    saved = owner.post(own, {"name": "Shorter", "sections": ["costs"], "etag": etag_there}, format="multipart")
    assert saved.status_code == 302
    row.refresh_from_db()
    assert (row.name, row.title, row.cover, row.sections) == ("Shorter", "", False, ["costs"])
    old = owner.post(own, {"name": "Old", "sections": ["costs"], "etag": etag_there}, format="multipart")
    assert old.status_code == 422 and ReportTemplate.objects.get().name == "Shorter"
    owner.post(f"{own}/delete")
    assert ReportTemplate.objects.exists(), "not without the tick"
    assert owner.post(f"{own}/delete", {"sure": "1"}, format="multipart")["Location"] == "/analytics/reports/templates"
    assert not ReportTemplate.objects.exists()


def test_the_key_figures_of_a_report_lead_to_the_images_behind_them(filled, owner, ask):
    report = made(ask(owner))
    figures = {each["label"]: each for each in owner.get(f"/api/reports/{report.pk}").json()["figures"]}
    href = figures["Images"]["href"]
    assert "kind=generated" in href and figures["Success"]["href"] == ""
    assert href.replace("&", "&amp;") in page(owner, f"/analytics/reports/{report.pk}")
    found = set(re.findall(r"/assets/([0-9a-f-]{36})", owner.get(href).content.decode()))
    there = Asset.objects.filter(kind="generated", created_at__gte=AT.replace(day=2), created_at__lt=AT.replace(day=9))
    assert found == {str(pk) for pk in there.values_list("pk", flat=True)} and len(found) == 5
