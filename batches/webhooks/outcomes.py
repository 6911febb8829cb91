"""What an answer means for a delivery and for its endpoint."""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import F
from django.db.models.functions import Coalesce, Now

from batches.webhooks import types
from batches.webhooks.models import Attempt, Delivery, DeliveryStatus, Endpoint, EndpointStatus, Why
from designer.notifications.services import notify
from designer.outbound import Answer
from designer.providers.remote.waits import retry_at
from teams.accounts.models import User
from teams.membership.models import Role

# 10 tries in 75 h 35 min, the schedule of the Standard Webhooks specification; each wait is up to a tenth longer
WAITS: Final = [
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
]
TRIES: Final = len(WAITS) + 1
GIVE_UP: Final = timedelta(days=5)  # of nothing but failures: the endpoint is switched off
LONGEST_PAUSE: Final = timedelta(hours=1)  # of those that a receiver may ask for
USUAL_PAUSE: Final = timedelta(seconds=30)  # after a 429 that names none
THROTTLES: Final = (429, 502, 503, 504)
GONE: Final = 410
WARN_EVERY: Final = timedelta(days=1)
KEPT_BODY: Final = 4096  # bytes of an answer
SHOWN_HEADERS: Final = 30


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a call ended: an answer, or an error {code, message}; `ms` it took."""

    ms: int
    answer: Answer | None = None
    error: dict[str, str] = field(default_factory=dict)

    @property
    def received(self) -> bool:
        return self.answer is not None and 200 <= self.answer.status < 300


def wait_before(tries: int) -> timedelta | None:
    """How long to wait after that many failed tries; None when that was the last."""
    if tries >= TRIES:
        return None
    return WAITS[tries - 1] * (1 + random.random() / 10)  # noqa: S311


def pause_of(answer: Answer | None, now: datetime) -> timedelta:
    """How long the receiver asks to be left alone, at most an hour."""
    if answer is None or answer.status not in THROTTLES:
        return timedelta()
    named = retry_at({name.lower(): value for name, value in answer.headers.items()}, now)
    if named is None:
        return USUAL_PAUSE if answer.status == 429 else timedelta()
    return min(named - now, LONGEST_PAUSE)


def write(row: Delivery, outcome: Outcome, *, now: datetime) -> None:
    """Note the outcome of the try that `row` is in. Called in a transaction that holds the courier's lease."""
    _note_answer(row, outcome)
    endpoint = Endpoint.objects.select_for_update(no_key=True).get(pk=row.endpoint_id)
    if outcome.received:
        _end(row, DeliveryStatus.DELIVERED)
        if row.type != types.TEST and endpoint.failing_since is not None:
            ends = {} if row.asked_for else {"hold_until": None}  # the others keep to what the receiver asked for
            Endpoint.objects.filter(pk=endpoint.pk).update(failing_since=None, **ends)
    elif row.type == types.TEST:
        _end(row, DeliveryStatus.DEAD)
    else:
        _failed(row, endpoint, outcome, now)


def _note_answer(row: Delivery, outcome: Outcome) -> None:
    about: dict[str, Any] = {"ms": outcome.ms, "error": outcome.error or None, "updated_at": Now()}
    if outcome.answer is not None:
        answer = outcome.answer
        text = answer.body[:KEPT_BODY].decode("utf-8", "replace").replace("\x00", "\N{REPLACEMENT CHARACTER}")
        shown = list(answer.headers.items())[:SHOWN_HEADERS]
        about |= {
            "status_code": answer.status,
            "response_headers": {name[:100]: value[:500].replace("\x00", "") for name, value in shown},
            "response_body": text,
        }
    Attempt.objects.filter(delivery=row, number=row.attempts).update(**about)


def _end(row: Delivery, status: DeliveryStatus) -> None:
    Delivery.objects.filter(pk=row.pk).update(
        status=status, courier="", asked_for=False, finished_at=Now(), updated_at=Now()
    )


def _failed(row: Delivery, endpoint: Endpoint, outcome: Outcome, now: datetime) -> None:
    gone = outcome.answer is not None and outcome.answer.status == GONE
    wait = None if gone else wait_before(row.tries)
    pause = pause_of(outcome.answer, now)
    if wait is None:
        _end(row, DeliveryStatus.DEAD)
    else:
        Delivery.objects.filter(pk=row.pk).update(
            status=DeliveryStatus.WAITING,
            courier="",
            asked_for=False,
            next_at=Now() + max(wait, pause),
            updated_at=Now(),
        )
    held = {"hold_until": Now() + pause} if pause else {}
    Endpoint.objects.filter(pk=endpoint.pk).update(failing_since=Coalesce(F("failing_since"), Now()), **held)
    if gone:
        switch_off(endpoint, Why.GONE)
    elif endpoint.failing_since is not None and endpoint.failing_since <= now - GIVE_UP:
        switch_off(endpoint, Why.FAILING)
    elif wait is None:
        _warn(endpoint, now)


def switch_off(endpoint: Endpoint, why: Why) -> None:
    """Send nothing more there until somebody switches it on, and say so. In the caller's transaction."""
    on = Endpoint.objects.filter(pk=endpoint.pk, status=EndpointStatus.ENABLED)
    if not on.update(status=EndpointStatus.DISABLED, why=why, updated_at=Now()):
        return
    body = (
        f"{why.label}. Nothing more is sent to {endpoint.url}. "
        "What waits is kept; what happens meanwhile is not sent later. Look at its log, then switch it on again."
    )
    _tell(endpoint, f"Webhook {_shown(endpoint)} was switched off", body)


def _warn(endpoint: Endpoint, now: datetime) -> None:
    """Say that a message was given up; once a day."""
    if endpoint.warned_at is not None and endpoint.warned_at > now - WARN_EVERY:
        return
    Endpoint.objects.filter(pk=endpoint.pk).update(warned_at=Now())
    body = (
        f"A message to {endpoint.url} was given up after {TRIES} tries in three days. "
        "Mend the receiver, then send it again from the log."
    )
    _tell(endpoint, f"Webhook {_shown(endpoint)} keeps failing", body)


def _shown(endpoint: Endpoint) -> str:
    return endpoint.name or endpoint.url[:80]


def _tell(endpoint: Endpoint, title: str, body: str) -> None:
    roles = (Role.OWNER, Role.ADMIN)
    notify(
        users=User.objects.filter(memberships__team=endpoint.team_id, memberships__role__in=roles).distinct(),
        kind="webhook",
        subject=endpoint.sealed_for,
        title=title,
        body=body,
        link=f"/settings/webhooks/{endpoint.pk}",
        team_id=endpoint.team_id,
    )
