"""A hole in a picture filled from its rim inwards: each pixel by the mean of what is known near it.

The weights are those of Telea 2004 (doi:10.1080/10867651.2004.10487596), who prefers what lies straight towards the
rim, or those of Bertalmio, Bertozzi, Sapiro 2001 (doi:10.1109/CVPR.2001.990497), who carry on the lines that end there.
All pixels about as far from the rim are filled at once, and see none of each other. So it can be stopped at any time,
knows 8 and 16 bits, and leaves no seam, for there are no parts to be joined.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from enhancement.engine.asking import Ask, Cancelled, Progress, asking
from enhancement.operations.pictures import Samples, rounded, white_of
from enhancement.operations.planes import Plane

Bools = NDArray[np.bool_]
Places = NDArray[np.signedinteger[Any]]  # of pixels, in planes laid flat
Weigh = Callable[[Places, int, int], Plane]  # how much these count for what lies so far above and left of them

REACH: Final = 5  # pixels from which the filling takes its colours
AT_ONCE: Final = 1 << 14  # pixels: less than a tenth of a second
SORTED_AT_ONCE: Final = 1 << 20  # pixels, by their distance from the rim: as long, and with little memory
LUMA: Final = np.array([0.299, 0.587, 0.114], np.float32)
FAINT: Final = 0.01  # a slope, or a direction, that is none
LEAST: Final = np.float32(1e-6)  # the weight of what lies in no such direction
NEAR: Final = [
    (down, across)
    for down, across in product(range(-REACH, REACH + 1), repeat=2)
    if 0 < down * down + across * across <= REACH * REACH
]


def filled(pixels: Samples, hole: Bools, *, lines: bool = False, progress: Progress, cancelled: Cancelled) -> Samples:
    """RGB (h, w, 3) of 8 or 16 bits with what `hole` (h, w) says painted anew, and no other pixel touched.

    lines: carried on, rather than the nearest pixels. Where nothing is known near, nothing is done. Raises
    EngineCancelled.
    """
    if not hole.any() or hole.all():
        return pixels
    ask = asking(cancelled)
    work = _Hole(pixels, hole, lines, ask)
    done, every = 0, int(hole.sum())
    for places in work.layers(ask):
        values = []
        for start in range(0, len(places), AT_ONCE):
            ask()
            values.append(work.mean(places[start : start + AT_ONCE]))
            done += values[-1].shape[1]
            progress(done / every)
        work.fill(places, np.concatenate(values, axis=1))
    return work.picture(pixels.shape)


class _Hole:
    """Planes of the picture laid flat, with a margin of REACH unknown pixels: a neighbour is a fixed step away.

    A hole may have twenty million pixels, of which each of these steps takes a part of a second: `ask` comes between.
    """

    def __init__(self, pixels: Samples, hole: Bools, lines: bool, ask: Ask) -> None:
        self.row = pixels.shape[1] + 2 * REACH
        self.hole = _laid(hole)
        self.known = _laid(~hole)
        self.colours = []
        for channel in range(3):
            ask()
            self.colours.append(_laid(pixels[..., channel]))
        self.level = white_of(pixels) / np.float32(255)
        self.depth = _laid(_depth(hole, ask), mode="edge")
        self.lines = lines
        ask()
        if lines:
            self.light = np.zeros(self.known.size, np.float32)
            self.slopes = np.zeros((2, self.known.size), np.float32)
            rim = np.flatnonzero(self.known & (self.depth > -REACH - 2))
            self._light(rim)
            ask()
            self._slope(rim)

    def layers(self, ask: Ask) -> Iterator[Places]:
        """The pixels of the hole, in steps of one pixel from its rim."""
        parts = []
        for start in range(0, self.hole.size, SORTED_AT_ONCE):
            ask()
            parts.append(self._sorted(start))
        for far in range(1, max(len(ends) for _, ends in parts)):
            near = [places[ends[far - 1] : ends[far]] for places, ends in parts if far < len(ends)]
            if (layer := np.concatenate(near)).size:
                yield layer

    def _sorted(self, start: int) -> tuple[Places, Places]:
        """The pixels of the hole among so many from `start` on, the nearest to its rim first, and how many there are
        up to each distance."""
        places = np.flatnonzero(self.hole[start : start + SORTED_AT_ONCE]) + start
        far = np.ceil(self.depth[places]).astype(np.uint16)
        return places[np.argsort(far, kind="stable")].astype(np.int32), np.cumsum(np.bincount(far))

    def mean(self, places: Places) -> Samples:
        """What these pixels (n,) become, (3, n)."""
        total, weights = np.zeros((3, len(places)), np.float32), np.zeros(len(places), np.float32)
        weigh = self._along if self.lines else self._inwards(places)
        for down, across in NEAR:
            near = places + (down * self.row + across)
            weight = weigh(near, down, across) * self.known.take(near)
            weights += weight
            for channel, plane in enumerate(self.colours):
                total[channel] += weight * plane.take(near)
        unseen = weights == 0
        weights[unseen] = 1
        total[:, unseen] = [plane[places[unseen]] for plane in self.colours]
        return rounded(total / weights, self.colours[0])

    def fill(self, places: Places, values: Samples) -> None:
        """From now on these are known."""
        for plane, value in zip(self.colours, values, strict=True):
            plane[places] = value
        self.known[places] = True
        if self.lines:
            self._light(places)
            self._slope(places)

    def picture(self, shape: tuple[int, ...]) -> Samples:
        whole = (plane.reshape(-1, self.row) for plane in self.colours)
        return np.dstack([plane[REACH : REACH + shape[0], REACH : REACH + shape[1]] for plane in whole])

    def _inwards(self, places: Places) -> Weigh:
        """Near, straight towards the rim, and as far from it as these places."""
        depth = self.depth[places]
        fall, side = (self.depth[places + step] - self.depth[places - step] for step in (self.row, 1))

        def weigh(near: Places, down: int, across: int) -> Plane:
            straight = np.abs(down * fall + across * side) / 2
            apart = (1 + np.abs(self.depth.take(near) - depth)) * np.float32((down * down + across * across) ** 1.5)
            return np.asarray(np.where(straight > FAINT, straight, LEAST) / apart, np.float32)

        return weigh

    def _along(self, near: Places, down: int, across: int) -> Plane:
        """Near, and where a line runs from there to here."""
        slope_down, slope_across = (slope.take(near) for slope in self.slopes)
        dot = np.abs(slope_across * down - slope_down * across)
        square = down * down + across * across
        length = np.sqrt(square * (slope_down**2 + slope_across**2))
        share = np.divide(dot, length, out=np.full_like(dot, LEAST), where=dot > FAINT)
        return np.asarray(share / (square * square + 1), np.float32)

    def _light(self, places: Places) -> None:
        self.light[places] = sum(
            share * plane[places] for share, plane in zip(LUMA / self.level, self.colours, strict=True)
        )

    def _slope(self, places: Places) -> None:
        """How light rises at these pixels, from those of their neighbours that are known."""
        for axis, step in enumerate((self.row, 1)):
            after, before = self.known[places + step], self.known[places - step]
            rise = (self.light[places + step] - self.light[places]) * after
            rise += (self.light[places] - self.light[places - step]) * before
            self.slopes[axis, places] = rise / np.maximum(1, after.astype(np.float32) + before)


def _laid(plane: NDArray[Any], mode: Literal["constant", "edge"] = "constant") -> NDArray[Any]:
    """A plane laid flat, with its margin."""
    return np.pad(plane, REACH, mode=mode).ravel()


def _depth(hole: Bools, ask: Ask) -> Plane:
    """Pixels to the nearest known one, from 1; 0 and below outside of the hole."""
    import cv2

    apart = []
    for part in (hole, ~hole):
        ask()
        apart.append(cv2.distanceTransform(part.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE))
    ask()
    inside, outside = apart
    return np.asarray(np.where(hole, inside, 1 - outside), np.float32)
