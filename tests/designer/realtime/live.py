"""A real server process on the test database, and a client that speaks plainly. For tests and benchmarks."""

import json
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from designer.env import ROOT
from designer.realtime import events
from teams.accounts.credentials import SHOWN, digest_of, new_key
from teams.accounts.models import ApiToken, User
from teams.membership.models import Membership, Team
from teams.review.collections.models import Collection

FLAGS = ["--ws-max-size", "65536", "--ws-max-queue", "32", "--log-level", "warning", "--lifespan", "off"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def database_url() -> str:
    at = connection.settings_dict
    return f"postgres://{at['USER']}:{at['PASSWORD']}@{at['HOST']}:{at['PORT']}/{at['NAME']}"


@contextmanager
def server(*flags: str, app: str = "designer.asgi:application", port: int = 0, **environment: str) -> Iterator[int]:
    """The port of a web process on this database, until the end of the block."""
    with serving(*flags, app=app, port=port, **environment) as (at, _):
        yield at


@contextmanager
def serving(
    *flags: str, app: str = "designer.asgi:application", port: int = 0, **environment: str
) -> "Iterator[tuple[int, subprocess.Popen[bytes]]]":
    """The port of a web process on this database and the process itself, until the end of the block."""
    port = port or free_port()
    environ = {
        **os.environ,
        "DATABASE_URL": database_url(),
        "REDIS_URL": settings.REDIS_URL,
        "DJANGO_SETTINGS_MODULE": "designer.settings",
        **environment,
    }
    command = [sys.executable, "-m", "uvicorn", app, "--port", str(port), *FLAGS, *flags]
    process = subprocess.Popen(command, env=environ, cwd=ROOT)
    try:
        await_health(port, process)
        yield port, process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def await_health(port: int, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(300):
        assert process.poll() is None, "the server ended"
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the server did not start")


def person(name: str = "") -> User:
    return User.objects.create_user(f"{name or secrets.token_hex(6)}@example.org", "correct horse battery")


def team_of(*members: User, role: str = "editor") -> Team:
    team = Team.objects.create(name="Atelier", slug=secrets.token_hex(8))
    for member in members:
        Membership.objects.create(team=team, user=member, role=role)
    return team


def meeting_of(team: Team, owner: User) -> str:
    """A channel of the team's on which people meet."""
    return f"collection:{Collection.objects.create(team=team, owner=owner, name='Spring').pk}"


def token_of(user: User, *scopes: str) -> str:
    raw = new_key()
    ApiToken.objects.create(
        user=user,
        name="test",
        prefix=raw[:SHOWN],
        digest=digest_of(raw),
        scopes=list(scopes) or ["read", "write"],
    )
    return raw


def cookie_of(user: User) -> str:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return f"{settings.SESSION_COOKIE_NAME}={client.session.session_key}"


def record(channel: str, *numbers: int, event: str = "generation:stage") -> None:
    """Let facts happen, each in a transaction of its own."""
    for number in numbers:
        with transaction.atomic():
            events.record(channel, event, {"n": number}, team_id=None)


def measured(port: int, name: str) -> float:
    """The sum of all lines of one of the server's own figures, with all that follows `name` in them."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        lines = answer.read().decode().splitlines()
    return sum(float(line.rsplit(" ", 1)[-1]) for line in lines if line.startswith(name))


def handshake(port: int, token: str) -> bytes:
    """What opens a socket, for those who read the network themselves."""
    lines = ["GET /ws/ HTTP/1.1", f"Host: 127.0.0.1:{port}", "Upgrade: websocket", "Connection: Upgrade"]
    lines += ["Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13"]
    return "\r\n".join([*lines, f"Authorization: Bearer {token}", "", ""]).encode()


class Talk:
    """One socket. `expect` waits for a message of a type; heartbeats and others pass by into `heard`."""

    def __init__(self, port: int, token: str | None = None, path: str = "/ws/", **headers: str) -> None:
        sent = {name.title(): value for name, value in headers.items()}
        if token:
            sent["Authorization"] = f"Bearer {token}"
        self._stack = ExitStack()
        self.heard: list[dict[str, Any]] = []
        opening = connect(f"ws://127.0.0.1:{port}{path}", additional_headers=sent, proxy=None, close_timeout=2)
        self.ws: ClientConnection = self._stack.enter_context(opening)

    def __enter__(self) -> "Talk":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._stack.close()

    def say(self, **message: Any) -> None:
        self.ws.send(json.dumps(message))

    def hear(self, timeout: float = 15) -> dict[str, Any]:
        message: dict[str, Any] = json.loads(self.ws.recv(timeout=timeout))
        self.heard.append(message)
        return message

    def expect(self, kind: str, timeout: float = 15) -> dict[str, Any]:
        end = time.monotonic() + timeout
        while True:
            message = self.hear(max(0.01, end - time.monotonic()))
            if message["type"] == kind:
                return message

    def subscribe(self, channel: str, **more: Any) -> dict[str, Any]:
        self.say(type="subscribe", channel=channel, **more)
        return self.expect("subscribed")

    def closing_code(self, timeout: float = 15) -> int:
        """Read to the end; the code with which the server closed."""
        try:
            while True:
                self.hear(timeout)
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else 1006


class Stream:
    """One stream of Server-Sent Events. `place` is the id of the last event, as a browser keeps it."""

    def __init__(
        self, port: int, *channels: str, token: str | None = None, place: str = "", version: str = "", **headers: str
    ) -> None:
        sent = {name.replace("_", "-").title(): value for name, value in headers.items()}
        if token:
            sent["Authorization"] = f"Bearer {token}"
        if place:
            sent["Last-Event-ID"] = place
        query = urlencode(
            [*(("channel", channel) for channel in channels), *([("version", version)] if version else [])]
        )
        asked = urllib.request.Request(f"http://127.0.0.1:{port}/api/events/stream?{query}", headers=sent)
        self.place, self.retry = place, 0
        self._answer = urllib.request.urlopen(asked, timeout=20)

    def __enter__(self) -> "Stream":
        return self

    def __exit__(self, *_: object) -> None:
        """Also under a reader in another thread, who holds what `close` would wait for."""
        if self._answer.fp is not None:
            with suppress(OSError):
                self._answer.fp.raw._sock.shutdown(socket.SHUT_RDWR)
        self._answer.close()

    def hear(self) -> dict[str, Any] | None:
        """The next message; None when the server has ended the stream."""
        data = ""
        for line in self._answer:
            name, _, value = line.decode().rstrip("\n").partition(": ")
            if name == "id":
                self.place = value
            elif name == "retry":
                self.retry = int(value)
            elif name == "data":
                data = value
            elif not name and data:
                return dict(json.loads(data))
        return None

    def expect(self, kind: str) -> dict[str, Any]:
        while (message := self.hear()) is not None:
            if message["type"] == kind:
                return message
        raise AssertionError(f"the stream ended before a {kind}")


def refusal(port: int, *channels: str, **more: Any) -> tuple[int, dict[str, Any]]:
    """The status and the problem with which a stream is refused."""
    try:
        with Stream(port, *channels, **more):
            raise AssertionError("it was not refused")
    except urllib.error.HTTPError as answer:
        return answer.code, dict(json.load(answer))
