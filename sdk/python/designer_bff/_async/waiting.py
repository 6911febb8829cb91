"""How this half waits: the only code that it does not share, word for word, with the other."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, Generic, TypeVar

from websockets.asyncio.client import ClientConnection, connect

from designer_bff.following import BIGGEST

__all__ = ["ClientConnection", "Inbox", "Pump", "connected", "read", "sleep"]
T = TypeVar("T")
sleep = asyncio.sleep


class Inbox(Generic[T]):
    """What came and was not read yet."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[T] = asyncio.Queue()

    def put(self, item: T) -> None:
        self._queue.put_nowait(item)

    async def get(self, seconds: float) -> T:
        """The oldest. Raises TimeoutError after `seconds`."""
        async with asyncio.timeout(seconds):
            return await self._queue.get()


class Pump:
    """Something that goes on beside us."""

    def __init__(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self._task = asyncio.ensure_future(work())

    async def stop(self) -> None:
        self._task.cancel()
        await asyncio.wait([self._task])


@asynccontextmanager
async def connected(address: str, headers: dict[str, str], open_timeout: float) -> AsyncIterator[ClientConnection]:
    async with connect(
        address, additional_headers=headers, proxy=None, open_timeout=open_timeout, max_size=BIGGEST
    ) as socket:
        yield socket


async def read(socket: ClientConnection, seconds: float) -> str | bytes:
    """The next message. Raises TimeoutError after `seconds`, losing nothing."""
    async with asyncio.timeout(seconds):
        return await socket.recv()
