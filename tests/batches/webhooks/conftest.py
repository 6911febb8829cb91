"""A receiver on loopback, which for these tests counts as the public internet, and a clock that can be moved."""

import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from django.db.models import F

from batches.webhooks import services
from batches.webhooks.models import Delivery, Endpoint
from batches.webhooks.tasks import wake_courier
from designer import outbound
from designer.realtime.events import record
from tests.batches.webhooks.receiver import Receiver, is_loopback, leading_to, listening
from tests.work import work_off


@pytest.fixture
def receiver(settings, monkeypatch) -> Iterator[Receiver]:
    settings.WEBHOOK_ALLOW_HTTP = True
    with listening() as found:
        # by monkeypatch, as the tests themselves do: what is undone in another order than it was done stays for ever
        monkeypatch.setattr(socket, "getaddrinfo", leading_to(found.port))
        monkeypatch.setitem(outbound.PORTS, "http", found.port)
        monkeypatch.setattr(outbound, "is_public", is_loopback)
        yield found


@dataclass
class Hook:
    """An endpoint and the secret that its receiver was given."""

    row: Endpoint
    secret: str

    def now(self) -> Endpoint:
        self.row.refresh_from_db()
        return self.row

    def deliveries(self) -> list[Delivery]:
        return list(Delivery.objects.filter(endpoint=self.row).order_by("number"))


@pytest.fixture
def hook(receiver: Receiver, member, team) -> Callable[..., Hook]:
    """`hook("/path", "generation.*")`: an endpoint of `team` that its owner has set up."""

    def make(path: str = "/hook", *patterns: str, **about: Any) -> Hook:
        about = {"actor": member("owner"), "team_id": team.pk, **about}
        return Hook(*services.create_endpoint(url=receiver.url(path), patterns=patterns or ["*"], **about))

    return make


def tell(team_id: UUID, event: str = "generation:complete", *, channel: str = "", **data: Any) -> str:
    """Let a fact happen, on a channel of its own unless one is named; the channel."""
    channel = channel or f"{event.split(':')[0]}:{uuid4()}"
    with transaction.atomic():
        record(channel, event, data or {"assets": []}, team_id=team_id)
    return channel


def carry() -> int:
    """What the scheduler and the workers do within a second or two."""
    wake_courier()
    return work_off("io")


def pass_time(span: timedelta) -> None:
    """Let `span` go by: everything that waits for a time is that much nearer to it."""
    Delivery.objects.update(next_at=F("next_at") - span)
    for name in ("failing_since", "hold_until", "warned_at", "old_secret_until"):
        Endpoint.objects.filter(**{f"{name}__isnull": False}).update(**{name: F(name) - span})
