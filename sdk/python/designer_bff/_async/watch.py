"""Watching channels: one socket for as many as you like, resumed over lost connections."""

import json
import time
from collections.abc import AsyncIterator
from typing import Any

from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus, WebSocketException

from designer_bff._async.waiting import ClientConnection, connected, read, sleep
from designer_bff.errors import ApiError, InvalidRequestError, NetworkError, of_answer
from designer_bff.events import LiveEvent
from designer_bff.following import Follower, Place
from designer_bff.settings import Settings

MAX_STATE = 1 << 10  # bytes of a presence or a cursor, as the studio counts them


class AsyncWatch:
    """`async for event in watch`: the channels' events, each fact once and in order, across reconnects.

    A channel that is refused, or lost, raises an error of the family; iterating again goes on with the others.
    """

    def __init__(
        self, settings: Settings, channels: dict[str, Place], *, until_last: bool, timeout: float | None
    ) -> None:
        self._settings, self._until_last = settings, until_last
        self._ends = None if timeout is None else time.monotonic() + timeout
        self._follower = Follower(channels)
        self._socket: ClientConnection | None = None

    async def __aiter__(self) -> AsyncIterator[LiveEvent]:
        while self._follower.places or self._follower.inbox:
            try:
                async with connected(self._settings.socket, self._settings.headers, self._left(20.0)) as socket:
                    self._socket = socket
                    self._follower.opened()
                    async for event in self._events(socket):
                        yield event
                return
            except ConnectionClosed as closed:
                pause = self._follower.closed(closed.rcvd.code if closed.rcvd else None)
            except InvalidStatus as refused:
                pause = self._turned_away(refused.response.status_code)
            except (OSError, WebSocketException, InvalidHandshake):
                pause = self._follower.closed(None)
            finally:
                self._socket = None
            if self._ends is not None and time.monotonic() + pause >= self._ends:
                await sleep(self._left(pause))
                self._over()
                return
            await sleep(pause)

    async def presence(self, channel: str, state: Any) -> None:
        """Show the others on a watched channel where you are, as long as you iterate, also after a reconnect; None says
        goodbye."""
        await self._show("presence", channel, state)

    async def cursor(self, channel: str, state: Any) -> None:
        """Show the others on a watched channel where you point right now."""
        await self._show("cursor", channel, state)

    async def react(self, channel: str, state: Any) -> None:
        """Show the others on a watched channel what you think, once."""
        await self._show("reaction", channel, state)

    async def add(self, channel: str, *, after: int | None = None) -> None:
        """Watch one more channel on the same socket."""
        self._follower.add(channel, Place(after))
        await self._flush()

    async def remove(self, channel: str) -> None:
        self._follower.remove(channel)
        await self._flush()

    def seq(self, channel: str) -> int | None:
        """The newest number of a watched channel that you have: `watch(channel, after=…)` goes on from there."""
        place = self._follower.places.get(channel)
        return place.seq if place else None

    async def _events(self, socket: ClientConnection) -> AsyncIterator[LiveEvent]:
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
            await self._flush()
            wait = follower.wait(time.monotonic())
            try:
                follower.heard(await read(socket, self._left(wait)), time.monotonic())
            except TimeoutError:
                if self._ends is not None and time.monotonic() >= self._ends:
                    self._over()
                    return
                if not follower.wake(time.monotonic()):
                    raise  # a connection can die without a word

    async def _show(self, kind: str, channel: str, state: Any) -> None:
        if len(json.dumps(state)) > MAX_STATE:
            raise InvalidRequestError(f"A {kind} may be {MAX_STATE} bytes long.", code="too_large", field="state")
        if channel not in self._follower.places:
            raise InvalidRequestError(f"Watch {channel} first.", code="not_subscribed", field="channel")
        self._follower.show(kind, channel, state)
        await self._flush()

    async def _flush(self) -> None:
        """Send what waits. Without a connection nothing does: a new one begins with what is to be said."""
        while self._follower.outbox and self._socket is not None:
            await self._socket.send(self._follower.outbox.popleft())

    def _turned_away(self, status: int) -> float:
        """The handshake was answered with an HTTP status: busy, or no."""
        if status == 429 or status >= 500:
            return self._follower.closed(None)
        raise of_answer(status, {"detail": f"The studio refused the connection ({status})."})

    def _left(self, wish: float) -> float:
        return wish if self._ends is None else max(0.0, min(wish, self._ends - time.monotonic()))

    def _over(self) -> None:
        if self._until_last:
            raise NetworkError("It has not ended within the time you gave it.", code="timeout")
