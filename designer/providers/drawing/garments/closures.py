"""What holds a garment together and what it carries: buttons, zips, pockets, waistbands, belts, bows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Concatenate, ParamSpec

import numpy as np

from designer.providers.drawing.geometry import Line, brush, cup, flipped, join, part, path, smooth, straight, whole
from designer.providers.drawing.lighting import Fold
from designer.providers.drawing.palette import INK, mixed
from designer.providers.drawing.sheet import SEAM, Sheet

METAL = "#b9b3a8"
P = ParamSpec("P")


def unless_refused(
    detail: str,
) -> Callable[[Callable[Concatenate[Sheet, P], None]], Callable[Concatenate[Sheet, P], None]]:
    """Of what draws a detail: it draws nothing where the designer said no to it, however the seed fell."""

    def around(draw: Callable[Concatenate[Sheet, P], None]) -> Callable[Concatenate[Sheet, P], None]:
        @wraps(draw)
        def drawn(sheet: Sheet, /, *args: P.args, **kwargs: P.kwargs) -> None:
            if detail not in sheet.spec.refused:
                draw(sheet, *args, **kwargs)

        return drawn

    return around


@unless_refused("buttons")
def button(sheet: Sheet, x: float, y: float, r: float) -> None:
    """A button with four holes, lit from the upper left."""
    main = sheet.spec.palette.seam if sheet.spec.dice("buttons").random() < 0.6 else "#efe6d6"
    sheet.draw(
        f'<circle cx="{x + 0.12:.2f}" cy="{y + 0.2:.2f}" r="{r:.2f}" fill="#000" fill-opacity=".3"/>'
        f'<circle cx="{x:.2f}" cy="{y:.2f}" r="{r:.2f}" fill="{main}" stroke="#241d1a" stroke-width=".14"/>'
        f'<circle cx="{x:.2f}" cy="{y:.2f}" r="{r * 0.68:.2f}" fill="none" stroke="#fff" stroke-opacity=".3"'
        ' stroke-width=".12"/>'
    )
    holes = "".join(
        f'<circle cx="{x + dx * r * 0.24:.2f}" cy="{y + dy * r * 0.24:.2f}" r="{r * 0.13:.2f}"/>'
        for dx in (-1, 1)
        for dy in (-1, 1)
    )
    sheet.draw(f'<g fill="#1c1614">{holes}</g>')


def buttons(
    sheet: Sheet, x: float, top: float, bottom: float, *, step: float, r: float = 0.75, but: float = -99.0
) -> None:
    """A row of buttons between two heights, about `step` cm apart; none near the height `but`, where a belt lies."""
    count = max(1, round((bottom - top) / step) + 1) if bottom > top else 1
    for y in np.linspace(top, max(top, bottom), count):
        if abs(float(y) - but) > 3.6:
            button(sheet, x, float(y), r)


@unless_refused("zip")
def zipper(sheet: Sheet, line: Line, *, wide: float = 1.0, pull: bool = True) -> None:
    """A zip along a line from its top: tape, teeth, slider."""
    tape = mixed(sheet.spec.palette.main, "#14110f", 0.55)
    sheet.draw(
        f'<path d="{path(brush(line, (wide * 1.9, wide * 1.9)), closed=True)}" fill="{tape}" fill-opacity=".75"/>'
    )
    sheet.draw(
        f'<path d="{path(line)}" fill="none" stroke="{METAL}" stroke-width="{wide * 0.8:.2f}" '
        'stroke-dasharray=".32 .26"/>'
        f'<path d="{path(line)}" fill="none" stroke="#37312c" stroke-width=".14"/>'
    )
    if pull:
        x, y = (float(v) for v in line[0])
        sheet.draw(
            f'<rect x="{x - 0.75:.2f}" y="{y - 0.4:.2f}" width="1.5" height="1.8" rx=".45" fill="{METAL}"'
            f' stroke="{INK}" stroke-width=".16"/><rect x="{x - 0.42:.2f}" y="{y + 1.2:.2f}" width=".84"'
            f' height="2.8" rx=".4" fill="{METAL}" stroke="{INK}" stroke-width=".16"/>'
        )


@unless_refused("pockets")
def patch_pocket(sheet: Sheet, x: float, y: float, wide: float, deep: float, *, flap: bool = False) -> None:
    """A pocket sewn on, its upper edge's middle at (x, y); with a flap when asked."""
    half, corner = wide / 2, min(2.0, wide * 0.16)
    low = smooth((half, deep - corner), (half - corner * 0.3, deep - corner * 0.3), (half - corner, deep))
    outline = whole(join(straight((0, 0), (half, 0)), low, straight((0, deep + 0.3)))) + np.array([x, y])
    sheet.panel(outline, volume=0.25, casts=0.35, pen=0.34)
    inner = join(straight((half - 0.5, 2.0)), low - np.array([0.5, 0.5]), straight((0, deep - 0.25)))
    sheet.stitch(join(inner, flipped(inner)[::-1]) + np.array([x, y]))
    if flap:
        over = whole(
            join(straight((0, -0.8), (half + 0.3, -0.8)), smooth((half + 0.3, 2.6), (half - 0.6, 3.8), (0, 5.0)))
        )
        sheet.panel(over + np.array([x, y]), volume=0.3, casts=0.6, pen=0.36)
        button(sheet, x, y + 3.2, 0.55)
    else:
        sheet.stitch(straight((x - half + 0.3, y + 1.7), (x + half - 0.3, y + 1.7)))


@unless_refused("pockets")
def welt_pockets(sheet: Sheet, inner: tuple[float, float], outer: tuple[float, float], *, deep: float = 1.3) -> None:
    """A narrow welt, or with more depth a flap, between two points of the right half; its twin on the left."""
    a, b = np.array(inner), np.array(outer)
    along = (b - a) / max(1e-6, float(np.linalg.norm(b - a)))
    down = np.array([-along[1], along[0]]) * deep
    corner = along * min(1.0, deep * 0.25)
    shape = np.array([a, b, b + down * 0.8, b + down - corner, a + down + corner, a + down * 0.8])
    for half in (shape, flipped(shape)[::-1]):
        sheet.panel(half, volume=0.0, tone=0.53, casts=0.55, pen=0.3)


def waistband(
    sheet: Sheet, half: float, y: float, deep: float, *, kind: str = "cloth", sag: float = 1.0, spread: float = 0.5
) -> None:
    """A band around the waist: `half` wide at its top y, a little wider at its foot."""
    top = cup(half, y, sag)
    foot = cup(half + spread, y + deep, sag)[::-1]
    back = whole(join(cup(half, y, -sag * 0.55), cup(half, y, sag + 0.4)[::-1]))
    sheet.panel(back, kind="lining", volume=0, tone=0.34, pen=0.3)
    folds = _elastic(half, y, deep, sag) if kind == "elastic" else []
    sheet.panel(
        whole(join(top, foot)),
        kind="cloth" if kind == "elastic" else kind,
        volume=0.45,
        casts=0.4,
        pen=0.4,
        folds=folds,
    )
    if kind == "cloth":
        sheet.stitch(part(join(flipped(foot), foot[::-1]) - np.array([0, 0.6]), 0.02, 0.98))


def _elastic(half: float, y: float, deep: float, sag: float) -> list[Fold]:
    """Many short folds side by side."""
    xs = np.linspace(-half * 0.96, half * 0.96, 21)
    lows = y + sag * (1 - (xs / half) ** 2)
    return [
        Fold(line=straight((float(x), float(low) + 0.2), (float(x) * 1.01, float(low) + deep)), width=0.8, depth=0.5)
        for x, low in zip(xs, lows, strict=True)
    ]


def loops(sheet: Sheet, places: Sequence[tuple[float, float]], deep: float) -> None:
    """Belt loops over a waistband."""
    for x, y in places:
        box = straight((x - 0.55, y - 0.4), (x + 0.55, y - 0.4), (x + 0.55, y + deep + 0.5), (x - 0.55, y + deep + 0.5))
        sheet.panel(box, volume=0, tone=0.54, casts=0.3, pen=0.26)


@unless_refused("belt")
def belt(sheet: Sheet, half: float, y: float, *, tied: bool, deep: float = 3.6, kind: str = "trim") -> None:
    """A belt around the waist, closed by a buckle or tied."""
    top, foot = cup(half + 0.3, y, 0.9), cup(half + 0.4, y + deep, 0.9)[::-1]
    sheet.panel(whole(join(top, foot)), kind=kind, volume=0.7, casts=0.6, pen=0.4)
    if tied:
        knot(sheet, y + deep / 2 + 0.9, kind)
        return
    size = deep * 0.62
    sheet.draw(
        f'<rect x="{-size:.2f}" y="{y + 0.5:.2f}" width="{2 * size:.2f}" height="{deep + 0.8:.2f}" rx=".7" fill="none"'
        f' stroke="{INK}" stroke-width="1.05"/><rect x="{-size:.2f}" y="{y + 0.5:.2f}" width="{2 * size:.2f}"'
        f' height="{deep + 0.8:.2f}" rx=".7" fill="none" stroke="#c9b58a" stroke-width=".7"/>'
        f'<path d="M{-size:.2f} {y + deep / 2 + 0.9:.2f}H{size * 0.9:.2f}" stroke="#c9b58a" stroke-width=".5"/>'
    )


def knot(sheet: Sheet, y: float, kind: str, *, x: float = 0.0, size: float = 1.0) -> None:
    """A belt's knot with two hanging ends."""
    here = np.array([x, y])
    for way, long in ((1.0, 19.0), (-1.0, 16.0)):
        end = join(
            smooth((0, 0), (3.2 * way, 6.0), (3.0 * way, long)), straight((6.2 * way, long - 1.4)),
            smooth((6.2 * way, long - 1.4), (6.0 * way, 6.0), (2.0 * way, -0.8)),
        ) * size + here  # fmt: skip
        folds = [
            Fold(line=smooth((1.2 * way * size + x, y), (4.4 * way * size + x, y + 8 * size)), width=1.0, depth=0.5)
        ]
        sheet.panel(end if way < 0 else end[::-1], kind=kind, folds=folds, volume=0.5, casts=0.5, pen=0.34)
    ball = smooth(
        (-2.2, -2.2), (0, -2.7), (2.2, -2.2), (2.5, 0), (2.0, 2.3), (0, 2.6), (-2.0, 2.3), (-2.5, 0), (-2.2, -2.2)
    )
    sheet.panel(ball[:-1] * size + here, kind=kind, volume=0.8, casts=0.5, pen=0.36)


@unless_refused("bow")
def bow_tie(sheet: Sheet, x: float, y: float, *, kind: str = "self", size: float = 1.0) -> None:
    """A bow at the neck with two loops and two ends."""
    knot(sheet, y, kind, x=x, size=0.62 * size)
    for way in (1.0, -1.0):
        loop = smooth((0.6, -0.6), (4.0, -3.4), (8.2, -3.6), (9.0, -0.4), (8.0, 2.6), (4.2, 2.0), (0.6, 0.8))
        shape = loop * np.array([way, 1.0]) * size + np.array([x, y])
        folds = [Fold(line=straight((x + way * size, y), (x + way * 6 * size, y - 0.6)), width=1.1, depth=0.5)]
        sheet.panel(shape if way > 0 else shape[::-1], kind=kind, folds=folds, volume=0.8, casts=0.5, pen=0.34)
    ball = smooth((-1.4, -1.5), (0, -1.8), (1.4, -1.5), (1.4, 1.5), (0, 1.8), (-1.4, 1.5), (-1.4, -1.5))
    sheet.panel(ball[:-1] * size + np.array([x, y]), kind=kind, volume=0.6, pen=0.34)


def dart(sheet: Sheet, top: tuple[float, float], foot: tuple[float, float]) -> None:
    """A dart on both sides."""
    for way in (1.0, -1.0):
        sheet.line(straight(top, foot) * np.array([way, 1.0]), width=SEAM * 0.8, fade=True)


def contrast_thread(sheet: Sheet) -> str:
    """The tan thread of jeans, or one that shows on the cloth."""
    return (
        "#c98f4e" if sheet.spec.garment == "jeans" or sheet.cloth.material.texture == "denim" else sheet.stitch_colour
    )
