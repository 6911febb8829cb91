"""Where a spot of one version of an image lies in another. Pure arithmetic on what the recipes say they did.

A spot is (x, y) in shares of the picture's sides, 0..1, of the picture as it is shown: a photo's orientation has been
applied before it is an asset. Of all operations only a crop moves what is seen; it says the box that it kept, in pixels
of the picture it was given. Every other one keeps a spot's shares, whatever the size of its result.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

Spot = tuple[float, float]
Recipe = Sequence[Mapping[str, Any]]  # what each operation said, in order: `provenance["operations"]` of its result
ParentOf = Callable[[UUID], UUID | None]


def carried(spot: Spot, *, out_of: Iterable[Recipe], into: Iterable[Recipe]) -> Spot | None:
    """The spot in another version; None where it was cropped away.

    out_of: the recipes that made the version it was pinned on, the last first, back to what both versions began with;
    into: those that made the other from there, the first first.
    """
    for recipe in out_of:
        for box in reversed(list(map(_kept, recipe))):
            spot = _in_whole(spot, box)
    for recipe in into:
        for box in map(_kept, recipe):
            spot = _in_part(spot, box)
            if not all(0 <= side <= 1 for side in spot):
                return None
    return spot


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


Box = tuple[float, float, float, float]  # left, top, width and height of the part that was kept, in shares of the whole
WHOLE: Box = (0.0, 0.0, 1.0, 1.0)


def _kept(step: Mapping[str, Any]) -> Box:
    box, whole = step.get("box"), step.get("of")
    if step.get("name") != "crop" or not box or not whole:
        return WHOLE
    across, down = whole["width"], whole["height"]
    return box["left"] / across, box["top"] / down, box["width"] / across, box["height"] / down


def _in_whole(spot: Spot, box: Box) -> Spot:
    left, top, width, height = box
    return left + spot[0] * width, top + spot[1] * height


def _in_part(spot: Spot, box: Box) -> Spot:
    left, top, width, height = box
    return (spot[0] - left) / width, (spot[1] - top) / height
