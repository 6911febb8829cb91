"""How work tells how far it is and hears that it should stop; and what stands in where nobody asks. Without torch."""

from __future__ import annotations

from collections.abc import Callable

from enhancement.engine.errors import EngineCancelled

Progress = Callable[[float], None]  # called with the share done, 0..1
Cancelled = Callable[[], bool]
Ask = Callable[[], None]  # raises EngineCancelled where the work is to stop


def asking(cancelled: Cancelled) -> Ask:
    """Asks, and raises EngineCancelled."""

    def ask() -> None:
        if cancelled():
            raise EngineCancelled

    return ask


def never() -> None:
    """For whoever has nobody to ask."""


def unheard() -> bool:
    """For whoever cannot be stopped."""
    return False


def untold(share: float) -> None:
    """For whoever has nobody to tell."""
