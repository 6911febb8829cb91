"""A route as it went: which model was chosen, which failed, and which stepped in."""

from collections.abc import Sequence
from typing import Any

PLANNED, STEPPED_IN = "chosen", "stepped in"


def as_it_went(route: dict[str, Any], fallbacks: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The stored route, with every model's `standing` (chosen, "stepped in", "" = not asked) and, in `failed`, why it
    could not finish ("" = it did not fail)."""
    if "model" not in route:
        return route
    failed = {(turn["from"], turn["instead_of"]): turn["reason"] for turn in fallbacks}
    came = {(turn["provider"], turn["model"]) for turn in fallbacks}

    def told(each: dict[str, Any], standing: str = "") -> dict[str, Any]:
        key = each["provider"], each["model"]
        return {**each, "standing": standing or (STEPPED_IN if key in came else ""), "failed": failed.get(key, "")}

    lists = {name: [told(each) for each in route.get(name, [])] for name in ("alternatives", "excluded")}
    return {**told(route, PLANNED), **lists}
