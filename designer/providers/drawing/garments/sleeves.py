"""Sleeves: from cap to bell, as panels that hang from the shoulder."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from designer.providers.drawing.garments.closures import button
from designer.providers.drawing.garments.measures import Figure
from designer.providers.drawing.geometry import (
    Line,
    Point,
    bow,
    join,
    mirrored,
    part,
    point,
    resampled,
    smooth,
    straight,
)
from designer.providers.drawing.lighting import Fold
from designer.providers.drawing.sheet import Sheet


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """length cm from the shoulder; angle degrees from the vertical; cuff: width of the opening, cm."""

    length: float
    angle: float
    cuff: float


CUTS: Final = {
    "cap": Cut(length=8.5, angle=52, cuff=17.0), "short": Cut(length=20, angle=36, cuff=16.0),
    "elbow": Cut(length=31, angle=27, cuff=14.6), "three_quarter": Cut(length=44, angle=22, cuff=12.4),
    "long": Cut(length=59, angle=19, cuff=10.2), "bishop": Cut(length=59, angle=20, cuff=9.0),
    "puff": Cut(length=21, angle=33, cuff=13.0), "bell": Cut(length=54, angle=20, cuff=23.0),
    "raglan": Cut(length=58, angle=20, cuff=10.4),
}  # fmt: skip
NONE: Final = frozenset({"sleeveless", "strap"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Sleeve:
    """The right sleeve: outer line from the shoulder down, inner from the underarm down, both to the cuff."""

    outer: Line
    inner: Line
    direction: tuple[float, float]
    grain: float

    @property
    def outline(self) -> Line:
        return join(self.outer, self.inner[::-1])


def cut_of(kind: str, body: Figure, swing: float) -> Sleeve:
    """The sleeve's shape. swing: degrees that it hangs away from the body more than usual."""
    cut = CUTS[kind]
    angle = math.radians(cut.angle + swing + 6 * max(0.0, body.ease - 1))
    d, out = np.array([math.sin(angle), math.cos(angle)]), np.array([math.cos(angle), -math.sin(angle)])
    start, arm = np.array([body.shoulder - 0.2, body.shoulder_y]), np.array([body.chest - 0.6, body.underarm])
    length = cut.length - 0.55 * max(0.0, body.shoulder - 18.6)
    width = cut.cuff * (0.45 + 0.55 * body.ease)
    outer_end, inner_end = start + d * length + out * 1.2, start + d * length - out * (width - 1.2)
    if kind in ("short", "cap", "puff") and inner_end[1] < arm[1] + 1.5:
        inner_end = np.array(
            [max(float(inner_end[0]), float(arm[0]) + 0.8), float(arm[1]) + (1.2 if kind == "cap" else 2.6)]
        )
    if kind == "cap":
        outer_end = start + d * length
        inner_end = arm + np.array([1.4, -1.6])
    outer, inner = _edges(kind, start, arm, outer_end, inner_end, d, out, length)
    return Sleeve(outer=outer, inner=inner, direction=(float(d[0]), float(d[1])), grain=-math.degrees(angle))


def _edges(
    kind: str, start: Line, arm: Line, outer_end: Line, inner_end: Line, d: Line, out: Line, length: float
) -> tuple[Line, Line]:
    def beside(share: float, by: float, base: Line, end: Line) -> tuple[float, float]:
        x, y = base + (end - base) * share + out * by
        return float(x), float(y)

    s, e, a, i = (point(p) for p in (start, outer_end, arm, inner_end))
    if kind == "puff":
        return (
            smooth(
                s,
                beside(0.12, 4.6, start, outer_end),
                beside(0.45, 6.6, start, outer_end),
                beside(0.85, 4.4, start, outer_end),
                e,
            ),
            smooth(a, beside(0.5, -2.2, arm, inner_end), beside(0.88, -1.4, arm, inner_end), i),
        )
    if kind == "bishop":
        return (
            smooth(
                s,
                beside(0.12, 1.8, start, outer_end),
                beside(0.5, 2.2, start, outer_end),
                beside(0.78, 5.4, start, outer_end),
                beside(0.93, 4.2, start, outer_end),
                e,
            ),
            smooth(
                a,
                beside(0.3, 0.6, arm, inner_end),
                beside(0.7, -3.6, arm, inner_end),
                beside(0.92, -3.6, arm, inner_end),
                i,
            ),
        )
    if kind == "bell":
        return (
            smooth(
                s,
                beside(0.14, 1.5, start, outer_end),
                beside(0.5, -1.2, start, outer_end),
                beside(0.8, -0.4, start, outer_end),
                beside(1.0, 3.4, start, outer_end),
            ),
            smooth(a, beside(0.3, 3.2, arm, inner_end), beside(0.62, 4.0, arm, inner_end), i),
        )
    bulge = 1.5 if length > 12 else 0.8
    return (
        smooth(
            s,
            beside(0.12, bulge, start, outer_end),
            beside(0.45, bulge * 0.9, start, outer_end),
            beside(0.72, 0.5, start, outer_end),
            e,
        ),
        smooth(a, beside(0.35, 0.9, arm, inner_end), beside(0.7, 0.5, arm, inner_end), i)
        if length > 12
        else straight(a, i),
    )


def _foot(sleeve: Sleeve, sag: float) -> Line:
    a, b = sleeve.outer[-1], sleeve.inner[-1]
    return bow((float(a[0]), float(a[1])), (float(b[0]), float(b[1])), -sag)


def _crumples(sleeve: Sleeve, depth: float, count: int) -> list[Fold]:
    """Folds across the inside of the elbow, and one long one down the sleeve."""
    found = []
    for k in range(count):
        t = 0.40 + 0.11 * k
        a, b = resampled(sleeve.inner, 1, t, t)[0], resampled(sleeve.outer, 1, t + 0.05, t + 0.05)[0]
        mid = a + (b - a) * 0.4 + np.array([0, 1.0])
        end = a + (b - a) * (0.72 - 0.1 * (k % 2))
        found.append(Fold(line=smooth(tuple(a), tuple(mid), tuple(end)), width=1.3, depth=depth))
    down = sleeve.inner * 0.55 + resampled(sleeve.outer, len(sleeve.inner)) * 0.45
    found.append(Fold(line=part(down, 0.08, 0.55), width=1.6, depth=depth * 0.7))
    return found


def lay(
    sheet: Sheet, kind: str, body: Figure, *, cuff: str = "plain", swing: float = 0.0, neck: Point | None = None
) -> None:
    """Both sleeves, under the body panel that follows. cuff: plain, rib, shirt, turned, none; neck: where a raglan
    sleeve begins."""
    if kind not in CUTS:
        return
    sleeve = cut_of(kind, body, swing)
    inward = straight((body.chest - 7, body.underarm - 1), (body.shoulder - 7, body.shoulder_y + 2))
    deep = 0.22 + 0.18 * sheet.cloth.material.drape
    long = kind in ("long", "three_quarter", "bishop", "bell", "raglan", "elbow")
    folds = _crumples(sleeve, deep, 3 if kind in ("long", "raglan") else 1) if long else []
    folds += _gathers(kind, sleeve)
    foot = _wavy_foot(sleeve) if kind == "bell" else _foot(sleeve, 0.7)
    outline = join(sleeve.outer, foot, sleeve.inner[::-1], inward)
    if neck:
        s = point(sleeve.outer[0])
        top = smooth(neck, ((neck[0] + s[0]) / 2, (neck[1] + s[1]) / 2 - 0.7), (s[0] - 1.0, s[1] - 0.2))
        outline = join(
            top,
            sleeve.outer[3:],
            foot,
            sleeve.inner[::-1],
            straight((body.chest - 8, body.underarm - 4), (body.chest * 0.56, 12.0)),
        )
    for way in (1, -1):
        shape = outline if way == 1 else mirrored(outline)
        turned = [Fold(line=f.line * np.array([way, 1.0]), width=f.width, depth=f.depth) for f in folds]
        sheet.panel(shape, grain=sleeve.grain * way, folds=turned, volume=1.15)
        _cuff(sheet, kind, sleeve, way, cuff)
        _creases(sheet, kind, sleeve, way)


def _wavy_foot(sleeve: Sleeve) -> Line:
    foot = _foot(sleeve, 1.4)
    t = np.linspace(0, 1, len(foot))[:, None]
    return np.asarray(foot + np.array(sleeve.direction) * (0.9 * np.sin(t * np.pi * 5) * np.sin(np.pi * t)))


def _gathers(kind: str, sleeve: Sleeve) -> list[Fold]:
    """Puffs and bishops: soft folds from the shoulder and into the cuff."""
    found: list[Fold] = []
    if kind not in ("puff", "bishop", "bell"):
        return found
    n = len(sleeve.outer)
    inner = resampled(sleeve.inner, n)
    for k, share in enumerate((0.16, 0.36, 0.56, 0.76)):
        across = sleeve.outer * (1 - share) + inner * share
        found.append(Fold(line=part(across, 1.0, 0.52 - 0.06 * (k % 2)), width=1.3, depth=0.42))
        if kind == "puff":
            found.append(Fold(line=part(across, 0.0, 0.5), width=1.2, depth=0.4))
    return found


def _creases(sheet: Sheet, kind: str, sleeve: Sleeve, way: int) -> None:
    """The pen's few marks on a sleeve."""
    turn = np.array([way, 1.0])
    n = len(sleeve.outer)
    inner = resampled(sleeve.inner, n)
    if kind in ("puff", "bishop", "bell"):
        for k, share in enumerate((0.14, 0.3, 0.47, 0.64, 0.82)):
            across = sleeve.outer * (1 - share) + inner * share
            sheet.crease(part(across, 0.985, 0.76 - 0.1 * (k % 2)) * turn, width=0.24)
            if kind == "puff":
                sheet.crease(part(across, 0.02, 0.3 + 0.08 * (k % 2)) * turn, width=0.24)
    elif kind in ("long", "raglan", "three_quarter"):
        for k in range(2):
            t = 0.44 + 0.12 * k
            a, b = resampled(sleeve.inner, 1, t, t)[0], resampled(sleeve.outer, 1, t + 0.04, t + 0.04)[0]
            mid = a + (b - a) * 0.22 + np.array([0, 0.6])
            sheet.crease(smooth(tuple(a), tuple(mid), tuple(a + (b - a) * (0.46 - 0.12 * k))) * turn, width=0.24)


def _cuff(sheet: Sheet, kind: str, sleeve: Sleeve, way: int, cuff: str) -> None:
    """The end of the sleeve."""
    d = np.array(sleeve.direction)
    deep = {"rib": 5.2, "shirt": 5.6, "turned": 5.0}.get(cuff, 0.0)
    if kind in ("bishop", "puff") and not deep:
        deep, cuff = (5.0, "shirt") if kind == "bishop" else (2.0, "band")
    if kind in ("short", "elbow") and cuff == "rib":
        deep = 2.2
    if deep and cuff != "none" and kind not in ("bell", "cap"):
        _banded(sheet, sleeve, way, deep, cuff, kind)
        return
    if cuff != "none" and kind != "bell":
        edge = _foot(sleeve, 0.7) - d * (2.2 if kind != "cap" else 1.0)
        sheet.stitch(part(edge, 0.02, 0.98) * np.array([way, 1.0]))


def _banded(sheet: Sheet, sleeve: Sleeve, way: int, deep: float, cuff: str, kind: str) -> None:
    """A band across the end: rib, a shirt's cuff with its button, or cloth turned up."""
    d = np.array(sleeve.direction)
    a, b = sleeve.outer[-1], sleeve.inner[-1]
    spread = 0.35 if cuff == "turned" else -0.25
    across = (a - b) / max(1e-6, float(np.linalg.norm(a - b)))
    top_a, top_b = a - d * deep * 0.5 + across * spread, b - d * deep * 0.5 - across * spread
    low_a, low_b = a + d * deep * 0.5 + across * (spread - 0.2), b + d * deep * 0.5 - across * (spread - 0.2)
    top, low = bow(tuple(top_a), tuple(top_b), -0.6), bow(tuple(low_a), tuple(low_b), -0.6)
    shape = join(top[::-1], low)
    turn = np.array([way, 1.0])
    outline = shape * turn if way == 1 else (shape * turn)[::-1]
    sheet.panel(
        outline, kind="rib" if cuff == "rib" else "cloth", grain=sleeve.grain * way, volume=0.8, pen=0.4, casts=0.5
    )
    if cuff == "shirt":
        sheet.stitch(part(low - d * 0.8, 0.04, 0.96) * turn)
        spot = (low_b + (low_a - low_b) * 0.26 - d * deep * 0.5) * turn
        if kind != "puff":
            button(sheet, float(spot[0]), float(spot[1]), 0.62)
