"""Beginning a new wish from an image that is there: near ones, ones like it, or a change to it; nothing is spent."""

from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from designer.assets.models import Asset
from designer.generations.models import Generation
from designer.generations.prompts import wish_again
from designer.generations.wishes import RATIOS, USUAL, GenerationWish
from teams.accounts.models import User

VARIATION, SIMILAR, EDIT = "variation", "similar", "edit"
TITLES: Final = {
    VARIATION: "Variations: the same brief and attributes, drawn anew.",
    SIMILAR: "More like this: the image itself is the reference, its attributes are kept.",
    EDIT: "Edit: say what should change; the image is the reference.",
}


def start_from(actor: User, asset_id: UUID, mode: str) -> GenerationWish:
    """The wish to begin with, for the designer to change. Raises Missing for an image that cannot be seen."""
    asset: Asset = Asset.objects.see(actor, asset_id)
    row = asset.generation
    bare = GenerationWish(team=asset.team_id, source=asset.pk, mode=mode, aspect_ratio=_ratio(asset))
    if mode == EDIT or row is None:
        return replace(bare, references=(asset.pk,), mode=mode if mode == EDIT else SIMILAR)
    again = wish_again(actor, row)
    if again.is_change and mode == VARIATION:
        return replace(again, n=USUAL, best_of=_enough(again.best_of), aspect_ratio=_ratio(asset))
    begun: dict[str, Any] = {"source": asset.pk, "mode": mode, "n": USUAL, "best_of": _enough(again.best_of)}
    begun |= {"aspect_ratio": _ratio(asset), "corrections": {**_unsaid(row), **row.corrections}}
    return replace(again, **begun, references=(asset.pk,) if mode == SIMILAR else again.references)


def _enough(best_of: int | None) -> int | None:
    """Out of how many the best are shown, if that is more than are shown."""
    return best_of if best_of and best_of >= USUAL else None


def _unsaid(row: Generation) -> dict[str, Any]:
    """What was understood besides the words themselves: they are read again."""
    return {
        name: found["value"]
        for name, found in row.understood.items()
        if isinstance(found.get("value"), str) and found.get("source") not in ("brief", "none")
    }


def _ratio(asset: Asset) -> str:
    """The known ratio that is nearest to the image's own."""
    own = asset.width / max(1, asset.height)

    def far(ratio: str) -> float:
        across, down = map(int, ratio.split(":"))
        return abs(across / down - own)

    return min(RATIOS, key=far)
