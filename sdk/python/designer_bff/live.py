"""The websocket half: one channel, resumed by sequence number."""

import json
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.sync.client import ClientConnection, connect

LAST = (":complete", ":failed", ":cancelled")
FINAL = {
    4400: "The studio did not understand this client.",
    4401: "The token is not valid (any more).",
    4403: "Not allowed.",
}
PASSING = ("unavailable", "slow_down")  # trouble that another try may find gone


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


@dataclass(slots=True)
class _Place:
    """How far a watcher has come: the newest number it has and the history that number belongs to."""

    seen: int | None
    epoch: str | None = None


def watch(url: str, token: str, channel: str, *, after: int | None, timeout: float) -> Iterator[LiveEvent]:
    """See `DesignerBFF.watch`. Raises PermissionError when the token or the channel is refused."""
    deadline = time.monotonic() + timeout
    place = _Place(after)
    pause = 0.2
    while time.monotonic() < deadline:
        try:
            with connect(_address(url), additional_headers={"Authorization": f"Bearer {token}"}, proxy=None) as socket:
                for event in _events(socket, channel, place, deadline):
                    pause = 0.2
                    yield event
                return
        except _Refused as refused:
            raise PermissionError(str(refused)) from refused
        except ConnectionClosed as closed:
            if closed.rcvd and closed.rcvd.code in FINAL:
                raise PermissionError(FINAL[closed.rcvd.code]) from closed
        except (OSError, WebSocketException):
            pass
        time.sleep(min(pause * random.uniform(0.5, 1.5), max(0.0, deadline - time.monotonic())))  # noqa: S311
        pause = min(pause * 2, 5.0)


def _address(url: str) -> str:
    return "ws" + url.removeprefix("http") + "/ws/"


def _events(socket: ClientConnection, channel: str, place: _Place, deadline: float) -> Iterator[LiveEvent]:
    known = {"after": place.seen, "epoch": place.epoch} if place.seen is not None else {}
    ask = {"type": "subscribe", "channel": channel, **known}
    socket.send(json.dumps({name: value for name, value in ask.items() if value is not None}))
    while (left := deadline - time.monotonic()) > 0:
        try:
            message = json.loads(socket.recv(timeout=left))
        except TimeoutError:
            return
        if message.get("channel", channel) == channel:
            yield from _heard(message, place)


def _heard(message: dict[str, Any], place: _Place) -> Iterator[LiveEvent]:
    """What a message of the channel tells, each fact once. Raises _Refused or, to try again, WebSocketException."""
    kind, seq = message.get("type"), message.get("seq")
    if kind == "error":
        passing = message.get("code") in PASSING
        raise WebSocketException(message["code"]) if passing else _Refused(message.get("message", "refused"))
    if kind == "resync":  # the numbers begin anew: a fresh `subscribed` follows
        place.seen = None
    elif kind == "subscribed":
        place.epoch = message.get("epoch")
        if message.get("snapshot") is not None:
            place.seen = seq
            yield LiveEvent("snapshot", message["snapshot"], seq)
    elif kind in ("event", "tick") and (seq is None or place.seen is None or seq > place.seen):
        place.seen = place.seen if seq is None else seq
        yield LiveEvent(message.get("event", ""), message.get("data", {}), seq)
