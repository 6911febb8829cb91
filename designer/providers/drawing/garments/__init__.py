"""Garments: each lays its pieces on the sheet, back to front, in centimetres."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from designer.providers.drawing.garments import dress, legs, outer, small, upper
from designer.providers.drawing.garments.plan import Plan, plan_of
from designer.providers.drawing.sheet import Sheet
from designer.providers.drawing.spec import Spec

Maker = Callable[[Sheet, Spec, Plan], None]
MAKERS: Final[dict[str, Maker]] = {
    "dress": dress.dress,
    "skirt": dress.skirt,
    "jumpsuit": dress.jumpsuit,
    "shirt": upper.shirt,
    "blouse": upper.blouse,
    "t_shirt": upper.t_shirt,
    "top": upper.top,
    "sweater": upper.sweater,
    "cardigan": upper.cardigan,
    "vest": upper.vest,
    "trousers": legs.trousers,
    "jeans": legs.trousers,
    "shorts": legs.trousers,
    "coat": outer.coat,
    "jacket": outer.jacket,
    "blazer": outer.blazer,
    "hat": small.hat,
    "shoes": small.shoes,
}
# usual width and height of each on the sheet, cm
FRAMES: Final[dict[str, tuple[float, float]]] = {
    "dress": (70, 118),
    "skirt": (58, 82),
    "jumpsuit": (60, 142),
    "trousers": (50, 104),
    "jeans": (50, 104),
    "shorts": (48, 60),
    "coat": (82, 112),
    "hat": (46, 34),
    "shoes": (44, 44),
}
WITHOUT_SHOULDERS: Final = frozenset({"skirt", "trousers", "jeans", "shorts", "hat", "shoes"})
BOARD: Final = (90.0, 110.0)


def lay(sheet: Sheet, spec: Spec) -> None:
    """Draw the garment of a spec whose garment is known."""
    if spec.pose == "hanger" and spec.garment not in WITHOUT_SHOULDERS:
        small.hanger(sheet)
    MAKERS[spec.garment](sheet, spec, plan_of(spec))


def frame(spec: Spec) -> tuple[float, float]:
    """Width and height that such a garment usually takes, cm."""
    return FRAMES.get(spec.garment, (84.0, 74.0)) if spec.garment else BOARD
