"""One per web process: hears the nudges, reads the log once for all sockets, and hands out what is new.

A thousand sockets on one channel cost one query and one encoding per event. The hub trusts no nudge: every 2.5 s it
compares, in one query, what it has handed out with the heads in the database, so a lost nudge, a flushed or restarted
Redis, or an ear that has gone deaf costs at most that. Every heartbeat asks whether people still are who they were.
"""

import asyncio
import itertools
import json
import logging
from collections import defaultdict
from collections.abc import Coroutine, Iterable, Mapping
from itertools import groupby
from typing import Any, Final, Protocol

from channels.layers import get_channel_layer
from django.db import DatabaseError
from django.utils import timezone

from designer.realtime import log as event_log
from designer.realtime import revocation
from designer.realtime.credentials import Identity
from designer.realtime.draining import before_the_end
from designer.realtime.ear import FAREWELL, Ear
from designer.realtime.events import PRESENCE_CHANGED, SHOWN
from designer.realtime.gathering import BEAT, SWEEP, Gathering, Here, Who
from designer.realtime.herald import UNCARRIED, UNREACHABLE, group_of
from designer.realtime.limits import (
    CLOSE_GOING_ON,
    CLOSE_TOO_SLOW,
    LOOK,
    LOOKS_PER_BEAT,
    MAX_SOCKETS,
    MAX_UNSIGNED,
    PAGE,
    STALL,
)
from designer.realtime.log import NOTHING_YET, Fact, Head
from designer.realtime.metrics import LAG, READERS
from designer.realtime.pool import close_all, in_database

logger = logging.getLogger(__name__)
TURN: Final = 1000  # channels compared before others have their turn
REST: Final = FAREWELL + 1  # seconds that the last reader waits for the hub's work to end


class Socket(Protocol):
    """What the hub knows of a consumer."""

    identity: Identity | None
    way: str

    def channels(self) -> Iterable[str]: ...
    def here(self) -> Mapping[str, Who]: ...
    def offer(self, channel: str, facts: list[Fact]) -> None: ...
    def show(self, channel: str, frame: str, key: tuple[object, ...]) -> None: ...
    def resync(self, channel: str, reason: str) -> None: ...
    def recheck(self, channel: str = "") -> None: ...
    def ping(self, frame: str) -> None: ...
    def stalled(self, seconds: float) -> bool: ...
    def drop(self, code: int, reason: str) -> None: ...


class Hub:
    """Everything here runs in one event loop."""

    def __init__(self) -> None:
        self.sockets: set[Socket] = set()
        self.people: dict[str, set[Socket]] = defaultdict(set)
        self.strangers: dict[str, set[Socket]] = {}
        self.watchers: dict[str, set[Socket]] = {}
        self.handed: dict[str, Head] = {}
        self.marks: dict[str, revocation.Mark] = {}
        self._dirty: set[str] = set()
        self._news = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self.ear = Ear(self._hear, lambda: self.watchers, self.look)
        self.gathering = Gathering(self._show_person)

    # Sockets come and go

    def attach(self, socket: Socket) -> bool:
        """Take in a signed-in socket. False if its person has too many in this process."""
        person = str(socket.identity.user.pk) if socket.identity else ""
        if len(self.people[person]) >= MAX_SOCKETS:
            return False
        self.people[person].add(socket)
        self.sockets.add(socket)
        READERS.labels(socket.way).inc()
        if not self._tasks:
            self._tasks = [asyncio.create_task(work) for work in self._works()]
            for task in self._tasks:
                task.add_done_callback(self._ended)
        return True

    def await_credentials(self, socket: Socket, address: str) -> bool:
        """Let a socket in that has not said who it is. False where too many of its address have not."""
        waiting = self.strangers.setdefault(address, set())
        if len(waiting) >= MAX_UNSIGNED:
            return False
        waiting.add(socket)
        return True

    def await_no_longer(self, socket: Socket, address: str) -> None:
        waiting = self.strangers.get(address, set())
        waiting.discard(socket)
        if not waiting:
            self.strangers.pop(address, None)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        """None of these ends by itself. One that did would leave sockets that are pinged and told nothing."""
        if task.cancelled() or task not in self._tasks:
            return
        logger.error("the hub broke; its sockets begin anew", exc_info=task.exception())
        tasks, self._tasks = self._tasks, []
        for other in tasks:
            other.cancel()
        self.say_goodbye()

    def say_goodbye(self) -> None:
        """Send everybody elsewhere; they go on where they were."""
        for socket in list(self.sockets):
            socket.drop(CLOSE_GOING_ON, "going_on")

    def _works(self) -> list[Coroutine[Any, Any, None]]:
        return [self.ear.listen_forever(), self._read_forever(), self._beat_forever(), self._gather_forever()]

    async def detach(self, socket: Socket) -> None:
        """Forget a socket. With the last one the hub rests and gives its connections back."""
        if socket in self.sockets:
            READERS.labels(socket.way).dec()
        self.sockets.discard(socket)
        person = str(socket.identity.user.pk) if socket.identity else ""
        self.people[person].discard(socket)
        if not self.people[person]:
            del self.people[person]
            self.marks.pop(person, None)
        for channel in list(socket.channels()):
            await self.leave(channel, socket)
        if not self.sockets:
            await self._rest()

    async def _rest(self) -> None:
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=REST)
        if not self.sockets:
            self.gathering = Gathering(self._show_person)
            await asyncio.get_running_loop().run_in_executor(None, close_all)

    async def join(self, channel: str, socket: Socket) -> None:
        """Hear of `channel` from now on. Join first, then read: nothing falls between."""
        new = channel not in self.watchers
        self.watchers.setdefault(channel, set()).add(socket)
        if new:
            await self.ear.add(channel)

    async def leave(self, channel: str, socket: Socket) -> None:
        watchers = self.watchers.get(channel, set())
        watchers.discard(socket)
        if channel in self.watchers and not watchers:
            del self.watchers[channel]
            self.handed.pop(channel, None)
            self.gathering.forget(channel)
            await self.ear.discard(channel)

    def stands_at(self, channel: str, head: Head) -> None:
        """The first reader of a channel says where it stands; what was nudged meanwhile is read from there."""
        if channel in self.watchers and channel not in self.handed:
            self.handed[channel] = head
            self.look(channel)

    def look(self, channel: str) -> None:
        """Read `channel` soon."""
        self._dirty.add(channel)
        self._news.set()

    # Hearing

    def _hear(self, message: dict[str, Any]) -> None:
        channel = message.get("channel", "")
        if message["type"] == "nudge":
            self.look(channel)
        elif message["type"] == "tick" and message["event"] == PRESENCE_CHANGED:
            self.gathering.hear(channel, message["data"])
        elif message["type"] == "tick":
            self._show(channel, message)
        elif message["type"] == "here":
            for who in message["people"]:
                self.gathering.hear(channel, who)
        elif message["type"] == "recheck":
            people = self.people.get(message.get("user", ""), ())
            for socket in list(people or self.watchers.get(channel, ())):
                socket.recheck(channel)

    def _show(self, channel: str, tick: dict[str, Any]) -> None:
        frame, key = _shown(channel, tick)
        for socket in self.watchers.get(channel, ()):
            socket.show(channel, frame, key)

    def _show_person(self, channel: str, who: Who) -> None:
        self._show(channel, _presence(who))

    def introduce(self, channel: str, socket: Socket) -> None:
        """Show a newcomer those who are there."""
        for who in self.gathering.of(channel):
            socket.show(channel, *_shown(channel, _presence(who)))

    async def _gather_forever(self) -> None:
        for look in itertools.count():
            await asyncio.sleep(SWEEP)
            self.gathering.sweep()
            here = {(channel, who["socket"]): who for one in self.sockets for channel, who in one.here().items()}
            if look % BEAT == 0 or self.gathering.silenced(here):
                await self._tell_who_is_here(here)

    async def _tell_who_is_here(self, here: Here) -> None:
        for channel, people in list(self.gathering.word(here)):
            message = {"type": "here", "channel": channel, "people": people}
            try:
                await asyncio.wait_for(get_channel_layer().group_send(group_of(channel), message), 2)
            except UNCARRIED:
                logger.exception("Who is on %s cannot be told.", channel)
            except UNREACHABLE as error:
                return logger.warning("Who is here could not be told; it is said again: %s", error)

    # Reading

    async def _read_forever(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            wanted = {channel: self.handed[channel].seq for channel in self._dirty if channel in self.handed}
            self._dirty.clear()
            try:
                facts = await in_database(event_log.news, wanted, PAGE) if wanted else []
            except DatabaseError as error:
                logger.warning("The event log cannot be read, trying again: %s", error)
                self._dirty.update(wanted)
                self._news.set()
                await asyncio.sleep(1)
                continue
            self._hand_out(facts)

    def _hand_out(self, facts: list[Fact]) -> None:
        now = timezone.now()
        for fact in facts:
            LAG.observe((now - fact.at).total_seconds())
        for channel, group in groupby(facts, key=lambda fact: fact.channel):
            batch = list(group)
            if channel not in self.handed:
                continue
            self.handed[channel] = Head(batch[-1].seq, self.handed[channel].epoch)
            for socket in list(self.watchers.get(channel, ())):
                socket.offer(channel, batch)
            if len(batch) == PAGE:
                self.look(channel)

    # Beating

    async def _beat_forever(self) -> None:
        for look in itertools.count(1):
            await asyncio.sleep(LOOK)
            beats = look % LOOKS_PER_BEAT == 0
            before = dict(self.handed)
            try:
                moved = await in_database(event_log.moved, before)
                await self._compare(moved, before)
                if beats or not self.ear.hears:
                    await self._check_people()
            except DatabaseError as error:
                logger.warning("Heartbeat without a database: %s", error)
                continue
            if beats:
                await self._ping_all({**before, **moved})

    async def _compare(self, moved: dict[str, Head], before: dict[str, Head]) -> None:
        """`before` was handed out before the heads were read, so one behind it means that history went back."""
        for number, (channel, head) in enumerate(moved.items(), 1):
            if number % TURN == 0:
                await asyncio.sleep(0)  # after an outage everything has moved, and others want the loop too
            mine = self.handed.get(channel)
            if mine is None:
                continue
            if (mine.epoch and head.epoch != mine.epoch) or head.seq < before[channel].seq:
                self.handed[channel] = head
                for socket in list(self.watchers.get(channel, ())):
                    socket.resync(channel, "epoch")
            else:
                self.handed[channel] = Head(mine.seq, head.epoch)
                if head.seq > mine.seq:
                    self.look(channel)

    async def _check_people(self) -> None:
        keys = {one.identity.session_key for one in self.sockets if one.identity and one.identity.session_key}
        marks = await in_database(revocation.marks, list(self.people))
        live = await in_database(revocation.live_sessions, list(keys))
        before, self.marks = self.marks, marks
        for socket in list(self.sockets):
            identity = socket.identity
            if identity is None:
                continue
            person = str(identity.user.pk)
            changed = person in before and before[person] != marks.get(person)
            logged_out = identity.session_key in keys and identity.session_key not in live
            if changed or logged_out:
                socket.recheck()

    async def _ping_all(self, heads: dict[str, Head]) -> None:
        frames: dict[tuple[str, ...], str] = {}
        at = timezone.now().isoformat()
        for number, socket in enumerate(list(self.sockets)):
            if socket.stalled(STALL):
                socket.drop(CLOSE_TOO_SLOW, "too slow")
                continue
            channels = tuple(socket.channels())
            if channels not in frames:
                known = {channel: heads[channel].seq for channel in channels if heads.get(channel, NOTHING_YET).epoch}
                frames[channels] = json.dumps({"type": "ping", "heads": known, "at": at})
            socket.ping(frames[channels])
            if number % 50 == 49:
                await asyncio.sleep(0)  # events go before heartbeats


def _presence(who: Who) -> dict[str, Any]:
    """Somebody's presence as the tick that it was."""
    about = {"event": PRESENCE_CHANGED, "data": who, "source": who["socket"]}
    return {**about, "at": timezone.now().isoformat()}


def _shown(channel: str, tick: dict[str, Any]) -> tuple[str, tuple[object, ...]]:
    """A tick's frame, and the key by which a newer one of its name and source takes its place."""
    event, data = tick["event"], tick["data"]
    about = {"type": SHOWN[event], **data} if event in SHOWN else {"type": "event", "event": event, "data": data}
    return json.dumps({**about, "channel": channel, "at": tick["at"]}), ("tick", channel, event, tick["source"])


HUBS: Final[dict[asyncio.AbstractEventLoop, Hub]] = {}


def _farewell() -> None:
    for loop, one in HUBS.items():
        if not loop.is_closed():
            loop.call_soon_threadsafe(one.say_goodbye)


def hub() -> Hub:
    """The hub of the running loop."""
    loop = asyncio.get_running_loop()
    if not HUBS:
        before_the_end(_farewell)
    for closed in [other for other in HUBS if other.is_closed()]:
        del HUBS[closed]
    return HUBS.setdefault(loop, Hub())
