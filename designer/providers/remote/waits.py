"""When a vendor may be asked again, from the many ways in which vendors say so."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

LONGEST: Final = timedelta(days=1)
PARTS: Final = {"d": 86_400.0, "h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
TIMED: Final = re.compile(r"(\d+(?:\.\d+)?)(ms|[dhms])")


def seconds_of(text: str) -> float | None:
    """Seconds of "34.07s", "6m0s", "120ms" or "17"; None for anything else."""
    text = text.strip().lower()
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return float(text)
    found = TIMED.findall(text)
    if not found or "".join(number + unit for number, unit in found) != text:
        return None
    return sum(float(number) * PARTS[unit] for number, unit in found)


def after(seconds: float, now: datetime | None = None) -> datetime:
    """That many seconds from `now`, at least 0 and at most a day."""
    return (now or datetime.now(UTC)) + min(timedelta(seconds=max(0.0, seconds)), LONGEST)


def retry_at(headers: Mapping[str, str], now: datetime | None = None) -> datetime | None:
    """The time that the headers name: retry-after-ms, retry-after (seconds or a date), or the latest reset of a limit
    of which nothing remains (x-ratelimit-reset-*). None when they name none. Header names are lower case."""
    now = now or datetime.now(UTC)
    for name, unit in (("retry-after-ms", "ms"), ("retry-after", "s")):
        if (seconds := seconds_of(f"{headers.get(name, '').strip()}{unit}")) is not None:
            return after(seconds, now)
    if (dated := _date(headers.get("retry-after", ""))) is not None:
        return after((dated - now).total_seconds(), now)
    resets = [seconds for name, text in headers.items() if (seconds := _reset(name, text, headers)) is not None]
    return after(max(resets), now) if resets else None


def _date(text: str) -> datetime | None:
    try:
        read = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def _reset(name: str, text: str, headers: Mapping[str, str]) -> float | None:
    """Seconds until a limit that is used up is filled again."""
    prefix = "x-ratelimit-reset-"
    if not name.startswith(prefix) or headers.get(f"x-ratelimit-remaining-{name.removeprefix(prefix)}") != "0":
        return None
    return seconds_of(text)
