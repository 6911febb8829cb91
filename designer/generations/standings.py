"""How every model stands that can be called here: its limits, what is left of them, its circuit and its rests."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone

from designer.catalogue.limits import wish_for
from designer.catalogue.models import ModelHealth, ModelKind, ModelProfile
from designer.catalogue.ready import ready_models, ready_services
from designer.generations import health
from designer.jobs import allowances
from designer.jobs.allowances import Standing
from designer.pipeline.circuits import Breaker, rest_left


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelNow:
    """One model. `circuit`: closed, open (it is not called), or trial (the next call decides). `success` is the share
    of its calls that went well lately. `limits` is None while Redis cannot be asked; those of `limits_scope` account
    are shared with the provider's other models of that scope."""

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
    limits_scope: str
    limits: Standing | None


def standings() -> list[ModelNow]:
    """Every model that can be called here, and every other that was called."""
    rows, healths = [*(profile for profile, _ in ready_models()), *ready_services()], health.all_health()
    known = {(row.provider, row.model) for row in rows}
    others = Q(pk__in=[])
    for provider, model in healths.keys() - known:
        others |= Q(provider=provider, model=model)
    rows += ModelProfile.objects.filter(others).exclude(kind=ModelKind.ENHANCEMENT)
    unique = {(row.provider, row.model): row for row in rows}
    return [_now(unique[key], healths) for key in sorted(unique)]


def facts() -> dict[str, Any]:
    """For the panel of the queue's page."""
    return {"models": standings()}


def _now(profile: ModelProfile, healths: health.Healths) -> ModelNow:
    now, row, wish = timezone.now(), healths.get((profile.provider, profile.model)), wish_for(profile, holder="")
    stand = allowances.standing(wish)
    asked = [
        healths[profile.provider, each].resting_until for each in wish.models if (profile.provider, each) in healths
    ]
    rests = [until for until in (*asked, stand.paused_until if stand else None) if until and until > now]
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
        limits_scope=profile.limits_scope,
        limits=stand,
    )


def _circuit(row: ModelHealth | None, now: datetime) -> str:
    if row is None or row.opened_at is None:
        return "closed"
    return (
        "open" if rest_left(Breaker(failures=row.failures, opened_at=row.opened_at, trips=row.trips), now) else "trial"
    )
