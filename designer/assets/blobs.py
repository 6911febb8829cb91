"""The files of assets in the storage: written whole, named by their content, deleted when no row names them.

A blob is a picture and its thumbnails. Writers of rows take a shared lock of its path for their transaction, whoever
deletes takes it alone: so a file that a row is about to name is not deleted, and one that just was is written again.
"""

import errno
import logging
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from boto3.exceptions import Boto3Error
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import connection, transaction

from designer.assets.images import WIDTHS, Normalised
from designer.assets.models import Asset
from teams.base.errors import Conflict, Refused

log = logging.getLogger(__name__)
FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)
AWAY: Final = (OSError, BotoCoreError, ClientError, Boto3Error)


def refusal(error: Exception) -> Refused:
    """What a failed write or read means to whoever asked: no room (507), or a storage that is away (503)."""
    log.error("the storage failed: %s: %s", type(error).__name__, error)
    if getattr(error, "errno", None) in FULL:
        message, remedy = "There is no room to store this.", "Free space, or try again later."
        return Refused("no_room", message, field="file", remedy=remedy, status=507)
    message, remedy = "The storage of pictures is away for the moment.", "Try again in a minute."
    return Refused("storage_away", message, field="file", remedy=remedy, status=503, retry_after=60)


def thumbnail_path(path: str, width: int) -> str:
    return f"{path}.{width}.webp"


def write_blob(path: str, picture: Normalised) -> None:
    """Store a picture and its thumbnails. Raises Refused; then no file of it is left that no row names."""
    try:
        _write_once(path, picture.data)
        for width, thumbnail in picture.thumbnails.items():
            _write_once(thumbnail_path(path, width), thumbnail)
    except AWAY as error:
        try:
            delete_blob(path)
        except AWAY:
            log.warning("%s is left for the sweep", path)
        raise refusal(error) from error


def hold_blob(path: str, picture: Normalised) -> None:
    """In the transaction that will name `path` in a row: nobody deletes its files, and they are there."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(hashtextextended(%s, 0))", [f"blob:{path}"])
    if not _asked(lambda: default_storage.exists(path)):
        write_blob(path, picture)


def delete_blob(path: str) -> bool:
    """Delete a picture and its thumbnails, unless a row names it or is about to; whether it was deleted."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [f"blob:{path}"])
            if not cursor.fetchone()[0] or Asset.objects.filter(path=path).exists():
                return False
        default_storage.delete(path)  # first: a writer asks for this one, and writes all anew when it is gone
        for width in WIDTHS:
            default_storage.delete(thumbnail_path(path, width))
    return True


def opened(path: str) -> File[Any]:
    """The stored file, for reading. Raises Conflict when it is gone, Refused when the storage is away."""
    try:
        return default_storage.open(path)
    except FileNotFoundError as error:
        raise gone() from error
    except AWAY as error:
        raise refusal(error) from error


def read(path: str) -> bytes:
    """All bytes of a stored file. Raises Conflict or Refused."""
    with opened(path) as file:
        data: bytes = _asked(file.read)
        return data


def gone() -> Conflict:
    message = "The file of this image is missing from the storage."
    return Conflict("file_missing", message, remedy="Tell the operator.")


def _asked(question: Callable[[], Any]) -> Any:
    try:
        return question()
    except AWAY as error:
        raise refusal(error) from error


def _write_once(path: str, data: bytes) -> None:
    """Store `data` under its content's name, whole or not at all; a second writer of the same changes nothing."""
    if default_storage.exists(path):
        return
    if isinstance(default_storage, FileSystemStorage):
        _write_local(Path(default_storage.path(path)), data)
    else:
        default_storage.save(path, ContentFile(data))


def _write_local(target: Path, data: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=".part-", delete=False) as part:
        try:
            part.write(data)
            part.flush()
            os.fsync(part.fileno())  # the row that names it will survive a power cut; so must the file
            Path(part.name).chmod(0o644)
            Path(part.name).replace(target)
        except BaseException:
            Path(part.name).unlink(missing_ok=True)
            raise
