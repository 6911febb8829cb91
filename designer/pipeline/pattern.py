"""Which pattern a cloth has, by how often and in which directions its tones repeat (a Fourier view of one patch)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from designer.pipeline.records import UNKNOWN, Attribute
from designer.pipeline.segmentation import Bools, Floats, box_blur

PATCH: Final = 128  # pixels of the patch's side, at the photo's working size
LEAST_PATCH: Final = 40  # a smaller patch says nothing
SOLID_CONTRAST: Final = 3.2  # L* units of mid-frequency contrast under which cloth is plain: folds, knit and noise
CLEAR_CONTRAST: Final = 5.0  # and over which there is a pattern of some kind
LOW, HIGH = 3.0, 40.0  # repeats per patch that can be a pattern: fewer are folds, more are weave
DIRECTIONS: Final = 36
# share of the energy in one direction that makes a stripe. Of 40 photos over 0.62, read by eye, the 17 over this held
# one that was none; under it folds, seams and quilting pass for stripes more often than not.
ONE_WAY: Final = 0.77


@dataclass(frozen=True, slots=True)
class Weave:
    """Measured on one patch: `contrast` in L* units; `energy` of the finest detail; `one`, `two`: shares of the
    pattern's energy in its strongest direction, and in that and the one across it; `peak`: how much it repeats."""

    contrast: float
    energy: float
    chroma: float
    one: float
    two: float
    peak: float


def patch_of(lab: Floats, mask: Bools) -> Floats | None:
    """The largest square of cloth inside `mask` (side at most PATCH), as CIELAB (side, side, 3); None if too small."""
    depth = _depth(mask)
    side = min(PATCH, int(depth.max()))
    if side < LEAST_PATCH:
        return None
    fits = np.argwhere(depth >= side)  # bottom right corners; the one nearest the garment's middle
    middle = np.argwhere(mask).mean(axis=0) + side / 2
    row, column = fits[int(((fits - middle) ** 2).sum(axis=1).argmin())] + 1
    return lab[row - side : row, column - side : column]


def _depth(mask: Bools) -> NDArray[np.intp]:
    """For each pixel the side of the largest square of mask that ends there, in steps of whole rows."""
    sums = np.pad(np.cumsum(np.cumsum(mask, axis=0), axis=1), ((1, 0), (1, 0)))
    depth = np.zeros(mask.shape, np.intp)
    for side in range(8, min(mask.shape) + 1, 4):
        inside = sums[side:, side:] - sums[:-side, side:] - sums[side:, :-side] + sums[:-side, :-side]
        full = inside >= 0.985 * side * side
        if not full.any():
            break
        depth[side - 1 :, side - 1 :][full] = side
    return depth


def weave_of(patch: Floats) -> Weave:
    """Measure a square CIELAB patch (side, side, 3)."""
    side = patch.shape[0]
    light = patch[..., 0].astype(np.float64)
    flat = light - box_blur(light, max(2, side // 8))  # folds and shadows are slow: take them out
    fine = light - box_blur(light, 1)
    colour = patch[..., 1:].astype(np.float64)
    slow = np.stack([box_blur(colour[..., each], max(2, side // 8)) for each in (0, 1)], axis=-1)
    one, two, peak = _spectrum(flat)
    return Weave(
        contrast=float(box_blur(flat, 1).std()),
        energy=float(fine.std()),
        chroma=float((colour - slow).std()),
        one=one,
        two=two,
        peak=peak,
    )


def _spectrum(flat: Floats) -> tuple[float, float, float]:
    """(share in the strongest direction, share in it and across it, share of its strongest frequency)."""
    side = flat.shape[0]
    window = np.hanning(side)
    power = np.abs(np.fft.fftshift(np.fft.fft2(flat * window[:, None] * window[None, :]))) ** 2
    axis = np.arange(side) - side // 2
    radius = np.hypot(axis[:, None], axis[None, :])
    angle = np.degrees(np.arctan2(axis[:, None], axis[None, :])) % 180
    used = (radius >= LOW) & (radius <= min(HIGH, side / 2.5))
    total = float(power[used].sum())
    if total <= 0:
        return 0.0, 0.0, 0.0
    slots = (angle[used] / 180 * DIRECTIONS).round().astype(int) % DIRECTIONS
    turned = np.bincount(slots, weights=power[used], minlength=DIRECTIONS) / total
    wide = turned + np.roll(turned, 1) + np.roll(turned, -1)
    best = int(wide.argmax())
    across = float(np.roll(wide, -DIRECTIONS // 2)[best])
    rings = np.bincount(radius[used].round().astype(int), weights=power[used]) / total
    strongest = float((rings + np.roll(rings, 1) + np.roll(rings, -1)).max())
    return float(wide[best]), float(wide[best]) + across, strongest


def class_of(weave: Weave) -> Attribute:
    """solid, stripe or plaid where the measures are plain; else unknown: other prints are not told apart here."""
    vivid = max(weave.contrast, weave.chroma)
    if vivid < SOLID_CONTRAST and weave.one < 0.6:
        return _seen("solid", min(0.9, 0.55 + (SOLID_CONTRAST - vivid) / SOLID_CONTRAST * 0.4))
    if vivid < CLEAR_CONTRAST:
        return UNKNOWN
    if weave.one > ONE_WAY and weave.peak > 0.25:
        return _seen("stripe", min(0.9, 0.7 + (weave.one - ONE_WAY)))
    if weave.two > 0.62 and weave.two - weave.one > 0.18 and weave.peak > 0.2:
        return _seen("plaid", min(0.8, 0.45 + (weave.two - 0.62)))
    return UNKNOWN


def _seen(value: str, confidence: float) -> Attribute:
    return Attribute(value=value, confidence=round(confidence, 3), source="image")
