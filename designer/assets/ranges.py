"""Part of a file over HTTP (RFC 9110, 14). One range is honoured; several, or what cannot be read, give the whole."""

import re
from typing import Final

ONE: Final = re.compile(r"bytes=\s*(\d{0,18})\s*-\s*(\d{0,18})\s*", re.IGNORECASE | re.ASCII)


class Unsatisfiable(Exception):
    """The range begins after the end."""


def wanted(said: str, size: int) -> tuple[int, int] | None:
    """First and last byte of a `Range` header, or None for the whole. Raises Unsatisfiable."""
    found = ONE.fullmatch(said.strip())
    if not found or not (found[1] or found[2]):
        return None
    first, last = found[1], found[2]
    if not first:
        begin, end = max(0, size - int(last)), size - 1
        if not int(last) or not size:
            raise Unsatisfiable
        return begin, end
    if last and int(last) < int(first):
        return None
    if int(first) >= size:
        raise Unsatisfiable
    return int(first), min(int(last) if last else size - 1, size - 1)
