"""Calls that may have been paid for: nobody knows how they ended, nothing asks again, somebody has to look."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from django.db.models import Count, Min, Sum

from designer.jobs.models import AttemptOutcome, JobAttempt

SHOWN: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsettled:
    """Those of one model: how many, what they may have cost (None: no price is known), and since when."""

    provider: str
    model: str
    calls: int
    price: Decimal | None
    since: datetime


def by_model() -> list[Unsettled]:
    """All of them, the most frequent first; found by their partial index."""
    rows = JobAttempt.objects.filter(outcome=AttemptOutcome.UNKNOWN).order_by().values("provider", "model")
    found = rows.annotate(calls=Count("pk"), price=Sum("price"), since=Min("created_at"))
    return [Unsettled(**row) for row in found.order_by("-calls", "provider", "model")]


def latest() -> list[JobAttempt]:
    """The newest of them, with their jobs."""
    rows = JobAttempt.objects.filter(outcome=AttemptOutcome.UNKNOWN).select_related("job")
    return list(rows.order_by("-created_at")[:SHOWN])
