"""Webhooks while their courier is killed and receivers are away or hang: plays with real processes.

A play returns figures and judges nothing.
"""

import random
import socket
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import F
from django.db.models.functions import Now
from django.test import override_settings

from batches.webhooks import services
from batches.webhooks.models import Delivery, DeliveryStatus, Endpoint
from designer.jobs.models import Job, JobStatus
from teams.accounts.models import User
from tests.batches.webhooks import receiver as receivers
from tests.batches.webhooks.conftest import pass_time, tell
from tests.batches.webhooks.receiver import Receiver, reply
from tests.factories import PASSWORD
from tests.faults.fairness import tail
from tests.faults.kit import Proc, Stage, private_stage, until

Figures = dict[str, Any]
HANDLERS = "tests.faults.handlers,tests.batches.webhooks.receiver"
HOUR = timedelta(hours=1)
AWAY = 72  # hours
DRIP = 0.5  # seconds between two bytes of an answer that never ends


@contextmanager
def couriers() -> Iterator[tuple[Stage, Receiver, list[Proc]]]:
    """Two workers that carry, a scheduler that wakes them, and a receiver that they may call."""
    with private_stage() as stage, receivers.listening() as receiver, receivers.counts_as_public(receiver.port):
        more = {receivers.PORT: str(receiver.port), "DESIGNER_EXTRA_HANDLERS": HANDLERS, "WEBHOOK_ALLOW_HTTP": "1"}
        stage.env |= more
        workers = [stage.worker("io", children=1) for _ in range(2)]
        stage.scheduler()
        yield stage, receiver, workers


def endpoint(url: str) -> Endpoint:
    """A webhook of a new person, for everything that happens in their own team."""
    user = User.objects.create_user(f"{url.rsplit('/')[-1]}@example.org", PASSWORD)
    with override_settings(WEBHOOK_ALLOW_HTTP=True):
        return services.create_endpoint(actor=user, url=url, patterns=["*"])[0]


def away_for_three_days(*, step: int, killed: float = 0.4, seed: int = 19) -> Figures:
    """19: the receiver fails for 72 hours of a compressed clock while facts go on and couriers are killed."""
    dice = random.Random(seed)
    with couriers() as (_, receiver, workers):
        hook = endpoint(receiver.url())
        receiver.answers(reply(503, Retry_After="600"), _hang_up, reply(404), reply(429), _slowly)
        told = kills = hours = 0
        while hours < AWAY:
            tell(hook.team_id, n=told)
            told += 1
            if dice.random() < killed:
                kills += _kill_one_that_carries(workers)
            until(_quiet, 60)
            pass_time(step * HOUR)
            hours += step
        receiver.answers(reply(200))
        for _ in range(12):
            until(_quiet, 60)
            pass_time(13 * HOUR)
        until(_quiet, 60)
        return {"promise": 19, "hours_away": hours, "facts": told, "couriers_killed": kills, **_arrived(receiver, told)}


def _hang_up(call: receivers.Call, link: socket.socket) -> None:
    """No answer at all."""


def _slowly(call: receivers.Call, link: socket.socket) -> None:
    """Long enough for a courier to be caught in it."""
    time.sleep(0.5)
    reply(500)(call, link)


def _kill_one_that_carries(workers: list[Proc]) -> int:
    """SIGKILL the worker that holds the courier's job, if one holds it in the next seconds; it is started again."""
    try:
        row = until(lambda: Job.objects.filter(kind="webhook.courier", status=JobStatus.LEASED).first(), 10, every=0.01)
    except TimeoutError:
        return 0
    for worker in workers:
        if int(row.worker.split(":")[1]) in worker.children():
            worker.kill()
            worker.start()
            return 1
    return 0


def _quiet() -> bool:
    """Nothing is due or on its way."""
    due = Delivery.objects.filter(status=DeliveryStatus.WAITING, next_at__lte=Now())
    held = due.filter(endpoint__hold_until__gt=Now()).count()
    return due.count() == held and not Delivery.objects.filter(status=DeliveryStatus.SENDING).exists()


def _arrived(receiver: Receiver, told: int) -> Figures:
    """What the receiver took, by its own list: calls after it came back were answered 200."""
    taken = Counter(call.said["data"]["n"] for call in receiver.calls if call.answered == 200)
    ids: dict[Any, set[str]] = {}
    for call in receiver.calls:
        ids.setdefault(call.said["data"]["n"], set()).add(call.headers["webhook-id"])
    return {
        "calls": len(receiver.calls),
        "lost": sum(1 for n in range(told) if not taken[n]),
        "came_twice": sum(1 for count in taken.values() if count > 1),
        "ids_that_changed": sum(1 for known in ids.values() if len(known) > 1),
        "states": dict(Counter(Delivery.objects.values_list("status", flat=True))),
        "most_tries": max(Delivery.objects.values_list("tries", flat=True)),
    }


def dead_ones_delay_nobody(*, healthy: int, dead: int, rounds: int) -> Figures:
    """21: seconds from a fact to its answer at healthy receivers, alone and beside some that hang, drip or swell."""
    with couriers() as (_, receiver, _workers):
        well = [endpoint(receiver.url(f"/well{n}")) for n in range(healthy)]
        alone = _rounds([row.team_id for row in well], rounds)
        ill = [endpoint(receiver.url(f"/ill{n}")) for n in range(dead)]
        for number, row in enumerate(ill):
            receiver.answers([_hangs, _drips, _swells][number % 3], path=f"/ill{number}")
            tell(row.team_id)
        until(lambda: Endpoint.objects.exclude(failing_since=None).count() >= dead * 2 // 3, 60)
        beside = _rounds([row.team_id for row in (*well, *ill)], rounds, only={row.pk for row in well})
        one, other = tail(alone), tail(beside)
        return {
            "promise": 21,
            "healthy": healthy,
            "dead": dead,
            "alone": one,
            "beside_the_dead": other,
            "p95_ratio": round(other["p95"] / one["p95"], 2),
        }


def _rounds(teams: list[UUID], rounds: int, *, only: set[UUID] | None = None) -> list[float]:
    """Tell every team a fact, so many times; the seconds until each was answered."""
    before = set(Delivery.objects.values_list("pk", flat=True))
    for _ in range(rounds):
        for team in teams:
            tell(team)
        time.sleep(1.5)
    mine = Delivery.objects.exclude(pk__in=before)
    mine = mine.filter(endpoint__in=only) if only is not None else mine
    until(partial(_all_delivered, mine), 120)
    took = mine.annotate(took=F("finished_at") - F("created_at")).values_list("took", flat=True)
    return [each.total_seconds() for each in took]


def _all_delivered(deliveries: Any) -> bool:
    return not deliveries.exclude(status=DeliveryStatus.DELIVERED).exists()


def _hangs(call: receivers.Call, link: socket.socket) -> None:
    link.recv(1)


def _drips(call: receivers.Call, link: socket.socket) -> None:
    link.sendall(b"HTTP/1.1 200 OK\r\nX-Drip: ")
    while True:
        link.sendall(b"a")
        time.sleep(DRIP)


def _swells(call: receivers.Call, link: socket.socket) -> None:
    link.sendall(b"HTTP/1.1 500 X\r\nContent-Length: 1000000000\r\n\r\n")
    while True:
        link.sendall(b"x" * 65536)
