"""What the words do to a hem: scallops, a dipping line, fringe, a raw edge, a ruffle."""

from __future__ import annotations

import numpy as np

from designer.providers.drawing.geometry import Line, join, path, resampled, straight
from designer.providers.drawing.lighting import Fold
from designer.providers.drawing.sheet import Sheet
from designer.providers.drawing.spec import Spec


def shaped(spec: Spec, edge: Line) -> Line:
    """A hem, from right to left, with its own line: scalloped, or dipping to one side."""
    t = np.linspace(0, 1, len(edge))
    if spec.has("asymmetric"):
        long = float(edge[0, 0] - edge[-1, 0])
        edge = edge + np.column_stack([0 * t, 0.22 * long * np.sin(np.pi * t**1.9)])
    if spec.has("scalloped"):
        edge = resampled(edge, 360)
        share = np.linspace(0, 1, 360)
        edge = edge + np.column_stack([0 * share, 2.0 * np.abs(np.sin(np.pi * share * 11))])
    return edge


def edged(sheet: Sheet, edge: Line) -> None:
    """What hangs from a hem or is sewn onto it."""
    if sheet.spec.has("ruffles"):
        _ruffle(sheet, edge)
    if sheet.spec.has("fringe"):
        _strands(sheet, edge, long=7.5, count=130, width=0.42)
    elif sheet.spec.has("raw_hem"):
        _strands(sheet, edge, long=1.6, count=220, width=0.16)


def _strands(sheet: Sheet, edge: Line, *, long: float, count: int, width: float) -> None:
    """Threads of uneven length, each swinging a little."""
    dice = sheet.spec.dice("fringe")
    points = resampled(edge, count, 0.004, 0.996)
    threads = []
    for x, y in points.tolist():
        end, bend, swing = long * dice.uniform(0.86, 1.08), dice.uniform(-0.4, 0.4), dice.uniform(-0.6, 0.6)
        threads.append(f"M{x:.2f} {y - 0.3:.2f}q{bend:.2f} {end * 0.6:.2f} {swing:.2f} {end:.2f}")
    data = "".join(threads)
    sheet.box.append(points + np.array([0, long]))
    for colour, thick in ((sheet.ink_colour, 1.7 * width), (sheet.spec.palette.main, width)):
        sheet.draw(
            f'<path d="{data}" fill="none" stroke="{colour}" stroke-width="{thick:.2f}" stroke-linecap="round"/>'
        )


def _ruffle(sheet: Sheet, edge: Line) -> None:
    """A gathered strip along the hem, waving at its foot."""
    count, deep = 240, 8.5
    upper = resampled(edge, count) - np.array([0, 3.2])
    t = np.linspace(0, 1, count)
    spread = 1.0 + 1.6 / max(1.0, float(edge[0, 0]))
    foot = upper * np.array([spread, 1.0])
    foot = foot + np.column_stack([0.9 * np.cos(2 * np.pi * 17 * t), deep + 0.9 * np.sin(2 * np.pi * 17 * t)])
    folds = [
        Fold(line=straight(tuple(upper[i]), tuple(upper[i] * 0.45 + foot[i] * 0.55)), width=1.3, depth=0.4)
        for i in range(6, count - 4, 9)
    ]
    sheet.panel(join(upper[::-1], foot), folds=folds, volume=0.5, casts=0.7)
    for fold in folds[::2]:
        sheet.crease(fold.line, width=0.24)
    sheet.ink.append(f'<path d="{path(upper)}" fill="none" stroke="{sheet.ink_colour}" stroke-width=".2"/>')
