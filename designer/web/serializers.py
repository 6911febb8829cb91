"""The base of every input serializer: what is not asked for is refused by name, and text is text."""

import re
from collections.abc import Mapping
from typing import Any, Final

from django.http import QueryDict
from rest_framework import serializers

CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f\ud800-\udfff]")  # but tab and line ends


def unfit(value: Any) -> str | None:
    """Why a text is refused, or None. NUL and lone surrogates cannot be stored; other control characters hide."""
    if isinstance(value, str):
        return "This text holds control characters. Remove them." if CONTROL.search(value) else None
    if isinstance(value, Mapping):
        return next((why for pair in value.items() for part in pair if (why := unfit(part))), None)
    if isinstance(value, list):
        return next((why for part in value if (why := unfit(part))), None)
    return None


def shown_name(name: Any) -> str:
    """A field's name as somebody else typed it, short and printable."""
    return CONTROL.sub("\N{REPLACEMENT CHARACTER}", str(name))[:100]


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses unknown fields, unfit text and, in JSON, words or numbers for true and false; 400 naming the field."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping) and (problems := self._problems(data)):
            raise serializers.ValidationError(problems)
        return super().to_internal_value(data)

    def _problems(self, data: Mapping[Any, Any]) -> dict[str, list[serializers.ErrorDetail]]:
        found = {}
        for name, value in data.items():
            field = self.fields.get(name) if isinstance(name, str) else None
            if field is None or field.read_only:
                found[shown_name(name)] = _line("There is no such field. Remove it.", "unknown_field")
            elif why := unfit(value):
                found[shown_name(name)] = _line(why, "control_characters")
            elif not isinstance(data, QueryDict) and _is_word_for_boolean(field, value):
                found[shown_name(name)] = _line("Send true or false, without quotes.", "not_a_boolean")
        return found


def _line(message: str, code: str) -> list[serializers.ErrorDetail]:
    return [serializers.ErrorDetail(message, code=code)]


def _is_word_for_boolean(field: Any, value: Any) -> bool:
    wants = isinstance(field, serializers.BooleanField)
    number = isinstance(field, serializers.IntegerField | serializers.FloatField | serializers.DecimalField)
    return (wants and value is not None and not isinstance(value, bool)) or (number and isinstance(value, bool))
