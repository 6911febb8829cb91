"""What closes the neck: bands, ribs, collars, lapels, hoods, cowls, straps."""

from __future__ import annotations

import numpy as np

from designer.providers.drawing.garments.bodice import Neck
from designer.providers.drawing.geometry import (
    Line,
    bow,
    dense,
    flipped,
    join,
    mirrored,
    offset,
    part,
    smooth,
    straight,
    whole,
)
from designer.providers.drawing.lighting import Fold
from designer.providers.drawing.sheet import Sheet


def both_sides(
    sheet: Sheet,
    half: Line,
    *,
    kind: str = "cloth",
    grain: float = 0.0,
    folds: tuple[Fold, ...] = (),
    volume: float = 0.7,
    casts: float = 0.6,
    pen: float = 0.42,
) -> None:
    """A panel and its twin on the other side."""
    for way, shape in ((1, half), (-1, mirrored(half))):
        turned = [Fold(line=f.line * np.array([way, 1.0]), width=f.width, depth=f.depth) for f in folds]
        sheet.panel(shape, kind=kind, grain=grain * way, folds=turned, volume=volume, casts=casts, pen=pen)


def edge_of(neck: Neck) -> Line:
    """The whole neckline from right to left... from the right neck point through the middle to the left one."""
    return join(neck.edge[::-1], flipped(neck.edge))


def finish(sheet: Sheet, neck: Neck, *, rib: bool) -> None:
    """A rib, or a facing with topstitching."""
    edge = edge_of(neck)
    if rib and not neck.bare:
        inner = offset(edge, -2.0)
        sheet.panel(join(edge, inner[::-1])[::-1], kind="rib", volume=0.5, pen=0.34, casts=0.3)
        return
    sheet.stitch(part(offset(dense(edge, 0.5), 1.3), 0.03, 0.97))


def turtleneck(sheet: Sheet, neck: Neck, *, rib: bool) -> None:
    """A folded roll that stands around the neck."""
    x, y = neck.at
    top = -7.2
    half = join(
        bow((0, top + 1.3), (x - 0.2, top), 0.25),
        smooth((x - 0.2, top), (x + 0.5, top / 2), (x + 1.2, y + 1.2)),
        smooth((x + 1.2, y + 1.2), (x * 0.6, y + 4.2), (0, y + 5.2)),
    )
    sheet.panel(
        whole(join(bow((0, top - 0.9), (x - 0.2, top), -0.1), smooth((x - 0.2, top), (0, top + 1.5)))),
        kind="lining",
        volume=0,
        tone=0.3,
        pen=0.34,
    )
    folds = [
        Fold(
            line=smooth((way * (x + 0.6), -1.5 + k), (way * x * 0.5, 1.0 + k), (way * 0.8, 1.2 + k)),
            width=0.9,
            depth=0.3,
        )
        for way in (-1, 1)
        for k in (0.0, 2.4)
    ]
    sheet.panel(whole(half), kind="rib" if rib else "cloth", folds=folds, volume=1.0, casts=0.9)


def shirt_collar(sheet: Sheet, *, spread: float, size: float = 1.0, camp: bool = False) -> None:
    """Stand and two leaves. spread: cm that the points lie apart; size: 1 is ordinary."""
    back = whole(join(smooth((0, -4.2), (4.4, -4.0), (7.0, -2.8)), smooth((7.0, -2.8), (6.0, 0.2), (0, 1.5))))
    sheet.panel(back, kind="self", volume=0.4, tone=0.44, pen=0.36)
    if not camp:
        stand = join(
            smooth((7.4, 0.2), (5.2, 4.6), (0.0, 6.6)), straight((0, 8.6)), smooth((0.0, 8.6), (5.6, 6.8), (8.2, 1.2))
        )
        both_sides(sheet, stand[::-1], volume=0.4, pen=0.34)
    point = (spread + 4.0, 11.6 * size + 0.6)
    outer = smooth((7.0, -2.8), (9.4, 1.2), (point[0] + 1.6, point[1] - 4.6), point)
    leaf = join(bow((0.35, 6.7), (7.0, -2.8), 0.9), outer, bow(point, (0.35, 6.7), 0.35))
    both_sides(sheet, leaf, grain=-24, casts=0.9)
    for way in (1.0, -1.0):
        sheet.stitch(
            part(join(offset(outer, -0.8)[8:], bow((point[0] - 0.7, point[1] - 1.1), (1.2, 6.9), 0.3)), 0, 0.97)
            * np.array([way, 1.0])
        )


def peter_pan(sheet: Sheet, neck: Neck) -> None:
    """Two flat rounded leaves."""
    x, y = neck.at
    outer = smooth(
        (x - 0.9, y - 0.9),
        (x + 2.2, y + 0.9),
        (x + 3.4, y + 5.6),
        (x - 0.4, y + 10.2),
        (3.4, 13.6),
        (0.9, 12.0),
        (0.2, float(neck.edge[0, 1])),
    )
    leaf = join(outer, neck.edge)
    both_sides(sheet, leaf, kind=_contrast(sheet), grain=-18, casts=0.8)
    for way in (1.0, -1.0):
        sheet.stitch(part(offset(outer, -0.8), 0.04, 0.92) * np.array([way, 1.0]))


def _contrast(sheet: Sheet) -> str:
    """Collars are of the trim now and then, when the palette names a colour for it."""
    spec = sheet.spec
    return (
        "trim"
        if spec.palette.named and len(spec.palette.accents) > 1 and spec.dice("collar").random() < 0.4
        else "self"
    )


def lapels(sheet: Sheet, *, opens: float, wide: float, style: str, over: float) -> None:
    """Collar and revers. opens: y where the fronts meet; wide: of the lapel, cm; over: x of the front edge."""
    back = whole(join(smooth((0, -4.8), (4.6, -4.5), (7.0, -3.2)), smooth((7.0, -3.2), (6.2, 0.4), (0, 1.7))))
    sheet.panel(back, kind="self", volume=0.4, tone=0.45, pen=0.36)
    # the lower lapel ends at the middle, below the upper one, which reaches to the other front's edge
    lower, upper = (
        _lapel(min(opens, o), wide, style, x) for o, x in ((opens * (0.92 + 0.02 * over), 0.1), (opens, over))
    )
    sheet.panel(mirrored(lower), grain=12, volume=0.7, casts=0.8, pen=0.42)
    sheet.panel(upper, grain=-12, volume=0.7, casts=1.0, pen=0.42)
    if style != "shawl":
        both_sides(sheet, _collar_leaf(opens, wide, over), kind=_collar_cloth(sheet), grain=-30, casts=0.7)


GORGE = (4.6, 8.0)  # where collar and lapel meet at the roll


def _roll(opens: float, over: float) -> Line:
    """The fold that a lapel turns over, from the neck down to the first button."""
    return smooth((6.9, -0.6), (6.0, 6.0), (3.9, opens * 0.5), (over * 0.9, opens))


def _lapel(opens: float, wide: float, style: str, over: float) -> Line:
    roll = _roll(opens, over)
    if style == "shawl":
        outer = smooth((7.2, -3.2), (10.6, 2.0), (wide + 0.6, 11.5), (wide * 0.86, opens * 0.62), (over + 0.1, opens))
        return join(roll[::-1][:-1], outer)[::-1]
    tip = (wide + 1.6, 7.2) if style == "peak" else (wide + 0.8, 10.8)
    front = smooth(tip, (wide * 0.93, opens * 0.52), (wide * 0.46 + over * 0.3, opens * 0.84), (over + 0.1, opens))
    inner = roll[roll[:, 1] > GORGE[1]]
    return join(straight(GORGE, (wide - 3.0, 10.2), tip), front, inner[::-1], straight(GORGE))


def _collar_leaf(opens: float, wide: float, over: float) -> Line:
    roll = _roll(opens, over)
    outer = smooth((7.0, -3.2), (9.0, 0.2), (wide - 1.6, 6.2))
    edge = straight((wide - 1.6, 6.2), (wide - 3.2, 9.9))
    return join(outer, edge, straight(GORGE), roll[roll[:, 1] < GORGE[1]][::-1], straight((7.0, -3.2)))


def _collar_cloth(sheet: Sheet) -> str:
    return "trim" if sheet.spec.says("tuxedo", "velvet") and sheet.spec.fabric != "velvet" else "cloth"


def hood(sheet: Sheet) -> None:
    """A hood that lies open behind the neck, before the body is laid over it."""
    shape = whole(
        join(
            smooth((0, -15.0), (6.0, -14.0), (10.6, -8.4), (11.6, -1.0), (10.4, 5.4)),
            smooth((10.4, 5.4), (5.0, 9.4), (0, 11.0)),
        )
    )
    folds = [
        Fold(line=smooth((way * 9.8, -2), (way * 8.6, -8), (way * 4.0, -12)), width=1.6, depth=0.36) for way in (-1, 1)
    ]
    sheet.panel(shape, folds=folds, volume=1.1)
    inside = whole(
        join(smooth((0, -11.0), (4.6, -9.8), (7.6, -4.8), (8.4, 2.0)), smooth((8.4, 2.0), (4.6, 7.6), (0, 9.0)))
    )
    sheet.panel(inside, kind="lining", volume=0.6, tone=0.36, pen=0.36)


def drawstrings(sheet: Sheet, neck: Neck) -> None:
    """Two cords out of their eyelets."""
    deep = float(neck.edge[0, 1])
    light = "#efe8dc"
    for way, long in ((1.0, 17.0), (-1.0, 15.4)):
        x, y = way * 4.0, deep + 1.4
        cord = smooth((x, y), (x + way * 0.8, y + long * 0.5), (x + way * 0.2, y + long))
        sheet.line(cord, width=0.95, colour="#2b2522")
        sheet.line(cord, width=0.6, colour=light)
        sheet.draw(f'<circle cx="{x:.2f}" cy="{y:.2f}" r=".62" fill="#b9b2a6" stroke="#2a2421" stroke-width=".16"/>')


def cowl(sheet: Sheet, neck: Neck) -> None:
    """Draped swags under a loose neckline."""
    x, y = neck.at
    deep = float(neck.edge[0, 1])
    for k in range(4):
        low = deep + 1.6 + 3.1 * k
        line = smooth(
            (-x - 1.6 * k, y + 0.8 + 1.4 * k),
            (-x * 0.5, low - 2.2),
            (0, low),
            (x * 0.5, low - 2.2),
            (x + 1.6 * k, y + 0.8 + 1.4 * k),
        )
        sheet.crease(part(line, 0.02, 0.5), width=0.34)
        sheet.crease(part(line, 0.98, 0.5), width=0.34)
        sheet.shade(join(line, (line + np.array([0, 1.5]))[::-1]), 0.15)
        sheet.shade(join(line + np.array([0, -1.2]), (line + np.array([0, -0.1]))[::-1]), 0.14, light=True)


def straps(sheet: Sheet, *, at: float, y: float, wide: float = 1.1) -> None:
    """Thin straps over the shoulders, laid before the body."""
    strap = join(
        smooth((at - wide, y + 1), (at - 1.8 - wide / 2, 3), (at - 2.6, -2.2)),
        smooth((at - 2.6 + wide, -2.0), (at - 0.8 + wide / 2, 3), (at + wide * 0.4, y + 1)),
    )
    both_sides(sheet, strap, kind="self", volume=0.2, casts=0, pen=0.3)


def halter(sheet: Sheet) -> None:
    """The band behind the neck of a halter."""
    ring = whole(
        join(
            smooth((0, -4.6), (4.6, -4.2), (7.0, -1.4)),
            straight((6.2, 0.4)),
            smooth((6.2, 0.4), (4.2, -2.0), (0, -2.6)),
        )
    )
    sheet.panel(ring, kind="lining", volume=0.4, tone=0.42, pen=0.36)
