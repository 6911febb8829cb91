"""Legs: trousers, jeans, shorts and the lower part of a jumpsuit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from designer.providers.drawing.garments import closures
from designer.providers.drawing.garments.measures import CROTCH, HIP, WAIST, ease_of
from designer.providers.drawing.garments.plan import Plan
from designer.providers.drawing.geometry import (
    Line,
    bow,
    cup,
    join,
    mirrored,
    offset,
    part,
    smooth,
    straight,
    x_at,
)
from designer.providers.drawing.lighting import Fold
from designer.providers.drawing.sheet import Sheet
from designer.providers.drawing.spec import Spec

ENDS: Final = {
    "cropped": 120.0,
    "hip": 80.0,
    "mini": 82.0,
    "knee": 99.0,
    "midi": 112.0,
    "ankle": 134.0,
    "maxi": 142.0,
    "floor": 144.0,
    "full": 141.0,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """Widths of one leg at the knee and at the ankle, cm; thigh: added to the hip."""

    knee: float
    ankle: float
    thigh: float = 0.0


CUTS: Final = {
    "skinny": Cut(knee=15.0, ankle=11.5, thigh=-1.4),
    "tapered": Cut(knee=18.8, ankle=13.6, thigh=0.8),
    "straight": Cut(knee=21.5, ankle=20.0),
    "bootcut": Cut(knee=19.0, ankle=24.5, thigh=-0.4),
    "flared": Cut(knee=19.0, ankle=34.0, thigh=-0.4),
    "wide_leg": Cut(knee=25.6, ankle=32.5, thigh=1.2),
    "pencil": Cut(knee=17.0, ankle=14.0),
    "fitted": Cut(knee=18.0, ankle=16.0, thigh=-0.8),
    "oversized": Cut(knee=26.5, ankle=26.0, thigh=3.4),
    "boxy": Cut(knee=27.0, ankle=26.5, thigh=2.4),
    "cocoon": Cut(knee=27.0, ankle=14.5, thigh=3.6),
    "a_line": Cut(knee=27.0, ankle=36.0, thigh=1.0),
    "pleated": Cut(knee=24.0, ankle=20.0, thigh=2.4),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """The right leg: outer line from the waist, inner line from the crotch, both to the hem."""

    outer: Line
    inner: Line
    waist: float
    top: float

    @property
    def panel(self) -> Line:
        a, b = self.outer[-1], self.inner[-1]
        foot = bow((float(a[0]), float(a[1])), (float(b[0]), float(b[1])), -0.8)
        rise = bow((0, CROTCH), (0, self.top + 0.9), 0.0)
        waist = cup(self.waist, self.top, 0.9)
        return join(waist, self.outer, foot, self.inner[::-1], rise)[:-1]


def leg_of(spec: Spec, plan: Plan, *, top: float, waist: float, end: float) -> Leg:
    """The leg's lines. top, end: heights of waist and hem."""
    cut = CUTS.get(plan.silhouette, CUTS["straight"])
    ease = ease_of(spec) if spec.fit else 1.0
    grow = 0.5 + 0.5 * ease
    hip = 21.0 * grow + cut.thigh + 5 * max(0.0, ease - 1)
    knee, ankle = cut.knee * (0.25 + 0.75 * ease), cut.ankle * (0.25 + 0.75 * ease)
    if end < 104 and plan.silhouette in ("flared", "a_line", "wide_leg"):  # short legs flare above the knee
        knee = max(knee, ankle * 0.9) + 2.0
    inner_knee, inner_ankle = max(1.3, 12.2 - knee / 2), max(1.7, 13.6 - ankle / 2)
    if plan.silhouette in ("wide_leg", "flared", "a_line", "oversized"):
        inner_ankle = max(1.7, inner_ankle - 1.0)
    outer = smooth(
        (waist, top),
        (hip * 0.93, top + 0.45 * (HIP - top)),
        (hip, HIP),
        (hip + 0.2, CROTCH + 2),
        ((hip + inner_knee + knee) / 2 + 0.4, 84),
        (inner_knee + knee, 98),
        (inner_knee + knee * 0.45 + ankle * 0.55, 119),
        (inner_ankle + ankle, 143),
    )
    inner = smooth(
        (0, CROTCH),
        (0.9, CROTCH + 4),
        (inner_knee * 0.72 + 0.6, 86),
        (inner_knee, 98),
        ((inner_knee + inner_ankle) / 2, 119),
        (inner_ankle, 143),
    )
    return Leg(outer=_cut(outer, end), inner=_cut(inner, end), waist=waist, top=top)


def _cut(line: Line, y: float) -> Line:
    return join(line[line[:, 1] < y], straight((x_at(line, y), y)))


def hem_level(spec: Spec) -> float:
    usual = 82.0 if spec.garment == "shorts" else 136.0 if spec.garment == "trousers" else 139.0
    end = ENDS.get(spec.length, usual)
    if spec.says("culottes") and not spec.length:
        end = 112.0
    if spec.garment == "shorts":
        return min(end, 101.0) if spec.length != "cropped" else 78.0
    return max(end, 84.0)


def _folds(leg: Leg, end: float, depth: float, shift: float) -> list[Fold]:
    """Pulls at the crotch, crumples behind the knee, a long fall at the front."""
    found = []
    for k in range(3):
        x = 0.8 + 0.6 * k
        found.append(
            Fold(
                line=smooth(
                    (x, CROTCH + 0.5 - 2.4 * k), (5.5 + k, CROTCH - 2.5 - 3.2 * k), (11.5 + k, CROTCH - 4.0 - 4.0 * k)
                ),
                width=1.4,
                depth=depth,
            )
        )
    if end > 104:
        for k in range(3):
            y = 94 + 4.6 * k + shift
            a, b = x_at(leg.inner, y), x_at(leg.outer, y)
            start, stop = (a, a + (b - a) * 0.55) if k % 2 == 0 else (b, b - (b - a) * 0.5)
            found.append(
                Fold(
                    line=smooth((start, y), ((start + stop) / 2, y + 1.4), (stop, y + 1.0)),
                    width=1.3,
                    depth=depth * 0.85,
                )
            )
    if end > 125:
        for k in range(2):
            y = end - 3.0 - 3.4 * k
            a, b = x_at(leg.inner, y), x_at(leg.outer, y)
            start, stop = (b, a + (b - a) * 0.4) if k % 2 == 0 else (a, a + (b - a) * 0.6)
            found.append(
                Fold(
                    line=smooth((start, y), ((start + stop) / 2, y + 1.2), (stop, y + 0.6)),
                    width=1.2,
                    depth=depth * 0.8,
                )
            )
    middle = [
        (0.5 * x_at(leg.inner, max(y, CROTCH)) + 0.5 * x_at(leg.outer, y), y) for y in (end, end - 14, CROTCH + 14)
    ]
    found.append(Fold(line=smooth(*middle), width=2.6, depth=depth * 0.8))
    return found


def lay(sheet: Sheet, leg: Leg, *, end: float, crease: bool, shift: float = 0.0) -> None:
    """Both legs with seams, the left one first."""
    drape = sheet.cloth.material.drape
    depth = 0.26 + 0.14 * drape
    folds = _folds(leg, end, depth, shift)
    wide = float(leg.outer[-1, 0] - leg.inner[-1, 0])
    if wide > 27:
        folds += _fluted(leg, end, wide)
    for way in (-1.0, 1.0):
        _open_foot(sheet, leg, way)
        turn = np.array([way, 1.0])
        turned = [Fold(line=f.line * turn, width=f.width, depth=f.depth) for f in folds]
        sheet.panel(leg.panel if way > 0 else mirrored(leg.panel), folds=turned, volume=1.1, grain=-2 * way)
        for fold in folds[:1] + folds[3:5]:
            sheet.crease(fold.line[: len(fold.line) * 2 // 3] * turn, width=0.28)
        _hem(sheet, leg, turn)
        if crease:
            line = [
                (0.47 * x_at(leg.inner, max(y, CROTCH)) + 0.53 * x_at(leg.outer, y), y)
                for y in np.linspace(HIP + 4, end, 9)
            ]
            sheet.line(straight(*line) * turn, width=0.24)


def _hem(sheet: Sheet, leg: Leg, turn: Line) -> None:
    a, b = leg.outer[-1], leg.inner[-1]
    edge = bow((float(a[0]), float(a[1]) - 2.0), (float(b[0]), float(b[1]) - 2.0), -0.8)
    if sheet.spec.has("cuffs"):
        shape = join(
            edge + np.array([0, -2.4]),
            bow((float(a[0]) + 0.4, float(a[1]) + 0.4), (float(b[0]) - 0.4, float(b[1]) + 0.4), -0.8)[::-1],
        )
        band = shape[::-1] * turn
        sheet.panel(band if turn[0] > 0 else band[::-1], volume=0.6, casts=0.5, pen=0.38)
        return
    sheet.stitch(part(edge, 0.02, 0.98) * turn, colour=closures.contrast_thread(sheet))


def _open_foot(sheet: Sheet, leg: Leg, way: float) -> None:
    """The inside of the hem behind the foot."""
    a, b = leg.outer[-1], leg.inner[-1]
    low = bow((float(a[0]) - 0.2, float(a[1])), (float(b[0]) + 0.2, float(b[1])), 0.9)
    shape = join(low, bow((float(b[0]) + 0.2, float(b[1])), (float(a[0]) - 0.2, float(a[1])), -0.4)) * np.array(
        [way, 1.0]
    )
    sheet.panel(shape if way > 0 else shape[::-1], kind="lining", volume=0, tone=0.26, pen=0.28)


def _fluted(leg: Leg, end: float, wide: float) -> list[Fold]:
    """Long folds in a wide leg, from the hem up."""
    found = []
    for share, reach in ((0.22, 34), (0.48, 50), (0.76, 38)):
        points = [
            (x_at(leg.inner, max(y, CROTCH + 1)) * (1 - share) + x_at(leg.outer, y) * share, y)
            for y in (end, end - reach * 0.4, max(CROTCH, end - reach))
        ]
        found.append(Fold(line=smooth(*points), width=min(4.0, wide * 0.11), depth=0.42))
    return found


def front(sheet: Sheet, leg: Leg, *, jeans: bool) -> None:
    """Fly and pockets."""
    thread = closures.contrast_thread(sheet)
    sheet.line(straight((0, leg.top + 1), (0, CROTCH)), width=0.3)
    curve = smooth((3.3, leg.top + 4), (3.3, leg.top + 13), (2.2, leg.top + 17.5), (0.2, leg.top + 19))
    sheet.stitch(curve, colour=thread)
    if jeans:
        sheet.stitch(curve - np.array([0.55, 0.2]), colour=thread)
    for way in (1.0, -1.0):
        _pocket(sheet, leg, way, jeans=jeans, thread=thread)


@closures.unless_refused("pockets")
def _pocket(sheet: Sheet, leg: Leg, way: float, *, jeans: bool, thread: str) -> None:
    turn = np.array([way, 1.0])
    top = leg.top + (3.6 if jeans else 1.0)
    outer = x_at(leg.outer, top + 13)
    if jeans:
        mouth = smooth(
            (leg.waist * 0.56, top),
            (leg.waist * 0.66, top + 5.2),
            (outer - 3, top + 8.2),
            (x_at(leg.outer, top + 8.6), top + 8.6),
        )
    else:
        mouth = smooth((leg.waist * 0.66, top), (leg.waist * 0.80, top + 7), (outer - 0.1, top + 15))
    sheet.line(mouth * turn, width=0.32)
    sheet.stitch(part(offset(mouth, -0.7), 0.03, 0.97) * turn, colour=thread)
    if jeans:
        sheet.stitch(part(offset(mouth, -1.25), 0.05, 0.95) * turn, colour=thread)
        for x, y in (mouth[0] + np.array([-0.2, 0.9]), mouth[-1] + np.array([-1.0, 0.4])):
            sheet.draw(
                f'<circle cx="{x * way:.2f}" cy="{y:.2f}" r=".42" fill="#b98a55" stroke="#4a3524" stroke-width=".12"/>'
            )
    sheet.shade(join(mouth, (mouth + np.array([0.9, -1.0]))[::-1]) * turn, 0.22)


def seams_out(sheet: Sheet, leg: Leg) -> None:
    """Topstitching along the outer seam, for jeans."""
    for way in (1.0, -1.0):
        line = leg.outer[leg.outer[:, 1] > leg.top + 14]
        sheet.stitch(
            part(offset(line, 0.0) - np.array([1.0, 0.0]), 0.0, 0.3) * np.array([way, 1.0]),
            colour=closures.contrast_thread(sheet),
        )


def trousers(sheet: Sheet, spec: Spec, plan: Plan) -> None:
    """Trousers, jeans and shorts."""
    dice = spec.dice("legs")
    jeans = spec.garment == "jeans"
    top = WAIST - (3.0 if spec.has("high_waist") else 0.0) + (5.0 if spec.has("low_rise") else 1.0 if jeans else 0.0)
    waist = 17.6 + 0.12 * (top - WAIST) + 2.0 * max(0.0, ease_of(spec) - 1)
    end = hem_level(spec)
    leg = leg_of(spec, plan, top=top, waist=waist, end=end)
    crease = (
        not jeans
        and spec.garment == "trousers"
        and sheet.cloth.material.texture not in ("knit", "denim", "corduroy", "velvet")
    )
    lay(sheet, leg, end=end, crease=crease and dice.random() < 0.8, shift=dice.uniform(-2, 2))
    elastic = spec.has("elastic_waist") or spec.says("joggers", "sweatpants", "drawstring", "pyjama")
    if not elastic:
        front(sheet, leg, jeans=jeans)
    if jeans:
        seams_out(sheet, leg)
    if not jeans and (plan.silhouette == "pleated" or spec.has("pleats") or dice.random() < 0.4):
        _front_pleats(sheet, leg)
    if spec.says("cargo"):
        for way in (1.0, -1.0):
            closures.patch_pocket(sheet, way * (x_at(leg.outer, 88) - 6.2), 84, 11, 13, flap=True)
    _waist(sheet, leg, elastic=elastic, dice_tie=dice.random() < 0.5)


def _front_pleats(sheet: Sheet, leg: Leg) -> None:
    for way in (1.0, -1.0):
        for x in (6.0, 9.4):
            line = straight((x * way, leg.top + 3), (x * 1.12 * way, leg.top + 17))
            sheet.crease(line, width=0.36, opacity=0.8)
            sheet.shade(join(line, (line + np.array([-1.0 * way, 0]))[::-1]), 0.26)


def _waist(sheet: Sheet, leg: Leg, *, elastic: bool, dice_tie: bool) -> None:
    spec = sheet.spec
    deep = 4.6 if elastic else 3.8
    closures.waistband(sheet, leg.waist - 0.1, leg.top - 1.2, deep, kind="elastic" if elastic else "cloth", spread=0.5)
    y = leg.top - 1.2
    if elastic:
        if dice_tie:
            closures.knot(sheet, y + 3.4, "self", size=0.42)
        return
    if spec.has("belt"):
        closures.belt(sheet, leg.waist + 0.1, y + 0.2, tied=spec.says("sash", "tie", "tied"), deep=3.2)
    places = [(leg.waist * s, y + (1 - s * s)) for s in (-0.72, -0.34, 0.34, 0.72)]
    closures.loops(sheet, places, deep)
    if not spec.has("belt"):
        closures.button(sheet, 0.0, y + deep / 2 + 1.0, 0.8)


def below(sheet: Sheet, spec: Spec, plan: Plan, *, waist: float) -> None:
    """The legs of a jumpsuit."""
    end = hem_level(spec)
    leg = leg_of(spec, plan, top=WAIST, waist=waist, end=end)
    lay(sheet, leg, end=end, crease=False, shift=spec.dice("legs").uniform(-2, 2))
    sheet.line(straight((0, WAIST + 1), (0, CROTCH)), width=0.3)
    for way in (1.0, -1.0):
        _pocket(sheet, leg, way, jeans=False, thread=sheet.stitch_colour)
