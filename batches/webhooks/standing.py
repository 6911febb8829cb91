"""How the courier gets on: what waits to be sent, what came back, and which receivers hold it up."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Count, Min, Q
from django.db.models.functions import Now

from batches.webhooks.models import Delivery, DeliveryStatus, Endpoint, EndpointStatus

LATELY: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class CourierNow:
    """`due` should be sent now (since when the oldest), `later` waits for its next try or for its webhook."""

    due: int
    oldest_due: datetime | None
    later: int
    sending: int
    given_up: int
    delivered_per_minute: float
    webhooks_on: int
    webhooks_failing: int
    webhooks_off: int


def standing() -> CourierNow:
    open_ = Delivery.objects.filter(status__in=(DeliveryStatus.WAITING, DeliveryStatus.SENDING)).order_by()
    on = Q(endpoint__status=EndpointStatus.ENABLED) & (
        Q(asked_for=True) | Q(endpoint__hold_until=None) | Q(endpoint__hold_until__lte=Now())
    )
    due = Q(status=DeliveryStatus.WAITING, next_at__lte=Now()) & on
    found = open_.aggregate(
        due=Count("pk", filter=due),
        oldest_due=Min("next_at", filter=due),
        later=Count("pk", filter=Q(status=DeliveryStatus.WAITING) & ~due),
        sending=Count("pk", filter=Q(status=DeliveryStatus.SENDING)),
    )
    lately = Delivery.objects.filter(status=DeliveryStatus.DELIVERED, finished_at__gt=Now() - LATELY).count()
    hooks = Endpoint.objects.aggregate(
        webhooks_on=Count("pk", filter=Q(status=EndpointStatus.ENABLED)),
        webhooks_failing=Count("pk", filter=Q(status=EndpointStatus.ENABLED, failing_since__isnull=False)),
        webhooks_off=Count("pk", filter=Q(status=EndpointStatus.DISABLED)),
    )
    return CourierNow(
        **found,
        given_up=Delivery.objects.filter(status=DeliveryStatus.DEAD).count(),
        delivered_per_minute=lately / (LATELY.total_seconds() / 60),
        **hooks,
    )


def facts() -> dict[str, Any]:
    """For the panel of the queue's page."""
    return {"courier": standing()}
