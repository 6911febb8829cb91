"""A route as it went: which model was chosen, which failed, and which stepped in."""

from typing import Any

from designer.generations import absences
from designer.generations.models import Generation

PLANNED, STEPPED_IN = "chosen", "stepped in"


def as_it_went(route: dict[str, Any], generation: Generation) -> dict[str, Any]:
    """The stored route, with every model's `standing` (chosen, "stepped in", "" = not asked) and, in `failed`, why it
    could not finish ("" = it did not fail)."""
    if "model" not in route:
        return route
    failed = {(turn["from"], turn["instead_of"]): turn["reason"] for turn in generation.fallbacks}
    came = {(turn["provider"], turn["model"]) for turn in generation.fallbacks}
    last = generation.fallbacks[-1] if generation.fallbacks else route
    if why := _why_last_failed(generation):
        failed[last["provider"], last["model"]] = why

    def told(each: dict[str, Any], standing: str = "") -> dict[str, Any]:
        key = each["provider"], each["model"]
        return {**each, "standing": standing or (STEPPED_IN if key in came else ""), "failed": failed.get(key, "")}

    lists = {name: [told(each) for each in route.get(name, [])] for name in ("alternatives", "excluded")}
    return {**told(route, PLANNED), **lists}


def _why_last_failed(generation: Generation) -> str:
    """What the model that was asked last ended it with; "" where it did not: it may have ended before anybody was
    asked, or for what no model is to blame for."""
    if generation.is_live or generation.error is None:
        return ""
    drawn, message = generation.drawn, str(generation.error["message"])
    stopped = drawn.get("stopped")
    if stopped and stopped["told"].startswith(message):  # not of an earlier try
        return str(stopped["reason"])
    if drawn.get("made"):
        return ""  # it drew, if not all
    return message if absences.ended_by(drawn, generation.error) else ""
