"""The websocket half: one channel, resumed by sequence number."""

import json
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

LAST = (":complete", ":failed", ":cancelled")


@dataclass(frozen=True, slots=True)
class LiveEvent:
    """A fact (`seq` set) or a tick (`seq` None). `name` "snapshot" carries the truth at subscription."""

    name: str
    data: dict[str, Any]
    seq: int | None

    @property
    def is_last(self) -> bool:
        return self.name.endswith(LAST) or self.data.get("status") in ("succeeded", "partial", "failed", "cancelled")


class _Refused(Exception):
    pass


def watch(url: str, token: str, channel: str, *, after: int | None, timeout: float) -> Iterator[LiveEvent]:
    """See `DesignerBFF.watch`. Raises PermissionError when the channel is not there for this token."""
    deadline = time.monotonic() + timeout
    seen = after
    pause = 0.2
    while time.monotonic() < deadline:
        try:
            with connect(_address(url), additional_headers={"Authorization": f"Bearer {token}"}, proxy=None) as socket:
                pause = 0.2
                for event in _events(socket, channel, seen, deadline):
                    seen = event.seq if event.seq is not None else seen
                    yield event
                return
        except _Refused as refused:
            raise PermissionError(str(refused)) from refused
        except (OSError, WebSocketException):
            time.sleep(min(pause * random.uniform(0.5, 1.5), max(0.0, deadline - time.monotonic())))  # noqa: S311
            pause = min(pause * 2, 5.0)


def _address(url: str) -> str:
    return "ws" + url.removeprefix("http") + "/ws/"


def _events(socket: ClientConnection, channel: str, seen: int | None, deadline: float) -> Iterator[LiveEvent]:
    ask: dict[str, Any] = {"type": "subscribe", "channel": channel}
    socket.send(json.dumps(ask if seen is None else {**ask, "after": seen}))
    while (left := deadline - time.monotonic()) > 0:
        try:
            message = json.loads(socket.recv(timeout=left))
        except TimeoutError:
            return
        kind = message.get("type")
        if kind == "error" and message.get("channel", channel) == channel:
            raise _Refused(message.get("message", "refused"))
        if message.get("channel") != channel:
            continue
        if kind in ("subscribed", "resync") and message.get("snapshot") is not None:
            yield LiveEvent("snapshot", message["snapshot"], message.get("seq"))
        elif kind in ("event", "tick"):
            seq = message.get("seq")
            if seq is None or seen is None or seq > seen:
                seen = seq if seq is not None else seen
                yield LiveEvent(message.get("event", ""), message.get("data", {}), seq)
