"""What a recipe comes to: every step checked, in the order in which it is done, with its size, seconds and price.

Nothing is written here and no picture is opened: a page asks this at every change of its form.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from enhancement import capabilities
from enhancement.operations import registry
from enhancement.operations.base import Estimate, Operation, ParameterError
from enhancement.prices import Price, PriceList
from enhancement.telling import for_designers
from teams.base.errors import Refused

MAX_OPERATIONS: Final = 8
Recipe = list[dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One wish whose parameters are complete. `field`: where it stood in what was sent."""

    field: str
    operation: Operation
    params: dict[str, Any]

    @property
    def wish(self) -> dict[str, Any]:
        return {"name": self.operation.name, **self.params}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One operation on a picture of known size. `seconds`: the operation's own estimate; `price`: USD."""

    checked: Checked
    estimate: Estimate
    price: Price

    def quoted(self) -> dict[str, Any]:
        """What is promised of this step, as it is kept with the enhancement."""
        return {
            "name": self.checked.operation.name,
            "title": self.checked.operation.title,
            "seconds": self.estimate.seconds,
            "width": self.estimate.width,
            "height": self.estimate.height,
            "provider": self.price.provider,
            "model": self.price.model,
            "engine": self.estimate.engine,
            "cost": f"{self.price.amount:.6f}",
            "most": f"{self.price.most:.6f}",
        }


@dataclass(frozen=True, slots=True)
class Plan:
    """A recipe for one picture."""

    steps: tuple[Step, ...]

    @property
    def recipe(self) -> Recipe:
        return [step.checked.wish for step in self.steps]

    @property
    def quote(self) -> list[dict[str, Any]]:
        return [step.quoted() for step in self.steps]

    @property
    def cost(self) -> Decimal:
        return sum((step.price.amount for step in self.steps), Decimal(0))

    @property
    def high(self) -> Decimal:
        return sum((step.price.high for step in self.steps), Decimal(0))

    @property
    def most(self) -> Decimal:
        return sum((step.price.most for step in self.steps), Decimal(0))

    @property
    def size(self) -> tuple[int, int]:
        last = self.steps[-1].estimate
        return last.width, last.height


def planned(operations: Any, *, width: int, height: int, prices: PriceList | None = None) -> Plan:
    """The plan for a picture of width x height pixels. Raises Refused naming every operation or parameter at fault,
    a size that is too large, or a price that is not known. `prices`: pass one for several pictures."""
    return plan_of(checked(operations), width=width, height=height, prices=prices)


def plan_of(wishes: list[Checked], *, width: int, height: int, prices: PriceList | None = None) -> Plan:
    """The plan of checked wishes. Raises Refused."""
    known, steps = prices or PriceList(), []
    for wish in wishes:
        estimate = _estimated(wish, width, height)
        width, height = estimate.width, estimate.height
        price = known.of(wish.operation, wish.params, estimate, field=f"{wish.field}.name")
        steps.append(Step(checked=wish, estimate=estimate, price=price))
    return Plan(tuple(steps))


def checked(operations: Any) -> list[Checked]:
    """The wishes in the order in which they are done, whatever order they were sent in, with every parameter filled in.

    Raises Refused; where several things are wrong it names each.
    """
    if not isinstance(operations, list) or not operations:
        remedy = 'Add {"name": "upscale", "scale": 2}.'
        raise Refused("empty", "No operation was named.", field="operations", remedy=remedy)
    if len(operations) > MAX_OPERATIONS:
        raise Refused("too_many", f"At most {MAX_OPERATIONS} operations.", field="operations", remedy="Remove some.")
    found: list[Checked] = []
    faults: list[Refused] = []
    for place, wish in enumerate(operations):
        try:
            found.append(_checked(wish, f"operations[{place}]", found))
        except Refused as refused:
            faults.append(refused)
    if faults:
        raise _together(faults)
    return sorted(found, key=lambda each: each.operation.position)


def _checked(wish: Any, field: str, earlier: list[Checked]) -> Checked:
    operation = _operation_of(wish, f"{field}.name")
    if any(operation is other.operation for other in earlier):
        shown = f"{operation.title} stands twice in the recipe."
        raise Refused("repeated", shown, field=f"{field}.name", remedy="Remove one.")
    try:
        params = operation.validate({key: value for key, value in wish.items() if key != "name"})
    except ParameterError as error:
        raise _said(error, field) from error
    found = Checked(field=field, operation=operation, params=params)
    if lacks := capabilities.lacking(found.wish):
        twin = lacks != params.get("model") and params.get("denoise", 1) < 1
        parameter, other = ("denoise", "use a strength of 1") if twin else ("model", "choose another model")
        raise Refused(
            "missing_weights",
            f"No worker has the weights of {lacks}.",
            field=f"{field}.{parameter}",
            remedy=f"Ask your administrator to put it there (manage.py models install or import), or {other}.",
        )
    return found


def _operation_of(wish: Any, field: str) -> Operation:
    name = wish.get("name") if isinstance(wish, dict) else None
    operation = registry.find(name) if isinstance(name, str) else None
    if operation is None:
        known = ", ".join(registry.names())
        raise Refused("unknown_operation", "There is no such operation.", field=field, remedy=f"Use {known}.")
    if reason := capabilities.reason(operation):
        raise Refused("unavailable", f"{operation.title} cannot be done here.", field=field, remedy=reason)
    return operation


def _estimated(wish: Checked, width: int, height: int) -> Estimate:
    try:
        return wish.operation.estimate(width, height, wish.params)
    except ParameterError as error:
        raise _said(error, wish.field) from error


def _said(error: ParameterError, field: str) -> Refused:
    where = f"{field}.{error.field}" if error.field else field
    return Refused("invalid_parameter", error.message, field=where, remedy=for_designers(error.remedy))


def _together(faults: list[Refused]) -> Refused:
    """The first fault, with a line for each."""
    first = faults[0]
    lines = [
        {"field": each.field, "code": each.code, "message": f"{each.message} {each.remedy}".strip()} for each in faults
    ]
    return Refused(first.code, first.message, field=first.field, remedy=first.remedy, lines=lines)
