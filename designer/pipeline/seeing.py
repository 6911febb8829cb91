"""Stage 1 by a language or vision model: what it is asked, and what of its answer may become the record.

The answer is held to our vocabulary. A word of another is looked up in the taxonomy, and is unknown if it is not there;
a colour goes through the colour list; an answer of another shape is refused. What it says of a photo that was not sent,
or of a brief that neither says so nor holds the words it is said to rest on, is unknown too. What the designer's own
words say is read here and wins over the model in any case.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

from designer.pipeline import analysis, taxonomy, words
from designer.pipeline.asking import Question, Unfit, closed, keys_at_fault
from designer.pipeline.borne import Said
from designer.pipeline.colours import colour_of
from designer.pipeline.records import ATTRIBUTES, MAX_ITEMS, MAX_VALUE, Attribute, Source, Understanding
from designer.pipeline.tongue import unread_language

SYSTEM: Final = (
    "You read a fashion designer's brief and reference photos and say which garment they ask for, attribute by "
    "attribute, in the words of the schema. Say unknown, with confidence 0, for whatever is neither said nor clearly "
    "seen: never guess. A confidence lies between 0 and 1. `from` tells whether the brief says it, in its own words, "
    "or a photo shows it; `words` are then those words of the brief, copied letter by letter, parted by ' | ' where "
    "they do not stand together, and empty otherwise. Where brief and photo differ the brief is right. Leave a value "
    "that the brief refuses ('no lace') unknown. Colours are those of the garment alone, with their share of its area, "
    "the largest first."
)
ORIGINS: Final[Mapping[str, Source]] = {"brief": "brief", "photo": "image"}
NOTHING: Final = frozenset({"", "unknown", "none", "n_a", "na", "null", "unclear"})
MAX_COLOURS: Final = 6
MAX_QUOTE: Final = 300  # characters
Reading = dict[str, Attribute]


def question(brief: str, photos: tuple[bytes, ...] = ()) -> Question:
    """What a model is asked about a brief and encoded photos."""
    data = {"brief": words.clean(brief), "photos": len(photos)}
    return Question(system=SYSTEM, data=data, schema=SCHEMA, images=photos)


def _choice(values: tuple[str, ...]) -> dict[str, Any]:
    return {"type": "string", "enum": [*values, "unknown"]}


def _values(name: str) -> dict[str, Any]:
    """What an answer may say of one attribute."""
    colour = {"name": {"type": "string"}, "hex": {"type": "string"}, "coverage": {"type": "number"}}
    if name == "colours":
        return {"value": {"type": "array", "items": closed(colour)}}
    if name == "construction":
        return {"value": {"type": "array", "items": {"type": "string", "enum": list(taxonomy.values(name))}}}
    if name == "photography":
        return {key: _choice(values) for key, values in taxonomy.photography().items()}
    return {"value": _choice(taxonomy.values(name))}


def schema(origins: Sequence[str]) -> dict[str, Any]:
    """Of an answer that tells from which of the `origins` each attribute is."""
    origin = {"type": "string", "enum": [*origins, "none"]}
    told = {"confidence": {"type": "number"}, "from": origin, "words": {"type": "string"}}
    return closed({name: closed({**_values(name), **told}) for name in ATTRIBUTES})


SCHEMA: Final = schema(tuple(ORIGINS))


def read(data: Mapping[str, Any], *, brief: str, photos: int, origins: Mapping[str, Source] = ORIGINS) -> Reading:
    """What the answer says, by attribute; unknown ones left out. Raises Unfit for an answer of another shape."""
    faults = keys_at_fault("the answer", data, ATTRIBUTES)
    faults += [fault for name in ATTRIBUTES if name in data for fault in _faults(name, data[name], origins)]
    if faults:
        raise Unfit(faults)
    said, found = _said(brief), {}
    for name in ATTRIBUTES:
        told = data[name]
        value = _founded(name, told, said, photos)
        if value and told["confidence"]:
            sure = round(float(told["confidence"]), 3)
            found[name] = Attribute(value=value, confidence=sure, source=origins[told["from"]])
    return found


def left_out(data: Mapping[str, Any], *, brief: str, photos: int) -> tuple[str, ...]:
    """What of an answer that was read became unknown, for neither the brief says it nor a photo that was sent. What the
    brief says otherwise, or refuses, is none of it."""
    read, said, found = words.parse(brief), _said(brief), []
    settled = words.attributes_of(read)
    refused = {(each.attribute, each.value) for each in read.mentions if each.negated}
    for name in ATTRIBUTES:
        told, value = data[name], _value(name, data[name])
        kept = _names(_founded(name, told, said, photos))
        lost = [each for each in _names(value) if each not in kept and (name, each) not in refused]
        if lost and told["confidence"] and name not in settled:
            found.append(f"{name} {', '.join(lost)}".replace("_", " "))
    return tuple(found)


def understood(
    brief: str,
    seen: Reading,
    known: Mapping[str, Attribute] = analysis.NOTHING,
    ordered: Mapping[str, Attribute] = analysis.NOTHING,
) -> Understanding:
    """The record: what the designer's words say, and where they are silent the model's reading of it.

    `known` and `ordered` as in `analyse`.
    """
    return analysis.settled(words.parse(brief), {**ordered, **seen, **known})


def to_json(reading: Reading) -> dict[str, Any]:
    return {name: each.to_json() for name, each in reading.items()}


def from_json(data: Mapping[str, Any]) -> Reading:
    return {name: Attribute.from_json(each) for name, each in data.items() if name in ATTRIBUTES}


def _faults(name: str, told: Any, origins: Mapping[str, Source]) -> list[str]:
    """What is wrong with the shape of one attribute."""
    values = tuple(taxonomy.photography()) if name == "photography" else ("value",)
    faults = keys_at_fault(repr(name), told, (*values, "confidence", "from", "words"))
    if faults:
        return faults
    if not _is_share(told["confidence"]):
        faults.append(f"The confidence of {name!r} must be a number from 0 to 1.")
    if told["from"] not in (*origins, "none"):
        faults.append(f"`from` of {name!r} must be {', '.join(origins)} or none.")
    if not isinstance(told["words"], str) or len(told["words"]) > MAX_QUOTE or not told["words"].isprintable():
        faults.append(f"`words` of {name!r} must be a text of at most {MAX_QUOTE} characters that can be seen.")
    return faults + [fault for key in values for fault in _value_faults(name, told[key])]


def _value_faults(name: str, value: Any) -> list[str]:
    if name not in ("colours", "construction"):
        return _text_faults(name, value)
    if not isinstance(value, list) or len(value) > MAX_ITEMS:
        return [f"The value of {name!r} must be a list of at most {MAX_ITEMS}."]
    if name == "construction":
        return [fault for item in value for fault in _text_faults(name, item)]
    return [fault for item in value for fault in _colour_faults(item)]


def _colour_faults(item: Any) -> list[str]:
    faults = keys_at_fault("a colour", item, ("name", "hex", "coverage"))
    if faults:
        return faults
    if not _is_share(item["coverage"]):
        faults.append("The coverage of a colour must be a number from 0 to 1.")
    return faults + [fault for key in ("name", "hex") for fault in _text_faults("colours", item[key])]


def _text_faults(name: str, text: Any) -> list[str]:
    if not isinstance(text, str) or len(text) > MAX_VALUE:
        return [f"Each value of {name!r} must be a text of at most {MAX_VALUE} characters."]
    return [] if text.isprintable() else [f"{name!r} holds characters that cannot be seen."]


def _is_share(number: Any) -> bool:
    if isinstance(number, bool) or not isinstance(number, int | float):
        return False
    return math.isfinite(number) and 0 <= number <= 1


def _said(brief: str) -> Said:
    """The brief to hold an answer against."""
    return Said(words.parse(brief), is_foreign=bool(unread_language(brief)))


def _founded(name: str, told: Mapping[str, Any], said: Said, photos: int) -> Any:
    """As much of a value as has the origin that it is said to have."""
    value = _value(name, told)
    if not value or told["from"] == "none":
        return None
    if told["from"] != "brief":
        return value if photos else None

    def holds(attribute: str, each: str) -> bool:
        return said.bears_out(attribute, each) or said.has_ground(attribute, told["words"])

    if isinstance(value, list):
        return [each for each in value if holds(name, _name(each))]
    if isinstance(value, dict):
        return {key: each for key, each in value.items() if holds(key, each)}
    return value if holds(name, value) else None


def _name(item: Any) -> str:
    return str(item["name"] if isinstance(item, dict) else item)


def _names(value: Any) -> list[str]:
    if isinstance(value, dict):
        return list(value.values())
    return [_name(each) for each in value] if isinstance(value, list) else [value] if value else []


def _value(name: str, told: Mapping[str, Any]) -> Any:
    if name == "colours":
        found = [_colour(item) for item in told["value"]]
        return [each for each in found if each is not None][:MAX_COLOURS]
    if name == "construction":
        return list(dict.fromkeys(each for item in told["value"] if (each := word_of(name, item))))
    if name == "photography":
        return {key: each for key in taxonomy.photography() if (each := word_of(key, told[key]))}
    return word_of(name, told["value"])


def _colour(item: Mapping[str, Any]) -> dict[str, Any] | None:
    """A colour of the list, or of its hex by the nearest name: what the model calls it is not taken over."""
    named = colour_of(item["name"])
    found = colour_of("", item["hex"]) or named
    if found is None:
        return None
    return {**found, "name": named["name"] if named else found["name"], "coverage": round(float(item["coverage"]), 3)}


def word_of(attribute: str, text: str) -> str | None:
    """Our value for a text: as it stands, or as the taxonomy knows it; None for what is in neither."""
    plain = "_".join(text.lower().replace("-", " ").replace("_", " ").split())
    if plain in NOTHING:
        return None
    if plain in taxonomy.values(attribute):
        return plain
    found = words.parse(plain.replace("_", " ")).mentions
    return next((each.value for each in found if each.attribute == attribute and not each.negated), None)
