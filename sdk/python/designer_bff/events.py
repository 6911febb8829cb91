"""What a watcher is told."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

LAST: Final = ("complete", "failed", "cancelled")
ENDED: Final = {"succeeded", "completed", "partial", "failed", "cancelled"}


@dataclass(frozen=True, slots=True)
class LiveEvent:
    """A fact (`seq` set) or a tick (`seq` None: it may be lost, the newest wins).

    `name` is the event's, such as "generation:stage"; "snapshot" brings the truth at subscription as its `data`,
    "presence" and "cursor" what others show ({user, name, socket, state}), "resync" that history is gone: a fresh
    snapshot follows.
    """

    name: str
    data: Mapping[str, Any]
    seq: int | None
    channel: str = ""
    at: str = ""

    @property
    def is_last(self) -> bool:
        """Whether that which the channel is about has ended."""
        kind = self.channel.partition(":")[0]
        if self.name == "snapshot":
            return self.data.get("status") in ENDED
        return self.name.partition(":")[0] == kind and self.name.partition(":")[2] in LAST

    @property
    def percent(self) -> float | None:
        """How far it is, 0 to 100, where this says so."""
        found = self.data.get("percent")
        return 100.0 if self.is_last else float(found) if isinstance(found, int | float) else None
