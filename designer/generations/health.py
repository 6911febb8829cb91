"""How the calls to each model went lately: shared by all workers, read by the router, written after every call.

The rules of the circuit are the pipeline's (`circuits.observed`); here its rows are kept. A refused key and an empty
account open the account's circuit, under which all of its models rest; whichever of them is called next tries for all.
Images and reading have a circuit each: a vendor may refuse the one and serve the other with the same key, and what is
served would wake what is refused each time.
"""

import logging
import math
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import DatabaseError, InterfaceError, transaction
from django.db.models import F, Max, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.crypto import salted_hmac

from designer.catalogue.models import Lifecycle, ModelHealth, ModelKind, ModelProfile
from designer.catalogue.ready import KEYS
from designer.notifications import alerts
from designer.notifications.models import AlertKind, Level
from designer.pipeline.circuits import LONGEST_REST, TRIP_AFTER, Breaker, observed, rest_left
from designer.providers import base
from designer.providers.registry import config_of

log = logging.getLogger(__name__)
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
MENDED: Final = {"auth": "check {}", "quota_exhausted": "add credit to the account of {}"}
SIGN_IN: Final = {**KEYS, "a1111": "A1111_LOGIN"}
ACCOUNT: Final = "account "  # how the name begins under which an account stands among its models
ACCOUNTS: Final = (ModelKind.IMAGE, ModelKind.LANGUAGE)
Healths = Mapping[tuple[str, str], ModelHealth]


def account_of(provider: str, kind: str) -> str:
    """What the provider's account is called among its models of that kind: by its key, so that another key begins
    anew."""
    config = config_of(provider)
    key = salted_hmac("health.account", f"{config.base_url}\n{config.api_key}").hexdigest()[:16]
    return f"{ACCOUNT}{kind} {key}"


def all_health() -> Healths:
    """Every model that was called or whose account rests, by provider and model."""
    rows = {(row.provider, row.model): row for row in ModelHealth.objects.all()}
    accounts = [key for key in rows if key[1].startswith(ACCOUNT)]
    shut = {whose: row for row in map(rows.pop, accounts) if row.opened_at and (whose := _account(row))}
    if not shut:
        return rows
    now, providers = timezone.now(), {provider for provider, _ in shut}
    theirs = ModelProfile.objects.filter(provider__in=providers, enabled=True).exclude(lifecycle=Lifecycle.RETIRED)
    for kind, provider, model in theirs.values_list("kind", "provider", "model"):
        if account := shut.get((provider, kind)):
            own = rows.get((provider, model)) or ModelHealth(**_named(provider, model))
            rows[provider, model] = _under(account, own, now)
    return rows


def health_of(provider: str, model: str, kind: str = ModelKind.IMAGE) -> ModelHealth | None:
    """Of one model; None where it was never called, and may be."""
    account = account_of(provider, kind)
    found = {row.model: row for row in ModelHealth.objects.filter(provider=provider, model__in=[model, account])}
    shut, own = found.get(account), found.get(model)
    if shut is None or shut.opened_at is None:
        return own
    return _under(shut, own or ModelHealth(**_named(provider, model)), timezone.now())


def _account(row: ModelHealth) -> tuple[str, str] | None:
    """The provider and the kind of models for which this row is the account's; None for that of an earlier key."""
    kind = next((kind for kind in ACCOUNTS if row.model == account_of(row.provider, kind)), None)
    return (row.provider, kind) if kind else None


def _named(provider: str, model: str) -> dict[str, Any]:
    return {"provider": provider, "model": model}


def _under(account: ModelHealth, own: ModelHealth, now: datetime) -> ModelHealth:
    """How a model stands whose account rests or is on trial: as that does, unless its own rest is the longer."""
    if left_of_rest(own, now) > left_of_rest(account, now):
        return own
    for name in ("failures", "opened_at", "trips", "last_error", "last_error_at"):
        setattr(own, name, getattr(account, name))
    return own


def went_well(provider: str, model: str, seconds_per_image: float, kind: str = ModelKind.IMAGE) -> None:
    """Note a call that went well; it closes the circuit, and its account's, for all models of that kind. A note that
    cannot be written is left out: the answer is paid for, and a job that failed now would have to tell that it may be
    lost."""
    try:
        note_success(provider, model, seconds_per_image, kind)
    except (DatabaseError, InterfaceError):
        log.exception("The health of %s (%s) could not be noted", model, provider)


def note_success(provider: str, model: str, seconds_per_image: float, kind: str = ModelKind.IMAGE) -> None:
    """The note itself. Raises DatabaseError or InterfaceError."""
    row, _ = ModelHealth.objects.get_or_create(provider=provider, model=model)
    pace = seconds_per_image if row.seconds is None else row.seconds + PACE * (seconds_per_image - row.seconds)
    counts = {"calls": F("calls") * KEPT + 1, "successes": F("successes") * KEPT + 1}
    with transaction.atomic():
        ModelHealth.objects.filter(pk=row.pk).update(**counts, seconds=pace, failures=0, opened_at=None, trips=0)
        shut = ModelHealth.objects.filter(**_named(provider, account_of(provider, kind)), opened_at__isnull=False)
        shut.update(failures=0, opened_at=None, trips=0)
        alerts.end_alerts(_key(provider, model), _key(provider, kind=kind))


def went_wrong(provider: str, model: str, error: base.ProviderError, kind: str = ModelKind.IMAGE) -> None:
    """Note a call that failed. What the designer or the pace of asking is to blame for says nothing of the model."""
    if error.code in NOT_THE_MODEL:
        return
    now, names = timezone.now(), [model, account_of(provider, kind)] if error.of_account else [model]
    for name in names:
        ModelHealth.objects.get_or_create(**_named(provider, name))
    with transaction.atomic():
        rows = [ModelHealth.objects.select_for_update().get(**_named(provider, name)) for name in names]
        called, row = rows[0], rows[-1]
        called.calls, called.successes = called.calls * KEPT + 1, called.successes * KEPT
        failures = max(row.failures, TRIP_AFTER - 1) if error.code in AT_ONCE else row.failures
        after = observed(Breaker(failures=failures, opened_at=row.opened_at, trips=row.trips), "failure", now)
        row.failures, row.opened_at, row.trips = after.failures, after.opened_at, after.trips
        row.last_error, row.last_error_at = error.code, now
        for each in rows:
            each.save()
        if row.opened_at is not None:
            _alert(row, now)


def _key(provider: str, model: str = "", kind: str = "") -> str:
    """Of the alert about one model, or about all of the account's of that kind, whichever its key is."""
    return f"provider:{provider}/{model}" if model else f"provider:{provider}:{kind}"


def _alert(row: ModelHealth, now: datetime) -> None:
    """Tell everybody that the model rests, or all of the account's, for as long as that lasts; it is over with the next
    success."""
    key, title, rests, stead = _words_of(row)
    way = f" An admin should {told}." if (told := to_mend(row)) else ""
    alerts.raise_alert(
        kind=AlertKind.PROVIDER,
        key=key,
        level=Level.WARNING,
        title=title,
        text=f"{rests}: {trouble_of(row)}.{way} {stead} it is tried again by itself.",
        ends_at=now + left_of_rest(row, now),
    )


def _words_of(row: ModelHealth) -> tuple[str, str, str, str]:
    """Under which key it is told, what is down, what that means, and who stands in."""
    provider, stead = row.provider, "Others stand in where that is allowed;"
    match _account(row):
        case None:
            return _key(provider, row.model), f"{row.model} ({provider}) is down", "It rests", stead
        case (_, ModelKind.LANGUAGE as kind):
            rests, stead = "None of its models that read is called", "The studio reads by itself;"
            return _key(provider, kind=kind), f"{provider} is down for reading", rests, stead
        case (_, kind):
            return _key(provider, kind=kind), f"{provider} is down", "None of its image models is called", stead


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
    """Let models that rest, themselves or under their account, be tried at once: somebody says that what they rest for
    was seen to. The next call that fails has them rest again."""
    named = sorted(keys)
    providers = sorted({provider for provider, _ in named})
    accounts = [(provider, account_of(provider, kind)) for provider in providers for kind in ACCOUNTS]
    for provider, name in [*named, *accounts]:  # in the order in which a failed call locks them
        rows = ModelHealth.objects.filter(**_named(provider, name), opened_at__gt=Now() - LONGEST_REST)
        rows.update(opened_at=Now() - LONGEST_REST)


def lasts(healths: Healths, key: tuple[str, str]) -> bool:
    """Whether somebody must see to what the model rests for: it does not pass by itself."""
    return key in healths and healths[key].last_error in AT_ONCE


def trouble_of(row: ModelHealth) -> str:
    """What its circuit is open for."""
    return TROUBLES.get(row.last_error, "it failed several times in a row")


def to_mend(row: ModelHealth) -> str:
    """What a person must do about that; "" where it passes by itself."""
    return MENDED.get(row.last_error, "").format(SIGN_IN.get(row.provider, f"the key of {row.provider}"))


def mended(keys: Iterable[tuple[str, str]]) -> str:
    """The same for all of these models, each thing once."""
    healths = all_health()
    return "; ".join(dict.fromkeys(filter(None, (to_mend(healths[key]) for key in keys if key in healths))))


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
