"""What words that describe a taste say of it: what is preferred, what is refused, and what of that nobody knows."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from designer.pipeline import taxonomy
from designer.pipeline.clauses import HEADED, LEADING, LISTED, LOOSE, TURNING
from designer.pipeline.colours import colour_of
from designer.pipeline.records import ATTRIBUTES, LISTS, Brief, Mention
from designer.pipeline.refusals import ASIDE, DENIED_VERBS, NEGATIONS, REFUSALS, compares, lasts, refuses
from designer.pipeline.words import parse

ASIDES: Final = "|".join(["but", "who", *sorted(" ".join(phrase) for phrase in ASIDE)])
CLAUSE: Final = re.compile(rf"(?:\b(?:{ASIDES})\b)?(?:(?!\b(?:{ASIDES})\b)[^.;:!?,()])+", re.I)
_LIKED: Final = (
    "loves?|prefers?|likes?|adores?|wears?|wants?|chooses?|craves?|needs?|more|give me|favou?rs?|opts? for|"
    "goe?s? for|lives? in|drawn to"
)
_MINE: Final = r",(?=[^.;:!?,()]*\b(?:(?:is|are) (?:my|her|his|their|our|what)|instead(?! of))\b)"  # "navy is mine"
TURN: Final = re.compile(rf"[.;!?)]|\b(?:but|{_LIKED})\b|{_MINE}|$", re.I)  # here a dislike ends for sure
# cloths, trimmings and kinds of colour that no attribute holds
WORN: Final = re.compile(
    r"\b(?:polyester|nylon|acrylics?|viscose|rayon|modal|lyocell|tencel|polyamide|elastane|lycra|spandex|synthetics?|"
    r"plastics?|pvc|vinyl|latex|furs?|feathers?|logos?|slogans?|glitter|sparkles?|jewel(?:le)?ry|shapewear|"
    r"pastels?|neons?|neutrals?|(?:earth|jewel|skin|nude|warm|cold|cool|muted|bright|loud|dark|light)[ -]"
    r"(?:colou?r|tone|shade|hue)s?)\b",
    re.I,
)
# of what no image can be kept: "not shy of colour", "anything but boring", "no fuss"
FIGURATIVE: Final = re.compile(
    r"\b(?:shy|afraid|scared|mind|bor(?:ed|ing)|dull|fuss\w*|nonsense|compromis\w*|rules?|limits?|doubts?|exceptions?|"
    r"problems?|apolog\w*|effort|worr\w*|gimmicks?)\b",
    re.I,
)
BETWEEN: Final = re.compile(r"\s*(?:[,;/&]|\b(?:or|and|nor)\b)\s*", re.I)
REFERRING: Final = frozenset(["it", "its", "that", "this", "they", "which", "because", "since"])
_SAYING: Final = (
    "i im me my mine she he they her his their we our for and or do doe like wear go please thing stuff too"
)
SMALL: Final = frozenset(_SAYING.split()) | LEADING | NEGATIONS | DENIED_VERBS | {w for each in REFUSALS for w in each}


def preferred(text: str) -> tuple[dict[str, tuple[str, ...]], tuple[dict[str, str], ...]]:
    """What somebody prefers who describes their taste in these words: values by attribute and colours, in the order
    said. What is only guessed ("long lines") or refused is left out."""
    liked: dict[str, dict[str, None]] = {}
    read = parse(text, mixed=True)
    for each, refused in _judged(read, _grudges(read)):
        if not refused and each.confidence >= taxonomy.LIKELY:
            liked.setdefault(each.attribute, {})[each.value] = None
    palette = [found for value in liked.get("colours", ()) if (found := colour_of(value, ""))]
    names = (name for name in ATTRIBUTES if name in liked and name not in LISTS)
    return {name: tuple(liked[name]) for name in names}, tuple(palette)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dislikes:
    """What somebody refuses, as they say it: `named` is known, `unread` is not understood."""

    named: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()


def disliked(text: str) -> Dislikes:
    """What the same words refuse: "lace", and "never polyester" of what no attribute holds but is worn. "Anything but
    boring" and "not shy of colour" refuse nothing that could be left out."""
    read = parse(text, mixed=True)
    grudges = _grudges(read)
    judged = list(_judged(read, grudges))
    wanted = {(each.attribute, each.value) for each, refused in judged if not refused}
    named = [(each.start, each.end) for each, no in judged if no and (each.attribute, each.value) not in wanted]
    unread: list[tuple[int, int]] = []
    for start, end in _listed(read, grudges):
        if not any(start <= each.start < end for each, _ in judged):
            kind = _kind_of(read.text[start:end])
            (named if kind == "named" else unread if kind == "unread" else []).append((start, end))
    return Dislikes(named=_said(read, named), unread=_said(read, unread))


def _said(read: Brief, spans: Iterable[tuple[int, int]]) -> tuple[str, ...]:
    phrases = (read.text[start:end].strip(" ,;:.!?").lower() for start, end in sorted(spans))
    return tuple(dict.fromkeys(filter(None, phrases)))


def _listed(read: Brief, grudges: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The things that are refused, each where it stands: "never polyester", "nylon"."""
    words = taxonomy.tokens(read.text)
    spans = set(grudges)
    for at, word in enumerate(words):
        heading = HEADED.match(read.text, word.end) if refuses(words, at) else None
        listed = LISTED.match(read.text, heading.end()) if heading else None
        if listed:
            spans.add(listed.span())
    for start, end in spans:
        at = start
        for gap in (*BETWEEN.finditer(read.text, start, end), None):
            yield at, gap.start() if gap else end
            at = gap.end() if gap else end


def _kind_of(thing: str) -> str:
    """Whether a thing of a list is worn and so "named", "unread" as nobody knows it, or "" for no thing at all: what
    only sounds like a refusal, or goes on in a sentence of its own ("never black, it makes me pale")."""
    if FIGURATIVE.search(thing):
        return ""
    if WORN.search(thing):
        return "named"
    words = [word.word for word in taxonomy.tokens(thing)]
    if not words or words[0] in REFERRING:
        return ""
    rest = [word for word in words if word not in SMALL]
    return "unread" if 0 < len(rest) <= LOOSE and not TURNING.intersection(rest) else ""


def _judged(read: Brief, grudges: Sequence[tuple[int, int]]) -> Iterator[tuple[Mention, bool]]:
    """Each mention with whether it is refused."""
    for each in read.mentions:
        yield each, each.negated or any(start <= each.start < end for start, end in grudges)


def _grudges(read: Brief) -> list[tuple[int, int]]:
    """Where the words tell of a dislike, in whatever order: "black is not for me", "I hate red, white". Better a
    preference less than a dislike taken for one. "No print" is a wish, for it says plain."""
    words = taxonomy.tokens(read.text)
    phrases = [(each.start, each.end) for each in read.mentions]
    clauses = [found.span() for found in CLAUSE.finditer(read.text)]
    firsts = [start for start, _ in clauses]
    found: list[tuple[int, int]] = []
    for at, word in enumerate(words):
        if (
            refuses(words, at)
            and not compares(words, at)
            and not any(start <= word.start < end for start, end in phrases)
        ):
            number = bisect_right(firsts, word.start) - 1
            clause = clauses[number]
            if at and words[at - 1].word == "and":  # "prefers tweed and hates leather"
                clause = (word.start, clause[1])
            named = [last for first, last in phrases if word.end <= first < clause[1]]
            if named:
                found.append(_reach(read.text, clause, named[0], lasting=lasts(words, at)))
            else:
                found.append(_aloof(read.text, clauses, number, word))
    return found


def _reach(text: str, clause: tuple[int, int], named: int, *, lasting: bool) -> tuple[int, int]:
    """From the clause that refuses to where that ends; `lasting`: it goes on over commas. `named`: the end of the
    first phrase that it names."""
    start, end = clause
    turn = TURN.search(text, named)
    until = turn.start() if turn else len(text)
    return start, until if lasting else min(until, end)


def _aloof(text: str, clauses: list[tuple[int, int]], number: int, word: taxonomy.Token) -> tuple[int, int]:
    """A clause that refuses and names nothing after it. One that is nothing but a "never" speaks of the one before."""
    start, end = clauses[number]
    alone = number and text[start:end].strip() == text[word.start : word.end]
    return (clauses[number - 1][0] if alone else start), end
