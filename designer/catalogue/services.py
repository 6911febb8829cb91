"""Which models may be called today, and what they cost."""

from datetime import date
from decimal import Decimal

from django.db.models import Q
from django.utils import timezone

from designer.catalogue.models import Lifecycle, ModelKind, ModelPrice, ModelProfile


def usable_models(*, today: date, kind: str = ModelKind.IMAGE) -> list[ModelProfile]:
    """Enabled models of `kind` that are neither retired nor past their end, in a stable order."""
    return list(
        ModelProfile.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=today), kind=kind, enabled=True)
        .exclude(lifecycle=Lifecycle.RETIRED)
        .order_by("provider", "model")
    )


def unit_price(
    model: ModelProfile, *, width: int, height: int, quality: str = "standard", at: date | None = None
) -> Decimal | None:
    """USD for one image of width x height pixels, by the newest price valid on `at`. None means unknown, never free."""
    day = at or timezone.now().date()
    fits = Q(max_pixels__isnull=True) | Q(max_pixels__gte=width * height)
    rows = ModelPrice.objects.filter(fits, model=model, quality=quality, valid_from__lte=day)
    newest = rows.order_by("-valid_from", "max_pixels").first()
    return newest.amount if newest else None
