"""The socket: one per client, many channels, JSON. It carries and does not decide."""

import asyncio
import itertools
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any, Final
from uuid import uuid4

from django.db import DatabaseError
from django.utils import timezone

from designer.realtime import credentials, limits, subjects
from designer.realtime.credentials import Identity
from designer.realtime.events import SHOWN
from designer.realtime.gathering import SILENCE, Who
from designer.realtime.pool import in_database
from designer.realtime.protocol import Malformed, Message, error, foreign, frame, parse
from designer.realtime.reader import Reader
from designer.realtime.ticks import tick

logger = logging.getLogger(__name__)
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
TICKS: Final = {kind: event for event, kind in SHOWN.items()}


class LiveConsumer(Reader):
    """An ASGI application; one instance per socket."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        super().__init__()
        self.scope, self.receive, self.send = scope, receive, send
        self.headers = {name.decode().lower(): value.decode("latin-1") for name, value in scope["headers"]}
        self.id = uuid4().hex
        self.present: dict[str, Any] = {}  # what is shown of this person, by channel
        self.heard_at = time.monotonic()
        self.reactions = itertools.count()
        self.address = ""
        self.bucket = limits.Bucket()
        self.malformed = 0

    @classmethod
    def as_asgi(cls) -> Callable[[Scope, Receive, Send], Awaitable[None]]:
        async def application(scope: Scope, receive: Receive, send: Send) -> None:
            await cls(scope, receive, send).run()

        return application

    async def run(self) -> None:
        """The life of a socket: admit, then read and write until one side ends it."""
        await self.receive()
        try:
            if not await self._admit():
                return
            self.start(self._read())
            self.start(self._write())
            ending = await self.ended
        finally:
            await self._leave()
        if ending:
            await self._close(*ending)

    async def _leave(self) -> None:
        self.hub.await_no_longer(self, self.address)
        if self.end_of_proof:
            self.end_of_proof.cancel()
        for channel in list(self.present):
            self._announce(channel, "presence", None)
        for task in list(self.tasks):
            task.cancel()
        await self.hub.detach(self)

    async def _close(self, code: int, reason: str) -> None:
        try:
            async with asyncio.timeout(limits.STALL):  # a reader who wakes up in time learns why
                await self._say_goodbye(code, reason)
        except (OSError, RuntimeError, TimeoutError) as problem:
            logger.debug("The socket was gone before it could be closed: %s", problem)

    # Admission

    async def _admit(self) -> bool:
        """Accept the handshake unless a foreign page rides on our cookie. A token may follow in the first message."""
        headers = self.headers
        try:
            identity = await self._proven()
        except DatabaseError as problem:
            logger.warning("Nobody can sign in just now: %s", problem)
            await self.send({"type": "websocket.accept"})
            self.drop(limits.CLOSE_GOING_ON, limits.NOT_NOW)
            return True
        ours = credentials.origin_is_ours(headers, self.scope.get("scheme", "ws"))
        if identity and identity.session_key and not ours:
            await self._close(limits.CLOSE_FORBIDDEN, "foreign origin")  # before acceptance: HTTP 403
            return False
        await self.send({"type": "websocket.accept"})
        if unknown := foreign(self.scope.get("query_string", b"")):
            self.drop(limits.CLOSE_MALFORMED, unknown)
        elif identity:
            self._welcome(identity)
        elif credentials.bearer(headers) is not None:
            self.drop(limits.CLOSE_UNAUTHENTICATED, "this token is not valid")
        else:
            self.address = credentials.address(self.scope, headers)
            if not self.hub.await_credentials(self, self.address):
                self.drop(limits.CLOSE_FLOOD, f"{limits.MAX_UNSIGNED} sockets of this address have not signed in")
            self.end_of_proof = asyncio.get_running_loop().call_later(limits.AUTH_WAIT, self._expect_identity)
        return True

    async def _proven(self) -> Identity | None:
        """Whose token came along, or else whose session; None for neither."""
        token, cookie = credentials.bearer(self.headers), credentials.session_cookie(self.headers)
        if token is not None:
            return await in_database(credentials.by_token, token)
        return await in_database(credentials.by_session, cookie) if cookie else None

    def _expect_identity(self) -> None:
        if self.identity is None:
            self.drop(limits.CLOSE_UNAUTHENTICATED, "no credentials within 5 s")

    def _welcome(self, identity: Identity) -> None:
        self.know(identity)
        self.hub.await_no_longer(self, self.address)
        if not self.hub.attach(self):
            self.drop(limits.CLOSE_FLOOD, f"more than {limits.MAX_SOCKETS} sockets")

    # Reading

    async def _read(self) -> None:
        while not self.ended.done():
            message = await self.receive()
            if message["type"] == "websocket.disconnect":
                self.end(None)
                return
            self.heard_at = time.monotonic()
            if await self._may_go_on():
                await self._serve(message.get("text"))

    async def _may_go_on(self) -> bool:
        """Slows a flood down: while we wait, the server stops reading from the network. Ends it if it does not stop."""
        wait = self.bucket.take()
        if self.bucket.throttled > limits.MAX_THROTTLED:
            self.drop(limits.CLOSE_FLOOD, "too many messages")
            return False
        if self.bucket.throttled == 1:
            told = error("slow_down", f"At most {limits.MESSAGES_PER_SECOND} messages per second.")
            self.say_if_there_is_room(told, "slow_down")
        if wait:
            await asyncio.sleep(wait)
        return True

    async def _serve(self, text: str | None) -> None:
        try:
            message = parse(text, str(self.identity.user.pk) if self.identity else "")
            await self._obey(message)
        except Malformed as problem:
            self.malformed += 1
            await self.say(error(problem.code, str(problem), problem.channel, problem.kind))
        except DatabaseError as problem:
            logger.warning("A message could not be served: %s", problem)
            await self.say(error("unavailable", "This did not work just now. Try again.", message.channel))
        if self.malformed > limits.MAX_MALFORMED:
            self.drop(limits.CLOSE_MALFORMED, "too many malformed messages")

    async def _obey(self, message: Message) -> None:
        if self.identity is None and message.kind != "auth":
            self.drop(limits.CLOSE_UNAUTHENTICATED, "sign in first")
        elif message.kind == "auth":
            await self._authenticate(message.token)
        elif message.kind == "ping":
            self.say_if_there_is_room(frame("pong", at=timezone.now().isoformat()), "pong")
        elif message.kind == "subscribe":
            await self._subscribe(message)
        elif message.kind == "unsubscribe":
            await self._unsubscribe(message.channel)
        else:
            self._announce(message.channel, message.kind, message.state)

    async def _authenticate(self, token: str) -> None:
        if self.identity:
            raise Malformed("already_authenticated", "This socket knows who you are.")
        identity = await in_database(credentials.by_token, token)
        if identity is None:
            return self.drop(limits.CLOSE_UNAUTHENTICATED, "this token is not valid")
        self._welcome(identity)
        await self.say(frame("authenticated", user=str(identity.user.pk)))

    # Channels

    async def _subscribe(self, message: Message) -> None:
        channel = message.channel
        if channel not in self.subscriptions and len(self.subscriptions) >= limits.MAX_CHANNELS:
            raise Malformed("too_many_channels", f"At most {limits.MAX_CHANNELS} channels per socket.", channel)
        if self.identity is None or not await in_database(subjects.may_watch, self.identity.user, channel):
            return await self.refuse(channel)
        await self.watch(channel, message.after, message.epoch)

    async def _unsubscribe(self, channel: str) -> None:
        if channel not in self.subscriptions:
            raise Malformed("not_subscribed", "This socket does not watch that channel.", channel)
        await self.forget([channel])
        await self.say(frame("unsubscribed", channel=channel))

    async def forget(self, channels: Iterable[str]) -> None:
        gone = list(channels)
        for channel in gone:
            if channel in self.present:
                self._announce(channel, "presence", None)
        await super().forget(gone)

    def _announce(self, channel: str, kind: str, state: Any) -> None:
        """Show the others where this person is. Who it is comes from the session, never from the message."""
        if channel not in self.subscriptions or self.identity is None:
            raise Malformed("not_subscribed", "This socket does not watch that channel.", channel, kind)
        if not subjects.is_shared(channel):
            raise Malformed("not_shared", f"People meet on {', '.join(subjects.shared())}, not here.", channel, kind)
        source = f"{self.id}.{next(self.reactions)}" if kind == "reaction" else self.id  # each of them is seen
        tick(channel, TICKS[kind], self._who(self.identity, state), source=source)
        if kind == "presence":
            self.present.pop(channel, None)
            if state is not None:
                self.present[channel] = state

    def _who(self, identity: Identity, state: Any) -> Who:
        return {"user": str(identity.user.pk), "name": identity.user.shown_name, "socket": self.id, "state": state}

    def here(self) -> dict[str, Who]:
        """What this person shows where; nothing while the client is silent, as one that has crashed is."""
        if not self.present or self.identity is None or time.monotonic() - self.heard_at > SILENCE:
            return {}
        return {channel: self._who(self.identity, state) for channel, state in self.present.items()}

    # Writing

    async def _write(self) -> None:
        while True:
            text = await self.outbox.take()
            try:
                await self._put(text)
            except (OSError, RuntimeError):  # RuntimeError: the server has closed it meanwhile
                return self.end(None)

    async def _put(self, text: str) -> None:
        await self.send({"type": "websocket.send", "text": text})

    async def _say_goodbye(self, code: int, reason: str) -> None:
        await self.send({"type": "websocket.close", "code": code, "reason": reason})
