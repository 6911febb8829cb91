"""Records as JSON and back. JSON-safe means: None, bool, int, float, str, list and dict with str keys, nothing else."""

from __future__ import annotations

import types
from collections.abc import Hashable, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any, Literal, Self, Union, cast, get_args, get_origin, get_type_hints


class Record:
    """Base of the frozen dataclasses that stages hand on: `from_json(to_json(x)) == x`."""

    __slots__ = ()

    def to_json(self) -> dict[str, Any]:
        """A JSON-safe dict. Decimal and datetime become strings, tuples become lists."""
        return {field.name: encode(getattr(self, field.name)) for field in fields(self)}  # type: ignore[arg-type]

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The record again. Missing fields take their defaults, unknown ones are ignored; others raise ValueError."""
        hints: dict[str, Any] = _hints(cast(Hashable, cls))
        names = [field.name for field in fields(cls) if field.name in data]  # type: ignore[arg-type]
        try:
            return cls(**{name: decode(hints[name], data[name]) for name in names})
        except TypeError as error:
            raise ValueError(f"This is no {cls.__name__}: {error}") from error


@cache
def _hints(cls: Hashable) -> dict[str, Any]:
    return get_type_hints(cast(type, cls))


def encode(value: Any) -> Any:
    if isinstance(value, Record):
        return value.to_json()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): encode(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [encode(item) for item in value]
    return value


def decode(hint: Any, value: Any) -> Any:
    """`value` as the type that `hint` names; only the types that records use."""
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return None if value is None else decode(next(item for item in inner if item is not type(None)), value)
    if origin is tuple:
        items = inner[:1] * len(value) if len(inner) == 2 and inner[1] is Ellipsis else inner
        return tuple(decode(item, each) for item, each in zip(items, value, strict=True))
    if origin is not None and origin is not Literal and issubclass(origin, Mapping):
        return {key: decode(inner[1], each) for key, each in value.items()}
    return _plain(hint, value)


def _plain(hint: Any, value: Any) -> Any:
    if isinstance(hint, type):
        if is_dataclass(hint) and issubclass(hint, Record):
            return hint.from_json(value)
        if hint is Decimal:
            return Decimal(str(value))
        if hint is datetime:
            return datetime.fromisoformat(value)
        if hint is float:
            return float(value)
    return value
