"""From a mask to how much of every pixel is foreground: hair, fringe and lace, and their colours without the old
background.

Along the outline (and within it, where fabric is see-through) every pixel is explained as a mixture of a foreground and
a background colour from its neighbourhood (as in Gastal, Oliveira 2010, doi:10.1111/j.1467-8659.2009.01627.x); a guided
filter that trusts the well-explained pixels more lets the picture's own edges carry the answer (He, Sun, Tang 2013,
doi:10.1109/TPAMI.2012.213), and its planes are enlarged to any size (fast guided filter, He, Sun 2015,
arXiv:1505.00996). The foreground's colours are blurred in from where it is pure (Forte 2021, arXiv:2006.14970).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from designer.pipeline import segmentation
from enhancement.engine.asking import Ask, Progress, never, untold
from enhancement.operations import planes
from enhancement.operations.pictures import Samples, white_of
from enhancement.operations.planes import Plane

Pixels = NDArray[np.uint8]
Bools = NDArray[np.bool_]
Floats = NDArray[np.float32]

VIEW: Final = 1024  # pixels of the longer side on which mixtures are explained
BLOCK: Final = 40  # pixels for which one choice of colours serves
COLOURS: Final = 6  # foreground colours of a neighbourhood, and as many of the background
SAMPLES: Final = 500
MIXED: Final = 0.004  # what it costs to call a pixel half and half: most are not
FIT: Final = 0.0012  # squared distance (0..1 per channel) by which an explanation may be off
RADIUS: Final = 3
EVEN: Final = 1e-4
LOW, HIGH = 0.06, 0.94  # what is so near to nothing or all is it: no veil over the new background


@dataclass(frozen=True, slots=True, eq=False)
class Matte:
    """Planes of a small view from which the share of foreground follows at any size.

    slope (h, w, 3), rest (h, w): alpha = slope . colour + rest where neither sure plane (h, w) says 1 or 0.
    """

    slope: Floats
    rest: Plane
    front: Plane
    back: Plane

    def alpha(self, part: Samples, top: int, height: int) -> Plane:
        """Alpha 0..1 for `part`: the rows from `top` on of a picture that is `height` rows high, (h, w, 3)."""
        colour = part[..., :3].astype(np.float32) / white_of(part)
        rows = _Rows(height, part.shape[1], top, top + part.shape[0])
        soft = rows.of(self.rest)
        for channel in range(3):
            soft += rows.of(self.slope[..., channel]) * colour[..., channel]
        soft = np.clip((soft - np.float32(LOW)) / np.float32(HIGH - LOW), 0, 1)
        front, back = rows.of(self.front), rows.of(self.back)
        return np.asarray(front + (1 - front) * (1 - back) * soft, np.float32)


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows of a large picture, for which planes of a small one are wanted."""

    height: int
    width: int
    top: int
    bottom: int

    def of(self, plane: Plane) -> Plane:
        share = plane.shape[0] / self.height
        box = (0.0, self.top * share, float(plane.shape[1]), min(float(plane.shape[0]), self.bottom * share))
        size = (self.width, self.bottom - self.top)
        return np.array(Image.fromarray(plane).resize(size, Image.Resampling.BILINEAR, box=box), np.float32)


def matte(
    view: Pixels,
    mask: Bools,
    *,
    band: int,
    see_through: bool = False,
    ask: Ask = never,
    progress: Progress = untold,
) -> Matte:
    """The matte of uint8 (h, w, 3) with sides of at most VIEW; mask: bool, any size, True on the foreground.

    band: pixels of the view to both sides of the mask's outline that may be mixed. see_through: pixels within the mask
    that look like the background may be mixed too. Raises EngineCancelled, where `ask` does.
    """
    image = view[..., :3].astype(np.float32) / np.float32(255)
    full = Image.fromarray(mask.astype(np.float32)).resize((view.shape[1], view.shape[0]), Image.Resampling.BICUBIC)
    inside = np.asarray(full) > 0.5
    least, most = planes.extremes(inside.astype(np.float32), band)
    front, back = least > 0.5, most < 0.5
    if see_through:
        front &= ~_like_background(image, front, back, ask)
    share, trust = _explained(image, front, back, ask, progress)
    slope, rest = _guided(image, share, trust, ask)
    return Matte(slope, rest, _softened(front), _softened(back))


def _softened(sure: Bools) -> Plane:
    """1 where it is sure, falling to 0 inside of it, so that no step shows where a sure area ends."""
    least = planes.extremes(sure.astype(np.float32), 1)[0]
    return np.minimum(planes.box(least, 1), sure.astype(np.float32))


def _like_background(image: Floats, front: Bools, back: Bools, ask: Ask) -> Bools:
    """Where the inside has the background's colours rather than its own, and a little around it."""
    found = np.zeros(front.shape, bool)
    for block in _blocks(front):
        ask()
        ours, theirs = _palette(image, front, block), _palette(image, back, block)
        if ours is None or theirs is None:
            continue
        apart = np.linalg.norm(ours[:, None] - theirs[None], axis=-1).min(axis=1)
        own = ours[apart > 0.12]  # those of the inside that the background has as well are its holes
        if not len(own):
            continue
        part = image[block]
        near = [((part[..., None, :] - colours) ** 2).sum(axis=-1).min(axis=-1) for colours in (own, theirs)]
        found[block] = near[1] < near[0]
    return np.asarray((planes.extremes(found.astype(np.float32), 2)[1] > 0.5) & front)


def _blocks(wanted: Bools) -> Iterator[tuple[slice, slice]]:
    height, width = wanted.shape
    for top in range(0, height, BLOCK):
        for left in range(0, width, BLOCK):
            block = (slice(top, min(top + BLOCK, height)), slice(left, min(left + BLOCK, width)))
            if wanted[block].any():
                yield block


def _palette(image: Floats, sure: Bools, block: tuple[slice, slice]) -> Floats | None:
    """The colours of what is sure around a block, from as near as there is enough of it; None where there is none."""
    for reach in (BLOCK, 3 * BLOCK, 9 * BLOCK, max(sure.shape)):
        around = tuple(slice(max(0, side.start - reach), side.stop + reach) for side in block)
        points = image[around][sure[around]]
        if len(points) >= 60 or (reach >= max(sure.shape) and len(points)):
            points = points[:: max(1, len(points) // SAMPLES)]
            count = min(COLOURS, len(points))
            return np.asarray(segmentation.kmeans(points, count, turns=4)[0], np.float32)
    return None


def _explained(image: Floats, front: Bools, back: Bools, ask: Ask, progress: Progress) -> tuple[Plane, Plane]:
    """Alpha of every pixel by itself, and how far that can be trusted, 0..1; what is sure is trusted wholly."""
    share, trust = front.astype(np.float32), np.full(front.shape, 1.0, np.float32)
    unknown = ~(front | back)
    trust[unknown] = 1e-3
    for block in _blocks(unknown):
        ask()
        progress(block[0].start / front.shape[0])
        ours, theirs = _palette(image, front, block), _palette(image, back, block)
        if ours is None or theirs is None:
            continue
        open_ = unknown[block]
        alpha, sure = _mixtures(image[block][open_], ours, theirs)
        share[block][open_], trust[block][open_] = alpha, sure
    return share, trust


def _mixtures(points: Floats, ours: Floats, theirs: Floats) -> tuple[Floats, Floats]:
    """The best pair of colours for each point (n, 3): its share of the first, and how well and clearly that fits."""
    away = (ours[:, None] - theirs[None]).reshape(-1, 3)
    ground = np.broadcast_to(theirs[None], (len(ours), len(theirs), 3)).reshape(-1, 3)
    length = (away**2).sum(axis=1) + np.float32(1e-4)
    rest = points[:, None] - ground[None]
    alpha = np.clip((rest * away).sum(axis=-1) / length, 0, 1)
    off = ((rest - alpha[..., None] * away) ** 2).sum(axis=-1)
    cost = off + MIXED * 4 * alpha * (1 - alpha)
    best = cost.argmin(axis=1)
    every = np.arange(len(points))
    apart = length[best] / (length[best] + 0.02)
    return alpha[every, best], np.asarray(np.exp(-off[every, best] / FIT) * apart + 1e-3, np.float32)


def _guided(image: Floats, share: Plane, trust: Plane, ask: Ask) -> tuple[Floats, Plane]:
    """Slope (h, w, 3) and rest (h, w) of the linear model of alpha in the picture's colours, weighed by trust."""
    weight = planes.box(trust, RADIUS) + np.float32(1e-6)

    def mean(plane: Plane) -> Plane:
        return np.asarray(planes.box(np.asarray(plane * trust, np.float32), RADIUS) / weight, np.float32)

    colour = np.stack([mean(image[..., channel]) for channel in range(3)], axis=-1)
    level = mean(share)
    spread = np.empty((*share.shape, 3, 3), np.float32)
    joint = np.empty((*share.shape, 3), np.float32)
    for one in range(3):
        ask()
        joint[..., one] = mean(image[..., one] * share) - colour[..., one] * level
        for other in range(one, 3):
            both = mean(image[..., one] * image[..., other]) - colour[..., one] * colour[..., other]
            spread[..., one, other] = spread[..., other, one] = both
    spread += np.eye(3, dtype=np.float32) * np.float32(EVEN)
    slope = np.empty_like(joint)
    for top in range(0, len(joint), BLOCK):
        ask()
        rows = slice(top, top + BLOCK)
        slope[rows] = np.linalg.solve(spread[rows], joint[rows, ..., None])[..., 0]
    rest = level - (slope * colour).sum(axis=-1)
    smooth = np.stack([mean(slope[..., channel]) for channel in range(3)], axis=-1)
    return smooth, mean(np.asarray(rest, np.float32))


def foreground(pixels: Samples, alpha: Plane, radius: int, *, ask: Ask = never) -> Floats:
    """The foreground's own colours as float32 (h, w, 3) in the pixels' own levels: where it is mixed, without the
    background's share."""
    colour = pixels[..., :3].astype(np.float32)
    made = colour
    for reach in (radius, max(2, radius // 6)):
        made = _purer(colour, made, alpha, reach, ask)
    return np.clip(made, 0, white_of(pixels))


def _purer(colour: Floats, before: Floats, alpha: Plane, reach: int, ask: Ask) -> Floats:
    rest = 1 - alpha
    some, less = planes.box(alpha, reach) + np.float32(1e-4), planes.box(rest, reach) + np.float32(1e-4)
    made = np.empty_like(colour)
    for channel in range(3):
        ask()
        ours = planes.box(before[..., channel] * alpha, reach) / some
        theirs = planes.box(colour[..., channel] * rest, reach) / less
        gap = colour[..., channel] - alpha * ours - rest * theirs
        made[..., channel] = ours + alpha * gap
    return np.where(alpha[..., None] > 0.995, colour, made)
