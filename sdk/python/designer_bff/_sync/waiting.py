"""How this half waits: the only code that it does not share, word for word, with the other."""

import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

from websockets.sync.client import ClientConnection, connect

from designer_bff.following import BIGGEST

__all__ = ["ClientConnection", "Inbox", "Pump", "connected", "read", "sleep"]
T = TypeVar("T")
sleep = time.sleep


class Inbox(Generic[T]):
    """What came and was not read yet."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[T] = queue.SimpleQueue()

    def put(self, item: T) -> None:
        self._queue.put(item)

    def get(self, seconds: float) -> T:
        """The oldest. Raises TimeoutError after `seconds`."""
        try:
            return self._queue.get(timeout=seconds)
        except queue.Empty as error:
            raise TimeoutError from error


class Pump:
    """Something that goes on beside us."""

    def __init__(self, work: Callable[[], None]) -> None:
        threading.Thread(target=work, daemon=True).start()

    def stop(self) -> None:
        """It sees by itself that its turn is over, at the studio's next beat."""


@contextmanager
def connected(address: str, headers: dict[str, str], open_timeout: float) -> Iterator[ClientConnection]:
    with connect(
        address, additional_headers=headers, proxy=None, open_timeout=open_timeout, max_size=BIGGEST
    ) as socket:
        yield socket


def read(socket: ClientConnection, seconds: float) -> str | bytes:
    """The next message. Raises TimeoutError after `seconds`, losing nothing."""
    return socket.recv(timeout=seconds)
