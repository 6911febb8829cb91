"""Where the garment is: colour models of border and centre, sharpened in turns. Plain numpy, about 40 ms a photo.

The idea is GrabCut's (Rother, Kolmogorov, Blake 2004, doi:10.1145/1015706.1015720) without the graph: the picture's
colours are grouped, each group's share inside and outside decides its pixels, and a blur lets neighbours agree.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]
Bools = NDArray[np.bool_]

EDGE: Final = 144  # pixels of the longer side on which the garment is sought
GROUPS: Final = 24
TURNS: Final = 6
RING: Final = 0.04  # share of each side that is taken for background
LEAST_SHARE, MOST_SHARE = 0.04, 0.90  # of the picture; outside it nothing was found, or nothing was left over


@dataclass(frozen=True, slots=True)
class Segment:
    """`mask`: True on the garment. `confidence` 0..1: how apart the colours inside and outside are; 0 = none found."""

    mask: Bools
    confidence: float

    @property
    def share(self) -> float:
        return float(self.mask.mean())


def segment(lab: Floats) -> Segment:
    """Find the garment in CIELAB pixels of shape (height, width, 3), sides of 8 to some 200 pixels."""
    height, width = lab.shape[:2]
    groups = kmeans(lab.reshape(-1, 3), GROUPS, turns=6)[1].reshape(height, width)
    prior, ring = _prior(height, width), border_of(height, width)
    belief = np.where(ring, 0.0, prior)
    for _ in range(TURNS):
        belief = _sharper(belief, groups, prior, ring)
    mask = filled(main_part(belief > 0.5, prior))
    return Segment(mask=mask, confidence=_confidence(mask, belief, lab, ring))


def _prior(height: int, width: int) -> Floats:
    """Photographers put the garment in the middle: a broad bell, 0..1."""
    y = (np.arange(height) + 0.5) / height * 2 - 1
    x = (np.arange(width) + 0.5) / width * 2 - 1
    bell: Floats = np.exp(-0.5 * ((y[:, None] / 0.62) ** 2 + (x[None, :] / 0.55) ** 2))
    return bell


def border_of(height: int, width: int) -> Bools:
    """True on the picture's outermost pixels, which are taken for background."""
    ring = np.ones((height, width), bool)
    down, across = max(1, round(height * RING)), max(1, round(width * RING))
    ring[down:-down, across:-across] = False
    return ring


def _sharper(belief: Floats, groups: NDArray[np.intp], prior: Floats, ring: Bools) -> Floats:
    """One turn: what share of each colour group lies inside, then every pixel's odds, then its neighbours' voice."""
    inside = np.bincount(groups.ravel(), weights=belief.ravel(), minlength=GROUPS) + 1e-3
    outside = np.bincount(groups.ravel(), weights=(1 - belief).ravel(), minlength=GROUPS) + 1e-3
    # the ring speaks for the background with more weight: its colours are known to be outside
    outside += 3 * np.bincount(groups[ring], minlength=GROUPS)
    odds = np.log(inside / inside.sum()) - np.log(outside / outside.sum())
    place = np.log(prior + 0.02) - np.log(1.02 - prior)
    now = 1 / (1 + np.exp(-np.clip(1.6 * odds[groups] + 0.6 * place, -30, 30)))
    blurred = box_blur(now, 2)
    blurred[ring] *= 0.5
    return blurred


def box_blur(values: Floats, radius: int) -> Floats:
    """Mean over a square of 2 x radius + 1 pixels, edges repeated."""
    for axis in (0, 1):
        pad = [(radius + 1, radius) if each == axis else (0, 0) for each in (0, 1)]
        sums = np.cumsum(np.pad(values, pad, mode="edge"), axis=axis)
        size = 2 * radius + 1
        high = np.take(sums, np.arange(size, sums.shape[axis]), axis=axis)
        low = np.take(sums, np.arange(sums.shape[axis] - size), axis=axis)
        values = (high - low) / size
    return values


def kmeans(points: Floats, count: int, *, turns: int = 10) -> tuple[Floats, NDArray[np.intp]]:
    """`count` centres (count, 3) of points (n, 3), and each point's centre (n,). Starts far apart: no chance in it."""
    data = np.asarray(points, np.float32)
    sample = data[:: max(1, len(data) // 4000)]
    centres = _spread(sample, count)
    for _ in range(turns):
        nearest = _nearest(sample, centres)
        weight = np.bincount(nearest, minlength=count)
        sums = np.stack([np.bincount(nearest, weights=sample[:, axis], minlength=count) for axis in range(3)], axis=1)
        centres = np.where(weight[:, None] > 0, sums / np.maximum(weight, 1)[:, None], centres).astype(np.float32)
    return centres, _nearest(data, centres)


def _spread(sample: Floats, count: int) -> Floats:
    centres = [sample.mean(axis=0)]
    far = ((sample - centres[0]) ** 2).sum(axis=1)
    while len(centres) < count:
        centres.append(sample[int(far.argmax())])
        far = np.minimum(far, ((sample - centres[-1]) ** 2).sum(axis=1))
    return np.stack(centres)


def _nearest(points: Floats, centres: Floats) -> NDArray[np.intp]:
    far = (centres**2).sum(axis=1)[None, :] - 2 * points @ centres.T
    nearest: NDArray[np.intp] = far.argmin(axis=1)
    return nearest


def main_part(mask: Bools, prior: Floats) -> Bools:
    """The connected parts that matter: the one with most weight near the middle, and any at least a quarter of it."""
    labels, count = components(mask)
    if count == 0:
        return mask
    weights = np.bincount(labels.ravel(), weights=prior.ravel(), minlength=count + 1)
    weights[0] = 0
    return np.isin(labels, np.flatnonzero(weights >= max(weights.max() * 0.25, 1e-9)))


def components(mask: Bools) -> tuple[NDArray[np.intp], int]:
    """Connected parts (four neighbours): labels of the mask's shape, 0 = outside, and how many there are."""
    parent = [0]
    labels = np.zeros(mask.shape, np.intp)
    above: list[tuple[int, int, int]] = []  # runs of the row above: start, end, label
    for row, line in enumerate(mask):
        edges = np.flatnonzero(np.diff(np.concatenate([[0], line.astype(np.int8), [0]])))
        runs = []
        for start, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
            touching = [label for first, last, label in above if first < end and start < last]
            label = _joined(parent, touching)
            labels[row, start:end] = label
            runs.append((start, end, label))
        above = runs
    roots = np.array([_root(parent, label) for label in range(len(parent))])
    found, flat = np.unique(roots, return_inverse=True)
    return flat[labels], len(found) - 1


def _joined(parent: list[int], touching: list[int]) -> int:
    if not touching:
        parent.append(len(parent))
        return len(parent) - 1
    roots = sorted({_root(parent, label) for label in touching})
    for root in roots[1:]:
        parent[root] = roots[0]
    return roots[0]


def _root(parent: list[int], label: int) -> int:
    while parent[label] != label:
        parent[label] = parent[parent[label]]
        label = parent[label]
    return label


def filled(mask: Bools) -> Bools:
    """The mask without small holes (prints in the background's colour); the gap between two legs is open and stays."""
    labels, count = components(~mask)
    if count == 0:
        return mask
    sizes = np.bincount(labels.ravel(), minlength=count + 1)
    border = np.unique(np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]]))
    small = [label for label in range(1, count + 1) if label not in border and sizes[label] < 0.25 * mask.sum()]
    return mask | np.isin(labels, small)


def _confidence(mask: Bools, belief: Floats, lab: Floats, ring: Bools) -> float:
    """How sure: firm beliefs, colours apart from the ring's, and not much of the ring taken."""
    share = float(mask.mean())
    if not LEAST_SHARE <= share <= MOST_SHARE:
        return 0.0
    firm = float(np.abs(belief - 0.5).mean() * 2)
    apart = float(np.linalg.norm(np.median(lab[mask], axis=0) - np.median(lab[ring], axis=0)))
    free = 1 - float(mask[ring].mean())
    return round(firm * min(1.0, 0.4 + apart / 40) * free, 3)
