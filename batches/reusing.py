"""A plan that was, in the builder's form again: as far as the form can show it, and what it cannot show."""

from typing import Any, Final
from uuid import UUID

from batches import money
from batches.forms import REPEATED, BatchForm
from batches.models import Batch, BatchTemplate
from batches.plans import Plan
from batches.services import zone_of
from teams.accounts.models import User
from teams.base.errors import Refused

WORDS: Final = {
    "rows": "the rows of its sheet",
    "lines": "the rows of its sheet",
    "sources": "the images that it enhances",
    "operations": "its recipe",
    "arms": "arms that differ in more than their model",
    "qualities": "several qualities",
    "sample": "how its sample is drawn",
    "mode": "how its sample is drawn",
    "seed": "the seed of its sample",
    "references": "its photos",
    "min_quality": "the least quality",
    "max_cost": "the most that an item may cost",
    "fallback": "whether another model may step in",
    "provider": "its provider",
    "model": "its model",
    "persona": "its persona",
    "aspect_ratio": "its format",
    "best_of": "the best of several",
    "weights": "its weights",
}


def typed_from(plan: dict[str, Any], team_id: UUID) -> dict[str, Any]:
    """A plan as the form's fields would have said it; what the form has no field for is left out (see `beyond`)."""
    base = dict(plan.get("base") or {})
    arms = plan.get("arms") or {}
    initial: dict[str, Any] = {name: base[name] for name in ("brief", *BatchForm.EACH) if name in base}
    initial |= {
        "team": str(team_id),
        "slots": "\n".join(f"{name}: {', '.join(values)}" for name, values in (plan.get("slots") or {}).items()),
        "prompts": "\n".join(plan.get("prompts") or []),
        "palettes": "\n".join(", ".join(colours) for colours in plan.get("palettes") or []),
        "arm_a": arms.get("a", {}).get("model", ""),
        "arm_b": arms.get("b", {}).get("model", ""),
        **{name: plan[name] for name in ("models", "personas", "aspect_ratios", "sample") if plan.get(name)},
    }
    if (plan.get("variations") or 1) > 1:
        initial["variations"] = plan["variations"]
    if plan.get("duplicates", "refuse") != "refuse":
        initial["duplicates"] = plan["duplicates"]
    return initial


def typed_from_batch(row: Batch) -> dict[str, Any]:
    """A batch as the form's fields would have said it: its plan, its budget, how and how often it runs."""
    said = typed_from(row.plan, row.team_id) | {"title": row.title}
    said |= {"parallelism": row.parallelism, "priority": row.priority}
    if (budget := money.budget_of(row.pk)) is not None:
        said["budget"] = f"{budget.normalize():f}"
    return said | ({"when": REPEATED, "cron": row.cron} if row.cron else {})


def lost_of(actor: User, found: Batch | BatchTemplate) -> list[str]:
    """What of a batch or a template the form would lose, in words; [] where it can say all of it."""
    lost = beyond(actor, found.plan, found.team_id)
    if isinstance(found, Batch) and found.cron and found.time_zone != zone_of(found.team, actor):
        lost.append(f"the time zone in which it repeats, {found.time_zone}")
    return lost


def beyond(actor: User, plan: dict[str, Any], team_id: UUID) -> list[str]:
    """What of a plan the form would lose, in words; [] where it can say all of it."""
    form = BatchForm(typed_from(plan, team_id), actor=actor)
    if not form.is_valid():
        return [str(form[name].label).lower() for name in form.errors if name in form.fields]
    try:
        said, meant = (Plan.from_json(each, stored=True).to_json() for each in (form.plan(), plan))
    except Refused as refused:
        return [refused.message]
    lost = [name for name in said if name not in ("kind", "base") and said[name] != meant[name]]
    lost += [name for name, value in meant["base"].items() if value and said["base"].get(name) != value]
    return list(dict.fromkeys(WORDS.get(name, name.replace("_", " ")) for name in lost))
