"""What stands behind the subject afterwards: a colour, another picture, or the old backdrop made even."""

from __future__ import annotations

from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from designer.pipeline.colours import rgb_of
from enhancement.operations import balance, spaces
from enhancement.operations.pictures import Samples, white_of
from enhancement.operations.planes import Plane
from enhancement.operations.spaces import Space

Pixels = NDArray[np.uint8]
Bools = NDArray[np.bool_]
Floats = NDArray[np.float32]

LIGHT: Final = 14.0  # levels of 255 by which an evened backdrop may grow lighter or darker towards a side
PAPER: Final = 244.0  # level of 255 where no backdrop is left to go by


class Backdrop(Protocol):
    """Colours for the rows of a picture."""

    def rows(self, top: int, part: Samples) -> Floats:
        """Colours (h, w, 3), or what broadcasts to it, for the rows from `top` on; part: those rows as they were, in
        whose levels the colours are."""


class Plain:
    """One colour everywhere, 0..255 (3,) in the picture's own space."""

    def __init__(self, colour: Floats) -> None:
        self.colour = colour

    @classmethod
    def of(cls, code: str, space: Space) -> Plain:
        """From "#rrggbb" in sRGB to the space of the picture."""
        shown = spaces.srgb()
        lab = shown.oklab(shown.linear(np.array([rgb_of(code)], np.uint8)))
        return cls(space.encoded(balance.gamut_mapped(space, lab)[0])[0].astype(np.float32))

    def rows(self, top: int, part: Samples) -> Floats:
        return self.colour * _level(part)


class Scene:
    """Another picture, enlarged or reduced until it covers the whole and cut evenly."""

    def __init__(self, pixels: Pixels, space: Space, size: tuple[int, int], into: Space) -> None:
        """pixels: uint8 (h, w, 3) in `space`; size: (width, height) to be covered, in the space `into`."""
        height, width = pixels.shape[:2]
        share = min(width / size[0], height / size[1])
        left, top = (width - size[0] * share) / 2, (height - size[1] * share) / 2
        box = (left, top, left + size[0] * share, top + size[1] * share)
        image = Image.fromarray(np.ascontiguousarray(pixels[..., :3]))
        self.pixels = np.asarray(image.resize(size, Image.Resampling.LANCZOS, box=box))
        self.space, self.into = space, into

    def rows(self, top: int, part: Samples) -> Floats:
        pixels = self.pixels[top : top + part.shape[0]]
        if self.space is self.into:
            return pixels * _level(part)
        lab = self.space.oklab(self.space.linear(pixels))
        return self.into.encoded(balance.gamut_mapped(self.into, lab)[0]) * _level(part)


class Evened:
    """The old backdrop's own colour, softly lit as it was, without its folds, dust and seams."""

    def __init__(self, view: Pixels, back: Bools, height: int, strength: float) -> None:
        """view: uint8 (h, w, 3) of the picture, back: where it is background; height: the picture's rows."""
        self.height, self.strength = height, np.float32(strength)
        points = view[back].astype(np.float32)
        self.middle = np.median(points, axis=0) if len(points) else np.full(3, PAPER, np.float32)
        self.bend = self._bend(points.mean(axis=1) - self.middle.mean(), back) if len(points) > 200 else np.zeros(6)

    @staticmethod
    def _bend(levels: Floats, back: Bools) -> NDArray[np.float64]:
        """The quadratic surface through the levels, once more without those that it misses: they are things."""
        rows, columns = np.nonzero(back)
        terms = _terms(columns / back.shape[1], rows / back.shape[0])
        kept = np.ones(len(levels), bool)
        bend: NDArray[np.float64] = np.zeros(6)
        for _ in range(3):
            bend = np.asarray(np.linalg.lstsq(terms[kept], levels[kept], rcond=None)[0], np.float64)
            off = np.abs(levels - terms @ bend)
            kept = off <= max(2.0, 1.5 * float(np.median(off)))
        return bend

    def rows(self, top: int, part: Samples) -> Floats:
        height, width = part.shape[:2]
        down, across = np.mgrid[top : top + height, 0:width].astype(np.float32)
        light = _terms((across / width).ravel(), (down / self.height).ravel()) @ self.bend
        even = self.middle + np.clip(light, -LIGHT, LIGHT).reshape(height, width, 1).astype(np.float32)
        return np.asarray(part[..., :3] + self.strength * (even * _level(part) - part[..., :3]), np.float32)


def _level(part: Samples) -> np.float32:
    """One of 255 levels in the part's own numbers."""
    return white_of(part) / np.float32(255)


def _terms(x: Plane, y: Plane) -> NDArray[np.float64]:
    return np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=1).astype(np.float64)
