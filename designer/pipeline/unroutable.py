"""What is said when no model can be chosen: the error that helps most, its field and the ways on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from designer.pipeline.candidates import Candidate, Constraints, excluded, objection, overrun, usd
from designer.pipeline.records import Excluded

ASK_ANEW: Final = "Prices have risen since this was asked for: ask for it anew."


class RouteError(Exception):
    """No model can be chosen. Codes: unknown_provider, unknown_model, no_capable_model, below_cheapest, unhealthy,
    unknown_strategy. Of unhealthy, `resting`: those that could do it afterwards (provider and model), and `after`:
    seconds until one of them may be asked again."""

    def __init__(self, code: str, field: str, message: str, remedy: str, *, resting: Sequence[Candidate] = ()) -> None:
        super().__init__(message)
        self.code, self.field, self.message, self.remedy = code, field, message, remedy
        self.resting = tuple((each.provider, each.model) for each in resting)
        self.after = min((each.rest_s for each in resting), default=None)


def refusal(named: Sequence[Candidate], wish: Constraints) -> RouteError:
    """The error that helps most: health where one that rests could do it afterwards, else the budget if that alone
    stands in the way, else what is lacking."""
    rested = [(each, objection(replace(each, resting=""), wish)) for each in named]
    reasons = [why for _, why in rested if why]
    dear = [each for each, why in rested if why and why.code == "too_dear"]
    if resting := [each for each, why in rested if why is None]:
        field_name = "model" if wish.model else "provider" if wish.provider else "strategy"
        told = _told([excluded(each, "unhealthy", each.resting) for each in resting])
        least = _least([each for each in dear if not each.resting], wish)  # more money wakes nobody
        way = f"allow at least {usd(least[0])}" if least and least[1] == wish.max_cost else "choose another model"
        shown = f"What could do this is given a rest ({told})."
        return RouteError("unhealthy", field_name, shown, f"Try again then, or {way}.", resting=resting)
    if least := _least(dear, wish):
        total, limit = least
        shown = f"{usd(limit)} is below the cheapest model that fits, {usd(total)} for {wish.n}."
        remedy = f"Allow at least {usd(total)}, or ask for fewer images." if limit == wish.max_cost else ASK_ANEW
        return RouteError("below_cheapest", "max_cost", shown, remedy)
    told = _told(reasons) or "no model is set up"
    field_name = _at_fault({why.code for why in reasons}, wish, named)
    remedy = "Change the setting that is in the way, or add a model in the admin."
    if field_name == "mode":
        remedy = "Choose a model by name, or begin a variation, which is drawn by its whole description."
    if field_name == "references":
        remedy = _other_photos(named, wish)
    return RouteError("no_capable_model", field_name, f"No model can do this ({told}).", remedy)


def _other_photos(named: Sequence[Candidate], wish: Constraints) -> str:
    """The ways on for photos that none takes: one chosen by name is kept all the same where there are too many."""
    most = max(each.capabilities.max_references for each in named)
    if wish.references <= most:
        return "Send a photo along, or choose another model."
    if not most:
        return "Send no photos, or choose a model by name: it is told what was read from them."
    fewer = "one photo" if most == 1 else f"at most {most} photos"
    return f"Send {fewer}, or choose a model by name: of the others it is told what was read from them."


def _least(dear: Sequence[Candidate], wish: Constraints) -> tuple[Decimal, Decimal] | None:
    """What the cheapest of those that are too dear comes to, and the limit that it breaks."""
    over = [found for each in dear if (found := overrun(each, wish))]
    return min(((total, limit) for limit, total in over if total is not None), default=None)


def _told(reasons: Iterable[Excluded]) -> str:
    """Each reason once, with the models that it keeps away."""
    models: dict[str, dict[str, None]] = {}
    for why in reasons:
        models.setdefault(why.reason, {})[why.model] = None
    return "; ".join(f"{', '.join(names)}: {reason}" for reason, names in models.items())


def _at_fault(codes: Iterable[str], wish: Constraints, named: Sequence[Candidate]) -> str:
    if "price_unknown" in codes:
        return "max_cost"
    if "low_quality" in codes:
        return "min_quality"
    if "incapable" not in codes or not any(wish.aspect_ratio in each.capabilities.ratios for each in named):
        return "aspect_ratio"
    able = [each.capabilities for each in named]
    if not any(can.min_references <= wish.references <= can.max_references for can in able):
        return "references"
    if wish.changes and not any(can.edits or (can.recolours and wish.recolours) for can in able):
        return "mode"
    return "seed" if wish.needs_seed else "aspect_ratio"
