"""Where a spot or a region of one version of an image lies in another. Pure arithmetic on what the recipes say they do.

A region is (x, y, width, height) in shares of the picture's sides, 0..1, of the picture as it is shown, x and y being
its left upper corner; a spot is one without width and height. A photo's orientation has been applied before it is an
asset. Of all operations only a crop moves what is seen; it says the box that it kept, in pixels of the picture it was
given. Every other one keeps the shares, whatever the size of its result.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

ROUNDING = 1e-9
Region = tuple[float, float, float, float]
Recipe = Sequence[Mapping[str, Any]]  # what each operation said, in order: `provenance["operations"]` of its result
ParentOf = Callable[[UUID], UUID | None]


def carried(region: Region, *, out_of: Iterable[Recipe], into: Iterable[Recipe]) -> Region | None:
    """The spot or region in another version; None where it was cropped away, the part that is left of a region.

    out_of: the recipes that made the version it was pinned on, the last first, back to what both versions began with;
    into: those that made the other from there, the first first.
    """
    for recipe in out_of:
        for box in reversed(list(map(_kept, recipe))):
            region = _in_whole(region, box)
    for recipe in into:
        for box in map(_kept, recipe):
            left = _left_of(_in_part(region, box))
            if left is None:
                return None
            region = left
    return region


def way_between(here: UUID, there: UUID, parent_of: ParentOf) -> tuple[list[UUID], list[UUID]] | None:
    """The versions to leave, the last first, and those to enter, the first first; None where nothing joins the two."""
    up, down = _line(here, parent_of), _line(there, parent_of)
    joint = next((each for each in up if each in down), None)
    return None if joint is None else (up[: up.index(joint)], down[: down.index(joint)][::-1])


def _line(version: UUID | None, parent_of: ParentOf) -> list[UUID]:
    found: list[UUID] = []
    while version is not None and version not in found:
        found.append(version)
        version = parent_of(version)
    return found


WHOLE: Region = (0.0, 0.0, 1.0, 1.0)


def _kept(step: Mapping[str, Any]) -> Region:
    box, whole = step.get("box"), step.get("of")
    if step.get("name") != "crop" or not box or not whole:
        return WHOLE
    across, down = whole["width"], whole["height"]
    return box["left"] / across, box["top"] / down, box["width"] / across, box["height"] / down


def _in_whole(region: Region, box: Region) -> Region:
    left, top, width, height = box
    x, y, wide, tall = region
    return left + x * width, top + y * height, wide * width, tall * height


def _in_part(region: Region, box: Region) -> Region:
    left, top, width, height = box
    x, y, wide, tall = region
    return (x - left) / width, (y - top) / height, wide / width, tall / height


def _left_of(region: Region) -> Region | None:
    """What of it lies in the picture; None for nothing."""
    (left, right), (top, bottom) = (_clipped(at, size) for at, size in zip(region[:2], region[2:], strict=True))
    if right < left or bottom < top or (region[2] and right == left) or (region[3] and bottom == top):
        return None
    return left, top, right - left, bottom - top


def _clipped(at: float, size: float) -> tuple[float, float]:
    low, high = (at if size else _settled(at)), at + size
    return max(0.0, low), min(1.0, high if size else low)


def _settled(at: float) -> float:
    """A spot on the edge of a crop lies on it still when it was carried from one to another of the same box."""
    return min(1.0, max(0.0, at)) if -ROUNDING < at < 1 + ROUNDING else at
