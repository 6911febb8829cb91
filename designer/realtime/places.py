"""Where a reader of several channels stands, as one short text: what a browser keeps as the id of the last event."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self

from designer.realtime.protocol import BIGGEST
from teams.base.errors import Refused


@dataclass(frozen=True, slots=True)
class Place:
    """The newest number seen in a channel, and the epoch it was read in; None before anything was."""

    seq: int | None = None
    epoch: str | None = None

    def __str__(self) -> str:
        return "" if self.seq is None else f"{self.seq}:{self.epoch or ''}"


class Places(dict[str, Place]):
    """A place in each channel, in the order in which the address names them."""

    @classmethod
    def parsed(cls, channels: Iterable[str], text: str) -> Self:
        """From `str` of other places in the same channels; '' is the beginning. Raises Refused."""
        names = list(channels)
        parts = text.split(",") if text else [""] * len(names)
        try:
            if len(parts) != len(names):
                raise ValueError(text)
            return cls(zip(names, map(_place, parts), strict=True))
        except ValueError as error:
            raise Refused(
                "invalid",
                "That place was not given out for these channels.",
                field="last_event_id",
                remedy="Send the last `id` of this very address back, or none to begin afresh.",
            ) from error

    def moved_by(self, told: dict[str, Any]) -> bool:
        """Take note of a frame that is about to be sent; whether it moves the reader."""
        channel = str(told.get("channel"))
        if channel not in self or type(told.get("seq")) is not int:
            return False
        self[channel] = Place(told["seq"], told.get("epoch", self[channel].epoch))
        return True

    def __str__(self) -> str:
        return ",".join(map(str, self.values()))


def _place(text: str) -> Place:
    if not text:
        return Place()
    number, _, epoch = text.partition(":")
    if not number.isascii() or not number.isdigit() or int(number) > BIGGEST or len(epoch) > 36:
        raise ValueError(text)
    return Place(int(number), epoch or None)
