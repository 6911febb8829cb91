"""The socket: one per client, many channels, JSON. It carries and does not decide.

Rights are asked of the subjects' own querysets, facts are read from the log, and what a reader cannot take now is read
again later, never piled up.
"""

import asyncio
import itertools
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable, MutableMapping
from typing import Any, Final
from uuid import uuid4

from django.db import DatabaseError
from django.utils import timezone

from designer.realtime import credentials, limits, subjects
from designer.realtime import log as event_log
from designer.realtime.credentials import Identity
from designer.realtime.events import SHOWN
from designer.realtime.gathering import SILENCE, Who
from designer.realtime.hub import Hub, hub
from designer.realtime.log import Fact
from designer.realtime.metrics import BEHIND, CLOSED, DROPPED, RESYNCED
from designer.realtime.outbox import Key, Outbox
from designer.realtime.pool import in_database
from designer.realtime.protocol import Malformed, Message, error, frame, parse
from designer.realtime.standing import Subscription, lost, standing
from designer.realtime.ticks import tick
from teams.base.errors import Missing

logger = logging.getLogger(__name__)
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
TICKS: Final = {kind: event for event, kind in SHOWN.items()}


class LiveConsumer:
    """An ASGI application; one instance per socket."""

    way = "socket"

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scope, self.receive, self.send = scope, receive, send
        self.headers = {name.decode().lower(): value.decode("latin-1") for name, value in scope["headers"]}
        self.id = uuid4().hex
        self.identity: Identity | None = None
        self.end_of_proof: asyncio.TimerHandle | None = None
        self.subscriptions: dict[str, Subscription] = {}
        self.present: dict[str, Any] = {}  # what is shown of this person, by channel
        self.heard_at = time.monotonic()
        self.reactions = itertools.count()
        self.address = ""
        self.outbox = Outbox()
        self.bucket = limits.Bucket()
        self.malformed = 0
        self.hub: Hub = hub()
        self.ended: asyncio.Future[tuple[int, str] | None] = asyncio.get_running_loop().create_future()
        self.tasks: set[asyncio.Task[None]] = set()

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
            self._start(self._read())
            self._start(self._write())
            ending = await self.ended
        finally:
            await self._leave()
        if ending:
            await self._close(*ending)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self.tasks.discard(task)
        if not task.cancelled() and (problem := task.exception()):
            logger.error("A socket failed.", exc_info=problem)
            self.drop(1011, "internal error")

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
        headers, identity = self.headers, await self._proven()
        ours = credentials.origin_is_ours(headers, self.scope.get("scheme", "ws"))
        if identity and identity.session_key and not ours:
            await self._close(limits.CLOSE_FORBIDDEN, "foreign origin")  # before acceptance: HTTP 403
            return False
        await self.send({"type": "websocket.accept"})
        if identity:
            self._welcome(identity)
        elif credentials.bearer(headers) is not None:
            self.drop(limits.CLOSE_UNAUTHENTICATED, "this token is not valid")
        else:
            self.address = credentials.address(self.scope, headers)
            if not self.hub.await_credentials(self, self.address):
                self.drop(limits.CLOSE_FLOOD, f"{limits.MAX_UNSIGNED} sockets of this address have not signed in")
            asyncio.get_running_loop().call_later(limits.AUTH_WAIT, self._expect_identity)
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

    def _know(self, identity: Identity) -> None:
        """Who this is from now on; asked anew the moment the proof ends."""
        self.identity = identity
        if self.end_of_proof:
            self.end_of_proof.cancel()
        if (left := identity.seconds_left()) is not None:
            self.end_of_proof = asyncio.get_running_loop().call_later(left, self.recheck)

    def _welcome(self, identity: Identity) -> None:
        self._know(identity)
        self.hub.await_no_longer(self, self.address)
        if not self.hub.attach(self):
            self.drop(limits.CLOSE_FLOOD, f"more than {limits.MAX_SOCKETS} sockets")

    # Reading

    async def _read(self) -> None:
        while not self.ended.done():
            message = await self.receive()
            if message["type"] == "websocket.disconnect":
                self._end(None)
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
            self._reply(error("slow_down", f"At most {limits.MESSAGES_PER_SECOND} messages per second."))
        if wait:
            await asyncio.sleep(wait)
        return True

    async def _serve(self, text: str | None) -> None:
        try:
            message = parse(text, str(self.identity.user.pk) if self.identity else "")
            await self._obey(message)
        except Malformed as problem:
            self.malformed += 1
            self._reply(error(problem.code, str(problem), problem.channel))
        except DatabaseError as problem:
            logger.warning("A message could not be served: %s", problem)
            self._reply(error("unavailable", "This did not work just now. Try again.", message.channel))
        if self.malformed > limits.MAX_MALFORMED:
            self.drop(limits.CLOSE_MALFORMED, "too many malformed messages")

    async def _obey(self, message: Message) -> None:
        if self.identity is None and message.kind != "auth":
            self.drop(limits.CLOSE_UNAUTHENTICATED, "sign in first")
        elif message.kind == "auth":
            await self._authenticate(message.token)
        elif message.kind == "ping":
            self._reply(frame("pong", at=timezone.now().isoformat()))
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
        self._reply(frame("authenticated", user=str(identity.user.pk)))

    # Channels

    async def _subscribe(self, message: Message) -> None:
        channel = message.channel
        if channel not in self.subscriptions and len(self.subscriptions) >= limits.MAX_CHANNELS:
            raise Malformed("too_many_channels", f"At most {limits.MAX_CHANNELS} channels per socket.", channel)
        if self.identity is None or not await in_database(subjects.may_watch, self.identity.user, channel):
            return self._refuse(channel)
        self.subscriptions[channel] = mine = Subscription()
        await self.hub.join(channel, self)
        await self._bring_up(channel, mine, message.after, message.epoch)

    def _refuse(self, channel: str) -> None:
        """One answer for malformed, missing and foreign channels."""
        missing = subjects.missing()
        self._reply(error(missing.code, f"{missing.message} {missing.remedy}", channel))

    async def _bring_up(self, channel: str, mine: Subscription, after: int | None, epoch: str | None) -> None:
        """Answer with the truth, then with everything after it."""
        if self.identity is None:
            return
        try:
            now = await in_database(standing, self.identity.user, channel, after, epoch)
        except Missing:
            await self._forget(channel)
            return self._refuse(channel)
        if now.cut:
            self._reply(frame("resync", channel=channel, reason=now.cut, epoch=now.head.epoch))
        resumed = after is not None and not now.cut
        mine.seq = after if resumed and after is not None else now.head.seq
        about = {"channel": channel, "seq": mine.seq, "head": now.head.seq, "epoch": now.head.epoch, "resumed": resumed}
        self._reply(frame("subscribed", **about, snapshot=now.snapshot))
        self.hub.introduce(channel, self)
        self.hub.stands_at(channel, now.head)
        await self._catch_up(channel, mine, now.head.seq)

    async def _catch_up(self, channel: str, mine: Subscription, target: int = 0) -> None:
        """Read what this reader lacks, at his own pace, until nothing passes by unseen; then he is live."""
        while self.subscriptions.get(channel) is mine and mine.seq < max(target, mine.missed):
            facts = await in_database(event_log.news, {channel: mine.seq}, limits.PAGE)
            if not facts:
                return self.resync(channel, "expired")
            for fact in facts:
                if fact.seq != mine.seq + 1:
                    return self.resync(channel, "expired")
                await self._send_in_time(channel, mine, fact)
        mine.ready = True

    async def _send_in_time(self, channel: str, mine: Subscription, fact: Fact) -> None:
        if not self.outbox.put(fact.frame, channel):
            if not await self.outbox.drained(limits.STALL):
                return self.drop(limits.CLOSE_TOO_SLOW, "too slow")
            if self.subscriptions.get(channel) is mine:
                self.outbox.put(fact.frame, channel)
        mine.seq = fact.seq

    async def _unsubscribe(self, channel: str) -> None:
        if channel not in self.subscriptions:
            raise Malformed("not_subscribed", "This socket does not watch that channel.", channel)
        await self._forget(channel)
        self._reply(frame("unsubscribed", channel=channel))

    async def _forget(self, channel: str) -> None:
        if channel in self.present:
            self._announce(channel, "presence", None)
        self.subscriptions.pop(channel, None)
        self.outbox.forget(channel)
        await self.hub.leave(channel, self)

    def _announce(self, channel: str, kind: str, state: Any) -> None:
        """Show the others where this person is. Who it is comes from the session, never from the message."""
        if channel not in self.subscriptions or self.identity is None:
            raise Malformed("not_subscribed", "This socket does not watch that channel.", channel)
        source = f"{self.id}.{next(self.reactions)}" if kind == "reaction" else self.id  # each of them is seen
        tick(channel, TICKS[kind], self._who(self.identity, state), source=source)
        if kind == "presence":
            self.present.pop(channel, None)
            if state is not None:
                self.present[channel] = state

    def _who(self, identity: Identity, state: Any) -> Who:
        return {"user": str(identity.user.pk), "name": identity.user.shown_name, "socket": self.id, "state": state}

    # What the hub calls

    def channels(self) -> Iterable[str]:
        return self.subscriptions

    def here(self) -> dict[str, Who]:
        """What this person shows where; nothing while the client is silent, as one that has crashed is."""
        if not self.present or self.identity is None or time.monotonic() - self.heard_at > SILENCE:
            return {}
        return {channel: self._who(self.identity, state) for channel, state in self.present.items()}

    def offer(self, channel: str, facts: list[Fact]) -> None:
        """Take the next facts; one that does not fit or does not follow is fetched from the log when there is room."""
        mine = self.subscriptions.get(channel)
        if mine is None:
            return
        mine.missed = facts[-1].seq
        for fact in facts if mine.ready else ():
            if fact.seq <= mine.seq:
                continue
            if fact.seq != mine.seq + 1 or not self.outbox.put(fact.frame, channel):
                mine.ready = False
                BEHIND.inc()
                self._start(self._catch_up(channel, mine))
                return
            mine.seq = fact.seq

    def show(self, channel: str, tick_frame: str, key: Key) -> None:
        if channel in self.subscriptions and not self.outbox.put(tick_frame, channel, key):
            DROPPED.inc()

    def resync(self, channel: str, reason: str) -> None:
        """Tell the reader that he cannot go on from where he is, and begin afresh."""
        if channel in self.subscriptions:
            self.subscriptions[channel] = mine = Subscription()
            self.outbox.forget(channel)
            self._reply(frame("resync", channel=channel, reason=reason))
            RESYNCED.labels(reason).inc()
            self._start(self._bring_up(channel, mine, None, None))

    def recheck(self, channel: str = "") -> None:
        self._start(self._recheck([channel] if channel else list(self.subscriptions)))

    async def _recheck(self, channels: list[str]) -> None:
        """Ask anew who this is and what he may watch; take away what he may not."""
        if self.identity is None:
            return
        identity = await in_database(credentials.renewed, self.identity)
        if identity is None:
            return self.drop(limits.CLOSE_UNAUTHENTICATED, "signed out")
        self._know(identity)
        for channel in await in_database(lost, identity.user, channels):
            await self._forget(channel)
            self._reply(frame("unsubscribed", channel=channel, code="access_lost"))

    def ping(self, ping_frame: str) -> None:
        self.outbox.put(ping_frame, key=("ping",))

    def stalled(self, seconds: float) -> bool:
        return self.outbox.stalled(seconds)

    def drop(self, code: int, reason: str) -> None:
        """End the conversation; nothing that waits is sent any more."""
        self.outbox.clear()
        CLOSED.labels(code).inc()
        self._end((code, reason))

    def _end(self, ending: tuple[int, str] | None) -> None:
        if not self.ended.done():
            self.ended.set_result(ending)

    # Writing

    def _reply(self, text: str) -> None:
        if not self.outbox.put(text):
            self.drop(limits.CLOSE_TOO_SLOW, "too slow")

    async def _write(self) -> None:
        while True:
            text = await self.outbox.take()
            try:
                await self._put(text)
            except (OSError, RuntimeError):  # RuntimeError: the server has closed it meanwhile
                return self._end(None)

    async def _put(self, text: str) -> None:
        await self.send({"type": "websocket.send", "text": text})

    async def _say_goodbye(self, code: int, reason: str) -> None:
        await self.send({"type": "websocket.close", "code": code, "reason": reason})
