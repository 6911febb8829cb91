"""Idempotency-Key: by it a request that is sent again is known."""

from collections.abc import Mapping
from typing import Final

from teams.base.errors import Refused

HEADER: Final = "Idempotency-Key"
MAX_KEY: Final = 255


def key_said(headers: Mapping[str, str]) -> str:
    """The key of a request; "" for none. Raises Refused (400) for one that is too long or not printable ASCII: cut to
    fit, two of them could be one."""
    key = headers.get(HEADER, "")
    if len(key) > MAX_KEY or not (key.isascii() and key.isprintable()):
        message = f"An {HEADER} has at most {MAX_KEY} printable ASCII characters."
        raise Refused("invalid_key", message, field=HEADER, remedy="Use a UUID.", status=400)
    return key
