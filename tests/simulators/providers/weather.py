"""How a vendor is all day long: how long a call takes, what share fails, and how many it lets in.

A plan says what befalls the next calls; the weather says what befalls every other one, and keeps a log of what the
vendor saw, by the vendor's own clock.
"""

from __future__ import annotations

import math
import random
import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final

PAUSE: Final = 1  # seconds that a vendor asks for when it is at its limit at once, or says 429 for no stated reason


@dataclass(slots=True)
class Seen:
    """One call: epoch seconds of its coming and of its answer, how it was met, and when to come again if refused."""

    arrived: float
    behaviour: str
    let_in: bool
    retry_at: float | None = None
    ended: float | None = None


@dataclass
class Weather:
    """`seconds`: what a call takes; `failing`: the share of calls that meets each behaviour, by a seeded die;
    `most`: calls let in within any `window` of seconds, `at_once`: at the same time (0: any); others get a 429."""

    seconds: float = 0.0
    failing: Mapping[str, float] = field(default_factory=dict)
    most: int = 0
    window: float = 60.0
    at_once: int = 0
    seed: int = 1

    def __post_init__(self) -> None:
        self._dice, self._lock = random.Random(self.seed), threading.Lock()
        self._seen: list[Seen] = []
        self._lately: deque[float] = deque()
        self._inside = 0

    @property
    def log(self) -> list[dict[str, Any]]:
        with self._lock:
            return [asdict(seen) for seen in self._seen]

    def meets(self) -> tuple[Seen, str, dict[str, Any]]:
        """A call comes now: its line in the log, the behaviour that it meets, and the details of that."""
        with self._lock:
            now = time.time()
            while self._lately and self._lately[0] <= now - self.window:
                self._lately.popleft()
            shut = self._shut_for(now)
            behaviour = "rate_limited" if shut else self._thrown()
            seen = Seen(now, behaviour, let_in=not shut)
            self._seen.append(seen)
            if not shut:
                self._lately.append(now)
                self._inside += 1
            wait = shut or (PAUSE if behaviour == "rate_limited" else 0)
            seen.retry_at = now + wait if wait else None
            return seen, behaviour, {"seconds": self.seconds, "at": "start", **self._told(wait)}

    def leaves(self, seen: Seen) -> None:
        """It was answered."""
        with self._lock:
            seen.ended = time.time()
            self._inside -= seen.let_in

    def _shut_for(self, now: float) -> int:
        """Whole seconds until another call is let in; 0 where this one is."""
        if self.most and len(self._lately) >= self.most:
            return max(1, math.ceil(self._lately[0] + self.window - now))
        return PAUSE if self.at_once and self._inside >= self.at_once else 0

    def _thrown(self) -> str:
        """`slow` unless the die falls on a failure."""
        thrown = self._dice.random()
        for behaviour, share in self.failing.items():
            thrown -= share
            if thrown < 0:
                return behaviour
        return "slow"

    def _told(self, wait: int) -> dict[str, Any]:
        """What the answer says of the limit, in the headers that OpenAI documents."""
        told: dict[str, Any] = {"retry_after": wait} if wait else {}
        if self.most:
            told["limits"] = {
                "x-ratelimit-limit-requests": str(self.most),
                "x-ratelimit-remaining-requests": str(max(0, self.most - len(self._lately))),
                "x-ratelimit-reset-requests": f"{wait or self.window:g}s",
            }
        return told
