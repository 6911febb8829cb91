"""The upper half of a garment: what lies behind, sleeves, body or fronts, and what closes the neck."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from designer.providers.drawing.garments import bodice, closures, collars, skirts, sleeves
from designer.providers.drawing.garments.bodice import Neck
from designer.providers.drawing.garments.measures import WAIST, Figure, figure, narrowed
from designer.providers.drawing.garments.plan import Plan
from designer.providers.drawing.geometry import (
    Line,
    bow,
    flipped,
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

# how much higher than its first button a lapelled front crosses the middle, per cm that it reaches past it
CROSSING = 0.75


@dataclass(frozen=True, slots=True, kw_only=True)
class Torso:
    """A neckline on a figure, with the right side down to the hem."""

    plan: Plan
    body: Figure
    neck: Neck
    kind: str
    flank: Line

    @property
    def hem(self) -> float:
        return float(self.flank[-1, 1])


def torso_of(plan: Plan, body: Figure, flank: Line, *, opens: float = 0.0) -> Torso:
    """The torso for a plan. opens: how deep the front of a lapel goes, cm; 0 is the usual."""
    straps = plan.sleeves == "strap" and plan.neckline not in bodice.BARE
    kind = plan.neckline if plan.neckline in bodice.BARE else ("strap" if straps else plan.neckline)
    if kind == "off_shoulder" and not plan.sleeved:
        kind = "strapless"
    neck = bodice.neck_of(kind if kind in bodice.BARE else plan.neckline, body, straps=straps)
    if plan.neckline == "sweetheart" and plan.sleeved:
        neck, kind = _held_sweetheart(body), "square"
    if opens and not neck.bare:
        neck = replace(neck, edge=bow((0, opens), neck.at, -opens * 0.035))
    neck = replace(neck, raglan=plan.sleeves == "raglan" and not neck.bare)
    return Torso(plan=plan, body=body, neck=neck, kind=kind, flank=flank)


def figure_of(plan: Plan, spec: Spec, *, layer: float = 1.0, waisted: bool = True) -> Figure:
    """The figure under this fit; bare arms want a narrower shoulder and a higher, closer armhole."""
    body = figure(spec, layer=layer, waisted=waisted)
    if plan.sleeved:
        return body
    body = replace(body, underarm=body.underarm - 2.2, chest=body.chest * 0.965)
    if plan.sleeves == "strap" or plan.neckline in bodice.BARE:
        return body
    opening = bodice.OPENINGS.get(plan.neckline, (8.0, 8.0))[0]
    return narrowed(body, max(15.2, opening + 2.6, body.chest * 0.74))


def _held_sweetheart(body: Figure) -> Neck:
    """A sweetheart between two shoulders."""
    at = (11.6, body.shoulder_y * 11.6 / body.shoulder * 0.55)
    edge = join(smooth((0, 19.5), (1.2, 17.0), (4.6, 14.4), (9.2, 13.6)), smooth((9.2, 13.6), (10.4, 7.0), at))
    return Neck(edge=edge, at=at)


def behind(sheet: Sheet, torso: Torso, *, cuff: str = "plain", swing: float = 0.0) -> None:
    """All that lies under the body: hood, back, straps, sleeves."""
    plan, neck, body = torso.plan, torso.neck, torso.body
    if plan.neckline == "hooded":
        collars.hood(sheet)
    if plan.neckline == "halter":
        collars.halter(sheet)
    if plan.neckline not in ("hooded", "turtleneck"):
        bodice.back_inside(sheet, neck, body)
    if neck.bare:
        _bare_back(sheet, torso)
    if plan.sleeves == "strap":
        high = neck.edge[int(np.argmin(neck.edge[:, 1]))]
        collars.straps(sheet, at=min(10.4, float(high[0])), y=float(high[1]))
    if plan.sleeved:
        held = replace(body, shoulder=body.shoulder + 1.4, shoulder_y=11.0) if torso.kind == "off_shoulder" else body
        sleeves.lay(sheet, plan.sleeves, held, cuff=cuff, swing=swing, neck=neck.at if neck.raglan else None)


def _bare_back(sheet: Sheet, torso: Torso) -> None:
    """The inside of the back above a low front."""
    if torso.kind == "halter":
        return
    edge = torso.neck.edge
    x, y = (float(v) for v in edge[-1])
    low = float(edge[:, 1].max())
    back = join(bow((0, y + 2.6), (x, y + 0.3), 0.3), straight((x, low + 2), (0, low + 2)))
    sheet.panel(join(back, mirrored(back)), kind="lining", volume=0, tone=0.33, pen=0.3)


def outline(torso: Torso, hem: Line | None = None, sag: float = 1.2) -> Line:
    """The body's whole outline. hem: from the right foot to the left one."""
    x, y = (float(v) for v in torso.flank[-1])
    foot = bow((x, y), (-x, y), -sag) if hem is None else hem
    half = join(torso.neck.edge, bodice.shoulder_and_arm(torso.neck, torso.body, kind=torso.kind), torso.flank)
    return join(half, foot, flipped(half)[::-1])[:-1]


def front(torso: Torso, *, over: float, sag: float = 1.2, corner: float = 0.0, dip: float = 0.0) -> Line:
    """One front of an open garment, the right one. over: cm past the middle; corner: radius of its lower corner;
    dip: how much lower its point hangs, as on a waistcoat."""
    x, y = (float(v) for v in torso.flank[-1])
    start = torso.neck.edge[0]
    foot_y = y + sag + dip
    if corner:
        foot = smooth(
            (x, y),
            (x * 0.55, y + sag * 0.8),
            (corner * 0.9 - over, foot_y),
            (-over * 0.4 + corner * 0.2, foot_y - corner * 0.45),
            (-over, foot_y - corner * 1.5),
        )
    elif dip:
        foot = join(
            bow((x, y), (5.6 - over, foot_y), -0.8), straight((5.6 - over, foot_y), (-over, foot_y - dip * 1.05))
        )
    else:
        foot = smooth((x, y), (x * 0.5, y + sag * 0.85), (-over, foot_y))
    arm = bodice.shoulder_and_arm(torso.neck, torso.body, kind=torso.kind)
    drop = CROSSING * over if torso.plan.neckline == "lapel" else 0.35 * over if over > 2.5 else 0.1
    edge = straight((-over, float(foot[-1, 1])), (-over, float(start[1]) + drop))
    return join(edge[::-1][:1], torso.neck.edge, arm, torso.flank, foot, edge)[:-1]


def fronts(
    sheet: Sheet,
    torso: Torso,
    *,
    over: float,
    folds: list[Fold],
    sag: float = 1.2,
    corner: float = 0.0,
    dip: float = 0.0,
) -> None:
    """The left front, then the right one over it."""
    shape = front(torso, over=over, sag=sag, corner=corner, dip=dip)
    sheet.panel(mirrored(shape), folds=[f for f in folds if f.line[0, 0] < 0], volume=0.85)
    sheet.panel(shape, folds=[f for f in folds if f.line[0, 0] >= 0], volume=0.85, casts=0.5)


def armholes(sheet: Sheet, torso: Torso) -> None:
    """Stitching around bare armholes."""
    if torso.plan.sleeved:
        return
    line = bodice.shoulder_and_arm(torso.neck, torso.body, kind=torso.kind)
    line = line[line[:, 1] > (torso.body.shoulder_y if not torso.neck.bare else -9)]
    if len(line) > 4:
        for way in (1.0, -1.0):
            sheet.stitch(part(offset(line, -1.1), 0.04, 0.96) * np.array([way, 1.0]))


def ruched(sheet: Sheet, torso: Torso) -> None:
    """Gathers across the body from both side seams, where the words ask for ruching, smocking or draping."""
    if not sheet.spec.has("ruching", "smocking", "draping"):
        return
    dice, flank = sheet.spec.dice("ruching"), torso.flank
    low, start = min(torso.hem, 56.0) - 1.5, max(torso.body.underarm + 1.5, float(torso.neck.edge[0, 1]) + 2)
    step = 1.5 if sheet.spec.has("smocking") else 2.4
    for y in np.arange(start, low, step):
        for way in (1.0, -1.0):
            x, dip = x_at(flank, float(y)), dice.uniform(-0.8, 2.6)
            end = x * dice.uniform(-0.1, 0.3)
            line = smooth((x, float(y)), ((x + end) / 2, float(y) + dip), (end, float(y) + dip * 0.4)) * np.array(
                [way, 1.0]
            )
            sheet.crease(line, width=0.3)
            sheet.shade(join(line, (line + np.array([0, 1.1]))[::-1]), 0.2)


def raglan(sheet: Sheet, torso: Torso) -> None:
    """Stitching along the seam from the neck to the underarm."""
    if not torso.neck.raglan:
        return
    line = bodice.shoulder_and_arm(torso.neck, torso.body, kind=torso.kind)
    for way in (1.0, -1.0):
        sheet.stitch(part(offset(line, -0.9), 0.03, 0.97) * np.array([way, 1.0]))


def body_creases(sheet: Sheet, torso: Torso, *, shaped: bool = True) -> None:
    """The pen's marks at underarm and waist."""
    body, dice = torso.body, sheet.spec.dice("creases")
    for way in (1.0, -1.0):
        turn = np.array([way, 1.0])
        drop = dice.uniform(5, 8)
        sheet.crease(
            smooth(
                (body.chest * 0.97, body.underarm + 0.8),
                (body.chest * 0.78, body.underarm + drop * 0.7),
                (body.chest * 0.62, body.underarm + drop),
            )
            * turn,
            width=0.3,
        )
        if shaped and torso.hem > WAIST + 4 and body.waist < body.chest * 0.93:
            x = x_at(torso.flank, WAIST)
            sheet.crease(
                smooth((x, WAIST - 1.5), (x * 0.8, WAIST + 1), (x * 0.6, WAIST + dice.uniform(0, 1.6))) * turn,
                width=0.28,
            )


def neckwear(sheet: Sheet, torso: Torso, *, rib: bool = False, closed_front: bool = True) -> None:
    """What finishes the neckline, over the body."""
    plan, neck, dice = torso.plan, torso.neck, sheet.spec.dice("neck")
    kind = plan.neckline
    if kind == "turtleneck":
        collars.turtleneck(sheet, neck, rib=rib)
    elif kind == "shirt_collar":
        collars.shirt_collar(sheet, spread=dice.uniform(2.6, 5.0), size=dice.uniform(0.92, 1.12))
    elif kind == "peter_pan":
        collars.peter_pan(sheet, neck)
    elif kind == "cowl":
        collars.cowl(sheet, neck)
    elif kind == "hooded":
        collars.finish(sheet, neck, rib=False)
        if dice.random() < 0.8:
            collars.drawstrings(sheet, neck)
    elif kind == "lapel":
        pass
    else:
        collars.finish(sheet, neck, rib=rib)
    if kind == "off_shoulder" and not plan.sleeved:
        flounce(sheet, torso)
        return
    if closed_front and sheet.spec.has("bow") and kind not in ("lapel", "strapless"):
        closures.bow_tie(sheet, 0.0, float(neck.edge[0, 1]) + 1.2)


def flounce(sheet: Sheet, torso: Torso) -> None:
    """A gathered frill along the edge of a dress that leaves the shoulders bare."""
    wide = torso.body.chest - 1.4
    skirts.frill(sheet, wide, 13.6, deep=11.5, wide=torso.body.chest + 4.5)


def placket(sheet: Sheet, top: float, bottom: float, *, over: float = 1.7) -> None:
    """The stitched strip that carries a shirt's buttons."""
    for x in (-over + 0.4, over + 0.1):
        sheet.stitch(straight((x, top + 0.4), (x, bottom - 0.2)))
