"""Asks for an image again from nothing but what is written in its provenance."""

from designer.assets.models import Asset
from designer.assets.services import read_bytes
from designer.providers import base
from teams.base.errors import Refused

NEEDED = ("provider", "asked_model", "prompt", "negative_prompt", "seed", "quality", "size", "attributes", "unit_price")


def lacking(asset: Asset) -> list[str]:
    """What the record of a generated image does not say; empty when it can be made again."""
    return [name for name in NEEDED if asset.provenance.get(name) is None]


def request_of(asset: Asset) -> base.ImageRequest:
    """The very call that made the image. A model that takes no seed will answer it with another image.

    Raises Refused when the record lacks something, or a reference photo is gone.
    """
    said = asset.provenance
    if missing := lacking(asset):
        remedy = "Only images made by the studio can be made again."
        raise Refused("no_record", f"The record lacks {', '.join(missing)}.", field="asset", remedy=remedy)
    width, height = said["size"]
    photos = {str(each.pk): each for each in Asset.objects.filter(team=asset.team_id, pk__in=said["references"])}
    return base.ImageRequest(
        prompt=said["prompt"],
        negative_prompt=said["negative_prompt"],
        model=said["asked_model"],
        width=width,
        height=height,
        aspect_ratio=said["aspect_ratio"],
        quality=said["quality"],
        seeds=(said["seed"] if isinstance(said["seed"], int) else 0,),
        attributes=said["attributes"],
        references=tuple(read_bytes(photos[pk]) for pk in said["references"] if pk in photos),
    )
