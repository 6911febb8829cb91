"""The files of reports in the storage, below the folder of their team, with which they go: a folder for each, in it one
for each attempt at making them.

What a worker that dies leaves behind, and what is left of a report whose row is gone, goes by the sweep.
"""

import logging
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import Error, InterfaceError, OperationalError

from analytics.reports.models import Report
from designer.assets.blobs import AWAY, refusal

log = logging.getLogger(__name__)
ROOM: Final = "reports"  # of a team's folder
TYPES: Final = {
    "pdf": "application/pdf",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def is_old(place: str, limit: datetime) -> bool:
    """Whether all files in a folder are from before that moment."""
    names = default_storage.listdir(place)[1]
    return all(default_storage.get_modified_time(f"{place}/{name}") < limit for name in names)


def folder(row: Report) -> str:
    return f"{row.team_id}/{ROOM}/{row.pk}"


def keep(row: Report, attempt: int, found: list[Path]) -> dict[str, Any]:
    """Store the files, all of them or none; as `Report.files` names them. Raises Refused when the storage is full or
    away."""
    place = f"{folder(row)}/{attempt}"
    kept: dict[str, Any] = {}
    try:
        for each in found:
            with each.open("rb") as file:
                path = default_storage.save(f"{place}/{each.name}", File(file))
            kept[each.name] = {"path": path, "bytes": each.stat().st_size, "type": TYPES[each.suffix[1:]]}
    except BaseException as error:
        clear(place)
        if isinstance(error, AWAY):
            raise refusal(error) from error
        raise
    return kept


def drop_unless_named(row: Report, kept: dict[str, Any], error: BaseException) -> None:
    """After this error at the end of making it: delete what was stored, unless the row names it all the same. An error
    may come after the commit, or instead of its answer; where the database cannot be asked the files stay."""
    if isinstance(error, (OperationalError, InterfaceError)):
        log.warning("files are left in %s, for it is not known whether they are named: %s", folder(row), error)
        return
    try:
        named = Report.objects.filter(pk=row.pk, files=kept).exists()
    except Error as away:
        log.warning("files are left in %s, for nobody can be asked whether they are named: %s", folder(row), away)
        return
    if not named:
        drop(kept)


def drop(kept: dict[str, Any]) -> None:
    """Delete what was stored for a report that did not come about after all."""
    for each in kept.values():
        try:
            default_storage.delete(each["path"])
        except AWAY as error:
            log.warning("%s is left in the storage: %s", each["path"], error)


def forget(place: str) -> None:
    """Delete all files in the folder of a report. What cannot be deleted is left for the sweep."""
    try:
        attempts = default_storage.listdir(place)[0]
    except FileNotFoundError:
        return
    except AWAY as error:
        log.warning("files are left in %s: %s", place, error)
        return
    done = [clear(f"{place}/{attempt}") for attempt in attempts]
    if all(done):
        clear(place)


def clear(place: str) -> bool:
    """Delete the files of a folder and, where folders are a thing of their own, the folder; whether that was done."""
    try:
        for name in default_storage.listdir(place)[1]:
            default_storage.delete(f"{place}/{name}")
        default_storage.delete(place)
    except FileNotFoundError:
        return True
    except AWAY as error:
        log.warning("files are left in %s: %s", place, error)
        return False
    return True
