"""Takes a file of rows in: read, checked and kept for a plan to name. Nothing is spent."""

from typing import IO, Any, Final

from batches import sheets, tables
from batches.models import BatchSheet
from batches.planning import team_for
from batches.sheets import MOST_ERRORS, Sheet
from designer.assets.services import display_name
from teams.accounts.models import User

PREVIEWED: Final = 20


def take_in(*, actor: User, team_id: Any, file: IO[bytes], name: str, mapping: dict[str, str]) -> dict[str, Any]:
    """What the file holds, what is wrong with it by line and column, and the id under which a plan may use its rows.

    Raises Refused, Missing or Forbidden; then nothing is kept.
    """
    team = team_for(actor, team_id)
    table = tables.read(file.read(tables.MAX_FILE + 1))
    found = sheets.rows_of(table, mapping=mapping)
    kept = None
    if found.rows:
        facts = {"name": display_name(name)[:200], "rows": found.rows, "lines": found.lines}
        kept = BatchSheet.objects.create(team=team, owner=actor, **facts)
    shown = {"format": table.format, "encoding": table.encoding, "delimiter": table.delimiter}
    return {"id": kept.pk if kept else None, "name": display_name(name)[:200], **shown, **_told(found)}


def _told(found: Sheet) -> dict[str, Any]:
    return {
        "rows": len(found.rows),
        "wrong": found.wrong,
        "columns": [
            {"column": each.name, "field": each.field or None, "slot": each.slot or None, "explanation": each.why}
            for each in found.columns
        ],
        "errors": [
            {"line": each.line, "column": each.column, "code": each.code, "message": each.message}
            for each in found.errors
        ],
        "duplicates": [
            {"line": line, "same_as": earlier} for line, earlier in list(found.duplicates.items())[:MOST_ERRORS]
        ],
        "unbriefed": found.unbriefed[:MOST_ERRORS],
        "preview": [
            {"line": line, "row": row}
            for line, row in zip(found.lines[:PREVIEWED], found.rows[:PREVIEWED], strict=True)
        ],
    }
