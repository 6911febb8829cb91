"""The rows behind a report, as files: however many there are, no more than some thousand of them are held at a time.

CSV files are written while the snapshot lasts, which must be short, for an old one slows the queue down; the workbook
is made of them afterwards. A cell that a spreadsheet would run is guarded, or is plainly text.
"""

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from analytics.periods import Period
from analytics.reports.models import Costs, Report
from designer.assets.models import Asset
from designer.generations.models import Generation
from designer.ledger.models import LedgerEntry
from teams.accounts.models import User
from teams.base.cells import BOM, csv_line, unguarded

AT_ONCE: Final = 2_000  # rows from the database
LOOK_EVERY: Final = 5_000  # rows, after which it is asked whether to go on
MOST_LINES: Final = 200_000  # of a sheet in the workbook: more take minutes, and no program opens them in comfort
LONGEST_CELL: Final = 32_767  # characters that a spreadsheet takes
Stop = Callable[[], None]
NUMBERS: Final = {"seconds", "seed", "quality", "width", "height", "bytes", "quantity", "unit_price_usd", "amount_usd",
    "cost_usd"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Table:
    name: str
    columns: tuple[str, ...]
    lines: Iterator[Sequence[object]]


def tables_of(report: Report, period: Period) -> Iterator[Table]:
    """Generations, images and, as far as the report tells costs, charges of these days, the oldest first."""
    within = {"team": report.team_id, "created_at__gte": period.begin, "created_at__lt": period.end}
    here = ZoneInfo(report.zone)
    yield Table("generations", GENERATIONS, _generations(_of(Generation.objects.filter(**within)), here))
    yield Table("images", IMAGES, _images(_of(Asset.objects.filter(kind="generated", **within)), here))
    if report.costs != Costs.NONE:
        rows = LedgerEntry.objects.filter(**within)
        rows = rows if report.costs == Costs.TEAM else rows.filter(actor_id=report.owner_id)
        yield Table("charges", CHARGES, _charges(_of(rows), here))


def _of(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.order_by("created_at", "pk")


GENERATIONS: Final = ("id", "asked_at", "by", "brief", "status", "error", "provider", "model", "simulated", "seconds")
IMAGES: Final = ("id", "made_at", "by", "title", "generation", "provider", "model", "simulated", "set_aside", "width",
    "height", "quality", "seed", "trashed")  # fmt: skip
CHARGES: Final = ("id", "charged_at", "kind", "subject", "by", "provider", "model", "quantity", "unit_price_usd",
    "amount_usd", "simulated")  # fmt: skip


def _generations(rows: QuerySet[Any], here: ZoneInfo) -> Iterator[Sequence[object]]:
    names = ("pk", "created_at", "owner__name", "owner__email", "brief", "status", "error__code", "provider", "model",
        "simulated", "started_at", "finished_at")  # fmt: skip
    for pk, at, name, mail, brief, status, error, provider, model, simulated, began, ended in _read(rows, names):
        took = round((ended - began).total_seconds(), 3) if began and ended else None
        yield [pk, _wall(at, here), _who(name, mail), brief, status, error, provider, model, _yes(simulated), took]


def _images(rows: QuerySet[Any], here: ZoneInfo) -> Iterator[Sequence[object]]:
    names = ("pk", "created_at", "owner__name", "owner__email", "title", "generation", "provenance__provider",
        "provenance__model", "simulated", "set_aside", "width", "height", "quality__score", "seed",
        "trashed_at")  # fmt: skip
    for pk, at, name, mail, title, generation, provider, model, simulated, aside, *rest, trashed in _read(rows, names):
        flags, by = [_yes(simulated), _yes(aside)], _who(name, mail)
        yield [pk, _wall(at, here), by, title, generation, provider, model, *flags, *rest, _yes(trashed is not None)]


def _charges(rows: QuerySet[Any], here: ZoneInfo) -> Iterator[Sequence[object]]:
    names = ("pk", "created_at", "kind", "subject", "actor_id", "provider", "model", "quantity", "unit_price", "amount",
        "simulated")  # fmt: skip
    charged = User.objects.filter(pk__in=rows.order_by().values("actor_id"))
    people = {pk: _who(name, mail) for pk, name, mail in charged.values_list("pk", "name", "email")}
    for pk, at, kind, subject, actor, *said, simulated in _read(rows, names):
        yield [pk, _wall(at, here), kind, subject, people.get(actor, ""), *said, _yes(simulated)]


def _read(rows: QuerySet[Any], names: Sequence[str]) -> Iterator[Sequence[Any]]:
    """By a cursor of the server: they come as they are wanted."""
    return iter(rows.values_list(*names).iterator(chunk_size=AT_ONCE))


def _who(name: str, mail: str) -> str:
    """As `User.shown_name` has it."""
    return name or (mail or "").split("@")[0]


def _wall(at: datetime, here: ZoneInfo) -> str:
    return at.astimezone(here).isoformat(timespec="seconds")


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def write_csv(table: Table, folder: Path, stop: Stop) -> tuple[Path, int]:
    """The file, and how many rows it has."""
    path, count = folder / f"{table.name}.csv", 0
    with path.open("wb") as file:
        file.write(BOM.encode() + csv_line(table.columns))
        for count, line in enumerate(table.lines, 1):
            file.write(csv_line(line))
            if count % LOOK_EVERY == 0:
                stop()
    return path, count


def write_workbook(tables: Sequence[Path], folder: Path, stop: Stop) -> tuple[Path, list[str]]:
    """A sheet for each of these CSV files, and the names of those that have more rows than it takes."""
    book, path = Workbook(write_only=True), folder / "rows.xlsx"
    try:
        cut = [each.stem for each in tables if _fill(book.create_sheet(each.stem), each, stop)]
    finally:
        book.save(path)  # also where it is left off: only so go the files that it is made of
    return path, cut


def _fill(sheet: Any, table: Path, stop: Stop) -> bool:
    """Whether there are more rows than it takes."""
    with table.open(encoding="utf-8-sig", newline="") as file:
        lines = csv.reader(file)
        columns = next(lines)
        sheet.append(columns)
        for number, line in enumerate(islice(lines, MOST_LINES), 1):
            sheet.append([_cell(sheet, name, cell) for name, cell in zip(columns, line, strict=True)])
            if number % LOOK_EVERY == 0:
                stop()
        return next(lines, None) is not None


def _cell(sheet: Any, column: str, cell: str) -> object:
    """A number as one, all else as text that is never worked out, whatever it begins with."""
    if column in NUMBERS:
        return _number(cell)
    text = ILLEGAL_CHARACTERS_RE.sub("\N{REPLACEMENT CHARACTER}", unguarded(cell))[:LONGEST_CELL]
    if not text.startswith(("=", "#")):  # a formula, or what a spreadsheet takes for an error of one
        return text or None
    found = WriteOnlyCell(sheet, value=text)
    found.data_type = "s"
    return found


def _number(cell: str) -> object:
    if not cell:
        return None
    try:
        return float(cell) if "." in cell or "e" in cell.lower() else int(cell)
    except ValueError:
        return cell
