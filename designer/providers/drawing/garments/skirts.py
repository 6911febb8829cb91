"""Skirts, alone or below a bodice: their flanks, hems that wave, and the folds that fall from the waist."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Final

import numpy as np

from designer.providers.drawing.garments import hems
from designer.providers.drawing.geometry import Line, bow, cup, flipped, join, smooth, straight, whole, x_at
from designer.providers.drawing.lighting import Fold
from designer.providers.drawing.sheet import OUTLINE, Sheet

WAVES: Final = {"flared": 5.5, "a_line": 3.0, "wrap": 2.5, "empire": 3.5, "mermaid": 4.5, "peplum": 4.5, "tiered": 6.5}
FULL: Final = frozenset({"flared", "empire", "tiered", "peplum"})
WIDEST: Final = 52.0  # half width of the fullest hem, cm


@dataclass(frozen=True, slots=True, kw_only=True)
class Skirt:
    """A skirt between two heights; half widths at its top and at the hip, cm."""

    shape: str
    waist: float
    hip: float
    top: float
    bottom: float

    @property
    def long(self) -> float:
        return self.bottom - self.top


def flank(skirt: Skirt) -> Line:
    """The right side from the waist to the hem."""
    w, h, top, bottom, long = skirt.waist, skirt.hip, skirt.top, skirt.bottom, skirt.long
    hip_y = min(top + 19.0, top + long * 0.62)
    fit = ((w, top), (w + (h - w) * 0.60, top + (hip_y - top) * 0.45), (h, hip_y))

    def swinging(wide: float, bend: float) -> Line:
        """Straight at bend 0; with more it springs out near the waist and then falls."""
        wide = min(WIDEST, wide)
        points = [(w + (wide - w) * (t + bend * t * (1 - t)), top + long * t) for t in (0.0, 0.16, 0.42, 0.72, 1.0)]
        return smooth(*points)

    if skirt.shape == "flared":
        return swinging(w + 9 + 0.48 * long, 0.30)
    if skirt.shape == "a_line":
        return swinging(h + 2.5 + 0.19 * long, 0.24)
    if skirt.shape == "empire":
        return swinging(h + 1.0 + 0.13 * long, 0.42)
    if skirt.shape in ("pleated", "tiered"):
        return swinging(w + 7 + 0.26 * long, 0.30)
    if skirt.shape == "wrap":
        return smooth(*fit, (h + 0.05 * long, top + long * 0.7), (h + 0.10 * long, bottom))
    if skirt.shape == "mermaid":
        knee = top + long * 0.62
        return smooth(*fit, (h * 0.84, knee), (h * 0.98, top + long * 0.78), (h + 0.16 * long, bottom))
    if skirt.shape == "cocoon":
        return smooth((w, top), (h + 3.4, top + long * 0.30), (h + 4.6, top + long * 0.58), (h - 1.5, bottom))
    if skirt.shape in ("oversized", "boxy"):
        return smooth((w, top), (h + 2.6, hip_y), (h + 5.0, bottom))
    narrow = {"pencil": 0.80, "fitted": 0.86, "peplum": 0.84, "skinny": 0.80, "tapered": 0.84}.get(skirt.shape, 1.03)
    share = min(1.0, long / 62)
    return smooth(
        *fit, (h * (1 + (narrow - 1) * 0.45 * share), (hip_y + bottom) / 2), (h * (1 + (narrow - 1) * share), bottom)
    )


def hem_of(x: float, y: float, *, waves: float, deep: float, sag: float, phase: float) -> Line:
    """The hem from right to left: a shallow arc with waves that crowd at the sides, as on a bell."""
    t = np.linspace(0, 1, 150)
    turn = 2 * np.pi * waves * t + phase
    ends = np.clip(np.minimum(t, 1 - t) * 9, 0, 1)
    across = x * np.cos(np.pi * t) * 0.72 + x * (1 - 2 * t) * 0.28
    across = across + 0.55 * deep * np.cos(turn) * ends
    down = y + sag * np.sin(np.pi * t) + deep * np.sin(turn) * ends
    return np.column_stack([across, down])


def _sag(skirt: Skirt, x: float) -> float:
    return 0.6 + 0.055 * max(0.0, x - skirt.waist * 0.7)


def hem(skirt: Skirt, dice: random.Random, drape: float) -> Line:
    x = float(flank(skirt)[-1, 0])
    sag = _sag(skirt, x)
    waves = WAVES.get(skirt.shape, 0.0)
    if not waves:
        return hem_of(x, skirt.bottom, waves=0.0, deep=0.0, sag=sag, phase=0.0)
    deep = min(2.1, 0.5 + 0.024 * (x - skirt.hip * 0.6)) * (0.55 + 0.6 * drape)
    return hem_of(
        x,
        skirt.bottom,
        waves=waves * dice.choice([1.0, 1.0, 1.2]),
        deep=deep,
        sag=sag * 1.15,
        phase=dice.uniform(0, 6.28),
    )


def turns(edge: Line) -> list[tuple[int, bool]]:
    """Where a hem turns: index and whether it is a recess (nearer to the waist)."""
    level = edge[:, 1] - np.interp(np.arange(len(edge)), [0, len(edge) - 1], [edge[0, 1], edge[-1, 1]])
    level = level - 1.0 * np.sin(np.pi * np.linspace(0, 1, len(edge))) * float(
        level[len(edge) // 2 - 8 : len(edge) // 2 + 8].mean()
    )
    found = []
    for i in range(6, len(edge) - 6):
        around = level[i - 5 : i + 6]
        if level[i] == around.min() and float(np.ptp(around)) > 1e-3:
            found.append((i, True))
        elif level[i] == around.max() and float(np.ptp(around)) > 1e-3:
            found.append((i, False))
    return found


def _towards_waist(skirt: Skirt, foot: tuple[float, float], reach: float, gather: float = 0.86) -> Line:
    """A fold's way from the hem up: it leans to the place of the waist from which it falls."""
    side = flank(skirt)
    share = foot[0] / max(1e-6, float(side[-1, 0]))
    points = []
    for t in (0.0, 0.35, 0.7, 1.0):
        y = foot[1] + (skirt.top - foot[1]) * t * reach
        points.append((x_at(side, y) * share * (1 + (gather - 1) * t), y))
    return smooth(*points)


def falling(skirt: Skirt, edge: Line, dice: random.Random, drape: float) -> tuple[list[Fold], list[Line]]:
    """Folds from the waves of the hem, and gathers from the waist: light and pen."""
    folds, marks = [], []
    for i, recess in turns(edge):
        reach = dice.uniform(0.62, 0.97) if recess else dice.uniform(0.4, 0.85)
        line = _towards_waist(skirt, (float(edge[i, 0]), float(edge[i, 1])), reach)
        wide = (3.0 if recess else 3.6) * (0.7 + 0.5 * drape) * min(1.0, skirt.long / 45)
        folds.append(Fold(line=line, width=wide, depth=0.46 if recess else -0.24))
        if recess:
            marks.append(line[: int(len(line) * dice.uniform(0.35, 0.7))])
    if skirt.shape in FULL:
        folds_, marks_ = gathers(skirt, dice, 13)
        folds, marks = folds + folds_, marks + marks_
    return folds, marks


def gathers(skirt: Skirt, dice: random.Random, count: int) -> tuple[list[Fold], list[Line]]:
    """Small folds where fullness is drawn into a seam."""
    folds, marks = [], []
    side = flank(skirt)
    for share in np.linspace(-0.93, 0.93, count):
        share = float(share) + dice.uniform(-0.03, 0.03)
        low = skirt.top + skirt.long * dice.uniform(0.10, 0.34)
        line = smooth(
            (skirt.waist * share, skirt.top + 0.3),
            (x_at(side, (skirt.top + low) / 2) * share * 0.97, (skirt.top + low) / 2),
            (x_at(side, low) * share * 0.96, low),
        )
        folds.append(Fold(line=line, width=1.5, depth=0.42))
        if dice.random() < 0.7:
            marks.append(line[: max(6, int(len(line) * dice.uniform(0.4, 0.9)))])
    return folds, marks


def pleats(skirt: Skirt, edge: Line, count: int) -> tuple[list[Fold], list[Line]]:
    """Knife pleats from waist to hem."""
    folds, lines = [], []
    side = flank(skirt)
    for share in np.linspace(-0.86, 0.86, count):
        ys = np.linspace(skirt.top, skirt.bottom, 9)
        foot_x = float(side[-1, 0]) * float(share)
        foot_y = float(np.interp(-foot_x, -edge[:, 0], edge[:, 1]))
        ys[-1] = foot_y
        line = np.array([(x_at(side, min(float(y), skirt.bottom)) * float(share), float(y)) for y in ys])
        folds.append(Fold(line=line[::-1], width=2.6, depth=0.5))
        lines.append(line)
    return folds, lines


def _zigzag(skirt: Skirt, count: int) -> Line:
    """A pleated hem: each pleat's edge a little lower than the next one's beginning."""
    x = float(flank(skirt)[-1, 0])
    steps = np.linspace(1, -1, count + 2)
    points: list[tuple[float, float]] = []
    for share in steps:
        y = skirt.bottom + _sag(skirt, x) * (1 - float(share) ** 2)
        points += (
            [(x * float(share), y), (x * float(share) - 0.02, y + 0.9)]
            if abs(share) < 0.99
            else [(x * float(share), y)]
        )
    return straight(*points)


def lay(sheet: Sheet, skirt: Skirt) -> None:
    """The skirt as a panel with its folds."""
    dice = sheet.spec.dice("hem")
    drape = sheet.cloth.material.drape
    if skirt.shape == "tiered":
        _tiers(sheet, skirt, dice)
        return
    count = 15
    edge = _zigzag(skirt, count) if skirt.shape == "pleated" else hems.shaped(sheet.spec, hem(skirt, dice, drape))
    side = flank(skirt)
    outline = join(cup(skirt.waist, skirt.top, 0.8), side, edge, flipped(side)[::-1])
    outline = join(outline, flipped(cup(skirt.waist, skirt.top, 0.8))[::-1])
    if WAVES.get(skirt.shape) and skirt.shape not in ("wrap",):
        inside(sheet, skirt, edge)
    folds, marks = pleats(skirt, edge, count) if skirt.shape == "pleated" else falling(skirt, edge, dice, drape)
    if not WAVES.get(skirt.shape) and skirt.shape != "pleated":
        folds = folds + quiet(skirt, dice)
    sheet.panel(outline[:-1], folds=folds, volume=1.15, pen=OUTLINE)
    for mark in marks:
        if skirt.shape == "pleated":
            sheet.line(mark, width=0.3)
        else:
            sheet.crease(mark, width=0.3)
    hems.edged(sheet, edge)
    if skirt.shape not in ("pleated", "mermaid"):
        sheet.stitch((edge - np.array([0, 1.6]))[3:-3] * np.array([0.99, 1.0]))


def inside(sheet: Sheet, skirt: Skirt, edge: Line) -> None:
    """The back of the hem, seen where the front one rises."""
    x = float(edge[0, 0])
    lift = min(2.6, 0.7 + 0.02 * x)
    back = hem_of(x * 0.97, skirt.bottom - 0.4, waves=0, deep=0, sag=_sag(skirt, x) * 0.75 + lift * 0.2, phase=0)
    high = skirt.bottom - 5
    upper_x = x * 0.9 if skirt.shape in ("tiered", "peplum") else x_at(flank(skirt), high) * 0.95
    upper = straight((-upper_x, high), (upper_x, high))
    sheet.panel(join(upper, back), kind="lining", volume=0, tone=0.27, pen=0.3)


def _tiers(sheet: Sheet, skirt: Skirt, dice: random.Random) -> None:
    """Gathered tiers, the lowest first, so that each lies over the next."""
    side, count = flank(skirt), 3 if skirt.long < 80 else 4
    shares = np.linspace(0, 1, count + 1) ** 0.92
    for k in reversed(range(count)):
        top, bottom = (skirt.top + skirt.long * float(s) for s in shares[k : k + 2])
        bottom += 1.6 if k < count - 1 else 0
        wide = x_at(side, min(bottom, skirt.bottom)) + (1.8 if k < count - 1 else 0.6)
        tier = Skirt(shape="tiered", waist=x_at(side, top), hip=wide, top=top, bottom=bottom)
        edge = hem_of(wide, bottom, waves=5.5 + 1.5 * k, deep=0.9, sag=_sag(skirt, wide), phase=dice.uniform(0, 6.28))
        flank_ = smooth(
            (tier.waist, top), (tier.waist + (wide - tier.waist) * 0.75, top + (bottom - top) * 0.42), (wide, bottom)
        )
        if k == count - 1:
            inside(sheet, tier, edge)
        folds, marks = _tier_folds(tier, edge, flank_, dice)
        outline = join(cup(tier.waist, top, 0.9), flank_, edge, flipped(flank_)[::-1])
        sheet.panel(outline, folds=folds, volume=0.8, casts=0.7)
        for mark in marks:
            sheet.crease(mark, width=0.26)


def _tier_folds(tier: Skirt, edge: Line, side: Line, dice: random.Random) -> tuple[list[Fold], list[Line]]:
    folds, marks = [], []
    for share in np.linspace(-0.94, 0.94, 19):
        share = float(share) + dice.uniform(-0.02, 0.02)
        low = tier.top + tier.long * dice.uniform(0.3, 0.72)
        sagging = 0.9 * (1 - share**2)
        line = straight((tier.waist * share, tier.top + 0.4 + sagging), (x_at(side, low) * share, low + sagging))
        folds.append(Fold(line=line, width=1.7, depth=0.42))
        if dice.random() < 0.75:
            marks.append(line)
    for i, recess in turns(edge):
        if recess:
            foot = edge[i]
            line = straight(tuple(foot), (float(foot[0]) * 0.98, float(foot[1]) - tier.long * dice.uniform(0.3, 0.6)))
            folds.append(Fold(line=line, width=2.2, depth=0.4))
            marks.append(line)
    return folds, marks


def quiet(skirt: Skirt, dice: random.Random) -> list[Fold]:
    """What a narrow skirt shows: pulls from the hips, a soft fall at the middle."""
    found = []
    for way in (-1.0, 1.0):
        x = way * skirt.hip
        y = skirt.top + min(19.0, skirt.long * 0.5)
        found.append(
            Fold(
                line=smooth((x * 0.97, y), (x * 0.62, y + 2.2), (x * 0.25, y + 1.4 + dice.uniform(-1, 1))),
                width=1.5,
                depth=0.24,
            )
        )
        found.append(
            Fold(
                line=smooth(
                    (x * 0.5, skirt.bottom),
                    (x * 0.48, skirt.bottom - skirt.long * 0.3),
                    (x * 0.36, skirt.bottom - skirt.long * 0.55),
                ),
                width=2.6,
                depth=0.22,
            )
        )
    return found


def wrapped(sheet: Sheet, skirt: Skirt, *, way: float = 1.0) -> None:
    """The upper layer of a wrapped skirt: its edge runs from the waist down in a curve, and casts a shade."""
    side = flank(skirt)
    x = float(side[-1, 0])
    edge = smooth(
        (-skirt.waist * 0.55, skirt.top + 0.6), (-x * 0.36, skirt.top + skirt.long * 0.36),
        (-x * 0.50, skirt.top + skirt.long * 0.76), (-x * 0.28, skirt.bottom + 0.2), (x * 0.1, skirt.bottom + 1.7),
    )  # fmt: skip
    hem_right = smooth((x, skirt.bottom), (x * 0.6, skirt.bottom + 1.6), (x * 0.1, skirt.bottom + 1.8))
    outline = join(
        bow((-skirt.waist * 0.55, skirt.top + 0.6), (skirt.waist, skirt.top), 0.3), side, hem_right, edge[::-1]
    )
    start = np.array([-skirt.waist * 0.5, skirt.top + 2.0])
    folds = [
        Fold(
            line=smooth(
                tuple(start),
                (x * 0.1 * k - 2, skirt.top + 8 + 2.0 * k),
                (x * (0.25 + 0.17 * k), skirt.top + 15 + 7 * k),
            ),
            width=1.9,
            depth=0.42,
        )
        for k in range(4)
    ]
    turned = np.array([way, 1.0])
    shape = outline if way > 0 else (outline * turned)[::-1]
    folds = [Fold(line=f.line * turned, width=f.width, depth=f.depth) for f in folds]
    sheet.panel(shape, folds=folds, volume=0.9, casts=0.9)
    for fold in folds[:3]:
        sheet.crease(fold.line[: len(fold.line) * 2 // 3], width=0.3)
    sheet.stitch((edge + np.array([1.2, -0.2]))[2:-8] * turned)


def frill(sheet: Sheet, waist: float, top: float, *, deep: float, wide: float) -> None:
    """A gathered panel that waves at its edge, over what lies below: a peplum, a flounce. waist, wide: half widths."""
    dice = sheet.spec.dice("peplum")
    side = smooth((waist, top), (waist + (wide - waist) * 0.62, top + deep * 0.42), (wide, top + deep))
    shape = Skirt(shape="peplum", waist=waist, hip=wide, top=top, bottom=top + deep)
    edge = hem_of(wide, top + deep, waves=5.0, deep=1.1, sag=2.0, phase=dice.uniform(0, 6.28))
    inside(sheet, shape, edge)
    folds, marks = _tier_folds(shape, edge, side, dice)
    outline = whole(join(cup(waist, top, 0.8), side))
    outline = join(outline[: len(outline) // 2], edge, outline[len(outline) // 2 :])
    sheet.panel(outline, folds=folds, volume=0.9, casts=0.9)
    for mark in marks:
        sheet.crease(mark, width=0.28)
