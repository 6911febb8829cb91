"""The images of a share as those outside see them: under names that tell no brief, as files that tell no camera."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db.models import prefetch_related_objects

from designer.assets.blobs import thumbnail_path
from designer.assets.images import EXTENSIONS
from designer.assets.models import Asset, AssetKind
from designer.assets.packing import BLOCK, blocks_of, packed
from designer.assets.services import anonymous_bytes, thumbnail_width
from teams.base.errors import Missing
from teams.sharing.contents import KINDS
from teams.sharing.models import Share

PAGE: Final = 24
PACKED: Final = 100  # places read at a time
UNFIT: Final = frozenset('<>:"/\\|?*')


@dataclass(frozen=True, slots=True)
class Picture:
    """One image of a share. pk: by which it is asked for; place: in the order of all; label: its name outside."""

    pk: UUID
    place: int
    asset: Asset
    label: str
    brief: str
    maker: str


def page_of(share: Share, after: int, limit: int = PAGE) -> tuple[list[Picture], int | None]:
    """The images of so many places behind one, and the place behind which there are more; None at the end."""
    found = KINDS[share.kind].page(share.about, after, limit + 1)
    places = sorted({place for place, _, _ in found})
    last = places[limit - 1] if len(places) > limit else None
    shown = [each for each in found if last is None or each[0] <= last]
    told = [
        *(["owner"] if share.with_names else []),
        *(["generation", "parent__generation"] if share.with_briefs else []),
    ]
    prefetch_related_objects([asset for _, _, asset in shown], *told)
    return [_picture(share, place, pk, asset) for place, pk, asset in shown], last


def picture_of(share: Share, pk: UUID) -> Picture:
    """One image, if it is among those that the share shows now. Raises Missing."""
    found = KINDS[share.kind].one(share.about, pk)
    if found is None:
        raise Missing(
            message="There is no such image here.", remedy="It may have been taken out. Go back to the others."
        )
    return _picture(share, found[0], pk, found[1])


def count_of(share: Share) -> int:
    return KINDS[share.kind].count(share.about)


def _picture(share: Share, place: int, pk: UUID, asset: Asset) -> Picture:
    brief = _brief_of(asset) if share.with_briefs else ""
    maker = asset.owner.shown_name if share.with_names else ""
    return Picture(pk, place, asset, _label(share, place, asset), brief, maker)


def _label(share: Share, place: int, asset: Asset) -> str:
    """A generated image is titled by its brief, and what was made from it inherits that."""
    if asset.title and (share.with_briefs or asset.kind == AssetKind.REFERENCE):
        return str(asset.title)
    if share.kind == "asset":
        return share.heading
    return f"Image {place}"


def _brief_of(asset: Asset) -> str:
    generation: Any = asset.generation or (asset.parent.generation if asset.parent else None)
    return str(generation.brief) if generation else ""


def thumbnail_of(asset: Asset, wish: int) -> str:
    """Where the small form lies that serves so many pixels: drawn anew, it holds nothing but the picture."""
    return thumbnail_path(asset.path, thumbnail_width(asset, wish))


def file_name(picture: Picture) -> str:
    stem = "".join("_" if letter in UNFIT else letter for letter in picture.label.rpartition(".")[0] or picture.label)
    return f"{stem[:80].strip(' .') or 'image'}.{EXTENSIONS[picture.asset.media_type]}"


def clean_blocks(asset: Asset) -> Iterator[bytes]:
    """The file without what camera and author wrote."""
    if asset.facts.get("camera"):
        data = anonymous_bytes(asset)
        yield from (data[at : at + BLOCK] for at in range(0, len(data), BLOCK))
    else:
        yield from blocks_of(asset.path)


def archive_of(share: Share) -> Iterator[bytes]:
    """Every image in one archive. What is taken out of the thing while it is sent is not in it."""
    return packed(_entries(share))


def _entries(share: Share) -> Iterator[tuple[str, Iterator[bytes]]]:
    after: int | None = 0
    number = 0
    while after is not None:
        found, after = page_of(share, after, PACKED)
        for picture in found:
            number += 1
            yield f"{number:04d} {file_name(picture)}", clean_blocks(picture.asset)
