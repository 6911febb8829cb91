"""The lines of a table as rows of a plan: columns are matched to fields, every cell is checked. Knows no Django.

What is wrong is said by line and column; what is right is kept. Nothing is spent here.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from batches.fields import IN_SHEETS, typed
from batches.parts import MAX_ITEMS, SLOT
from batches.tables import MAX_COLUMNS, Line, Table
from designer.generations.wishes import MAX_BRIEF
from teams.base.errors import Refused

MOST_ERRORS: Final = 200
CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f\ud800-\udfff]")
ALIASES: Final = {
    "prompt": "brief", "description": "brief", "text": "brief", "ratio": "aspect_ratio", "count": "n", "number": "n",
    "reference": "references", "photos": "references", "style": "persona", "budget": "max_cost",
}  # fmt: skip
IGNORE: Final = "-"  # a mapping may say that a column is of no account


@dataclass(frozen=True, slots=True)
class Column:
    """A column and what it is taken for: a field, a slot, or (neither) nothing."""

    name: str
    field: str
    slot: str
    why: str

    @property
    def is_used(self) -> bool:
        return bool(self.field or self.slot)


@dataclass(frozen=True, slots=True)
class CellError:
    """What is wrong, and where: a line of the file, and the name of the column ("" for the whole line)."""

    line: int
    column: str
    code: str
    message: str


@dataclass(slots=True)
class Sheet:
    """What was read. `duplicates`: line -> the earlier line that says the same. `unbriefed`: lines that leave the
    column of briefs empty and name no photo: the plan's own brief is theirs, and without one they cannot be made."""

    columns: list[Column]
    rows: list[dict[str, Any]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    errors: list[CellError] = field(default_factory=list)
    duplicates: dict[int, int] = field(default_factory=dict)
    unbriefed: list[int] = field(default_factory=list)
    wrong: int = 0  # lines that were left out


def rows_of(table: Table, *, mapping: Mapping[str, str] | None = None) -> Sheet:
    """Every row of the table that is right, and what is wrong with the others.

    `mapping`: column -> field, slot, or "-" to leave it out. Raises Refused for no rows, or for too many.
    """
    header = next(table.lines, None)
    if header is None:
        raise Refused("empty", "This file has no lines.", field="file", remedy="The template shows how to fill it.")
    sheet = Sheet(_columns(_named(header.cells), mapping or {}))
    if not any(column.is_used for column in sheet.columns):
        remedy = f"Name the columns in the first line: {', '.join(IN_SHEETS)}, or slots of your brief."
        raise Refused("no_columns", "No column of this file has a name that can be used.", field="file", remedy=remedy)
    seen: dict[str, int] = {}
    count = 0
    for line in table.lines:
        count += 1
        if count > MAX_ITEMS:  # the rest of a long file is not read to count it
            shown = f"This file has more than {MAX_ITEMS:,} rows, which are the limit."
            raise Refused("too_many_items", shown, field="file", remedy="Split it.")
        _take(sheet, line, seen)
    if count == 0:
        raise Refused("empty", "This file has 0 rows below its header.", field="file", remedy="Fill in a line.")
    return sheet


def _named(cells: Sequence[str]) -> Sequence[str]:
    """The cells of the first line without the empty ones at its end. Raises Refused for too many."""
    count = max((place for place, cell in enumerate(cells, 1) if cell.strip()), default=0)
    if count > MAX_COLUMNS:
        shown = f"The first line has more than {MAX_COLUMNS} columns, which are the limit."
        raise Refused("too_many_columns", shown, field="file", remedy="Remove the columns that nothing reads.")
    return cells[:count]


def _columns(names: Sequence[str], mapping: Mapping[str, str]) -> list[Column]:
    found: list[Column] = []
    first: dict[str, Column] = {}  # what is set, by which column
    for place, raw in enumerate(names):
        name = CONTROL.sub("", raw).strip()[:60]
        column = _column(name or f"column {place + 1}", mapping.get(name), blank=not name)
        same = first.setdefault(_target(column), column) if column.is_used else column
        if same is not column:
            column = Column(column.name, "", "", f"The column {same.name} says the same already; this one is left out.")
        found.append(column)
    return found


def _target(column: Column) -> str:
    return column.field or f"{{{column.slot.casefold()}}}"


def _column(name: str, wish: str | None, *, blank: bool) -> Column:
    if wish == IGNORE:
        return Column(name, "", "", "Left out, as you said.")
    if blank and not wish:
        return Column(name, "", "", "It has no name in the first line, so it is left out.")
    said = wish or name
    plain = "_".join(said.casefold().replace("-", " ").split())
    known = ALIASES.get(plain, plain)
    if known in IN_SHEETS:
        return Column(name, known, "", f"Sets {known}.")
    if SLOT.fullmatch(f"{{{said}}}"):
        return Column(name, "", said, f"No field has this name: it fills {{{said}}} where a brief has that place.")
    shown = "No field has this name, and a slot is named by letters, digits, spaces, _ and -. It is left out."
    return Column(name, "", "", shown)


def _take(sheet: Sheet, line: Line, seen: dict[str, int]) -> None:
    row, faults = _row(sheet.columns, line)
    if faults:
        sheet.wrong += 1
        sheet.errors.extend(faults[: MOST_ERRORS - len(sheet.errors)])
        return
    key = json.dumps(row, sort_keys=True)
    if key in seen:
        sheet.duplicates[line.number] = seen[key]
    seen.setdefault(key, line.number)
    if any(column.field == "brief" for column in sheet.columns) and not {"brief", "references"} & row.keys():
        sheet.unbriefed.append(line.number)
    sheet.rows.append(row)
    sheet.lines.append(line.number)


def _row(columns: Sequence[Column], line: Line) -> tuple[dict[str, Any], list[CellError]]:
    row: dict[str, Any] = {}
    faults: list[CellError] = []
    if any(cell.strip() for cell in line.cells[len(columns) :]):
        shown = f"This line has {len(line.cells)} cells, the header {len(columns)}."
        faults.append(CellError(line.number, "", "too_many_cells", f"{shown} Put texts with commas in quotes."))
    for column, cell in zip(columns, line.cells, strict=False):
        if not column.is_used or not cell.strip():
            continue
        try:
            row[column.field or column.slot] = _value(column, cell)
        except Refused as refused:
            told = f"{refused.message} {refused.remedy}".strip()
            faults.append(CellError(line.number, column.name, refused.code, told))
    if not row and not faults:
        faults.append(CellError(line.number, "", "empty", "No column that is used has anything in this line."))
    return row, faults


def _value(column: Column, cell: str) -> Any:
    if len(cell) > MAX_BRIEF:
        shown = f"This cell has {len(cell):,} characters; {MAX_BRIEF:,} are the limit."
        raise Refused("too_long", shown, remedy="Shorten it.")
    if CONTROL.search(cell):
        raise Refused("control_characters", "This cell holds control characters.", remedy="Type it anew.")
    return typed(column.field, cell, column.name) if column.field else cell.strip()


def template_for(brief: str) -> list[list[str]]:
    """The lines of a file to fill in: a column for each slot of the brief (else the brief itself) and usual fields."""
    slots = list(dict.fromkeys(SLOT.findall(brief)))
    usual = {"model": "", "persona": "", "aspect_ratio": "3:4", "quality": "standard", "n": "1", "seed": ""}
    first = {slot: f"a {slot}" for slot in slots} or {"brief": "a knee-length coat in boiled wool"}
    return [[*first, *usual], [*first.values(), *usual.values()]]
