"""Where a reader stands in a channel, and what is to be told to who comes."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from designer.realtime import log as event_log
from designer.realtime import subjects
from designer.realtime.events import plain
from designer.realtime.log import Head
from teams.accounts.models import User

MAX_SNAPSHOT: Final = 1 << 20


@dataclass(slots=True)
class Subscription:
    """What this reader has of one channel: `seq` was sent; `missed` is the newest that passed by while not `ready`;
    `begun`: its snapshot is on the way."""

    seq: int = 0
    missed: int = 0
    ready: bool = False
    begun: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """A channel at the moment of a subscription. `cut` says why a reader cannot resume, '' if he can."""

    head: Head
    cut: str
    snapshot: Any


def standing(user: User, channel: str, after: int | None, epoch: str | None) -> Standing:
    """The head first, then the truth: what happens in between is in the truth and comes again as an event."""
    head = event_log.head(channel)
    cut = "" if after is None else event_log.cut(channel, head, after, epoch)
    return Standing(head, cut, plain(subjects.snapshot(user, channel), limit=MAX_SNAPSHOT))


def lost(user: User, channels: Iterable[str]) -> list[str]:
    """Those of the channels that this person may not watch, or no longer."""
    return [channel for channel in channels if not subjects.may_watch(user, channel)]
