"""A receiver of webhooks on loopback, which counts as the public internet for whoever asks for that."""

import json
import os
import socket
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

from designer import outbound

Talk = Callable[["Call", socket.socket], None]
HOST = "hooks.example"
PORT = "RECEIVER_PORT"  # in the environment of a worker that shall call this receiver


@dataclass
class Call:
    """A request as the receiver read it."""

    path: str
    headers: dict[str, str]
    body: bytes
    at: float
    answered: int = 0

    @property
    def said(self) -> dict[str, Any]:
        return json.loads(self.body)


def reply(status: int, *, body: bytes = b"", **headers: str) -> Talk:
    """An ordinary answer."""

    def talk(call: Call, link: socket.socket) -> None:
        lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        call.answered = status
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


@contextmanager
def listening() -> Iterator[Receiver]:
    """A receiver that serves until the end of the block."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=256)
    found = Receiver(listener.getsockname()[1])

    def accept() -> None:
        while True:
            try:
                link, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=found.serve, args=(link,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield found
    finally:
        listener.close()


def leading_to(port: int) -> Callable[..., Any]:
    """A `getaddrinfo` by which HOST leads to this port of loopback."""
    look_up = socket.getaddrinfo

    def looked_up(host: Any, at: Any, *more: Any, **about: Any) -> Any:
        if host == HOST:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]
        return look_up(host, at, *more, **about)

    return looked_up


def is_loopback(address: str) -> bool:
    return address == "127.0.0.1"


@contextmanager
def counts_as_public(port: int) -> Iterator[None]:
    """HOST leads to this port of loopback, and loopback may be called."""
    with (
        patch.object(socket, "getaddrinfo", leading_to(port)),
        patch.dict(outbound.PORTS, {"http": port}),
        patch.object(outbound, "is_public", is_loopback),
    ):
        yield


_for_ever = ExitStack()  # kept, else it would be undone at once
if os.environ.get(PORT):  # imported by a worker as one of its extra handlers
    _for_ever.enter_context(counts_as_public(int(os.environ[PORT])))
