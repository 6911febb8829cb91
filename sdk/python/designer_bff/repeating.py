"""What may be asked again, and when."""

import random
from dataclasses import dataclass
from typing import Final

from designer_bff.errors import ApiError

ALIKE: Final = {"GET", "HEAD", "PUT", "POST"}  # twice is once: a POST by its Idempotency-Key
PASSING: Final = {502, 503, 504}


@dataclass(slots=True)
class Repeats:
    """One call's further tries: at most `most` after failures, and `patience` seconds of waiting in all."""

    method: str
    most: int
    patience: float
    tried: int = 0
    waited: float = 0.0

    def after_failure(self, *, arrived: bool) -> float | None:
        """Seconds until the next try when nobody answered, None to give up. `arrived`: it may have been done."""
        return self._count(None) if not arrived or self.method in ALIKE else None

    def after_refusal(self, error: ApiError) -> float | None:
        """Seconds until the next try after this answer, None where another would bring the same."""
        if error.code == "still_running":  # the first of these two is still at it: only patience ends that
            return self._wait(error.retry_after or 1.0)
        if error.status == 429 or (error.status in PASSING and self.method in ALIKE):
            return self._count(error.retry_after)
        return None

    def _count(self, wish: float | None) -> float | None:
        if self.tried >= self.most:
            return None
        pause = (0.3 + 0.7 * random.random()) * 2**self.tried if wish is None else wish  # noqa: S311
        self.tried += 1
        return self._wait(pause)

    def _wait(self, pause: float) -> float | None:
        if self.waited + pause > self.patience:
            return None
        self.waited += pause
        return pause
