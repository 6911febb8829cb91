"""The writers of assets. Files are written before their row; a file left without a row is swept later."""

import errno
import hashlib
import tempfile
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path, PurePosixPath
from typing import IO, Any, Final
from uuid import UUID

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import transaction
from django.utils import timezone

from designer.assets import sandbox
from designer.assets.images import EXTENSIONS, ImageRefused, Normalised
from designer.assets.models import Asset, AssetKind
from designer.realtime.events import record
from teams.accounts.models import User
from teams.base.errors import Conflict, Forbidden, Refused
from teams.membership.ownership import working_team
from teams.membership.permissions import may

TRASH_KEPT: Final = timedelta(days=30)
HIDDEN: Final = {chr(code) for code in [*range(32), 127, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A picture whose files are written; a row may now point at them."""

    team_id: UUID
    sha256: str
    path: str
    picture: Normalised


def read_limited(file: IO[bytes]) -> bytes:
    """The file's bytes. Raises Refused when there are none or too many."""
    data = file.read(settings.UPLOAD_MAX_BYTES + 1)
    if not data:
        raise Refused("empty", "The file is empty.", field="file", remedy="Choose a picture.", status=400)
    if len(data) > settings.UPLOAD_MAX_BYTES:
        limit = settings.UPLOAD_MAX_BYTES >> 20
        raise Refused(
            "too_large", f"The file is larger than {limit} MiB.", field="file", remedy="Scale it down.", status=413
        )
    return data


def display_name(name: str) -> str:
    """A file's name as text to show: no path, no control or direction characters, at most 200 characters."""
    last = PurePosixPath(name.replace("\\", "/")).name
    shown = "".join(letter for letter in last if letter not in HIDDEN and not "\ud800" <= letter <= "\udfff")
    return shown.strip()[:200]


def prepare_result(*, team_id: UUID, data: bytes, keep: bool = True) -> Prepared:
    """Decode in the sandbox, make thumbnails, write the files. Raises Refused; then nothing is left behind."""
    try:
        picture = sandbox.run(data, max_pixels=settings.UPLOAD_MAX_PIXELS, max_side=settings.UPLOAD_MAX_SIDE, keep=keep)
    except ImageRefused as error:
        raise _said(error, "file") from error
    digest = hashlib.sha256(picture.data).hexdigest()
    path = f"{team_id}/{digest[:2]}/{digest}.{EXTENSIONS[picture.media_type]}"
    for width, thumbnail in picture.thumbnails.items():
        write_once(thumbnail_path(path, width), thumbnail)
    write_once(path, picture.data)
    picture.facts["thumbnails"] = list(picture.thumbnails)
    return Prepared(team_id=team_id, sha256=digest, path=path, picture=picture)


def thumbnail_path(path: str, width: int) -> str:
    return f"{path}.{width}.webp"


def write_once(path: str, data: bytes) -> None:
    """Store `data` under its content's name, whole or not at all; a second writer of the same changes nothing."""
    if default_storage.exists(path):
        return
    try:
        if isinstance(default_storage, FileSystemStorage) or hasattr(default_storage, "base_location"):
            _write_local(Path(default_storage.path(path)), data)
        else:
            default_storage.save(path, ContentFile(data))
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EROFS):
            raise Refused(
                "no_room",
                "There is no room to store this.",
                field="file",
                remedy="Free space, or try again later.",
                status=507,
            ) from error
        raise


def _write_local(target: Path, data: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=".part-", delete=False) as part:
        try:
            part.write(data)
            part.flush()
            Path(part.name).chmod(0o644)
            Path(part.name).replace(target)
        except BaseException:
            Path(part.name).unlink(missing_ok=True)
            raise


def store_prepared(
    made: Prepared,
    *,
    owner_id: UUID,
    kind: str,
    title: str,
    generation_id: UUID | None = None,
    parent: Asset | None = None,
    seed: int | None = None,
    simulated: bool = False,
    provenance: dict[str, Any] | None = None,
) -> Asset:
    """The row of a prepared picture, in the caller's transaction."""
    picture = made.picture
    return Asset.objects.create(
        team_id=made.team_id,
        owner_id=owner_id,
        kind=kind,
        title=display_name(title),
        sha256=made.sha256,
        path=made.path,
        media_type=picture.media_type,
        width=picture.width,
        height=picture.height,
        bytes=len(picture.data),
        facts=picture.facts,
        perceptual_hash=picture.perceptual_hash,
        generation_id=generation_id,
        parent=parent,
        seed=seed,
        simulated=simulated,
        provenance=provenance or {},
    )


def store_upload(*, actor: User, team_id: UUID | None, file: IO[bytes], name: str) -> Asset:
    """Take in a reference picture. Raises Refused naming `file`, Missing or Forbidden; then nothing is written."""
    team = working_team(actor, team_id)
    if not may(actor, "create_work", team):
        raise Forbidden(message="Your role lets you look, not upload.", remedy="Ask an owner or admin of the team.")
    made = prepare_result(team_id=team.pk, data=read_limited(file), keep=False)
    with transaction.atomic():
        return store_prepared(made, owner_id=actor.pk, kind=AssetKind.REFERENCE, title=name or "Untitled")


def read_bytes(asset: Asset) -> bytes:
    """The stored file. Raises Conflict when it is gone from the storage."""
    try:
        with default_storage.open(asset.path) as file:
            data: bytes = file.read()
            return data
    except FileNotFoundError as error:
        raise Conflict(
            "file_missing", "The file of this image is missing from the storage.", remedy="Tell the operator."
        ) from error


def converted(asset: Asset, media_type: str) -> bytes:
    """The stored picture as `media_type`, made in the sandbox. Raises Refused or Conflict."""
    data = read_bytes(asset)
    try:
        return sandbox.convert(data, media_type)
    except ImageRefused as error:
        raise _said(error, "format") from error


def _said(error: ImageRefused, field: str) -> Refused:
    return Refused(error.code, error.message, field=field, remedy=error.remedy, status=error.status)


def thumbnail_width(asset: Asset, wish: int) -> int:
    """The stored width that serves `wish` pixels: the next larger one, else the largest."""
    widths: list[int] = sorted(asset.facts.get("thumbnails") or [160])
    return next((width for width in widths if width >= wish), widths[-1])


@transaction.atomic
def trash(*, actor: User, asset_id: UUID) -> Asset:
    """Move to the trash for 30 days; harmless when it is there already. Raises Missing or Forbidden."""
    asset = Asset.objects.for_edit(actor, asset_id)
    if asset.trashed_at is None:
        asset.trashed_at = timezone.now()
        asset.save(update_fields=["trashed_at", "updated_at"])
        record(f"asset:{asset.pk}", "asset:trashed", {}, team_id=asset.team_id)
    return asset


@transaction.atomic
def restore(*, actor: User, asset_id: UUID) -> Asset:
    """Take out of the trash. Raises Missing or Forbidden."""
    asset = Asset.objects.for_edit(actor, asset_id)
    if asset.trashed_at is not None:
        asset.trashed_at = None
        asset.save(update_fields=["trashed_at", "updated_at"])
        record(f"asset:{asset.pk}", "asset:restored", {}, team_id=asset.team_id)
    return asset


def purge() -> int:
    """Delete for good what has been in the trash for 30 days and is no source of anything kept; how many."""
    old = Asset.objects.filter(trashed_at__lt=timezone.now() - TRASH_KEPT, enhancements=None)
    gone = 0
    for asset in old[:500]:
        with transaction.atomic():
            Asset.objects.filter(pk=asset.pk).delete()
            alone = not Asset.objects.filter(path=asset.path).exists()
        if alone:
            for width in asset.facts.get("thumbnails", []):
                default_storage.delete(thumbnail_path(asset.path, width))
            default_storage.delete(asset.path)
        gone += 1
    return gone
