"""A persona's profile against what was made and liked with it, month by month."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from designer.assets.models import Asset, AssetKind
from designer.personas.models import Feedback, FeedbackKind, Persona
from designer.personas.services import shown_weights
from designer.pipeline.clustering import SINGLE
from designer.pipeline.drift import MINIMUM, MonthDrift, month_of
from designer.pipeline.records import Understanding

MONTHS: Final = 12
MOST: Final = 5000  # images looked at
BASES: Final = {"liked": "liked, picked or rated 4 and 5", "made": "made with this persona"}
GOOD: Final = Q(kind__in=(FeedbackKind.LIKE, FeedbackKind.PICK)) | Q(kind=FeedbackKind.RATING, rating__gte=4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """What stands on the page: months, the oldest first; `minimum`: images under which nothing is said."""

    basis: str
    months: tuple[MonthDrift, ...]
    minimum: int = MINIMUM

    @property
    def is_told(self) -> bool:
        return any(month.divergence is not None for month in self.months)

    @property
    def images(self) -> int:
        return sum(month.images for month in self.months)


def drift_of(row: Persona, basis: str = "liked") -> Drift:
    """Of the last MONTHS months. `basis`: "liked" or "made".

    An image counts with what its brief and photos said. What the persona itself added does not count: it would find
    itself and call that steady.
    """
    by_month: dict[str, list[Mapping[str, Any]]] = {}
    for asset in _images(row, basis).select_related("generation").only("created_at", "generation__understood")[:MOST]:
        if asset.generation is not None:
            month = timezone.localtime(asset.created_at).strftime("%Y-%m")
            by_month.setdefault(month, []).append(asset.generation.understood)
    profile = profile_of(row)
    return Drift(
        basis=basis,
        months=tuple(
            month_of(name, len(by_month[name]), _counts(by_month[name]), profile) for name in sorted(by_month)
        ),
    )


def profile_of(row: Persona) -> dict[str, Mapping[str, float]]:
    """attribute -> value -> how much: pictures where the persona comes of them, else its weights."""
    counted = {name: row.distributions[name] for name in row.distributions if name in SINGLE}
    return {**shown_weights(row), **({} if row.version > 1 else counted)}  # what a designer changed by hand counts


def _images(row: Persona, basis: str) -> QuerySet[Asset]:
    since = timezone.now() - timedelta(days=31 * MONTHS)
    rows = Asset.objects.filter(generation__persona=row, kind=AssetKind.GENERATED, created_at__gte=since)
    if basis == "liked":
        rows = rows.filter(Exists(Feedback.objects.filter(GOOD, asset=OuterRef("pk"))))
    return rows.order_by("-created_at")


def _counts(records: Iterable[Mapping[str, Any]]) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = {}
    for said in records:
        understood = Understanding.from_json(said)
        for name in SINGLE:
            value = understood.value(name)
            if isinstance(value, str) and understood[name].source != "persona":
                found.setdefault(name, Counter())[value] += 1
    return found
