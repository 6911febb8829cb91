"""Which weights this project knows, from where they come, and by which hash they are recognised. No torch here."""

from __future__ import annotations

import functools
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SHIPPED = Path(__file__).parent / "weights"
FOLDER_VARIABLE = "DESIGNER_MODELS_DIR"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One file of weights.

    sha256: every accepted hash of the file (a reconversion of the same parameters has its own).
    architecture: "compact" (our own class) or "rrdb" (read by spandrel). halo: input pixels a tile borrows from its
    neighbours. align: input tiles begin at multiples of this. flops: arithmetic per input pixel.
    """

    name: str
    title: str
    file: str
    sha256: tuple[str, ...]
    architecture: str
    scale: int
    halo: int
    align: int
    flops: float
    licence: str
    shipped: bool
    url: str | None = None


def _flops(architecture: dict[str, Any], scale: int) -> float:
    """Multiplications and additions per input pixel; 3x3 convolutions make up nearly all of them."""
    features = int(architecture["features"])
    if architecture["family"] == "compact":
        return 18.0 * (3 * features + int(architecture["convs"]) * features**2 + features * 3 * scale**2)
    growth, blocks = 32, int(architecture["blocks"])
    dense = sum((features + step * growth) * growth for step in range(4)) + (features + 4 * growth) * features
    inner = 18.0 * (blocks * 3 * dense + features**2) / int(architecture.get("unshuffle", 1)) ** 2
    tail = 18.0 * features**2 * (2 * scale**2 + scale**2 / 4)
    return inner + tail


def _entry(row: dict[str, Any]) -> Entry:
    architecture = row["architecture"]
    return Entry(
        name=row["name"],
        title=row["title"],
        file=row["file"],
        sha256=tuple(row["sha256"]),
        architecture=architecture["family"],
        scale=row["scale"],
        halo=architecture["halo"],
        align=architecture.get("unshuffle", 1),
        flops=_flops(architecture, row["scale"]),
        licence=row["licence"],
        shipped=row["shipped"],
        url=row["url"],
    )


@functools.cache
def entries() -> dict[str, Entry]:
    """Every known model by name, in the manifest's order."""
    rows = json.loads((SHIPPED / "manifest.json").read_text(encoding="utf-8"))["models"]
    return {row["name"]: _entry(row) for row in rows}


_configured: list[Path] = []


def use_models_folder(folder: Path) -> None:
    """What an application's settings say; called at its start. The variable in the environment still goes before."""
    _configured[:] = [folder]


def models_folder(folder: Path | None = None) -> Path | None:
    """Where downloads lie: the argument, else the variable DESIGNER_MODELS_DIR, else as configured, else nowhere."""
    named = os.environ.get(FOLDER_VARIABLE, "").strip()
    return folder or (Path(named) if named else next(iter(_configured), None))


def locate(entry: Entry, folder: Path | None = None) -> Path | None:
    """The file of these weights if it is on this machine; its content has not been looked at."""
    home = SHIPPED if entry.shipped else models_folder(folder)
    path = home / entry.file if home else None
    return path if path and path.is_file() else None
