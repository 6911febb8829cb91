"""Calendar months, UTC, by their first days. Knows no Django."""

from datetime import UTC, date, datetime, timedelta
from typing import Final

PATIENCE: Final = timedelta(hours=1)  # what was charged at its end may still be on its way into the ledger


def following(month: date) -> date:
    return (month.replace(day=1) + timedelta(days=32)).replace(day=1)


def begin_of(month: date) -> datetime:
    return datetime(month.year, month.month, 1, tzinfo=UTC)


def of(moment: datetime) -> date:
    return moment.astimezone(UTC).date().replace(day=1)


def last_over(now: datetime) -> date:
    """The latest month that has been over for the hour of patience."""
    return (of(now - PATIENCE) - timedelta(days=1)).replace(day=1)
