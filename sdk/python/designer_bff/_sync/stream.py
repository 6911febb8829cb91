# Written by `manage.py write_contracts` from the same file in _async. Change that, not this.
"""As much of a socket as a watcher needs, over Server-Sent Events."""

from typing import Any, Self

import httpx2

from designer_bff._sync.waiting import Inbox, Pump
from designer_bff.following import SILENCE
from designer_bff.settings import Settings
from designer_bff.streaming import PATH, Listening, StreamClosed


class Stream:
    """Frames come from a pump beside us into an inbox, so that waiting for one can end without losing it."""

    def __init__(self, settings: Settings, transport: Any = None) -> None:
        self._http = httpx2.Client(
            base_url=settings.url,
            headers=settings.headers,
            timeout=httpx2.Timeout(settings.timeout, read=SILENCE),
            trust_env=False,
            transport=transport,
        )
        self._listening = Listening()
        self._inbox: Inbox[str | StreamClosed] = Inbox()
        self._pump: Pump | None = None
        self._turn = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()
        self._http.close()

    def send(self, text: str) -> None:
        answer = self._listening.say(text)
        if answer is not None:
            self._inbox.put(answer)
        if self._listening.is_stale and self._pump is not None:
            self._begin()

    def read(self, seconds: float) -> str:
        """The next frame. Raises TimeoutError after `seconds`, losing nothing, and StreamClosed at the end."""
        if self._pump is None:
            self._begin()
        found = self._inbox.get(seconds)
        if isinstance(found, StreamClosed):
            raise found
        return found

    def _begin(self) -> None:
        """A stream of all channels, each from where it is."""
        self._stop()
        query, turn = self._listening.begin(), self._turn
        self._pump = Pump(lambda: self._carry(query, turn))

    def _stop(self) -> None:
        self._turn += 1
        if self._pump is not None:
            self._pump.stop()
            self._pump = None

    def _carry(self, query: tuple[tuple[str, str], ...], turn: int) -> None:
        """One stream's frames into the inbox, and then how it ended; nothing more once another has its turn."""
        try:
            with self._http.stream("GET", PATH, params=query) as answer:
                refused = self._listening.refused(answer.status_code) if answer.status_code >= 400 else []
                for frame in refused:
                    self._inbox.put(frame)
                rest = ""
                for text in answer.iter_text():
                    if turn != self._turn:
                        return
                    *blocks, rest = (rest + text).split("\n\n")
                    for frame in self._listening.heard(blocks):
                        self._inbox.put(frame)
            end = StreamClosed()
        except StreamClosed as closed:
            end = closed
        except (httpx2.TransportError, httpx2.StreamError, OSError, RuntimeError):  # broken off, or closed beside us
            end = StreamClosed()
        if turn == self._turn:
            self._inbox.put(end)
