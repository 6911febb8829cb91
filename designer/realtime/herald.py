"""The messenger: carries nudges and ticks to the web processes from any thread, worker or loop; nobody waits for it.

One daemon thread per process owns one event loop and one Redis connection. Callers only put a note on its board; a
newer note of the same key replaces the older. Whatever goes wrong here is logged: after a lost nudge the watchers look
by themselves, 2.5 s later. That a right was lost goes before all else and stays on the board until it was said.
"""

import asyncio
import atexit
import logging
import os
import threading
import time
from typing import Any, Final

from channels.layers import get_channel_layer
from redis.exceptions import RedisError

log = logging.getLogger(__name__)
CONTROL: Final = "live.control"
MAX_NOTES: Final = 10_000
SEND_TIMEOUT: Final = 2.0  # seconds
RETRY: Final = 1.0  # seconds until what must be said is tried again
UNREACHABLE: Final = (RedisError, OSError, TimeoutError)
UNCARRIED: Final = (ValueError, OverflowError, TypeError)  # the layer's MessagePack knows no such value
Key = tuple[str, ...]
Note = tuple[str, dict[str, Any]]


def group_of(channel: str) -> str:
    """The Channels group of a channel; group names know no colon."""
    return "live." + channel.replace(":", ".")


class Herald:
    """Posts messages to the channel layer in the background."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Start afresh: also in a forked child, which inherits the board but not the thread."""
        self._lock = threading.Lock()
        self._notes: dict[Key, Note] = {}
        self._sending = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._wake: asyncio.Event | None = None
        self._thread: threading.Thread | None = None

    def nudge(self, channel: str) -> None:
        """Tell every web process that `channel` has news."""
        self._post(("nudge", channel), group_of(channel), {"type": "nudge", "channel": channel})

    def tick(self, channel: str, message: dict[str, Any]) -> None:
        key = ("tick", channel, message["event"], message["source"])
        self._post(key, group_of(channel), {**message, "type": "tick", "channel": channel})

    def recheck(self, *, user: str = "", channel: str = "") -> None:
        """Tell every web process to ask anew what this person, or who watches this channel, may see."""
        self._post(("recheck", user, channel), CONTROL, {"type": "recheck", "user": user, "channel": channel})

    def drain(self, timeout: float) -> bool:
        """Wait up to `timeout` seconds until the board is empty; whether it is."""
        end = time.monotonic() + timeout
        while (self._notes or self._sending) and time.monotonic() < end:
            time.sleep(0.01)
        return not (self._notes or self._sending)

    def _post(self, key: Key, group: str, message: dict[str, Any]) -> None:
        with self._lock:
            if len(self._notes) >= MAX_NOTES and key not in self._notes and not _lasts(key):
                log.warning("The board is full; a note for %s is dropped.", group)
                return
            self._notes[key] = (group, message)
            if self._thread is None or not self._thread.is_alive():
                self._start()
            elif self._loop and self._wake and not self._loop.is_closed():
                self._loop.call_soon_threadsafe(self._wake.set)

    def _start(self) -> None:
        self._loop = self._wake = None
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="herald", daemon=True)
        self._thread.start()

    async def _serve(self) -> None:
        with self._lock:
            self._loop, self._wake = asyncio.get_running_loop(), asyncio.Event()
        wake = self._wake
        wake.set()  # the note that started this thread is on the board already
        while True:
            await wake.wait()
            wake.clear()
            with self._lock:
                notes, self._notes = self._notes, {}
                self._sending = True
            left = await self._send(sorted(notes.items(), key=lambda note: not _lasts(note[0])))
            with self._lock:
                self._notes = {**{key: note for key, note in left if _lasts(key)}, **self._notes}
                self._sending = False
            if left:
                asyncio.get_running_loop().call_later(RETRY, wake.set)

    async def _send(self, notes: list[tuple[Key, Note]]) -> list[tuple[Key, Note]]:
        """Say one after the other; those that could not be said."""
        layer = get_channel_layer()
        for said, (_, (group, message)) in enumerate(notes):
            try:
                await asyncio.wait_for(layer.group_send(group, message), SEND_TIMEOUT)
            except UNCARRIED:
                log.exception("A note for %s cannot be carried; the others go on.", group)
            except UNREACHABLE as error:
                left = notes[said:]
                log.warning("%d notes were not delivered; the readers look by themselves: %s", len(left), error)
                return left
        return []


def _lasts(key: Key) -> bool:
    """Whether a note is kept until it was said: nobody may go on hearing because Redis was away for a moment."""
    return key[0] == "recheck"


herald: Final = Herald()
os.register_at_fork(after_in_child=herald.forget)
atexit.register(herald.drain, 1.0)
