"""A garment's colours moved to those of a palette, with its folds, its weave and its heather kept.

The pixels' colours are grouped, each group is given the palette colour to which an optimal transport brings most of
it (unbalanced: a palette colour may stay unused), and every pixel moves with the groups it belongs to. Light falling
on cloth scales all of OKLab alike, so that colour over lightness is the cloth's own: that is what moves, and lightness
moves by its odds, so that black stays black, white stays white and no fold is cut off.
Sources: Cuturi 2013 (Sinkhorn), Chizat et al. 2018 (unbalanced), Reinhard et al. 2001 (the idea of moving statistics).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from designer.pipeline import segmentation
from enhancement.operations import planes
from enhancement.operations.spaces import Floats

GROUPS: Final = 8
ALIKE: Final = 0.055  # groups nearer than this are one cloth in light and shade
LIGHTNESS: Final = 0.2  # its weight against the two axes of colour, for folds differ in it within one cloth
SOFT: Final = 0.035  # how far a pixel may be from a group and still belong to it
SKIN_REACH: Final = 3  # pixels around one that say with it whether it is skin
DARKEST: Final = 0.08  # lightness below which colour over lightness is noise
_SCALE: Final = np.array([LIGHTNESS, 1, 1], np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """Colours of a picture: `centres` in OKLab (k, 3), `shares` (k,) summing to 1."""

    centres: Floats
    shares: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Match:
    """Where each group goes: `centres` and `targets` (k, 3) in OKLab."""

    centres: Floats
    targets: Floats


def grouped(lab: Floats) -> Groups:
    """The colours of OKLab pixels (n, 3), n >= 1; shades of one cloth are one group."""
    count = min(GROUPS, len(np.unique(lab, axis=0)))
    nearest = segmentation.kmeans(lab * _SCALE, count)[1]
    sizes = np.bincount(nearest, minlength=count)
    used = sizes > 0
    sums = np.stack([np.bincount(nearest, weights=lab[:, axis], minlength=count) for axis in range(3)], axis=-1)
    centres, shares = sums[used] / sizes[used, None], sizes[used] / len(lab)
    return _merged(Groups(centres.astype(np.float32), shares.astype(np.float32)))


def _merged(groups: Groups) -> Groups:
    centres, shares = groups.centres, groups.shares
    while len(centres) > 1:
        far = _distances(centres, centres) + np.eye(len(centres)) * 9
        one, other = np.unravel_index(int(far.argmin()), far.shape)
        if far[one, other] > ALIKE:
            break
        both = shares[one] + shares[other]
        centre = (centres[one] * shares[one] + centres[other] * shares[other]) / both
        keep = [place for place in range(len(centres)) if place not in (one, other)]
        centres = np.vstack([centres[keep], centre[None]]).astype(np.float32)
        shares = np.append(shares[keep], both).astype(np.float32)
    order = np.argsort(-shares, kind="stable")
    return Groups(centres[order], shares[order])


def _distances(one: Floats, other: Floats) -> Floats:
    return np.asarray(np.linalg.norm((one[:, None] - other[None]) * _SCALE, axis=-1), np.float32)


def skin(lab: Floats) -> NDArray[np.float32]:
    """How much OKLab colours (..., 3) are those that human skin has in photographs: (...,), 0..1."""
    chroma, hue = np.hypot(lab[..., 1], lab[..., 2]), np.degrees(np.arctan2(lab[..., 2], lab[..., 1]))
    like = planes.step(hue, 15, 30) * planes.step(-hue, -90, -75)
    like *= planes.step(chroma, 0.015, 0.035) * planes.step(-chroma, -0.135, -0.11)
    return like * planes.step(lab[..., 0], 0.2, 0.35)


def bare(lab: Floats, groups: Groups) -> NDArray[np.float32]:
    """Where OKLab pixels (h, w, 3) of these groups are skin, 0..1; nowhere in a garment that is mostly skin's colour.

    Decided among neighbours, for a single thread may have any colour; what skin encloses (teeth, a ring) counts as it.
    """
    own = skin(groups.centres)
    if float(own @ groups.shares) >= 0.5:
        return np.zeros(lab.shape[:2], np.float32)
    like = planes.box(skin(lab) * (_memberships(lab, groups.centres) @ own), SKIN_REACH)
    grown = planes.extremes(planes.step(like, 0.1, 0.5), 2 * SKIN_REACH)[1]
    return planes.extremes(grown, 2 * SKIN_REACH)[0]


def matched(groups: Groups, wanted: Groups) -> Match:
    """Where the colours of `groups` go among those wanted."""
    cost = _distances(groups.centres, wanted.centres) ** 2
    plan = _transport(cost, groups.shares, wanted.shares)
    return Match(groups.centres, wanted.centres[plan.argmax(axis=1)])


def _transport(cost: Floats, shares: Floats, weights: Floats) -> NDArray[np.float64]:
    """The plan (k, m) of an entropic optimal transport whose second side may differ from `weights` for a price."""
    blur = max(0.02 * float(cost.mean()), 1e-6)
    kernel = np.exp(-(cost - cost.min(axis=1, keepdims=True)).astype(np.float64) / blur) + 1e-30
    yielding = float(cost.mean()) / (float(cost.mean()) + blur)
    left, right = np.ones(len(shares)), np.ones(len(weights))
    for _ in range(200):
        left = shares / (kernel @ right)
        right = (weights / (kernel.T @ left)) ** yielding
    return np.asarray(left[:, None] * kernel * right[None])


def moved(lab: Floats, match: Match, share: NDArray[np.float32], *, keep_lightness: bool) -> Floats:
    """OKLab pixels (h, w, 3) moved as far as `share` (h, w) in 0..1 says."""
    weights = _memberships(lab, match.centres)
    here, there = match.centres, match.targets
    turn = there[:, 1:] / _floor(there[:, :1]) - here[:, 1:] / _floor(here[:, :1])
    lift = np.zeros(len(here), np.float32) if keep_lightness else _odds(there[:, 0]) - _odds(here[:, 0])
    light = 1 / (1 + np.exp(-(_odds(lab[..., 0]) + (weights @ lift) * share)))
    if keep_lightness:
        light = lab[..., 0]
    own = lab[..., 1:] / _floor(lab[..., :1])
    colour = (own + (weights @ turn) * share[..., None]) * light[..., None]
    scaled = np.where(lab[..., :1] > DARKEST, colour, colour * (lab[..., :1] / DARKEST))
    return np.concatenate([light[..., None], scaled], axis=-1).astype(np.float32)


def _floor(lightness: Any) -> Any:
    return np.maximum(lightness, DARKEST)


def _odds(lightness: Any) -> Any:
    held = np.clip(lightness, 0.004, 0.996)
    return np.log(held / (1 - held))


def _memberships(lab: Floats, centres: Floats) -> Floats:
    """How much each pixel belongs to each group: (h, w, k), summing to 1."""
    far = np.stack([(((lab - centre) * _SCALE) ** 2).sum(axis=-1) for centre in centres], axis=-1)
    near = np.exp(-(far - far.min(axis=-1, keepdims=True)) / (2 * SOFT**2))
    return np.asarray(near / near.sum(axis=-1, keepdims=True), np.float32)
