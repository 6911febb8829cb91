"""Two versions of an image beside each other: figures and a map of the difference, measured when they are asked for.

Both follow from the two files alone, so they are kept under the files' digests for a day and never stored.
"""

import io
import threading
from dataclasses import dataclass
from functools import partial
from typing import Any, Final
from uuid import UUID

from PIL import Image

from designer.assets.models import Asset
from designer.assets.services import read_bytes
from enhancement.engine.errors import EngineError
from enhancement.fidelity import compared
from teams.accounts.models import User
from teams.base.errors import Conflict, Refused
from teams.base.keeping import kept

KEPT: Final = 86_400  # seconds
FORM: Final = 1  # of what is kept: raise it when the figures mean something else
QUEUE_SECONDS: Final = 15
AT_ONCE: Final = threading.BoundedSemaphore(2)  # two pictures of 8K each take half a gigabyte


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """`figures` as fidelity.compared tells them; `heat`: a PNG, empty where there is none."""

    before: Asset
    after: Asset
    figures: dict[str, Any]
    heat: bytes


def pair(user: Any, before_id: UUID, after_id: UUID) -> tuple[Asset, Asset]:
    """Two images that may be seen. Raises Missing, or Conflict for one in the trash."""
    found = [Asset.objects.see(user, pk) for pk in (before_id, after_id)]
    if any(asset.trashed_at for asset in found):
        raise Conflict("trashed", "One of these images is in the trash.", field="asset", remedy="Restore it first.")
    return found[0], found[1]


def measure(*, actor: User, before_id: UUID, after_id: UUID) -> Measured:
    """The figures of two images. Raises Missing, Conflict, or Refused where a file cannot be read just now."""
    before, after = pair(actor, before_id, after_id)
    key = f"compared:{FORM}:{before.sha256}:{after.sha256}"
    figures, heat = kept(key, KEPT, partial(_measured, before, after))
    return Measured(before=before, after=after, figures=figures, heat=heat)


def _measured(before: Asset, after: Asset) -> tuple[dict[str, Any], bytes]:
    if not AT_ONCE.acquire(timeout=QUEUE_SECONDS):
        raise Refused("busy", "Too many pictures are being compared.", remedy="Try again in a moment.", status=503)
    try:
        with Image.open(io.BytesIO(read_bytes(before))) as one, Image.open(io.BytesIO(read_bytes(after))) as two:
            figures, heat = compared(one, two)
    except EngineError as error:
        raise Refused(error.code, error.message, field="asset", remedy=error.remedy) from error
    finally:
        AT_ONCE.release()
    file = io.BytesIO()
    if heat is not None:
        heat.save(file, "PNG")
    return figures, file.getvalue()
