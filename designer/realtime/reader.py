"""What one reader has of each channel: how facts reach him in order, at his own pace, and only while he may see them.

Facts are read from the log, and what he cannot take now is read again later, never piled up. Between any two words to
him his right may have gone, or he may have begun the channel anew: each word asks first whether it is still for him.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterable
from typing import Any

from django.db import DatabaseError

from designer.realtime import credentials, limits, subjects
from designer.realtime import log as event_log
from designer.realtime.credentials import Identity
from designer.realtime.gathering import Who
from designer.realtime.hub import Hub, hub
from designer.realtime.log import Fact
from designer.realtime.metrics import BEHIND, CLOSED, DROPPED, RESYNCED
from designer.realtime.outbox import Key, Outbox
from designer.realtime.pool import in_database
from designer.realtime.protocol import error, frame
from designer.realtime.standing import Standing, Subscription, lost, standing
from teams.base.errors import Missing

logger = logging.getLogger(__name__)


class Reader:
    """Whom the hub talks to. What carries it, a socket or a stream, empties the `outbox` and waits for `ended`."""

    way = "socket"

    def __init__(self) -> None:
        self.identity: Identity | None = None
        self.end_of_proof: asyncio.TimerHandle | None = None
        self.subscriptions: dict[str, Subscription] = {}
        self.outbox = Outbox()
        self.hub: Hub = hub()
        self.ended: asyncio.Future[tuple[int, str] | None] = asyncio.get_running_loop().create_future()
        self.tasks: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self.tasks.discard(task)
        problem = None if task.cancelled() else task.exception()
        if isinstance(problem, DatabaseError):
            logger.warning("A reader is sent elsewhere, the database did not answer: %s", problem)
            self.drop(limits.CLOSE_GOING_ON, limits.NOT_NOW)
        elif problem:
            logger.error("A socket failed.", exc_info=problem)
            self.drop(limits.CLOSE_BROKEN, "internal error")

    def drop(self, code: int, reason: str) -> None:
        """End the conversation; nothing that waits is sent any more."""
        if not self.ended.done():
            self.outbox.clear()
            CLOSED.labels(code).inc()
            self.end((code, reason))

    def end(self, ending: tuple[int, str] | None) -> None:
        if not self.ended.done():
            self.ended.set_result(ending)

    def say_if_there_is_room(self, text: str, what: str) -> None:
        """Of what is said only for now the newest stays, and none where the box is full."""
        self.outbox.put(text, key=(what,))

    async def say(self, text: str | Callable[[], str], channel: str = "", mine: Subscription | None = None) -> bool:
        """Put it into the box as soon as there is room. False, and unsaid, where `mine` no longer holds by then."""
        while not self.ended.done() and (mine is None or self.subscriptions.get(channel) is mine):
            told = text if isinstance(text, str) else text()
            if self.outbox.put(told, channel):
                return True
            if not await self.outbox.room(len(told), limits.STALL):
                self.drop(limits.CLOSE_TOO_SLOW, "too slow")
        return False

    # Beginning and going on

    async def watch(self, channel: str, after: int | None, epoch: str | None) -> None:
        """Begin with `channel`, or anew: what was on its way from an older beginning is not sent any more."""
        self.subscriptions[channel] = mine = Subscription()
        self.outbox.forget(channel)
        await self.hub.join(channel, self)
        await self._bring_up(channel, mine, after, epoch)

    async def refuse(self, channel: str) -> None:
        """One answer for malformed, missing and foreign channels."""
        missing = subjects.missing()
        await self.say(error(missing.code, f"{missing.message} {missing.remedy}", channel))

    async def _bring_up(self, channel: str, mine: Subscription, after: int | None, epoch: str | None) -> None:
        """Answer with the truth, then with everything after it."""
        if self.identity is None:
            return
        try:
            now = await in_database(standing, self.identity.user, channel, after, epoch)
        except Missing:
            if self.subscriptions.get(channel) is mine:
                await self.forget([channel])
                await self.refuse(channel)
            return
        if now.cut:
            await self.say(frame("resync", channel=channel, reason=now.cut, epoch=now.head.epoch), channel, mine)
        resumed = after is not None and not now.cut
        mine.seq = after if resumed and after is not None else now.head.seq
        if await self.say(lambda: self._beginning(channel, mine, now, resumed=resumed), channel, mine):
            mine.begun = True
            self.hub.introduce(channel, self)
            self.hub.stands_at(channel, now.head)
            self.start(self._catch_up(channel, mine, now.head.seq))

    def _beginning(self, channel: str, mine: Subscription, now: Standing, *, resumed: bool) -> str:
        about = {"seq": mine.seq, "head": now.head.seq, "epoch": now.head.epoch, "resumed": resumed}
        here = [who["socket"] for who in self.hub.gathering.of(channel)]
        return frame("subscribed", channel=channel, **about, here=here, snapshot=now.snapshot)

    async def _catch_up(self, channel: str, mine: Subscription, target: int = 0) -> None:
        """Read what this reader lacks, at his own pace, until nothing passes by unseen; then he is live."""
        while mine.seq < max(target, mine.missed):
            facts = await in_database(event_log.news, {channel: mine.seq}, limits.PAGE)
            if self.subscriptions.get(channel) is not mine:
                return
            if not facts:
                return self.resync(channel, "expired")
            for fact in facts:
                if fact.seq != mine.seq + 1:
                    return self.resync(channel, "expired")
                if not await self.say(fact.frame, channel, mine):
                    return
                mine.seq = fact.seq
        mine.ready = True

    async def forget(self, channels: Iterable[str]) -> None:
        """Nothing more of these, from this very moment."""
        gone = list(channels)
        for channel in gone:
            self.subscriptions.pop(channel, None)
            self.outbox.forget(channel)
        for channel in gone:
            if channel not in self.subscriptions:
                await self.hub.leave(channel, self)

    # What the hub calls

    def channels(self) -> Iterable[str]:
        return self.subscriptions

    def here(self) -> dict[str, Who]:
        """What its person shows where: nothing, of one who only reads."""
        return {}

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
                self.start(self._catch_up(channel, mine))
                return
            mine.seq = fact.seq

    def show(self, channel: str, tick_frame: str, key: Key) -> None:
        mine = self.subscriptions.get(channel)  # before its snapshot a tick would say something of nothing
        if mine and mine.begun and not self.outbox.put(tick_frame, channel, key):
            DROPPED.inc()

    def resync(self, channel: str, reason: str) -> None:
        """Tell the reader that he cannot go on from where he is, and begin afresh."""
        if channel in self.subscriptions:
            self.subscriptions[channel] = mine = Subscription()
            self.outbox.forget(channel)
            RESYNCED.labels(reason).inc()
            self.start(self._begin_afresh(channel, mine, reason))

    async def _begin_afresh(self, channel: str, mine: Subscription, reason: str) -> None:
        if await self.say(frame("resync", channel=channel, reason=reason), channel, mine):
            await self._bring_up(channel, mine, None, None)

    def know(self, identity: Identity) -> None:
        """Who this is from now on; asked anew the moment the proof ends."""
        self.identity = identity
        if self.end_of_proof:
            self.end_of_proof.cancel()
        if (left := identity.seconds_left()) is not None:
            self.end_of_proof = asyncio.get_running_loop().call_later(left, self.recheck)

    def recheck(self, channel: str = "") -> None:
        self.start(self._recheck([channel] if channel else list(self.subscriptions)))

    async def _recheck(self, channels: list[str]) -> None:
        """Ask anew who this is and what he may watch; take away what he may not."""
        if self.identity is None:
            return
        identity = await in_database(credentials.renewed, self.identity)
        if identity is None:
            return self.drop(limits.CLOSE_UNAUTHENTICATED, "signed out")
        self.know(identity)
        gone = await in_database(lost, identity.user, channels)
        await self.forget(gone)  # of all, before a word about any can wait for its reader
        for channel in gone:
            await self.say(frame("unsubscribed", channel=channel, code="access_lost"))

    def ping(self, ping_frame: str) -> None:
        self.say_if_there_is_room(ping_frame, "ping")

    def stalled(self, seconds: float) -> bool:
        return self.outbox.stalled(seconds)
