# Written by `manage.py write_contracts` from the same file in _async. Change that, not this.
"""Watching channels: one socket for as many as you like, resumed over lost connections."""

import json
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any, Literal

from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus, WebSocketException

from designer_bff._sync.stream import Stream
from designer_bff._sync.waiting import ClientConnection, connected, read, sleep
from designer_bff.errors import ApiError, InvalidRequestError, NetworkError
from designer_bff.events import LiveEvent
from designer_bff.following import Follower, Place
from designer_bff.settings import Settings
from designer_bff.streaming import StreamClosed

MAX_STATE = 1 << 10  # bytes of a presence or a cursor, as the studio counts them


class Watch:
    """`for event in watch`: the channels' events, each fact once and in order, across reconnects.

    Where websockets are blocked the same comes as Server-Sent Events: there nobody sees what `presence` shows.
    A channel that is refused, or lost, raises an error of the family; iterating again goes on with the others.
    """

    def __init__(
        self, settings: Settings, channels: dict[str, Place], *, until_last: bool, timeout: float | None
    ) -> None:
        self._settings, self._until_last = settings, until_last
        self._ends = None if timeout is None else time.monotonic() + timeout
        self._follower = Follower(channels, settings.url)
        self._socket: ClientConnection | Stream | None = None

    def __iter__(self) -> Iterator[LiveEvent]:
        while self._follower.places or self._follower.inbox:
            try:
                with self._line() as socket:
                    self._socket = socket
                    self._follower.opened()
                    yield from self._events(socket)
                return
            except ConnectionClosed as closed:
                pause = self._follower.closed(closed.rcvd.code if closed.rcvd else None)
            except StreamClosed as closed:
                pause = self._follower.closed(closed.code)
            except InvalidStatus as refused:  # busy, or a proxy that knows no sockets: the stream will tell
                status = refused.response.status_code
                pause = self._follower.closed(None, is_blocked=status != 429 and status < 500)
            except (OSError, WebSocketException, InvalidHandshake):
                pause = self._follower.closed(None)
            finally:
                self._socket = None
            if self._ends is not None and time.monotonic() + pause >= self._ends:
                sleep(self._left(pause))
                self._over()
                return
            sleep(pause)

    @property
    def connection(self) -> Literal["socket", "stream"] | None:
        """What carries the events just now."""
        if self._socket is None:
            return None
        return "stream" if isinstance(self._socket, Stream) else "socket"

    def presence(self, channel: str, state: Any) -> None:
        """Show the others on a watched channel where you are, as long as you iterate, also after a reconnect; None says
        goodbye."""
        self._show("presence", channel, state)

    def cursor(self, channel: str, state: Any) -> None:
        """Show the others on a watched channel where you point right now."""
        self._show("cursor", channel, state)

    def react(self, channel: str, state: Any) -> None:
        """Show the others on a watched channel what you think, once."""
        self._show("reaction", channel, state)

    def add(self, channel: str, *, after: int | None = None) -> None:
        """Watch one more channel on the same socket."""
        self._follower.add(channel, Place(after))
        self._flush()

    def remove(self, channel: str) -> None:
        self._follower.remove(channel)
        self._flush()

    def seq(self, channel: str) -> int | None:
        """The newest number of a watched channel that you have: `watch(channel, after=…)` goes on from there."""
        place = self._follower.places.get(channel)
        return place.seq if place else None

    def _line(self) -> AbstractContextManager[ClientConnection | Stream]:
        if self._follower.by_stream:
            return Stream(self._settings)
        return connected(self._settings.socket, self._settings.headers, self._left(20.0))

    def _events(self, socket: ClientConnection | Stream) -> Iterator[LiveEvent]:
        """What one connection brings. Ends when the time is up or nothing is left to watch."""
        follower = self._follower
        while True:
            while follower.inbox:
                event = follower.inbox.popleft()
                if isinstance(event, ApiError):
                    raise event
                if self._until_last and event.is_last:
                    follower.remove(event.channel)
                yield event
            if not follower.places:
                return
            self._flush()
            wait = follower.wait(time.monotonic())
            try:
                most = self._left(wait)
                heard = socket.read(most) if isinstance(socket, Stream) else read(socket, most)
                follower.heard(heard, time.monotonic())
            except TimeoutError:
                if self._ends is not None and time.monotonic() >= self._ends:
                    self._over()
                    return
                if not follower.wake(time.monotonic()):
                    raise  # a connection can die without a word

    def _show(self, kind: str, channel: str, state: Any) -> None:
        if len(json.dumps(state)) > MAX_STATE:
            raise InvalidRequestError(f"A {kind} may be {MAX_STATE} bytes long.", code="too_large", field="state")
        if channel not in self._follower.places:
            raise InvalidRequestError(f"Watch {channel} first.", code="not_subscribed", field="channel")
        self._follower.show(kind, channel, state)
        self._flush()

    def _flush(self) -> None:
        """Send what waits. Without a connection nothing does: a new one begins with what is to be said."""
        while self._follower.outbox and self._socket is not None:
            self._socket.send(self._follower.outbox.popleft())

    def _left(self, wish: float) -> float:
        return wish if self._ends is None else max(0.0, min(wish, self._ends - time.monotonic()))

    def _over(self) -> None:
        if self._until_last:
            raise NetworkError("It has not ended within the time you gave it.", code="timeout")
