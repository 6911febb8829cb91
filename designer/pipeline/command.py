"""What a brief says of the order itself, beside the garment: how many images, and by which model.

"5 midi dresses in emerald silk, editorial, with Gemini" asks for five images of one dress each. The words themselves
stay as they are; what is read here is shown, and can be turned off.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from designer.pipeline.words import clean, parse

WORDS: Final = (
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
)  # fmt: skip
DOZENS: Final = {"a dozen": 12, "half a dozen": 6}
SAID: Final = {**{word: place for place, word in enumerate(WORDS, start=1)}, **DOZENS}
NUMBER: Final = rf"(?P<count>\d{{1,3}}|{'|'.join(SAID)})"
VERBS: Final = r"make|draw|create|design|generate|show|give|sketch|i\s+want|i\s+need"
OPENING: Final = re.compile(rf"\s*(?:please\s+)?(?:(?:{VERBS})\s+(?:(?:me|us)\s+)?)?{NUMBER}\s+(?=\w)", re.I)
PICTURE: Final = r"images|pictures|variations|versions|variants|renderings"
PICTURES: Final = re.compile(rf"\b{NUMBER}\s+(?:\w+\s+)?(?:{PICTURE})\b", re.I)
TIMES: Final = re.compile(r"(?<=[a-z])\s+[x×]\s?(?P<count>\d{1,3})(?=\s*(?:[.,;:!?)\n]|$))", re.I)
# after these a number counts parts of the garment or measures it: "3 button jackets", "70 cm skirts"
PARTS: Final = frozenset({
    "piece", "button", "pocket", "tier", "layer", "panel", "stripe", "ply", "way", "quarter", "inch", "inche", "cm",
    "mm", "m", "kg", "year", "day", "season", "tone", "row",
})  # fmt: skip
REACH: Final = 60  # letters from the number to the garment that it counts
NAMING: Final = r"(?<!\w)(?:with|by|using|via|model:?)\s+(?:the\s+)?"
CLOSING: Final = r"(?=\s*(?:[.,;:!?)\n]|$))"  # "with Gemini motif" is a motif, "with Gemini, in red" a model


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """`count`: images asked for, None = not said; `model`: what the caller's names call it, "" = none named.

    `phrases`: the very words that say so, by "count" and "model".
    """

    count: int | None = None
    model: str = ""
    phrases: Mapping[str, str]


def read(text: str, models: Mapping[str, str]) -> Command:
    """What the brief orders. `models`: names as people write them, each with what it stands for; "@core" may only be
    written so, for it is a plain word."""
    phrases: dict[str, str] = {}
    count = _count(text, phrases)
    return Command(count=count, model=_model(text, models, phrases), phrases=phrases)


def _count(text: str, phrases: dict[str, str]) -> int | None:
    found = PICTURES.search(text) or _opening(text) or _times(text)
    if found is None:
        return None
    said = found["count"].lower()
    number = int(said) if said.isdecimal() else SAID[said]
    if number < 1:
        return None
    phrases["count"] = found.group().strip()
    return number


def _opening(text: str) -> re.Match[str] | None:
    """A number at the start that counts garments in the plural, or one garment."""
    found = OPENING.match(text)
    if found is None:
        return None
    rest = re.split(r"[.,;:!?\n]", text[found.end() :], maxsplit=1)[0][:REACH]
    if re.split(r"\W", rest, maxsplit=1)[0].lower().removesuffix("s") in PARTS:
        return None
    said = [each for each in parse(rest).mentions if each.attribute == "garment" and not each.negated]
    if not said:
        return None
    one, garment = found["count"].lower() in ("1", "one"), rest[: said[0].end].lower()
    plural = garment.endswith("s") and not garment.endswith("ss")
    return found if one or plural else None


def _times(text: str) -> re.Match[str] | None:
    """ "x5" right after a garment."""
    found = TIMES.search(text)
    if found is None:
        return None
    said = [each for each in parse(text[: found.start()]).mentions if each.attribute == "garment" and not each.negated]
    return found if said and said[-1].end == len(clean(text[: found.start()])) else None


def _model(text: str, models: Mapping[str, str], phrases: dict[str, str]) -> str:
    """The longest name that stands after "with", "by", "using", "via" or "model", in brackets or after an @.

    One without a digit may be a word of the garment ("with ultra wide lapels"): it has to close its clause.
    """
    for name in sorted(models, key=lambda each: (-len(each), each)):
        found = re.search(_spoken(name), text, re.I)
        if found:
            phrases["model"] = found.group()
            return models[name]
    return ""


def _spoken(name: str) -> str:
    """A name as it is said in a brief; one that is written with an @ only with that."""
    words = r"[\s._/-]*".join(re.escape(part) for part in re.findall(r"\w+", name))
    marked = rf"@{words}(?![\w-])"
    if name.startswith("@"):
        return marked
    closing = "" if any(map(str.isdigit, name)) else CLOSING
    return rf"{marked}|\(\s*{words}\s*\)|{NAMING}{words}(?![\w-]){closing}"
