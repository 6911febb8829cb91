"""What an outline tells: two legs, a skirt's spread, a dress's waist. The rules are silent unless it is plain."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from designer.pipeline.records import Attribute
from designer.pipeline.segmentation import Bools, Floats

ROWS: Final = 24
FIRM: Final = 0.75  # segment confidence under which an outline is too ragged to be judged


@dataclass(frozen=True, slots=True)
class Outline:
    """`widths` (ROWS,): covered width of each row in units of the garment's height, from top to bottom; `gap` (ROWS,):
    width of the openings between its outer edges; `tall`: height over width of its box."""

    widths: Floats
    gap: Floats
    tall: float


def outline_of(mask: Bools) -> Outline | None:
    """Measure a mask; None if it is empty or a sliver."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if len(rows) < ROWS or len(columns) < 8:
        return None
    box = mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    height, width = box.shape
    covered = box.sum(axis=1) / height
    first, last = box.argmax(axis=1), width - box[:, ::-1].argmax(axis=1)
    gaps = (last - first) / height - covered
    cuts = np.linspace(0, height, ROWS + 1).astype(int)
    mean = [(covered[a:b].mean(), gaps[a:b].mean()) for a, b in pairwise(cuts)]
    return Outline(widths=np.array([m[0] for m in mean]), gap=np.array([m[1] for m in mean]), tall=height / width)


def read(mask: Bools, *, garment: str | None, sure: float) -> dict[str, Attribute]:
    """Garment (only if its legs show) and silhouette (only if the garment is known); {} when the shape says little."""
    shape = outline_of(mask) if sure >= FIRM else None
    if shape is None:
        return {}
    found: dict[str, Attribute] = {}
    seen = garment_of(shape)
    if garment is None and seen.is_known:
        found["garment"] = seen
    silhouette = silhouette_of(shape, garment or str(seen.value or ""))
    if silhouette.is_known:
        found["silhouette"] = silhouette
    return found


def garment_of(shape: Outline) -> Attribute:
    """trousers by an opening from the crotch to the hem in a tall outline; anything else is unknown."""
    low, high = shape.gap[ROWS * 3 // 4 : -1], shape.gap[: ROWS // 3]
    span = shape.widths + shape.gap
    legs = float(np.median(low)) / max(float(np.median(span[ROWS * 3 // 4 : -1])), 1e-6)
    if legs < 0.08 or float(high.mean()) > 0.03:
        return Attribute()
    return Attribute(value="trousers", confidence=0.6, source="image") if shape.tall >= 1.35 else Attribute()


def silhouette_of(shape: Outline, garment: str) -> Attribute:
    """How a skirt or a dress falls, from its widths; unknown for other garments and for shapes between two classes."""
    if garment == "skirt":
        top, hem = float(shape.widths[1:4].mean()), float(shape.widths[-4:-1].mean())
        return _by_spread(
            hem / max(top, 1e-6), (0.9, "pencil"), (1.15, "straight"), (1.35, ""), (1.9, "a_line"), "flared"
        )
    if garment == "dress":
        waist = float(shape.widths[7:13].min())
        hem = float(shape.widths[-4:-1].mean())  # narrower than the waist: sleeves, or a part that was not found
        return _by_spread(hem / max(waist, 1e-6), (1.25, "straight"), (1.45, ""), (2.3, "a_line"), (9.0, "flared"), "")
    return Attribute()


def _by_spread(spread: float, *steps: tuple[float, str] | str) -> Attribute:
    """The value of the first step whose bound lies above `spread`; the last entry is for all above."""
    for step in steps:
        if isinstance(step, str) or spread < step[0]:
            value = step if isinstance(step, str) else step[1]
            return Attribute(value=value, confidence=0.5, source="image") if value else Attribute()
    return Attribute()
