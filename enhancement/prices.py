"""What a step costs: the dated price that the catalogue gives for who does it and for the size of its result."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from django.utils import timezone

from designer.catalogue.models import LimitsScope, ModelKind, ModelProfile
from designer.catalogue.services import second_price, work_price
from designer.catalogue.starter import Starter, add_starter
from enhancement.operations import registry
from enhancement.operations.base import Estimate, Operation
from enhancement.remote import offers
from teams.base.errors import Refused

LOCAL: Final = "local"
SLOWER: Final = 2  # times as long as expected: what a service needs at most as a rule
NAMES: Final = {"upscale": "super-resolution"}  # its row is older than the others, and named otherwise


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """USD for one step, and who is paid: the `amount` that is expected, up to which it usually comes (`high`), and the
    `most` that is set aside, which differ where a service bills its time."""

    provider: str
    model: str
    amount: Decimal
    high: Decimal
    most: Decimal


def seller_of(operation: Operation, params: Mapping[str, Any]) -> tuple[str, str]:
    """Provider and model under which the catalogue prices a step: those that the operation itself names for these
    parameters (`sold_as`, where a service does it), else this studio's own machine."""
    sold_as = getattr(operation, "sold_as", None)
    said: tuple[str, str] | None = sold_as(params) if sold_as else None
    return said or (LOCAL, NAMES.get(operation.name, operation.name))


@dataclass(slots=True)
class PriceList:
    """Today's prices. Each is read once: a batch asks for the same ones again and again."""

    _seen: dict[tuple[str, str, Estimate], Price | None] = field(default_factory=dict)

    def of(self, operation: Operation, params: Mapping[str, Any], estimate: Estimate, *, field: str) -> Price:
        """The price of a step that comes to `estimate`. Raises Refused when nobody knows it, and for a model that an
        admin has switched off or that has ended."""
        provider, model = seller_of(operation, params)
        key = (provider, model, estimate)
        if key not in self._seen:
            self._seen[key] = _price(provider, model, estimate, field)
        price = self._seen[key]
        if price is None:
            message = f"What {provider}/{model} costs for {estimate.width} x {estimate.height} pixels is not known."
            remedy = "Have an admin add its price to the catalogue."
            raise Refused("price_unknown", message, field=field, remedy=remedy)
        return price


def _price(provider: str, model: str, estimate: Estimate, field: str) -> Price | None:
    row = check_offered(provider, model, field=field)
    if row is None:
        return None

    def amount(seconds: float) -> Decimal | None:
        return work_price(row, width=estimate.width, height=estimate.height, seconds=seconds)

    longest = estimate.seconds if provider == LOCAL else offers.limit_s(estimate.seconds)
    usual, most = amount(estimate.seconds), amount(longest)
    high = amount(min(longest, SLOWER * estimate.seconds))
    if usual is None or high is None or most is None:
        return None
    return Price(provider=provider, model=model, amount=usual, high=high, most=most)


def check_offered(provider: str, model: str, *, field: str) -> ModelProfile | None:
    """The model in the catalogue, if it is there. Raises Refused for one that was switched off or has ended."""
    row = _profile(provider, model)
    if row and (not row.enabled or row.is_over(timezone.now().date())):
        remedy = "Choose who else does it, or have an admin look at the catalogue."
        raise Refused("not_offered", f"{row.title} is not offered any more.", field=field, remedy=remedy)
    return row


def _profile(provider: str, model: str) -> ModelProfile | None:
    return ModelProfile.objects.filter(kind=ModelKind.ENHANCEMENT, provider=provider, model=model).first()


def by_the_second(provider: str, model: str) -> Decimal | None:
    """USD for a second of what is sold by time, for which the quote is only expected; None for anything else."""
    row = _profile(provider, model)
    return second_price(row) if row else None


def ensure_prices() -> None:
    """A row of the catalogue for each operation that this machine does, free until an admin says what it costs here,
    and for each that a service sells.

    Rows are only added: a price that was changed or taken away stays so.
    """
    for offer in offers.OFFERS:
        add_starter(
            Starter(
                kind=ModelKind.ENHANCEMENT,
                provider=offer.service,
                model=offer.model,
                family=offer.title.partition(" at ")[0],
                title=offer.title,
                max_pixels=offer.most_made,
                seconds=offer.seconds(4_194_304),
                units=dict(offer.units),
                source=offer.priced,
                limits=dict(offers.LIMITS[offer.service]),
                limits_scope=LimitsScope.ACCOUNT,
            )
        )
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
