"""How every model stands that can be called here: its limits, what is left of them, its circuit and its rests."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone

from designer.catalogue.models import ModelHealth, ModelKind, ModelProfile
from designer.catalogue.ready import ready_models
from designer.generations import health
from designer.jobs import allowances
from designer.jobs.allowances import Limits, Standing, Wish
from designer.pipeline.circuits import Breaker, rest_left


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelNow:
    """One model. `circuit`: closed, open (it is not called), or trial (the next call decides). `success` is the share
    of its calls that went well lately. `limits` is None while Redis cannot be asked."""

    provider: str
    model: str
    title: str
    circuit: str
    why: str
    failures: int
    success: float
    seconds: float | None
    last_error: str
    last_error_at: datetime | None
    resting_until: datetime | None
    limits: Standing | None


def standings() -> list[ModelNow]:
    """Every model that can be called here, and every other that was called."""
    rows, healths = [profile for profile, _ in ready_models()], health.all_health()
    known = {(row.provider, row.model) for row in rows}
    others = Q(pk__in=[])
    for provider, model in healths.keys() - known:
        others |= Q(provider=provider, model=model)
    rows += ModelProfile.objects.filter(others).exclude(kind=ModelKind.ENHANCEMENT)
    unique = {(row.provider, row.model): row for row in rows}
    return [_now(unique[key], healths.get(key)) for key in sorted(unique)]


def facts() -> dict[str, Any]:
    """For the panel of the queue's page."""
    return {"models": standings()}


def _now(profile: ModelProfile, row: ModelHealth | None) -> ModelNow:
    now, limits = timezone.now(), Limits.read(profile.limits)
    asked_to_rest = row.resting_until if row and row.resting_until and row.resting_until > now else None
    stand = allowances.standing(Wish(provider=profile.provider, model=profile.model, holder="", limits=limits))
    rests = [until for until in (asked_to_rest, stand.paused_until if stand else None) if until]
    return ModelNow(
        provider=profile.provider,
        model=profile.model,
        title=profile.title,
        circuit=_circuit(row, now),
        why=health.resting(row, now),
        failures=row.failures if row else 0,
        success=health.success_rate(row),
        seconds=row.seconds if row else None,
        last_error=row.last_error if row else "",
        last_error_at=row.last_error_at if row else None,
        resting_until=max(rests, default=None),
        limits=stand,
    )


def _circuit(row: ModelHealth | None, now: datetime) -> str:
    if row is None or row.opened_at is None:
        return "closed"
    return (
        "open" if rest_left(Breaker(failures=row.failures, opened_at=row.opened_at, trips=row.trips), now) else "trial"
    )
