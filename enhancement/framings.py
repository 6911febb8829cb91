"""Composition guides, drawn: a crop's frame over the whole picture before the work, thirds and faces over the result.

Everything is in thousandths of the picture's sides, as whole numbers: a drawing that lies over an image of any size.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from enhancement.operations.crop import Crop

SIDE: Final = 1000
THIRDS: Final = (1 / 3, 2 / 3)


@dataclass(frozen=True, slots=True)
class Rectangle:
    """Thousandths of the picture's width and height."""

    left: int
    top: int
    width: int
    height: int

    @property
    def right(self) -> int:
        return self.left + self.width

    @property
    def bottom(self) -> int:
        return self.top + self.height

    @property
    def across(self) -> list[int]:
        """Heights of the lines of thirds."""
        return [self.top + round(share * self.height) for share in THIRDS]

    @property
    def down(self) -> list[int]:
        return [self.left + round(share * self.width) for share in THIRDS]

    def part(self, shares: Mapping[str, float]) -> "Rectangle":
        """A part of it, given in shares of its own sides."""
        return Rectangle(
            self.left + round(shares["left"] * self.width),
            self.top + round(shares["top"] * self.height),
            round(shares["width"] * self.width),
            round(shares["height"] * self.height),
        )


WHOLE: Final = Rectangle(0, 0, SIDE, SIDE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Guides:
    """What is drawn. `cuts`: whether the frame is less than the picture, and the rest goes."""

    frame: Rectangle
    cuts: bool
    faces: list[Rectangle]
    subject: Rectangle | None
    words: str


def over_source(facts: Mapping[str, Any]) -> Guides:
    """Over the picture that a crop would cut, by the facts that the operation gave."""
    of, box = facts["of"], facts["box"]
    sides = {"left": "width", "top": "height", "width": "width", "height": "height"}
    frame = WHOLE.part({name: box[name] / of[side] for name, side in sides.items()})
    kept = f"Keeps {box['width'] / of['width']:.0%} of the width and {box['height'] / of['height']:.0%} of the height"
    return _drawn(facts, frame, kept, cuts=frame != WHOLE)


def over_result(operations: list[dict[str, Any]]) -> Guides | None:
    """Over a result, by the facts of its steps; None where nothing was cut."""
    facts = next((each for each in operations if each["name"] == Crop.name and each.get("guides")), None)
    return _drawn(facts, WHOLE, "Was cut here", cuts=False) if facts else None


def _drawn(facts: Mapping[str, Any], frame: Rectangle, kept: str, *, cuts: bool) -> Guides:
    said = facts["guides"]
    faces, subject = [frame.part(face) for face in said["faces"]], said["subject"]
    whole = f", {len(faces)} face{'s' * (len(faces) != 1)} whole" if faces else ""
    return Guides(
        frame=frame,
        cuts=cuts,
        faces=faces,
        subject=frame.part(subject) if subject else None,
        words=f"{kept}, as {facts['shape']}{whole}.",
    )
