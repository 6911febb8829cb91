"""The upper body: necklines, shoulders, armholes, sides. Right halves; geometry.whole makes them garments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from designer.providers.drawing.garments.measures import HIP, WAIST, Figure
from designer.providers.drawing.geometry import Line, bow, join, mirrored, smooth, straight, whole
from designer.providers.drawing.lighting import Fold
from designer.providers.drawing.sheet import Sheet

BARE: Final = frozenset({"strapless", "sweetheart", "off_shoulder", "halter"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Neck:
    """`edge` runs from the middle front up to the neck point `at`; bare necks end at the arm instead."""

    edge: Line
    at: tuple[float, float]
    bare: bool = False
    raglan: bool = False


# half width at the shoulder and depth in the middle of the front, cm
OPENINGS: Final = {
    "crew": (8.2, 8.0), "v_neck": (8.4, 21.0), "scoop": (11.2, 17.0), "boat": (14.6, 4.6), "square": (11.0, 14.5),
    "turtleneck": (7.2, 5.0), "shirt_collar": (7.4, 7.6), "lapel": (7.4, 32.0), "cowl": (10.6, 15.0),
    "peter_pan": (7.8, 6.6), "hooded": (8.6, 9.0),
}  # fmt: skip


def neck_of(kind: str, body: Figure, *, straps: bool = False) -> Neck:
    """The neckline's edge. Straps turn every neckline into a top edge between the arms."""
    if kind in BARE or straps:
        return Neck(edge=_top_edge(kind, body), at=(body.chest - 5.2, 15.5), bare=True)
    wide, deep = OPENINGS.get(kind, OPENINGS["crew"])
    slope = body.shoulder_y * wide / body.shoulder * 0.55
    at = (wide, slope)
    if kind in ("v_neck", "lapel"):
        edge = bow((0, deep), at, -deep * 0.035)
    elif kind == "square":
        edge = straight((0, deep), (wide - 0.6, deep), at)
    elif kind == "boat":
        edge = smooth((0, deep), (wide * 0.55, deep * 0.86), (wide * 0.86, deep * 0.55), at)
    else:
        edge = smooth((0, deep), (wide * 0.42, deep * 0.95), (wide * 0.80, deep * 0.66), (wide * 0.97, deep * 0.30), at)
    return Neck(edge=edge, at=at)


def _top_edge(kind: str, body: Figure) -> Line:
    """From the middle of the front to the arm, for what leaves the shoulders bare."""
    arm = body.chest - 5.2
    if kind == "sweetheart":
        cup = smooth((0, 21.0), (1.4, 18.2), (4.6, 14.6), (9.0, 13.2), (arm - 1.0, 15.0))
        return join(cup, straight((arm, 15.6)))
    if kind == "v_neck":
        return join(bow((0, 24.0), (9.0, 13.0), -0.8), bow((9.0, 13.0), (arm + 1.6, 18.0), 0.8))
    if kind == "square":
        return straight((0, 14.8), (9.6, 14.8), (10.4, 13.4), (arm, 16.0))
    if kind in ("scoop", "cowl"):
        return join(smooth((0, 19.0), (5.0, 18.0), (9.6, 13.0)), bow((9.6, 13.0), (arm + 1.6, 18.0), 0.9))
    if kind == "halter":
        return join(bow((0, 9.0), (6.6, -1.2), 0.8))
    if kind == "off_shoulder":
        return smooth((0, 14.6), (9, 13.8), (body.shoulder - 1.4, 11.6), (body.shoulder + 1.2, 10.8))
    return smooth((0, 17.0), (5, 16.6), (10, 15.4), (arm, 15.6))


def shoulder_and_arm(neck: Neck, body: Figure, *, kind: str) -> Line:
    """From the neck point over the shoulder and down the armhole to the underarm."""
    u = (body.chest, body.underarm)
    if kind == "halter":
        return smooth((6.6, -1.2), (7.6, 6), (10.6, 13.5), (body.chest - 3.4, 20.5), u)
    if kind == "off_shoulder":
        s = (body.shoulder + 1.2, 10.8)
        return smooth(s, (body.shoulder + 0.4, 15), u)
    if neck.bare:
        start = (float(neck.edge[-1, 0]), float(neck.edge[-1, 1]))
        return smooth(start, (body.chest - 2.4, 19.4), u)
    if neck.raglan:
        return smooth(neck.at, (body.chest * 0.62, 10.5), (body.chest * 0.83, 17.0), u)
    s = (body.shoulder, body.shoulder_y)
    if s[0] < body.chest - 3.5:  # cut in, for bare arms
        hole = smooth(
            s, (s[0] - 0.9, s[1] + 5.0), (s[0] - 0.3, s[1] + 9.5), (s[0] + 0.42 * (u[0] - s[0]), u[1] - 2.4), u
        )
        return join(bow(neck.at, s, -0.4), hole)
    dip = min(2.4, body.shoulder * 0.12)
    hole = smooth(
        s, (s[0] - dip * 0.8, s[1] + 5.0), (s[0] - dip, s[1] + 10.0), (min(u[0], s[0]) - 0.5, u[1] - 3.2), u
    )  # fmt: skip
    return join(bow(neck.at, s, -0.5), hole)


def until(line: Line, y: float) -> Line:
    """A line that runs down, cut at a height; straight on when it ends above."""
    if float(line[-1, 1]) <= y:
        return join(line, straight((float(line[-1, 0]), y)))
    above = line[line[:, 1] < y]
    order = np.argsort(line[:, 1], kind="stable")
    return join(above, straight((float(np.interp(y, line[order, 1], line[order, 0])), y)))


def side(body: Figure, hem: float, *, shape: str = "", flare: float = 0.0) -> Line:
    """From the underarm to the hem. shape: waisted (""), straight, a_line, cocoon; flare: cm more at the hem."""
    u = (body.chest, body.underarm)
    if shape == "straight":
        return smooth(u, (body.chest - 0.4, (u[1] + hem) / 2), (body.chest + flare, hem))
    if shape == "a_line":
        wide = body.chest + 2 + 0.16 * (hem - u[1]) + flare
        return smooth(u, (body.chest + 0.8, u[1] + 0.34 * (hem - u[1])), (wide, hem))
    if shape == "cocoon":
        middle = u[1] + 0.52 * (hem - u[1])
        return smooth(
            u, (body.chest + 4.6, middle), (body.chest + 2.2, hem - 0.34 * (hem - middle)), (body.chest - 3.6, hem)
        )
    wide = body.hip + flare * max(0.2, (hem - HIP) / 60)
    whole_side = smooth(
        u, (body.waist + (body.chest - body.waist) * 0.36, 32.0), (body.waist, WAIST), (body.hip * 0.94, 51.0),
        (body.hip, HIP), (wide, max(hem, HIP + 8)),
    )  # fmt: skip
    return until(whole_side, hem)


def closed(neck: Neck, body: Figure, flank: Line, *, kind: str, sag: float = 1.2, hem: Line | None = None) -> Line:
    """The whole outline of a body. hem: from the side's foot to the middle; else a shallow curve."""
    x, y = float(flank[-1, 0]), float(flank[-1, 1])
    foot = hem if hem is not None else bow((x, y), (-x, y), -sag)[: len(bow((0, 0), (1, 0), 0)) // 2 + 1]
    half = join(neck.edge, shoulder_and_arm(neck, body, kind=kind), flank, foot)
    return whole(half)


def back_inside(sheet: Sheet, neck: Neck, body: Figure) -> None:
    """The inside of the back, seen through the neckline."""
    if neck.bare:
        return
    x, y = neck.at
    deep = float(neck.edge[:, 1].max())
    outer = join(
        smooth((0, 1.9), (x * 0.6, 1.3), (x, y)), straight((min(x + 2.5, body.shoulder - 1), y + 1.0), (x, deep))
    )
    area = whole(join(outer, straight((0, deep + 1.0))))
    sheet.panel(area, kind="lining", volume=0, tone=0.34, pen=0.3)
    half = smooth((0, 1.9), (x * 0.6, 1.3), (x, y))
    sheet.line(join(mirrored(half), half), width=0.3)
    sheet.line(join(mirrored(half), half) + np.array([0, 1.5]), width=0.16)


def body_folds(body: Figure, hem: float, drape: float, dice_shift: float) -> list[Fold]:
    """The quiet folds of a body: from the underarm, and across the waist."""
    found = []
    for way in (-1, 1):
        x = way * body.chest
        found.append(
            Fold(
                line=smooth(
                    (x * 0.97, body.underarm + 1),
                    (x * 0.76, body.underarm + 6 + dice_shift),
                    (x * 0.46, body.underarm + 7),
                ),
                width=1.5,
                depth=0.30,
            )
        )
        if hem > WAIST + 6:
            found.append(
                Fold(
                    line=smooth(
                        (way * body.waist, WAIST - 1),
                        (way * body.waist * 0.72, WAIST + 2.4),
                        (way * body.waist * 0.4, WAIST + 2.0 + dice_shift),
                    ),
                    width=1.5,
                    depth=0.28,
                )
            )
            found.append(
                Fold(
                    line=smooth(
                        (way * body.waist * 0.9, WAIST + 3),
                        (way * body.hip * 0.84, WAIST + 9),
                        (way * body.hip * 0.82, min(hem, WAIST + 17)),
                    ),
                    width=1.9,
                    depth=0.16 + 0.2 * drape,
                )
            )
    return found
