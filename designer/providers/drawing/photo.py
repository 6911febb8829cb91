"""The colours of a reference photo: what lies in its middle, without what lies along its edges."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Final

import numpy as np
from PIL import Image

from designer.paper import on_white
from designer.providers.drawing.palette import distance, hexed

EDGE: Final = 72  # pixels that the photo is looked at with
COLOURS: Final = 10
UNREADABLE: Final = (OSError, ValueError, SyntaxError, MemoryError, Image.DecompressionBombError)


def colours_of(references: Sequence[bytes]) -> list[dict[str, object]]:
    """Up to four colours with their share of the first photo that can be read, the largest first; [] if none can."""
    for data in references:
        try:
            with Image.open(io.BytesIO(data)) as photo:
                photo.draft("RGB", (4 * EDGE, 4 * EDGE))
                return _shares(on_white(photo).resize((EDGE, EDGE), Image.Resampling.BOX))
        except UNREADABLE:
            continue
    return []


def _shares(small: Image.Image) -> list[dict[str, object]]:
    """Colours weighed by nearness to the middle; what fills the border counts for little."""
    reduced = small.quantize(COLOURS, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    index = np.asarray(reduced)
    palette = np.array(reduced.getpalette()).reshape(-1, 3) / 255
    steps = np.linspace(-1, 1, EDGE)
    near = np.exp(-1.6 * (steps[None, :] ** 2 + 0.7 * steps[:, None] ** 2))
    border = np.ones((EDGE, EDGE), dtype=bool)
    border[4:-4, 4:-4] = False
    count = len(palette)
    weight = np.bincount(index.ravel(), weights=near.ravel(), minlength=count)[:count]
    edge = np.bincount(index[border], minlength=count)[:count] / border.sum()
    weight = weight / weight.sum() * np.clip(1.15 - 1.6 * edge, 0.12, 1.0)
    found: list[dict[str, object]] = []
    for place in np.argsort(-weight):
        colour = hexed(palette[place])
        if weight[place] > 0.01 and all(distance(colour, str(other["hex"])) > 9 for other in found):
            found.append({"hex": colour, "coverage": float(weight[place])})
    return found[:4]
