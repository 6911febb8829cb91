"""Beginning a new wish from images that are there: near ones, ones like one, a change to it, a mix of several. Nothing
is spent."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from designer.assets.models import Asset
from designer.generations.models import Generation
from designer.generations.prompts import wish_again
from designer.generations.wishes import MAX_REFERENCES, RATIOS, USUAL, GenerationWish
from teams.accounts.models import User

VARIATION, SIMILAR, EDIT, REMIX = "variation", "similar", "edit", "remix"
TITLES: Final = {
    VARIATION: "Variations: the same brief and attributes, drawn anew.",
    SIMILAR: "More like this: the image itself is the reference, its attributes are kept.",
    EDIT: "Edit: say what should change; the image is the reference.",
    REMIX: "Remix: the first image gives the shape, the others what dresses it: colours, cloth, pattern and mood.",
}
ALONE: Final = "Add the others as photos, or select them with it in the gallery and press Remix."


def start_from(actor: User, asset_id: UUID, mode: str) -> GenerationWish:
    """The wish to begin with, for the designer to change. Raises Missing for an image that cannot be seen."""
    asset: Asset = Asset.objects.see(actor, asset_id)
    row = asset.generation
    bare = GenerationWish(team=asset.team_id, source=asset.pk, mode=mode, aspect_ratio=_ratio(asset))
    if mode == EDIT or row is None:
        return replace(bare, references=(asset.pk,), mode=mode if mode == EDIT else SIMILAR)
    again = wish_again(actor, row)
    if again.mode and mode == VARIATION:
        return replace(again, n=USUAL, best_of=_enough(again.best_of), aspect_ratio=_ratio(asset))
    begun: dict[str, Any] = {"source": asset.pk, "mode": mode, "n": USUAL, "best_of": _enough(again.best_of)}
    begun |= {"aspect_ratio": _ratio(asset), "corrections": {**_unsaid(row), **row.corrections}}
    return replace(again, **begun, references=(asset.pk,) if mode == SIMILAR else again.references)


def start_remix(actor: User, asset_ids: Sequence[UUID]) -> tuple[GenerationWish, str]:
    """The wish to begin with of the first images, of the team of the very first, and what is to be said of the others.
    `asset_ids`: one or more. Raises Missing where one of them cannot be seen."""
    assets: list[Asset] = [Asset.objects.see(actor, pk) for pk in asset_ids[:MAX_REFERENCES]]
    first = assets[0]
    ours = [asset.pk for asset in assets if asset.team_id == first.team_id]
    wish = GenerationWish(
        team=first.team_id, source=first.pk, mode=REMIX, references=tuple(ours), aspect_ratio=_ratio(first), n=USUAL
    )
    said = [
        f"At most {MAX_REFERENCES} images are mixed: these are the first." * (len(asset_ids) > len(assets)),
        f"{_counted(len(assets) - len(ours))} left out: of another team than the first." * (len(assets) > len(ours)),
        ALONE * (len(ours) == 1),
    ]
    return wish, " ".join(filter(None, said))


def _counted(images: int) -> str:
    return f"{images} image is" if images == 1 else f"{images} images are"


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
