"""The only writers of collections. Each locks the collection's row first, and announces what it did."""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import F, Max
from django.db.models.functions import Now

from teams.accounts.models import User
from teams.base.errors import Conflict, Forbidden, Missing, Refused
from teams.base.preconditions import require_match
from teams.base.text import one_line
from teams.membership.ownership import working_team
from teams.membership.permissions import allowed, hold_awake
from teams.review.collections.models import NAME_LENGTH, Collection, CollectionItem, assets_of
from teams.signals import collection_changed

MOST: Final = 2000  # images in a collection


@transaction.atomic
def create(*, actor: User, team_id: UUID | None, name: str, assets: Iterable[UUID] = ()) -> Collection:
    """A collection of the team, with these images in it. Raises Missing, Forbidden or Refused (name, assets)."""
    team = working_team(actor, team_id)
    if not allowed(actor, "create_work", team):
        raise Forbidden(message="Your role lets you look, not collect.", remedy="Ask an owner or admin of the team.")
    hold_awake(team.pk)
    name = one_line(name, field="name", longest=NAME_LENGTH)
    made = Collection.objects.create(team=team, owner=actor, name=name)
    _put(made, actor, assets)
    _announce(made, "created")
    return made


@transaction.atomic
def rename(*, actor: User, collection_id: UUID, name: str, if_match: str | None) -> Collection:
    """Give it another name, if `if_match` names its present version. Raises Missing, Forbidden or Refused."""
    row = _locked(actor, collection_id)
    require_match(if_match, row)
    row.name = one_line(name, field="name", longest=NAME_LENGTH)
    return _written(row, "renamed", "name")


@transaction.atomic
def add(*, actor: User, collection_id: UUID, assets: Iterable[UUID]) -> int:
    """Put images at its end, in this order; how many were not in it yet. Of all or none.

    Raises Missing, Forbidden, Conflict for a collection in the trash, Refused naming the first image at fault.
    """
    row = _kept(actor, collection_id)
    added = _put(row, actor, assets)
    if added:
        _written(row, "added")
    return added


@transaction.atomic
def remove(*, actor: User, collection_id: UUID, assets: Iterable[UUID]) -> int:
    """Take images out of it, not out of the studio; how many were in it. Raises Missing, Forbidden or Conflict."""
    row = _kept(actor, collection_id)
    gone: int = row.items.filter(asset__in=set(assets)).delete()[0]
    if gone:
        _written(row, "removed")
    return gone


@transaction.atomic
def place(*, actor: User, collection_id: UUID, asset_id: UUID, position: int) -> Collection:
    """Move an image to the place of another; those between move by one. Raises Missing, Forbidden, Conflict, Refused
    (position)."""
    row = _kept(actor, collection_id)
    item = row.items.filter(asset=asset_id).first()
    if item is None:
        raise Missing(message="This image is not in the collection.", field="asset", remedy="Reload it.")
    last = row.items.aggregate(last=Max("position"))["last"]
    if not 1 <= position <= last:
        remedy = f"Send a place from 1 to {last}."
        raise Refused("no_such_place", "There is no such place.", field="position", remedy=remedy)
    if position < item.position:
        row.items.filter(position__range=(position, item.position - 1)).update(position=F("position") + 1)
    else:
        row.items.filter(position__range=(item.position + 1, position)).update(position=F("position") - 1)
    row.items.filter(pk=item.pk).update(position=position, updated_at=Now())
    return _written(row, "moved")


@transaction.atomic
def trash(*, actor: User, collection_id: UUID) -> Collection:
    """Move to the trash for 30 days; its images stay where they are. Raises Missing or Forbidden."""
    row = _locked(actor, collection_id)
    if row.trashed_at is None:
        row.trashed_at = Now()
        _written(row, "trashed", "trashed_at")
    return row


@transaction.atomic
def restore(*, actor: User, collection_id: UUID) -> Collection:
    """Take out of the trash. Raises Missing or Forbidden."""
    row = _locked(actor, collection_id)
    if row.trashed_at is not None:
        row.trashed_at = None
        _written(row, "restored", "trashed_at")
    return row


def purge() -> int:
    """Delete what has been in the trash for 30 days; how many. Their images stay. The scheduler calls it."""
    return Collection.objects.expired().delete()[1].get("teams.Collection", 0)


def _locked(actor: User, collection_id: UUID) -> Collection:
    """The collection, if `actor` may change it, locked until the transaction ends."""
    hold_awake(Collection.objects.for_edit(actor, collection_id).team_id)
    row: Collection = Collection.objects.select_for_update(of=("self",), no_key=True).for_edit(actor, collection_id)
    return row


def _kept(actor: User, collection_id: UUID) -> Collection:
    row = _locked(actor, collection_id)
    if row.trashed_at is not None:
        raise Conflict("trashed", "This collection is in the trash.", remedy="Restore it first.")
    return row


def _put(row: Collection, actor: User, assets: Iterable[UUID]) -> int:
    wanted = list(dict.fromkeys(assets))
    ours = set(assets_of([row.team_id]).filter(pk__in=wanted, trashed_at=None).values_list("pk", flat=True))
    for place_in_list, pk in enumerate(wanted):
        if pk not in ours:  # the same words for a foreign image, a missing one and one in the trash
            message = f"{pk} is no image of this team, or it is in the trash."
            raise Refused("not_of_this_team", message, field=f"assets[{place_in_list}]", remedy="Leave it out.")
    held = set(row.items.values_list("asset", flat=True))
    new = [pk for pk in wanted if pk not in held]
    if len(held) + len(new) > MOST:
        remedy = "Begin another one."
        raise Refused("too_many", f"A collection holds at most {MOST} images.", field="assets", remedy=remedy)
    last = row.items.aggregate(last=Max("position"))["last"] or 0
    CollectionItem.objects.bulk_create(
        CollectionItem(team_id=row.team_id, collection=row, asset_id=pk, position=place_in_row, added_by=actor)
        for place_in_row, pk in enumerate(new, last + 1)
    )
    return len(new)


def _written(row: Collection, what: str, *fields: str) -> Collection:
    row.save(update_fields=[*fields, "updated_at"])
    row.refresh_from_db()
    _announce(row, what)
    return row


def _announce(row: Collection, what: str) -> None:
    collection_changed.send(sender=Collection, collection=row, what=what)
