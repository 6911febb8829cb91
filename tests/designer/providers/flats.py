"""Small flats to look at in tests: a drawing by its words, its mask, the cloth inside it."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from designer.providers.drawing import flat, spec

WIDE, HIGH = 180, 240
SAGE, IVORY = "#6f8f7d", "#f2e8d5"
COLOURS = [{"name": "sage", "hex": SAGE, "coverage": 0.7}, {"name": "ivory", "hex": IVORY, "coverage": 0.3}]


@cache
def drawn(garment: str, *, seed: int = 7, prompt: str = "", **words: str) -> flat.Drawing:
    attributes = {"garment": garment, "colours": COLOURS, **words}
    return flat.draw(spec.read(attributes, seed=seed, prompt=prompt), WIDE, HIGH)


def mask_of(drawing: flat.Drawing) -> NDArray[np.bool_]:
    """Where the garment is, (HIGH, WIDE)."""
    return drawing.mask > 127


def overlap(one: flat.Drawing, other: flat.Drawing) -> float:
    """Intersection over union of two garments' shapes, 0..1."""
    a, b = mask_of(one), mask_of(other)
    return float((a & b).sum() / max(1, (a | b).sum()))


def change(one: flat.Drawing, other: flat.Drawing) -> float:
    """Mean difference of the pixels where both garments lie, 0..255."""
    both = mask_of(one) & mask_of(other)
    a, b = (np.asarray(d.picture, dtype=np.float64)[both] for d in (one, other))
    return float(np.abs(a - b).mean())


def reach(drawing: flat.Drawing) -> tuple[int, int]:
    """Width and height of the garment, pixels."""
    rows, columns = np.nonzero(mask_of(drawing))
    return int(np.ptp(columns)) + 1, int(np.ptp(rows)) + 1
