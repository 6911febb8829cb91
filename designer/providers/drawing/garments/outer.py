"""What is worn over: coats, jackets, blazers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from designer.providers.drawing.garments import bodice, closures, collars, skirts, torso
from designer.providers.drawing.garments.measures import HIP, WAIST, Figure, level
from designer.providers.drawing.garments.plan import Plan
from designer.providers.drawing.garments.torso import Torso
from designer.providers.drawing.geometry import bow, flipped, join, smooth, straight, x_at
from designer.providers.drawing.lighting import Fold
from designer.providers.drawing.sheet import Sheet
from designer.providers.drawing.spec import Spec

SHAPES = {"straight": "straight", "boxy": "straight", "oversized": "straight", "cocoon": "cocoon", "a_line": "a_line",
          "flared": "", "tiered": "a_line", "wrap": ""}  # fmt: skip
STYLES = ("notch", "notch", "peak", "shawl")


def _folds(sheet: Sheet, made: Torso, dice_shift: float) -> list[Fold]:
    drape = sheet.cloth.material.drape
    found = bodice.body_folds(made.body, made.hem, drape, dice_shift)
    x = float(made.flank[-1, 0])
    for way in (-1.0, 1.0):
        for share, reach in ((0.34, 0.5), (0.72, 0.62)):
            high = made.hem - (made.hem - WAIST) * reach
            line = smooth(
                (way * x * share, made.hem + 1),
                (way * x * share * 0.97, (made.hem + high) / 2),
                (way * x_at(made.flank, high) * share * 0.9, high),
            )
            found.append(Fold(line=line, width=2.8, depth=0.24 + 0.14 * drape))
    return found


def _sides(plan: Plan, body: Figure, hem: float) -> np.ndarray:
    if plan.silhouette == "flared":
        upper = bodice.until(bodice.side(body, HIP), WAIST)
        piece = skirts.Skirt(shape="a_line", waist=float(upper[-1, 0]), hip=body.hip + 5, top=WAIST, bottom=hem)
        return join(upper, skirts.flank(piece))
    return bodice.side(
        body, hem, shape=SHAPES.get(plan.silhouette, ""), flare=1.2 if plan.silhouette == "straight" else 0.0
    )


def coat(sheet: Sheet, spec: Spec, plan: Plan) -> None:
    """A coat: long, lapelled, single or double breasted, belted or not."""
    dice = spec.dice("details")
    trench = spec.says("trench")
    double = spec.has("double_breasted") or trench or (not spec.has("single_breasted", "zip") and dice.random() < 0.45)
    belted = (
        spec.has("belt")
        or trench
        or plan.silhouette == "wrap"
        or (not double and not spec.has("quilting") and dice.random() < 0.3)
    )
    if belted and not spec.silhouette:  # a belt draws the waist in
        plan = replace(plan, silhouette="flared")
    body = torso.figure_of(
        plan, spec, layer=1.1, waisted=plan.silhouette not in ("straight", "boxy", "oversized", "cocoon", "a_line")
    )
    hem = level(spec, "knee" if dice.random() < 0.6 else "midi", highest=76.0)
    opens = 30.0 if not belted or double else 33.0
    over = 6.4 if double else 2.0
    made = torso.torso_of(
        plan, body, _sides(plan, body, hem), opens=opens - torso.CROSSING * over if plan.neckline == "lapel" else 0.0
    )
    torso.behind(
        sheet, made, cuff="turned" if dice.random() < 0.35 or spec.has("cuffs") else "plain", swing=dice.uniform(-2, 1)
    )
    _open_hem(sheet, made)
    torso.fronts(sheet, made, over=over, folds=_folds(sheet, made, dice.uniform(-2, 2)), sag=1.4)
    _edges(sheet, made, over, opens)
    torso.body_creases(sheet, made, shaped=bool(made.body.waist < made.body.chest * 0.93))
    torso.raglan(sheet, made)
    if spec.has("quilting") or spec.says("puffer"):
        quilted(sheet, made)
    _closing(sheet, spec, made, opens=opens, over=over, double=double, belted=belted)
    _coat_pockets(sheet, spec, made, dice.random())
    if spec.has("epaulettes") or trench:
        epaulettes(sheet, made)
    collar(sheet, spec, plan, made, opens=opens, over=over, wide=12.0 if double else 10.6)
    if belted:
        closures.belt(
            sheet,
            x_at(made.flank, WAIST) - 0.2,
            WAIST - 1.6,
            tied=not trench and not spec.says("buckle"),
            deep=4.2,
            kind="self",
        )


def _open_hem(sheet: Sheet, made: Torso) -> None:
    """The inside of the back at the hem."""
    x, y = (float(v) for v in made.flank[-1])
    low, high = bow((x - 0.3, y), (-x + 0.3, y), -0.5), min(x, x_at(made.flank, y - 4)) - 0.6
    sheet.panel(join(straight((-high, y - 4), (high, y - 4)), low), kind="lining", volume=0, tone=0.28, pen=0.28)


def _edges(sheet: Sheet, made: Torso, over: float, opens: float) -> None:
    """Stitching at the front edge and the hem."""
    x, y = (float(v) for v in made.flank[-1])
    start = max(opens, float(made.neck.edge[0, 1]))
    sheet.stitch(straight((-over + 0.9, start + 1), (-over + 0.9, y + 0.6)))
    sheet.stitch(bow((x - 0.6, y - 2.4), (-over + 1.0, y - 1.2), -0.5)[1:-1])
    sheet.stitch(bow((-over - 0.4, y - 1.2), (-x + 0.6, y - 2.4), -0.5)[1:-1])


def _closing(sheet: Sheet, spec: Spec, made: Torso, *, opens: float, over: float, double: bool, belted: bool) -> None:
    """Buttons or a zip."""
    start = (opens if made.plan.neckline == "lapel" else float(made.neck.edge[0, 1])) + 3.0
    stop = min(made.hem - 16, 84.0)
    if spec.has("zip") or spec.says("parka", "puffer"):
        closures.zipper(sheet, straight((-over + 1.2, start - 2), (-over + 1.2, made.hem - 1)))
        return
    if belted and not double:
        return
    if double:
        for x in (over - 1.4, -over + 1.4):
            closures.buttons(
                sheet, x, start, min(stop, start + 34), step=11.0, r=1.2, but=WAIST + 1.0 if belted else -99.0
            )
    else:
        closures.buttons(sheet, 0.0, start, stop, step=12.5, r=1.2)


def _coat_pockets(sheet: Sheet, spec: Spec, made: Torso, lot: float) -> None:
    if spec.says("patch") or lot < 0.22:
        for way in (1.0, -1.0):
            closures.patch_pocket(sheet, way * made.body.hip * 0.6, HIP - 2, 14.5, 17, flap=lot < 0.1)
    elif lot < 0.62:
        inner = (made.body.hip * 0.56, HIP - 5)
        closures.welt_pockets(sheet, inner, (inner[0] + 3.8, HIP + 10.5), deep=-2.6)
    else:
        outer = x_at(made.flank, HIP) * 0.84
        closures.welt_pockets(sheet, (outer - 13.5, HIP + 0.8), (outer, HIP - 0.8), deep=4.6)


@closures.unless_refused("epaulettes")
def epaulettes(sheet: Sheet, made: Torso) -> None:
    x, y = made.neck.at
    body = made.body
    for way in (1.0, -1.0):
        strap = straight(
            (x + 4.4, y + 0.4),
            (body.shoulder - 0.4, body.shoulder_y - 0.6),
            (body.shoulder, body.shoulder_y + 3.2),
            (x + 5.0, y + 4.2),
            (x + 3.2, y + 2.4),
        )
        shape = strap * np.array([way, 1.0])
        sheet.panel(shape if way > 0 else shape[::-1], volume=0.2, casts=0.5, pen=0.34)
        closures.button(sheet, way * (x + 5.2), y + 2.3, 0.6)


def collar(sheet: Sheet, spec: Spec, plan: Plan, made: Torso, *, opens: float, over: float, wide: float) -> None:
    """Lapels for a coat or jacket, else what the neckline asks for."""
    if plan.neckline != "lapel" or made.neck.bare:
        torso.neckwear(sheet, made, rib=plan.neckline in ("crew", "v_neck", "turtleneck") and spec.says("bomber"))
        return
    style = "shawl" if spec.says("shawl", "tuxedo", "robe") else spec.dice("lapel").choice(STYLES)
    collars.lapels(sheet, opens=opens, wide=wide, style=style, over=-over)


def quilted(sheet: Sheet, made: Torso) -> None:
    """Channels of padding across the body, each with its own light."""
    top, bottom = float(made.neck.edge[0, 1]) + 5, made.hem - 2
    body = made.body
    for y in np.arange(min(top, 14.0), bottom, 8.4):
        x = x_at(made.flank, float(y)) if y > body.underarm else body.shoulder - 2.2
        line = bow((x, float(y)), (-x, float(y)), -0.9)
        sheet.line(line, width=0.3)
        sheet.shade(join(line, (line + np.array([0, -1.8]))[::-1]), 0.30)
        sheet.shade(join(line + np.array([0, 1.0]), (line + np.array([0, 3.0]))[::-1]), 0.26, light=True)
        for share in np.linspace(-0.92, 0.92, 11):
            sheet.crease(
                straight((x * float(share), float(y) + 0.3), (x * float(share) * 0.99, float(y) + 2.2)), width=0.2
            )


def blazer(sheet: Sheet, spec: Spec, plan: Plan) -> None:
    """A tailored jacket."""
    dice = spec.dice("details")
    body = torso.figure_of(plan, spec, layer=1.06, waisted=plan.silhouette not in ("boxy", "oversized", "cocoon"))
    body = replace(
        body, waist=body.waist + (1.2 if plan.silhouette == "straight" else 0.0), shoulder=body.shoulder + 0.5
    )
    hem = level(spec, "hip") + (7.0 if not spec.length else 2.0)
    double = spec.has("double_breasted") or (not spec.has("single_breasted") and dice.random() < 0.3)
    opens, over = (27.0, 6.0) if double else (33.0, 1.6)
    flank = _sides(replace(plan, silhouette=plan.silhouette if plan.silhouette != "straight" else "fitted"), body, hem)
    made = torso.torso_of(plan, body, flank, opens=opens - torso.CROSSING * over if plan.neckline == "lapel" else 0.0)
    torso.behind(sheet, made, swing=dice.uniform(-2, 1), cuff="none")
    _open_hem(sheet, made)
    torso.fronts(
        sheet, made, over=over, folds=_folds(sheet, made, dice.uniform(-2, 2)), sag=1.6, corner=0.0 if double else 7.0
    )
    torso.body_creases(sheet, made)
    closures.dart(sheet, (body.chest * 0.52, 30), (body.waist * 0.56, HIP - 6))
    for way in (1.0, -1.0):
        sheet.line(
            smooth((body.chest - 2.4, 22), (body.waist * 0.80, WAIST), (body.hip * 0.82, hem)) * np.array([way, 1.0]),
            width=0.26,
        )
    closures.welt_pockets(sheet, (7.6, HIP - 6.6), (x_at(flank, HIP - 8) * 0.86, HIP - 8.0), deep=4.4)
    _breast_welt(sheet)
    _blazer_buttons(
        sheet,
        opens=opens,
        over=over,
        double=double,
        count=1 if dice.random() < 0.35 else 2,
        lapel=plan.neckline == "lapel",
        made=made,
    )
    collar(sheet, spec, plan, made, opens=opens, over=over, wide=12.0 if double else 10.2)
    if spec.has("belt"):
        closures.belt(sheet, x_at(flank, WAIST), WAIST - 1.8, tied=spec.says("sash", "tie", "tied"), kind="self")


def _breast_welt(sheet: Sheet) -> None:
    shape = straight((11.4, 22.6), (19.0, 21.2), (19.2, 22.9), (11.6, 24.3)) - np.array([1.4, 0])
    sheet.panel(shape, volume=0, tone=0.54, casts=0.4, pen=0.28)


def _blazer_buttons(
    sheet: Sheet, *, opens: float, over: float, double: bool, count: int, lapel: bool, made: Torso
) -> None:
    if double:
        for x in (over - 1.2, -over + 1.2):
            closures.buttons(sheet, x, opens + 4.5, opens + 26, step=10.5, r=1.0)
    elif lapel:
        for k in range(count):
            closures.button(sheet, 0.0, opens + 2.2 + 10 * k, 1.0)
    else:
        closures.buttons(sheet, 0.0, float(made.neck.edge[0, 1]) + 3, 52, step=10, r=1.0)


def jacket(sheet: Sheet, spec: Spec, plan: Plan) -> None:
    """A short jacket: of denim, a bomber, a biker's, or boxy with patch pockets."""
    if plan.neckline == "lapel" and not spec.says("biker", "moto") and spec.fabric not in ("leather", "denim"):
        blazer(sheet, spec, plan)
        return
    dice = spec.dice("details")
    body = torso.figure_of(plan, spec, layer=1.08, waisted=plan.silhouette in ("fitted", "peplum"))
    hem = level(spec, "hip") - (3.0 if not spec.length else 0.0)
    bomber = spec.says("bomber", "varsity") or spec.has("elastic_waist")
    biker = spec.says("biker", "moto") or (spec.fabric == "leather" and dice.random() < 0.7)
    deep = 5.5
    flank = _sides(
        replace(plan, silhouette=plan.silhouette if plan.silhouette != "straight" else "boxy"), body, hem - deep
    )
    opens = 24.0
    over = 2.2 if not (biker and plan.neckline == "lapel") else 5.0
    made = torso.torso_of(plan, body, flank, opens=opens - torso.CROSSING * over if plan.neckline == "lapel" else 0.0)
    torso.behind(sheet, made, cuff="rib" if bomber else "shirt", swing=dice.uniform(-1, 3))
    torso.fronts(sheet, made, over=over, folds=_folds(sheet, made, dice.uniform(-2, 2)))
    _band(sheet, made, deep, kind="rib" if bomber else "cloth", over=over)
    torso.body_creases(sheet, made, shaped=False)
    torso.raglan(sheet, made)
    if spec.has("quilting") or spec.says("puffer"):
        quilted(sheet, made)
    _jacket_front(
        sheet,
        spec,
        made,
        over=over,
        zipped=bomber or biker or spec.has("zip") or spec.says("puffer") or dice.random() < 0.3,
    )
    collar(sheet, spec, plan, made, opens=opens, over=over, wide=11.0)
    if spec.has("belt"):
        closures.belt(sheet, x_at(made.flank, WAIST), WAIST - 1.8, tied=spec.says("sash", "tie", "tied"), kind="self")


def _band(sheet: Sheet, made: Torso, deep: float, *, kind: str, over: float) -> None:
    """The waistband of a jacket."""
    x, y = (float(v) for v in made.flank[-1])
    upper, lower = (
        bow((x + 0.1, y - 0.3), (-x - 0.1, y - 0.3), -1.2),
        bow((x - 0.8, y + deep), (-x + 0.8, y + deep), -1.2),
    )
    side = straight((x + 0.1, y - 0.3), (x - 0.8, y + deep))
    sheet.panel(join(upper[::-1], side, lower, flipped(side)[::-1])[:-1], kind=kind, volume=0.7, casts=0.4)
    sheet.line(straight((-over, y + 0.9), (-over, y + deep + 1.1)), width=0.4)
    if kind != "rib":
        thread = closures.contrast_thread(sheet)
        sheet.stitch(lower[2:-2] - np.array([0, 0.8]), colour=thread)
        sheet.stitch(upper[2:-2] + np.array([0, 0.8]), colour=thread)


def _jacket_front(sheet: Sheet, spec: Spec, made: Torso, *, over: float, zipped: bool) -> None:
    thread = closures.contrast_thread(sheet)
    start, foot = float(made.neck.edge[0, 1]), made.hem + 6.4
    chest = made.body.chest
    if zipped:
        closures.zipper(sheet, straight((-over + 0.9, start + 0.4), (-over + 0.9, foot - 0.6)))
        closures.welt_pockets(sheet, (chest * 0.46, made.hem - 16), (chest * 0.46 + 4.4, made.hem - 4), deep=-1.6)
        return
    torso.placket(sheet, start, foot, over=over)
    closures.buttons(sheet, 0.0, start + 4.5, foot - 2.6, step=8.0, r=0.85)
    yoke = 20.5
    for way in (1.0, -1.0):
        turn = np.array([way, 1.0])
        line = bow((over if way > 0 else over + 0.4, yoke), (made.body.shoulder - 2.4, yoke - 0.8), 0.4)
        sheet.line(line * turn, width=0.34)
        sheet.stitch((line + np.array([0, 0.7])) * turn, colour=thread)
        for x0, x1 in ((5.2, 4.6), (14.6, 11.6)):
            seam = smooth((x0, yoke + 4), (x1, made.hem))
            sheet.line(seam * turn, width=0.28)
            sheet.stitch((seam + np.array([0.6, 0])) * turn, colour=thread)
        closures.patch_pocket(sheet, way * 9.9, yoke - 0.4, 10.4, 11.0, flap=True)
    if spec.has("epaulettes"):
        epaulettes(sheet, made)
