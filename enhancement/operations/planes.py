"""Filters on float32 planes (height, width), edges repeated. Plain numpy; a pixel's result depends on its window only.

That makes strips with a margin exact, and two runs alike.
"""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]
P = TypeVar("P", bound=NDArray[Any])


def box(plane: Plane, radius: int) -> Plane:
    """Mean over a square of 2 x radius + 1 pixels. Sums are doubled in turns: quick, and exact in float32."""
    size = 2 * radius + 1
    for axis in (0, 1):
        margin = [(radius, radius) if each == axis else (0, 0) for each in (0, 1)]
        plane = _sums(np.pad(plane, margin, mode="edge"), size, axis) / np.float32(size)
    return plane


def _sums(plane: Plane, size: int, axis: int) -> Plane:
    """Sums of `size` neighbours along an axis, put together from sums of 1, 2, 4 ... neighbours."""
    length = plane.shape[axis] - size + 1
    total, block, width, start = np.zeros((), np.float32), plane, 1, 0
    while True:
        if size & 1:
            total = total + _cut(block, axis, start, length)
            start += width
        size >>= 1
        if not size:
            return np.asarray(total, np.float32)
        left = block.shape[axis] - width
        block = _cut(block, axis, 0, left) + _cut(block, axis, width, left)
        width *= 2


def _cut(plane: Any, axis: int, start: int, length: int) -> Any:
    return plane[start : start + length] if axis == 0 else plane[:, start : start + length]


def extremes(plane: Plane, radius: int) -> tuple[Plane, Plane]:
    """The least and the greatest value in a square of 2 x radius + 1 pixels."""
    return lowest(plane, radius), highest(plane, radius)


def lowest(plane: P, radius: int) -> P:
    """The least value in a square of 2 x radius + 1 pixels. Planes of whole numbers may be had too."""
    return _extreme(plane, radius, np.minimum)


def highest(plane: P, radius: int) -> P:
    """The greatest value in a square of 2 x radius + 1 pixels. Planes of whole numbers may be had too."""
    return _extreme(plane, radius, np.maximum)


def _extreme(plane: P, radius: int, of: np.ufunc) -> P:
    for axis in (0, 1):
        margin = [(radius, radius) if each == axis else (0, 0) for each in (0, 1)]
        found: Any = np.pad(plane, margin, mode="edge")
        width, size = 1, 2 * radius + 1
        while width < size:  # windows may overlap: an extreme counted twice is the same extreme
            step = min(width, size - width)
            left = found.shape[axis] - step
            found = of(_cut(found, axis, 0, left), _cut(found, axis, step, left))
            width += step
        plane = found
    return plane


def guided(guide: Plane, plane: Plane, radius: int, smooth: float) -> Plane:
    """`plane` smoothed, but not over edges of `guide` whose contrast exceeds `smooth`. Sees 2 x radius pixels.

    Source: He, Sun, Tang 2013, doi:10.1109/TPAMI.2012.213.
    """
    mean, target = box(guide, radius), box(plane, radius)
    spread = np.maximum(box(guide * guide, radius) - mean * mean, 0)
    slope = np.asarray((box(guide * plane, radius) - mean * target) / (spread + smooth * smooth), np.float32)
    rest = np.asarray(target - slope * mean, np.float32)
    return np.asarray(box(slope, radius) * guide + box(rest, radius), np.float32)


def step(values: Any, low: float, high: float) -> Plane:
    """0 below `low`, 1 above `high`, smooth between."""
    share = np.clip((values - np.float32(low)) / np.float32(high - low), 0, 1)
    return np.asarray(share * share * (3 - 2 * share), np.float32)
