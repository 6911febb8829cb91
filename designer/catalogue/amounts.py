"""USD as pages and sentences tell it: as many digits as a person reads. Records and the API keep every one."""

from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from typing import Final

CENTS: Final = 2  # decimals
COUNTED: Final = 2  # digits of an amount of less than ten cents


def money(amount: Decimal) -> str:
    """To the cent, or to the second digit that counts where that is smaller: 12.35, 0.039, 0.0025, 0.00."""
    return _rounded(amount, COUNTED, ROUND_HALF_UP)


def at_most(amount: Decimal) -> str:
    """Never less than the amount, and less than a hundredth above it: 12.35, 0.0392, 0.00251."""
    return _rounded(amount, COUNTED + 1, ROUND_CEILING)


def _rounded(amount: Decimal, counted: int, rounding: str) -> str:
    decimals = max(CENTS, counted - 1 - amount.adjusted()) if amount else CENTS
    return exact(amount.quantize(Decimal(1).scaleb(-decimals), rounding))


def exact(amount: Decimal) -> str:
    """Every digit that it has, and two decimals at least: 0.10, 0.039123."""
    whole, _, decimals = f"{amount:f}".partition(".")
    return f"{whole}.{decimals.rstrip('0'):0<{CENTS}}"
