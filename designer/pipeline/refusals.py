"""How people say no: which words refuse, and which only sound so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Final

from designer.pipeline.taxonomy import Token, index


class Kind(Enum):
    """How a word refuses, which decides what goes on with the list that it begins."""

    NO = "no"  # "no", "without", "free of": things, joined by "or"
    NOT = "not"  # "not", "never", "rather than": what something is not, before what it is
    BUT = "but"  # "anything but", "instead of", "free of": a list that any joint closes
    VERB = "verb"  # "avoid", "hate", "don't use": any list, over commas and "and"
    WHOLE = "whole"  # "no sleeves", "without print": a wish of its own


def _phrases(kind: Kind, text: str) -> dict[tuple[str, ...], Kind]:
    return {tuple(phrase.split()): kind for phrase in text.replace("\n", ",").split(",") if phrase.strip()}


# words as taxonomy.tokens folds them: without apostrophes, "hates" as "hate", "can't" as "cant"
NEGATIONS: Final = frozenset(["no", "not", "non", "without", "never", "neither", "nothing", "none", "nor"])
_HATED: Final = "avoid avoiding avoided hate hated dislike disliked loathe loathed detest detested despise despised"
LASTING: Final = frozenset(["neither", "never", "nothing", "isnt", "arent"])
DENIED_VERBS: Final = frozenset(["dont", "doesnt", "didnt", "wont", "cant", "cannot", "wouldnt", "shouldnt", "mustnt"])
# "do not use" is as good as "don't use"
HELPERS: Final = frozenset(["do", "doe", "does", "did", "would", "will", "can", "should", "must", "may"])
REFUSALS: Final[Mapping[tuple[str, ...], Kind]] = {
    **_phrases(Kind.NO, "no, without, minus, sans, none of, fewer"),
    **_phrases(Kind.NOT, "not, non, anti, less, never, neither, nor, nothing, isnt, arent, no longer"),
    **_phrases(Kind.NOT, "hardly ever, hardly any, barely any, rarely, seldom, unlike"),
    **_phrases(Kind.BUT, "anything but, everything but, all but, rather than, instead of, other than, apart from"),
    **_phrases(Kind.BUT, "excluding, except, except for, free of, clear of"),
    **_phrases(Kind.VERB, ",".join([*_HATED.split(), *sorted(DENIED_VERBS)])),
    **_phrases(Kind.VERB, "omit, skip, leave out, leave off, refuse to, allergic to, tired of, bored of, bored by"),
    **_phrases(Kind.VERB, "bored with, sick of"),
    **_phrases(Kind.VERB, "weary of, away from, not into, isnt into, not a fan of, no fan of, not fond of"),
    **_phrases(Kind.VERB, "not keen on, am over, im over, she over, he over, theyre over, so over"),
}
# what stands before them in a clause is still wanted: "wool without lace", "cotton instead of silk"
_ASIDE: Final = ("without", "sans", "minus", "unlike", "excluding", "except")
ASIDE: Final = frozenset({*((each,) for each in _ASIDE), *(each for each in REFUSALS if each[1:])})
_BY_LAST: Final[Mapping[str, Sequence[tuple[str, ...]]]] = {
    last: sorted((each for each in REFUSALS if each[-1] == last), key=len, reverse=True)
    for last in {each[-1] for each in REFUSALS}
}
EXCEPTIONS: Final = frozenset({("except",), ("except", "for"), ("other", "than"), ("apart", "from"), ("excluding",)})
EXCEPTED: Final = 4  # words back to the "no" that an exception turns into a wish: "no colours except navy"
COMPARING: Final = {"over": "prefer", "to": "prefer", "than": "rather"}  # "prefers linen to silk"
COMPARED: Final = 6  # words back to the "prefers"
# they hold a word that refuses, and refuse nothing
AFFIRMED: Final = (
    ("no", "nonsense"), ("non", "iron"), ("not", "only"), ("not", "just"), ("nothing", "beat"), ("never", "ending"),
    ("cant", "get", "enough"), ("cannot", "get", "enough"), ("cant", "live", "without"), ("no", "more", "than"),
    ("cannot", "live", "without"), ("less", "is"), ("less", "than"), ("or", "less"), ("dont", "forget"),
    ("not", "forget"), ("dont", "mind"), ("never", "mind"), ("cant", "wait"), ("sans", "serif"),
)  # fmt: skip


def kind_of(words: Sequence[Token], at: int) -> Kind | None:
    """How the word at `at` says no to what follows, "without", "not in", "anything but"; None for "nothing but"."""
    word = words[at].word
    if word == "in" and at and words[at - 1].word in NEGATIONS:
        return kind_of(words, at - 1)
    if compares(words, at):
        return Kind.NOT
    for phrase in _BY_LAST.get(word, ()):
        first = at - len(phrase) + 1
        if first >= 0 and all(words[first + place].word == each for place, each in enumerate(phrase)):
            return None if _is_affirmed(words, first, phrase) else _meant(words, first, phrase)
    return None


def compares(words: Sequence[Token], at: int) -> bool:
    """Whether the word at `at` is the "to" of "prefers linen to silk", which speaks of what follows alone."""
    verb = COMPARING.get(words[at].word)
    if verb is None or at + 1 == len(words) or (words[at + 1].word,) not in index():
        return False
    return any(words[each].word.startswith(verb) for each in range(max(at - COMPARED, 0), at - 1))


def refuses(words: Sequence[Token], at: int) -> bool:
    return kind_of(words, at) is not None


def lasts(words: Sequence[Token], at: int) -> bool:
    """Whether the refusal at `at` goes on over commas where somebody tells of their dislikes: "never black, red"."""
    return words[at].word in LASTING or kind_of(words, at) is Kind.VERB


def _meant(words: Sequence[Token], first: int, phrase: tuple[str, ...]) -> Kind:
    helped = phrase == ("not",) and first > 0 and words[first - 1].word in HELPERS
    return Kind.VERB if helped else REFUSALS[phrase]


def _is_affirmed(words: Sequence[Token], first: int, phrase: tuple[str, ...]) -> bool:
    """Whether it refuses nothing after all: part of "no-nonsense", denied itself as in "never without", or an
    exception to what is refused."""
    word, before = phrase[-1], words[first - 1].word if first and _adjoin(words, first) else ""
    twice = before in DENIED_VERBS or before in ("not", "never")
    if twice and (phrase == ("without",) or REFUSALS[phrase] is Kind.VERB):
        return True
    if phrase in EXCEPTIONS and _excepted(words, first):
        return True
    at = first + len(phrase) - 1
    for each in AFFIRMED:
        for place in (at - back for back, part in enumerate(each) if part == word and at >= back):
            if tuple(found.word for found in words[place : place + len(each)]) == each:
                return True
    return False


def _adjoin(words: Sequence[Token], at: int) -> bool:
    """Whether nothing but a space or a hyphen parts the word from the one before."""
    return words[at].start - words[at - 1].end == 1


def _excepted(words: Sequence[Token], first: int) -> bool:
    for at in range(first, max(first - EXCEPTED, 0), -1):
        if not _adjoin(words, at):
            return False
        if words[at - 1].word in NEGATIONS:
            return True
    return False
