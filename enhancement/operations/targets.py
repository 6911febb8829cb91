"""How large a picture should become: so many times, a named size, or a size on paper. Pure arithmetic."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from enhancement.operations.base import Choice, Number, Parameter, ParameterError, Parameters

LONG_SIDES: Final = {"2K": 2048, "4K": 3840, "8K": 7680}
BY_SCALE, ON_PAPER = "scale", "print"
PER_INCH: Final = {"cm": 2.54, "in": 1.0}
LARGEST_PIXELS: Final = 64_000_000  # of a result: 192 MB in memory, and what the studio takes for an image
LARGEST_SIDE: Final = 16_384
MOST_TIMES: Final = 8  # beyond it nearly every pixel would be invented

PARAMETERS: Final[tuple[Parameter, ...]] = (
    Choice(name="scale", title="Scale", default=2, choices=(2, 4, 8), note="How many times as high and as wide."),
    Choice(
        name="target", title="Size", default=BY_SCALE, choices=(BY_SCALE, *LONG_SIDES, ON_PAPER),
        labels={
            BY_SCALE: "By scale", "2K": "2K, 2048 px", "4K": "4K, 3840 px", "8K": "8K, 7680 px", ON_PAPER: "A print",
        },
        note="2K, 4K and 8K are long sides, met exactly; a print is as wide or high as on paper.",
    ),
    Number(
        name="print_width", title="Width on paper", default=0, minimum=0, maximum=1000,
        note="For print. 0: whatever the height gives. With both, the picture fits into them uncropped.",
    ),
    Number(name="print_height", title="Height on paper", default=0, minimum=0, maximum=1000, note="For print."),
    Choice(name="unit", title="Unit", default="cm", choices=tuple(PER_INCH), note="For print."),
    Number(
        name="dpi", title="Dots per inch", default=300, minimum=72, maximum=1200,
        note="For print; it is also written into the result.",
    ),
    Choice(
        name="smaller", title="Where the picture is larger already", default="refuse", choices=("refuse", "reduce"),
        labels={"refuse": "It is refused", "reduce": "It is made smaller"},
        note="Made smaller, it needs no network.", advanced=True,
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Size:
    """Pixels of a result."""

    width: int
    height: int

    @property
    def pixels(self) -> int:
        return self.width * self.height

    @property
    def pair(self) -> tuple[int, int]:
        return self.width, self.height

    def __str__(self) -> str:
        return f"{self.width} x {self.height}"


def check(clean: Parameters) -> None:
    """Raises ParameterError for a print without a size."""
    if clean["target"] == ON_PAPER and not (clean["print_width"] or clean["print_height"]):
        raise ParameterError("print_width", "A print needs a width or a height.", "Give print_width or print_height.")


def wanted(width: int, height: int, clean: Parameters) -> Size:
    """The exact size that a checked wish means for a picture of width x height. Raises ParameterError by its field.

    The proportions are kept; a side is never less than one pixel.
    """
    factor = _factor(width, height, clean)
    size = Size(max(1, round(width * factor)), max(1, round(height * factor)))
    _refuse_too_large(size, factor, clean)
    if factor <= 1 and clean["smaller"] == "refuse":
        asked = f"The picture has {width} x {height} pixels; {size} would not be larger."
        raise ParameterError(field_of(clean), asked, "Ask for more, or have it made smaller (smaller: reduce).")
    return size


def field_of(clean: Parameters) -> str:
    """The parameter that decides the size."""
    if clean["target"] == BY_SCALE:
        return "scale"
    if clean["target"] != ON_PAPER:
        return "target"
    return "print_width" if clean["print_width"] else "print_height"


def _factor(width: int, height: int, clean: Parameters) -> float:
    if clean["target"] == BY_SCALE:
        return float(clean["scale"])
    if clean["target"] != ON_PAPER:
        return float(LONG_SIDES[clean["target"]] / max(width, height))
    dots = clean["dpi"] / PER_INCH[clean["unit"]]
    sides = ((clean["print_width"] * dots, width), (clean["print_height"] * dots, height))
    return float(min(asked / had for asked, had in sides if asked))


def _refuse_too_large(size: Size, factor: float, clean: Parameters) -> None:
    field, longest = field_of(clean), max(size.width, size.height)
    most = factor * min((LARGEST_PIXELS / size.pixels) ** 0.5, LARGEST_SIDE / longest, MOST_TIMES / factor)
    remedy = f"This picture can become {math.floor(most * 100 + 1e-6) / 100:g} times as large at most."
    if size.pixels > LARGEST_PIXELS:
        limit = LARGEST_PIXELS // 10**6
        reason = f"The result would have {size.pixels / 1e6:.1f} million pixels; {limit} is the limit."
        raise ParameterError(field, reason, remedy)
    if longest > LARGEST_SIDE:
        raise ParameterError(
            field, f"The result would be {size} pixels; {LARGEST_SIDE} on a side is the limit.", remedy
        )
    if factor > MOST_TIMES:
        reason = f"{size} pixels would be {factor:.3g} times as large; {MOST_TIMES} times is the limit."
        raise ParameterError(field, reason, "Use a larger picture, or a smaller size.")
