"""Words of a brief that can be meant in two ways, or that no attribute holds: told before they are paid for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from designer.pipeline.words import parse

COMMA: Final = re.compile(r"\s*,\s*")
OR: Final = re.compile(r"\s*,?\s*or\s+", re.I)
CLAUSE_END: Final = re.compile(r"\s*(?:[.;:!?)]|$)")


@dataclass(frozen=True, slots=True)
class Doubt:
    """`phrase`: the very words, of which `refused` was taken as refused, and `wanted` as asked for."""

    phrase: str
    refused: str
    wanted: tuple[str, ...]


JOINT: Final = re.compile(r"\s*(?:[,;:.]|&|\+|\b(?:and|or|with|over|under|plus)\b)\s*", re.I)
WITH: Final = re.compile(r"\b(?:with|has|having|featuring|whose)\b", re.I)
SEPARATE: Final = re.compile(r"\b(?:separate|matching|coordinating|second)\b", re.I)
SENTENCE: Final = re.compile(r"[.;:!?\n]|\bplus\b", re.I)
PARTS: Final = {
    "dress": frozenset({"skirt", "top"}),
    "jumpsuit": frozenset({"trousers", "shorts", "top"}),
    "coat": frozenset({"skirt"}),
    "jacket": frozenset({"skirt"}),
    "blazer": frozenset({"skirt"}),
}  # what one may be made up of, by the names of garments: "a gown with a full skirt"
_PARTS: Final = (
    "bodices?|hoods?|legs?|sleeves?|collars?|necks?|necklines?|lapels?|cuffs?|hems?|waists?|waistbands?|panels?|fronts?|"
    "backs?|linings?|pockets?|straps?|trims?|shoulders?|yokes?"
)
PART_OF: Final = re.compile(rf"[ -](?:\w+[ -])?(?:{_PARTS}|like|style)\b", re.I)


@dataclass(frozen=True, slots=True)
class Beside:
    """`phrase`: the very words that name another `garment` than the one the attributes describe."""

    phrase: str
    garment: str


def garments_beside(text: str, taken: str) -> list[Beside]:
    """The garments that the words name besides `taken`, each once: a record describes one. Only what is put beside it
    counts ("and a skirt", ", a skirt", "with a jacket"), and no part of one: "with a corset bodice and a tulle
    skirt" tells of one gown, "a hoodie hood" of no hoodie."""
    read = parse(text)
    named = [each for each in read.mentions if each.attribute == "garment" and not each.negated]
    found: dict[str, Beside] = {}
    end = 0
    described = False  # what follows a "with" tells what the garment is made up of
    for each in named:
        gap = read.text[end : each.start]
        joints = list(JOINT.finditer(gap))
        described = bool(WITH.search(gap)) or (described and not SENTENCE.search(gap))
        part = described and each.value in PARTS.get(taken, frozenset()) and not SEPARATE.search(gap)
        beside = each.value != taken and (not end or joints) and not part
        if beside and not PART_OF.match(read.text, each.end):
            start = end + joints[-1].end() if joints else each.start
            found.setdefault(each.value, Beside(read.text[start : each.end], each.value))
        end = each.end
    return list(found.values())


def doubts(text: str) -> list[Doubt]:
    """Each refusal that a list of another kind follows: "no lace, red or blue" may refuse the colours too."""
    read = parse(text)
    places = sorted({(each.start, each.end): each for each in read.mentions}.values(), key=lambda each: each.start)
    found: list[Doubt] = []
    for at, head in enumerate(places):
        if not head.negated:
            continue
        listed, closed = [head], False
        for before, after in pairwise(places[at:]):
            gap = read.text[before.end : after.start]
            joined = OR.fullmatch(gap) if len(listed) > 1 else None
            if after.negated or after.attribute == "garment" or not (joined or COMMA.fullmatch(gap)):
                break
            listed.append(after)
            closed = bool(joined)
        if closed and CLAUSE_END.match(read.text, listed[-1].end):
            said = [read.text[each.start : each.end] for each in listed]
            found.append(Doubt(read.text[head.start : listed[-1].end], said[0], tuple(said[1:])))
    return found
