"""How far a picture's statistics lie from those of good photographs, without a reference: the natural image quality
evaluator (NIQE: Mittal, Soundararajan, Bovik 2013, doi:10.1109/LSP.2012.2227726). Plain numpy, about 0.1 s a picture.

The formula: luminance is made even locally, n = (I - mean) / (deviation + 1) under a Gaussian window of 7 x 7; in each
patch the distribution of n and of the products of neighbours is fitted by generalised Gaussians, 18 figures at each
of two scales. The score is the Mahalanobis distance sqrt((a - b)' ((A + B) / 2)^-1 (a - b)) between the picture's
patches (mean a, covariance A) and those of the photographs (b, B). 0 = like a photograph; larger is stranger.

Two deviations, stated: pictures are first brought to 768 pixels, for the statistics depend on the scale; and patches
without texture do not count, for a studio's white backdrop says nothing about the quality of the picture.
The figures of the photographs (natural.json) were fitted by tests/benchmarks/fit_natural.py on the 24 Kodak pictures.
"""

from __future__ import annotations

import json
import math
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Floats = NDArray[np.floating[Any]]

EDGE: Final = 768  # pixels of the longer side
PATCH: Final = 96  # pixels at the first scale, half of it at the second
FEATURES: Final = 36
LEAST_TEXTURE: Final = 3.0  # mean local deviation of luminance, 0..255, under which a patch says nothing
LEAST_PATCHES: Final = 6
SHIFTS: Final = ((0, 1), (1, 0), (1, 1), (1, -1))
FILE: Final = Path(__file__).with_name("natural.json")


def distance(picture: Image.Image) -> float | None:
    """The score of an RGB or grey picture; None where it has too little texture to say anything."""
    found = patches_of(picture)
    if len(found) < LEAST_PATCHES:
        return None
    mean, spread = _photographs()
    gap = found.mean(axis=0) - mean
    between = np.linalg.pinv((np.cov(found, rowvar=False) + spread) / 2)
    return float(np.sqrt(max(0.0, gap @ between @ gap)))


def patches_of(picture: Image.Image, *, sharpest: bool = False) -> Floats:
    """The figures of each patch with texture, (patches, 36). `sharpest`: only those in focus, as for the fit."""
    grey = picture.convert("L")
    if max(grey.size) > EDGE:
        grey.thumbnail((EDGE, EDGE), Image.Resampling.LANCZOS)
    wide, high = grey.width // PATCH * PATCH, grey.height // PATCH * PATCH
    if not wide or not high:
        return np.empty((0, FEATURES))
    first = np.asarray(grey.crop((0, 0, wide, high)), np.float32)
    second = np.asarray(grey.crop((0, 0, wide, high)).resize((wide // 2, high // 2), Image.Resampling.BICUBIC))
    even, deviation = _even(first)
    texture = _tiles(deviation, PATCH).mean(axis=(1, 2))
    kept = texture > max(LEAST_TEXTURE, 0.75 * float(texture.max()) if sharpest else 0.0)
    if not kept.any():
        return np.empty((0, FEATURES))
    half = _even(second.astype(np.float32))[0]
    figures = np.hstack([_figures(_tiles(even, PATCH)[kept]), _figures(_tiles(half, PATCH // 2)[kept])])
    sound: Floats = figures[np.isfinite(figures).all(axis=1)]
    return sound


def fit(pictures: list[Image.Image]) -> dict[str, Any]:
    """Mean and covariance of the photographs' patches, as natural.json keeps them."""
    figures = np.vstack([patches_of(each, sharpest=True) for each in pictures])
    upper = np.cov(figures, rowvar=False)[np.triu_indices(FEATURES)]
    short = [[float(f"{value:.5g}") for value in row] for row in (figures.mean(axis=0), upper)]
    return {"patches": len(figures), "mean": short[0], "covariance": short[1]}


@cache
def _photographs() -> tuple[Floats, Floats]:
    kept = json.loads(FILE.read_text())
    spread = np.zeros((FEATURES, FEATURES))
    spread[np.triu_indices(FEATURES)] = kept["covariance"]
    return np.array(kept["mean"]), spread + np.triu(spread, 1).T


def _even(grey: Floats) -> tuple[Floats, Floats]:
    """Luminance with its local mean and contrast taken away, and the local deviation; both of its shape."""
    mean = _gauss(grey)
    deviation = np.sqrt(np.abs(_gauss(grey * grey) - mean * mean))
    return (grey - mean) / (deviation + 1), deviation


def _gauss(values: Floats) -> Floats:
    """A Gaussian window of 7 x 7 with deviation 7/6, edges repeated."""
    weights = np.exp(-0.5 * (np.arange(-3, 4) / (7 / 6)) ** 2).astype(np.float32)
    weights /= weights.sum()
    for axis in (0, 1):
        pad = [(3, 3) if each == axis else (0, 0) for each in (0, 1)]
        wide, size = np.pad(values, pad, mode="edge"), values.shape[axis]
        parts = [wide[k : k + size] if axis == 0 else wide[:, k : k + size] for k in range(7)]
        values = parts[3] * weights[3]
        pair = np.empty_like(values)
        for k in range(3):  # the window is even: both sides at once
            np.add(parts[k], parts[6 - k], out=pair)
            pair *= weights[k]
            values += pair
    return values


def _tiles(values: Floats, edge: int) -> Floats:
    """(patches, edge, edge)."""
    down, across = values.shape[0] // edge, values.shape[1] // edge
    return values.reshape(down, edge, across, edge).swapaxes(1, 2).reshape(-1, edge, edge)


def _figures(tiles: Floats) -> Floats:
    """The 18 figures of each tile, (patches, 18)."""
    shape, left, right = _asymmetric(tiles)
    columns = [shape, (left + right) / 2]
    for down, across in SHIFTS:
        shape, left, right = _asymmetric(tiles * np.roll(tiles, (down, across), axis=(1, 2)))
        one, two, three = (_gamma(times / shape) for times in (1.0, 2.0, 3.0))
        columns += [shape, (right - left) * np.sqrt(one / three) * two / one, left, right]
    return np.stack(columns, axis=1)


def _asymmetric(tiles: Floats) -> tuple[Floats, Floats, Floats]:
    """Shape, left and right deviation of an asymmetric generalised Gaussian by moments (Lasmar et al. 2009)."""
    flat = tiles.reshape(len(tiles), -1)
    size, below = flat.shape[1], np.minimum(flat, 0)
    square, lower = (np.vecdot(each, each).astype(np.float64) for each in (flat, below))
    count = np.maximum(np.count_nonzero(below, axis=1), 1)
    left = np.sqrt(lower / count + 1e-12)
    right = np.sqrt(np.maximum(square - lower, 0) / np.maximum(size - count, 1) + 1e-12)
    ratio = left / right
    # |x| = x - 2 min(x, 0)
    kept = ((flat.sum(axis=1) - 2 * below.sum(axis=1)).astype(np.float64) / size) ** 2 / (square / size + 1e-12)
    kept = kept * (ratio**3 + 1) * (ratio + 1) / (ratio**2 + 1) ** 2
    shapes, ratios = _shapes()
    return shapes[np.searchsorted(ratios, kept).clip(0, len(shapes) - 1)], left, right


@cache
def _shapes() -> tuple[Floats, Floats]:
    """Shapes 0.2 to 10 and the ratio of moments that each has, rising."""
    shapes = np.arange(0.2, 10, 0.002)
    return shapes, _gamma(2 / shapes) ** 2 / (_gamma(1 / shapes) * _gamma(3 / shapes))


def _gamma(values: Floats) -> Floats:
    return np.array([math.gamma(value) for value in values])
