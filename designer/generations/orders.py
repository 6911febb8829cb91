"""What the provider is asked for, written down before the first call: a retry sends the very same again."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Who draws, what, how large. One image per seed; `unit_price` in USD is what the estimate was made with."""

    provider: str
    model: str
    prompt: str
    negative_prompt: str
    width: int
    height: int
    seeds: tuple[int, ...]
    attributes: dict[str, Any]
    unit_price: Decimal

    def to_json(self) -> dict[str, Any]:
        facts = {name: getattr(self, name) for name in self.__slots__}
        return {**facts, "seeds": list(self.seeds), "unit_price": str(self.unit_price)}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        return cls(**{**data, "seeds": tuple(data["seeds"]), "unit_price": Decimal(data["unit_price"])})
