"""A report is made by a worker, of one moment, and stays as it is; who may see it is as with the figures themselves."""

import csv
import errno
import io
import itertools
import time
from datetime import timedelta

import pandas
import pytest
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone
from openpyxl import load_workbook

from analytics import rollups
from analytics.models import PendingSlot
from analytics.reports import contents, making, paper, services, tables
from analytics.reports.files import folder
from analytics.reports.models import Report
from designer import printing
from designer.jobs.models import Job
from designer.notifications.models import Notification
from teams.membership.models import Membership, Role
from tests.analytics.reports.conftest import AT, DAYS, made
from tests.pdfs import Read
from tests.work import work_off

pytestmark = pytest.mark.django_db(transaction=True)
FILES = {"report.pdf", "figures.csv", "generations.csv", "images.csv", "charges.csv", "rows.xlsx"}


def content_of(client, report: Report, name: str) -> bytes:
    answer = client.get(f"/api/reports/{report.pk}/files/{name}")
    assert answer.status_code == 200, answer.content
    return b"".join(answer.streaming_content)


def table_of(client, report: Report, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content_of(client, report, name).decode("utf-8-sig"), newline="")))


def test_a_report_comes_about_with_all_of_its_files(filled, owner, ask):
    told = ask(owner)
    assert (told["status"], told["costs"], told["title"]) == (
        "queued",
        "team",
        f"{filled.team.name}: 2–8 November 2026",
    )
    report = made(told)
    shown = owner.get(f"/api/reports/{report.pk}").json()
    assert (shown["status"], shown["percent"], shown["note"]) == ("done", 100, "")
    assert {each["name"] for each in shown["files"]} == FILES
    figures = {each["label"]: each for each in shown["figures"]}
    assert figures["Images"]["value"] == "5" and figures["Spent"]["value"] == "$0.16"
    assert figures["Images"]["before"] == "before: 1 (+400 %)"
    text = " ".join(shown["sentences"])
    assert "5 images came of 3 generations" in text and "50 % of the rated images are liked: 1 of 2 rated" in text
    assert "3 images were not rated" in text and "400 % more than in the 7 days before (1 image)" in text
    assert "The team was charged $0.16, and $0.02 was simulated" in text
    assert "that is $0.12 more than in the 7 days before" in text
    assert content_of(owner, report, "report.pdf").startswith(b"%PDF-1.7")
    news = Notification.objects.get(user=owner.user)
    assert news.kind == "report" and news.link == f"/analytics/reports/{report.pk}"


def test_its_files_say_what_the_figures_say(filled, owner, ask):
    report = made(ask(owner))
    (line,) = [each for each in table_of(owner, report, "figures.csv") if each["asked"] != "0"]
    query = {"team": str(filled.team.pk), "format": "csv", **{name: DAYS[name] for name in ("from", "to", "timezone")}}
    page = owner.get("/api/analytics/overview", query).content
    assert content_of(owner, report, "figures.csv") == page
    generations, images, charges = (
        table_of(owner, report, f"{name}.csv") for name in ("generations", "images", "charges")
    )
    assert (len(generations), len(images), len(charges)) == (3, 5, 2)
    assert sum(float(each["amount_usd"]) for each in charges if each["simulated"] == "no") == float(line["paid_usd"])
    red = next(each for each in generations if each["brief"] == "A red coat\nwith =1+1")
    assert red["seconds"] == "60.0"
    assert {each["by"] for each in (*generations, *images, *charges)} == {owner.user.shown_name}
    book = load_workbook(io.BytesIO(content_of(owner, report, "rows.xlsx")))
    assert book.sheetnames == ["generations", "images", "charges"]
    header, *rows = book["charges"].iter_rows(values_only=True)
    assert sorted(row[header.index("amount_usd")] for row in rows) == pytest.approx([0.02, 0.16])
    assert report.content["rows"] == {"generations": 3, "images": 5, "charges": 2}


def test_a_report_of_past_days_stays_as_it_was(filled, owner, ask):
    report = made(ask(owner))
    before = owner.get(f"/api/reports/{report.pk}").json()
    data = content_of(owner, report, "figures.csv")
    row = filled.generation(owner.user, AT)
    filled.image(row, AT)
    filled.charge(AT, "9.000000", row=row, actor=owner.user)
    rollups.work_off()
    Job.objects.update(status="queued", finished_at=None)  # a message that comes twice
    work_off()
    assert owner.get(f"/api/reports/{report.pk}").json() == before
    assert content_of(owner, report, "figures.csv") == data
    again = made(ask(owner))
    assert {each["label"]: each["value"] for each in again.content["figures"]}["Spent"] == "$9.16"


def test_all_of_it_is_of_one_moment(filled, owner, ask, monkeypatch):
    """Rows that come while it is being read are in none of its parts."""
    import threading

    from django.db import connection

    real = tables.write_csv

    def slowly(table, folder, stop):
        def write():
            row = filled.generation(owner.user, AT)
            filled.image(row, AT)
            filled.charge(AT, "5.000000", row=row, actor=owner.user)
            rollups.work_off()
            connection.close()

        other = threading.Thread(target=write)
        other.start()
        other.join(30)
        return real(table, folder, stop)

    told = ask(owner)
    monkeypatch.setattr(tables, "write_csv", slowly)
    report = made(told)
    assert report.status == "done"
    assert report.content["rows"] == {"generations": 3, "images": 5, "charges": 2}


@pytest.mark.parametrize(("role", "seen"), [("owner", 3), ("admin", 3), ("editor", 2), ("viewer", 1), ("stranger", 0)])
def test_who_may_see_a_report_is_as_with_its_figures(role, seen, filled, owner, ask, client_of):
    editor = client_of("editor") if role != "editor" else None
    client = owner if role == "owner" else client_of(role)
    editor = editor or client
    whole, own = ask(owner), ask(editor)
    plain = ask(editor, sections=["quality", "images"])
    assert [each["costs"] for each in (whole, own, plain)] == ["team", "own", "none"]
    work_off()
    ids = {each["id"] for each in client.get("/api/reports").json()["results"]}
    assert len(ids) == seen
    for told in (whole, own, plain):
        status = 200 if told["id"] in ids else 404
        for path in ("", "/files/figures.csv"):
            assert client.get(f"/api/reports/{told['id']}{path}").status_code == status
        assert client.get(f"/analytics/reports/{told['id']}").status_code == status
    if role == "viewer":
        assert ids == {plain["id"]}


def test_without_costs_nothing_of_it_tells_any(filled, owner, ask, box):
    plain = ["quality", "models", "members", "images"]
    report = made(ask(owner, sections=plain, members=[str(owner.user.pk)]))
    book = load_workbook(io.BytesIO(content_of(owner, report, "rows.xlsx")))
    assert book.sheetnames == ["generations", "images"]
    (letter,) = box.taken
    said = [part.get_payload(decode=True).decode() for part in letter.walk() if part.get_content_maintype() == "text"]
    for text in (Read(content_of(owner, report, "report.pdf")).text, *said):
        assert "$" not in text and "0.16" not in text and "Images" in text
    assert set(report.files) == FILES - {"charges.csv"}
    assert "0.16" not in str(report.content) and "$" not in str(report.content)
    assert {row["paid_usd"] for row in table_of(owner, report, "figures.csv")} == {""}


def test_an_editors_own_report_tells_their_own_costs_alone(filled, owner, ask, client_of):
    editor = client_of("editor")
    filled.charge(AT, "0.500000", actor=editor.user)
    rollups.work_off()
    report = made(ask(editor))
    figures = {each["label"]: each["value"] for each in report.content["figures"]}
    assert figures[f"Spent by {editor.user.shown_name}"] == "$0.50"
    assert [row["amount_usd"] for row in table_of(editor, report, "charges.csv")] == ["0.500000"]
    assert "$0.16" not in str(report.content)


def test_a_right_that_was_lost_before_it_is_made_makes_none(filled, owner, ask, client_of):
    admin = client_of("admin")
    told = ask(admin)
    Membership.objects.filter(user=admin.user, team=filled.team).update(role=Role.EDITOR)
    report = made(told)
    assert (report.status, report.error["code"]) == ("failed", "owner_left") and report.error["remedy"]
    Membership.objects.filter(user=admin.user, team=filled.team).update(role=Role.ADMIN)
    told = ask(admin)
    Membership.objects.filter(user=admin.user, team=filled.team).delete()
    assert made(told).status == "failed"


def test_a_right_that_is_lost_while_it_is_made_makes_none(filled, owner, ask, client_of, monkeypatch):
    admin, real = client_of("admin"), paper.pdf
    told = ask(admin, members=[str(owner.user.pk)])

    def and_leave(report, content):
        Membership.objects.filter(user=admin.user, team=filled.team).delete()
        return real(report, content)

    monkeypatch.setattr(paper, "pdf", and_leave)
    report = made(told)
    assert (report.status, report.error["code"]) == ("failed", "owner_left")
    assert (stored(report), set(report.content), report.deliveries.count()) == (0, {"look"}, 0)
    assert not Notification.objects.filter(title__startswith="The report is ready").exists()


def test_nothing_was_made_is_said_and_no_fault(owner, ask):
    report = made(ask(owner))
    assert report.status == "done" and report.content["is_empty"]
    assert report.content["sentences"][0] == "Nothing was asked for in these days."
    assert "The team was charged $0.00" in report.content["sentences"][-1]
    assert content_of(owner, report, "report.pdf").startswith(b"%PDF")


def test_figures_that_are_being_worked_out_are_waited_for(filled, owner, ask):
    told = ask(owner)
    filled.image(filled.generation(owner.user, AT), AT)
    report = made(told)
    assert report.status == "running" and Job.objects.get(pk=report.job_id).status in ("scheduled", "retrying")
    rollups.work_off()
    Job.objects.update(status="queued", scheduled_at=timezone.now())
    assert made(told).status == "done"
    filled.image(filled.generation(owner.user, AT), AT)
    told = ask(owner)
    Job.objects.filter(pk=Report.objects.get(pk=told["id"]).job_id).update(attempts=making.PATIENCE)
    report = made(told)
    assert report.status == "done" and report.content["pending"], "it says so instead"


@pytest.mark.parametrize(("day", "waits"), [(AT.replace(day=20), False), (AT.replace(month=10, day=28), True)])
def test_figures_of_other_days_are_not_waited_for(day, waits, filled, owner, ask):
    told = ask(owner)
    filled.image(filled.generation(owner.user, day), day)
    PendingSlot.objects.exclude(slot__date=day.date()).delete()
    report = made(told)
    if waits:
        assert report.status == "running", "they are compared with these"
    else:
        assert report.status == "done" and not report.content["pending"]
        assert "still being worked out" not in owner.get(f"/analytics/reports/{report.pk}").content.decode()


def test_what_is_unknown_is_compared_with_nothing(filled, owner, ask):
    for at in (AT, AT.replace(month=10, day=28)):
        report = made(ask(owner))
        assert "$0.12 more than in the 7 days before" in " ".join(report.content["sentences"])
        row = filled.generation(owner.user, at)
        filled.image(row, at)  # nobody knows its price
        rollups.work_off()
        told = " ".join(made(ask(owner)).content["sentences"])
        assert "more than in the 7 days before (" in told, "images are"
        assert "$0.12" not in told and "less than" not in told
        filled.charge(at, "0.000000", row=row, actor=owner.user)
        rollups.work_off()


def test_days_that_are_not_over_say_so_and_are_compared_with_nothing(filled, owner, ask, team):
    today = timezone.now().date()
    report = made(ask(owner, **{"from": (today - timedelta(days=2)).isoformat(), "to": today.isoformat()}))
    assert report.content["sentences"][0].startswith("The last of these days was not over")
    assert "before" not in " ".join(report.content["sentences"]) and not any(
        each["before"] for each in report.content["figures"]
    )
    wish = {"team": str(team.pk), **DAYS, "from": today.isoformat(), "to": (today + timedelta(days=2)).isoformat()}
    answer = owner.post("/api/reports", wish, format="json")
    assert answer.status_code == 422 and answer.json()["errors"][0]["field"] == "to"


def test_a_cancelled_report_leaves_nothing_behind(filled, owner, ask, monkeypatch):
    told = ask(owner)
    assert owner.post(f"/api/reports/{told['id']}/cancel").json()["status"] == "cancelled"
    assert made(told).files == {}
    told = ask(owner)
    real = paper.pdf

    def asked_to_stop(report, content):
        services.cancel(actor=owner.user, report_id=report.pk)
        time.sleep(0.6)  # what is known of it may be half a second old
        return real(report, content)

    monkeypatch.setattr(paper, "pdf", asked_to_stop)
    report = made(told)
    assert (report.status, report.files) == ("cancelled", {})
    assert not default_storage.exists(folder(report))
    assert owner.post(f"/api/reports/{told['id']}/cancel").status_code == 202, "harmless where it has ended"


def test_what_breaks_ends_as_a_failure_with_words(filled, owner, ask, monkeypatch):
    told = ask(owner)

    def broken(*_):
        raise RuntimeError("no paper left")

    monkeypatch.setattr(paper, "pdf", broken)
    for _ in range(services.TRIES):
        work_off()
        Job.objects.exclude(status="dead").update(status="queued", scheduled_at=timezone.now())
    report = Report.objects.get(pk=told["id"])
    assert report.status == "failed" and report.error["message"] and "no paper left" not in str(report.error)
    shown = owner.get(f"/analytics/reports/{report.pk}").content.decode()
    assert "Ask for it anew" in shown
    assert Notification.objects.filter(user=owner.user, title__startswith="The report could not be made").exists()


def test_where_no_pdf_can_be_made_the_rest_is_there_and_the_remedy_is_told(filled, owner, ask, monkeypatch):
    def missing():
        raise printing.NoPaper

    monkeypatch.setattr(printing, "_weasyprint", missing)
    report = made(ask(owner))
    assert report.status == "done" and "apt-get install" in report.note and "report.pdf" not in report.files
    assert "apt-get install" in owner.get(f"/analytics/reports/{report.pk}").content.decode()


def test_a_deleted_report_takes_its_files_along(filled, owner, ask):
    report = made(ask(owner))
    path = report.files["report.pdf"]["path"]
    assert default_storage.exists(path)
    assert owner.delete(f"/api/reports/{report.pk}").status_code == 204
    assert not default_storage.exists(path) and not Report.objects.exists()
    told = ask(owner)
    assert owner.delete(f"/api/reports/{told['id']}").json()["code"] == "still_made"


def stored(report: Report) -> int:
    """How many files lie in its folder."""
    place = folder(report)
    if not default_storage.exists(place):
        return 0
    attempts = default_storage.listdir(place)[0]
    return sum(len(default_storage.listdir(f"{place}/{each}")[1]) for each in attempts)


@pytest.mark.parametrize("where", ["result.committed", "result.before_commit"])
def test_a_report_that_is_done_keeps_its_files_whatever_comes_after(where, filled, owner, ask, settings, tmp_path):
    told = ask(owner)
    settings.FAULTS = str(tmp_path)
    (tmp_path / f"{where}@{Report.objects.get().job_id}").write_text("raise")
    report = made(told)
    if where == "result.committed":
        assert report.status == "done" and stored(report) == len(FILES)
        for name in FILES:
            assert content_of(owner, report, name)
    else:
        assert (report.status, report.files, stored(report)) == ("running", {}, 0), "it is made anew"
        Job.objects.filter(pk=report.job_id).update(status="queued", scheduled_at=timezone.now())
        assert made(told).status == "done" and stored(report) == len(FILES)


@pytest.mark.parametrize("lost", [OperationalError, InterfaceError])
def test_an_answer_of_the_database_that_is_lost_loses_no_files(lost, filled, owner, ask, monkeypatch):
    real = making._tell

    def tell(row, title, body):
        real(row, title, body)
        transaction.on_commit(fail)

    def fail():
        raise lost("server closed the connection unexpectedly")

    monkeypatch.setattr(making, "_tell", tell)
    report = made(ask(owner))
    assert report.status == "done" and stored(report) == len(FILES)
    assert content_of(owner, report, "figures.csv")


def test_a_storage_that_fills_up_in_the_middle_keeps_no_half(filled, owner, ask, monkeypatch):
    told, real, count = ask(owner), FileSystemStorage.save, itertools.count()

    def save(storage, name, content, **more):
        if next(count) == 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(storage, name, content, **more)

    with monkeypatch.context() as full:
        full.setattr(FileSystemStorage, "save", save)
        report = made(told)
    assert (report.status, stored(report)) == ("running", 0)
    Job.objects.filter(pk=report.job_id).update(status="queued", scheduled_at=timezone.now())
    assert made(told).status == "done" and stored(report) == len(FILES)


@pytest.mark.parametrize(
    ("code", "error", "where", "name"),
    [
        ("storage_away", ConnectionError("no route"), FileSystemStorage, "save"),
        ("no_room", OSError(errno.ENOSPC, "No space left on device"), FileSystemStorage, "save"),
        ("database_away", OperationalError("the server is starting up"), contents, "read"),
    ],
)
def test_what_is_away_is_waited_for_an_hour(code, error, where, name, filled, owner, ask, monkeypatch):
    def missing():
        raise printing.NoPaper

    def away(*_, **__):
        raise error

    monkeypatch.setattr(printing, "_weasyprint", missing)
    told, waited = ask(owner), timedelta()
    with monkeypatch.context() as lost:
        lost.setattr(where, name, away)
        work_off()
        job = Job.objects.get(pk=Report.objects.get().job_id)
        for _ in range(services.TRIES - 1):
            job.refresh_from_db()
            assert job.last_error["code"] == code and job.status not in ("dead", "failed")
            pause = job.scheduled_at - timezone.now()
            assert pause > timedelta(seconds=30)
            waited += pause
            if job.failures == services.TRIES - 1:
                break
            Job.objects.filter(pk=job.pk).update(status="queued", scheduled_at=timezone.now())
            work_off()
    assert timedelta(minutes=59) < waited < timedelta(minutes=70)
    Job.objects.filter(pk=job.pk).update(status="queued", scheduled_at=timezone.now())
    assert made(told).status == "done"


def test_cells_are_never_run(filled, owner, ask):
    hostile = '=HYPERLINK("http://x.example")'
    filled.generation(owner.user, AT, brief=hostile)
    filled.generation(owner.user, AT, brief="\x02@cmd")
    rollups.work_off()
    report = made(ask(owner))
    briefs = [row["brief"] for row in table_of(owner, report, "generations.csv")]
    assert f"'{hostile}" in briefs and not any(brief.startswith(("=", "@", "+", "-")) for brief in briefs)
    frame = pandas.read_csv(io.BytesIO(content_of(owner, report, "generations.csv")))
    assert len(frame) == 5 and not frame["brief"].str.startswith(("=", "@", "+", "-")).any()
    book = load_workbook(io.BytesIO(content_of(owner, report, "rows.xlsx")))
    cells = [cell for row in book["generations"].iter_rows() for cell in row]
    assert all(cell.data_type != "f" for cell in cells) and any(cell.value == hostile for cell in cells)


def test_a_workbook_says_where_it_was_cut(filled, owner, ask, monkeypatch):
    monkeypatch.setattr(tables, "MOST_LINES", 2)
    report = made(ask(owner))
    assert "first 2 generations" in report.note and "first 2 images" in report.note and "charges" not in report.note
    assert len(table_of(owner, report, "images.csv")) == 5
