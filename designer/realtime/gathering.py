"""Who is on a channel, as far as this process has heard. Nothing is stored: who is no longer heard of is gone.

A process tells the others every `BEAT` seconds whom its sockets show. One that is killed tells nothing more, and after
`LEASE` its people vanish everywhere; a socket that says nothing for `SILENCE` counts as gone although nobody closed it.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

SWEEP: Final = 0.5  # seconds between two looks
BEAT: Final = 3  # looks between two words to the other processes
LEASE: Final = 4.0  # seconds without a word of a process
SILENCE: Final = 4.0  # seconds without a word of a client: it says `ping` every 1.5 s while it shows somebody
MOST: Final = 500  # people of one channel who are remembered
SHARE: Final = 50  # people in one message to the other processes
Who = dict[str, Any]
Here = dict[tuple[str, str], Who]  # by channel and socket


class Gathering:
    """`show` is told of everybody who comes, changes or goes; of those who go with the state None."""

    def __init__(self, show: Callable[[str, Who], None]) -> None:
        self._show = show
        self._there: dict[str, dict[str, tuple[Who, float]]] = {}
        self._ours: Here = {}

    def of(self, channel: str) -> list[Who]:
        return [who for who, _ in self._there.get(channel, {}).values()]

    def forget(self, channel: str) -> None:
        self._there.pop(channel, None)

    def hear(self, channel: str, who: Who) -> None:
        """Somebody shows a state on `channel`, again or anew."""
        there = self._there.setdefault(channel, {})
        socket, before = who["socket"], there.get(who["socket"])
        if who["state"] is None:
            there.pop(socket, None)
        elif before is not None or len(there) < MOST:
            there[socket] = (who, time.monotonic())
        if not there:
            del self._there[channel]
        if (before[0] if before else {"state": None}).get("state") != who["state"]:
            self._show(channel, who)

    def sweep(self) -> None:
        """Let go of those of whom nothing was heard."""
        last = time.monotonic() - LEASE
        for channel, there in list(self._there.items()):
            for who, heard in [*there.values()]:
                if heard < last:
                    self.hear(channel, {**who, "state": None})

    def word(self, here: Mapping[tuple[str, str], Who]) -> Iterable[tuple[str, list[Who]]]:
        """What the other processes are to hear of our sockets: who is here, and who is no longer. In small messages."""
        gone = {key: {**who, "state": None} for key, who in self._ours.items() if key not in here}
        self._ours = dict(here)
        told: dict[str, list[Who]] = {}
        for (channel, _), who in {**here, **gone}.items():
            told.setdefault(channel, []).append(who)
        for channel, people in told.items():
            for first in range(0, len(people), SHARE):
                yield channel, people[first : first + SHARE]

    def silenced(self, here: Mapping[tuple[str, str], Who]) -> bool:
        """Whether somebody of ours is no longer here: that is said at once."""
        return not self._ours.keys() <= here.keys()
