"""What an image of a generation began from: nothing, photos that a model looked at, or one that it changed."""

from collections.abc import Sequence
from uuid import UUID

from designer.assets.models import Asset
from designer.assets.provenance import DRAWN, TRAINED, source_type_after
from designer.generations.models import Generation, Mode

Photo = tuple[UUID, bytes]  # a reference's id and its file


def source_type(row: Generation, photos: Sequence[Photo], *, simulated: bool) -> str:
    """IPTC's: what a model changed is that picture, edited; what it made after photos is a new one."""
    if simulated:
        return DRAWN
    changed = _changed(row, photos)
    return source_type_after(changed.source_type, trained=True) if changed else TRAINED


def edited(row: Generation, photos: Sequence[Photo], *, simulated: bool) -> tuple[bytes, str] | None:
    """The file and media type of the picture that was changed; Sketchbook draws anew and keeps nothing of it."""
    changed = None if simulated else _changed(row, photos)
    return next(((data, changed.media_type) for pk, data in photos if pk == changed.pk), None) if changed else None


def _changed(row: Generation, photos: Sequence[Photo]) -> Asset | None:
    return row.source if row.mode == Mode.EDIT and row.source_id in {pk for pk, _ in photos} else None
