"""The figure that a flat is drawn for: heights and half widths in centimetres, y 0 where shoulder and neck meet."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from designer.providers.drawing.spec import Spec

NECK, UNDERARM, WAIST, HIP, CROTCH = 0.0, 23.0, 41.0, 60.0, 70.0
# where a hem lies, from the shoulder; `full` is to the foot
LEVELS: Final = {
    "cropped": 45.0, "hip": 61.0, "mini": 80.0, "knee": 100.0, "midi": 117.0, "maxi": 136.0, "ankle": 141.0,
    "floor": 149.0, "full": 145.0,
}  # fmt: skip
EASE: Final = {"slim": 0.93, "regular": 1.0, "relaxed": 1.1, "oversized": 1.24}
BY_SHAPE: Final = {"fitted": 0.94, "skinny": 0.92, "boxy": 1.12, "oversized": 1.24, "cocoon": 1.14}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """Half widths of the garment as it lies flat."""

    ease: float
    shoulder: float
    shoulder_y: float
    chest: float
    underarm: float
    waist: float
    hip: float


def ease_of(spec: Spec) -> float:
    """How much wider than the body: the fit, or what the silhouette says of it."""
    return EASE.get(spec.fit) or BY_SHAPE.get(spec.silhouette, 1.0)


def figure(spec: Spec, *, layer: float = 1.0, waisted: bool = True) -> Figure:
    """The figure under this fit. layer: 1 for a shirt, more for what is worn over it; waisted: shaped at the waist."""
    ease = ease_of(spec) * layer
    loose = max(0.0, ease - 1.0)
    pads = 1.6 if spec.has("shoulder_pads") else 0.0
    chest = 20.8 * ease
    waist = min(chest, 16.8 * (0.5 + 0.5 * ease) + 14 * loose)
    return Figure(
        ease=ease, shoulder=18.6 * (0.62 + 0.38 * ease) + 10 * loose + pads, shoulder_y=4.6 + 4 * loose - pads * 0.5,
        chest=chest, underarm=UNDERARM + 9 * loose, waist=waist if waisted else chest * 0.97,
        hip=max(21.2 * (0.55 + 0.45 * ease) + 8 * loose, chest if not waisted else 0.0),
    )  # fmt: skip


def narrowed(found: Figure, shoulder: float) -> Figure:
    """With the shoulder cut in, as sleeveless garments are."""
    return replace(found, shoulder=min(found.shoulder, shoulder))


def level(spec: Spec, default: str, *, lowest: float = 200.0, highest: float = 0.0) -> float:
    """The hem's height, kept where such a garment can end."""
    found = LEVELS.get(spec.length, LEVELS[default])
    return min(lowest, max(highest, found))
