"""The fields of a wish that a plan or a sheet may set, each read from JSON or from a cell's text. Knows no Django."""

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from uuid import UUID

from designer.generations.wishes import MAX_IMAGES, QUALITIES, RATIOS, STRATEGIES
from teams.base.errors import Refused

YES: Final = ("true", "yes", "y", "1", "x")
NO: Final = ("false", "no", "n", "0", "")
Read = Callable[[Any], Any]  # raises ValueError whose words say what is expected


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("a text")
    return value.strip()


def _one_of(known: tuple[str, ...]) -> Read:
    def read(value: Any) -> str:
        said = str(value).strip().casefold()
        if said not in known:
            raise ValueError(f"one of {', '.join(known)}")
        return said

    return read


def _whole(value: Any) -> int:
    try:
        if isinstance(value, bool) or (isinstance(value, float) and not value.is_integer()):
            raise ValueError
        return int(str(value).strip().removesuffix(".0")) if isinstance(value, str) else int(value)
    except (TypeError, ValueError, OverflowError):
        raise ValueError("a whole number") from None


def _whole_from(low: int, high: int) -> Read:
    def read(value: Any) -> int:
        try:
            found = _whole(value)
        except ValueError:
            found = low - 1
        if not low <= found <= high:
            raise ValueError(f"a whole number from {low} to {high:,}")
        return found

    return read


def _share(value: Any) -> float:
    found = _number(value)
    if not 0 <= found <= 1:
        raise ValueError("a number from 0 to 1")
    return found


def _number(value: Any) -> float:
    try:
        found = float(value)
    except (TypeError, ValueError):
        raise ValueError("a number") from None
    if isinstance(value, bool) or found != found or found in (float("inf"), float("-inf")):
        raise ValueError("a number")
    return found


def _money(value: Any) -> str:
    """Decimal text: JSON has no other exact form."""
    try:
        amount = Decimal(str(value).strip())
    except InvalidOperation:
        raise ValueError("an amount in USD such as 0.25") from None
    if isinstance(value, bool) or not amount.is_finite() or amount < 0:
        raise ValueError("an amount in USD such as 0.25")
    return f"{amount:f}"


def _flag(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    said = str(value).strip().casefold()
    if said not in (*YES, *NO):
        raise ValueError("yes or no")
    return said in YES


def _id(value: Any) -> str:
    try:
        return str(UUID(str(value).strip()))
    except ValueError:
        raise ValueError("an id") from None


def _ids(value: Any) -> list[str]:
    parts = value.replace(";", " ").replace(",", " ").split() if isinstance(value, str) else value
    if not isinstance(parts, list | tuple):
        raise ValueError("ids, with spaces between")
    return [_id(part) for part in parts]


def _weights(value: Any) -> dict[str, float]:
    if not isinstance(value, dict):
        raise ValueError('an object such as {"quality": 2, "cost": 1}')
    return {str(name): _number(weight) for name, weight in value.items()}


FIELDS: Final[dict[str, Read]] = {
    "brief": _text,
    "references": _ids,
    "persona": _text,  # an id, or the name of one of the team's
    "aspect_ratio": _one_of(RATIOS),
    "strategy": _one_of(STRATEGIES),
    "weights": _weights,
    "min_quality": _share,
    "quality": _one_of(QUALITIES),
    "fallback": _flag,
    "provider": _text,
    "model": _text,
    "n": _whole_from(1, MAX_IMAGES),
    "best_of": _whole_from(1, MAX_IMAGES),
    "seed": _whole_from(0, 2**53 - 1),
    "max_cost": _money,
    "exact": _flag,
}
IN_SHEETS: Final = tuple(name for name in FIELDS if name != "weights")  # those that fit into a cell


# what was kept before these had ranges
AS_BEFORE: Final[dict[str, Read]] = {"min_quality": _number, "n": _whole, "best_of": _whole, "seed": _whole}


def typed(name: str, value: Any, where: str, *, stored: bool = False) -> Any:
    """The value of the field `name` in its own type. Raises Refused for anything else, naming `where` it stood.
    `stored`: it was accepted once, also by an earlier release."""
    read = AS_BEFORE.get(name, FIELDS[name]) if stored else FIELDS[name]
    try:
        return read(value)
    except ValueError as expected:
        raise Refused(
            "invalid_value", f"Expected {expected}.", field=where, remedy="Change it, or remove it."
        ) from None
