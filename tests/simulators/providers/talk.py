"""What the simulated language models have in common: they read the text and the pictures they are sent, and answer.

The reading is small but true: a value is given where its words stand in the text, a colour where the picture shows it.
A plan's `says` is answered instead, word for word: a model that was talked into something.
"""

from __future__ import annotations

import base64
import binascii
import io
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from PIL import Image, UnidentifiedImageError

COLOURS: Final = {
    "emerald": "#0f7a4d", "navy": "#1d2745", "red": "#c31e2e", "white": "#fbfbfa", "black": "#0b0b0c",
    "yellow": "#f2cf2c", "pink": "#ee9ab8", "blue": "#2a55a5",
}  # fmt: skip
PHRASES: Final = ("clean studio presentation", "soft light across the cloth", "full look in frame", "fine seams shown")
IMAGE_TOKENS: Final = 560


class NoPicture(Exception):
    """Something was sent as a picture and is none, or is larger than a model looks at."""


def picture_of(data: str) -> Image.Image:
    """A picture from base64. Raises NoPicture."""
    try:
        return Image.open(io.BytesIO(base64.b64decode(data.replace("-", "+").replace("_", "/"), validate=True)))
    except (binascii.Error, UnidentifiedImageError, ValueError) as error:
        raise NoPicture from error


def answered(text: str, schema: Mapping[str, Any], pictures: list[Image.Image], details: Mapping[str, Any]) -> str:
    """The words of the model: JSON that fits the schema, or what the plan says."""
    if "says" in details:
        said = details["says"]
        return said if isinstance(said, str) else json.dumps(said)
    asked = _asked(text)
    if "parts" in schema.get("properties", {}):
        return json.dumps(_written(asked))
    return json.dumps(_read(asked, schema, pictures))


def tokens(text: str) -> int:
    return max(1, len(text) // 4)


def _asked(text: str) -> dict[str, Any]:
    """What was asked, where the text is JSON; else all of it as the brief."""
    try:
        read = json.loads(text)
    except ValueError:
        return {"brief": text}
    return read if isinstance(read, dict) else {"brief": text}


def _read(asked: Mapping[str, Any], schema: Mapping[str, Any], pictures: list[Image.Image]) -> dict[str, Any]:
    """Each property of the schema, filled from the brief's words and the first picture."""
    brief = str(asked.get("brief", "")).lower()
    return {name: _filled(name, rule, brief, pictures) for name, rule in schema.get("properties", {}).items()}


def _filled(name: str, rule: Mapping[str, Any], brief: str, pictures: list[Image.Image]) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for key, inner in rule.get("properties", {}).items():
        if inner.get("type") == "array":
            told[key] = _colours(brief, pictures) if name == "colours" else _named(inner["items"]["enum"], brief)
        elif "enum" in inner and key != "from":
            told[key] = next(iter(_named(inner["enum"], brief)), "unknown")
    known = any(value not in ("unknown", []) for value in told.values())
    seen = name == "colours" and bool(pictures)
    if "words" in rule.get("properties", {}):
        told["words"] = " | ".join(_quoted(told.values(), brief)) if known and not seen else ""
    return {**told, "confidence": 0.9 * known, "from": ("photo" if seen else "brief") if known else "none"}


def _quoted(values: Iterable[Any], brief: str) -> list[str]:
    """The brief's own words for the values that were found in it."""
    flat = [item for value in values for item in (value if isinstance(value, list) else [value])]
    names = [item["name"] if isinstance(item, dict) else item for item in flat]
    found = [re.search(rf"\b{name.replace('_', '[ -]')}\b", brief) for name in names if name not in ("", "unknown")]
    return [each.group() for each in found if each]


def _named(values: list[str], brief: str) -> list[str]:
    """The values whose words stand in the brief."""
    return [value for value in values if re.search(rf"\b{value.replace('_', '[ -]')}\b", brief)]


def _colours(brief: str, pictures: list[Image.Image]) -> list[dict[str, Any]]:
    if pictures:
        red, green, blue = pictures[0].convert("RGB").resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
        return [{"name": "", "hex": f"#{red:02x}{green:02x}{blue:02x}", "coverage": 1.0}]
    return [{"name": name, "hex": code, "coverage": 0.5} for name, code in COLOURS.items() if name in brief]


def _written(asked: Mapping[str, Any]) -> dict[str, Any]:
    """A prompt: the brief as it is, what is known besides, and phrases until there are twenty words."""
    parts = [{"text": str(asked.get("brief", "")), "part": "user"}]
    parts += [{"text": str(each), "part": "locked"} for each in asked.get("must_say", [])]
    for phrase in PHRASES:
        if sum(len(part["text"].split()) for part in parts) < 20:
            parts.append({"text": phrase, "part": "exploratory"})
    return {"parts": parts}
