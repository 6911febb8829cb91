"""Corrections of what was understood, made later: on a generation, or on one picture alone. With optimistic locking."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction

from designer.assets.models import Asset
from designer.generations import estimates
from designer.generations.models import Generation, Mode
from designer.personas.corrections import informed, remember_corrections, remember_of_photo
from designer.pipeline.analysis import analyse
from designer.pipeline.records import InvalidCorrection, Understanding
from teams.accounts.models import User
from teams.base.errors import Conflict, Refused
from teams.membership.models import Team

Json = dict[str, Any]


def tag_of(understood: Mapping[str, Any]) -> str:
    """A quoted ETag of a record: the same as long as every attribute is."""
    told = json.dumps(understood, sort_keys=True, ensure_ascii=False)
    return f'"{hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:32]}"'


def of_generation(row: Generation) -> Json:
    """The record of a generation, whole: what it was understood as, every attribute. Raises Conflict before it is."""
    if not row.understood:
        raise Conflict("not_understood_yet", "This brief has not been read yet.", remedy="Wait until its first stage.")
    return Understanding.from_json(row.understood).to_json()


def of_photo(asset: Asset) -> Json:
    """What one picture shows, with what the team said of it and taught."""
    return _as_taught(asset, _read(asset))


def _read(asset: Asset) -> Understanding:
    """What is read in the picture by itself: the file is fetched and looked at."""
    return analyse("", estimates.photos_of([asset]), *estimates.originals([asset]))


def _as_taught(asset: Asset, bare: Understanding) -> Json:
    return informed(Team(pk=asset.team_id), bare, [asset]).to_json()


@transaction.atomic
def correct_generation(
    *, actor: User, generation_id: UUID, if_match: str | None, corrections: Mapping[str, Any]
) -> Generation:
    """Put a person's values into the record of a generation, and keep them for the same brief and picture.

    Its images stay what they are; what is made from it later, and the next reading, go by the correction.
    Raises Missing, Forbidden, Conflict, or Refused: 428, 412 with the present values, 422 naming the attribute.
    """
    Generation.objects.for_edit(actor, generation_id)
    row: Generation = Generation.objects.select_for_update(no_key=True).see(actor, generation_id)
    before = of_generation(row)
    _check_match(if_match, before, corrections)
    after = _merged(before, corrections)
    remember_corrections(
        owner=actor, team=row.team, brief=row.brief, references=row.photos, understood=before, fixes=corrections,
        generation_id=row.pk, remix=row.mode == Mode.REMIX,
    )  # fmt: skip
    row.understood, row.corrections = after, {**row.corrections, **corrections}
    row.save(update_fields=["understood", "corrections", "updated_at"])
    return row


def correct_photo(*, actor: User, asset_id: UUID, if_match: str | None, corrections: Mapping[str, Any]) -> Json:
    """Say what a picture shows; the answer is its record from now on. Raises as `correct_generation`."""
    bare = _read(Asset.objects.for_edit(actor, asset_id))  # its pixels never change: no lock is held meanwhile
    with transaction.atomic():
        asset: Asset = Asset.objects.select_for_update(no_key=True).see(actor, asset_id)
        before = _as_taught(asset, bare)
        _check_match(if_match, before, corrections)
        _merged(before, corrections)
        remember_of_photo(owner=actor, asset=asset, understood=before, fixes=corrections)
        return _as_taught(asset, bare)


def _check_match(if_match: str | None, present: Json, corrections: Mapping[str, Any]) -> None:
    """Raises Refused 428 without a tag, 412 for another version, with what stands there now."""
    if not if_match:
        raise Refused(
            "precondition_required", "A correction must say which version it corrects.", field="If-Match",
            remedy="Read it first and send its ETag in If-Match.", status=428,
        )  # fmt: skip
    tags = [tag.strip() for tag in if_match.split(",")]
    if "*" in tags or tag_of(present) in tags:
        return
    lines = [_line(name, present[name]["value"]) for name in corrections if name in present]
    told = " ".join(line["message"] for line in lines)
    raise Refused(
        "changed_meanwhile", f"Somebody changed this since you read it. {told}".strip(), field="If-Match",
        remedy="Read it again and repeat your correction.", status=412, lines=lines,
    )  # fmt: skip


def _line(name: str, value: Any) -> dict[str, str]:
    now = "unknown" if value is None else json.dumps(value, ensure_ascii=False)
    return {"field": f"corrections.{name}", "code": "changed_meanwhile", "message": f"{name} is {now} now."}


def _merged(before: Json, corrections: Mapping[str, Any]) -> Json:
    try:
        return Understanding.from_json(before).merged_with_corrections(corrections).to_json()
    except InvalidCorrection as error:
        raise Refused(error.code, error.message, field=f"corrections.{error.field}", remedy=error.remedy) from error
