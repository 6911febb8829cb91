"""Pictures of teams: read in the sandbox as every picture is, and kept as a small square."""

import io
from typing import IO, Any, Final
from uuid import UUID

from django.conf import settings
from PIL import Image, ImageOps

from designer.assets import sandbox
from designer.assets.images import ImageRefused
from designer.assets.services import read_limited
from teams.accounts.models import User
from teams.base.errors import Refused
from teams.membership.avatars import keep_avatar
from teams.membership.ownership import visible_team
from teams.membership.services import check_changes

SIDE: Final = 128  # pixels
MOST_SLENDER: Final = 4  # times as long as it is wide, or the other way round


def set_avatar(*, actor: User, team_id: UUID, file: IO[bytes] | None) -> None:
    """Let the middle of this picture stand for the team; None: nothing but its initials.

    Raises Missing, Forbidden, Conflict, or Refused naming `file`; then nothing has changed.
    """
    check_changes(actor, visible_team(actor, team_id))  # before a picture is read; and once more with the team locked
    data = None if file is None else _square(read_limited(file))
    keep_avatar(actor=actor, team_id=team_id, data=data)


def _square(data: bytes) -> bytes:
    limits: dict[str, Any] = {"max_pixels": settings.UPLOAD_MAX_PIXELS, "max_side": settings.UPLOAD_MAX_SIDE}
    try:
        picture = sandbox.run(data, **limits)
    except ImageRefused as error:
        raise Refused(error.code, error.message, field="file", remedy=error.remedy, status=error.status) from error
    if max(picture.width, picture.height) > MOST_SLENDER * min(picture.width, picture.height):
        message, remedy = "Of this picture a square would show next to nothing.", "Choose one that is nearly square."
        raise Refused("too_slender", message, field="file", remedy=remedy)
    small = next(picture.thumbnails[width] for width in (640, 320, 160) if width in picture.thumbnails)
    # our own WebP by now, which needs no sandbox
    with Image.open(io.BytesIO(small), formats=["WEBP"]) as image:
        square = ImageOps.fit(image, (SIDE, SIDE), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    square.save(out, "WEBP", quality=82, method=4)
    return out.getvalue()
