"""Makes one report: its figures and rows of one moment, then what is printed and packed of them."""

import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from django.db.models.functions import Now

from analytics.reports import contents, files, paper, recipients, services, tables
from analytics.reports.models import Costs, Report, Status
from analytics.snapshots import snapshot
from designer import printing
from designer.jobs.handlers import Later, Permanent, RunningJob
from designer.notifications.services import notify
from designer.realtime.events import REPORT_CHANGED
from designer.realtime.ticks import tick
from teams.base.errors import Missing

AGAIN: Final = timedelta(seconds=3)
PATIENCE: Final = 40  # tries, two minutes, for figures that are just being worked out; then they are told as they are
LONGEST_NOTE: Final = 300


def make(job: RunningJob, report_id: UUID) -> None:
    """Raises Permanent where its owner may not see what it tells any more, Later while its figures are not there, Retry
    while the storage or the database is away."""
    with services.patient(job.failures):
        _make(job, report_id)


def _make(job: RunningJob, report_id: UUID) -> None:
    row = Report.objects.select_related("team", "owner").filter(pk=report_id).first()
    if row is None or not row.is_live:
        return
    ask = _asked(row)
    if services.is_full(row.team_id):
        raise Permanent("reports_full", services.FULL, services.FULL_REMEDY)
    with job.fenced():
        Report.objects.move(row.pk, Status.RUNNING, percent=5)
        row.refresh_from_db(fields=["status", "percent"])
        services.announce(row)
    with tempfile.TemporaryDirectory(prefix="report-") as name:
        folder = Path(name)
        found, sheets = _read(job, row, ask, folder)
        _show(row, 40)
        made, notes = [folder / "figures.csv", *sheets], []
        made[0].write_bytes(contents.table(found))
        book, cut = tables.write_workbook(sheets, folder, job.stop_if_cancelled)
        made.append(book)
        notes += [f"The workbook has the first {tables.MOST_LINES:,} {each}; the CSV has all." for each in cut]
        _show(row, 60)
        job.stop_if_cancelled()
        notes += _print(row, found.content, folder / "report.pdf", made)
        _show(row, 90)
        job.stop_if_cancelled()
        _finish(job, row, found.content, made, " ".join(notes)[:LONGEST_NOTE])


def _asked(row: Report) -> Any:
    try:
        ask = contents.question_of(row)
    except Missing as missing:
        told = "Whoever asked for it is no longer in the team."
        raise Permanent("owner_left", told, "Ask for it anew.") from missing
    if row.costs == Costs.TEAM and row.team_id not in ask.scope.whole:
        told = "Whoever asked for it may no longer see the team's costs."
        raise Permanent("owner_left", told, "Ask for it anew, without the costs.")
    return ask


def _read(job: RunningJob, row: Report, ask: Any, folder: Path) -> tuple[contents.Found, list[Path]]:
    """All that is read, of one moment."""
    with snapshot():
        if job.attempt < PATIENCE and contents.pending(row, ask):
            raise Later(AGAIN, "Some of its figures are just being worked out.")
        found = contents.read(row, ask)
        written = [tables.write_csv(each, folder, job.stop_if_cancelled) for each in tables.tables_of(row, ask.period)]
    found.content["rows"] = {path.stem: count for path, count in written}
    return found, [path for path, _ in written]


def _print(row: Report, content: dict[str, Any], path: Path, made: list[Path]) -> list[str]:
    """Add the PDF; what is to be said where there can be none."""
    try:
        path.write_bytes(paper.pdf(row, content))
    except printing.NoPaper:
        return [printing.MISSING]
    made.insert(0, path)
    return []


def _show(row: Report, percent: int) -> None:
    """How far it is, to those who watch and to those who come."""
    Report.objects.filter(pk=row.pk, status=Status.RUNNING).update(percent=percent)
    tick(f"report:{row.pk}", REPORT_CHANGED, {"status": Status.RUNNING, "percent": percent, "error": None})


def _finish(job: RunningJob, row: Report, content: dict[str, Any], made: list[Path], note: str) -> None:
    kept = files.keep(row, job.attempt, made)
    try:
        with job.fenced(finish=True):
            _asked(row)  # rights may be lost while it is made
            size = sum(each["bytes"] for each in kept.values())
            told = {"content": content, "files": kept, "size": size, "note": note, "percent": 100, "finished_at": Now()}
            Report.objects.move(row.pk, Status.DONE, **told)
            row.refresh_from_db()
            for delivery in recipients.deliveries_of(row):
                delivery.save()
                services.post(delivery)
            services.announce(row)
            _tell(row, f"The report is ready: {row.title}", " ".join(content["sentences"][:2]))
    except BaseException as error:
        files.drop_unless_named(row, kept, error)
        raise


def not_made(report_id: str, error: dict[str, Any]) -> None:
    """Tell its owner that it failed. Called in the transaction that ended it."""
    row = Report.objects.select_related("team", "owner").filter(pk=report_id, status=Status.FAILED).first()
    if row is not None:
        _tell(
            row, f"The report could not be made: {row.title}", f"{error.get('message', '')} {error.get('remedy', '')}"
        )


def _tell(row: Report, title: str, body: str) -> None:
    notify(
        users=[row.owner], kind="report", subject=f"report:{row.pk}", title=title, body=body.strip(),
        link=f"/analytics/reports/{row.pk}", team_id=row.team_id,
    )  # fmt: skip
