"""What a shared batch shows: the images that its items became, in their order; neither its plan nor its costs."""

from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, Q

from batches.models import Batch, BatchItem
from designer.assets.models import Asset
from teams.sharing.contents import Contents, register
from teams.sharing.models import Share


def _drawn(given: Q) -> Any:
    """Images that `shown_assets` of an item with a generation has."""
    return Asset.objects.kept().filter(given, kind="generated", set_aside=False)


def _page(share: Share, after: int, limit: int) -> list[tuple[int, UUID, Any]]:
    drawn = _drawn(share.given("owner"))
    became = Exists(drawn.filter(generation=OuterRef("generation")))
    better = Asset.objects.kept().filter(share.given("owner"), pk=OuterRef("enhancement__result"))
    done = became | Q(Exists(better), generation=None)
    rows = BatchItem.objects.filter(done, batch=share.about_id, position__gt=after)
    made = Prefetch("generation__assets", queryset=drawn.order_by("created_at", "id"), to_attr="shared")
    found = rows.select_related("generation", "enhancement__result").prefetch_related(made).order_by("position")[:limit]
    return [(item.position, asset.pk, asset) for item in found for asset in _images(item)]


def _images(item: BatchItem) -> list[Any]:
    generation: Any = item.generation
    if generation is not None:
        return list(generation.shared)
    return [item.enhancement.result] if item.enhancement else []


def _one(share: Share, pk: UUID) -> tuple[int, Any] | None:
    found = Asset.objects.kept().filter(share.given("owner"), pk=pk, team=share.team_id).first()
    if found is None:
        return None
    became = Q(generation=None, enhancement__result=found)
    if found.generation_id and found.kind == "generated" and not found.set_aside:
        became |= Q(generation=found.generation_id)
    items = BatchItem.objects.filter(became, batch=share.about_id).order_by("position")
    place = items.values_list("position", flat=True).first()
    return None if place is None else (place, found)


def _counted(batch: UUID, given: Q) -> int:
    """Two counts, each by the ids of the batch's items: one that asks for either reads all images of the team."""
    items = BatchItem.objects.filter(batch=batch)
    drawn = _drawn(given).filter(generation__in=items.exclude(generation=None).values("generation"))
    results = items.filter(generation=None).exclude(enhancement=None).values("enhancement__result")
    better = Asset.objects.kept().filter(given, pk__in=results)
    return int(drawn.count()) + int(better.count())


def _count(share: Share) -> int:
    return _counted(share.about_id, share.given("owner"))


def _held(batch: Batch) -> int:
    return _counted(batch.pk, Q())


register("batch", Contents(_page, _one, _count, _held))
