"""Figures of a picture that need nothing but the picture: sharpness, noise, contrast, exposure. Plain numpy."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]
Bools = NDArray[np.bool_]

TAPS: Final = 9  # of the blur that sharpness is held against; `_blurred` adds 8 and 1
BLOCK: Final = 16  # pixels; noise is taken where the picture is plainest
CLIPPED_LOW, CLIPPED_HIGH = 1, 254  # of 0..255


def blur_effect(luminance: Floats) -> float | None:
    """How little a further blur changes the picture, 0 (sharp) to 1 (blurred); None where nothing varies.

    Source: Crété-Roffet, Dolmiere, Ladret, Nicolas 2007, doi:10.1117/12.702790. `luminance`: (height, width), 0..255.
    """
    shares = []
    for axis in (0, 1):
        sharp = np.abs(np.diff(luminance, axis=axis))
        lost = sharp - np.abs(np.diff(_blurred(luminance, axis), axis=axis))
        np.maximum(lost, 0, out=lost)
        whole = float(sharp.sum(dtype=np.float64))
        if whole > 0.05 * sharp.size:  # under a twentieth of a level a pixel there is nothing to be sharp
            shares.append((whole - float(lost.sum(dtype=np.float64))) / whole)
    return max(shares) if shares else None


def _blurred(values: Floats, axis: int) -> Floats:
    """Mean over TAPS pixels along `axis`, edges repeated."""
    pad = [(TAPS // 2, TAPS // 2) if each == axis else (0, 0) for each in (0, 1)]
    wide = np.pad(values, pad, mode="edge")
    sums = wide
    for reach in (1, 2, 4):  # of two, four and eight neighbours; whole grey levels add up exactly in 32 bits
        sums = _part(sums, axis, 0, sums.shape[axis] - reach) + _part(sums, axis, reach, sums.shape[axis])
    mean = _part(sums, axis, 0, values.shape[axis]) + _part(wide, axis, TAPS - 1, wide.shape[axis])
    mean /= TAPS
    return mean


def _part(values: Floats, axis: int, start: int, end: int) -> Floats:
    return values[start:end] if axis == 0 else values[:, start:end]


def noise(luminance: Floats) -> float | None:
    """Deviation of the noise in grey levels 0..255, from the plainest tenth of the blocks; None where there is none.

    Source: the operator of Immerkaer 1996, doi:10.1006/cviu.1996.0060. Blocks that are clipped or perfectly even carry
    no noise and do not count: a drawing's even paper is not a quiet photograph.
    """
    if min(luminance.shape) < 3 * BLOCK:
        return None
    i = luminance.astype(np.float32)
    rows = i[:-2] - 2 * i[1:-1] + i[2:]
    edges = np.abs(rows[:, :-2] - 2 * rows[:, 1:-1] + rows[:, 2:])
    size = tuple(length // BLOCK * BLOCK for length in edges.shape)
    blocks = _block_means(edges[: size[0], : size[1]])
    level = _block_means(i[1 : 1 + size[0], 1 : 1 + size[1]])
    told = blocks[(blocks > 0) & (level > 8) & (level < 247)]
    if len(told) < 8:
        return None
    return float(np.sqrt(np.pi / 2) / 6 * np.quantile(told, 0.1))


def _block_means(values: Floats) -> Floats:
    down, across = values.shape[0] // BLOCK, values.shape[1] // BLOCK
    means: Floats = values.reshape(down, BLOCK, across, BLOCK).mean(axis=(1, 3))
    return means


def contrast(lightness: Floats) -> float:
    """Root mean square contrast in L*, 0..50. Source: Peli 1990, doi:10.1364/JOSAA.7.002032."""
    return float(lightness.std())


def clipped(rgb: NDArray[np.uint8], mask: Bools) -> tuple[float, float]:
    """(crushed, burnt): shares of the masked pixels whose three channels are all at the lower or upper end."""
    seen = rgb[mask]
    if not len(seen):
        return 0.0, 0.0
    return float((seen <= CLIPPED_LOW).all(axis=1).mean()), float((seen >= CLIPPED_HIGH).all(axis=1).mean())
