"""What a shared batch shows: the images that its items became, in their order; neither its plan nor its costs."""

from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from batches.models import Batch, BatchItem
from batches.progress import with_assets
from designer.assets.models import Asset
from enhancement.models import Enhancement
from teams.sharing.contents import Contents, register


def _made(batch: Batch) -> Any:
    """The same as `shown_assets` of its items, as rows."""
    generated = Q(kind="generated", set_aside=False, generation__batch_item__batch=batch.pk)
    enhanced = Q(pk__in=Enhancement.objects.filter(batch_item__batch=batch.pk).values("result"))
    return Asset.objects.filter(generated | enhanced, team=batch.team_id).kept()


def _page(batch: Batch, after: int, limit: int) -> list[tuple[int, UUID, Any]]:
    drawn = Asset.objects.kept().filter(generation=OuterRef("generation"), kind="generated", set_aside=False)
    done = Exists(drawn) | Q(enhancement__result__isnull=False, enhancement__result__trashed_at=None)
    rows = BatchItem.objects.filter(done, batch=batch.pk, position__gt=after)
    found = with_assets(rows).order_by("position")[:limit]
    return [(item.position, asset.pk, asset) for item in found for asset in item.shown_assets]


def _one(batch: Batch, pk: UUID) -> tuple[int, Any] | None:
    found = _made(batch).filter(pk=pk).first()
    if found is None:
        return None
    became = Q(enhancement__result=found)
    if found.generation_id:
        became |= Q(generation=found.generation_id)
    places = BatchItem.objects.filter(became, batch=batch.pk).order_by("position").values_list("position", flat=True)
    return (places[0], found) if places else None


register("batch", Contents(_page, _one, lambda batch: _made(batch).count()))
