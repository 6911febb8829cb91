"""Reads a brief: longest phrase first, negation heard, nothing assumed that was not said."""

from __future__ import annotations

import html
import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import replace
from itertools import count, takewhile
from typing import Any, Final

from designer.pipeline import taxonomy
from designer.pipeline.colours import COLOURS, HEX
from designer.pipeline.records import Attribute, Brief, Mention, Source
from designer.pipeline.refusals import MOST_LISTED, NEGATIONS, enumerated, headed, refuses
from designer.pipeline.taxonomy import GUESS, LIKELY, Term, Token
from designer.pipeline.vocabulary import PHOTOGRAPHY, TEXTURE_OF, VOCABULARY

_PASSED: Final = "a an the any too very use have with add want be is of like love wear look stand fan into fond"
PASSED: Final = frozenset(_PASSED.split())
JOINED: Final = frozenset({"or", "nor"})
TAG: Final = re.compile(r"</?[a-zA-Z][^<>]{0,500}>|<!--.*?-->", re.S)
SAID_HEX: Final = re.compile(r"#[0-9a-fA-F]{6}\b")
DEFINING: Final = ("garment", "silhouette", "length", "neckline", "sleeves", "fabric", "pattern", "colours")
REACH: Final = 3  # words a negation reaches over to the phrase it denies


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


def parse(text: str) -> Brief:
    """The brief cleaned, with the phrases that the taxonomy knows and the ones that were refused."""
    cleaned = clean(text)
    words = taxonomy.tokens(cleaned)
    mentions = _denied(cleaned, words, _resolved(words, [*_matches(words), *_hexes(cleaned)]))
    excluded = dict.fromkeys(cleaned[each.start : each.end].lower() for each in mentions if each.negated)
    return Brief(text=cleaned, mentions=tuple(mentions), excluded=tuple(excluded), specificity=_specificity(mentions))


def rules_out(text: str) -> bool:
    """Whether a brief says no to something that it names. Cheap for one that has no such word."""
    words = taxonomy.tokens(clean(text))
    return any(refuses(words, at) for at in range(len(words))) and bool(parse(text).excluded)


def _matches(words: tuple[Token, ...]) -> list[Mention]:
    found: list[Mention] = []
    at = 0
    while at < len(words):
        size, terms = _longest(words, at)
        for term in terms:
            confidence = term.confidence
            found.append(
                Mention(
                    attribute=term.attribute,
                    value=term.value,
                    start=words[at].start,
                    end=words[at + size - 1].end,
                    confidence=confidence,
                )
            )
        at += size
    return found


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


def _resolved(words: tuple[Token, ...], mentions: list[Mention]) -> list[Mention]:
    """In order, and of two garments side by side the first is only a kind: a "shirt" before "jacket" is no shirt."""
    starts = {word.start: place for place, word in enumerate(words)}
    ends = {word.end: place for place, word in enumerate(words)}
    heads = {starts[each.start] for each in mentions if each.attribute == "garment" and each.start in starts}
    kept = [each for each in mentions if each.attribute != "garment" or ends.get(each.end, -2) + 1 not in heads]
    return sorted(kept, key=lambda each: (each.start, each.attribute))


def _denied(text: str, words: tuple[Token, ...], mentions: list[Mention]) -> list[Mention]:
    """Each mention with `negated` set where a "no", "without" or "not" stands before it in the same clause or list."""
    places = {word.start: place for place, word in enumerate(words)}
    phrases = _phrases(mentions)
    starts = sorted(phrases)
    covered = {words[at].start for start in starts for at in _inside(words, places.get(start), phrases[start][0])}
    under = ((bisect_left(starts, first), bisect_left(starts, last)) for first, last in headed(text, words))
    denied = {start for first, last in under for start in starts[first:last]}
    joining: set[int] = set()  # what an "or" carries on from: also "without sleeves", which says sleeveless
    for number, start in enumerate(starts):
        inside = [words[each] for each in _inside(words, places.get(start), phrases[start][0])]
        at = places.get(start, 0)
        if inside and (_is_denied(text, words, at, joining, covered) or _never_after(text, words, at + len(inside))):
            denied.add(start)
        if start in denied or any(word.word in NEGATIONS for word in inside):
            joining.update(word.start for word in inside)
            listed = starts[number : number + MOST_LISTED]
            denied.update(enumerated(text, phrases, listed, whole=start not in denied))
    return [replace(each, negated=True) if each.start in denied else each for each in mentions]


def _phrases(mentions: list[Mention]) -> dict[int, tuple[int, frozenset[str]]]:
    """By first character, where each known phrase ends and what it speaks of."""
    names: dict[int, set[str]] = {}
    for each in mentions:
        names.setdefault(each.start, set()).add(each.attribute)
    return {each.start: (each.end, frozenset(names[each.start])) for each in mentions}


def _inside(words: tuple[Token, ...], place: int | None, end: int) -> Iterable[int]:
    """Places of the words of a phrase that begins at `place` and ends before character `end`."""
    return () if place is None else takewhile(lambda at: at < len(words) and words[at].start < end, count(place))


def _is_denied(text: str, words: tuple[Token, ...], place: int, joining: set[int], covered: set[int]) -> bool:
    """Walk back over fillers, adjectives and an "or" that joins it to what is already denied.

    `joining`, `covered`: first characters of words in phrases that refuse something, and in phrases of any kind.
    """
    seen = 0
    for back in range(place - 1, -1, -1):
        word = words[back]
        if _parted(text[word.end : words[back + 1].start]):
            return False
        if refuses(words, back):
            return word.start not in covered
        if word.word in JOINED:
            return back > 0 and words[back - 1].start in joining
        seen += word.word not in PASSED
        if seen >= REACH or (word.word not in PASSED and word.start not in covered and not _adjective(word.word)):
            return False
    return False


def _never_after(text: str, words: tuple[Token, ...], after: int) -> bool:
    """Whether a "never" follows at place `after` and ends the clause: "black never", not "black never fades"."""
    if after >= len(words) or words[after].word != "never" or _parted(text[words[after - 1].end : words[after].start]):
        return False
    return after + 1 == len(words) or _parted(text[words[after].end : words[after + 1].start])


def _parted(between: str) -> bool:
    return any(mark in between for mark in ".;:!?,()")


def _adjective(word: str) -> bool:
    return word.endswith(("y", "ed", "ing", "al", "ful", "ish"))


def _specificity(mentions: Iterable[Mention]) -> float:
    """Which share of the eight attributes that define a garment the brief fixes, 0..1."""
    named = {each.attribute for each in mentions if not each.negated}
    return round(len(named & set(DEFINING)) / len(DEFINING), 3)


def attributes_of(brief: Brief) -> dict[str, Attribute]:
    """What the brief says, by attribute; what it does not say is absent. The first word on an attribute wins."""
    found: dict[str, Attribute] = {}
    said = [each for each in brief.mentions if not each.negated]
    for name in (*VOCABULARY, "colours"):
        mine = [each for each in said if each.attribute == name]
        if mine and name not in PHOTOGRAPHY:
            found[name] = _attribute(name, mine)
    found.update(_photography(said))
    return _entailed(found)


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
