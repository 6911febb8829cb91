"""What a finished image is worth, and which of several to show. Measured before the transaction that stores it."""

import io
import logging
import struct
from typing import Any, Final

from django.db.models import QuerySet
from PIL import Image

from designer.assets.blobs import read, thumbnail_path
from designer.assets.models import Asset, AssetKind
from designer.assets.services import thumbnail_width
from designer.generations.models import Generation
from designer.generations.orders import Order
from designer.generations.wishes import GenerationWish
from designer.pipeline import quality, selection
from designer.pipeline.selection import Choice

log = logging.getLogger(__name__)
COMPARED: Final = 320  # pixels across of the thumbnails by which images are compared
DAMAGE: Final = (
    OSError,
    ValueError,
    SyntaxError,
    ArithmeticError,
    LookupError,
    TypeError,
    AttributeError,
    RuntimeError,
    MemoryError,
    struct.error,
)  # whatever a measure may stumble over: the image is paid for
Picks = list[tuple[Asset, Choice]]


def quality_of(image: bytes | Image.Image, order: Order, *, simulated: bool) -> dict[str, Any]:
    """The image's QualityRecord as JSON; {} when it cannot be measured, for a paid image is kept all the same."""
    try:
        picture = Image.open(io.BytesIO(image)) if isinstance(image, bytes) else image
        size = (order.width, order.height)
        return quality.measure(picture, order.attributes, size, simulated=simulated).to_json()
    except DAMAGE:
        log.exception("an image could not be measured")
        return {}


def pick(row: Generation, wish: GenerationWish) -> Picks:
    """Which of the images made for a best-of are shown, each with the reason. [] when none was asked for."""
    if wish.best_of is None or wish.best_of <= wish.n:
        return []
    made = list(made_by(row).order_by("created_at", "id"))
    if len(made) <= wish.n:
        return []
    alike = selection.likeness([selection.features_of(_small(asset)) for asset in made])
    choices = selection.choose([asset.quality.get("score") for asset in made], alike, wish.n)
    return list(zip(made, choices, strict=True))


def made_by(row: Generation) -> QuerySet[Asset]:
    return Asset.objects.filter(generation=row, kind=AssetKind.GENERATED, parent=None)


def _small(asset: Asset) -> Image.Image:
    data = read(thumbnail_path(asset.path, thumbnail_width(asset, COMPARED)))
    with Image.open(io.BytesIO(data)) as picture:
        return picture.convert("RGB")


def set_aside(picks: Picks) -> None:
    """Write the choice down, in the caller's transaction."""
    for asset, choice in picks:
        told = {**asset.quality, "selection": {"rank": choice.rank, "of": len(picks), "reason": choice.reason}}
        Asset.objects.filter(pk=asset.pk).update(set_aside=not choice.chosen, quality=told)
