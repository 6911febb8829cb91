"""The client's side of the socket without the socket: what to say, what to tell the watcher, when to try again.

Promised as long as the studio keeps the log (24 h): each fact once, in order, none missed, whatever breaks in between.
Times are in seconds of one steady clock that the caller reads.
"""

import json
import random
from collections import deque
from dataclasses import dataclass, field
from typing import Any, Final

from designer_bff.errors import ApiError, of_socket, unreachable
from designer_bff.events import LiveEvent

BIGGEST: Final = 4 << 20  # bytes of one message
SILENCE: Final = 25.0  # without a word from the studio (it beats every 10 s) before we call again
LATE: Final = 2.0  # a heartbeat may be that much ahead of its events
ABSENT: Final = 3.0  # after a return until who was not shown again has left: web nodes tell each other every 1.5 s
SLOWEST: Final = 30.0  # between two attempts at most
SPEAK: Final = 1.5  # between two words while others see us: the studio lets go of who says nothing for 4 s
BLOCKED: Final = 2  # sockets in a row that never said a word: they are blocked
STUBBORN: Final = 6  # the same, where one has worked: rather the studio is restarting
HOPELESS: Final = 4  # attempts without ever having been connected
BUSY: Final = 4429
FINAL: Final = {
    4400: ("protocol", "The studio did not understand this client."),
    4401: ("unauthenticated", "The token is not valid (any more). Make another under Settings, API tokens."),
    4403: ("forbidden", "The studio does not talk to this client."),
}
OURS: Final = {"not_subscribed", "slow_down"}  # passing, and nothing that a watcher could do about
SHOWN: Final = {"not_shared", "too_large", "malformed"}  # of what was shown, not of the channel: its news go on


@dataclass(slots=True)
class Place:
    """How far a watcher of a channel has come: the newest number it has, and the history that number belongs to."""

    seq: int | None = None
    epoch: str | None = None
    live: bool = False  # what comes before the answer to a subscription comes again after it
    head: int = 0  # of a heartbeat that was ahead of us
    due: float | None = None  # when to ask for what is missing
    state: Any = None  # what we show the others
    people: dict[str, dict[str, Any]] = field(default_factory=dict)  # by socket, what they show us
    absent: set[str] = field(default_factory=set)  # those of them of whom nothing was said since we came back
    roll_at: float | None = None  # when the absent have left


@dataclass(slots=True)
class Follower:
    """Feed it what comes, send what lies in `outbox`, tell what lies in `inbox`."""

    places: dict[str, Place]
    url: str = "that address"
    outbox: deque[str] = field(default_factory=deque)
    inbox: deque[LiveEvent | ApiError] = field(default_factory=deque)
    attempts: int = 0
    was_connected: bool = False
    heard_at: float = 0.0  # 0: nothing yet on this connection
    speak_at: float = 0.0
    misses: int = 0  # sockets in a row that never said a word
    patience: int = BLOCKED

    # The connection

    def opened(self) -> None:
        self.heard_at = 0.0
        self.outbox.clear()
        for channel, place in self.places.items():
            self._subscribe(channel, place)

    @property
    def by_stream(self) -> bool:
        """Whether sockets seem to be blocked, so that a stream does their work; after its end one is tried again."""
        return self.misses >= self.patience

    def closed(self, code: int | None, *, is_blocked: bool = False) -> float:
        """Seconds until the next attempt. Raises ApiError for an end that another attempt would meet again."""
        self._count(is_blocked=is_blocked)
        if code in FINAL:
            word, text = FINAL[code]
            raise of_socket(word, text, code)
        for place in self.places.values():
            place.live, place.due, place.roll_at = False, None, None
        self.attempts += 1
        if not self.was_connected and self.attempts >= HOPELESS:
            raise unreachable(self.url)
        slowest = SLOWEST if code == BUSY else min(SLOWEST, 0.5 * 2 ** (self.attempts - 1))
        # a studio that restarts must not meet everybody at once: any moment of the window
        return (5.0 if code == BUSY else 0.05) + random.random() * slowest  # noqa: S311

    def _count(self, *, is_blocked: bool) -> None:
        if self.by_stream:
            self.misses = self.patience - 1
        elif self.heard_at:
            self.misses, self.patience = 0, STUBBORN
        else:
            self.misses = self.patience if is_blocked else self.misses + 1
        self.heard_at = 0.0

    def wait(self, now: float) -> float:
        """Seconds that the next message may take before something is to be done."""
        due = [at for place in self.places.values() for at in (place.due, place.roll_at) if at is not None]
        due += [self.speak_at] if self._is_seen() else []
        return max(0.0, min([SILENCE, *(at - now for at in due)]))

    def wake(self, now: float) -> bool:
        """Ask again for what is overdue, and say that we are still here; whether there was anything to do."""
        if self.heard_at and now - self.heard_at >= SILENCE:
            return False
        speaks = self._is_seen() and self.speak_at <= now
        if speaks:
            self.speak_at = now + SPEAK
            self.outbox.append(json.dumps({"type": "ping"}))
        overdue = [(name, place) for name, place in self.places.items() if place.due is not None and place.due <= now]
        for channel, place in overdue:
            place.due = None
            if not place.live or (place.seq or 0) < place.head:
                self._subscribe(channel, place)
        return self._call_roll(now) or speaks or bool(overdue)

    def _call_roll(self, now: float) -> bool:
        """Let go of those who left while the line was down; whether it was time to."""
        rolls = [(name, each) for name, each in self.places.items() if each.roll_at is not None and each.roll_at <= now]
        for channel, place in rolls:
            place.roll_at = None
            for socket in [*place.absent]:
                self._meet(channel, place, {**place.people[socket], "state": None}, "")
        return bool(rolls)

    def _is_seen(self) -> bool:
        return any(place.live and place.state is not None for place in self.places.values())

    # What the watcher says

    def add(self, channel: str, place: Place) -> None:
        if channel not in self.places:
            self.places[channel] = place
            self._subscribe(channel, place)

    def remove(self, channel: str) -> None:
        if self.places.pop(channel, None):
            self._say("unsubscribe", channel)

    def show(self, kind: str, channel: str, state: Any) -> None:
        """Presence is said again after a reconnect, the others are not. Raises KeyError for an unwatched channel."""
        place = self.places[channel]
        place.state = state if kind == "presence" else place.state
        if place.live:
            self._say(kind, channel, state=state)

    # What the studio says

    def heard(self, text: str | bytes, now: float) -> None:
        self.heard_at = now
        message = json.loads(text)
        kind, channel = message.get("type"), message.get("channel", "")
        if kind == "ping":
            self._compare(message.get("heads", {}), now)
        elif kind == "error":
            self._refused(channel, message, now)
        elif channel in self.places:
            self._told(kind, channel, self.places[channel], message)

    def _told(self, kind: str, channel: str, place: Place, message: dict[str, Any]) -> None:
        at = message.get("at", "")
        if kind == "event" and message.get("seq") is None:
            self._tell(LiveEvent(message["event"], message.get("data", {}), None, channel, at))
        elif kind == "event":
            self._next(channel, place, message)
        elif kind == "subscribed":
            self._subscribed(channel, place, message)
        elif kind == "resync":  # the numbers begin anew: a fresh `subscribed` follows
            place.seq, place.epoch, place.live = None, None, False
            self._tell(LiveEvent("resync", {"reason": message.get("reason", "")}, None, channel, at))
        elif kind in ("presence", "cursor", "reaction"):
            shown = {name: message.get(name) for name in ("user", "name", "socket", "state")}
            if kind == "presence":
                return self._meet(channel, place, shown, at)
            self._tell(LiveEvent(kind, shown, None, channel, at))
        elif kind == "unsubscribed" and message.get("code"):
            del self.places[channel]
            self.inbox.append(of_socket(message["code"], f"You may not watch {channel} any more."))

    def _meet(self, channel: str, place: Place, who: dict[str, Any], at: str) -> None:
        socket = str(who["socket"])
        place.absent.discard(socket)
        if who["state"] is None:
            place.people.pop(socket, None)
        else:
            place.people[socket] = who
        self._tell(LiveEvent("presence", who, None, channel, at))

    def _subscribed(self, channel: str, place: Place, message: dict[str, Any]) -> None:
        self.attempts, self.was_connected = 0, True
        place.seq, place.epoch, place.live = message["seq"], message.get("epoch"), True
        place.absent = set(place.people).difference(message.get("here", ()))  # who left meanwhile is in no message
        place.roll_at = self.heard_at + ABSENT if place.absent else None
        snapshot = LiveEvent("snapshot", message.get("snapshot") or {}, message["head"], channel)
        nothing_follows = message["head"] == message["seq"]
        if not message.get("resumed") or (nothing_follows and snapshot.is_last):
            self._tell(snapshot)
        if place.state is not None:
            self._say("presence", channel, state=place.state)

    def _next(self, channel: str, place: Place, message: dict[str, Any]) -> None:
        seq = message["seq"]
        if not place.live or place.seq is None or seq <= place.seq:
            return  # seen before, or about to come again
        if seq > place.seq + 1:
            return self._subscribe(channel, place)
        place.seq = seq
        self._tell(LiveEvent(message["event"], message.get("data", {}), seq, channel, message.get("at", "")))

    def _compare(self, heads: dict[str, int], now: float) -> None:
        for channel, head in heads.items():
            place = self.places.get(channel)
            if place and place.live and head > (place.seq or 0):
                place.head, place.due = head, now + LATE

    def _refused(self, channel: str, message: dict[str, Any], now: float) -> None:
        code = message.get("code", "error")
        if code == "unavailable" and channel in self.places:
            self.places[channel].due = now + LATE
        elif code not in OURS:
            if code not in SHOWN:
                self.places.pop(channel, None)
            elif channel in self.places and message.get("kind", "presence") == "presence":
                self.places[channel].state = None
            self.inbox.append(of_socket(code, message.get("message", "Refused.")))

    def _subscribe(self, channel: str, place: Place) -> None:
        place.live = False
        known = {} if place.seq is None else {"after": place.seq}
        self._say("subscribe", channel, **known, **({"epoch": place.epoch} if known and place.epoch else {}))

    def _say(self, kind: str, channel: str, **more: Any) -> None:
        self.outbox.append(json.dumps({"type": kind, "channel": channel, **more}))

    def _tell(self, event: LiveEvent) -> None:
        self.inbox.append(event)
