"""Pictures on the bench: taken from the storage, and what is said of how they came to be."""

from typing import Any

from PIL import Image

from designer.assets.models import Asset
from designer.assets.provenance import source_type_after
from designer.assets.services import read_bytes
from designer.jobs.handlers import Permanent
from enhancement.models import Enhancement, EnhancementPreview
from enhancement.operations import pictures, registry


def opened(asset: Asset) -> Image.Image:
    return pictures.opened(read_bytes(asset))


def others_of(row: Enhancement | EnhancementPreview, step: dict[str, Any]) -> dict[str, Image.Image]:
    """The other pictures of a step. Raises Permanent for one that is gone since it was asked for."""
    others = {}
    for name, pk in registry.others_of(step).items():
        asset = Asset.objects.visible_to(row.owner).kept().filter(pk=pk, team_id=row.team_id).first()
        if asset is None:
            raise Permanent("missing_image", f"The image for {name} is gone.", "Choose another and ask again.")
        others[name] = opened(asset)
    return others


def provenance_after(source: Asset, facts: list[dict[str, Any]]) -> dict[str, Any]:
    """What was done, to which image, and what kind of picture it is now: a trained network leaves its mark."""
    kept = {key: source.provenance[key] for key in ("model", "provider", "prompt_sha256") if key in source.provenance}
    after = source_type_after(source.source_type, trained=any(step.get("model") for step in facts))
    return {"operations": facts, "parent": str(source.pk), **kept, "digital_source_type": after}
