"""What a brief says of the order itself, beside the garment: how many images, and by which model.

"5 midi dresses in emerald silk, editorial, with Gemini" asks for five images of one dress each. The words themselves
stay as they are; what is read here is shown, and can be turned off.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from designer.pipeline import inexact, numbers, taxonomy
from designer.pipeline.standing import (
    ADORNED,
    ANY_MODEL,
    CLAUSE_END,
    DEPICTED,
    ENDS,
    NAMING,
    SENTENCE_END,
    VERBS,
    closes,
)
from designer.pipeline.words import clean, parse

NUMBER: Final = rf"(?P<count>{numbers.PATTERN})"
USING: Final = r"use\s+[\w@ ./-]{2,40}?\s+to\s+"  # "use Gemini to make 5 midi dresses"
OPENING: Final = re.compile(
    rf"\s*(?:please\s+)?(?:{USING})?(?:(?:{VERBS})\s+(?:(?:me|us)\s+)?)?{NUMBER}\s+(?=\w)", re.I
)
PICTURE: Final = r"images|pictures|variations|versions|variants|renderings"
PICTURES: Final = re.compile(rf"\b{NUMBER}\s+(?:(?P<kind>\w+)\s+)?(?:{PICTURE})\b", re.I)
TIMES: Final = re.compile(r"(?<=[a-z])\s+[x×]\s?(?P<count>\d{1,3})(?=\s*(?:[.,;:!?)\n]|$))", re.I)
# after these a number counts parts of the garment or measures it: "3 button jackets", "70 cm skirts"
PARTS: Final = frozenset({
    "piece", "button", "pocket", "tier", "layer", "panel", "stripe", "ply", "way", "quarter", "inch", "inche", "cm",
    "mm", "m", "kg", "year", "day", "season", "tone", "row", "shade", "percent", "per", "denier",
    "gauge", "count", "minute", "hour", "week", "month", "decade", "centurie", "century", "something", "ish", "degree",
    "carat", "karat", "thread", "stitche", "stitch", "pleat", "gram", "g", "gsm", "oz", "ounce", "pound",
    "dollar", "euro", "yard", "metre", "meter", "foot", "feet",
})  # fmt: skip
BONED: Final = re.compile(r"bones?\W+(?:corset|bodice|bustier|basque)", re.I)  # else bone is a colour
# what may stand before a garment beside the words of the taxonomy, and what begins something else
_QUALIFIERS: Final = (
    "different new other more various distinct separate unique single beautiful simple complete elegant woman man lady "
    "womenswear menswear bias cut and or"
)
QUALIFIERS: Final = frozenset(_QUALIFIERS.split())
_ELSEWHERE: Final = "in on at with of for to from by wearing worn who whose under over"
ELSEWHERE: Final = frozenset(_ELSEWHERE.split())
COUNTED: Final = re.compile(r"(?<!s)(?<!bia)(?<!canva)s$", re.I)  # a plural between: "a hundred petals gowns"
REACH: Final = 60  # letters from the number to the garment that it counts
# "4 looks of tweed", "3 complete evening outfits"; but "3 ways to wear looks" counts ways
LOOKS: Final = re.compile(
    r"(?:(?!(?:in|of|for|to|with|and|or|on|from|per|into|that|wear)\b)[\w'-]+\s+){0,3}?"
    r"(?P<look>look|outfit|ensemble|design)(?P<plural>s?)\b(?!-)",
    re.I,
)
# names that are words as well, and what shows that they are meant so
_SIGNS: Final = "aries|taurus|cancer|leo|virgo|libra|scorpio|sagittarius|capricorn|aquarius|pisces"
_STARS: Final = r"zodiac(?:al)?|horoscopes?|constellations?|astrolog\w*|star\s+(?:signs?|prints?|motifs?)"
HOMONYMS: Final = {
    "gemini": re.compile(rf"\b(?:{_STARS}|{_SIGNS})\b", re.I),
    "imagen": re.compile(r"\b(?:una?|con|para|del|el|en|los|las)\b", re.I),  # Spanish for picture
}
SKY: Final = re.compile(r"\b(?:stars?|moons?|planets?|twins?|celestial|cosmic)\b", re.I)  # before "..., gemini"
STYLES: Final = frozenset({"sketchbook"})  # families whose name alone is a way to draw: "editorial, sketchbook"


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """`count`: images asked for, None = not said; `model`: what the caller's names call it, "" = none named.

    `phrases`: the very words that say so, by "count" and "model"; `unknown`: what asks for a model there is none of.
    """

    count: int | None = None
    model: str = ""
    phrases: Mapping[str, str]
    unknown: tuple[str, ...] = ()


# what a name said inexactly stands for: "" = a family by itself, None = nothing
StandsFor = Callable[[str], str | None]


def read(text: str, models: Mapping[str, str], stands_for: StandsFor = lambda said: None) -> Command:
    """What the brief orders. `models`: names as people write them, each with what it stands for; "@core" may only be
    written so, for it is a plain word. `stands_for` is asked of what else stands where a model is named."""
    phrases: dict[str, str] = {}
    count = _count(text, phrases)
    model = _model(text, models, phrases)
    near, unknown = inexact.named(text, stands_for)
    if near and len(near.phrase) > len(phrases.get("model", "")):
        model, phrases["model"] = near.model, near.phrase
    rest = [each for each in unknown if not any(_is_said(name, each) for name in models)]
    return Command(count=count, model=model, phrases=phrases, unknown=tuple(dict.fromkeys(rest)))


def _is_said(name: str, phrase: str) -> bool:
    return any(len(said) == len(phrase) for said in _said(name, phrase))


def _count(text: str, phrases: dict[str, str]) -> int | None:
    found = _pictures(text) or _opening(text) or _times(text)
    if found is None:
        return None
    number = numbers.value_of(found["count"])
    if number < 1:
        return None
    phrases["count"] = found.group().strip()
    return number


def _pictures(text: str) -> re.Match[str] | None:
    return next((each for each in PICTURES.finditer(text) if not _measures(each["count"], each["kind"] or "")), None)


def _opening(text: str) -> re.Match[str] | None:
    """A number at the start that counts garments or whole looks in the plural, or one of them."""
    found = OPENING.match(text)
    if found is None:
        return None
    rest = re.split(r"[.,;:!?\n]", text[found.end() :], maxsplit=1)[0][:REACH]
    if _measures(found["count"], rest):
        return None
    one = found["count"].lower() in ("1", "one")
    looks = LOOKS.match(rest)
    if looks:
        return found if (one or looks["plural"]) and _is_of(found["count"], rest[: looks.start("look")]) else None
    read = parse(rest)
    said = [each for each in read.mentions if each.attribute == "garment" and not each.negated]
    if not said or not _is_of(found["count"], read.text[: said[0].start]):
        return None
    garment = rest[: said[0].end].lower()
    plural = garment.endswith("s") and not garment.endswith("ss")
    return found if one or plural else None


def _measures(number: str, rest: str) -> bool:
    """Whether the number tells a part, a measure or a time of the garment, by the word after it."""
    if re.split(r"\W", rest, maxsplit=1)[0].lower().removesuffix("s") in PARTS or BONED.match(rest):
        return True
    return numbers.is_time(number, rest)


def _is_of(number: str, between: str) -> bool:
    """Whether the number counts the garment that stands after `between`. In doubt it does not, for each image costs: a
    large number, a dozen and a couple do only before the garment's own words ("a couple in love wearing coats"), a
    small one also before words that nobody knows, unless something else is counted ("3 women in slip dresses")."""
    words = taxonomy.tokens(between)
    if numbers.is_plain(number):
        return not any(each.word in ELSEWHERE for each in words)
    mentions = [(each.start, each.end) for each in parse(between).mentions if not each.negated]
    return all(
        each.word in QUALIFIERS
        or (
            ((each.word,) in taxonomy.index() or any(start <= each.start < end for start, end in mentions))
            and not COUNTED.search(between[each.start : each.end])
        )
        for each in words
    )


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
        said = next(_said(name, text), "")
        if said:
            phrases["model"] = said
            return models[name]
    return ""


def _said(name: str, text: str) -> Iterator[str]:
    """The words by which the text asks for the model of that name; one that is written with an @ only with that."""
    words = r"[\s._/-]*".join(re.escape(part) for part in re.findall(r"\w+", name))
    yield from (found.group() for found in re.finditer(rf"@{words}{ENDS}", text, re.I))
    if name.startswith("@"):
        return
    if any(map(str.isdigit, name)):
        sure = rf"\(\s*{words}\s*\)|(?:{NAMING}|{ANY_MODEL}){words}{ENDS}|(?<=[,;])\s*{words}{CLAUSE_END}"
        yield from (found.group().strip() for found in re.finditer(sure, text, re.I))
        return
    homonym = HOMONYMS.get(name.lower())
    if homonym is None or not homonym.search(text):
        yield from _plainly_said(words, text)
        if name.lower() not in STYLES:
            yield from _said_last(words, text)


def _plainly_said(words: str, text: str) -> Iterator[str]:
    """Where a name without a digit stands as one who makes the picture, and not as what the picture shows."""
    for found in re.finditer(rf"\(\s*{words}\s*\){SENTENCE_END}", text, re.I):
        if not DEPICTED.search(text[: found.start()]):
            yield found.group()
    for found in re.finditer(rf"(?:{NAMING}){words}{ENDS}", text, re.I):
        if not ADORNED.search(text[: found.start()]) and closes(text, found.end()):
            yield found.group().strip()


def _said_last(words: str, text: str) -> Iterator[str]:
    """A name alone after the last comma."""
    found = re.search(rf"(?<=[,;])\s*{words}\s*(?:[.!]\s*)?$", text, re.I)
    before = text[: found.start() - 1] if found else ""
    if found and not DEPICTED.search(before) and not SKY.search(before):
        yield found.group().strip()
