"""Hats and shoes, drawn simply."""

from __future__ import annotations

import numpy as np

from designer.providers.drawing.garments.plan import Plan
from designer.providers.drawing.geometry import Line, bow, join, offset, part, point, smooth, straight, whole
from designer.providers.drawing.lighting import Fold
from designer.providers.drawing.palette import lightness
from designer.providers.drawing.sheet import Sheet
from designer.providers.drawing.spec import Spec


def hat(sheet: Sheet, spec: Spec, _plan: Plan) -> None:
    """A brimmed hat, a beanie or a beret."""
    lot = spec.dice("hat").random()
    if spec.says("beanie") or spec.fabric == "knit" or (not spec.says("fedora", "beret", "brim") and lot < 0.2):
        _beanie(sheet)
    elif spec.says("beret") or lot > 0.85:
        _beret(sheet)
    else:
        _brimmed(sheet, wide=spec.dice("brim").uniform(19, 27), fedora=spec.says("fedora") or lot < 0.6)


def _brimmed(sheet: Sheet, *, wide: float, fedora: bool) -> None:
    brim = whole(
        join(
            smooth((0, 14.4), (wide * 0.6, 14.6), (wide * 0.95, 16.0), (wide, 18.4)),
            smooth((wide, 18.4), (wide * 0.86, 21.4), (wide * 0.45, 23.4), (0, 23.9)),
        )
    )
    sheet.panel(
        brim,
        folds=[Fold(line=smooth((-wide * 0.8, 20), (0, 22.4), (wide * 0.8, 20)), width=2.2, depth=0.3)],
        volume=0.8,
    )
    top = ((0, 1.9), (3.4, 0.3), (7.4, 0.7)) if fedora else ((0, -0.6), (3.4, -0.5), (7.2, 0.6))
    side = smooth(*top, (10.1, 3.4), (11.5, 9.6), (12.6, 18.4))
    crown = whole(join(side, smooth((12.6, 18.4), (7, 20.4), (0, 20.9))))
    dent = Fold(line=smooth((-0.6, 2.4), (0.2, 6.0), (-0.4, 10.0)), width=2.4, depth=0.5)
    pinches = [
        Fold(line=smooth((way * 5.6, 2.0), (way * 7.0, 7), (way * 6.0, 12)), width=1.8, depth=0.32) for way in (-1, 1)
    ]
    sheet.panel(crown, folds=[dent, *pinches] if fedora else [], volume=1.2, casts=0.6)
    low, high = smooth((12.62, 18.4), (7, 20.4), (0, 20.9)), smooth((0, 17.3), (7, 16.8), (12.25, 14.9))
    sheet.panel(whole(join(high, low)), kind="trim", volume=0.8, casts=0.3, pen=0.3)
    sheet.stitch(
        part(
            offset(
                smooth(
                    (-wide + 0.6, 19.0),
                    (-wide * 0.86, 21.4),
                    (-wide * 0.45, 23.4),
                    (0, 23.9),
                    (wide * 0.45, 23.4),
                    (wide * 0.86, 21.4),
                    (wide - 0.6, 19.0),
                ),
                0.9,
            ),
            0.02,
            0.98,
        )
    )


def _beanie(sheet: Sheet) -> None:
    crown = whole(
        join(smooth((0, 0), (7.0, 0.9), (12.2, 6.4), (13.6, 16.0)), smooth((13.6, 16.0), (7, 17.4), (0, 17.8)))
    )
    folds = [
        Fold(line=smooth((x * 0.15, 1.0), (x * 0.7, 5), (x, 13)), width=1.3, depth=0.34)
        for x in (-9, -4.5, 0.5, 5, 9.4)
    ]
    sheet.panel(crown, folds=folds, volume=1.2)
    cuff = whole(
        join(
            smooth((0, 15.0), (7.4, 14.6), (14.0, 13.2)),
            smooth((14.0, 13.2), (14.8, 17.0), (14.2, 21.2)),
            smooth((14.2, 21.2), (7.2, 23.0), (0, 23.4)),
        )
    )
    sheet.panel(cuff, kind="rib", volume=1.0, casts=0.6)
    if sheet.spec.dice("pompom").random() < 0.5:
        turn = np.linspace(0, 2 * np.pi, 140, endpoint=False)
        r = 4.6 + 0.34 * np.sin(turn * 23) + 0.2 * np.sin(turn * 37)
        sheet.panel(
            np.column_stack([r * np.cos(turn), -2.2 + r * np.sin(turn)]), kind="trim", volume=1.1, casts=0.5, pen=0.36
        )


def _beret(sheet: Sheet) -> None:
    crown = join(
        smooth((-14, 12.6), (-19.5, 8.0), (-15, 2.0), (-3, -2.4), (9, 0.0), (17, 5.6), (16.5, 11.0), (12.5, 14.4)),
        smooth((12.5, 14.4), (0, 16.6), (-14, 12.6)),
    )
    folds = [
        Fold(line=smooth((12, 14), (4 - 5 * k, 9 - k), (-6 - 3 * k, 7.5)), width=1.9, depth=0.36) for k in range(3)
    ]
    sheet.panel(crown[:-1], folds=folds, volume=1.3)
    band = join(
        smooth((-13.6, 11.8), (0, 15.6), (12.6, 13.6)),
        smooth((12.6, 13.6), (12.6, 16.6)),
        smooth((12.6, 16.6), (0, 18.8), (-13.0, 15.0)),
    )
    sheet.panel(band, kind="self", volume=0.6, casts=0.4)
    sheet.line(smooth((-2.6, -2.2), (-2.9, -3.8), (-2.0, -5.2)), width=0.9, colour=sheet.spec.palette.seam)


def shoes(sheet: Sheet, spec: Spec, _plan: Plan) -> None:
    """A pair in profile: pumps, boots or sneakers."""
    lot = spec.dice("shoes").random()
    if spec.says("boots", "boot") or (not _named(spec) and lot < 0.3):
        draw = _boot
    elif spec.says("sneakers", "sneaker", "trainers") or (not _named(spec) and lot < 0.55):
        draw = _sneaker
    else:
        draw = _pump
    draw(sheet, np.array([5.0, -9.0]))
    draw(sheet, np.array([-5.0, 4.0]))


def _named(spec: Spec) -> bool:
    return spec.says("pumps", "heels", "loafers", "sandals", "sneakers", "sneaker", "boots", "boot", "trainers")


def _pump(sheet: Sheet, at: Line) -> None:
    heel = join(
        smooth((10.8, 6.4), (10.2, 10), (10.4, 16.4)),
        straight((12.0, 16.4)),
        smooth((12.0, 16.4), (13.2, 10), (13.9, 5.4)),
    )
    sheet.panel(heel + at, kind="self", volume=0.8)
    sole = join(
        smooth((-17.6, 15.2), (-8, 16.2), (-2.5, 15.0), (5, 9.4), (11.0, 6.6)),
        smooth((11.0, 7.6), (5, 10.4), (-2.3, 16.2), (-8, 17.0), (-17.4, 16.2)),
    )
    sheet.panel(sole + at, kind=sheet.spec.palette.seam, volume=0.0)
    upper = join(
        smooth((-18.2, 14.6), (-17.2, 12.2), (-12.5, 10.4), (-8.2, 9.0)),
        smooth((-8.2, 9.0), (-3.0, 10.8), (4.0, 5.4), (9.0, 0.6), (13.2, -2.8)),
        smooth((13.2, -2.8), (14.6, 0.6), (14.2, 5.6), (11.0, 6.8)),
        smooth((11.0, 6.8), (5, 9.6), (-2.5, 15.2), (-8, 16.2), (-18.2, 14.9)),
    )
    inner = join(
        smooth((-8.2, 9.0), (-4.0, 6.6), (3.0, 2.4), (12.6, -3.0)),
        smooth((13.2, -2.8), (9.0, 0.6), (4.0, 5.4), (-3.0, 10.8), (-8.2, 9.0)),
    )
    sheet.panel(inner + at, kind="lining", volume=0, tone=0.34, pen=0.3)
    sheet.panel(
        upper + at,
        volume=1.2,
        folds=[Fold(line=smooth((-16, 12.6), (-8, 11), (0, 11.6)) + at, width=1.6, depth=-0.4)],
        casts=0.3,
    )


def _boot(sheet: Sheet, at: Line) -> None:
    sole = join(
        smooth((-17, 15.4), (-8, 16.0), (1, 15.0), (3.6, 15.0)),
        straight((4.4, 18.4), (12.6, 18.4), (12.8, 14.4)),
        straight((12.8, 15.6)),
        smooth((12.8, 15.6), (4, 15.8), (-8, 17.6), (-17, 17.0)),
    )
    sheet.panel(sole + at, kind=sheet.spec.palette.seam, volume=0.2)
    upper = join(
        smooth((-17.8, 15.0), (-17.4, 11.6), (-11.6, 9.0), (-4.0, 6.2), (-0.6, 1.0), (0.2, -12.0)),
        bow((0.2, -12.0), (13.4, -12.4), -0.7),
        smooth((13.4, -12.4), (12.4, -2), (12.2, 6), (13.2, 11), (12.9, 15.2)),
        smooth((12.9, 15.2), (4, 15.2), (-8, 16.4), (-17.8, 15.4)),
    )
    folds = [Fold(line=smooth((-1.8, 4.0 + k), (4, 5.6 + k), (9, 4.4 + k)) + at, width=1.4, depth=0.4) for k in (0, 3)]
    sheet.panel(upper + at, volume=1.2, folds=folds)
    sheet.line(smooth((6.4, -12), (6.0, 0), (6.6, 15)) + at, width=0.3)
    sheet.stitch(smooth((-12.6, 9.8), (-7, 12.6), (-3, 15.4)) + at)


def _sneaker(sheet: Sheet, at: Line) -> None:
    """A low sneaker: toe cap, tongue, laces, a thick sole."""
    lace = "#f4efe4" if lightness(sheet.spec.palette.main) < 70 else sheet.spec.palette.seam
    tongue = smooth((-6.0, 5.0), (-3.6, 0.2), (0.4, -4.4), (3.4, -3.4), (3.0, 1.0), (-1.0, 5.4), (-6.0, 5.0))
    sheet.panel(tongue[:-1] + at, kind="self", volume=0.6, pen=0.34)
    upper = join(
        smooth((-17.8, 13.4), (-17.2, 10.4), (-13.0, 8.2), (-7.0, 5.6), (-1.6, 1.0), (1.4, -2.6)),
        smooth((1.4, -2.6), (4.4, -0.4), (8.4, 0.6), (13.0, -2.2)),
        smooth((13.0, -2.2), (13.6, 4.0), (14.2, 13.4)),
        straight((-17.8, 13.6)),
    )
    sheet.panel(upper + at, volume=1.1, casts=0.3)
    sole = smooth(
        (-18.4, 12.4), (-18.6, 16.0), (-8, 17.2), (4, 17.0), (14.4, 16.6), (14.6, 12.6), (0, 13.3), (-18.4, 12.4)
    )
    sheet.panel(sole[:-1] + at, kind="#f1ece2", volume=0.4, casts=0.3)
    sheet.line(smooth((-18.0, 14.8), (-8, 15.6), (14.2, 14.8)) + at, width=0.3, colour=sheet.spec.palette.second)
    sheet.line(smooth((-13.4, 8.4), (-10.4, 10.2), (-9.4, 13.2)) + at, width=0.34)
    sheet.line(smooth((9.0, 0.6), (8.2, 6), (9.2, 13.0)) + at, width=0.3)
    facing = smooth((-9.0, 9.4), (-3.4, 5.4), (3.4, 0.6))
    sheet.line(facing + at, width=0.3)
    for k in range(5):
        a = np.array([-7.4 + 2.0 * k, 5.6 - 1.75 * k])
        sheet.line(straight(point(a), (float(a[0]) + 1.4, float(a[1]) + 2.5)) + at, width=0.75, colour=lace)


def hanger(sheet: Sheet) -> None:
    """A wooden hanger, before the garment is laid over it: only its hook and neck are seen."""
    hook = smooth(
        (0, 3), (0, -6.5), (0.6, -9.4), (3.2, -10.6), (4.6, -13.2), (2.6, -16.0), (-0.8, -15.4), (-1.6, -13.4)
    )
    sheet.box.append(hook)
    sheet.line(hook, width=0.95, colour="#35302c")
    sheet.line(hook, width=0.5, colour="#b9b3a8")
    wood = whole(join(smooth((0, -3.6), (4.6, -2.2), (15.0, 3.0)), smooth((15.0, 5.6), (6.0, 2.6), (0, 1.8))))
    sheet.panel(wood, kind="#a5794f", volume=0.6, pen=0.36)
