"""A wire to a server that can go dead without a word, as behind a router, or before a machine that is gone."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit


class Wire:
    """Carries connections to the server at `url`. After `cut` those that stand carry nothing and stay open.

    After `freeze` those that stand are closed, and new ones are taken and never answered, also not after `thaw`.
    """

    def __init__(self, url: str) -> None:
        self._to = urlsplit(url)
        self._gate = socket.create_server(("127.0.0.1", 0))
        self._ends: list[socket.socket] = []
        self._cuts = 0
        self._is_frozen = False
        who, at, _ = self._to.netloc.rpartition("@")
        self.url = self._to._replace(netloc=f"{who}{at}127.0.0.1:{self._gate.getsockname()[1]}").geturl()

    def cut(self) -> None:
        self._cuts += 1

    def freeze(self) -> None:
        self._is_frozen = True
        for end in self._ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def thaw(self) -> None:
        self._is_frozen = False

    def admit(self) -> None:
        with suppress(OSError):  # the gate is closed
            while True:
                here, _ = self._gate.accept()
                if self._is_frozen:
                    self._ends.append(here)
                    continue
                there = socket.create_connection((self._to.hostname or "127.0.0.1", self._to.port or 6379))
                self._ends += [here, there]
                for pair in ((here, there), (there, here)):
                    threading.Thread(target=self._carry, args=(*pair, self._cuts), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket, cuts: int) -> None:
        with suppress(OSError):
            while data := source.recv(1 << 16):
                if self._cuts == cuts:
                    target.sendall(data)
            target.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        for end in (self._gate, *self._ends):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


@contextmanager
def wire(url: str) -> Iterator[Wire]:
    laid = Wire(url)
    threading.Thread(target=laid.admit, daemon=True).start()
    try:
        yield laid
    finally:
        laid.close()
