"""What ends near the hip: shirts, blouses, T-shirts, tops, sweaters, cardigans, waistcoats."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from designer.providers.drawing.garments import bodice, closures, collars, outer, skirts, torso
from designer.providers.drawing.garments.measures import WAIST, Figure, level
from designer.providers.drawing.garments.plan import Plan
from designer.providers.drawing.garments.torso import Torso
from designer.providers.drawing.geometry import Line, bow, flipped, join, offset, part, smooth, straight, x_at
from designer.providers.drawing.lighting import Fold
from designer.providers.drawing.sheet import Sheet
from designer.providers.drawing.spec import Spec

SHAPES = {"a_line": "a_line", "flared": "a_line", "empire": "a_line", "tiered": "a_line", "straight": "straight",
          "boxy": "straight", "oversized": "straight", "cocoon": "cocoon"}  # fmt: skip


def _flank(plan: Plan, body: Figure, hem: float, *, loose: bool) -> Line:
    shape = SHAPES.get(plan.silhouette, "straight" if loose and not plan.silhouette else "")
    more = 5.0 if plan.silhouette == "flared" else 0.0
    return bodice.side(body, hem, shape=shape, flare=more)


def _folds(sheet: Sheet, body: Figure, hem: float) -> list[Fold]:
    dice, drape = sheet.spec.dice("folds"), sheet.cloth.material.drape
    found = bodice.body_folds(body, hem, drape, dice.uniform(-1.5, 1.5))
    for way in (-1.0, 1.0):
        x = way * body.hip * dice.uniform(0.40, 0.6)
        found.append(
            Fold(
                line=smooth((x, hem), (x * 0.96, hem - 9), (x * 0.8, hem - dice.uniform(16, 24))),
                width=2.2,
                depth=0.18 + 0.16 * drape,
            )
        )
    return found


def shirt(sheet: Sheet, spec: Spec, plan: Plan) -> None:
    """A shirt: collar, placket, cuffs, a curved hem."""
    dice = spec.dice("details")
    body = torso.figure_of(
        plan, spec, waisted=plan.silhouette in ("fitted", "peplum", "") and spec.fit not in ("relaxed", "oversized")
    )
    if not plan.silhouette:  # a shirt is shaped only a little
        body = replace(body, waist=0.45 * body.waist + 0.55 * body.chest * 0.97)
    hem = level(spec, "hip") + (5.0 if not spec.length else 2.0)
    flank = _flank(plan, body, hem - 6.0 if hem > 52 else hem, loose=False)
    top = torso.torso_of(plan, body, flank)
    cuff = "shirt" if plan.sleeves in ("long", "raglan", "bishop") else "plain"
    torso.behind(sheet, top, cuff=cuff, swing=dice.uniform(-2.5, 2.5))
    polo = spec.says("polo")
    curve = _shirt_tail(flank, 6.0) if hem > 52 else None
    folds = _folds(sheet, body, hem)
    sheet.panel(torso.outline(top, hem=curve), folds=folds, volume=1.0)
    _tail_stitch(sheet, torso.outline(top, hem=curve), flank)
    start = float(top.neck.edge[0, 1])
    stop = start + 16 if polo else top.hem + (5.8 if curve is not None else 1.0)
    if plan.neckline not in bodice.BARE and plan.neckline != "lapel":
        sheet.line(straight((-1.7, start), (-1.7, stop)), width=0.36)
        torso.placket(sheet, start, stop)
        closures.buttons(sheet, 0.0, start + 5.0, stop - (3 if polo else 6), step=8.6 if not polo else 5.0, r=0.62)
    _yoke(sheet, top)
    torso.body_creases(sheet, top)
    torso.ruched(sheet, top)
    torso.raglan(sheet, top)
    torso.armholes(sheet, top)
    if not polo and (spec.has("pockets") or dice.random() < 0.6):
        for way in (1.0, -1.0) if spec.has("pockets") or dice.random() < 0.35 else (1.0,):
            closures.patch_pocket(
                sheet, way * 9.8, 22.0, 9.6, 11.2, flap=spec.says("utility", "safari", "western", "cargo")
            )
    _neck(sheet, spec, plan, top)


def _neck(sheet: Sheet, spec: Spec, plan: Plan, top: Torso, *, rib: bool = False) -> None:
    if plan.neckline == "lapel" and not top.neck.bare:
        collars.lapels(sheet, opens=float(top.neck.edge[0, 1]), wide=9.0, style="notch", over=-1.4)
        closures.buttons(sheet, 0.0, float(top.neck.edge[0, 1]) + 1.6, top.hem - 5, step=8.6, r=0.62)
        return
    torso.neckwear(sheet, top, rib=rib)


def _shirt_tail(flank: Line, deep: float) -> Line:
    """The hem from right to left: high at the sides, low in front."""
    x, y = (float(v) for v in flank[-1])
    right = smooth(
        (x, y), (x - 1.4, y + deep * 0.42), (x * 0.66, y + deep * 0.86), (x * 0.28, y + deep), (0, y + deep * 1.02)
    )
    return join(right, flipped(right)[::-1])


def _tail_stitch(sheet: Sheet, outline: Line, flank: Line) -> None:
    low = outline[outline[:, 1] >= float(flank[-1, 1]) - 0.01]
    if len(low) > 6:
        sheet.stitch(part(offset(low, -1.0), 0.01, 0.99))


def _yoke(sheet: Sheet, top: Torso) -> None:
    """The shoulder seam, a little to the front."""
    if top.neck.bare:
        return
    x, y = top.neck.at
    for way in (1.0, -1.0):
        line = bow((x + 0.4, y + 2.8), (top.body.shoulder - 1.0, top.body.shoulder_y + 2.6), -0.2)
        sheet.line(line * np.array([way, 1.0]), width=0.26)


def blouse(sheet: Sheet, spec: Spec, plan: Plan) -> None:
    """A blouse: softer, gathered, closed behind or with a few buttons."""
    dice = spec.dice("details")
    if plan.neckline == "shirt_collar" and plan.silhouette != "peplum":
        shirt(sheet, spec, plan)
        return
    body = torso.figure_of(plan, spec, waisted=plan.silhouette in ("fitted", "peplum", ""))
    hem = level(spec, "hip")
    peplum = plan.silhouette == "peplum"
    wrap = plan.silhouette == "wrap"
    flank = _flank(plan, body, WAIST if peplum or wrap else hem, loose=False)
    top = torso.torso_of(plan, body, flank)
    torso.behind(sheet, top, swing=dice.uniform(-2, 3))
    if peplum or wrap:
        skirts.frill(
            sheet, float(flank[-1, 0]), WAIST, deep=max(14.0, hem - WAIST), wide=body.hip + (7 if peplum else 2)
        )
    folds = _folds(sheet, body, hem) + _yoke_gathers(sheet, top)
    sheet.panel(torso.outline(top, sag=1.4), folds=folds, volume=1.0, casts=0.4 if peplum else 0.0)
    _blouse_details(sheet, spec, plan, top)


def _yoke_gathers(sheet: Sheet, top: Torso) -> list[Fold]:
    """Soft folds below the neckline."""
    deep = float(top.neck.edge[0, 1])
    drape = sheet.cloth.material.drape
    return [
        Fold(
            line=smooth((x, deep + 1.4 - abs(x) * 0.2), (x * 1.15, deep + 9), (x * 1.25, deep + 16)),
            width=1.4,
            depth=0.2 + 0.2 * drape,
        )
        for x in (-6.0, -3.4, -1.0, 1.6, 4.0, 6.4)
    ]


def _blouse_details(sheet: Sheet, spec: Spec, plan: Plan, top: Torso) -> None:
    start = float(top.neck.edge[0, 1])
    torso.ruched(sheet, top)
    torso.raglan(sheet, top)
    torso.armholes(sheet, top)
    torso.body_creases(sheet, top)
    x = float(top.flank[-1, 0])
    sheet.stitch(bow((x - 0.3, top.hem - 1.4), (-x + 0.3, top.hem - 1.4), -1.4)[2:-2])
    if (
        not top.neck.bare
        and plan.neckline in ("peter_pan", "crew", "v_neck")
        and (spec.has("buttons") or spec.dice("front").random() < 0.6)
    ):
        sheet.line(straight((-1.2, start), (-1.2, top.hem + 1.2)), width=0.34)
        closures.buttons(sheet, 0.2, start + 3, top.hem - 4, step=7.0, r=0.55)
    _ruffle(sheet, spec, top)
    _neck(sheet, spec, plan, top)


def _ruffle(sheet: Sheet, spec: Spec, top: Torso) -> None:
    """Frills down the front."""
    if not spec.has("ruffles"):
        return
    start, stop = float(top.neck.edge[0, 1]) + 1, min(top.hem - 4, 52)
    y = np.linspace(start, stop, 180)
    for way in (1.0, -1.0):
        turn = (y - start) * 0.95 + way
        outer = np.column_stack([way * (4.6 + 1.3 * np.sin(turn)), y + 0.8 * np.cos(turn)])
        inner = straight((way * 1.0, stop), (way * 1.0, start))
        shape = join(outer, inner) if way > 0 else join(outer, inner)[::-1]
        sheet.panel(shape, volume=0.6, casts=0.7, pen=0.32)
        for k in range(12, 180, 14):
            sheet.crease(straight((way * 1.2, float(y[k])), (float(outer[k, 0]) * 0.9, float(y[k]) + 0.8)), width=0.24)


def t_shirt(sheet: Sheet, spec: Spec, plan: Plan) -> None:
    """A T-shirt: rib at the neck, two rows at hem and sleeve."""
    dice = spec.dice("details")
    body = torso.figure_of(plan, spec, waisted=plan.silhouette == "fitted" or spec.fit == "slim")
    hem = level(spec, "hip") + 3.0
    flank = _flank(plan, body, hem, loose=True)
    top = torso.torso_of(plan, body, flank)
    torso.behind(sheet, top, swing=dice.uniform(-3, 4), cuff="plain")
    sheet.panel(torso.outline(top), folds=_folds(sheet, body, hem), volume=1.05)
    x = float(flank[-1, 0])
    for k in (0.0, 0.6):
        sheet.stitch(bow((x - 0.2, hem - 2.0 - k), (-x + 0.2, hem - 2.0 - k), -1.2)[1:-1])
    torso.body_creases(sheet, top, shaped=False)
    torso.ruched(sheet, top)
    torso.raglan(sheet, top)
    torso.armholes(sheet, top)
    if spec.has("pockets") or dice.random() < 0.3:
        closures.patch_pocket(sheet, 9.0, 22.0, 9.0, 10.0)
    _neck(sheet, spec, plan, top, rib=True)


def top(sheet: Sheet, spec: Spec, plan: Plan) -> None:
    """A top: close to the body, often bare."""
    body = torso.figure_of(plan, spec, waisted=plan.silhouette not in ("boxy", "oversized", "straight"))
    hem = level(spec, "hip") - (4.0 if not spec.length else 0.0)
    peplum = plan.silhouette == "peplum"
    flank = _flank(plan, body, WAIST if peplum else hem, loose=False)
    made = torso.torso_of(plan, body, flank)
    torso.behind(sheet, made)
    if peplum:
        skirts.frill(sheet, float(flank[-1, 0]), WAIST, deep=max(14.0, hem - WAIST), wide=body.hip + 7)
    sheet.panel(torso.outline(made), folds=_folds(sheet, body, hem), volume=1.0, casts=0.4 if peplum else 0.0)
    x = float(flank[-1, 0])
    if not peplum:
        sheet.stitch(bow((x - 0.2, hem - 1.6), (-x + 0.2, hem - 1.6), -1.2)[1:-1])
    torso.body_creases(sheet, made)
    torso.ruched(sheet, made)
    torso.raglan(sheet, made)
    torso.armholes(sheet, made)
    if spec.has("corset"):
        for share in (0.0, 0.35, 0.7):
            for way in (1.0, -1.0):
                sheet.stitch(
                    straight((body.chest * share * way, 21), (x_at(flank, WAIST) * share * way, min(hem, WAIST + 6)))
                )
    _neck(sheet, spec, plan, made, rib=sheet.cloth.material.texture in ("knit", "jersey"))


def _knit_edge(sheet: Sheet, flank: Line, deep: float) -> None:
    """The ribbed welt below a sweater."""
    x, y = (float(v) for v in flank[-1])
    upper, lower = (
        bow((x + 0.2, y - 0.4), (-x - 0.2, y - 0.4), -1.2),
        bow((x - 1.2, y + deep), (-x + 1.2, y + deep), -1.2),
    )
    side = smooth((x + 0.2, y - 0.4), (x - 0.2, y + deep * 0.5), (x - 1.2, y + deep))
    outline = join(upper[::-1], side, lower, flipped(side)[::-1])
    sheet.panel(outline[:-1], kind="rib", volume=0.8, casts=0.4)


def sweater(sheet: Sheet, spec: Spec, plan: Plan) -> None:
    """A sweater: ribbed edges, full sleeves, cables when the words ask."""
    dice = spec.dice("details")
    body = torso.figure_of(plan, spec, layer=1.06, waisted=plan.silhouette == "fitted" or spec.fit == "slim")
    hem = level(spec, "hip") - 1.0
    flank = _flank(plan, body, hem - 5.0, loose=True)
    made = torso.torso_of(plan, body, flank)
    torso.behind(sheet, made, cuff="rib", swing=dice.uniform(-2, 3))
    _knit_edge(sheet, flank, 5.6)
    sheet.panel(torso.outline(made), folds=_folds(sheet, body, hem), volume=1.1, casts=0.3)
    if spec.says("cable", "cabled", "aran", "cables") or (
        sheet.cloth.material.texture == "knit"
        and not spec.pattern
        and dice.random() < 0.25
        and plan.neckline != "hooded"
    ):
        _cables(sheet, top=float(made.neck.edge[0, 1]) + 3.4, bottom=hem - 5.5)
    torso.body_creases(sheet, made, shaped=False)
    torso.ruched(sheet, made)
    torso.raglan(sheet, made)
    if plan.neckline == "hooded":
        _kangaroo(sheet, hem)
    _neck(sheet, spec, plan, made, rib=True)


def _cables(sheet: Sheet, *, top: float, bottom: float) -> None:
    """Two ropes of crossing strands."""
    y = np.linspace(top, bottom, 160)
    for x in (-7.0, 0.0, 7.0):
        start = max(top, 12.0 if x else top)
        rows = y[y > start]
        for phase in (0.0, np.pi):
            strand = np.column_stack([x + 1.35 * np.sin(rows * 0.82 + phase), rows])
            sheet.shade(
                join(strand + np.array([-0.55, 0]), (strand + np.array([0.75, 0]))[::-1]), 0.24, light=phase > 0
            )
            sheet.line(strand, width=0.3)
        for edge in (-2.5, 2.5):
            sheet.line(straight((x + edge, float(rows[0])), (x + edge, float(rows[-1]))), width=0.26)


def _kangaroo(sheet: Sheet, hem: float) -> None:
    half = join(
        straight((0, hem - 22), (8.6, hem - 22)),
        smooth((8.6, hem - 22), (12.4, hem - 15), (14.6, hem - 11)),
        straight((14.6, hem - 5.0), (0, hem - 4.2)),
    )
    shape = join(half, flipped(half)[::-1])[:-1]
    sheet.panel(shape, volume=0.3, casts=0.4, pen=0.36)
    sheet.stitch(smooth((8.0, hem - 21), (11.8, hem - 14.6), (14.0, hem - 11)))
    sheet.stitch(smooth((-8.0, hem - 21), (-11.8, hem - 14.6), (-14.0, hem - 11)))


def cardigan(sheet: Sheet, spec: Spec, plan: Plan) -> None:
    """A cardigan: two fronts, a ribbed band around them."""
    dice = spec.dice("details")
    body = torso.figure_of(plan, spec, layer=1.05, waisted=plan.silhouette == "fitted")
    hem = level(spec, "hip")
    flank = _flank(plan, body, hem - 5.0, loose=True)
    made = torso.torso_of(plan, body, flank)
    torso.behind(sheet, made, cuff="rib", swing=dice.uniform(-2, 3))
    _knit_edge(sheet, flank, 5.4)
    torso.fronts(sheet, made, over=1.9, folds=_folds(sheet, body, hem))
    torso.body_creases(sheet, made, shaped=False)
    torso.ruched(sheet, made)
    torso.raglan(sheet, made)
    if made.neck.bare or plan.neckline in ("turtleneck", "shirt_collar", "hooded", "lapel", "peter_pan"):
        _neck(sheet, spec, plan, made, rib=True)
    foot = hem + 1.4
    _band(sheet, made, foot)
    start = float(made.neck.edge[0, 1]) + 2.4
    closures.buttons(sheet, 0.0, start, foot - 3.0, step=dice.choice([7.0, 9.0, 11.0]), r=0.95)
    if spec.has("pockets") or dice.random() < 0.4:
        for way in (1.0, -1.0):
            closures.patch_pocket(sheet, way * body.chest * 0.54, hem - 22, 11.5, 13)


def _band(sheet: Sheet, made: Torso, foot: float) -> None:
    """The ribbed band: up the fronts and around the neck."""
    edge = made.neck.edge
    outer = offset(edge[::-1], -3.2)
    outer = outer[outer[:, 0] > 1.9]
    for way in (-1.0, 1.0):
        strip = join(
            edge[::-1],
            straight((-1.9, float(edge[0, 1]) + 1.4), (-1.9, foot), (1.9, foot)),
            straight((1.9, float(edge[0, 1]) + 2.4)),
            outer[::-1],
        )
        shape = strip * np.array([way, 1.0])
        sheet.panel(shape if way < 0 else shape[::-1], kind="rib", volume=0.4, casts=0.3, pen=0.34)


def vest(sheet: Sheet, spec: Spec, plan: Plan) -> None:
    """A waistcoat: a deep V, points in front, buttons."""
    dice = spec.dice("details")
    body = torso.figure_of(plan, spec)
    if spec.says("puffer", "padded", "gilet") or spec.has("quilting"):
        _gilet(sheet, spec, plan, torso.figure_of(plan, spec, layer=1.08, waisted=False))
        return
    hem = level(spec, "hip") - (6.0 if not spec.length else 0.0)
    flank = _flank(replace(plan, silhouette=plan.silhouette or "fitted"), body, hem, loose=False)
    made = torso.torso_of(
        replace(plan, sleeves=plan.sleeves or "sleeveless"),
        body,
        flank,
        opens=25.0 if plan.neckline == "v_neck" else 0.0,
    )
    torso.behind(sheet, made)
    double = spec.has("double_breasted")
    torso.fronts(sheet, made, over=5.5 if double else 1.5, folds=_folds(sheet, body, hem), dip=5.2)
    torso.armholes(sheet, made)
    torso.body_creases(sheet, made)
    closures.dart(sheet, (9.6, 27), (9.0, hem - 7))
    closures.welt_pockets(sheet, (6.6, hem - 10), (14.2, hem - 11.6))
    if dice.random() < 0.6:
        closures.welt_pockets(sheet, (8.0, 27.4), (13.4, 26.2), deep=1.1)
    start = float(made.neck.edge[0, 1]) + 1.8
    for x in (4.0, -4.0) if double else (0.0,):
        closures.buttons(sheet, x, start, hem - 2.0, step=6.6, r=0.8)
    _neck(sheet, spec, plan, made)


def _gilet(sheet: Sheet, spec: Spec, plan: Plan, body: Figure) -> None:
    hem = level(spec, "hip")
    flank = bodice.side(body, hem, shape="straight")
    neckline = plan.neckline if plan.neckline in ("hooded", "turtleneck", "crew") else "turtleneck"
    made = torso.torso_of(replace(plan, sleeves="sleeveless", neckline=neckline), body, flank)
    torso.behind(sheet, made)
    sheet.panel(torso.outline(made), folds=[], volume=1.1)
    outer.quilted(sheet, made)
    torso.neckwear(sheet, made)
    closures.zipper(sheet, straight((0, -5.0 if neckline == "turtleneck" else 9.0), (0, hem + 1.0)))
