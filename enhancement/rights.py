"""Whose picture it is: what must not be done to somebody else's, and who declared that it is their own."""

from typing import Any, Final
from uuid import UUID

from designer.assets.models import Asset
from enhancement.operations.watermark import NAME
from enhancement.recipes import Recipe
from teams.accounts.models import User
from teams.audit.services import write
from teams.base.errors import Refused

DECLARED: Final = "image.rights_declared"
GENERATIONS: Final = 100  # of enhanced images that are followed back to where they began


def check(asset: Asset, recipe: Recipe) -> None:
    """Raises Refused for taking a mark off an image that says, itself or by what it was made from, whose it is."""
    if not any(step["name"] == NAME for step in recipe):
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


def note(actor: User, asset: Asset, recipe: Recipe, enhancement_id: UUID) -> None:
    """Write the declaration into the audit log, in the transaction that queues the work."""
    for step in recipe:
        if step["name"] == NAME:
            said = {name: step[name] for name in ("left", "top", "width", "height", "area")}
            facts: dict[str, object] = {"operation": NAME, "enhancement": str(enhancement_id), **said}
            write(actor, DECLARED, f"asset:{asset.pk}", facts, team_id=asset.team_id)
