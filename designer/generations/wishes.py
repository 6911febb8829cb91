"""What a designer asks for, checked before anything is written or spent."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from teams.base.errors import Refused

MAX_BRIEF = 8_000
MAX_IMAGES = 8
MAX_REFERENCES = 8
STRATEGIES = ("balanced", "quality", "cost", "speed")
RATIOS = ("1:1", "3:4", "4:3", "2:3", "3:2", "4:5", "9:16", "16:9")


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerationWish:
    """One request. `corrections` are the designer's fixes of understood attributes: name -> value (None = unknown)."""

    brief: str = ""
    references: tuple[UUID, ...] = ()
    team: UUID | None = None
    persona: UUID | None = None
    n: int = 1
    aspect_ratio: str = "3:4"
    strategy: str = "balanced"
    provider: str | None = None
    model: str | None = None
    seed: int | None = None
    max_cost: Decimal | None = None
    exact: bool = False
    auto_enhance: dict[str, Any] | None = None
    corrections: dict[str, Any] = field(default_factory=dict)

    def check(self) -> None:
        """Raises Refused naming the first field at fault and its remedy."""
        self._check_brief()
        self._check_choices()
        self._check_numbers()

    def _check_brief(self) -> None:
        if not self.brief.strip() and not self.references:
            raise Refused(
                "empty", "There is nothing to draw from.", field="brief", remedy="Write a brief or add a photo."
            )
        if len(self.brief) > MAX_BRIEF:
            shown = f"The brief has {len(self.brief):,} characters; {MAX_BRIEF:,} are the limit."
            raise Refused("too_long", shown, field="brief", remedy="Shorten it.")
        if not any(letter.isprintable() and not letter.isspace() for letter in self.brief) and not self.references:
            raise Refused(
                "empty", "The brief has no visible text.", field="brief", remedy="Write what you want to see."
            )
        if len(self.references) > MAX_REFERENCES:
            raise Refused(
                "too_many", f"At most {MAX_REFERENCES} references.", field="references", remedy="Remove some."
            )

    def _check_choices(self) -> None:
        if self.strategy not in STRATEGIES:
            raise Refused(
                "unknown_strategy",
                "There is no such strategy.",
                field="strategy",
                remedy=f"Use {', '.join(STRATEGIES)}.",
            )
        if self.aspect_ratio not in RATIOS:
            raise Refused(
                "unknown_ratio",
                "There is no such ratio.",
                field="aspect_ratio",
                remedy=f"Use one of {', '.join(RATIOS)}.",
            )

    def _check_numbers(self) -> None:
        if not 1 <= self.n <= MAX_IMAGES:
            raise Refused(
                "out_of_range", f"n must be from 1 to {MAX_IMAGES}.", field="n", remedy="Use a batch for more."
            )
        if self.max_cost is not None and (not self.max_cost.is_finite() or self.max_cost < 0):
            raise Refused(
                "out_of_range", "A budget cannot be negative.", field="max_cost", remedy="Leave it out for none."
            )
        if self.seed is not None and not 0 <= self.seed < 2**53:
            raise Refused("out_of_range", "The seed must be from 0 to 2^53.", field="seed", remedy="Leave it out.")
