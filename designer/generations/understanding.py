"""Corrections of what was understood, made later: on a generation, or on one picture alone. With optimistic locking."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction

from designer.assets.models import Asset
from designer.generations import estimates
from designer.generations.models import Generation, Mode
from designer.generations.record_tags import check_match, who_corrected
from designer.generations.services import announce
from designer.personas.corrections import informed, photo_digest, remember_corrections, remember_of_photo
from designer.personas.models import AttributeCorrection
from designer.pipeline.analysis import analyse
from designer.pipeline.records import ATTRIBUTES, InvalidCorrection, Understanding
from designer.realtime.events import GENERATION_CORRECTED
from teams.accounts.models import User
from teams.base.errors import Conflict
from teams.membership.models import Team

Json = dict[str, Any]


def of_generation(row: Generation) -> Json:
    """The record of a generation, whole: what it was understood as, every attribute. Raises Conflict before it is."""
    if not row.understood:
        raise Conflict("not_understood_yet", "This brief has not been read yet.", remedy="Wait until its first stage.")
    return Understanding.from_json(row.understood).to_json()


def correctors(row: Generation, reader: User) -> dict[str, str]:
    """Attribute -> who corrected it last, as `reader` is told."""
    return who_corrected(AttributeCorrection.objects.filter(team=row.team_id, generation=row.pk), ATTRIBUTES, reader)


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
    Raises Missing, Forbidden, Conflict, or Refused: 428, 412 with the present values, 422 naming each
    attribute at fault.
    """
    Generation.objects.for_edit(actor, generation_id)
    row: Generation = Generation.objects.select_for_update(no_key=True).see(actor, generation_id)
    before = of_generation(row)
    told = AttributeCorrection.objects.filter(team=row.team_id, generation=row.pk)
    check_match(if_match, before, corrections, actor=actor, made=told)
    after = _merged(before, corrections)
    remember_corrections(
        owner=actor, team=row.team, brief=row.brief, references=row.photos, understood=before, fixes=corrections,
        generation_id=row.pk, remix=row.mode == Mode.REMIX,
    )  # fmt: skip
    row.understood, row.corrections = after, {**row.corrections, **corrections}
    row.save(update_fields=["understood", "corrections", "updated_at"])
    announce(row, GENERATION_CORRECTED, {"attributes": list(corrections), "by": actor.shown_name})
    return row


def correct_photo(*, actor: User, asset_id: UUID, if_match: str | None, corrections: Mapping[str, Any]) -> Json:
    """Say what a picture shows; the answer is its record from now on. Raises as `correct_generation`."""
    bare = _read(Asset.objects.for_edit(actor, asset_id))  # its pixels never change: no lock is held meanwhile
    with transaction.atomic():
        asset: Asset = Asset.objects.select_for_update(no_key=True).see(actor, asset_id)
        before = _as_taught(asset, bare)
        told = AttributeCorrection.objects.filter(team=asset.team_id, subject_digest=photo_digest(asset))
        check_match(if_match, before, corrections, actor=actor, made=told)
        _merged(before, corrections)
        remember_of_photo(owner=actor, asset=asset, understood=before, fixes=corrections)
        return _as_taught(asset, bare)


def _merged(before: Json, corrections: Mapping[str, Any]) -> Json:
    try:
        return Understanding.from_json(before).merged_with_corrections(corrections).to_json()
    except InvalidCorrection as error:
        raise estimates.refusal_of(error) from error
