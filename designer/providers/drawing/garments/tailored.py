"""What is made of other garments' patterns: a suit of a blazer and trousers, a robe of a coat."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from designer.providers.drawing.garments import legs, outer
from designer.providers.drawing.garments.plan import Plan
from designer.providers.drawing.sheet import Sheet
from designer.providers.drawing.spec import Spec

WAISTBAND: Final = 18.0  # half of it, cm; hidden under the blazer


def suit(sheet: Sheet, spec: Spec, plan: Plan) -> None:
    """A blazer over trousers of its cloth; what is said of the length is said of the legs."""
    legs.below(sheet, spec, plan, waist=WAISTBAND)
    outer.blazer(sheet, replace(spec, length=""), plan)


def robe(sheet: Sheet, spec: Spec, plan: Plan) -> None:
    """A dressing gown: straight, without a button, tied at the waist."""
    details = spec.construction | {"belt", "single_breasted"}
    own = replace(spec, construction=details, length=spec.length or "midi", silhouette=plan.silhouette)
    outer.coat(sheet, own, plan)
