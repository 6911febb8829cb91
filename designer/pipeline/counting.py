"""How many images a brief orders: "5 midi dresses", "a midi dress, 4 variations", "midi dresses, five of them"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from designer.pipeline import numbers, taxonomy
from designer.pipeline.standing import VERBS
from designer.pipeline.words import parse

NUMBER: Final = rf"(?P<count>{numbers.PATTERN})"
USING: Final = r"use\s+[\w@ ./-]{2,40}?\s+to\s+"  # "use Gemini to make 5 midi dresses"
# "5x midi dress" orders as "5 midi dresses" does
OPENING: Final = re.compile(
    rf"\s*(?:please\s+)?(?:{USING})?(?:(?:{VERBS})\s+(?:(?:me|us)\s+)?)?{NUMBER}(?:(?P<times>\s?x\s+|\s?×\s?)|\s+)(?=\w)",
    re.I,
)
PLUS_SIZE: Final = re.compile(r"\d+X\b")  # "3X dress"
CLAUSE: Final = r"(?:^|[,;:.(\n]|\s[-–—])\s*"
CLOSE: Final = r"\s*(?:[.,;:!?)\n]|$)|\s+please\b"
PICTURE: Final = r"images|pictures|variations|versions|variants|renderings"
PICTURES: Final = re.compile(rf"\b(?P<said>{NUMBER}\s+(?:(?P<kind>\w+)\s+)?(?:{PICTURE}))\b", re.I)
# words that tell as often of the garment ("a coat with two options of closure"): only in a clause of their own
CHOICE: Final = r"options|looks|designs|alternatives|ideas|concepts|proposals|iterations|takes"
CHOICES: Final = re.compile(
    rf"(?:{CLAUSE}|\b(?:in|as)\s+)(?P<said>(?:(?:{VERBS})\s+(?:(?:me|us)\s+)?)?{NUMBER}\s+(?:(?P<kind>\w+)\s+)?"
    rf"(?:{CHOICE}))(?={CLOSE}|\s+(?:of|for|with|by|using|via|in(?!\s+one\b))\b|\s*@)",
    re.I,
)
_TIMES: Final = r"[x×]\s?(?P<count>\d{1,3})"
TIMES: Final = re.compile(
    rf"(?:(?<=[a-z])\s+|(?<=[a-z])(?=×))(?P<said>{_TIMES})(?={CLOSE}|\s+(?:in|with|for|by|using|via|and)\b|\s*@)", re.I
)
TIMES_APART: Final = re.compile(rf"(?:{CLAUSE}|\s)(?P<said>{_TIMES})(?={CLOSE})", re.I)
OF_THEM: Final = re.compile(
    rf"(?:{CLAUSE}|\s)(?P<said>(?:(?:{VERBS})\s+(?:(?:me|us)\s+)?)?{NUMBER}\s+(?:of\s+(?:them|these|those)|pcs|in\s+total|"
    rf"altogether))(?={CLOSE})",
    re.I,
)
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
PAIRS: Final = frozenset({"sleeves", "shoulders", "legs"})  # of which nobody orders five
CLOTH: Final = frozenset({"colours", "fabric", "fabric_weight", "texture", "finish", "length", "silhouette", "fit"})
PARTED: Final = re.compile(r"[,;:.(\n–—-]\s*$")
REACH: Final = 60  # letters from the number to the garment that it counts
# "4 looks of tweed", "3 complete evening outfits"; but "3 ways to wear looks" counts ways
LOOKS: Final = re.compile(
    r"(?:(?!(?:in|of|for|to|with|and|or|on|from|per|into|that|wear)\b)[\w'-]+\s+){0,3}?"
    r"(?P<look>look|outfit|ensemble|design)(?P<plural>s?)\b(?!-)",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Ordered:
    """So many images, in the very words."""

    number: int
    phrase: str


def ordered(text: str) -> Ordered | None:
    """How many images the brief asks for; None where it does not say. In doubt it does not, for each image costs."""
    found = _pictures(text) or _opening(text) or _times(text) or _apart(text)
    if found is None or numbers.value_of(found["count"]) < 1:
        return None
    said = found.groupdict().get("said") or found.group()
    return Ordered(numbers.value_of(found["count"]), said.strip())


def _pictures(text: str) -> re.Match[str] | None:
    named = (*PICTURES.finditer(text), *CHOICES.finditer(text))
    return next((each for each in named if not _measures(each["count"], each["kind"] or "")), None)


def _opening(text: str) -> re.Match[str] | None:
    """A number at the start that counts garments or whole looks in the plural, or one of them; "5x" counts singular
    ones too."""
    found = OPENING.match(text)
    if found is None or PLUS_SIZE.search(found.group()):
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
    if not said:
        return None
    between = read.text[: said[0].start]
    if found["times"]:
        return found if found["count"].isdecimal() and _is_of_its_words(between) else None
    garment = rest[: said[0].end].lower()
    plural = garment.endswith("s") and not garment.endswith("ss")
    return found if (one or plural) and _is_of(found["count"], between) else None


def _measures(number: str, rest: str) -> bool:
    """Whether the number tells a part, a measure or a time of the garment, by the word after it."""
    if re.split(r"\W", rest, maxsplit=1)[0].lower().removesuffix("s") in PARTS or BONED.match(rest):
        return True
    return numbers.is_time(number, rest)


def _is_of(number: str, between: str) -> bool:
    """Whether the number counts the garment that stands after `between`: a large number, a dozen and a couple do only
    before the garment's own words ("a couple in love wearing coats"), a small one also before words that nobody knows,
    unless something else is counted ("3 women in slip dresses")."""
    if numbers.is_plain(number):
        return not any(each.word in ELSEWHERE for each in taxonomy.tokens(between))
    return _is_of_its_words(between)


def _is_of_its_words(between: str) -> bool:
    mentions = [(each.start, each.end) for each in parse(between).mentions if not each.negated]
    return all(
        each.word in QUALIFIERS
        or (
            ((each.word,) in taxonomy.index() or any(start <= each.start < end for start, end in mentions))
            and not COUNTED.search(between[each.start : each.end])
        )
        for each in taxonomy.tokens(between)
    )


def _times(text: str) -> re.Match[str] | None:
    """ "x5" right after a garment."""
    return next((each for each in TIMES.finditer(text) if _since_garment(text[: each.start()]) == ""), None)


def _apart(text: str) -> re.Match[str] | None:
    """ "five of them" or "x5" after a garment and its own words: "midi dresses in emerald silk, five of them"."""
    for each in (*TIMES_APART.finditer(text), *OF_THEM.finditer(text)):
        before = text[: each.start("said")]
        rest = _since_garment(before)
        if rest is not None and (_counts_nothing(rest) if PARTED.search(before) else _tells_of_cloth(rest)):
            return each
    return None


def _since_garment(text: str) -> str | None:
    """What stands after the last garment that is named; None where none is."""
    read = parse(text)
    said = [each for each in read.mentions if each.attribute == "garment" and not each.negated]
    return read.text[said[-1].end :].strip(" ,;:.(-–—") if said else None


def _counts_nothing(rest: str) -> bool:
    """Whether nothing in it could be what is counted: "a dress with bows, 5 of them"."""
    words = (rest[each.start : each.end].lower() for each in taxonomy.tokens(rest))
    return all(word in PAIRS or not COUNTED.search(word) for word in words)


def _tells_of_cloth(rest: str) -> bool:
    said = [each for each in parse(rest).mentions if each.attribute in CLOTH and not each.negated]
    words = taxonomy.tokens(rest)
    return all(
        word.word in ("in", "and") or any(each.start <= word.start < each.end for each in said) for word in words
    )
