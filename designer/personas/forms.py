"""What people type into the forms of personas, as the services take it."""

import re
from collections.abc import Mapping
from typing import Any, Final

from designer.pipeline import taxonomy
from designer.pipeline.clustering import SINGLE
from teams.base.errors import Refused

NUMBERED: Final = re.compile(r"^(?P<word>.+?)\s*[:=]?\s+(?P<number>\d{1,3}(?:[.,]\d+)?)\s*(?P<percent>%?)$")
LONGEST: Final = 2000


def listed(text: str) -> list[str]:
    """The words between commas and line ends, each once."""
    return list(dict.fromkeys(word for each in re.split(r"[,\n]", text[:LONGEST]) if (word := each.strip())))


def weights_typed(said: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    """The fields `weight-<attribute>` ("linen 80 %, cotton 0.3, silk") as attribute -> value -> 0..1.

    A value without a number counts less the later it stands. Raises Refused naming the field.
    """
    return {name: found for name in SINGLE if (found := _weights(name, str(said.get(f"weight-{name}") or "")))}


def _weights(name: str, text: str) -> dict[str, float]:
    return dict(_weight(name, each, place) for place, each in enumerate(listed(text), 1))


def _weight(name: str, text: str, place: int) -> tuple[str, float]:
    found = NUMBERED.match(text)
    word, weight = (found["word"], float(found["number"].replace(",", "."))) if found else (text, 1 / place)
    if found and (found["percent"] or weight > 1):
        weight /= 100
    if not 0 <= weight <= 1:
        raise Refused("range", f"{text[:60]}: a weight is from 0 to 1.", field=name, remedy="Or 0 to 100 %.")
    return value_of(name, word), weight


def value_of(name: str, word: str) -> str:
    """The value that people mean by a word: its own name or how a prompt says it. Unknown words stay as they are."""
    plain = " ".join(re.sub(r"[_\-]+", " ", word.casefold()).split())
    for value in taxonomy.values(name):
        spoken = re.sub(r"[_\-]+", " ", taxonomy.say(name, value).casefold())
        if plain in (value.replace("_", " "), spoken):
            return value
    return plain.replace(" ", "_")


def weights_shown(weights: Mapping[str, Mapping[str, float]]) -> list[dict[str, str]]:
    """Every attribute with what its field holds, and what it may hold."""
    return [
        {
            "name": name,
            "label": name.replace("_", " ").capitalize(),
            "text": ", ".join(
                f"{value.replace('_', ' ')} {round(100 * weight)} %" for value, weight in weights.get(name, {}).items()
            ),
            "values": ", ".join(value.replace("_", " ") for value in taxonomy.values(name)),
        }
        for name in SINGLE
    ]
