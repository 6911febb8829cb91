"""What a picture is of: the garment or the person in it, as an area and as a box."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from designer.pipeline import segmentation
from designer.pipeline.colours import lab_of
from enhancement.engine.asking import Ask, never
from enhancement.operations import outline
from enhancement.operations.planes import Plane

Pixels = NDArray[np.uint8]
VIEW: Final = 768  # pixels of the longer side on which the area is drawn
SURE: Final = 0.12  # confidence below which nothing is believed to be found
CORE: Final = 0.5


@dataclass(frozen=True, slots=True)
class Subject:
    """area: (height, width) of a smaller view, 0..1. confidence: 0..1; under SURE the area is not to be relied on."""

    area: Plane
    confidence: float

    @property
    def found(self) -> bool:
        return self.confidence >= SURE and bool((self.area > CORE).any())


def find(pixels: Pixels, *, ask: Ask = never) -> Subject:
    """The subject of uint8 (height, width, 3 or 4). What is cut out already is its own subject.

    Raises EngineCancelled, where `ask` does.
    """
    ask()
    small = view(pixels, VIEW)
    ask()
    if small.shape[2] == 4 and (small[..., 3] < 128).any():
        return Subject((small[..., 3] / 255).astype(np.float32), 1.0)
    tiny = view(pixels, segmentation.EDGE)
    if min(tiny.shape[:2]) < 8:
        return Subject(np.zeros(small.shape[:2], np.float32), 0.0)
    area, confidence = outline.found(lab_of(tiny[..., :3]), lab_of(small[..., :3]), ask=ask)
    return Subject(area, confidence)


def view(pixels: Pixels, edge: int) -> Pixels:
    """The picture on at most `edge` pixels a side; what is transparent lends no colour."""
    share = min(1.0, edge / max(pixels.shape[:2]))
    height, width = (max(1, round(side * share)) for side in pixels.shape[:2])
    return np.asarray(Image.fromarray(np.ascontiguousarray(pixels)).resize((width, height), Image.Resampling.BOX))
