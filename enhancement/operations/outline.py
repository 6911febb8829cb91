"""Which pixels are garment, finely enough to paint on them.

`designer.pipeline.segmentation` finds where the garment lies. To count areas that is enough; a colour put on its mask
would spill over the backdrop. So each group of colours is asked how much of it lies inside, those that lie as much
outside are taken for backdrop, and along the outline every pixel's own colour decides.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from designer.pipeline import segmentation
from enhancement.engine.asking import Ask, never
from enhancement.operations import planes
from enhancement.operations.planes import Plane

GROUPS: Final = 24
TURNS: Final = 4
BACKDROP, GARMENT = 0.35, 0.75  # share of a group's pixels inside: below it is backdrop, above it is garment
SMALLEST: Final = 0.08  # of the largest part: less is a spot of the backdrop
BAND: Final = 2  # small pixels on both sides of the outline where colour decides

Floats = NDArray[np.floating[Any]]
Bools = NDArray[np.bool_]


def found(small: Floats, lab: Floats, *, ask: Ask = never) -> tuple[Plane, float]:
    """How much of each pixel is garment, 0..1, and how sure that is, 0..1. Raises EngineCancelled, where `ask` does.

    small: CIELAB on at most segmentation.EDGE pixels a side, at least 8; lab: the same finer (h, w, 3), as the result.
    """
    ask()
    first = segmentation.segment(small)
    if first.confidence == 0:
        return np.zeros(lab.shape[:2], np.float32), 0.0
    ask()
    centres, flat = segmentation.kmeans(small.reshape(-1, 3), GROUPS, turns=8)
    groups = flat.reshape(small.shape[:2])
    ask()
    mask, belief = _refined(first.mask, groups)
    ask()
    soft = segmentation.box_blur(mask.astype(np.float32), BAND)
    fine = _enlarged(soft, lab.shape)
    near, inside = planes.step(fine, 0.05, 0.45), planes.step(fine, 0.75, 0.98)
    own = belief[_nearest(lab, centres)]
    ask()
    light = (lab[..., 0] / 100).astype(np.float32)
    reach = max(2, round(lab.shape[0] / small.shape[0]))
    area = planes.guided(light, np.maximum(inside, near * own).astype(np.float32), reach, 0.03)
    return planes.step(area, 0.2, 0.8), first.confidence


def _refined(mask: Bools, groups: NDArray[np.intp]) -> tuple[Bools, Plane]:
    """The mask without the backdrop's colours, and how much each group (GROUPS,) is garment."""
    wide = segmentation.box_blur(mask.astype(np.float32), 3)
    inside, belief = mask.astype(np.float32), np.ones(GROUPS, np.float32)
    for _ in range(TURNS):
        within = np.bincount(groups.ravel(), weights=inside.ravel(), minlength=GROUPS)
        outside = np.bincount(groups.ravel(), weights=(1 - inside).ravel(), minlength=GROUPS)
        belief = planes.step(within / (within + outside + 1e-6), BACKDROP, GARMENT)
        inside = np.asarray(segmentation.box_blur(belief[groups], 1) * wide, np.float32)
    return segmentation.filled(_large_parts(inside > 0.5)), belief


def _large_parts(mask: Bools) -> Bools:
    labels, count = segmentation.components(mask)
    sizes = np.bincount(labels.ravel(), minlength=count + 1)
    sizes[0] = 0
    return np.isin(labels, np.flatnonzero(sizes >= max(1, SMALLEST * sizes.max())))


def _enlarged(plane: Floats, shape: tuple[int, ...]) -> Plane:
    small = Image.fromarray(plane.astype(np.float32))
    return np.asarray(small.resize((shape[1], shape[0]), Image.Resampling.BILINEAR))


def _nearest(lab: Floats, centres: Floats) -> NDArray[np.intp]:
    points = lab.reshape(-1, 3).astype(np.float32)
    far = (centres**2).sum(axis=1)[None] - 2 * points @ centres.T
    nearest: NDArray[np.intp] = far.argmin(axis=1).reshape(lab.shape[:2])
    return nearest
