"""Which weights this project knows, from where they come, and by which hash they are recognised. No torch here.

Beside these a studio may put files of its own into the models folder: see `own`.
"""

from __future__ import annotations

import functools
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SHIPPED = Path(__file__).parent / "weights"
FOLDER_VARIABLE = "DESIGNER_MODELS_DIR"
UPSCALE = "upscale"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One file of weights.

    sha256: every accepted hash of the file (a reconversion of the same parameters has its own). size: bytes, of the
    file at `url`. purpose: "upscale", "face", or "twin" (only of use together with another model).
    architecture: "compact" (our own class) or what spandrel reads. halo: input pixels a tile borrows from its
    neighbours. align: input tiles begin at multiples of this. flops: arithmetic per input pixel.
    twin: the model that the same network becomes at no denoising. half: whether 16-bit arithmetic serves it.
    """

    name: str
    title: str
    file: str
    sha256: tuple[str, ...]
    size: int
    architecture: str
    scale: int
    halo: int
    align: int
    flops: float
    licence: str
    shipped: bool
    url: str | None = None
    purpose: str = UPSCALE
    twin: str | None = None
    half: bool = True
    own: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """A shipped file of a known model's network in eight-bit whole numbers (see `integers`).

    parent: the SHA-256 of the parameters in float32 that it was made of (`trying.digest`); for no others it is used.
    """

    file: str
    sha256: tuple[str, ...]
    parent: str

    @property
    def path(self) -> Path:
        return SHIPPED / self.file


def _flops(architecture: dict[str, Any], scale: int) -> float:
    """Multiplications and additions per input pixel; 3x3 convolutions make up nearly all of them. 0 where unknown."""
    if "features" not in architecture:
        return 0.0
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
        size=row["size"],
        architecture=architecture["family"],
        scale=row["scale"],
        halo=architecture.get("halo", 0),
        align=architecture.get("unshuffle", 1),
        flops=_flops(architecture, row["scale"]),
        licence=row["licence"],
        shipped=row["shipped"],
        url=row["url"],
        purpose=row.get("purpose", UPSCALE),
        twin=row.get("twin"),
    )


@functools.cache
def catalogue() -> dict[str, Entry]:
    """Every known file of weights by name, whatever it is for, in the manifest's order."""
    rows = json.loads((SHIPPED / "manifest.json").read_text(encoding="utf-8"))["models"]
    return {row["name"]: _entry(row) for row in rows}


@functools.cache
def integers() -> dict[str, Whole]:
    """What is shipped in whole numbers, by the name of the model that it belongs to."""
    rows = json.loads((SHIPPED / "manifest.json").read_text(encoding="utf-8"))["integers"]
    return {row["of"]: Whole(file=row["file"], sha256=tuple(row["sha256"]), parent=row["parent"]) for row in rows}


@functools.cache
def entries() -> dict[str, Entry]:
    """The known models that enlarge, by name."""
    return {name: entry for name, entry in catalogue().items() if entry.purpose == UPSCALE}


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
