"""A swatch board, for when nothing tells which garment: the cloth itself, its lining and trims, pinned to the paper."""

from __future__ import annotations

import random
from itertools import pairwise

import numpy as np

from designer.providers.drawing.geometry import Line, moved, smooth, straight
from designer.providers.drawing.lighting import Fold
from designer.providers.drawing.sheet import Sheet
from designer.providers.drawing.spec import Spec


def lay(sheet: Sheet, spec: Spec) -> None:
    """A large draped piece with smaller swatches over its edge."""
    dice = spec.dice("board")
    main = _pinked(0, 0, 68, 82, dice.uniform(-2.5, 2.5))
    folds = _drapes(dice)
    sheet.panel(main, folds=folds, volume=0.5, pen=0.3)
    for fold in folds[2:5]:
        sheet.crease(fold.line, width=0.4, opacity=0.4)
    _swatches(sheet, dice)
    for x in (-28.0, 28.0):
        _pin(sheet, x + dice.uniform(-2, 2), -36.0 + dice.uniform(-1, 1))


def _pinked(x: float, y: float, wide: float, high: float, turn: float) -> Line:
    """A rectangle around (x, y) cut with pinking shears, turned by some degrees."""
    points: list[tuple[float, float]] = []
    w, h = wide / 2, high / 2
    corners = [(-w, -h), (w, -h), (w, h), (-w, h), (-w, -h)]
    for (ax, ay), (bx, by) in pairwise(corners):
        long = abs(bx - ax) + abs(by - ay)
        teeth = max(4, int(long / 1.5))
        along = np.array([bx - ax, by - ay]) / teeth
        out = np.array([along[1], -along[0]]) / float(np.linalg.norm(along)) * 0.55
        for k in range(teeth):
            a = np.array([ax, ay]) + along * k
            points += [
                (float(a[0]), float(a[1])),
                (float(a[0] + along[0] / 2 + out[0]), float(a[1] + along[1] / 2 + out[1])),
            ]
    c, s = np.cos(np.radians(turn)), np.sin(np.radians(turn))
    return np.asarray(straight(*points) @ np.array([[c, s], [-s, c]]) + np.array([x, y]))


def _drapes(dice: random.Random) -> list[Fold]:
    """Soft folds that run across the cloth from one corner."""
    found = []
    for k in range(6):
        x = -30 + 11.5 * k + dice.uniform(-2, 2)
        line = smooth((x + 6, -42), (x + dice.uniform(-3, 3), -12), (x - 5 + dice.uniform(-3, 3), 18), (x - 8, 42))
        found.append(
            Fold(line=line if k % 2 else line[::-1], width=dice.uniform(4, 7.5), depth=dice.choice([0.36, 0.46, -0.3]))
        )
    return found


def _swatches(sheet: Sheet, dice: random.Random) -> None:
    """Cuttings of the plain cloth, the trim, the lining and further colours."""
    kinds = ["self", "trim", *sheet.spec.palette.accents[1:3]]
    for number, kind in enumerate(kinds):
        x, y = 27 - 2.5 * number + dice.uniform(-2, 2), 36 - 15.5 * (len(kinds) - 1 - number) + dice.uniform(-1, 1)
        piece = _pinked(x, y, 21, 17, dice.uniform(-9, 9))
        sheet.panel(piece, kind=kind, volume=0.25, tone=0.51, casts=1.5, pen=0.26)
        _pin(sheet, x, y - 5.6)


def _pin(sheet: Sheet, x: float, y: float) -> None:
    sheet.shade(moved(smooth((-0.8, 0), (0, 1.2), (2.4, 2.6), (1.4, 0.6), (-0.8, 0)), x, y), 0.5)
    sheet.draw(
        f'<circle cx="{x:.2f}" cy="{y:.2f}" r="1.15" fill="#b4483d" stroke="#5d211b" stroke-width=".2"/>'
        f'<circle cx="{x - 0.35:.2f}" cy="{y - 0.4:.2f}" r=".32" fill="#fff" fill-opacity=".7"/>'
    )
