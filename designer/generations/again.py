"""Asks for an image again from nothing but what is written in its provenance."""

from typing import Any

from designer.assets.models import Asset
from designer.assets.services import anonymous_bytes
from designer.generations.orders import NOT_SUPPORTED
from designer.providers import base
from designer.providers.registry import image_provider
from teams.base.errors import Refused

NEEDED = (
    "provider", "asked_model", "prompt", "negative_prompt", "seed", "quality", "size", "aspect_ratio", "attributes",
    "references", "unit_price",
)  # fmt: skip


def lacking(asset: Asset) -> list[str]:
    """What the record of a generated image does not say; empty when it can be made again."""
    return [name for name in NEEDED if asset.provenance.get(name) is None]


def request_of(asset: Asset) -> base.ImageRequest:
    """The very call that made the image. A model that takes no seed will answer it with another image.

    Raises Refused when the record lacks something, or a reference photo is gone; ProviderError for a model that no
    adapter knows any more.
    """
    said = asset.provenance
    if missing := lacking(asset):
        remedy = "Only images made by the studio can be made again."
        raise Refused("no_record", f"The record lacks {', '.join(missing)}.", field="asset", remedy=remedy)
    width, height = said["size"]
    return base.ImageRequest(
        prompt=said["prompt"],
        negative_prompt=_avoided(said),
        model=said["asked_model"],
        width=width,
        height=height,
        aspect_ratio=said["aspect_ratio"],
        quality=said["quality"],
        seeds=(said["seed"] if isinstance(said["seed"], int) else 0,),
        attributes=said["attributes"],
        references=tuple(anonymous_bytes(photo) for photo in _photos(asset)),
    )


def _avoided(said: dict[str, Any]) -> str:
    """What to avoid, as it was sent: older records have the words also where the model takes none."""
    takes = image_provider(said["provider"]).capabilities(said["asked_model"]).negative_prompt
    words: str = said["negative_prompt"]
    return words if takes and words != NOT_SUPPORTED else ""


def _photos(asset: Asset) -> list[Asset]:
    """The reference photos in the order they were sent in. Raises Refused when one is gone: without it, it is another
    request."""
    wanted = asset.provenance["references"]
    found = {str(each.pk): each for each in Asset.objects.filter(team=asset.team_id, pk__in=wanted)}
    if set(wanted) - set(found):
        remedy = "Only an image whose photos are all there can be made again."
        raise Refused("no_reference", "A reference photo of it is gone.", field="asset", remedy=remedy)
    return [found[pk] for pk in wanted]
