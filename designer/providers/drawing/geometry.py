"""Lines as arrays of points: smooth curves, offsets, mirrors, brush strokes. Centimetres, x to the right, y down."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Line = NDArray[np.float64]  # (n, 2)
Point = tuple[float, float]
SAMPLES = 12  # per span of a curve: smooth at 2,048 pixels
# thicker where the outline faces away from the light, which falls from the upper left
SHADOW_SIDE = np.array([0.55, 0.83])


def straight(*points: Point) -> Line:
    """A line with a corner at each point."""
    return np.array(points, dtype=np.float64)


def smooth(*points: Point) -> Line:
    """A curve through all points (centripetal Catmull-Rom: no loops, no overshoot at near points)."""
    p = np.array(points, dtype=np.float64)
    if len(p) < 3:
        return p
    ends = np.vstack([2 * p[0] - p[1], p, 2 * p[-1] - p[-2]])
    knots = np.concatenate([[0.0], np.cumsum(np.sqrt(np.linalg.norm(np.diff(ends, axis=0), axis=1)) + 1e-6)])
    spans = [_span(ends[i : i + 4], knots[i : i + 4]) for i in range(len(p) - 1)]
    return np.vstack([*spans, p[-1:]])


def _span(p: Line, t: NDArray[np.float64]) -> Line:
    """Barry and Goldman's pyramid between the two middle points."""
    at = np.linspace(t[1], t[2], SAMPLES, endpoint=False)[:, None]
    a = [(t[i + 1] - at) / (t[i + 1] - t[i]) * p[i] + (at - t[i]) / (t[i + 1] - t[i]) * p[i + 1] for i in range(3)]
    b = [(t[i + 2] - at) / (t[i + 2] - t[i]) * a[i] + (at - t[i]) / (t[i + 2] - t[i]) * a[i + 1] for i in range(2)]
    return np.asarray((t[2] - at) / (t[2] - t[1]) * b[0] + (at - t[1]) / (t[2] - t[1]) * b[1])


def bow(start: Point, end: Point, sag: float) -> Line:
    """A shallow curve that leaves the chord by `sag` at its middle (to the right-hand side when walking down)."""
    a, b = np.array(start, float), np.array(end, float)
    normal = np.array([-(b - a)[1], (b - a)[0]]) / max(1e-6, float(np.linalg.norm(b - a)))
    t = np.linspace(0, 1, 2 * SAMPLES)[:, None]
    return np.asarray(a + (b - a) * t + normal * (4 * sag * t * (1 - t)))


def cup(half: float, y: float, sag: float) -> Line:
    """The right half of a parabola: from its lowest point in the middle, `sag` below y, up to (half, y)."""
    x = np.linspace(0, half, SAMPLES)
    return np.column_stack([x, y + sag * (1 - (x / max(half, 1e-6)) ** 2)])


def join(*lines: Line) -> Line:
    """One after the other; a point that repeats its neighbour is dropped."""
    every = np.vstack(lines)
    keep = np.concatenate([[True], np.linalg.norm(np.diff(every, axis=0), axis=1) > 1e-4])
    return np.asarray(every[keep])


def mirrored(line: Line) -> Line:
    """The other half, in the order that closes an outline after `line`."""
    return np.asarray(line[::-1] * np.array([-1.0, 1.0]))


def flipped(line: Line) -> Line:
    """The same line on the other side, in the same order."""
    return np.asarray(line * np.array([-1.0, 1.0]))


def moved(line: Line, dx: float, dy: float) -> Line:
    return np.asarray(line + np.array([dx, dy]))


def whole(half: Line) -> Line:
    """A closed symmetric outline from its right half, given from the middle of the top to the middle of the foot."""
    return join(half, mirrored(half))


def travelled(line: Line) -> NDArray[np.float64]:
    """The share of the line's length behind each point, 0..1."""
    steps = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    return np.asarray(steps / max(1e-9, float(steps[-1])))


def resampled(line: Line, count: int, start: float = 0.0, end: float = 1.0) -> Line:
    """`count` points at equal steps between two shares of the line's length."""
    at, t = travelled(line), np.linspace(start, end, count)
    return np.column_stack([np.interp(t, at, line[:, 0]), np.interp(t, at, line[:, 1])])


def part(line: Line, start: float, end: float) -> Line:
    return resampled(line, max(4, int(len(line) * abs(end - start)) + 2), start, end)


def at(line: Line, share: float) -> Point:
    x, y = resampled(line, 1, share, share)[0]
    return float(x), float(y)


def point(value: Line) -> Point:
    """A row of a line as a pair."""
    return float(value[0]), float(value[1])


def x_at(line: Line, y: float) -> float:
    """Where a line that runs downwards crosses a height."""
    order = np.argsort(line[:, 1], kind="stable")
    return float(np.interp(y, line[order, 1], line[order, 0]))


def normals(line: Line) -> Line:
    """Unit normals, to the left-hand side of the walk (outwards for an outline drawn clockwise on a page)."""
    tangent = np.gradient(line, axis=0)
    tangent /= np.maximum(np.linalg.norm(tangent, axis=1, keepdims=True), 1e-9)
    return np.column_stack([tangent[:, 1], -tangent[:, 0]])


def offset(line: Line, distance: float) -> Line:
    """Beside the line: positive to the outside of a clockwise outline."""
    return np.asarray(line + normals(line) * distance)


def brush(line: Line, widths: Sequence[float]) -> Line:
    """A stroke as an area: `widths` are spread evenly over the line's length and smoothed between."""
    dense = resampled(line, max(16, min(160, len(line) * 2)))
    half = np.interp(np.linspace(0, 1, len(dense)), np.linspace(0, 1, len(widths)), widths)[:, None] / 2
    side = normals(dense) * half
    return np.vstack([dense + side, (dense - side)[::-1]])


def dense(line: Line, step: float = 1.2) -> Line:
    """With points added on long spans, so that what is done at a corner stays at the corner."""
    spans = np.diff(line, axis=0)
    counts = np.maximum(1, (np.linalg.norm(spans, axis=1) / step).astype(int))
    which = np.repeat(np.arange(len(spans)), counts)
    along = (np.arange(len(which)) - np.repeat(np.cumsum(counts) - counts, counts)) / counts[which]
    return np.vstack([line[which] + spans[which] * along[:, None], line[-1:]])


def contour(outline: Line, width: float) -> str:
    """An outline as a pen draws it: heavier where the form turns from the light."""
    loop = dense(np.vstack([outline, outline[:1]]))
    facing = normals(loop) @ SHADOW_SIDE
    half = (width * (0.72 + 0.5 * np.clip(_eased(facing), -0.4, 1.0)) / 2)[:, None]
    side = normals(loop) * half
    return f"{path(loop + side, closed=True)}{path((loop - side)[::-1], closed=True)}"


def _eased(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Smoothed around the loop, so that the pen does not change its width at a corner."""
    kernel = np.hanning(11) / np.hanning(11).sum()
    padded = np.concatenate([values[-5:], values, values[:5]])
    return np.convolve(padded, kernel, mode="valid")


def path(line: Line, *, closed: bool = False) -> str:
    """SVG path data, to a hundredth of a centimetre."""
    steps = "L".join(f"{x:.2f} {y:.2f}" for x, y in line.tolist())
    return f"M{steps}{'Z' if closed else ''}"


def bounds(line: Line) -> tuple[float, float, float, float]:
    """Left, top, right, bottom."""
    (left, top), (right, bottom) = line.min(axis=0), line.max(axis=0)
    return float(left), float(top), float(right), float(bottom)
