"""The versions of one image: the original, and all that was made from it. One of them is in use; none is ever lost."""

from typing import Any, Final
from uuid import UUID

from django.db import transaction

from designer.assets.models import Asset
from designer.realtime.events import ASSET_VERSION, record
from teams.accounts.models import User
from teams.base.errors import Conflict
from teams.base.preconditions import require_match
from teams.base.text import one_line

LONGEST: Final = 80  # letters of a name
DEEP: Final = 100  # versions made of versions
MOST: Final = 200  # of one image that are shown


def root_of(asset: Asset) -> Asset:
    """The image that all versions of this one were made from; itself for an original."""
    for _ in range(DEEP):
        if asset.parent is None:
            break
        asset = asset.parent
    return asset


def versions_of(user: Any, asset: Asset) -> list[Asset]:
    """The original first, then all that was made from it in order of time; what is in the trash is left out."""
    found, level = [root_of(asset)], [root_of(asset).pk]
    while level and len(found) < MOST:
        made = list(Asset.objects.visible_to(user).filter(parent__in=level)[:MOST])
        level = [each.pk for each in made]
        found += made
    first, *others = found
    return [each for each in (first, *sorted(others, key=lambda each: each.created_at)) if each.trashed_at is None]


@transaction.atomic
def use_version(*, actor: User, asset_id: UUID) -> tuple[Asset, UUID]:
    """Let this version stand for the image wherever it is shown; the original's own id means the original again.

    The original, and which version was in use before. Raises Missing, Forbidden, or Conflict for one in the trash.
    """
    asset: Asset = Asset.objects.for_edit(actor, asset_id)
    if asset.trashed_at:
        raise Conflict("trashed", "This version is in the trash.", field="asset", remedy="Restore it first.")
    root = Asset.objects.for_edit(actor, root_of(asset).pk)
    root = Asset.objects.select_for_update(of=("self",), no_key=True).get(pk=root.pk)
    before = root.chosen_id or root.pk
    root.chosen = None if asset.pk == root.pk else asset
    root.save(update_fields=["chosen", "updated_at"])
    record(f"asset:{root.pk}", ASSET_VERSION, {"in_use": str(asset.pk), "before": str(before)}, team_id=root.team_id)
    return root, before


@transaction.atomic
def name_version(*, actor: User, asset_id: UUID, name: str, if_match: str | None) -> Asset:
    """Call a version something; "" takes the name away. Raises Missing, Forbidden or Refused."""
    Asset.objects.for_edit(actor, asset_id)
    asset: Asset = Asset.objects.select_for_update(of=("self",), no_key=True).get(pk=asset_id)
    require_match(if_match, asset)
    asset.version_name = one_line(name, field="version_name", longest=LONGEST, empty=True)
    asset.save(update_fields=["version_name", "updated_at"])
    record(f"asset:{asset.pk}", ASSET_VERSION, {"name": asset.version_name}, team_id=asset.team_id)
    return asset
