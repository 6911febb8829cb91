"""The calendar month, UTC, that spending counts in."""

from datetime import datetime

from django.utils import timezone


def month() -> str:
    """The present one, such as 2026-11."""
    return f"{timezone.now():%Y-%m}"


def month_over() -> datetime:
    """When the present one is over."""
    first = timezone.now().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)
