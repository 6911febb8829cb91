"""How a batch is getting on: its pace, what is left, who makes it, what went wrong. Reads only."""

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

from django.db.models import Count, DecimalField, Max, Min, OuterRef, Prefetch, Q, Subquery, Sum
from django.db.models.fields.json import KeyTextTransform
from django.utils import timezone

from batches.models import IN_FLIGHT, Batch, BatchItem, BatchQuerySet, BatchStatus, ItemQuerySet, ItemStatus
from batches.reporting import state_of
from batches.standing import standstill_of
from designer.assets.models import Asset
from designer.generations import health
from designer.ledger.models import Budget, Scope

LATELY: Final = timedelta(minutes=5)
SHOWN: Final = 20


def with_budget(rows: BatchQuerySet) -> BatchQuerySet:
    """The rows with `budget`, the limit of each."""
    limits = Budget.objects.filter(scope=Scope.BATCH, subject_id=OuterRef("pk")).values("amount")[:1]
    return rows.annotate(budget=Subquery(limits, output_field=DecimalField()))


def with_assets(rows: ItemQuerySet) -> ItemQuerySet:
    """The items with what `shown_assets` needs, in three queries however many there are."""
    made = Prefetch("generation__assets", queryset=Asset.objects.order_by("created_at", "id"))
    return rows.select_related("generation", "enhancement__result").prefetch_related(made)


def progress_of(row: Batch) -> dict[str, Any]:
    per_minute = _pace(row)
    left = row.waiting + row.left_in_flight
    going = row.status == BatchStatus.RUNNING and left > 0
    remaining = None
    providers, waits = _providers(row), standstill_of(row) if going else ""
    foreseen = going and not waits and not any(each["waits"] for each in providers)
    if foreseen and per_minute:
        remaining = round(60 * left / per_minute, 1)
    elif foreseen and row.total:  # nothing has ended yet: what was estimated
        remaining = round(row.seconds_high * left / row.total, 1)
    told = {"waits": waits, "per_minute": per_minute if going else None, "remaining_seconds": remaining}
    return {**state_of(row), **told, "providers": providers}


def _pace(row: Batch) -> float | None:
    """Items that ended per minute, over the last minutes in which any did; None before the second end."""
    since = timezone.now() - LATELY
    lately = row.items.filter(finished_at__gt=since).aggregate(n=Count("pk"), first=Min("finished_at"))
    if lately["n"] < 2:
        return None
    seconds = max(1.0, (timezone.now() - lately["first"]).total_seconds())
    return float(round(60 * (lately["n"] - 1) / seconds, 2))


def _providers(row: Batch) -> list[dict[str, Any]]:
    counts = row.items.values("provider", "model").annotate(
        total=Count("pk"),
        succeeded=Count("pk", filter=Q(status=ItemStatus.SUCCEEDED)),
        failed=Count("pk", filter=Q(status=ItemStatus.FAILED)),
        in_flight=Count("pk", filter=Q(status__in=IN_FLIGHT)),
        waiting=Count("pk", filter=Q(status=ItemStatus.WAITING)),
        spent=Sum("cost"),
    )
    healths, now = health.all_health(), timezone.now()
    found = []
    for each in counts.order_by("-total"):
        seen = healths.get((each["provider"], each["model"]))
        spent: Decimal = each.pop("spent")
        why, left = health.resting(seen, now), each["in_flight"] + each.pop("waiting")
        waits = why if left and row.status == BatchStatus.RUNNING else ""
        state = {"healthy": not why, "last_error": seen.last_error if seen else "", "waits": waits}
        found.append({**each, "cost": f"{spent:f}", **state})
    return found


def errors_of(row: Batch) -> list[dict[str, Any]]:
    """What failed, one line per reason, the most frequent first."""
    failed: Iterable[dict[str, Any]] = (
        row.items.filter(status=ItemStatus.FAILED)
        .annotate(code=KeyTextTransform("code", "error"), message=KeyTextTransform("message", "error"))
        .values("code", "message")
        .annotate(count=Count("pk"), remedy=Max(KeyTextTransform("remedy", "error")))
        .order_by("-count", "code")[:SHOWN]
    )
    found = []
    for each in failed:
        same = row.items.filter(
            status=ItemStatus.FAILED, error__code=each["code"], error__message=each["message"]
        ).order_by("position")
        positions = list(same.values_list("position", flat=True)[:SHOWN])
        told = {name: each[name] or "" for name in ("code", "message", "remedy")}
        found.append({**told, "count": each["count"], "positions": positions})
    return found


def items_of(row: Batch, *, status: str = "", arm: str = "", after: int = 0, limit: int = 50) -> list[BatchItem]:
    """Up to `limit` items behind the position `after`, in the order of the plan."""
    rows: ItemQuerySet = BatchItem.objects.filter(batch=row, position__gt=after)
    if status:
        rows = rows.filter(status=status)
    if arm:
        rows = rows.filter(arm=arm)
    return list(with_assets(rows).order_by("position")[:limit])
