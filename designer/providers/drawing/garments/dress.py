"""Dresses and jumpsuits: a bodice with a skirt or with legs below it."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from designer.providers.drawing.garments import bodice, closures, collars, hems, legs, skirts, torso
from designer.providers.drawing.garments.measures import HIP, WAIST, Figure, ease_of, level
from designer.providers.drawing.garments.plan import Plan
from designer.providers.drawing.garments.skirts import Skirt
from designer.providers.drawing.garments.torso import Torso
from designer.providers.drawing.geometry import Line, bow, cup, flipped, join, smooth, straight, x_at
from designer.providers.drawing.sheet import Sheet
from designer.providers.drawing.spec import Spec

LOOSE: Final = {"straight": "straight", "oversized": "straight", "boxy": "straight", "cocoon": "cocoon"}
# silhouettes whose skirt is a piece of its own below a seam
SEAMED: Final = frozenset({"a_line", "flared", "pleated", "tiered", "empire", "wrap", "peplum"})
HIGH_WAIST: Final = 30.0


def skirt(sheet: Sheet, spec: Spec, plan: Plan) -> None:
    """A skirt with its waistband."""
    bottom = level(spec, "mini" if spec.says("mini", "miniskirt") else "midi", highest=72.0)
    ease = 0.5 + 0.5 * ease_of(spec) if spec.fit else 1.0
    shape = {"empire": "a_line", "fitted": "pencil", "peplum": "pencil"}.get(plan.silhouette, plan.silhouette)
    waist = 16.8 if not spec.has("low_rise") else 18.4
    top = WAIST + (4.0 if spec.has("low_rise") else -3.0 if spec.has("high_waist") else 0.0)
    piece = Skirt(shape=shape, waist=waist * ease, hip=21.2 * ease, top=top, bottom=bottom)
    skirts.lay(sheet, piece)
    _skirt_details(sheet, spec, piece)
    elastic = spec.has("elastic_waist") or (shape == "tiered" and spec.dice("waist").random() < 0.6)
    closures.waistband(sheet, piece.waist - 0.1, top - 3.0, 3.8, kind="elastic" if elastic else "cloth", spread=0.3)
    if spec.has("belt"):
        closures.belt(sheet, piece.waist, top - 2.8, tied=spec.says("sash", "tie", "tied"), deep=3.2)
    elif (
        not elastic
        and shape in ("straight", "pencil", "a_line", "boxy", "oversized")
        and spec.dice("waist").random() < 0.4
    ):
        closures.loops(sheet, [(piece.waist * s, top - 2.0 - s * s) for s in (-0.7, 0.7)], 3.8)


def _skirt_details(sheet: Sheet, spec: Spec, piece: Skirt) -> None:
    dice = spec.dice("details")
    if piece.shape == "wrap":
        skirts.wrapped(sheet, piece)
        return
    if spec.silhouette == "peplum":
        skirts.frill(sheet, piece.waist, piece.top, deep=18, wide=piece.hip + 6)
    narrow = piece.shape in ("pencil", "straight", "fitted")
    if spec.has("slit") or (narrow and piece.long > 55 and dice.random() < 0.4):
        slit(sheet, piece, reach=0.42 if spec.has("slit") else 0.24)
    if narrow or piece.shape == "a_line":
        for x in (0.42, 0.62):
            closures.dart(sheet, (piece.waist * x, piece.top + 1), (piece.hip * x, piece.top + 10))
    lot = piece.shape in ("a_line", "straight") and dice.random() < 0.3
    if spec.has("buttons") or (lot and "buttons" not in spec.refused):
        sheet.line(straight((1.6, piece.top + 1), (1.6, piece.bottom + 1)), width=0.34)
        closures.buttons(sheet, 0.0, piece.top + 4, piece.bottom - 7, step=8.5, r=0.8)
    if spec.has("pockets"):
        for way in (1.0, -1.0):
            sheet.line(
                smooth(
                    (piece.waist * 0.7, piece.top + 1),
                    (piece.waist * 0.86, piece.top + 8),
                    (piece.hip * 0.985, piece.top + 15),
                )
                * np.array([way, 1.0]),
                width=0.34,
            )


@closures.unless_refused("slit")
def slit(sheet: Sheet, piece: Skirt, *, reach: float) -> None:
    """A slit from the hem at the right thigh: the edge opens and shows the inside."""
    side = skirts.flank(piece)
    x = float(side[-1, 0]) * 0.46
    top = (x * 0.86, piece.bottom - piece.long * reach)
    left, right = (
        smooth(top, (x * 0.86, piece.bottom - piece.long * reach * 0.5), (x * 0.74, piece.bottom + 0.7)),
        smooth(top, (x * 0.98, piece.bottom - piece.long * reach * 0.45), (x * 1.12, piece.bottom + 0.6)),
    )
    gap = join(right, left[::-1])
    sheet.panel(gap[:-1], kind="lining", volume=0.4, tone=0.24, pen=0.34)
    for edge, dx in ((left, -1.0), (right, 1.0)):
        sheet.stitch((edge + np.array([dx, 0]))[4:-2])


def figure_for(spec: Spec, plan: Plan) -> Figure:
    body = torso.figure_of(plan, spec, waisted=plan.silhouette not in LOOSE)
    if plan.silhouette in ("fitted", "pencil", "mermaid") and not spec.fit:
        body = replace(body, waist=body.waist * 0.96, hip=body.hip * 0.98)
    return body


def dress(sheet: Sheet, spec: Spec, plan: Plan) -> None:
    """A dress of any silhouette."""
    body = figure_for(spec, plan)
    hem = level(spec, "midi" if plan.silhouette in ("tiered", "pleated", "wrap") else "knee", highest=72.0)
    if plan.silhouette == "mermaid" and not spec.length:
        hem = level(spec, "maxi")
    if plan.silhouette in LOOSE:
        _loose(sheet, spec, plan, body, hem)
        return
    cut = HIGH_WAIST if plan.silhouette == "empire" else WAIST
    shape = {"peplum": "pencil"}.get(plan.silhouette, plan.silhouette)
    waist = _waist_at(body, cut)
    piece = Skirt(shape=shape, waist=waist, hip=body.hip, top=cut, bottom=hem)
    if plan.silhouette in SEAMED:
        _seamed(sheet, spec, plan, body, piece)
    else:
        _sheath(sheet, spec, plan, body, piece)


def _waist_at(body: Figure, cut: float) -> float:
    return x_at(bodice.side(body, HIP), cut)


def _seamed(sheet: Sheet, spec: Spec, plan: Plan, body: Figure, piece: Skirt) -> None:
    """A bodice sewn to a skirt."""
    flank = bodice.until(bodice.side(body, HIP), piece.top)
    opens = piece.top - 5 if plan.neckline == "lapel" else 27.0 if plan.silhouette == "wrap" else 0.0
    top = torso.torso_of(plan, body, flank, opens=opens)
    torso.behind(sheet, top, cuff=_cuff(plan))
    skirts.lay(sheet, piece)
    if plan.silhouette == "wrap":
        skirts.wrapped(sheet, piece)
    if plan.silhouette == "peplum":
        skirts.frill(sheet, piece.waist, piece.top, deep=19, wide=piece.hip + 7)
    if spec.has("slit"):
        slit(sheet, piece, reach=0.5)
    folds = bodice.body_folds(body, piece.top, sheet.cloth.material.drape, spec.dice("folds").uniform(-1.5, 1.5))
    if plan.silhouette == "wrap" and not top.neck.bare:
        _wrapped_bodice(sheet, top)
    else:
        sheet.panel(torso.outline(top, sag=1.0), folds=folds, volume=0.9, casts=0.35, pen=0.4)
        _bodice_details(sheet, spec, plan, top, piece)
    _waist_detail(sheet, spec, plan, piece)


def _wrapped_bodice(sheet: Sheet, top: Torso) -> None:
    """Two fronts crossing: the right one over the left, from the neck to the other side of the waist."""
    x, y = top.neck.at
    waist_x, waist_y = (float(v) for v in top.flank[-1])
    arm = bodice.shoulder_and_arm(top.neck, top.body, kind=top.kind)
    edge = smooth(
        (x, y), (x * 0.62, 10.5), (1.2, 22.0), (-waist_x * 0.62, waist_y - 4.0), (-waist_x * 0.96, waist_y - 1.0)
    )
    foot = bow((waist_x, waist_y), (-waist_x * 0.97, waist_y), -1.0)
    shape = join(arm, top.flank, foot, edge[::-1])[:-1]
    flip = flipped(shape)[::-1]
    sheet.panel(flip, volume=0.9)
    sheet.panel(shape, volume=0.9, casts=1.0)
    for k in range(4):
        start = np.array([-waist_x * 0.8 + 1.2 * k, waist_y - 2.0 - 0.6 * k])
        line = smooth(tuple(start), (2.0 + 2 * k, 28 - 1.5 * k), (8.0 + 2.6 * k, 22 - 2.0 * k))
        sheet.crease(line, width=0.3)
        sheet.shade(join(line, (line + np.array([0.5, 1.3]))[::-1]), 0.22)
    sheet.stitch((edge + np.array([1.0, 0.5]))[2:-4])
    torso.armholes(sheet, top)


def _bodice_details(sheet: Sheet, spec: Spec, plan: Plan, top: Torso, piece: Skirt) -> None:
    """Darts, placket, neck."""
    dice = spec.dice("details")
    torso.ruched(sheet, top)
    torso.raglan(sheet, top)
    torso.armholes(sheet, top)
    torso.body_creases(sheet, top, shaped=False)
    waist = piece.waist
    if spec.has("corset"):
        _bones(sheet, top)
    elif dice.random() < 0.5:
        closures.dart(sheet, (waist * 0.5, piece.top), (waist * 0.56, piece.top - 11))
    else:
        for way in (1.0, -1.0):
            line = smooth(
                (waist * 0.5, piece.top + 0.8),
                (waist * 0.58, 31),
                (top.body.chest * 0.74, 24),
                (top.body.chest - 1.6, 17),
            )
            if not top.neck.bare:
                sheet.line(line * np.array([way, 1.0]), width=0.28)
    _front(sheet, spec, plan, top, bottom=piece.bottom if plan.neckline == "shirt_collar" else piece.top)
    torso.neckwear(sheet, top, closed_front=True)


def _front(sheet: Sheet, spec: Spec, plan: Plan, top: Torso, *, bottom: float) -> None:
    """Lapels, or a row of buttons where the words or a shirt's collar ask for one."""
    start = float(top.neck.edge[0, 1])
    if plan.neckline == "lapel" and not top.neck.bare:
        collars.lapels(
            sheet, opens=start, wide=9.6, style="shawl" if spec.dice("lapel").random() < 0.4 else "notch", over=-1.4
        )
        return
    asked = spec.has("buttons", "single_breasted")
    if plan.neckline == "shirt_collar" or asked:
        sheet.line(straight((-1.5, start), (-1.5, bottom + 1.2)), width=0.36)
        sheet.stitch(straight((1.6, start), (1.6, bottom + 1.0)))
        closures.buttons(sheet, 0.0, start + 4, bottom - (6 if bottom > 60 else 2.5), step=8.0)
    elif spec.has("zip"):
        closures.zipper(sheet, straight((0, start + 0.6), (0, max(start + 16, min(bottom, 44)))))


def _bones(sheet: Sheet, top: Torso) -> None:
    """A corset's channels, each a ridge between two seams."""
    foot = float(top.flank[-1, 1])
    for share in (0.0, 0.3, 0.62):
        high = max(float(top.neck.edge[0, 1]) + 0.8, 19.0) if share < 0.1 else 18.0
        line = smooth((top.body.chest * share, high), (top.body.waist * share, foot))
        for way in (1.0, -1.0):
            turn = np.array([way, 1.0])
            left, right = line - np.array([0.65, 0]), line + np.array([0.65, 0])
            sheet.line(left * turn, width=0.3)
            sheet.line(right * turn, width=0.3)
            sheet.shade(join(line, right[::-1]) * turn, 0.3)
            sheet.shade(join(left, line[::-1]) * turn, 0.3, light=True)


def _waist_detail(sheet: Sheet, spec: Spec, plan: Plan, piece: Skirt) -> None:
    """A belt, a tie or a band at the seam."""
    if spec.has("belt"):
        closures.belt(
            sheet,
            piece.waist,
            piece.top - 2.0,
            tied=spec.says("sash", "tie", "tied", "obi") or plan.silhouette == "wrap",
        )
    elif plan.silhouette == "wrap":
        half = piece.waist + 0.2
        band = join(
            cup(half, piece.top - 1.0, 1.4),
            cup(half, piece.top + 1.4, 1.4)[::-1],
        )
        sheet.panel(join(band, flipped(band)[::-1])[:-1], kind="self", volume=0.5, casts=0.4, pen=0.34)
        closures.knot(sheet, piece.top + 1.6, "self", x=-piece.waist * 0.72, size=0.9)
    elif plan.silhouette in ("empire", "tiered") or spec.dice("waist").random() < 0.25:
        half = piece.waist + 0.1
        band = join(
            cup(half, piece.top - 1.8, 0.8),
            cup(half, piece.top + 0.4, 1.0)[::-1],
        )
        sheet.panel(join(band, flipped(band)[::-1])[:-1], kind="self", volume=0.4, casts=0.3, pen=0.3)


def _sheath(sheet: Sheet, spec: Spec, plan: Plan, body: Figure, piece: Skirt) -> None:
    """A fitted dress in one piece: sheath, pencil, mermaid."""
    upper = bodice.until(bodice.side(body, HIP), WAIST)
    flank = join(upper, skirts.flank(piece))
    top = torso.torso_of(plan, body, flank)
    torso.behind(sheet, top, cuff=_cuff(plan))
    edge = hems.shaped(spec, skirts.hem(piece, spec.dice("hem"), sheet.cloth.material.drape))
    folds = bodice.body_folds(body, HIP, sheet.cloth.material.drape, spec.dice("folds").uniform(-1.5, 1.5))
    marks: list[Line] = []
    if piece.shape == "mermaid":
        skirts.inside(sheet, piece, edge)
        tail = replace(piece, top=piece.top + piece.long * 0.58, waist=body.hip * 0.86)
        fallen, marks = skirts.falling(tail, edge, spec.dice("tail"), 1.0)
        folds = folds + fallen
    else:
        folds = folds + skirts.quiet(piece, spec.dice("hem"))
    sheet.panel(torso.outline(top, hem=edge), folds=folds, volume=1.0)
    hems.edged(sheet, edge)
    for mark in marks:
        sheet.crease(mark, width=0.3)
    for way in (1.0, -1.0):
        line = smooth(
            (body.chest * 0.58, 25), (body.waist * 0.52, WAIST), (body.hip * 0.55, HIP), (body.hip * 0.50, 72)
        )
        sheet.line(line * np.array([way, 1.0]), width=0.26, fade=True)
    if piece.shape != "mermaid":
        sheet.stitch((edge - np.array([0, 1.8]))[3:-3])
        if spec.has("slit"):
            slit(sheet, piece, reach=0.45)
    _upper_details(sheet, spec, plan, top)
    if spec.has("belt"):
        closures.belt(sheet, body.waist + 0.2, WAIST - 2.4, tied=spec.says("sash", "tie", "tied"))


def _upper_details(sheet: Sheet, spec: Spec, plan: Plan, top: Torso) -> None:
    torso.ruched(sheet, top)
    torso.raglan(sheet, top)
    torso.armholes(sheet, top)
    torso.body_creases(sheet, top)
    if spec.has("corset"):
        _bones(sheet, replace(top, flank=bodice.until(top.flank, WAIST)))
    _front(sheet, spec, plan, top, bottom=min(top.hem, top.hem if plan.neckline == "shirt_collar" else WAIST))
    torso.neckwear(sheet, top)


def _loose(sheet: Sheet, spec: Spec, plan: Plan, body: Figure, hem: float) -> None:
    """A dress that hangs from the shoulders: shift, sack, cocoon."""
    flank = bodice.side(
        body, hem, shape=LOOSE[plan.silhouette], flare={"straight": 1.5, "cocoon": 0.0}.get(plan.silhouette, 2.5)
    )
    top = torso.torso_of(plan, body, flank)
    torso.behind(sheet, top, cuff=_cuff(plan))
    piece = Skirt(shape="straight", waist=body.chest, hip=body.chest, top=WAIST, bottom=hem)
    folds = bodice.body_folds(body, WAIST, sheet.cloth.material.drape, spec.dice("folds").uniform(-1.5, 1.5))
    sheet.panel(torso.outline(top, sag=1.6), folds=folds + skirts.quiet(piece, spec.dice("hem")), volume=1.05)
    x = float(flank[-1, 0])
    sheet.stitch(bow((x - 0.3, hem - 1.8), (-x + 0.3, hem - 1.8), -1.6)[2:-2])
    for way in (1.0, -1.0):
        sheet.line(
            straight((body.chest - 1.4, body.underarm + 7), (body.chest * 0.62, body.underarm + 2.4))
            * np.array([way, 1.0]),
            width=0.24,
            fade=True,
        )
    if spec.has("pockets") or spec.dice("pockets").random() < 0.4:
        closures.welt_pockets(sheet, (body.chest * 0.42, HIP + 1), (body.chest * 0.82, HIP - 0.6))
    _upper_details(sheet, spec, plan, top)
    if spec.has("belt"):
        closures.belt(sheet, x_at(flank, WAIST) - 0.4, WAIST - 2.0, tied=spec.says("sash", "tie", "tied"))


def _cuff(plan: Plan) -> str:
    return "shirt" if plan.neckline == "shirt_collar" and plan.sleeves == "long" else "plain"


def jumpsuit(sheet: Sheet, spec: Spec, plan: Plan) -> None:
    """A bodice with legs."""
    body = torso.figure_of(plan, spec)
    body = replace(body, waist=min(body.waist, 18.5))
    flank = bodice.until(bodice.side(body, HIP), WAIST)
    top = torso.torso_of(plan, body, flank, opens=WAIST - 6 if plan.neckline == "lapel" else 0.0)
    torso.behind(sheet, top, cuff=_cuff(plan))
    waist = float(flank[-1, 0])
    legs.below(sheet, spec, plan, waist=waist)
    folds = bodice.body_folds(body, WAIST, sheet.cloth.material.drape, spec.dice("folds").uniform(-1.5, 1.5))
    sheet.panel(torso.outline(top, sag=1.0), folds=folds, volume=0.9, casts=0.35, pen=0.4)
    piece = Skirt(shape="straight", waist=waist, hip=21.0, top=WAIST, bottom=WAIST + 2)
    _bodice_details(sheet, spec, plan, top, piece)
    if spec.has("belt") or spec.dice("belt").random() < 0.5:
        closures.belt(
            sheet,
            waist,
            WAIST - 2.0,
            tied=spec.dice("belt").random() < 0.8 and not spec.says("buckle"),
            kind="self" if not spec.has("belt") else "trim",
        )
    else:
        closures.waistband(sheet, waist, WAIST - 2.0, 3.6, spread=0.3, sag=0.9)
