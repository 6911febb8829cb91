"""The images that are judged: found and locked all at once, and the weights that a verdict on each moves."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, cast
from uuid import UUID

from django.db.models import prefetch_related_objects

from designer.assets.models import Asset
from designer.pipeline import optimisation
from designer.pipeline.records import Adjustment, LearnedChoice, PromptPart, Understanding
from teams.accounts.models import User
from teams.base.errors import Conflict, Forbidden, Missing, Refused
from teams.membership.models import Team
from teams.membership.permissions import allowed, may


def subjects(actor: User, asset_ids: Collection[UUID]) -> dict[UUID, Asset | Refused]:
    """The images to speak about, locked in the order of their ids: two verdicts on one follow one another, and two on
    many never wait for each other. Where nothing can be said of one, why. Call in a transaction."""
    rows = Asset.objects.visible_to(actor).filter(pk__in=asset_ids).order_by("pk").select_for_update(no_key=True)
    assets = list(rows)
    prefetch_related_objects(assets, "team")
    judging = {team for team in {asset.team for asset in assets} if may(actor, "edit_own_work", team)}
    found: dict[str, Asset | Refused] = {str(asset.pk): _fault(actor, asset, judging) or asset for asset in assets}
    missing = Missing(message="There is no such asset.", remedy="Check the id, or ask for access.")
    return {pk: found.get(str(pk), missing) for pk in asset_ids}


def subject(actor: User, asset_id: UUID) -> Asset:
    """The same of one image. Raises Missing, Forbidden, Refused or Conflict when nothing can be said of it."""
    (found,) = subjects(actor, [asset_id]).values()
    if isinstance(found, Refused):
        raise found
    return found


def _fault(actor: User, asset: Asset, judging: Collection[Team]) -> Refused | None:
    if asset.team not in judging:
        try:
            allowed(actor, "edit_own_work", asset.team)
        except Conflict as rest:  # who may only look hears that, and nothing of the team's rest
            return rest
        return Forbidden(message="Your role lets you look, not judge.", remedy="Ask an owner or admin of the team.")
    if asset.generation_id is None:
        remedy = "Open a generated one."
        return Refused("not_generated", "Only generated images are judged.", field="asset", remedy=remedy)
    if asset.trashed_at is not None:
        return Conflict("trashed", "This image is in the trash.", field="asset", remedy="Restore it first.")
    return None


def keys_by_asset(assets: Sequence[Asset]) -> dict[UUID, tuple[str, ...]]:
    """By image, the weights that feedback on it moves: of what was understood, and of what the persona and earlier
    feedback put into its prompt."""
    prefetch_related_objects(assets, "generation")
    generations = {cast(UUID, asset.generation_id): asset.generation for asset in assets}
    outputs: dict[UUID, dict[str, dict[str, Any]]] = {pk: {} for pk in generations}
    for pk, name, output in _stages(generations):
        outputs[pk][name] = output
    drawn = {asset.pk: (cast(UUID, asset.generation_id), _asked_model(asset)) for asset in assets}
    keys = {each: _keys_of(generations[each[0]], outputs[each[0]], each[1]) for each in set(drawn.values())}
    return {pk: keys[each] for pk, each in drawn.items()}


def _asked_model(asset: Asset) -> str:
    """The catalogue's name of the model that drew it, by which the router asks: one that stepped in drew only some, and
    a vendor's own name for it may say more, its release or the checkpoint that was loaded."""
    said = asset.provenance.get("asked_model")
    return str(said or (asset.generation.model if asset.generation else ""))


def _stages(generations: Iterable[UUID]) -> Iterable[tuple[UUID, str, dict[str, Any]]]:
    """What the stages that may add to a prompt gave: (generation, stage, output)."""
    one_each = ("generation", "generation__stages__name")
    rows = Asset.objects.filter(
        generation__in=list(generations), generation__stages__name__in=("persona", "optimisation")
    )
    rows = rows.order_by(*one_each).distinct(*one_each)
    return rows.values_list("generation_id", "generation__stages__name", "generation__stages__output")


def _keys_of(generation: Any, stages: dict[str, dict[str, Any]], model: str) -> tuple[str, ...]:
    understanding = Understanding.from_json(generation.understood)
    said = optimisation.keys_of(understanding, persona=generation.persona_id, model=model)
    last = stages.get("optimisation", {})
    added = optimisation.keys_added(
        [PromptPart.from_json(each) for each in last.get("parts", [])],
        persona=generation.persona_id,
        adjustments=[
            Adjustment.from_json(each) for each in stages.get("persona", {}).get("match", {}).get("adjustments", [])
        ],
        learned=[LearnedChoice.from_json(each) for each in last.get("learned", [])],
    )
    return tuple(dict.fromkeys([*said, *added]))
