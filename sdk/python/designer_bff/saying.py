"""How arguments become a request, and what an answer carries beside its JSON."""

import os
from collections.abc import Mapping
from enum import Enum
from typing import Any, Final, Literal, TypeAlias
from urllib.parse import quote

Json: TypeAlias = dict[str, Any]
StrPath: TypeAlias = str | os.PathLike[str]


class _Unset(Enum):
    UNSET = "not said"


Unset: TypeAlias = Literal[_Unset.UNSET]
UNSET: Final = _Unset.UNSET  # for fields where None says something


class Record(dict[str, Any]):
    """An answer with the version it came in: `etag_of(answer)` goes into `if_match` of a change."""

    etag: str | None = None


def etag_of(answer: object) -> str:
    """The version of an answer, to be sent as `if_match`. Raises ValueError for what came without one."""
    etag = getattr(answer, "etag", None)
    if not etag:
        raise ValueError("This answer came without a version: read the very thing that you mean to change.")
    return str(etag)


def said(fields: Mapping[str, Any]) -> Json:
    """What was really said of a body's fields."""
    return {name: value for name, value in fields.items() if value is not UNSET}


def quoted(part: str) -> str:
    """An id as a part of a path."""
    return quote(str(part), safe="")
