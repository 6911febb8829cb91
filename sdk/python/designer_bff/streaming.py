"""The stand-in for the socket where websockets are blocked, without the stream: what to ask for, and what came.

It carries the same frames as Server-Sent Events, and only listens: nobody sees its presence, cursor or reactions.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

MOST: Final = 20  # channels of one stream
CODES: Final = {401: 4401, 403: 4403, 429: 4429}  # what a socket would be closed with
PATH: Final = "/api/events/stream"


class StreamClosed(Exception):
    """It has ended, with the code that a socket would be closed with, if there is one."""

    def __init__(self, code: int | None = None) -> None:
        super().__init__(code)
        self.code = code


@dataclass(slots=True)
class Listening:
    """Where the next stream begins in each channel. Feed it what is said and what comes."""

    places: dict[str, tuple[int | None, str]] = field(default_factory=dict)
    is_stale: bool = False  # another stream is to be begun

    def say(self, text: str) -> str | None:
        """Take note of what would be said to a socket; the frame that answers it at once, if one does."""
        message = json.loads(text)
        kind, channel = message["type"], message.get("channel", "")
        if kind == "unsubscribe":
            self.places.pop(channel, None)
        elif kind == "subscribe" and channel not in self.places and len(self.places) >= MOST:
            return refusal(channel, "too_many_channels", f"Without websockets at most {MOST} channels can be watched.")
        elif kind == "subscribe":
            self.places[channel] = (message.get("after"), message.get("epoch", ""))
            self.is_stale = True
        return None

    def begin(self) -> tuple[tuple[str, str], ...]:
        """The query of a stream that goes on from here."""
        self.is_stale = False
        places = ("" if seq is None else f"{seq}:{epoch}" for seq, epoch in self.places.values())
        return (*(("channel", channel) for channel in self.places), ("last_event_id", ",".join(places)))

    def refused(self, status: int) -> list[str]:
        """The frames of an answer of 400 or above. Raises StreamClosed for all but 404."""
        if status != 404:
            raise StreamClosed(CODES.get(status))
        return [refusal(channel, "not_found", "There is no such channel.") for channel in self.places]

    def heard(self, blocks: list[str]) -> Iterator[str]:
        """The frames in whole blocks of a stream. Raises StreamClosed at a farewell."""
        for line in (line for block in blocks for line in block.split("\n")):
            if line.startswith("data: "):
                frame = line.removeprefix("data: ")
                self._note(json.loads(frame))
                yield frame

    def _note(self, message: dict[str, Any]) -> None:
        if message.get("type") == "closed":
            raise StreamClosed(message.get("code"))
        channel, seq = message.get("channel", ""), message.get("seq")
        if channel in self.places and seq is not None:
            self.places[channel] = (seq, message.get("epoch") or self.places[channel][1])


def refusal(channel: str, code: str, message: str) -> str:
    return json.dumps({"type": "error", "code": code, "message": message, "channel": channel})
