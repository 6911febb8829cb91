"""Reads a brief: longest phrase first, negation heard, nothing assumed that was not said."""

from __future__ import annotations

import html
import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Set
from dataclasses import replace
from typing import Any, Final

from designer.pipeline import epithets, taxonomy
from designer.pipeline.clauses import PARTS, Clauses, Phrase
from designer.pipeline.colours import COLOURS, HEX
from designer.pipeline.records import Attribute, Brief, Mention, Source
from designer.pipeline.refusals import refuses
from designer.pipeline.taxonomy import GUESS, LIKELY, Term, Token
from designer.pipeline.vocabulary import PHOTOGRAPHY, TEXTURE_OF, VOCABULARY

TAG: Final = re.compile(r"</?[a-zA-Z][^<>]{0,500}>|<!--.*?-->", re.S)
SAID_HEX: Final = re.compile(r"#[0-9a-fA-F]{6}\b")
LACKING: Final = "less"
JOINT: Final = re.compile(r"\s*(?:[,;:.]|&|\+|\b(?:and|or|with|over|under|plus|tucked in(?:to)?)\b)\s*", re.I)
WITH: Final = re.compile(r"\b(?:with|has|having|featuring|whose)\b", re.I)
SEPARATE: Final = re.compile(r"\b(?:separate|matching|coordinating|second)\b", re.I)
MADE_OF: Final = {
    "dress": frozenset({"skirt", "top"}),
    "jumpsuit": frozenset({"trousers", "shorts", "top"}),
    "coat": frozenset({"skirt"}),
    "jacket": frozenset({"skirt"}),
    "blazer": frozenset({"skirt"}),
}  # what one may be made up of, by the names of garments: "a gown with a full skirt"
SENTENCE: Final = re.compile(r"[.;:!?\n]|\bplus\b", re.I)
# words that ask for a colour, and for nothing besides
_RECOLOURING: Final = """
all change color colour dye entire entirely fully i in instead into it make of paint please recolor recolour same shade
that the this to tone turn whole
"""
THAT_ONE: Final = frozenset({"the", "this", "that", "whole", "entire"})  # before a garment: the one in the photo
RECOLOURING: Final = frozenset(_RECOLOURING.split())
DEFINING: Final = ("garment", "silhouette", "length", "neckline", "sleeves", "fabric", "pattern", "colours")


def clean(text: str) -> str:
    """The brief without markup, control and direction-override characters; every visible word stays.

    Joiners inside emoji and right-to-left letters stay: only what can hide or reorder text goes (Unicode categories
    Cc, Cs, Co, Cn and the bidirectional controls of UAX #9).
    """
    bare = html.unescape(TAG.sub(" ", text))
    kept = "".join(c if _visible(c) else " " for c in unicodedata.normalize("NFC", bare))
    return " ".join(kept.split())


def _visible(char: str) -> bool:
    if char in "‪‫‬‭‮⁦⁧⁨⁩‎‏؜\ufeff":
        return False
    return unicodedata.category(char) not in {"Cc", "Cs", "Co", "Cn"}


def parse(text: str, *, mixed: bool = False) -> Brief:
    """The brief cleaned, with the phrases that the taxonomy knows and the ones that were refused.

    `mixed`: what is refused in one list may be of any kind, as where somebody describes their taste.
    """
    cleaned = clean(text)
    words = taxonomy.tokens(cleaned)
    passing = epithets.in_passing(cleaned)
    found = _resolved(cleaned, [*_matches(words), *_hexes(cleaned)], passing)
    # a refusal reaches over the whole of what it names: "no trouser pockets"
    mentions = epithets.without(cleaned, _denied(cleaned, words, found, mixed=mixed), passing)
    wanted = {(each.attribute, each.value) for each in mentions if not each.negated}  # "velvet, but no velvet collar"
    denied = (each for each in mentions if each.negated and (each.attribute, each.value) not in wanted)
    excluded = dict.fromkeys(cleaned[each.start : each.end].lower() for each in denied)
    return Brief(text=cleaned, mentions=tuple(mentions), excluded=tuple(excluded), specificity=_specificity(mentions))


def rules_out(text: str) -> bool:
    """Whether a brief says no to something that it names. Cheap for one that has no such word."""
    words = taxonomy.tokens(clean(text))
    hinted = any(refuses(words, at) or words[at].word.endswith(("less", "free")) for at in range(len(words)))
    return hinted and bool(parse(text).excluded)


def recolours(text: str) -> bool:
    """Whether a brief asks for one other colour of what a photo shows, and for nothing else: "make the dress navy"."""
    read = parse(text)
    colours = {each.value for each in read.mentions if each.attribute == "colours"}
    garments = [each for each in read.mentions if each.attribute == "garment"]
    if read.excluded or len(colours) != 1 or len(garments) > 1 or len(read.mentions) > len(garments) + 1:
        return False
    said = [(each.start, each.end) for each in read.mentions]
    words = taxonomy.tokens(read.text)
    for garment in garments:  # "a black coat" is another garment, "the coat" the one that is there
        before = [each.word for each in words if each.end <= garment.start]
        if not before or before[-1] not in THAT_ONE:
            return False
    rest = (each for each in words if not any(at <= each.start < end for at, end in said))
    return all(each.word in RECOLOURING for each in rest)


def _matches(words: tuple[Token, ...]) -> list[Mention]:
    found: list[Mention] = []
    at = 0
    while at < len(words):
        size, terms = _longest(words, at)
        found += [_mention(term, words[at].start, words[at + size - 1].end) for term in terms]
        if not terms and words[at].word.endswith(LACKING):
            found += _lacking(words[at])
        at += size
    return found


def _mention(term: Term, start: int, end: int) -> Mention:
    return Mention(attribute=term.attribute, value=term.value, start=start, end=end, confidence=term.confidence)


def _lacking(word: Token) -> list[Mention]:
    """What a "beltless" coat is without."""
    terms = taxonomy.index().get((word.word.removesuffix(LACKING),), ())
    parts = [term for term in terms if term.attribute in PARTS]
    return [replace(_mention(term, word.start, word.end - len(LACKING)), negated=True) for term in parts]


def _longest(words: tuple[Token, ...], at: int) -> tuple[int, tuple[Term, ...]]:
    """How many words the longest known phrase at `at` takes (1 if none is known), and what it means."""
    for size in range(min(taxonomy.longest(), len(words) - at), 0, -1):
        phrase = tuple(word.word for word in words[at : at + size])
        terms = taxonomy.index().get(phrase, ()) + _leaning(words, at, size, phrase)
        if terms:
            return size, terms
    return 1, ()


def _leaning(words: tuple[Token, ...], at: int, size: int, phrase: tuple[str, ...]) -> tuple[Term, ...]:
    """ "light" means a weight only before a fabric, "slim" a fit only before a garment: look up to three words on."""
    terms = []
    for attribute, value, follower in taxonomy.leaning().get(phrase, ()):
        ahead = words[at + size : at + size + 3]
        if any(term.attribute == follower for word in ahead for term in taxonomy.index().get((word.word,), ())):
            terms.append(Term(attribute, value, LIKELY))
    return tuple(terms)


def _hexes(text: str) -> list[Mention]:
    return [
        Mention(attribute="colours", value=found.group().lower(), start=found.start(), end=found.end())
        for found in SAID_HEX.finditer(text)
    ]


def _resolved(text: str, mentions: list[Mention], passing: Set[int]) -> list[Mention]:
    """In order, and of two garments side by side the first is only a kind: a "shirt" before "jacket" is no shirt, but
    "shirt, jacket" are two. `passing`: where a name begins that no kind stands before ("a skirt button-down the
    front")."""
    heads = {each.start for each in mentions if each.attribute == "garment"} - passing
    kinds = {start - 1 for start in heads if text[start - 1 : start] in (" ", "-")}
    kept = [each for each in mentions if each.attribute != "garment" or each.end not in kinds]
    return sorted(kept, key=lambda each: (each.start, each.attribute))


def _denied(text: str, words: tuple[Token, ...], mentions: list[Mention], *, mixed: bool) -> list[Mention]:
    """Each mention with `negated` set where the text says no to it."""
    starts, ends = [word.start for word in words], [word.end for word in words]
    places = {each.start: bisect_right(ends, each.start) for each in mentions}
    phrases: dict[int, Phrase] = {}
    for each in mentions:
        place = places[each.start]
        names = phrases[place].names if place in phrases else frozenset[str]()
        phrases[place] = Phrase(bisect_left(starts, each.end), names | {each.attribute})
    refused = Clauses(text, words, phrases, mixed).refused()
    return [replace(each, negated=True) if places[each.start] in refused else each for each in mentions]


def _specificity(mentions: Iterable[Mention]) -> float:
    """Which share of the eight attributes that define a garment the brief fixes, 0..1."""
    named = {each.attribute for each in mentions if not each.negated}
    return round(len(named & set(DEFINING)) / len(DEFINING), 3)


def attributes_of(brief: Brief) -> dict[str, Attribute]:
    """What the brief says, by attribute; what it does not say is absent. The first word on an attribute wins."""
    found: dict[str, Attribute] = {}
    said = _of_one(brief.text, [each for each in brief.mentions if not each.negated])
    for name in (*VOCABULARY, "colours"):
        mine = [each for each in said if each.attribute == name]
        if mine and name not in PHOTOGRAPHY:
            found[name] = _attribute(name, mine)
    found.update(_photography(said))
    return _entailed(found)


def put_beside(text: str, garments: Iterable[Mention], taken: str) -> Iterator[tuple[int, Mention]]:
    """The garments besides `taken`, each with where its words begin: what is put beside it ("and a skirt", ", a skirt",
    "with a jacket"), and no part of one: "with a corset bodice and a tulle skirt" tells of one gown."""
    end, described = 0, False  # what follows a "with" tells what the garment is made up of
    for each in garments:
        gap = text[end : each.start]
        joints = list(JOINT.finditer(gap))
        described = bool(WITH.search(gap)) or (described and not SENTENCE.search(gap))
        part = described and each.value in MADE_OF.get(taken, frozenset()) and not SEPARATE.search(gap)
        if each.value != taken and (not end or joints) and not part:
            yield end + joints[-1].end() if joints else each.start, each
        end = each.end


def _of_one(text: str, said: list[Mention]) -> list[Mention]:
    """Without what is said of garments that are put beside the first: a blue skirt makes no coat blue."""
    garments = [each for each in said if each.attribute == "garment"]
    others = list(put_beside(text, garments, garments[0].value)) if garments else []
    return [each for each in said if not any(start <= each.start < other.start for start, other in others)]


def _attribute(name: str, mine: list[Mention]) -> Attribute:
    if name == "colours":
        unique = {each.value: each.confidence for each in reversed(mine)}
        ordered = list(dict.fromkeys(each.value for each in mine))
        return Attribute(value=[_colour(value) for value in ordered], confidence=max(unique.values()), source="brief")
    values = list(dict.fromkeys(each.value for each in mine))
    if name == "construction":
        return Attribute(value=list(values), confidence=max(each.confidence for each in mine), source="brief")
    best = max(mine, key=lambda each: each.confidence)  # the first of equals
    return Attribute(value=best.value, confidence=best.confidence if len(values) == 1 else GUESS, source="brief")


def _colour(value: str) -> dict[str, Any]:
    """A colour as said: nobody measured its share, so `coverage` stays None."""
    from_hex = HEX.fullmatch(value) is not None and value.startswith("#")
    return {
        "name": _named(value) if from_hex else value,
        "hex": value if from_hex else COLOURS[value],
        "coverage": None,
    }


def _named(code: str) -> str:
    from designer.pipeline.colours import lab_of, nearest_name, rgb_of

    return nearest_name(lab_of(rgb_of(code)))[0]


def _photography(said: list[Mention]) -> dict[str, Attribute]:
    parts = {key: each for key in PHOTOGRAPHY for each in reversed(said) if each.attribute == key}
    if not parts:
        return {}
    sure = min(each.confidence for each in parts.values())
    source: Source = "brief"
    return {
        "photography": Attribute(value={key: each.value for key, each in parts.items()}, confidence=sure, source=source)
    }


def _entailed(found: dict[str, Attribute]) -> dict[str, Attribute]:
    """Denim is a denim weave by definition: the one thing that may follow from a word without being said."""
    fabric = found.get("fabric")
    if fabric and "texture" not in found and fabric.value in TEXTURE_OF:
        texture = TEXTURE_OF[str(fabric.value)]
        found["texture"] = Attribute(value=texture, confidence=round(fabric.confidence * 0.8, 3), source="brief")
    return found
