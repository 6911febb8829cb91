"""What in a picture is weave and what is noise: the noise's level, and where texture stands clearly above it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from enhancement.engine.asking import Ask, never
from enhancement.operations import planes, strips
from enhancement.operations.pictures import Samples, white_of
from enhancement.operations.planes import Plane

LUMA: Final = np.array([0.299, 0.587, 0.114], np.float32)
BLOCK: Final = 16  # coefficients a side of the blocks whose noise is measured
QUIETEST: Final = 0.1  # the share of the blocks that is taken for free of texture
MAD: Final = 0.6745  # of a normal distribution with deviation 1
LOW_BIAS: Final = 0.92  # the tenth quietest of blocks of 256 values measures so much of the true deviation
BOLDEST: Final = 0.06  # an edge is no better texture for being strong


def luma(samples: Samples) -> Plane:
    """Brightness 0..1 of RGB (h, w, 3 or more) in 8 or 16 bits, as the picture's own numbers have it."""
    return np.asarray(samples[..., :3] @ (LUMA / white_of(samples)), np.float32)


def noise(plane: Plane) -> float:
    """The deviation of the noise in a plane's own units, 0 where it cannot be told.

    Median of the finest diagonal wavelet coefficients (Donoho, Johnstone 1994, doi:10.1093/biomet/81.3.425), in blocks,
    of which the quietest speak: in a photo full of cloth the median of all would measure the cloth. Blocks that are
    cut off at black or white say nothing.
    """
    return _level(_quiet(plane))


def noise_of(samples: Samples, plane: Callable[[Samples], Plane], *, ask: Ask = never) -> float:
    """As `noise`, of what `plane` makes of a picture strip by strip: the whole is never there at once. Raises
    EngineCancelled, where `ask` does."""
    side = 2 * BLOCK
    rows = max(1, strips.STRIP // (samples.shape[1] * side)) * side
    found = []
    for top in range(0, samples.shape[0], rows):
        ask()
        found.append(_quiet(plane(samples[top : top + rows])))
    return _level(np.concatenate(found))


def _level(medians: Plane) -> float:
    return float(np.quantile(medians, QUIETEST) / MAD / LOW_BIAS) if len(medians) else 0.0


def _quiet(plane: Plane) -> Plane:
    """The medians of the blocks that are neither cut off nor plain, (n,)."""
    height, width = (side // (2 * BLOCK) * 2 * BLOCK for side in plane.shape)
    if not height or not width:
        return np.zeros(0, np.float32)
    part = plane[:height, :width]
    diagonal = (part[::2, ::2] - part[1::2, ::2] - part[::2, 1::2] + part[1::2, 1::2]) / 2
    blocks, means = _blocks(np.abs(diagonal)), _blocks(part[::2, ::2]).mean(axis=1)
    usable = (means > 0.02) & (means < 0.98) & ((blocks == 0).mean(axis=1) < 0.5)
    return np.asarray(np.median(blocks[usable], axis=1), np.float32)


def _blocks(plane: Any) -> Any:
    rows, columns = plane.shape[0] // BLOCK, plane.shape[1] // BLOCK
    return plane.reshape(rows, BLOCK, columns, BLOCK).swapaxes(1, 2).reshape(rows * columns, BLOCK * BLOCK)


def height(plane: Plane, thread: int = 2) -> Plane:
    """The mean height of the texture about each pixel, in the plane's units. thread: pixels, its coarsest radius.

    Texture goes on to all sides: of the windows towards the four corners the calmest counts. Beside an outline at least
    one is calm, so that no outline is taken for cloth.
    """
    fine = np.minimum(np.abs(plane - planes.box(plane, thread)), BOLDEST)
    around, away = planes.box(fine, 2 * thread), 3 * thread
    calmest = around
    for down in (-away, away):
        for across in (-away, away):
            calmest = np.minimum(calmest, _shifted(around, down, across))
    return calmest


def mask(heights: Plane, level: float, *, protect: float = 0.5) -> Plane:
    """How much each pixel lies in texture, 0..1, by its texture's height, where `level` is the noise's deviation.

    protect: 0..1, from faint texture counting to only bold.
    """
    low = 0.8 * level + (0.5 + 3 * protect) / 255
    return planes.box(planes.step(heights, low, 2.2 * low), 2)


def _shifted(plane: Plane, down: int, across: int) -> Plane:
    size = max(abs(down), abs(across))
    padded = np.pad(plane, size, mode="edge")
    return padded[size + down : size + down + plane.shape[0], size + across : size + across + plane.shape[1]]


def reach(thread: int = 2) -> int:
    """Pixels that `height` and `mask` together see on each side."""
    return 6 * thread + 2
