"""What the simulator keeps of a vendor: what is planned for it, what it billed, how many calls it lets in."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(slots=True)
class Plan:
    """What happens to the next `left` calls of a vendor (0 = all of them) whose path holds `path`."""

    vendor: str
    behaviour: str
    left: int
    path: str
    details: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Billed:
    """One line of the vendor's bill."""

    vendor: str
    path: str
    number: int
    model: str
    images: int
    usage: Mapping[str, int]


class Meter:
    """A bucket of `burst` calls that fills with `per_minute`: the vendor's own count, whatever the studio believes."""

    def __init__(self, per_minute: int, burst: int, tells: bool) -> None:
        self.per_minute, self.burst, self.tells = per_minute, burst, tells
        self.left, self.at = float(burst), time.monotonic()

    def take(self) -> tuple[float, dict[str, str]]:
        """Count one call: the seconds that it is too early, 0 if it is not, and the headers."""
        now = time.monotonic()
        self.left, self.at = min(self.burst, self.left + (now - self.at) * self.per_minute / 60), now
        early = max(0.0, (1 - self.left) * 60 / self.per_minute)
        if not early:
            self.left -= 1
        if not self.tells:
            return early, {}
        reset = (self.burst - self.left) * 60 / self.per_minute
        return early, {
            "x-ratelimit-limit-requests": str(self.per_minute),
            "x-ratelimit-remaining-requests": str(int(self.left)),
            "x-ratelimit-reset-requests": f"{reset:.3f}s",
        }
