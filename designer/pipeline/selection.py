"""Which of several pictures to show: good ones that differ. A determinantal point process, its best set found greedily.

The chance of a set is the determinant of L = diag(q) S diag(q): q grows with a picture's quality, S says how alike two
pictures are (Kulesza, Taskar 2012, doi:10.1561/2200000044). The greedy search with Cholesky updates is Chen, Zhang,
Zhou 2018, "Fast greedy MAP inference for determinantal point process" (NeurIPS 31). Plain numpy, no chance in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from designer.pipeline.codec import Record
from designer.pipeline.colours import lab_of

Floats = NDArray[np.floating[Any]]

SIDE: Final = 64  # pixels on which pictures are compared
WEIGHTS: Final = {"form": 0.4, "outline": 0.35, "colour": 0.25}  # of the three likenesses; they add up to 1
TWINS: Final = 0.97  # likeness from which two pictures are one: never both while another is left
TRUST: Final = 2.0  # q = exp(TRUST x score): how much quality may weigh against variety
UNSCORED: Final = 0.5  # of a picture that nobody could measure
NOTHING: Final = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice(Record):
    """`index` of the picture; `rank` from 1 for those chosen, 0 for those set aside; `score` 0..1; `likeness` 0..1 to
    the nearest one chosen before it (`like` is its index, -1 = none); `reason`: the sentence a person reads."""

    index: int
    rank: int
    score: float
    likeness: float
    like: int
    reason: str

    @property
    def chosen(self) -> bool:
        return self.rank > 0


@dataclass(frozen=True, slots=True)
class Features:
    """A picture as three vectors of length 1: its forms, its outlines, its colours."""

    form: Floats
    outline: Floats
    colour: Floats


def features_of(picture: Image.Image) -> Features:
    """What a picture is compared by; it may be a thumbnail of 160 pixels or more."""
    small = picture.convert("RGB").resize((SIDE, SIDE), Image.Resampling.BOX)
    lab = lab_of(np.asarray(small))
    light = lab[..., 0]
    return Features(form=_form(light), outline=_outline(light), colour=_colour(lab))


def likeness(pictures: Sequence[Features]) -> Floats:
    """S, (n, n), 1 on the diagonal, 0..1: a weighted sum of products of vectors, so without negative eigenvalues."""
    whole = np.zeros((len(pictures), len(pictures)))
    for name, weight in WEIGHTS.items():
        rows = np.stack([getattr(each, name) for each in pictures])
        whole += weight * (rows @ rows.T)
    alike: Floats = np.clip((whole + whole.T) / 2, 0.0, 1.0)
    np.fill_diagonal(alike, 1.0)
    return alike


def choose(scores: Sequence[float | None], alike: Floats, n: int) -> tuple[Choice, ...]:
    """One Choice per picture, in the pictures' order; `n` of them chosen, all where there are no more.

    `scores`: 0..1, None = unknown; `alike`: S of shape (pictures, pictures). Raises ValueError for n under 1.
    """
    if n < 1:
        raise ValueError("At least one picture must be chosen.")
    known = np.array([UNSCORED if score is None else min(max(score, 0.0), 1.0) for score in scores], float)
    order = _greedy(known, np.asarray(alike, float), min(n, len(known)))
    return tuple(_told(place, order, known, alike) for place in range(len(known)))


def _greedy(scores: Floats, alike: Floats, n: int) -> list[int]:
    """The indexes chosen, best first."""
    q = np.exp(TRUST * scores)
    kernel = q[:, None] * alike * q[None, :]
    gain, rows = np.diag(kernel).copy(), np.zeros((0, len(scores)))
    order: list[int] = []
    while len(order) < n:
        best = _next(gain, scores, alike, order)
        step = np.sqrt(max(float(gain[best]), NOTHING))
        row = (kernel[best] - rows.T @ rows[:, best]) / step
        rows, gain = np.vstack([rows, row]), gain - row**2
        order.append(best)
    return order


def _next(gain: Floats, scores: Floats, alike: Floats, order: list[int]) -> int:
    """The picture that adds most; a twin of one that is chosen only when nothing else is left."""
    left = [place for place in range(len(scores)) if place not in order]
    apart = [place for place in left if not order or alike[place, order].max() < TWINS]
    if apart:
        return max(apart, key=lambda place: (gain[place], scores[place], -place))
    return max(left, key=lambda place: (scores[place], -place))


def _told(place: int, order: list[int], scores: Floats, alike: Floats) -> Choice:
    rank = order.index(place) + 1 if place in order else 0
    before = order[: rank - 1] if rank else order
    like = max(before, key=lambda other: alike[place, other]) if before else -1
    near = float(alike[place, like]) if like >= 0 else 0.0
    return Choice(
        index=place,
        rank=rank,
        score=round(float(scores[place]), 4),
        likeness=round(near, 4),
        like=like,
        reason=_reason(rank, float(scores[place]), near, order.index(like) + 1 if like >= 0 else 0),
    )


def _reason(rank: int, score: float, near: float, like: int) -> str:
    quality = f"quality {score:.2f}"
    if rank == 1:
        return f"Chosen first: the highest {quality}."
    if rank:
        return f"Chosen as number {rank}: {quality}, and {near:.0%} like number {like} at most."
    if near >= TWINS:
        return f"Set aside: nearly the same as number {like} ({near:.0%}), {quality}."
    return f"Set aside: {quality}, {near:.0%} like number {like}; the others add more."


def _form(light: Floats) -> Floats:
    """Sixteen by sixteen means of lightness, without their mean: where is what."""
    coarse = light.reshape(16, SIDE // 16, 16, SIDE // 16).mean(axis=(1, 3)).ravel()
    return _unit(coarse - coarse.mean())


def _outline(light: Floats) -> Floats:
    """Strength of edges in four directions on eight by eight fields."""
    down, across = np.gradient(light)
    strength, turn = np.hypot(down, across), np.arctan2(down, across) % np.pi
    fields = []
    for quarter in range(4):
        apart = np.abs(turn - quarter * np.pi / 4)
        part = strength * (np.minimum(apart, np.pi - apart) <= np.pi / 8)
        fields.append(part.reshape(8, SIDE // 8, 8, SIDE // 8).mean(axis=(1, 3)).ravel())
    return _unit(np.concatenate(fields))


def _colour(lab: Floats) -> Floats:
    """A histogram of CIELAB, 5 x 6 x 6, its square root: the product of two is Bhattacharyya's coefficient."""
    light = np.clip(lab[..., 0] / 20, 0, 4).astype(int)
    reds, yellows = (np.clip((lab[..., axis] + 60) / 20, 0, 5).astype(int) for axis in (1, 2))
    counts = np.bincount((light * 36 + reds * 6 + yellows).ravel(), minlength=180)
    return _unit(np.sqrt(counts.astype(float)))


def _unit(values: Floats) -> Floats:
    length = float(np.linalg.norm(values))
    flat = np.zeros(len(values))
    flat[0] = 1.0
    unit: Floats = values / length if length > NOTHING else flat
    return unit
