"""A picture done in strips of rows, so that memory stays bounded, progress is told and a cancel is heard."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from enhancement.engine.alpha import bleed
from enhancement.engine.asking import Cancelled, Progress
from enhancement.engine.errors import EngineCancelled
from enhancement.operations.base import ParameterError

Samples = NDArray[np.unsignedinteger[Any]]  # uint8 or uint16
S = TypeVar("S", bound=Samples)
STRIP = 1_000_000  # pixels, without the margin: for most about a third of a second of work
LARGEST = 80_000_000  # pixels of a picture: what the largest enlargement makes, and a little more


def check_size(width: int, height: int) -> None:
    """Raises ParameterError for a picture that is too large to be worked on."""
    if width * height > LARGEST:
        raise ParameterError(
            "",
            f"This picture has {width * height / 1e6:.0f} million pixels; {LARGEST // 10**6} is the limit.",
            "Use a smaller picture, or enlarge it less.",
        )


def done(
    pixels: S,
    work: Callable[[S, int], S],
    *,
    halo: int,
    progress: Progress,
    cancelled: Cancelled,
    most: int = LARGEST,
) -> S:
    """`work` over the picture (height, width, channels), which keeps its shape; told and stoppable at each strip.

    work: gets a strip with `halo` rows more above and below (as far as the picture reaches) and the number of its first
    row in the picture, gives the same rows. most: pixels of a strip, where work takes longer. Raises EngineCancelled.
    """
    height, width = pixels.shape[:2]
    rows = max(1, min(most, STRIP) // width)
    made = np.empty_like(pixels)
    for top in range(0, height, rows):
        if cancelled():
            raise EngineCancelled
        bottom, above = min(top + rows, height), max(0, top - halo)
        part = work(cast("S", pixels[above : min(height, bottom + halo)]), above)
        made[top:bottom] = part[top - above : bottom - above]
        progress(bottom / height)
    return made


def opaque(pixels: Samples) -> Samples:
    """RGB of a strip (h, w, 3 or 4) whose hidden pixels have their visible neighbours' colours, lest they count."""
    if pixels.shape[2] == 3:
        return pixels
    return bleed(pixels[..., :3], pixels[..., 3])
