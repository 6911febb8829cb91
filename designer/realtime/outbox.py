"""What waits to be sent to one reader. Bounded: of ticks only the newest stays, and no box grows for ever."""

import asyncio
import itertools
import time

from designer.realtime.limits import MAX_OUTBOX

Key = tuple[object, ...]


class Outbox:
    """Frames in order of arrival. Not for threads: one event loop fills and empties it."""

    def __init__(self, limit: int = MAX_OUTBOX) -> None:
        self.limit = limit
        self.size = 0
        self.waiting_since = 0.0
        self._frames: dict[Key, tuple[str, str]] = {}
        self._numbers = itertools.count()
        self._filled = asyncio.Event()
        self._taken = asyncio.Event()

    def put(self, frame: str, channel: str = "", key: Key | None = None) -> bool:
        """Add a frame; one with a known `key` takes the older one's place. False if the box is full."""
        key = key or (next(self._numbers),)
        older = len(self._frames[key][1]) if key in self._frames else 0
        grown = self.size - older + len(frame)
        if self._frames and grown > self.limit:
            return False
        self.waiting_since = self.waiting_since or time.monotonic()
        self._frames[key] = (channel, frame)
        self.size = grown
        self._filled.set()
        return True

    async def take(self) -> str:
        """The oldest frame; waits for one."""
        while not self._frames:
            self.waiting_since = 0.0
            self._filled.clear()
            await self._filled.wait()
        self.waiting_since = time.monotonic()
        _, frame = self._frames.pop(next(iter(self._frames)))
        self.size -= len(frame)
        self._taken.set()
        return frame

    def forget(self, channel: str) -> None:
        """Drop what waits for `channel`: the reader has lost the right to see it."""
        for key in [key for key, (of, _) in self._frames.items() if of == channel]:
            self.size -= len(self._frames.pop(key)[1])
        self._taken.set()

    def clear(self) -> None:
        self._frames.clear()
        self.size = 0
        self._taken.set()

    async def room(self, length: int, patience: float) -> bool:
        """Wait until half of it, and room for `length`, is free. False if nothing is taken for `patience` seconds."""
        while self._frames and self.size > min(self.limit // 2, max(0, self.limit - length)):
            self._taken.clear()
            try:
                await asyncio.wait_for(self._taken.wait(), self.waiting_since + patience - time.monotonic())
            except TimeoutError:
                if self.stalled(patience):
                    return False
        return True

    def stalled(self, seconds: float) -> bool:
        """Whether the reader has taken nothing for so long although something waits."""
        return bool(self._frames and self.waiting_since and time.monotonic() - self.waiting_since >= seconds)
