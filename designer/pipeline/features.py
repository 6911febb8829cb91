"""A photo as numbers for the classifier of garments: oriented gradients, the mask, its outline, colour and texture.

Oriented gradients after Dalal and Triggs 2005 (doi:10.1109/CVPR.2005.177), on two views: the whole picture, which shows
how the garment lies or is worn, and the box around what was segmented, which shows its shape whatever its size.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from designer.pipeline import outline
from designer.pipeline.colours import lab_of
from designer.pipeline.segmentation import Bools, Floats, Segment

SIDE: Final = 64  # pixels of both views
CELL: Final = 8
DIRECTIONS: Final = 9  # of gradients, over half a turn
GRID: Final = 12  # cells of the mask and of the colour layout
MARGIN: Final = 0.08  # of the box's longer side, around it
CLIP: Final = 0.3  # of a normalised histogram, so that one strong edge does not drown the rest


def describe(image: Image.Image, found: Segment) -> NDArray[np.float32]:
    """The features of one upright RGB picture and its segment, float32 of a fixed length, each about 0..1."""
    whole = _square(image.convert("RGB"), (0, 0, *image.size))
    box = _box(found.mask, image.size)
    near = _square(image.convert("RGB"), box)
    mask = Image.fromarray(found.mask.astype(np.uint8) * 255).resize(image.size, Image.Resampling.BILINEAR)
    cover = _square(mask.convert("RGB"), box, ground=(0, 0, 0))[..., 0] / 255
    lab = lab_of(near)
    parts = [
        _gradients(lab_of(whole)[..., 0]),
        _gradients(lab[..., 0]),
        _gradients(cover * 100) * 0.7,
        _cells(cover, GRID).ravel() * 0.5,
        _cells(lab / 100, 6).ravel() * 0.35,
        _outline(found.mask),
        _colours(lab, cover),
    ]
    return np.concatenate(parts).astype(np.float32)


def _box(mask: Bools, size: tuple[int, int]) -> tuple[float, float, float, float]:
    """Left, top, right, bottom of the mask in pixels of the picture; the whole picture where the mask is empty."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return 0, 0, *size
    wide, high = size[0] / mask.shape[1], size[1] / mask.shape[0]
    edge = MARGIN * max((rows[-1] - rows[0]) * high, (columns[-1] - columns[0]) * wide)
    left, top = columns[0] * wide - edge, rows[0] * high - edge
    return left, top, (columns[-1] + 1) * wide + edge, (rows[-1] + 1) * high + edge


def _square(
    image: Image.Image, box: tuple[float, float, float, float], ground: tuple[int, int, int] | None = None
) -> NDArray[np.uint8]:
    """The box of the picture in a square of SIDE, its proportions kept; what lies outside is the border's colour."""
    left, top, right, bottom = max(0, box[0]), max(0, box[1]), min(image.width, box[2]), min(image.height, box[3])
    scale = SIDE / max(right - left, bottom - top, 1)
    wide, high = (max(1, round(length * scale)) for length in (right - left, bottom - top))
    small = image.resize((wide, high), Image.Resampling.BOX, (left, top, max(right, left + 1), max(bottom, top + 1)))
    pixels = np.asarray(small)
    rest = [(spare // 2, spare - spare // 2) for spare in (SIDE - high, SIDE - wide)]
    if ground is not None:
        return np.pad(pixels, [*rest, (0, 0)])
    return np.pad(pixels, [*rest, (0, 0)], mode="edge")


def _cells(values: Floats, count: int) -> Floats:
    """Means over count x count cells of a square (side, side, ...)."""
    cuts = np.linspace(0, values.shape[0], count + 1).astype(int)
    rows = np.stack([values[a:b].mean(axis=0) for a, b in pairwise(cuts)])
    return np.stack([rows[:, a:b].mean(axis=1) for a, b in pairwise(cuts)], axis=1)


def _gradients(light: Floats) -> Floats:
    """Histograms of gradient directions in cells of CELL pixels, each 2 x 2 block of cells normalised."""
    down, across = np.gradient(light.astype(np.float32))
    strength, turn = np.hypot(down, across), np.mod(np.arctan2(down, across), np.pi) / np.pi * DIRECTIONS
    low = np.floor(turn)
    upper = (turn - low) * strength
    count = SIDE // CELL
    rows, columns = np.mgrid[0:SIDE, 0:SIDE] // CELL
    place = (rows * count + columns) * DIRECTIONS
    size = count * count * DIRECTIONS
    bins = np.bincount((place + low.astype(int) % DIRECTIONS).ravel(), (strength - upper).ravel(), size)
    bins += np.bincount((place + (low.astype(int) + 1) % DIRECTIONS).ravel(), upper.ravel(), size)
    grid = bins.reshape(count, count, DIRECTIONS)
    blocks = [grid[a : count - 1 + a, b : count - 1 + b] for a in (0, 1) for b in (0, 1)]
    block = np.concatenate(blocks, axis=-1)
    norm = np.sqrt((block**2).sum(axis=-1, keepdims=True) + 4.0)
    clipped = np.minimum(block / norm, CLIP)
    return np.asarray(clipped.ravel())


def _outline(mask: Bools) -> Floats:
    shape = outline.outline_of(mask)
    if shape is None:
        return np.zeros(2 * outline.ROWS + 3)
    share = [float(mask.mean()), min(shape.tall, 4) / 4, 1.0]
    return np.concatenate([np.minimum(shape.widths, 3) * 0.5, np.minimum(shape.gap, 2), share])


def _colours(lab: Floats, cover: Floats) -> Floats:
    """Mean, spread and detail of the CIELAB values inside and outside the mask."""
    fine = np.abs(np.gradient(lab[..., 0])[0])
    parts = []
    for side in (cover > 0.5, cover <= 0.5):
        pixels = lab[side] if side.sum() > 8 else np.zeros((1, 3), np.float32)
        detail = float(fine[side].mean()) / 10 if side.any() else 0.0
        parts += [pixels.mean(axis=0) / 100, pixels.std(axis=0) / 50, np.array([detail])]
    return np.concatenate(parts)
