"""Lays the cloth's texture on a drawing whose pieces are inked in the cloth's mean colour.

An ink that carried the tiles itself would be dear: the renderer would turn, smooth and store every thread. Here each
piece's tile is turned once and laid where the piece lies, as strongly as the cloth shows through lines and edges.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from designer.providers.drawing.fabrics import Tile
from designer.providers.drawing.palette import rgb
from designer.providers.drawing.sheet import Sheet

Pixels = NDArray[np.float32]  # (height, width, channels)
Place = tuple[float, float, float]  # x and y of the garment's origin in pixels of this part of the page, pixels per cm


def weave(sheet: Sheet, place: Place, ink: Pixels, shows: Pixels) -> None:
    """Add the texture to `ink`, (height, width, 3), 0..255; `shows`, (height, width), 0..1: how much of it is seen."""
    height, width = shows.shape
    pieces, kinds = _pieces(sheet, place, width, height)
    for number, (kind, angle) in enumerate(kinds, start=1):
        here = pieces == number
        rows, columns = np.flatnonzero(here.any(axis=1)), np.flatnonzero(here.any(axis=0))
        if not len(rows):
            continue
        area = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        tile = sheet.cloth.tile(kind)
        origin = place[0] - columns[0], place[1] - rows[0]
        turned = _turned(tile, angle, origin, *here[area].shape[::-1]).astype(np.float32)
        turned -= (rgb(tile.mean) * 255).astype(np.float32)
        turned *= (shows[area] * here[area])[..., None]
        ink[area] += turned


def _pieces(sheet: Sheet, place: Place, width: int, height: int) -> tuple[NDArray[np.uint8], list[tuple[str, int]]]:
    """Which cloth lies uppermost at each pixel, as a number from 1 into the list of (kind, angle); 0 = none."""
    x, y, scale = place
    image = Image.new("L", (width, height), 0)
    pen = ImageDraw.Draw(image)
    kinds: dict[tuple[str, int], int] = {}
    for outline, kind, angle in sheet.pieces:
        number = 0 if kind.startswith("#") else kinds.setdefault((kind, angle), len(kinds) + 1)
        pen.polygon((outline * scale + (x - 0.5, y - 0.5)).ravel().tolist(), fill=number)
    return np.asarray(image), list(kinds)


def _turned(tile: Tile, angle: int, origin: tuple[float, float], width: int, height: int) -> NDArray[np.uint8]:
    """An area covered with the tile, (height, width, 3), which is turned clockwise around the origin."""
    n = tile.pixels.shape[0]
    c, s = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    corners = [(a - origin[0], b - origin[1]) for a in (0, width) for b in (0, height)]
    us = [c * a + s * b for a, b in corners]
    vs = [c * b - s * a for a, b in corners]
    left, top = (math.floor((min(each) - 2) / n) * n for each in (us, vs))
    across, down = (math.ceil((max(each) + 2 - start) / n) for each, start in ((us, left), (vs, top)))
    cloth = Image.fromarray(np.tile(tile.pixels, (down, across, 1)))
    u = -c * origin[0] - s * origin[1] - left
    v = s * origin[0] - c * origin[1] - top
    how = Image.Resampling.BICUBIC if angle else Image.Resampling.NEAREST
    return np.asarray(cloth.transform((width, height), Image.Transform.AFFINE, (c, s, u, -s, c, v), how))
