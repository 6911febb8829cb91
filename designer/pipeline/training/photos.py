"""The labelled photos and how they are parted: by a hash of the file name, so a photo is never on both sides."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PIL import Image, ImageOps

from designer.pipeline.kinds import NOTHING

TEST_TENTHS: Final = 3
FOLDS: Final = 5
EDGE: Final = 512
OTHERS: Final = ("kodak", "skimage")  # photos without a garment as their subject, for what is no garment


@dataclass(frozen=True, slots=True)
class Labelled:
    """One file and what it shows: the word before the first underscore of its name, or NOTHING."""

    path: Path
    label: str

    @property
    def is_test(self) -> bool:
        return _slot("split", self.path.name, 10) < TEST_TENTHS

    @property
    def fold(self) -> int:
        return _slot("fold", self.path.name, FOLDS)


def _slot(purpose: str, name: str, count: int) -> int:
    return int(hashlib.sha256(f"{purpose}:{name}".encode()).hexdigest(), 16) % count


def labelled(folder: Path) -> list[Labelled]:
    """Every photo below `folder`, which holds one folder per source: clothing, and OTHERS where they are present."""
    clothes = [Labelled(path, path.name.partition("_")[0]) for path in sorted((folder / "clothing").glob("*.jpg"))]
    rest = [path for name in OTHERS for path in sorted((folder / name).glob("*.*"))]
    return clothes + [Labelled(path, NOTHING) for path in rest]


def opened(path: Path) -> Image.Image:
    """Upright RGB, at most EDGE on a side."""
    with Image.open(path) as image:
        upright = ImageOps.exif_transpose(image).convert("RGB")
    upright.thumbnail((EDGE, EDGE))
    return upright


def pieces(image: Image.Image) -> Iterator[Image.Image]:
    """The picture and five parts of it: the only way to have many pictures of nothing in particular."""
    yield image
    wide, high = image.size
    for left, top, size in ((0, 0, 0.6), (0.4, 0, 0.6), (0, 0.4, 0.6), (0.4, 0.4, 0.6), (0.15, 0.1, 0.75)):
        box = (left * wide, top * high, (left + size) * wide, (top + size) * high)
        yield image.crop(box)
