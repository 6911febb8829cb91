"""What a step costs: the dated price that the catalogue gives for who does it and for the size of its result."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from designer.catalogue.models import ModelKind, ModelProfile
from designer.catalogue.services import unit_price
from designer.catalogue.starter import Starter, add_starter
from enhancement.operations import registry
from enhancement.operations.base import Operation
from teams.base.errors import Refused

LOCAL: Final = "local"
NAMES: Final = {"upscale": "super-resolution"}  # its row is older than the others, and named otherwise


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """USD for one step, and who is paid."""

    provider: str
    model: str
    amount: Decimal


def seller_of(operation: Operation, params: Mapping[str, Any]) -> tuple[str, str]:
    """Provider and model under which the catalogue prices a step: those that the operation itself names for these
    parameters (`sold_as`, where a service does it), else this studio's own machine."""
    sold_as = getattr(operation, "sold_as", None)
    said: tuple[str, str] | None = sold_as(params) if sold_as else None
    return said or (LOCAL, NAMES.get(operation.name, operation.name))


@dataclass(slots=True)
class PriceList:
    """Today's prices. Each is read once: a batch asks for the same ones again and again."""

    _seen: dict[tuple[str, str, int], Decimal | None] = field(default_factory=dict)

    def of(self, operation: Operation, params: Mapping[str, Any], *, width: int, height: int, field: str) -> Price:
        """The price of a step with a result of width x height pixels. Raises Refused when nobody knows it."""
        provider, model = seller_of(operation, params)
        key = (provider, model, width * height)
        if key not in self._seen:
            self._seen[key] = _amount(provider, model, width, height)
        amount = self._seen[key]
        if amount is None:
            message = f"What {provider}/{model} costs for {width} x {height} pixels is not known."
            remedy = "Have an admin add its price to the catalogue."
            raise Refused("price_unknown", message, field=field, remedy=remedy)
        return Price(provider=provider, model=model, amount=amount)


def _amount(provider: str, model: str, width: int, height: int) -> Decimal | None:
    row = ModelProfile.objects.filter(kind=ModelKind.ENHANCEMENT, provider=provider, model=model).first()
    return unit_price(row, width=width, height=height) if row else None


def ensure_prices() -> None:
    """A row of the catalogue for each operation that this machine does: free, until an admin says what it costs here.

    Rows are only added: a price that was changed or taken away stays so.
    """
    for operation in registry.everything():
        add_starter(
            Starter(
                kind=ModelKind.ENHANCEMENT,
                provider=LOCAL,
                model=NAMES.get(operation.name, operation.name),
                family="Local enhancement",
                title=f"{operation.title} on this machine",
                max_pixels=64_000_000,
                prices={"standard": "0"},
                source="your own machine: set what a step costs you",
            )
        )
