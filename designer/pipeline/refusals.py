"""How people say no: which words refuse, and how far a refusal reaches over a list."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final

from designer.pipeline.taxonomy import Token

# words as taxonomy.tokens folds them: without apostrophes, "hates" as "hate"
_ADVERBS: Final = "neither never nothing dont doesnt isnt arent wont cant cannot wouldnt"
_VERBS: Final = "avoid avoiding avoided hate hated dislike disliked loathe loathed detest detested despise despised"
ASIDE: Final = frozenset(["without", "minus", "excluding", "except"])  # what stands before them is still wanted
LASTING: Final = frozenset(f"{_ADVERBS} {_VERBS}".split())  # "I hate black, velvet": a comma does not end them
NEGATIONS: Final = LASTING | ASIDE | {"no", "not", "non"}
REFUSALS: Final = frozenset({
    ("anything", "but"), ("instead", "of"), ("rather", "than"), ("free", "of"), ("tired", "of"), ("bored", "of"),
    ("bored", "by"), ("bored", "with"), ("sick", "of"), ("weary", "of"), ("away", "from"), ("clear", "of"),
})  # fmt: skip
# they hold a word that refuses, and refuse nothing
AFFIRMED: Final = (
    ("no", "nonsense"), ("non", "iron"), ("not", "only"), ("not", "just"), ("nothing", "beat"), ("never", "without"),
    ("never", "ending"), ("cant", "get", "enough"), ("cannot", "get", "enough"), ("cant", "live", "without"),
    ("cannot", "live", "without"),
)  # fmt: skip
HEADED: Final = re.compile(r"(?:[\s-]*gos?)?(?:\s+(?:these|the following|colou?rs|fabrics|patterns))?\s*:", re.I)
LISTED: Final = re.compile(r"[^.;!?:]*?(?=[.;!?:]|\bbut\b|$)", re.I)  # a list under a heading
PARTS: Final = frozenset({"construction", "sleeves", "neckline"})
DETAILS: Final = PARTS | {"fabric", "texture", "finish", "pattern"}  # one list may hold all of these
MOST_LISTED: Final = 12  # phrases of one list
_WORD: Final = r"\s*,\s*(?!(?:please|but|just|only|with|in)\b)[^\W\d_]+"  # of a list, and unknown to the taxonomy
BETWEEN: Final = re.compile(
    rf"(?:{_WORD})?(?:\s*,\s*|\s+)(?P<last>(?:or|nor|and)\s+)?(?:(?:an?|the|any|more)\s+)?", re.I
)
LONGEST_GAP: Final = 40  # letters between two phrases of a list


def refuses(words: Sequence[Token], at: int) -> bool:
    """Whether the word at `at` says no to what follows: "without", "not in", "anything but"; not "nothing but"."""
    word, before = words[at].word, words[at - 1].word if at else ""
    if word in NEGATIONS:
        return not _is_affirmed(words, at)
    return (before, word) in REFUSALS or (word == "in" and before in NEGATIONS)


def _is_affirmed(words: Sequence[Token], at: int) -> bool:
    """Whether the word is part of a phrase that refuses nothing: "no-nonsense", "can't live without"."""
    for phrase in AFFIRMED:
        for place in (at - index for index, word in enumerate(phrase) if word == words[at].word and at >= index):
            if tuple(word.word for word in words[place : place + len(phrase)]) == phrase:
                return True
    return False


def headed(text: str, words: Sequence[Token]) -> list[tuple[int, int]]:
    """Where lists under a refusing heading stand: the characters after "Dislikes:" or "No-go:", to the full stop."""
    found: list[tuple[int, int]] = []
    for at, word in enumerate(words):
        heading = HEADED.match(text, word.end) if refuses(words, at) else None
        listed = LISTED.match(text, heading.end()) if heading else None
        if listed:
            found.append(listed.span())
    return found


def enumerated(
    text: str, phrases: Mapping[int, tuple[int, frozenset[str]]], after: Sequence[int], *, whole: bool
) -> Iterator[int]:
    """The first characters of the phrases that share a refusal with the first of `after`: in "no lace, velvet or silk"
    the other two. Only a list that an "or" or "and" closes is one: "not red, blue dress" refuses no blue.

    `phrases`: known ones, first character -> end and what they speak of; `after`: the refused one, and all that follow;
    `whole`: that one says by itself what is wanted, as "no print" and "without sleeves" do.
    """
    names = phrases[after[0]][1]
    alike = PARTS if whole else names | DETAILS if names & DETAILS else names
    passed: list[int] = []
    for one, other in pairwise(after):
        gap = text[phrases[one][0] : other]
        link = BETWEEN.fullmatch(gap) if len(gap) <= LONGEST_GAP else None
        if link is None or not phrases[other][1] <= alike:
            return
        passed.append(other)
        if link["last"]:
            yield from passed
            return
