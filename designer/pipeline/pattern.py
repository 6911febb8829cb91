"""Which pattern a cloth has: none where most small tiles of it are calm; else by how often and in which directions its
tones repeat (a Fourier view of one patch)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from designer.pipeline.records import UNKNOWN, Attribute
from designer.pipeline.segmentation import Bools, Floats, box_blur

PATCH: Final = 128  # pixels of the patch's side, at the photo's working size
LEAST_PATCH: Final = 40  # a smaller patch says nothing
FINE, BROAD = 16, 48  # pixels of a tile's side, at the photo's working size: for small patterns, and for large ones
LEAST_TILES: Final = 3  # fewer say nothing
# Below all three, in units of CIELAB, cloth is plain: of the 100 photos labelled for tuning 37 lie there, all plain.
CALM_FINE, CALM_BROAD, ONE_TONE = 4.6, 11.0, 12.0
VERY_CALM: Final = 3.0  # ... where even a fine stripe would show
GOES_ONE_WAY: Final = 0.6  # share of the energy in one direction, of cloth that may be a fine stripe
CLEAR_CONTRAST: Final = 5.0  # L* units over which there is a pattern of some kind
LOW, HIGH = 3.0, 40.0  # repeats per patch that can be a pattern: fewer are folds, more are weave
DIRECTIONS: Final = 36
# share of the energy in one direction that makes a stripe. Of 40 photos over 0.62, read by eye, the 17 over this held
# one that was none; under it folds, seams and quilting pass for stripes more often than not.
ONE_WAY: Final = 0.77


@dataclass(frozen=True, slots=True)
class Calm:
    """What varies in the middle one of all tiles when light and folds are taken out, and how far its colour is from the
    cloth's: far where there are blocks or broad stripes. In units of CIELAB; inf where the cloth holds too few tiles. A
    print placed on the chest leaves most tiles calm, a pattern none."""

    fine: float
    broad: float
    apart: float


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


def _depth(mask: Bools) -> NDArray[np.int32]:
    """For each pixel the side of the largest square of mask that ends there, in steps of whole rows, up to PATCH."""
    sums = np.pad(np.cumsum(np.cumsum(mask, axis=0, dtype=np.int32), axis=1, dtype=np.int32), ((1, 0), (1, 0)))
    depth = np.zeros(mask.shape, np.int32)
    for side in range(8, min(PATCH, *mask.shape) + 1, 4):
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


def calm_of(lab: Floats, mask: Bools) -> Calm:
    """Measure the cloth inside `mask` of a CIELAB picture (h, w, 3)."""
    fine, broad = _tiles(lab, mask, FINE), _tiles(lab, mask, BROAD)
    if min(len(fine), len(broad)) < LEAST_TILES:
        return Calm(fine=float("inf"), broad=float("inf"), apart=float("inf"))
    tones = fine.mean(axis=1)
    apart = float(np.median(np.linalg.norm(tones - np.median(tones, axis=0), axis=-1)))
    return Calm(fine=_rest(fine), broad=_rest(broad), apart=apart)


def _tiles(lab: Floats, mask: Bools, edge: int) -> Floats:
    """The tiles that are all cloth: (n, edge * edge, 3)."""
    rows, columns = mask.shape[0] // edge, mask.shape[1] // edge
    cut = (slice(rows * edge), slice(columns * edge))
    covered = mask[cut].reshape(rows, edge, columns, edge).mean(axis=(1, 3)) > 0.99
    tiles: Floats = lab[cut].reshape(rows, edge, columns, edge, 3).swapaxes(1, 2)[covered]
    return tiles.reshape(-1, edge * edge, 3)


def _rest(tiles: Floats) -> float:
    """The median over the tiles of what a quadratic surface does not explain."""
    surface = _surface(math.isqrt(tiles.shape[1]))
    rest = tiles - surface @ (surface.T @ tiles)
    return float(np.median(np.linalg.norm(rest.std(axis=1), axis=-1)))


@cache
def _surface(edge: int) -> Floats:
    """Orthonormal quadratics over a tile: (edge * edge, 6)."""
    y, x = np.mgrid[0:edge, 0:edge].reshape(2, -1) / edge - 0.5
    base: Floats = np.linalg.qr(np.stack([np.ones_like(x), x, y, x * x, y * y, x * y], axis=1))[0]
    return base


def class_of(weave: Weave, calm: Calm) -> Attribute:
    """solid, stripe or plaid where the measures are plain; else unknown: other prints are not told apart here."""
    if _is_plain(weave, calm):
        return _seen("solid", 0.97 - 0.015 * calm.fine)
    if max(weave.contrast, weave.chroma) < CLEAR_CONTRAST:
        return UNKNOWN
    if weave.one > ONE_WAY and weave.peak > 0.25:
        return _seen("stripe", 0.9)
    if weave.two > 0.62 and weave.two - weave.one > 0.18 and weave.peak > 0.2:
        return _seen("plaid", min(0.8, 0.45 + (weave.two - 0.62)))
    return UNKNOWN


def _is_plain(weave: Weave, calm: Calm) -> bool:
    if calm.fine >= CALM_FINE or calm.broad >= CALM_BROAD or calm.apart >= ONE_TONE:
        return False
    return weave.one < GOES_ONE_WAY or calm.fine < VERY_CALM


def _seen(value: str, confidence: float) -> Attribute:
    return Attribute(value=value, confidence=round(confidence, 3), source="image")
