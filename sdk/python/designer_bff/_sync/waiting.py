"""How this half waits: the only code that it does not share, word for word, with the other."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from websockets.sync.client import ClientConnection, connect

from designer_bff.following import BIGGEST

__all__ = ["ClientConnection", "connected", "read", "sleep"]
sleep = time.sleep


@contextmanager
def connected(address: str, headers: dict[str, str], open_timeout: float) -> Iterator[ClientConnection]:
    with connect(
        address, additional_headers=headers, proxy=None, open_timeout=open_timeout, max_size=BIGGEST
    ) as socket:
        yield socket


def read(socket: ClientConnection, seconds: float) -> str | bytes:
    """The next message. Raises TimeoutError after `seconds`, losing nothing."""
    return socket.recv(timeout=seconds)
