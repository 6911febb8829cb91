"""What is worked onto a cloth after it was woven: beads, embroidery, applique, patches. Tiles of colour in and out."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from designer.providers.drawing import patterns
from designer.providers.drawing.palette import lightness, mixed, rgb
from designer.providers.drawing.spec import Spec

Tile = NDArray[np.float64]  # (n, n, 3), 0..1


def worked(spec: Spec, tile: Tile) -> Tile:
    """The tile with what the construction asks for; the same tile when it asks for nothing of it."""
    if spec.has("patchwork"):
        tile = _patched(spec, tile)
    if spec.has("embroidery", "applique"):
        tile = patterns.over(tile, _sprays(spec))
    if spec.has("beading"):
        tile = patterns.over(tile, _beads(spec))
    return tile


def _patched(spec: Spec, tile: Tile) -> Tile:
    """Squares of the cloth and of its companions, with a stitched cross of dark lines between them."""
    n, dice = tile.shape[0], spec.dice("patches")
    colours = [spec.palette.main, spec.palette.second, spec.palette.third, mixed(spec.palette.main, "#ffffff", 0.35)]
    count, out = 4, tile.copy()
    edges = np.linspace(0, n, count + 1).round().astype(int)
    for row in range(count):
        for column in range(count):
            colour = colours[(row + 2 * column + dice.randrange(2)) % len(colours)]
            area = np.s_[edges[row] : edges[row + 1], edges[column] : edges[column + 1]]
            out[area] = out[area] * 0.25 + rgb(colour) * 0.75
    for edge in edges[:-1]:
        out[edge : edge + max(1, n // 160), :] *= 0.6
        out[:, edge : edge + max(1, n // 160)] *= 0.6
    return out


def _thread(spec: Spec) -> str:
    """A colour that stands off the cloth."""
    return mixed(spec.palette.second, "#fbf6ec" if lightness(spec.palette.main) < 58 else "#2b2421", 0.3)


def _sprays(spec: Spec) -> str:
    """Sprays of three blossoms on a curved stem, strewn."""
    dice, thread = spec.dice("needle"), _thread(spec)
    marks = []
    for x, y in patterns.scattered(dice, 3):
        petals = "".join(
            f'<ellipse cx="{cx + 3.6 * math.cos(a):.1f}" cy="{cy + 3.6 * math.sin(a):.1f}" rx="3" ry="1.9"'
            f' transform="rotate({math.degrees(a):.0f} {cx + 3.6 * math.cos(a):.1f} {cy + 3.6 * math.sin(a):.1f})"/>'
            for cx, cy in ((0, -20), (12, -8), (-11, 2))
            for a in (0, 1.26, 2.51, 3.77, 5.03)
        )
        stem = "M-4 22C-2 8 -4 -4 0 -16M-2 6C4 4 8 -2 10 -6M-3 12C-6 10 -8 6 -9 4"
        marks.append(
            f'<g transform="translate({x:.1f} {y:.1f}) rotate({dice.uniform(-35, 35):.0f})">'
            f'<path d="{stem}" fill="none" stroke-width="1.6"/>{petals}</g>'
        )
    return f'<g fill="{thread}" stroke="{thread}" stroke-width=".5">{"".join(marks)}</g>'


def _beads(spec: Spec) -> str:
    """Beads in loose rows, each with a spark of light."""
    dice = spec.dice("beads")
    pale, deep = mixed(spec.palette.main, "#ffffff", 0.66), mixed(spec.palette.main, "#0c0a09", 0.5)
    beads = "".join(
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{deep}"/>'
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.3" fill="{pale}"/>'
        f'<circle cx="{x - 0.7:.1f}" cy="{y - 0.8:.1f}" r=".9" fill="#fff"/>'
        for x, y in patterns.scattered(dice, 15)
    )
    return f"<g>{beads}</g>"
