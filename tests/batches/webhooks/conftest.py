"""A receiver on loopback, which for these tests counts as the public internet, and a clock that can be moved."""

import json
import socket
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
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
from tests.work import work_off

Talk = Callable[["Call", socket.socket], None]
HOST = "hooks.example"


@dataclass
class Call:
    """A request as the receiver read it."""

    path: str
    headers: dict[str, str]
    body: bytes
    at: float

    @property
    def said(self) -> dict[str, Any]:
        return json.loads(self.body)


def reply(status: int, *, body: bytes = b"", **headers: str) -> Talk:
    """An ordinary answer."""

    def talk(call: Call, link: socket.socket) -> None:
        lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        link.sendall("\r\n".join([*lines, "", ""]).encode() + body)

    return talk


@dataclass
class Receiver:
    """Answers each path by its list of talks, the last of them for ever; 204 where none is given."""

    port: int
    calls: list[Call] = field(default_factory=list)
    talks: dict[str, list[Talk]] = field(default_factory=lambda: defaultdict(list))

    def url(self, path: str = "/hook") -> str:
        return f"http://{HOST}{path}"

    def at(self, path: str) -> list[Call]:
        return [call for call in self.calls if call.path == path]

    def answers(self, *talks: Talk, path: str = "/hook") -> None:
        self.talks[path] = list(talks)

    def serve(self, link: socket.socket) -> None:
        with link:
            try:
                call = read(link)
                self.calls.append(call)
                talks = self.talks[call.path]
                talk = (talks.pop(0) if len(talks) > 1 else talks[0]) if talks else reply(204)
                talk(call, link)
            except (OSError, ValueError):
                return


def read(link: socket.socket) -> Call:
    data = b""
    while b"\r\n\r\n" not in data:
        data += link.recv(65536) or _ended()
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    while len(body) < int(headers.get("content-length", 0)):
        body += link.recv(65536) or _ended()
    return Call(first.split(" ")[1], headers, body, time.monotonic())


def _ended() -> bytes:
    raise ValueError("The other side hung up.")


@pytest.fixture
def receiver(monkeypatch, settings) -> Iterator[Receiver]:
    settings.WEBHOOK_ALLOW_HTTP = True
    listener = socket.create_server(("127.0.0.1", 0), backlog=256)
    found = Receiver(listener.getsockname()[1])
    look_up = socket.getaddrinfo

    def looked_up(host: Any, port: Any, *more: Any, **about: Any) -> Any:
        if host == HOST:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", found.port))]
        return look_up(host, port, *more, **about)

    def accept() -> None:
        while True:
            try:
                link, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=found.serve, args=(link,), daemon=True).start()

    monkeypatch.setattr(socket, "getaddrinfo", looked_up)
    monkeypatch.setitem(outbound.PORTS, "http", found.port)
    monkeypatch.setattr(outbound, "is_public", lambda address: address == "127.0.0.1")
    threading.Thread(target=accept, daemon=True).start()
    yield found
    listener.close()


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
