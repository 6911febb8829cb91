"""JSON as RFC 8259 says and no more: no NaN, no doubled keys, no depth without end, no trailing words."""

import json
import re
from collections.abc import Iterator
from typing import IO, Any, Final

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

MAX_BYTES: Final = 1 << 20
MAX_DEPTH: Final = 32
MAX_DIGITS: Final = 40
STRINGS: Final = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
BRACKETS: Final = bytes.maketrans(b"{}", b"[]")
NO_BRACKET: Final = bytes(code for code in range(256) if code not in b"[]{}")
UNFIT_ESCAPE: Final = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")


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


def too_deep(raw: bytes) -> bool:
    """Whether JSON text nests deeper than MAX_DEPTH, by taking the innermost brackets away, one level a round.

    A loop over the letters takes 0.2 s for a body of the largest size; this takes a few milliseconds.
    """
    left = STRINGS.sub(b"", raw).translate(BRACKETS, NO_BRACKET)
    for _ in range(MAX_DEPTH):
        if not left:
            return False
        left = left.replace(b"[]", b"")
    return bool(left)


def texts_in(value: Any, field: str = "") -> Iterator[tuple[str, str]]:
    """Every string in parsed JSON, keys too, each after the path of the field that holds it."""
    if isinstance(value, str):
        yield field, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield field, key
            yield from texts_in(inner, f"{field}.{key}".removeprefix("."))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from texts_in(inner, f"{field}[{place}]")


class UnfitText(ParseError):
    """A text that cannot be stored, and the path of the field that holds it; "" is the body itself."""

    def __init__(self, field: str) -> None:
        super().__init__("A text holds a NUL or half a character. Remove it.", code="unfit_text")
        self.field = field


def storable(text: str) -> bool:
    """Neither Postgres nor UTF-8 has a place for NUL and for half a surrogate pair."""
    return not any(letter == "\x00" or "\ud800" <= letter <= "\udfff" for letter in text)


def parsed(raw: bytes) -> Any:
    """The value of a JSON text. Raises ParseError, whose code says which rule was broken."""
    try:
        text = raw.decode("utf-8")
        value = json.loads(text, object_pairs_hook=_pairs, parse_constant=_constant, parse_int=_int, parse_float=_float)
    except UnicodeDecodeError as error:
        raise ParseError("The body is not UTF-8.", code="not_utf8") from error
    except RecursionError as error:
        raise _deep() from error
    except ValueError as error:
        raise ParseError(f"This is not JSON: {str(error)[:200]}.", code="not_json") from error
    if too_deep(raw):
        raise _deep()
    if UNFIT_ESCAPE.search(text):
        for field, found in texts_in(value):
            if not storable(found):
                raise UnfitText(field)
    return value


def _deep() -> ParseError:
    return ParseError(f"The body is nested deeper than {MAX_DEPTH}.", code="too_deep")


class StrictJSONParser(JSONParser):
    """Raises ParseError (400) with a code that says which rule was broken."""

    def parse(self, stream: IO[Any], media_type: Any = None, parser_context: Any = None) -> Any:
        raw = stream.read(MAX_BYTES + 1)
        if len(raw) > MAX_BYTES:
            raise ParseError(f"The body is larger than {MAX_BYTES} bytes.", code="too_large")
        return parsed(raw)
