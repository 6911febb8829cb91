"""The writers of assets. Files are written before their row; a file left without a row is swept later."""

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any, Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from PIL import Image

from designer.assets import camera, sandbox, signing
from designer.assets.blobs import hold_blob, read, write_blob
from designer.assets.images import EXTENSIONS, ImageRefused, Normalised, own_png
from designer.assets.models import Asset, AssetKind
from designer.assets.provenance import Facts
from designer.realtime.events import ASSET_PROMOTED, ASSET_RESTORED, ASSET_TRASHED, record
from designer.realtime.revocation import channel_changed
from teams.accounts.models import User
from teams.base.errors import Forbidden, Refused
from teams.membership.ownership import working_team
from teams.membership.permissions import allowed
from teams.review.approvals.services import refuse_locked

HIDDEN: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


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


def plain(text: str) -> str:
    """Text to show on one line: composed (NFC), no control or direction characters, at most 200 characters."""
    seen = " ".join(unicodedata.normalize("NFC", text).split())
    return "".join(letter for letter in seen if not HIDDEN.match(letter))[:200].strip()


def display_name(name: str) -> str:
    """A file's name as text to show: the last part of a path, plain."""
    return plain("".join(HIDDEN.split(name)).replace("\\", "/").rstrip("/").rpartition("/")[2])


def prepare_result(
    *,
    team_id: UUID,
    data: bytes,
    pixels: Image.Image | None = None,
    keep: bool = True,
    exif: bool = False,
    taken: dict[str, Any] | None = None,
    provenance: dict[str, Any] | None = None,
    parent: tuple[bytes, str] | None = None,
) -> Prepared:
    """Decode in the sandbox, make thumbnails, write the files. Raises Refused; then nothing is left behind.

    `pixels`: what this process has just encoded as `data`, a PNG, which is then not read again.
    `exif`: what camera and author wrote in `data` is kept; `taken`: what they wrote of the picture it was made from.
    `provenance` is written into the files, with `parent` (bytes and media type) as what the picture was made from.
    """
    limits: dict[str, Any] = {"max_pixels": settings.UPLOAD_MAX_PIXELS, "max_side": settings.UPLOAD_MAX_SIDE}
    try:
        picture = sandbox.run(data, **limits, keep=keep, exif=exif) if pixels is None else own_png(data, pixels)
    except ImageRefused as error:
        raise _said(error, "file") from error
    if picture.facts.get("origin", {}).get("content_credentials"):
        picture.facts["origin"]["credentials"] = signing.checked_upload(data)
    if taken:
        picture.facts["camera"] = taken
    if said := picture.facts.get("camera"):
        picture.data = camera.embed(picture.data, picture.media_type, said)
    if provenance is not None:
        signing.put_into(picture, provenance, parent)
    digest = hashlib.sha256(picture.data).hexdigest()
    path = f"{team_id}/{digest[:2]}/{digest}.{EXTENSIONS[picture.media_type]}"
    write_blob(path, picture)
    picture.facts["thumbnails"] = list(picture.thumbnails)
    return Prepared(team_id=team_id, sha256=digest, path=path, picture=picture)


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
    quality: dict[str, Any] | None = None,
) -> Asset:
    """The row of a prepared picture, in the caller's transaction. Raises Refused when its file is gone for good."""
    picture = made.picture
    hold_blob(made.path, picture)
    return Asset.objects.create(
        team_id=made.team_id,
        owner_id=owner_id,
        kind=kind,
        title=plain(title),
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
        quality=quality or {},
    )


def store_upload(*, actor: User, team_id: UUID | None, file: IO[bytes], name: str) -> Asset:
    """Take in a reference picture. Raises Refused naming `file`, Missing or Forbidden; then nothing is written."""
    team = working_team(actor, team_id)
    if not allowed(actor, "create_work", team):
        raise Forbidden(message="Your role lets you look, not upload.", remedy="Ask an owner or admin of the team.")
    made = prepare_result(team_id=team.pk, data=read_limited(file), keep=False, exif=team.keeps_exif)
    with transaction.atomic():
        return store_prepared(made, owner_id=actor.pk, kind=AssetKind.REFERENCE, title=display_name(name) or "Untitled")


def read_bytes(asset: Asset) -> bytes:
    """The stored file. Raises Conflict when it is gone from the storage, Refused when that is away."""
    return read(asset.path)


def anonymous_bytes(asset: Asset) -> bytes:
    """The stored file without what camera and author wrote: for those outside the team. Raises as `read_bytes`."""
    data = read_bytes(asset)
    return camera.embed(data, asset.media_type, {}) if asset.facts.get("camera") else data


def converted(asset: Asset, media_type: str) -> bytes:
    """The stored picture as `media_type`, made in the sandbox. Raises Refused or Conflict."""
    data = read_bytes(asset)
    try:
        other = sandbox.convert(data, media_type)
    except ImageRefused as error:
        raise _said(error, "format") from error
    if said := asset.facts.get("camera"):
        other = camera.embed(other, media_type, said)
    if asset.kind == AssetKind.REFERENCE:
        return other
    facts = Facts.of(asset.provenance)
    return signing.written(other, media_type, facts, "converted", (data, asset.media_type))[0]


def provenance_report(asset: Asset) -> dict[str, Any]:
    """What the stored file says of its making, and whether it is untouched. Raises Conflict or Refused."""
    told = signing.report(read_bytes(asset), asset.media_type, asset.sha256)
    return {**told, "origin": asset.facts.get("origin", {})}


def _said(error: ImageRefused, field: str) -> Refused:
    return Refused(error.code, error.message, field=field, remedy=error.remedy, status=error.status)


def thumbnail_width(asset: Asset, wish: int) -> int:
    """The stored width that serves `wish` pixels: the next larger one, else the largest."""
    widths: list[int] = sorted(asset.facts.get("thumbnails") or [160])
    return next((width for width in widths if width >= wish), widths[-1])


@transaction.atomic
def trash(*, actor: User, asset_id: UUID) -> Asset:
    """Move to the trash for 30 days; harmless when it is there already. Raises Missing, Forbidden, or Conflict for an
    approved one."""
    asset = Asset.objects.for_edit(actor, asset_id)
    if asset.trashed_at is None:
        move_to_trash(Asset.objects.filter(pk=asset.pk), at=timezone.now())
        asset.refresh_from_db()
    return asset


@transaction.atomic
def promote(*, actor: User, asset_id: UUID) -> Asset:
    """Show an image that a best-of had set aside; harmless when it is shown already. Raises Missing or Forbidden."""
    asset = Asset.objects.for_edit(actor, asset_id)
    if asset.set_aside:
        asset.set_aside = False
        asset.save(update_fields=["set_aside", "updated_at"])
        record(f"asset:{asset.pk}", ASSET_PROMOTED, {}, team_id=asset.team_id)
    return asset


@transaction.atomic
def move_to_trash(rows: QuerySet[Asset], *, at: datetime) -> int:
    """Trash those of `rows` that are not yet, tell their watchers, and let these go; how many. Asks no permission.

    Raises Conflict where one of them is approved: then none is moved.
    """
    moved = list(rows.filter(trashed_at=None).select_for_update().order_by("pk").values_list("pk", "team_id"))
    refuse_locked(pk for pk, _ in moved)
    Asset.objects.filter(pk__in=[pk for pk, _ in moved]).update(trashed_at=at, updated_at=at)
    Asset.objects.filter(chosen__in=[pk for pk, _ in moved]).update(chosen=None, updated_at=at)
    for pk, team_id in moved:
        record(f"asset:{pk}", ASSET_TRASHED, {}, team_id=team_id)
        channel_changed(f"asset:{pk}")
    return len(moved)


@transaction.atomic
def restore(*, actor: User, asset_id: UUID) -> Asset:
    """Take out of the trash. Raises Missing or Forbidden."""
    asset = Asset.objects.for_edit(actor, asset_id)
    if asset.trashed_at is not None:
        asset.trashed_at = None
        asset.save(update_fields=["trashed_at", "updated_at"])
        record(f"asset:{asset.pk}", ASSET_RESTORED, {}, team_id=asset.team_id)
    return asset
