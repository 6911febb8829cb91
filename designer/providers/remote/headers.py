"""What a vendor's headers tell of its limits, and how whoever called an adapter hears them.

The bounded client notes the headers of each answer, refusals too, so that adapters and SDKs need not pass them on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from designer.providers.remote.waits import seconds_of

Headers = Mapping[str, str]
SORTS: Final = ("requests", "images")
LONGEST_S: Final = 3600.0
_heard: ContextVar[list[Headers] | None] = ContextVar("heard", default=None)


@contextmanager
def listening() -> Iterator[list[Headers]]:
    """The headers of every answer that a vendor gives while the block runs, in order; names are lower case."""
    heard: list[Headers] = []
    before = _heard.set(heard)
    try:
        yield heard
    finally:
        _heard.reset(before)


def note(headers: Headers) -> None:
    """Let whoever listens have these."""
    heard = _heard.get()
    if heard is not None:
        heard.append(headers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Per minute and left now, by sort (requests, images), where the vendor says so; `pause_s` until it takes more."""

    per_minute: Mapping[str, int]
    left: Mapping[str, int]
    pause_s: float = 0.0


def told(headers: Headers) -> Told:
    """What x-ratelimit-*-requests (OpenAI), anthropic-ratelimit-requests-* and the IETF's ratelimit-* say."""
    most = {sort: count for sort in SORTS if (count := _count(headers, sort, "limit"))}
    left = {sort: count for sort in SORTS if (count := _count(headers, sort, "remaining")) is not None}
    waits = [_reset(headers, sort) for sort, count in left.items() if count == 0]
    return Told(per_minute=most, left=left, pause_s=min(max(waits, default=0.0), LONGEST_S))


def _said(headers: Headers, sort: str, what: str) -> str:
    names = [f"x-ratelimit-{what}-{sort}", f"anthropic-ratelimit-{sort}-{what}"]
    if sort == "requests" and what != "limit":  # the IETF's limit is of a window that it does not name
        names.append(f"ratelimit-{what}")
    return next((headers[name].strip() for name in names if name in headers), "")


def _count(headers: Headers, sort: str, what: str) -> int | None:
    text = _said(headers, sort, what)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _reset(headers: Headers, sort: str) -> float:
    """Seconds until something is left again: a duration, or a moment as Anthropic writes it."""
    text = _said(headers, sort, "reset")
    seconds = seconds_of(text)
    if seconds is not None:
        return seconds
    try:
        return (datetime.fromisoformat(text) - datetime.now(UTC)).total_seconds()
    except (ValueError, TypeError):
        return 0.0
