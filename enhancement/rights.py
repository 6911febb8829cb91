"""Whose picture it is: what must not be done to somebody else's, and who declared that it is their own."""

from typing import Any, Final

from designer.assets.models import Asset
from enhancement.operations.watermark import NAME
from enhancement.recipes import Recipe
from teams.accounts.models import User
from teams.audit.services import write
from teams.base.errors import Refused

DECLARED: Final = "image.rights_declared"
DECLARATION: Final = "rights"  # the operation's parameter
GENERATIONS: Final = 100  # of enhanced images that are followed back to where they began


def check(asset: Asset, recipe: Recipe) -> None:
    """Raises Refused for taking a mark off an image that says, itself or by what it was made from, whose it is."""
    if not needs_declaration(recipe):
        return
    if origin := _origin(asset):
        told = ", ".join(sorted(origin))
        raise Refused(
            "somebody_elses",
            f"This image carries the provenance of another producer ({told}); its marks stay on it.",
            field="asset",
            remedy="Use the image as its producer gave it, or ask them for one without a mark.",
        )


def _origin(asset: Asset) -> dict[str, Any]:
    """What the first foreign file among the image and those that it was made from said of itself; {} for nothing."""
    facts, parent = asset.facts, asset.parent_id
    for _ in range(GENERATIONS):
        if origin := facts.get("origin"):
            return dict(origin)
        before = Asset.objects.filter(pk=parent).values_list("facts", "parent_id").first() if parent else None
        if before is None:
            return {}
        facts, parent = before
    return {"too_many_versions": True}


def undeclared(recipe: Recipe) -> Recipe:
    """A recipe as it may be kept, or offered again: a declaration is made by one person, for one request."""
    return [{name: value for name, value in step.items() if name != DECLARATION} for step in recipe]


def declared_anew(recipe: Recipe, rights: bool) -> Recipe:
    """A recipe that is asked for again: what was declared then counts for nothing, `rights` is what is said now."""
    return [{**step, DECLARATION: rights} if step["name"] == NAME else step for step in recipe]


def needs_declaration(recipe: Recipe) -> bool:
    return any(step.get("name") == NAME for step in recipe)


def refuse_unattended(operations: Any) -> None:
    """Raises Refused for what needs a declaration, in a recipe that is kept and done later or by others: they would
    declare what they never saw. What is no recipe, or no step, is told when the recipe is checked."""
    for place, step in enumerate(operations if isinstance(operations, list) else []):
        if isinstance(step, dict) and step.get("name") == NAME:
            raise Refused(
                "needs_a_person",
                "Taking a watermark off needs a declaration of rights for each image, by whoever asks for it.",
                field=f"operations[{place}].name",
                remedy="Leave it out here, and do it on the image itself.",
            )


def note(actor: User, asset: Asset, recipe: Recipe, **work: str) -> None:
    """Write the declaration into the audit log, in the transaction that queues the work. work: its kind and id."""
    for step in recipe:
        if step["name"] == NAME:
            said = {name: step[name] for name in ("left", "top", "width", "height", "area")}
            facts: dict[str, object] = {"operation": NAME, **work, **said}
            write(actor, DECLARED, f"asset:{asset.pk}", facts, team_id=asset.team_id)
