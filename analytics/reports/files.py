"""The files of reports in the storage: a folder for each, in it one for each attempt at making them.

A worker that dies leaves files that no row names; they go with the report.
"""

import logging
from pathlib import Path
from typing import Any, Final

from django.core.files import File
from django.core.files.storage import default_storage

from analytics.reports.models import Report
from designer.assets.blobs import AWAY, refusal

log = logging.getLogger(__name__)
TYPES: Final = {
    "pdf": "application/pdf",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def folder(row: Report) -> str:
    return f"reports/{row.team_id}/{row.pk}"


def keep(row: Report, attempt: int, found: list[Path]) -> dict[str, Any]:
    """Store the files; as `Report.files` names them. Raises Refused when the storage is full or away."""
    kept = {}
    for each in found:
        try:
            with each.open("rb") as file:
                path = default_storage.save(f"{folder(row)}/{attempt}/{each.name}", File(file))
        except AWAY as error:
            raise refusal(error) from error
        kind = TYPES[each.suffix.removeprefix(".")]
        kept[each.name] = {"path": path, "bytes": each.stat().st_size, "type": kind}
    return kept


def drop(kept: dict[str, Any]) -> None:
    """Delete what was stored for a report that did not come about after all."""
    for each in kept.values():
        try:
            default_storage.delete(each["path"])
        except AWAY as error:
            log.warning("%s is left in the storage: %s", each["path"], error)


def forget(place: str) -> None:
    """Delete all files in the folder of a report. What cannot be deleted is only logged: no row names it any more."""
    try:
        for attempt in default_storage.listdir(place)[0]:
            for name in default_storage.listdir(f"{place}/{attempt}")[1]:
                default_storage.delete(f"{place}/{attempt}/{name}")
            default_storage.delete(f"{place}/{attempt}")
        default_storage.delete(place)
    except FileNotFoundError:
        return
    except AWAY as error:
        log.warning("files are left in %s: %s", place, error)
