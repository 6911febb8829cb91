"""The files of weights that a studio put into its models folder itself. No torch here.

A file is used only after it was examined (see `examining`): what it turned out to be stands with its hash in
`own.json` beside it. A file that has changed since counts as not examined.
"""

from __future__ import annotations

import dataclasses
import json
import os
from pathlib import Path
from typing import Any

from enhancement.engine.manifest import Entry, catalogue, models_folder

RECORD = "own.json"
PREFIX = "own:"
SUFFIXES = (".safetensors", ".pth")
NO_LARGER = "It does not enlarge: its result is as large as its picture, and nothing here is done with such weights."


def name_of(path: Path) -> str:
    """The name under which a file of one's own is chosen; it cannot be that of a known model."""
    return PREFIX + path.name


def entries(folder: Path | None = None) -> dict[str, Entry]:
    """The examined models that enlarge and are still as they were, by name."""
    home = models_folder(folder)
    rows = _read(home) if home else {}
    unchanged = {file: row for file, row in rows.items() if home and _stamp(home / file) == row["stamp"]}
    made = [_entry(file, row) for file, row in sorted(unchanged.items()) if not _problem(row)]
    return {entry.name: entry for entry in made}


def problems(folder: Path | None = None) -> dict[str, str]:
    """By file name, why an examined file cannot be used."""
    home = models_folder(folder)
    rows = _read(home) if home else {}
    told = {file: _problem(row) for file, row in rows.items()}
    return {file: problem for file, problem in told.items() if home and problem and (home / file).is_file()}


def unexamined(folder: Path | None = None) -> list[Path]:
    """Files of weights in the folder that are no known model's and have not been examined as they are now."""
    home = models_folder(folder)
    if home is None or not home.is_dir():
        return []
    known, rows = {entry.file for entry in catalogue().values()}, _read(home)
    files = [path for path in sorted(home.iterdir()) if path.suffix.lower() in SUFFIXES and path.is_file()]
    strange = [path for path in files if path.name not in known and not path.name.startswith(".")]
    return [path for path in strange if rows.get(path.name, {}).get("stamp") != _stamp(path)]


def remember(path: Path, found: dict[str, Any]) -> None:
    """Write down what a file turned out to be: the fields of an Entry that depend on it, or a `problem`."""
    rows = _read(path.parent)
    rows[path.name] = {"problem": "", **found, "stamp": _stamp(path)}
    _write(path.parent, rows)


def forget(path: Path) -> None:
    rows = _read(path.parent)
    if rows.pop(path.name, None) is not None:
        _write(path.parent, rows)


def _problem(row: dict[str, Any]) -> str:
    """Why an examined file cannot be used; earlier releases took one that does not enlarge."""
    return str(row["problem"]) or (NO_LARGER if row.get("scale") == 1 else "")


def _entry(file: str, row: dict[str, Any]) -> Entry:
    fields = {field.name for field in dataclasses.fields(Entry)}
    given = {key: value for key, value in row.items() if key in fields}
    given["sha256"] = tuple(given["sha256"])
    name = name_of(Path(file))
    return Entry(name=name, title=Path(file).stem, file=file, licence="yours", shipped=False, own=True, **given)


def _stamp(path: Path) -> list[int]:
    try:
        status = path.stat()
    except OSError:
        return []
    return [status.st_mtime_ns, status.st_size]


def _read(home: Path) -> dict[str, dict[str, Any]]:
    """The record. One that is not there or cannot be read is empty: the files are then examined anew."""
    try:
        rows = json.loads((home / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return rows if isinstance(rows, dict) else {}


def _write(home: Path, rows: dict[str, dict[str, Any]]) -> None:
    new = home / f".{RECORD}.{os.getpid()}"
    new.write_text(json.dumps(rows, indent=1, sort_keys=True), encoding="utf-8")
    new.replace(home / RECORD)
