"""What the services' adapters share: one JSON call, refusals in the house's words, checks of ids and messages."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from designer.providers.base import (
    AuthFailed,
    InvalidRequest,
    ModelRetired,
    ProviderDown,
    ProviderError,
    QuotaExhausted,
    RateLimited,
    TimedOut,
)
from designer.providers.remote.checks import clipped
from designer.providers.remote.waits import after, retry_at
from enhancement.remote.base import HookRefused

ID: Final = re.compile(r"[A-Za-z0-9_-]{1,100}")
ANSWER_BYTES: Final = 4 << 20  # of one JSON answer: they may repeat a small picture that was sent
WINDOW: Final = timedelta(minutes=5)  # older or younger messages are refused, as both services ask
THROTTLED: Final = re.compile(r"(?:available|resets) in ~?(\d+(?:\.\d+)?) ?s")  # Replicate says it in words alone
PERCENT: Final = re.compile(r"(\d{1,3})%")
ORDER_S, LOOK_S = 60.0, 20.0  # seconds that a call may take; an order carries the picture
Answer = tuple[int, Any, Mapping[str, str]]


class Wire:
    """Calls one service with its key. `root` without a slash at its end."""

    def __init__(self, title: str, root: str, headers: Mapping[str, str]) -> None:
        self.title, self.root, self.headers = title, root, headers

    def ask(self, method: str, path: str, *, timeout_s: float = LOOK_S, **what: Any) -> Answer:
        """Status, JSON (None for an empty or unreadable body) and headers. `what`: json, files, params or headers.

        Raises ProviderDown when nobody is there, TimedOut when the answer did not come whole.
        """
        from designer.providers.remote.client import bounded_client

        headers = {**self.headers, **what.pop("headers", {})}
        with bounded_client(self.title, timeout_s=timeout_s, max_bytes=ANSWER_BYTES) as http:
            said = http.request(method, f"{self.root}{path}", headers=headers, **what)
        named = {name.lower(): value for name, value in said.headers.items()}
        try:
            return said.status_code, json.loads(said.content), named
        except ValueError:
            return said.status_code, None, named


def mapping_of(title: str, said: Any) -> dict[str, Any]:
    """The JSON object that an answer is. Raises Garbled for anything else."""
    from designer.providers.remote.client import garbled

    if not isinstance(said, dict):
        raise garbled(title, "no JSON object")
    return said


def id_of(title: str, said: Any) -> str:
    """An id that may stand in an address. Raises Garbled."""
    from designer.providers.remote.client import garbled

    if not isinstance(said, str) or not ID.fullmatch(said):
        raise garbled(title, "no id of the work")
    return said


def refused(
    title: str, key_name: str, answer: Answer, *, field: str = "", words: str = "", model: str = ""
) -> ProviderError:
    """What a status means. `field`, `words`: what the service's own body says is wrong, read by its adapter."""
    status, _, headers = answer
    shown = clipped(words) or f"status {status}"
    match status:
        case 401 | 403:
            return AuthFailed(f"{title} refused the key, or what it may do: {shown}", f"Check {key_name}.")
        case 402:
            return no_credit(title)
        case 404 | 410:
            return ModelRetired(f"{title} no longer has {model or 'this model'}.", "Choose another service, or local.")
        case 400 | 413 | 422:
            remedy = "Choose another setting or a smaller image, or do it on this machine."
            return InvalidRequest(f"{title} refused {field or 'the request'}: {shown}", remedy, field=field)
        case 429:
            at = retry_at(headers)
            if at is None and (found := THROTTLED.search(words)):
                at = after(float(found[1]))
            return RateLimited(f"{title} asks for a pause.", "It is asked again by itself.", retry_at=at)
        case 408 | 504:
            return TimedOut(f"{title} ran out of time.", "It may have done it all the same: look at its own page.")
    return ProviderDown(f"{title} failed: {shown}.", "Try again later, or do it on this machine.")


def no_credit(title: str) -> QuotaExhausted:
    return QuotaExhausted(f"The {title} account is out of credit.", "Add credit there, or do it on this machine.")


def as_data(picture: bytes, media_type: str) -> str:
    """A picture as a data URL."""
    return f"data:{media_type};base64,{base64.b64encode(picture).decode()}"


def share_in(logs: Any) -> float:
    """The last percentage that a work's own log names, as a share; 0 without one."""
    found = PERCENT.findall(logs[-4000:]) if isinstance(logs, str) else []
    return min(1.0, int(found[-1]) / 100) if found else 0.0


def check_time(said: str, now: datetime) -> None:
    """Raises HookRefused for a message that was not signed within the last minutes: it may be played again."""
    digits = said.isascii() and said.isdigit()  # other alphabets have digits too
    if not digits or len(said) > 12 or abs(now.timestamp() - int(said)) > WINDOW.total_seconds():
        raise HookRefused("The time of the message is not now.")
