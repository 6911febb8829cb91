"""JSON as RFC 8259 says and no more: no NaN, no doubled keys, no depth without end, no trailing words."""

import json
from typing import IO, Any, Final

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

MAX_BYTES: Final = 1 << 20
MAX_DEPTH: Final = 32
MAX_DIGITS: Final = 40


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ParseError("A key is there twice. Send each key once.", code="duplicate_key")
    return found


def _constant(name: str) -> Any:
    raise ParseError(f"{name} is not JSON. Send a number or null.", code="not_json")


def _int(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise ParseError("A number is too large.", code="number_too_large")
    return int(digits)


def _float(digits: str) -> float:
    value = float(digits) if len(digits) <= MAX_DIGITS * 2 else float("inf")
    if value in (float("inf"), float("-inf")):
        raise ParseError("A number is too large.", code="number_too_large")
    return value


def depth_of(text: str) -> int:
    """The deepest nesting of brackets outside strings."""
    deepest = depth = 0
    quoted = escaped = False
    for letter in text:
        if quoted:
            quoted = escaped or letter != '"'
            escaped = letter == "\\" and not escaped
        elif letter == '"':
            quoted = True
        elif letter in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif letter in "]}":
            depth -= 1
    return deepest


class StrictJSONParser(JSONParser):
    """Raises ParseError (400) with a code that says which rule was broken."""

    def parse(self, stream: IO[Any], media_type: Any = None, parser_context: Any = None) -> Any:
        raw = stream.read(MAX_BYTES + 1)
        if len(raw) > MAX_BYTES:
            raise ParseError(f"The body is larger than {MAX_BYTES} bytes.", code="too_large")
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError as error:
            raise ParseError("The body is not UTF-8.", code="not_utf8") from error
        if depth_of(text) > MAX_DEPTH:
            raise ParseError(f"The body is nested deeper than {MAX_DEPTH}.", code="too_deep")
        try:
            return json.loads(
                text, object_pairs_hook=_pairs, parse_constant=_constant, parse_int=_int, parse_float=_float
            )
        except ValueError as error:
            raise ParseError(f"This is not JSON: {error}", code="not_json") from error
