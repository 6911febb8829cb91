"""What people type into the forms of personas, as the services take it."""

import re
from collections.abc import Mapping
from typing import Any, Final

from designer.pipeline import taxonomy
from designer.pipeline.clustering import SINGLE
from teams.base.errors import Refused

NUMBERED: Final = re.compile(r"^(?P<word>.+?)\s*[:=]?\s+(?P<number>\d{1,3}(?:[.,]\d+)?)\s*(?P<percent>%?)$")
BETWEEN: Final = re.compile(r",(?!\d)|(?<!\d),|\n")  # a comma within a number is a decimal one
SHARE: Final = re.compile(r"1[.,]0+$")  # written as one, though it is the whole
SURELY_PERCENT: Final = 10  # a bare number from here on; below, "hat 1" may mean the whole or a hundredth
LONGEST: Final = 2000


def listed(text: str) -> list[str]:
    """The words between commas and line ends, each once."""
    return list(dict.fromkeys(word for each in re.split(r"[,\n]", text[:LONGEST]) if (word := each.strip())))


def weights_typed(said: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    """The fields `weight-<attribute>` ("linen 80 %, cotton 0.3, silk") as attribute -> value -> 0..1.

    A value without a number counts less the later it stands. Raises Refused naming the field.
    """
    return {name: found for name in SINGLE if (found := _weights(name, _typed(said, name)))}


def weights_read(said: Mapping[str, Any], before: Mapping[str, Mapping[str, float]]) -> str:
    """What the fields that differ from `before` were taken to mean; "" where each says it by itself."""
    told = []
    for name, values in weights_typed(said).items():
        shown = _shown(values)
        if values != before.get(name) and shown.split(", ") != _pieces(_typed(said, name)):
            told.append(f"{_label(name).lower()} as {shown}")
    return f"Read {'; '.join(told)}." if told else ""


def _typed(said: Mapping[str, Any], name: str) -> str:
    return str(said.get(f"weight-{name}") or "")[:LONGEST]


def _pieces(text: str) -> list[str]:
    return [word for each in BETWEEN.split(text) if (word := each.strip())]


def _weights(name: str, text: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for place, each in enumerate(_pieces(text), 1):
        value, weight = _weight(name, each, place)
        if value in found:
            raise _refused(name, "twice", f"“{each[:60]}”: this value is there twice.", "Leave one of them.")
        found[value] = weight
    return found


def _weight(name: str, text: str, place: int) -> tuple[str, float]:
    found = NUMBERED.match(text)
    word, weight = (found["word"], float(found["number"].replace(",", "."))) if found else (text, 1 / place)
    if found and not found["percent"] and 1 <= weight < SURELY_PERCENT and not SHARE.match(found["number"]):
        raise _ambiguous(name, text, found["word"], found["number"])
    if found and (found["percent"] or weight >= SURELY_PERCENT):
        weight /= 100
    if not 0 <= weight <= 1:
        raise _refused(name, "range", f"“{text[:60]}”: a weight is from 0 to 1.", "Or from 0 to 100 %.")
    return value_of(name, word), weight


def _ambiguous(name: str, text: str, word: str, number: str) -> Refused:
    other, instead = (
        ("the whole, 100 %", f"{word[:60]} 100 %") if number == "1" else ("a part of a sum", "a share: 0.5")
    )
    said = f"“{text[:60]}”: {number} may mean {number} % or {other}."
    return _refused(name, "ambiguous", said, f"Write {word[:60]} {number} %, or {instead}.")


def _refused(name: str, code: str, said: str, remedy: str) -> Refused:
    return Refused(code, f"{_label(name)}: {said}", field=f"weights.{name}", remedy=remedy)


def _label(name: str) -> str:
    return name.replace("_", " ").capitalize()


def value_of(name: str, word: str) -> str:
    """The value that people mean by a word: its own name or how a prompt says it. Unknown words stay as they are."""
    plain = " ".join(re.sub(r"[_\-]+", " ", word.casefold()).split())
    for value in taxonomy.values(name):
        spoken = re.sub(r"[_\-]+", " ", taxonomy.say(name, value).casefold())
        if plain in (value.replace("_", " "), spoken):
            return value
    return plain.replace(" ", "_")


def weights_shown(
    weights: Mapping[str, Mapping[str, float]], typed: Mapping[str, Any] | None = None, refused: str | None = None
) -> list[dict[str, Any]]:
    """Every attribute with what its field holds, and what it may hold: the words `typed` last, where they were refused,
    and whether it is the field named by that refusal."""
    return [
        {
            "name": name,
            "label": _label(name),
            "text": _shown(weights.get(name, {})) if typed is None else _typed(typed, name),
            "values": ", ".join(value.replace("_", " ") for value in taxonomy.values(name)),
            "refused": refused == f"weights.{name}",
        }
        for name in SINGLE
    ]


def _shown(values: Mapping[str, float]) -> str:
    return ", ".join(f"{value.replace('_', ' ')} {round(100 * weight)} %" for value, weight in values.items())
