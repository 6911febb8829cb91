"""Where to cut: boxes of a given shape around a subject, that cut no face. Pure arithmetic on pixels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from enhancement.operations import planes
from enhancement.operations.planes import Plane

BLOCKS: Final = 3  # a swatch is as even as its blocks are alike
COVER: Final = 0.985  # of a swatch that must be the fabric


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of whole pixels, ends excluded."""

    left: int
    top: int
    right: int
    bottom: int

    @classmethod
    def of_shares(cls, wish: Mapping[str, Any], width: int, height: int) -> Box:
        """A box that was asked for in shares of a picture's sides: left, top, width, height. At least a pixel."""
        left, top = min(int(wish["left"] * width), width - 1), min(int(wish["top"] * height), height - 1)
        across, down = max(1, round(wish["width"] * width)), max(1, round(wish["height"] * height))
        return cls(left, top, min(width, left + across), min(height, top + down))

    @property
    def width(self) -> int:
        return self.right - self.left

    @property
    def height(self) -> int:
        return self.bottom - self.top

    def joined(self, other: Box) -> Box:
        return Box(
            min(self.left, other.left), min(self.top, other.top),
            max(self.right, other.right), max(self.bottom, other.bottom),
        )  # fmt: skip

    def grown(self, across: float, up: float, down: float, width: int, height: int) -> Box:
        """Larger by so many pixels, as far as the picture of width x height reaches."""
        return Box(
            max(0, round(self.left - across)), max(0, round(self.top - up)),
            min(width, round(self.right + across)), min(height, round(self.bottom + down)),
        )  # fmt: skip

    def within(self, other: Box) -> Box:
        """In pixels of a picture cut to `other`, as far as it lies in it."""
        left, right = (min(max(x - other.left, 0), other.width) for x in (self.left, self.right))
        top, bottom = (min(max(y - other.top, 0), other.height) for y in (self.top, self.bottom))
        return Box(left, top, right, bottom)

    def meets(self, other: Box) -> bool:
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom

    def holds(self, other: Box) -> bool:
        across = self.left <= other.left and other.right <= self.right
        return across and self.top <= other.top and other.bottom <= self.bottom

    def shown(self) -> dict[str, int]:
        return {"left": self.left, "top": self.top, "width": self.width, "height": self.height}


def largest(width: int, height: int, ratio: float) -> tuple[int, int]:
    """Sides of the largest box of that ratio (width over height) in a picture; never less than a pixel."""
    across = min(width, max(1, round(height * ratio)))
    return across, min(height, max(1, round(across / ratio)))


def around(subject: Box, width: int, height: int, ratio: float) -> tuple[int, int]:
    """Sides of the smallest box of that ratio that holds the subject, or of the largest that the picture has."""
    most = largest(width, height, ratio)
    across = max(subject.width, round(subject.height * ratio))
    return (across, max(1, round(across / ratio))) if across < most[0] else most


def placed(sides: tuple[int, int], width: int, height: int, subject: Box, faces: Sequence[Box]) -> Box:
    """A box of these sides near the subject's middle: first without a cut face, then with the most faces whole.

    Whether a face is cut nevertheless is for the caller to ask of the box: sometimes there is no other place.
    """
    best: tuple[float, ...] | None = None
    chosen = Box(0, 0, *sides)
    for box in _places(sides, width, height, subject, faces):
        cut = sum(box.meets(face) and not box.holds(face) for face in faces)
        whole = sum(box.holds(face) for face in faces)
        inside = subject.within(box)
        lost = 1 - inside.width * inside.height / max(1, subject.width * subject.height)
        away = abs(box.left + box.right - subject.left - subject.right)
        away += abs(box.top + box.bottom - subject.top - subject.bottom)
        rank = (cut, -whole, round(lost, 3), away)
        if best is None or rank < best:
            best, chosen = rank, box
    return chosen


def _places(sides: tuple[int, int], width: int, height: int, subject: Box, faces: Sequence[Box]) -> list[Box]:
    """All places worth a look: the subject's middle, and every place where a side touches a side of a face."""
    lefts = {(subject.left + subject.right - sides[0]) // 2, subject.left, subject.right - sides[0]}
    tops = {(subject.top + subject.bottom - sides[1]) // 2, subject.top, subject.bottom - sides[1]}
    for face in faces:
        lefts |= {face.left, face.right - sides[0], face.right, face.left - sides[0]}
        tops |= {face.top, face.bottom - sides[1], face.bottom, face.top - sides[1]}
    across = {min(max(0, left), width - sides[0]) for left in lefts}
    down = {min(max(0, top), height - sides[1]) for top in tops}
    return [Box(left, top, left + sides[0], top + sides[1]) for left in sorted(across) for top in sorted(down)]


def bounds(mask: NDArray[np.bool_]) -> Box:
    """The box of what is True; ends excluded. The mask must not be empty."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return Box(int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)


def swatch(light: Plane, area: Plane, edge: int) -> tuple[Box, float]:
    """The square of `edge` pixels that shows most texture most evenly, and how much of it is fabric, 0..1.

    light: lightness 0..1 (height, width); area: the same, 1 on fabric. Folds and shading count against a place.
    """
    cover = _means(area, edge)
    detail = np.abs(light - planes.box(light, 2))
    energy, spread = _means(detail, edge), _unevenness(detail, edge)
    shade = planes.box(light, max(2, edge // 8))
    folds = np.sqrt(np.maximum(_means(shade * shade, edge) - _means(shade, edge) ** 2, 0))
    score = energy / (1 + 2 * spread + 20 * folds)
    enough = cover >= min(COVER, float(cover.max()))
    top, left = np.unravel_index(int(np.where(enough, score, -1).argmax()), score.shape)
    return Box(int(left), int(top), int(left) + edge, int(top) + edge), float(cover[top, left])


def _means(plane: Plane, edge: int) -> NDArray[np.float64]:
    """Mean of every square of `edge` pixels, by its upper left corner."""
    sums = np.pad(plane.astype(np.float64).cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))
    whole = sums[edge:, edge:] - sums[:-edge, edge:] - sums[edge:, :-edge] + sums[:-edge, :-edge]
    return np.asarray(whole / edge**2)


def _unevenness(plane: Plane, edge: int) -> NDArray[np.float64]:
    """How unlike the blocks of every square are: their spread over their mean."""
    block = max(1, edge // BLOCKS)
    means = _means(plane, block)
    height, width = (side - edge + 1 for side in plane.shape)
    parts = np.stack([
        means[down * block : down * block + height, across * block : across * block + width]
        for down in range(min(BLOCKS, edge)) for across in range(min(BLOCKS, edge))
    ])  # fmt: skip
    return np.asarray(parts.std(axis=0) / (parts.mean(axis=0) + 1e-4))


def guides(box: Box, faces: Sequence[Box], subject: Box | None) -> dict[str, Any]:
    """Lines and boxes for a page to draw over the result, in shares of its width and height."""

    def shares(part: Box) -> dict[str, float]:
        seen = part.within(box)
        return {
            "left": round(seen.left / box.width, 4), "top": round(seen.top / box.height, 4),
            "width": round(seen.width / box.width, 4), "height": round(seen.height / box.height, 4),
        }  # fmt: skip

    return {
        "thirds": [0.3333, 0.6667],
        "centre": 0.5,
        "faces": [shares(face) for face in faces if box.holds(face)],
        "subject": shares(subject) if subject else None,
    }
