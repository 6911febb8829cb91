"""How this half waits: the only code that it does not share, word for word, with the other."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from websockets.asyncio.client import ClientConnection, connect

from designer_bff.following import BIGGEST

__all__ = ["ClientConnection", "connected", "read", "sleep"]
sleep = asyncio.sleep


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
