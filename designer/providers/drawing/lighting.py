"""The light on a flat, in grey: half is the cloth's own colour, darker is shade, paler is the lamp.

It is painted by hand on a coarse grid, panel after panel: each panel covers what lies below it, is round to both sides
and falls in folds. All of it is soft, and a renderer of vectors pays dearly for softness.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from designer.providers.drawing.geometry import Line, bounds, brush, moved, offset

FINE: Final = 3  # edges are smoothed by so many pixels a side
LIGHT_SHIFT: Final = 0.9  # cm from a fold's shade to its light
FAR, MID, NEAR, FOLD = 2.6, 1.3, 0.65, 0.6  # how far softness reaches: standard deviations, cm
CAST: Final = 0.34  # how dark a panel's shadow on what is below it is
Box = tuple[int, int, int, int]  # left, top, right, bottom, in pixels of the grid
Grey = NDArray[np.float32]  # (height, width), 0..1


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """A fold along `line`, deepest where it starts. `width` cm, `depth` 0..1; negative depth is a ridge."""

    line: Line
    width: float = 1.6
    depth: float = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A panel: its outline, cm; how round it lies; its own light, 0..1; its folds."""

    outline: Line
    volume: float
    tone: float
    folds: Sequence[Fold]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shade:
    """A soft patch of shade, or of light, over all that was painted before it."""

    area: Line
    opacity: float
    light: bool = False


class Canvas:
    """The grid. place: x and y of the garment's origin, pixels per centimetre, all of the grid's pixels."""

    def __init__(self, width: int, height: int, place: tuple[float, float, float]) -> None:
        self.origin, self.scale = np.array(place[:2]), place[2]
        self.level: Grey = np.full((height, width), 0.5, dtype=np.float32)

    def paint(self, what: Iterable[Form | Shade]) -> Grey:
        """All of it, back to front."""
        for each in what:
            if isinstance(each, Form):
                self._form(each)
            else:
                self._shade(each)
        return self.level

    def _shade(self, shade: Shade) -> None:
        area = shade.area * self.scale + self.origin
        box = self._box(area, 3 * NEAR)
        if box:
            soft = self._soft(_filled([area], box, [255]), NEAR)
            _over(self.level[_in(box)], soft * np.float32(shade.opacity), float(shade.light))

    def _form(self, form: Form) -> None:
        outline = form.outline * self.scale + self.origin
        box = self._box(outline, 3 * FAR + 2)
        if not box:
            return
        own = np.full((box[3] - box[1], box[2] - box[0]), form.tone, dtype=np.float32)
        left, top, right, bottom = bounds(form.outline)
        turn = min(6.0, min(right - left, bottom - top) * 0.30)
        if form.volume > 0 and turn > 0.6:
            self._rounded(own, box, form, turn)
        if form.folds:
            self._fallen(own, box, form.folds)
        below = self.level[_in(box)]
        below += (own - below) * _shares(_filled([outline], box, [255]))

    def _rounded(self, own: Grey, box: Box, form: Form, turn: float) -> None:
        """Shade along the sides that turn away from the lamp, light along those that face it."""
        blur = FAR if turn > 3.2 else MID if turn > 1.4 else NEAR
        for side, width, opacity, level in ((-0.30, turn, 0.46, 0.0), (0.42, turn * 0.5, 0.34, 1.0)):
            line = moved(form.outline, turn * side, turn * side * (0.22 / 0.30 if side < 0 else 0.30 / 0.42))
            edges = [offset(line, way * width / 2) * self.scale + self.origin for way in (1, -1)]
            soft = self._soft(_filled(edges, box, [255, 0]), blur)
            _over(own, soft * np.float32(opacity * form.volume), level)

    def _fallen(self, own: Grey, box: Box, folds: Sequence[Fold]) -> None:
        """Each fold as a wedge of shade with a wedge of light beside it, blurred together: they mix as light does."""
        cover, pale = (Image.new("L", own.shape[::-1], 0) for _ in range(2))
        for wedge, opacity, light in _wedges(folds):
            shape = wedge * self.scale + self.origin
            part = _within(shape, box)
            if part:
                mask = _filled([shape], part, [round(255 * opacity)])
                at = part[0] - box[0], part[1] - box[1]
                cover.paste(255, at, mask)
                pale.paste(255 if light else 0, at, mask)
        covered, lit = self._soft(cover, FOLD), self._soft(pale, FOLD)
        share = np.minimum(lit / np.maximum(covered, np.float32(1 / 255)), 1)
        own += (_seen(share) - own) * covered

    def _soft(self, mask: Image.Image, spread: float) -> Grey:
        return _shares(mask.filter(ImageFilter.GaussianBlur(spread * self.scale)))

    def _box(self, area: Line, room: float) -> Box | None:
        """The part of the grid that an area, with so many centimetres around it, lies in; None for none."""
        height, width = self.level.shape
        return _within(area, (0, 0, width, height), room * self.scale)


def _within(area: Line, box: Box, room: float = 0.0) -> Box | None:
    left, top, right, bottom = bounds(area)
    found = (
        max(box[0], math.floor(left - room)),
        max(box[1], math.floor(top - room)),
        min(box[2], math.ceil(right + room)),
        min(box[3], math.ceil(bottom + room)),
    )
    return found if found[0] < found[2] and found[1] < found[3] else None


def _in(box: Box) -> tuple[slice, slice]:
    return slice(box[1], box[3]), slice(box[0], box[2])


def _filled(areas: Sequence[Line], box: Box, levels: Sequence[int]) -> Image.Image:
    """Areas filled one over the other, their edges smoothed; a mask of the box."""
    fine = Image.new("L", ((box[2] - box[0]) * FINE, (box[3] - box[1]) * FINE), 0)
    pen = ImageDraw.Draw(fine)
    for area, level in zip(areas, levels, strict=True):
        pen.polygon(((area - box[:2]) * FINE - 0.5).ravel().tolist(), fill=level)
    return fine.reduce(FINE)


def _shares(mask: Image.Image) -> Grey:
    return np.asarray(mask, dtype=np.float32) / np.float32(255)


def _over(level: Grey, cover: Grey, colour: float) -> None:
    level += (np.float32(colour) - level) * cover


def _seen(share: Grey) -> Grey:
    """The grey (sRGB) of so much light."""
    return np.asarray(np.where(share <= 0.0031308, 12.92 * share, 1.055 * share ** (1 / 2.4) - 0.055), dtype=np.float32)


def _wedges(folds: Sequence[Fold]) -> Iterable[tuple[Line, float, bool]]:
    """(shape in cm, opacity, whether it is light) of each fold's two wedges."""
    for fold in folds:
        depth, width = min(0.8, 1.35 * abs(fold.depth)), 1.1 * fold.width
        shape = (width, width * 0.72, width * 0.34, 0.05)
        yield brush(fold.line, shape), depth, fold.depth < 0
        beside = moved(fold.line, -LIGHT_SHIFT * max(0.5, width * 0.62), 0)
        yield brush(beside, tuple(0.8 * w for w in shape)), depth * 0.62, fold.depth >= 0
