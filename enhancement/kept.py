"""What is finished of work under way, on the disk of the host that did it: a next attempt there goes on behind it.

A worker that dies leaves it; on another host, or where a file is not what it should be, the work is done again. One
file holds the picture of the finished steps whole (8 or 16 bits, with its profile and all that it carries) and what
these said; beside it lie the rows of the step under way (see `engine.resuming`). Nothing here is ever needed: where the
disk has no room, nothing is kept.
"""

import base64
import json
import logging
import os
import time
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import numpy as np
from django.conf import settings
from PIL import Image

from enhancement.models import LIVE, Enhancement
from enhancement.operations import pictures

log = logging.getLogger(__name__)
WORTH: Final = 2.0  # seconds of a step; what is quicker is done again
FORGOTTEN: Final = 86_400.0  # seconds after which nobody will come back for a file
Facts = list[dict[str, Any]]


def keep(pk: UUID, image: Image.Image, facts: Facts) -> None:
    """Keep what the steps up to now made, in place of what earlier ones did."""
    path = _path(pk)
    new = path.with_suffix(f".{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with new.open("wb") as file:
            said = np.frombuffer(json.dumps({"facts": facts, "info": _told(image.info)}).encode(), np.uint8)
            np.savez(file, samples=pictures.whole(image), said=said)
        new.replace(path)
        forget_rows(pk)
    except (OSError, TypeError, ValueError) as error:
        log.warning("a finished step could not be kept: %s", error)
        with suppress(OSError):
            new.unlink()  # half of it would hold the room that the result needs


def found(pk: UUID) -> tuple[Image.Image, Facts] | None:
    """The picture and what its steps said, where an earlier attempt on this host got so far."""
    try:
        with np.load(_path(pk), allow_pickle=False) as file:
            said = json.loads(file["said"].tobytes())
            image = pictures.of_samples(file["samples"])
        image.info.update({name: _heard(value) for name, value in said["info"].items()})
        return image, list(said["facts"])
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile):
        return None


def scratch(pk: UUID) -> Path:
    """How the names of files begin in which the step under way keeps what it has done."""
    return _folder() / str(pk)


def forget_rows(pk: UUID) -> None:
    _remove(f"{pk}.rows*")


def forget(pk: UUID) -> None:
    _remove(f"{pk}.*")


def sweep() -> None:
    """Remove what nobody will come back for: the work has ended, here or elsewhere, or was left for a day."""
    files = {path: path.name.partition(".")[0] for path in _folder().glob("*.*")}
    if not files:
        return
    live = Enhancement.objects.filter(pk__in=set(files.values()), status__in=LIVE).values_list("pk", flat=True)
    names = {str(pk) for pk in live}
    for path, name in files.items():
        with suppress(FileNotFoundError):  # another worker sweeps too
            if name not in names or path.stat().st_mtime < time.time() - FORGOTTEN:
                path.unlink()


def _folder() -> Path:
    return Path(settings.VAR) / "steps"


def _path(pk: UUID) -> Path:
    return _folder() / f"{pk}.npz"


def _remove(pattern: str) -> None:
    for path in _folder().glob(pattern):
        path.unlink(missing_ok=True)


def _told(info: dict[str | tuple[int, int], Any]) -> dict[str, Any]:
    """What a picture carries, as JSON: bytes as their base64, the resolution as a list."""
    carried = {str(name): value for name, value in info.items() if name in (*pictures.KEPT, "exif")}
    return {n: {"b64": base64.b64encode(v).decode()} if isinstance(v, bytes) else v for n, v in carried.items()}


def _heard(value: Any) -> Any:
    if isinstance(value, dict):
        return base64.b64decode(value["b64"])
    return tuple(value) if isinstance(value, list) else value
