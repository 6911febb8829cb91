"""What becomes old: lines of the log, and webhooks that were removed."""

from datetime import timedelta
from typing import Final

from django.db.models.functions import Now

from batches.webhooks.models import Delivery, DeliveryStatus, Endpoint, EndpointStatus

KEPT: Final = {DeliveryStatus.DELIVERED: timedelta(days=7), DeliveryStatus.DEAD: timedelta(days=30)}
AT_ONCE: Final = 5000  # rows of one status and turn: the scheduler must not wait for long


def forget_old() -> None:
    """Delete what was delivered a week ago or given up a month ago, and removed webhooks whose log is empty."""
    for status, age in KEPT.items():
        old = Delivery.objects.filter(status=status, finished_at__lt=Now() - age).order_by("finished_at")
        _delete(list(old.values_list("pk", flat=True)[:AT_ONCE]))
    removed = Endpoint.objects.filter(status=EndpointStatus.REMOVED)
    waiting = Delivery.objects.filter(endpoint__in=removed, status=DeliveryStatus.WAITING)
    _delete(list(waiting.values_list("pk", flat=True)[:AT_ONCE]))
    removed.filter(deliveries=None).delete()


def _delete(ids: list[object]) -> None:
    Delivery.objects.filter(pk__in=ids).delete()
