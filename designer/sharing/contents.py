"""What a shared image and a shared collection show."""

from typing import Any
from uuid import UUID

from django.db.models import Q

from designer.assets.models import Asset
from teams.review.collections.models import Collection, CollectionItem
from teams.sharing.contents import Contents, register
from teams.sharing.models import Share


def _shown(asset: Asset) -> int:
    return 0 if asset.trashed_at else 1


def _page_of_asset(share: Share, after: int, limit: int) -> list[tuple[int, UUID, Any]]:
    found = _one_asset(share, share.about_id) if after < 1 else None
    return [(1, found[1].pk, found[1])] if found else []


def _one_asset(share: Share, pk: UUID) -> tuple[int, Any] | None:
    found = Asset.objects.kept().filter(share.given("owner"), pk=pk).first() if pk == share.about_id else None
    return (1, found) if found else None


def _count_asset(share: Share) -> int:
    return 1 if _one_asset(share, share.about_id) else 0


def _face_of(item: CollectionItem) -> Asset:
    """The version of its image that is in use."""
    chosen = item.asset.chosen
    shown: Asset = chosen if chosen is not None and chosen.trashed_at is None else item.asset
    return shown


def _items(share: Share) -> Any:
    """The places whose image its giver may share, and the version of it that is in use too."""
    face = Q(asset__chosen=None) | Q(asset__chosen__trashed_at__isnull=False) | share.given("asset__chosen__owner")
    return share.about.items.shown().filter(share.given("asset__owner"), face).select_related("asset__chosen")


def _page_of_collection(share: Share, after: int, limit: int) -> list[tuple[int, UUID, Any]]:
    return [(item.position, item.asset_id, _face_of(item)) for item in _items(share).filter(position__gt=after)[:limit]]


def _one_of_collection(share: Share, pk: UUID) -> tuple[int, Any] | None:
    item = _items(share).filter(asset=pk).first()
    return (item.position, _face_of(item)) if item else None


def _held(collection: Collection) -> int:
    return int(collection.items.shown().count())


register("asset", Contents(_page_of_asset, _one_asset, _count_asset, _shown))
register(
    "collection",
    Contents(_page_of_collection, _one_of_collection, lambda share: _items(share).count(), _held),
)
