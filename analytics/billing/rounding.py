"""Exact amounts as they are printed. Knows no Django."""

from collections.abc import Sequence
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Final

CENT: Final = Decimal("0.01")


def printed(amounts: Sequence[Decimal]) -> list[Decimal]:
    """Each in whole cents, so that they add up to their sum in whole cents: all are rounded down, and the cents that
    are missing go to those that lost most (the method of the largest remainder). None is off by a cent or more."""
    down = [each.quantize(CENT, ROUND_FLOOR) for each in amounts]
    missing = int((total(amounts) - sum(down, Decimal(0))) / CENT)
    lost = sorted(range(len(amounts)), key=lambda place: (down[place] - amounts[place], place))
    for place in lost[:missing]:
        down[place] += CENT
    return down


def total(amounts: Sequence[Decimal]) -> Decimal:
    """The sum in whole cents, rounded once, half a cent away from zero: as pages round it."""
    return sum(amounts, Decimal(0)).quantize(CENT, ROUND_HALF_UP)
