"""How the calls to each model went lately: shared by all workers, read by the router, written after every call.

The rules of the circuit are the pipeline's (`circuits.observed`); here its rows are kept.
"""

import math
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import F, Max, Q
from django.db.models.functions import Now
from django.utils import timezone

from designer.catalogue.models import ModelHealth
from designer.notifications import alerts
from designer.notifications.models import AlertKind, Level
from designer.pipeline.circuits import LONGEST_REST, TRIP_AFTER, Breaker, observed, rest_left
from designer.providers import base

KEPT: Final = 0.98  # of the counts, at each call: they fade by half in 34 calls
PACE: Final = 0.2  # weight of the newest call in the mean seconds
PRIOR_CALLS: Final = 10.0  # calls that went well, which a model begins with: one early failure is no verdict
MEASURED: Final = 5.0  # calls from which on the measured pace counts for more than the catalogue's word
AT_ONCE: Final = frozenset({"auth", "quota_exhausted"})  # the next call would fail as well
NOT_THE_MODEL: Final = frozenset({"moderated", "invalid_request", "rate_limited", "model_retired"})
UNNAMED_PAUSE: Final = timedelta(seconds=5)
TROUBLES: Final = {
    "auth": "its key was refused",
    "quota_exhausted": "its credit is used up",
    "timeout": "it did not answer in time, several times in a row",
}
Healths = Mapping[tuple[str, str], ModelHealth]


def all_health() -> Healths:
    """Every row, by provider and model."""
    return {(row.provider, row.model): row for row in ModelHealth.objects.all()}


def health_of(provider: str, model: str) -> ModelHealth | None:
    """Of one model; None where it was never called."""
    return ModelHealth.objects.filter(provider=provider, model=model).first()


def went_well(provider: str, model: str, seconds_per_image: float) -> None:
    """Note a call that brought an image; it closes the circuit."""
    row, _ = ModelHealth.objects.get_or_create(provider=provider, model=model)
    pace = seconds_per_image if row.seconds is None else row.seconds + PACE * (seconds_per_image - row.seconds)
    counts = {"calls": F("calls") * KEPT + 1, "successes": F("successes") * KEPT + 1}
    with transaction.atomic():
        ModelHealth.objects.filter(pk=row.pk).update(**counts, seconds=pace, failures=0, opened_at=None, trips=0)
        alerts.end_alerts(_key(provider, model))


def went_wrong(provider: str, model: str, error: base.ProviderError) -> None:
    """Note a call that failed. What the designer or the pace of asking is to blame for says nothing of the model."""
    if error.code in NOT_THE_MODEL:
        return
    now = timezone.now()
    ModelHealth.objects.get_or_create(provider=provider, model=model)
    with transaction.atomic():
        row = ModelHealth.objects.select_for_update().get(provider=provider, model=model)
        failures = max(row.failures, TRIP_AFTER - 1) if error.code in AT_ONCE else row.failures
        after = observed(Breaker(failures=failures, opened_at=row.opened_at, trips=row.trips), "failure", now)
        row.failures, row.opened_at, row.trips = after.failures, after.opened_at, after.trips
        row.calls, row.successes = row.calls * KEPT + 1, row.successes * KEPT
        row.last_error, row.last_error_at = error.code, now
        row.save()
        if row.opened_at is not None:
            _alert(row, now)


def _key(provider: str, model: str) -> str:
    return f"provider:{provider}/{model}"


def _alert(row: ModelHealth, now: datetime) -> None:
    """Tell everybody that the model rests, for as long as it does; it is over with the next success."""
    alerts.raise_alert(
        kind=AlertKind.PROVIDER,
        key=_key(row.provider, row.model),
        level=Level.WARNING,
        title=f"{row.model} ({row.provider}) is down",
        text=f"It rests: {trouble_of(row)}. Others stand in for it where that is allowed; it is tried again by itself.",
        ends_at=now + left_of_rest(row, now),
    )


def rest(provider: str, model: str, until: datetime | None) -> None:
    """Nobody calls this model before `until`, which its vendor asked for; a moment later where it named no time."""
    until = until or timezone.now() + UNNAMED_PAUSE
    row, _ = ModelHealth.objects.get_or_create(provider=provider, model=model)
    later = Q(resting_until__isnull=True) | Q(resting_until__lt=until)
    ModelHealth.objects.filter(later, pk=row.pk).update(resting_until=until)


def rest_of(provider: str, models: Iterable[str]) -> timedelta | None:
    """How long the vendor still wants to be left alone with any of these models; None when it does not."""
    resting = ModelHealth.objects.filter(provider=provider, model__in=list(models), resting_until__gt=Now())
    until = resting.aggregate(until=Max("resting_until"))["until"]
    return max(until - timezone.now(), timedelta(milliseconds=1)) if until else None


def left_of_rest(row: ModelHealth | None, now: datetime) -> timedelta:
    """How long the model is not called yet; none where its circuit is closed, or rested enough for a trial."""
    if row is None:
        return timedelta()
    return rest_left(Breaker(failures=row.failures, opened_at=row.opened_at, trips=row.trips), now)


def on_trial(row: ModelHealth | None, now: datetime) -> bool:
    """Whether its rest is over, and no call has gone well since."""
    return row is not None and row.opened_at is not None and not left_of_rest(row, now)


def try_now(keys: Iterable[tuple[str, str]]) -> None:
    """Let models that rest be tried at once: somebody says that what they rest for was seen to. The next call that
    fails has them rest again."""
    for provider, model in keys:
        rows = ModelHealth.objects.filter(provider=provider, model=model, opened_at__gt=Now() - LONGEST_REST)
        rows.update(opened_at=Now() - LONGEST_REST)


def lasts(healths: Healths, key: tuple[str, str]) -> bool:
    """Whether somebody must see to what the model rests for: it does not pass by itself."""
    return key in healths and healths[key].last_error in AT_ONCE


def trouble_of(row: ModelHealth) -> str:
    """What its circuit is open for."""
    return TROUBLES.get(row.last_error, "it failed several times in a row")


def resting(row: ModelHealth | None, now: datetime) -> str:
    """Why the model may not be called now, and until when; "" = it may."""
    left = left_of_rest(row, now)
    if row is None or not left:
        return ""
    seconds = math.ceil(left.total_seconds())
    soon = f"{seconds} s" if seconds < 100 else f"{math.ceil(seconds / 60)} minutes"
    return f"{trouble_of(row)}; it is tried again in {soon}"


def healthy(row: ModelHealth | None, now: datetime) -> bool:
    return not resting(row, now)


def success_rate(row: ModelHealth | None) -> float:
    """Share of calls that went well, of all that were made and counted: failures are in the denominator."""
    if row is None:
        return 1.0
    return (row.successes + PRIOR_CALLS) / (row.calls + PRIOR_CALLS)


def pace(row: ModelHealth | None, stated: float) -> float:
    """Seconds per image: measured once there are enough calls, the catalogue's until then."""
    return row.seconds if row is not None and row.seconds is not None and row.calls >= MEASURED else stated
