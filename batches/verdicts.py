"""What blind votes say of two arms: who is ahead, and how sure that is. Knows no Django."""

import math
from dataclasses import dataclass
from typing import Any, Final

Z: Final = 1.959964  # of a two-sided 95 % interval
SURE: Final = 0.95


@dataclass(frozen=True, slots=True)
class Verdict:
    """Wins of each arm and ties. Shares are of the decided votes."""

    a: int
    b: int
    ties: int

    @property
    def decided(self) -> int:
        return self.a + self.b

    @property
    def share_of_a(self) -> float | None:
        return self.a / self.decided if self.decided else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """95 % interval of the share of A (Wilson 1927): honest for few votes and for shares near 0 and 1."""
        n = self.decided
        if not n:
            return None
        share = self.a / n
        middle = (share + Z**2 / (2 * n)) / (1 + Z**2 / n)
        half = Z * math.sqrt(share * (1 - share) / n + Z**2 / (4 * n**2)) / (1 + Z**2 / n)
        return max(0.0, middle - half), min(1.0, middle + half)

    @property
    def a_is_better(self) -> float:
        """The probability that A wins more often than B, from a uniform prior: P(p > 1/2) of Beta(a + 1, b + 1).

        For whole numbers it is a tail of the binomial distribution, exact without any table.
        """
        n = self.decided + 1
        return float(sum(math.comb(n, wins) for wins in range(self.a + 1)) / 2**n)

    @property
    def winner(self) -> str | None:
        """The arm that is better with 95 % probability, if one is."""
        if self.a_is_better >= SURE:
            return "a"
        return "b" if 1 - self.a_is_better >= SURE else None

    def to_json(self) -> dict[str, Any]:
        low, high = self.interval or (None, None)
        return {
            "a": self.a,
            "b": self.b,
            "ties": self.ties,
            "share_of_a": _rounded(self.share_of_a),
            "interval": None if low is None else [_rounded(low), _rounded(high)],
            "a_is_better": _rounded(self.a_is_better),
            "winner": self.winner,
            "basis": f"{self.decided} decided votes, {self.ties} ties; 95 % Wilson interval; uniform prior.",
        }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
