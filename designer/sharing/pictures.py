"""The images of a share as those outside see them: under names that tell nothing, as files that tell no camera."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db.models import prefetch_related_objects

from designer.assets.blobs import opened, thumbnail_path
from designer.assets.images import EXTENSIONS
from designer.assets.models import Asset
from designer.assets.packing import BLOCK, blocks_in, packed
from designer.assets.services import anonymous_bytes, thumbnail_width
from teams.base.errors import Conflict, Missing
from teams.sharing.contents import KINDS
from teams.sharing.models import Share
from teams.sharing.whose import called_outside

PAGE: Final = 24
LARGEST: Final = 1280  # pixels of a side, to be looked at
PACKED: Final = 100  # places read at a time
ENDINGS: Final = frozenset({"png", "jpg", "jpeg", "webp", "gif", "bmp", "tif", "tiff", "avif", "heic"})
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
    found = KINDS[share.kind].page(share, after, limit + 1)
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
    found = KINDS[share.kind].one(share, pk)
    if found is None:
        raise Missing(
            message="There is no such image here.", remedy="It may have been taken out. Go back to the others."
        )
    return _picture(share, found[0], pk, found[1])


def is_shown(share: Share, pk: UUID) -> bool:
    return KINDS[share.kind].one(share, pk) is not None


def count_of(share: Share) -> int:
    return KINDS[share.kind].count(share)


def _picture(share: Share, place: int, pk: UUID, asset: Asset) -> Picture:
    brief = _brief_of(asset) if share.with_briefs else ""
    maker = called_outside(asset.owner) if share.with_names else ""
    return Picture(pk, place, asset, _label(share, place, asset), brief, maker)


def _label(share: Share, place: int, asset: Asset) -> str:
    """Titles are made of briefs, and of the names of files that people brought, which tell as much."""
    if share.with_briefs and asset.title:
        return str(asset.title)
    return share.heading if share.kind == "asset" else f"Image {place}"


def _brief_of(asset: Asset) -> str:
    generation: Any = asset.generation or (asset.parent.generation if asset.parent else None)
    return str(generation.brief) if generation else ""


def thumbnail_of(asset: Asset, wish: int) -> str:
    """Where the small form lies that serves so many pixels: drawn anew, it holds nothing but the picture."""
    return thumbnail_path(asset.path, thumbnail_width(asset, wish))


def shown_width(asset: Asset) -> int:
    """How wide the largest picture is that may be looked at."""
    return min(thumbnail_width(asset, LARGEST), asset.width)


def file_name(picture: Picture) -> str:
    stem, _, ending = picture.label.rpartition(".")
    called = stem if ending.lower() in ENDINGS else picture.label
    shown = "".join("_" if letter in UNFIT else letter for letter in called)
    return f"{shown[:80].strip(' .') or 'image'}.{EXTENSIONS[picture.asset.media_type]}"


def clean_blocks(asset: Asset) -> Iterator[bytes]:
    """The file without what camera and author wrote. It is opened before the first block is asked for: raises Conflict
    (`file_missing`) where it has gone, Refused where the storage is away."""
    if not asset.facts.get("camera"):
        return blocks_in(opened(asset.path))
    data = anonymous_bytes(asset)
    return (data[at : at + BLOCK] for at in range(0, len(data), BLOCK))


def archive_of(share: Share) -> Iterator[bytes]:
    """Every image in one archive. What is taken out of the thing before its turn has come is not in it; what is missing
    from the storage stands in a list beside them."""
    return packed(_entries(share))


def _entries(share: Share) -> Iterator[tuple[str, Iterator[bytes]]]:
    after: int | None = 0
    number = 0
    missing: list[str] = []
    while after is not None:
        found, after = page_of(share, after, PACKED)
        for read in found:
            number += 1
            now = KINDS[share.kind].one(share, read.pk)  # a page is read at once, and sent for minutes
            if now is None:
                continue
            name = f"{number:04d} {file_name(read)}"
            try:
                blocks = clean_blocks(now[1])
            except Conflict:
                missing.append(name)
            else:
                yield name, blocks
    if missing:
        told = "These images are missing from the storage. Tell whoever shared them.\n" + "\n".join(missing) + "\n"
        yield "missing.txt", iter([told.encode()])
