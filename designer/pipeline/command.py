"""What a brief says of the order itself, beside the garment: how many images, and by which model.

"5 midi dresses in emerald silk, editorial, with Gemini" asks for five images of one dress each. The words themselves
stay as they are; what is read here is shown, and can be turned off.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from designer.pipeline import counting, inexact
from designer.pipeline.standing import (
    ADORNED,
    ANY_MODEL,
    CLAUSE_END,
    DEPICTED,
    ENDS,
    NAMING,
    SENTENCE_END,
    closes,
    is_refused,
)

# names that are words as well, and what shows that they are meant so
_SIGNS: Final = "aries|taurus|cancer|leo|virgo|libra|scorpio|sagittarius|capricorn|aquarius|pisces"
_STARS: Final = r"zodiac(?:al)?|horoscopes?|constellations?|astrolog\w*|star\s+(?:signs?|prints?|motifs?)"
HOMONYMS: Final = {
    "gemini": re.compile(rf"\b(?:{_STARS}|{_SIGNS})\b", re.I),
    "imagen": re.compile(r"\b(?:una?|con|para|del|el|en|los|las)\b", re.I),  # Spanish for picture
}
SKY: Final = re.compile(r"\b(?:stars?|moons?|planets?|twins?|celestial|cosmic)\b", re.I)  # before "..., gemini"
# what goes before and behind a name in other languages, as NAMING and CLOSING have it for English
_BEFORE: Final = re.compile(r"\b(?:avec|com|con|door|met|mit|par|por|von)\s*$", re.I)
_BEHIND: Final = re.compile(r"\s+(?:auf|bitte|de|e|em|en|et|für|ile|im|mit|op|para|per|por|pour|su|und|voor|y)\b", re.I)
_SHOWN: Final = re.compile(  # "printed with the word Gemini", "a tee that says Google"
    r"\b(?:(?:printed|embroidered|decorated|patterned|covered)(?:\s+(?:a|an|and|in|name|of|the|with|word|words)\b){0,4}"
    r"|(?:lettering|name|reads?|reading|says?|saying|text|words?|aufdruck|estampado|motiv)(?:\s+(?:de|mit|of|the)\b)?)\s*$",
    re.I,
)
STYLES: Final = frozenset({"sketchbook"})  # families whose name alone is a way to draw: "editorial, sketchbook"


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """`count`: images asked for, None = not said; `model`: what the caller's names call it, "" = none named.

    `phrases`: the very words that say so, by "count" and "model"; `unknown`: what asks for a model there is none of;
    `mentioned`: where no model is named, one or its vendor that may be meant, or refused. To be told, never followed.
    """

    count: int | None = None
    model: str = ""
    phrases: Mapping[str, str]
    unknown: tuple[str, ...] = ()
    mentioned: str = ""


# what a name said inexactly stands for: "" = a family by itself, None = nothing
StandsFor = Callable[[str], str | None]


def read(
    text: str, models: Mapping[str, str], stands_for: StandsFor = lambda said: None, vendors: Iterable[str] = ()
) -> Command:
    """What the brief orders. `models`: names as people write them, each with what it stands for; "@core" may only be
    written so, for it is a plain word. `stands_for` is asked of what else stands where a model is named; `vendors`
    order nothing by their names."""
    phrases: dict[str, str] = {}
    ordered = counting.ordered(text)
    if ordered:
        phrases["count"] = ordered.phrase
    model = _model(text, models, phrases)
    near, unknown = inexact.named(text, stands_for)
    if near and len(near.phrase) > len(phrases.get("model", "")):
        model, phrases["model"] = near.model, near.phrase
    rest = [each for each in unknown if not any(_is_said(name, each) for name in models)]
    return Command(
        count=ordered.number if ordered else None,
        model=model,
        phrases=phrases,
        unknown=tuple(dict.fromkeys(rest)),
        mentioned="" if model or rest else _mentioned(text, (*models, *vendors)),
    )


def _is_said(name: str, phrase: str) -> bool:
    return any(len(said) == len(phrase) for said in _said(name, phrase))


def _model(text: str, models: Mapping[str, str], phrases: dict[str, str]) -> str:
    """The longest name that stands after "with", "by", "using", "via" or "model", in brackets or after an @.

    One without a digit may be a word of the garment ("with ultra wide lapels"): it has to close its clause.
    """
    for name in sorted(models, key=lambda each: (-len(each), each)):
        said = next(_said(name, text), "")
        if said:
            phrases["model"] = said
            return models[name]
    return ""


def _said(name: str, text: str) -> Iterator[str]:
    """The words by which the text asks for the model of that name; one that is written with an @ only with that."""
    words = r"[\s._/-]*".join(re.escape(part) for part in re.findall(r"\w+", name))
    yield from _not_refused(rf"@{words}{ENDS}", text)
    if name.startswith("@"):
        return
    if any(map(str.isdigit, name)):
        sure = rf"\(\s*{words}\s*\)|(?:{NAMING}|{ANY_MODEL}){words}{ENDS}|(?<=[,;])\s*{words}{CLAUSE_END}"
        yield from _not_refused(sure, text)
        return
    homonym = HOMONYMS.get(name.lower())
    if homonym is None or not homonym.search(text):
        yield from _plainly_said(words, text)
        if name.lower() not in STYLES:
            yield from _said_last(words, text)


def _not_refused(pattern: str, text: str) -> Iterator[str]:
    for found in re.finditer(pattern, text, re.I):
        if not is_refused(text, found.start()):
            yield found.group().strip()


def _plainly_said(words: str, text: str) -> Iterator[str]:
    """Where a name without a digit stands as one who makes the picture, and not as what the picture shows."""
    for found in re.finditer(rf"\(\s*{words}\s*\){SENTENCE_END}", text, re.I):
        if not DEPICTED.search(text[: found.start()]):
            yield found.group()
    for found in re.finditer(rf"(?:{NAMING}){words}{ENDS}", text, re.I):
        adorned = ADORNED.search(text[: found.start()])
        if not adorned and not is_refused(text, found.start()) and closes(text, found.end()):
            yield found.group().strip()


def _said_last(words: str, text: str) -> Iterator[str]:
    """A name alone after the last comma."""
    found = re.search(rf"(?<=[,;])\s*{words}\s*(?:[.!]\s*)?$", text, re.I)
    before = text[: found.start() - 1] if found else ""
    if found and not DEPICTED.search(before) and not SKY.search(before):
        yield found.group().strip()


def _mentioned(text: str, names: Iterable[str]) -> str:
    """The longest of the names that stands as one who makes the picture might, or is refused as one."""
    for name in sorted(names, key=lambda each: (-len(each), each)):
        homonym = HOMONYMS.get(name.lower())
        if name.lower() in STYLES or name.startswith("@") or (homonym and homonym.search(text)):
            continue
        words = r"[\s._/-]*".join(re.escape(part) for part in re.findall(r"\w+", name))
        for found in re.finditer(rf"(?<![\w./-])(?<!\w@){words}(?![\w-]|\.\w)", text, re.I | re.ASCII):
            before, end = text[: found.start()].rstrip(" ("), found.end()
            stands = closes(text, end) or _BEHIND.match(text, end) or _BEFORE.search(before) or not text[end].isascii()
            if stands and not any(each.search(before) for each in (DEPICTED, _SHOWN, SKY)):
                return found.group()
    return ""
