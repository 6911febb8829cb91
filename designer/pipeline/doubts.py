"""Words of a brief that can be meant in two ways, or that no attribute holds: told before they are paid for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from designer.pipeline.words import parse, put_beside

COMMA: Final = re.compile(r"\s*,\s*")
OR: Final = re.compile(r"\s*,?\s*or\s+", re.I)
CLAUSE_END: Final = re.compile(r"\s*(?:[.;:!?)]|$)")


@dataclass(frozen=True, slots=True)
class Doubt:
    """`phrase`: the very words, of which `refused` was taken as refused, and `wanted` as asked for."""

    phrase: str
    refused: str
    wanted: tuple[str, ...]


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
    for start, each in put_beside(read.text, named, taken):
        found.setdefault(each.value, Beside(read.text[start : each.end], each.value))
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
