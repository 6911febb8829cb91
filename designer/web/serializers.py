"""The base of every input serializer: what is not asked for is refused by name, and text is text."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers


def unfit(value: Any) -> str | None:
    """Why a text cannot be stored, or None: NUL and lone surrogates have no place in Postgres or in JSON."""
    if isinstance(value, str) and ("\x00" in value or any("\ud800" <= letter <= "\udfff" for letter in value)):
        return "This text holds a NUL or half a character. Remove it."
    if isinstance(value, Mapping):
        return next((why for pair in value.items() for part in pair if (why := unfit(part))), None)
    if isinstance(value, list):
        return next((why for part in value if (why := unfit(part))), None)
    return None


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses unknown fields and unfit text with 400, naming the field."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            problems = {name: [why] for name, value in data.items() if (why := unfit(value) or unfit(name))}
            problems |= {str(name): ["There is no such field. Remove it."] for name in data if name not in self.fields}
            if problems:
                raise serializers.ValidationError(problems, code="unknown_or_unfit")
        return super().to_internal_value(data)
