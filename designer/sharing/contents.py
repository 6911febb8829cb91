"""What a shared image and a shared collection show."""

from typing import Any
from uuid import UUID

from designer.assets.models import Asset
from teams.review.collections.models import Collection, CollectionItem
from teams.sharing.contents import Contents, register


def _page_of_asset(asset: Asset, after: int, limit: int) -> list[tuple[int, UUID, Any]]:
    return [(1, asset.pk, asset)] if after < 1 and asset.trashed_at is None else []


def _one_asset(asset: Asset, pk: UUID) -> tuple[int, Any] | None:
    return (1, asset) if asset.pk == pk and asset.trashed_at is None else None


def _face_of(item: CollectionItem) -> Asset:
    """The version of its image that is in use."""
    chosen = item.asset.chosen
    shown: Asset = chosen if chosen is not None and chosen.trashed_at is None else item.asset
    return shown


def _items(collection: Collection) -> Any:
    return collection.items.shown().select_related("asset__chosen")


def _page_of_collection(collection: Collection, after: int, limit: int) -> list[tuple[int, UUID, Any]]:
    return [
        (item.position, item.asset_id, _face_of(item)) for item in _items(collection).filter(position__gt=after)[:limit]
    ]


def _one_of_collection(collection: Collection, pk: UUID) -> tuple[int, Any] | None:
    item = _items(collection).filter(asset=pk).first()
    return (item.position, _face_of(item)) if item else None


register("asset", Contents(_page_of_asset, _one_asset, lambda asset: 0 if asset.trashed_at else 1))
register(
    "collection",
    Contents(_page_of_collection, _one_of_collection, lambda collection: collection.items.shown().count()),
)
