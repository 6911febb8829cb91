"""How far a refusal reaches: over the first thing that it names, and over the list which that begins.

English joins what it refuses by "or": "no lace, velvet or silk". After "no" and "without" an "and" with an article
begins what is wanted ("no sleeves and a belt"); only what dislikes or forbids ("avoid", "hate", "don't use") takes a
list as it comes. What says by itself what is wanted ("no sleeves") goes on with "or" alone.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from designer.pipeline.refusals import NEGATIONS, Kind, kind_of
from designer.pipeline.taxonomy import Token

HEADED: Final = re.compile(r"(?:[\s-]*gos?)?(?:\s+(?:these|the following|colou?rs|fabrics|patterns))?\s*:", re.I)
_WISH: Final = r"but|with|in|please|loves?|likes?|prefers?|wears?|wants?"
LISTED: Final = re.compile(rf"[^.!?:]*?(?=[.!?:]|\b(?:{_WISH})\b|;\s*[^\W\d_]+(?:\s+[^\W\d_]+)?\s*:|$)", re.I)

PARTS: Final = frozenset({"construction", "sleeves", "neckline"})
DETAILS: Final = PARTS | {"fabric", "texture", "finish", "pattern"}  # one list may hold all of these
MOST_LISTED: Final = 12  # things in one list
REACH: Final = 3  # words that a refusal reaches over to the phrase it denies
LOOSE: Final = 3  # words of one thing in a list that the taxonomy does not know

ARTICLES: Final = frozenset(["a", "an", "the"])
_LEADING: Final = """a an the any too very so use have with add want be is of like love wear look stand fan into fond
    make show give do put me us it them see need for in on about to much many kind sort type all such even really"""
LEADING: Final = frozenset(_LEADING.split())  # between "not" and what it denies: "don't show me any"
REPEATED: Final = frozenset(["in", "on", "of", "for"])  # "not in red or in blue"
DEGREES: Final = frozenset(["too", "very", "so", "quite", "really"])
_QUALITIES: Final = "big huge large small tiny cheap loud bright dark fake faux stiff harsh thin thick wide narrow deep"
QUALITIES: Final = frozenset(_QUALITIES.split())
_ENDINGS: Final = ("y", "ed", "ing", "al", "ful", "ish", "ible", "able", "ous")  # of adjectives
_TURNING: Final = """with in into for but please instead just only then make made use using add keep want love like
    prefer adore wear choose opt go need have has having featuring is are was were be should would could must can will
    that which who when where while because if as i she he they we you it this these those my her his their our more
    plus also always mostly yes by from to than rather definitely give show crave favour favor"""
TURNING: Final = frozenset(_TURNING.split())  # no thing of a list: here something else begins
SUBJECT: Final = frozenset(["is", "are", "was", "were", "instead"])  # "avoid black, navy is mine": after what is wanted
TRIMMINGS: Final = frozenset(["trim", "trimming", "edging", "detail", "detailing", "accent"])  # "lace trim" is lace
JOINING: Final = {"or": "or", "nor": "or", "and": "and"}
_MARKS: Final = re.compile(r"[.:;!?()—–]|\s-\s")  # a clause ends
_SIGNS: Final = {"/": "or", "&": "and", "+": "and"}


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase that the taxonomy knows: the place after its last word, and what it speaks of."""

    end: int
    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing of a list. `size`: its words but articles; `names`: what its phrases speak of; `lead`: what stands
    before it, as "want a" in "don't want a belt"."""

    phrases: tuple[int, ...]
    names: frozenset[str]
    end: int
    size: int
    lead: frozenset[str] = frozenset()

    @property
    def has_article(self) -> bool:
        return bool(self.lead & ARTICLES)


@dataclass(frozen=True, slots=True)
class Link:
    """How a list goes on: the place of the next thing, a comma before it or not, and "or", "and" or ""."""

    at: int
    comma: bool
    joint: str


@dataclass(frozen=True, slots=True)
class Clauses:
    """A text as refusals are looked for in it. `phrases`: by the place of their first word; `mixed`: a list may hold
    things of any kind, as in a description of somebody's dislikes."""

    text: str
    words: Sequence[Token]
    phrases: Mapping[int, Phrase]
    mixed: bool = False
    covered: frozenset[int] = field(init=False)
    kinds: Sequence[Kind | None] = field(init=False)

    def __post_init__(self) -> None:
        covered = (at for first, phrase in self.phrases.items() for at in range(first, phrase.end))
        object.__setattr__(self, "covered", frozenset(covered))
        object.__setattr__(self, "kinds", tuple(kind_of(self.words, at) for at in range(len(self.words))))

    def refused(self) -> set[int]:
        """The places of the phrases that the text says no to."""
        found = {at for at, phrase in self.phrases.items() if self._denied_after(phrase.end)}
        found.update(self._under_headings())
        for at in range(len(self.words)):
            if at not in self.covered:
                kind = self.kinds[at]
                found.update(self._denied(at, kind) if kind else ())
            elif at in self.phrases and self._is_whole(at):
                phrase = self.phrases[at]
                found.update(self._listed(Thing((at,), phrase.names, phrase.end, 1), Kind.WHOLE))
        return found

    def _under_headings(self) -> Iterator[int]:
        """What a list under a refusing heading names: what stands after "Dislikes:" or "No-go:"."""
        places = sorted(self.phrases)
        starts = [self.words[at].start for at in places]
        for word, kind in zip(self.words, self.kinds, strict=True):
            heading = HEADED.match(self.text, word.end) if kind else None
            listed = LISTED.match(self.text, heading.end()) if heading else None
            if listed:
                yield from places[bisect_left(starts, listed.start()) : bisect_left(starts, listed.end())]

    def _is_whole(self, at: int) -> bool:
        return any(word.word in NEGATIONS for word in self.words[at : self.phrases[at].end])

    def _denied(self, at: int, kind: Kind) -> Iterator[int]:
        """What the word at `at` says no to: the first thing, and what the list goes on with."""
        hyphened = self._gap(at + 1) == "-"  # "no-frills cotton", "non-black": it reaches what it is joined to
        if hyphened and kind is not Kind.VERB:
            yield from (at + 1,) if at + 1 in self.phrases else ()
            return
        head = self._head(at + 1, kind)
        if head is None:
            return
        qualified = kind is Kind.NOT and head.lead <= DEGREES and len(head.phrases) > 1  # "not too red dress"
        yield from (place for place in head.phrases if not (qualified and "garment" in self.phrases[place].names))
        yield from self._listed(head, kind)

    def _denied_after(self, end: int) -> bool:
        """Whether "-free", "-less", or a closing "never" or "no" follows: "black never", not "black never fades"."""
        if end >= len(self.words):
            return False
        word, gap = self.words[end].word, self._gap(end)
        if word in ("free", "less"):
            return gap == "-"
        return (
            word in ("never", "no") and not _parts(gap) and (end + 1 == len(self.words) or _parts(self._gap(end + 1)))
        )

    def _gap(self, at: int) -> str:
        """What stands before the word at `at`."""
        return self.text[self.words[at - 1].end : self.words[at].start] if 0 < at < len(self.words) else ""

    def _head(self, at: int, kind: Kind) -> Thing | None:
        """The first thing after a refusal. None where it is nothing that a list could begin with."""
        first, found, lead = at, list[int](), {self.words[at - 1].word} & REPEATED
        while at < len(self.words) and not _parts(self._gap(at)):
            word = self.words[at].word
            if at in self.phrases:
                if self._reached(first, at) >= REACH:
                    break
                found.append(at)
                at = self.phrases[at].end
                continue
            if word in JOINING or self.kinds[at] or not (self._leads(word, found) or _adjective(word)):
                break
            if self._leads(word, found):
                lead.add(word)
            at += 1
        end = self._tail(at, LOOSE)
        thing = self._thing(found, first, end, lead)
        described = kind is Kind.NOT and any(_adjective(word.word) for word in self.words[first:end])
        return thing if found or (thing.size and not described) else None

    def _leads(self, word: str, found: Sequence[int]) -> bool:
        return not found and word in LEADING

    def _reached(self, first: int, at: int) -> int:
        return sum(each in self.covered or self.words[each].word not in LEADING for each in range(first, at))

    def _tail(self, at: int, most: int) -> int:
        """The place after the unknown words that belong to a thing, as "trim" to "lace trim"."""
        last = at + most
        while at < min(last, len(self.words)) and not self._stops(at):
            at += 1
        return at

    def _stops(self, at: int) -> bool:
        word = self.words[at].word
        known = at in self.phrases or word in JOINING or word in TURNING
        return known or _parts(self._gap(at)) or self.kinds[at] is not None

    def _thing(self, found: Sequence[int], first: int, end: int, lead: set[str]) -> Thing:
        size = sum(self.words[at].word not in lead for at in range(first, end))
        names = frozenset(name for place in found for name in self.phrases[place].names)
        return Thing(tuple(found), names, end, size, frozenset(lead))

    def _link(self, at: int) -> Link | None:
        """What joins the word at `at` to the thing before it, if anything does."""
        gap = self._gap(at)
        if at >= len(self.words) or _MARKS.search(gap):
            return None
        joint = next((name for sign, name in _SIGNS.items() if sign in gap), "")
        while at < len(self.words) and self.words[at].word in JOINING:
            joint = JOINING[self.words[at].word]
            at += 1
        return Link(at, "," in gap, joint) if joint or "," in gap else None

    def _next(self, at: int, head: Thing) -> Thing | None:
        """The thing at `at` of the list that `head` begins; None where no thing of it stands there."""
        first, found, lead = at, list[int](), set[str]()
        while at < len(self.words) and not (at > first and _parts(self._gap(at))):
            word = self.words[at].word
            if at in self.phrases:
                if found and self.phrases[found[-1]].end != at:
                    break
                found.append(at)
                at = self.phrases[at].end
                continue
            if not found and (word in ARTICLES or (word in REPEATED and word in head.lead)):
                lead.add(word)
            elif word in JOINING or word in TURNING or self.kinds[at]:
                break
            at += 1
        thing = self._thing(found, first, at, lead)
        unknown = sum(each not in self.covered for each in range(first, at)) - len(lead)
        return thing if thing.size > 0 and unknown <= LOOSE else None

    def _listed(self, head: Thing, kind: Kind) -> Iterator[int]:
        """What else the list refuses that `head` begins."""
        waiting: list[Thing] = []  # behind commas: refused where the list is closed, or where a verb carries it
        thing, closed, parted = head, False, False
        for _ in range(MOST_LISTED):
            link = self._link(thing.end)
            if link is None or (closed and link.joint != "or"):
                break
            following = self._next(link.at, head)
            if following is None or not self._goes_on(head, kind, link, following, waiting):
                break
            thing, parted = following, parted or link.comma
            if parted and thing.end < len(self.words) and self._is_subject(thing.end):
                return
            waiting.append(thing)
            if link.joint:
                yield from self._taken(waiting, head)
                waiting, closed = [], True
        if kind is Kind.VERB:
            yield from self._taken([each for each in waiting if self.mixed or _is_alike(head, each)], head)

    def _is_subject(self, at: int) -> bool:
        instead_of = at + 1 < len(self.words) and self.words[at + 1].word == "of"
        return self.words[at].word in SUBJECT and not instead_of and not _parts(self._gap(at))

    def _taken(self, things: Sequence[Thing], head: Thing) -> Iterator[int]:
        """The phrases that are refused: no garment in a list of what it is made of ("no red or pink dress")."""
        for thing in things:
            whole = "garment" in head.names or all("garment" in self.phrases[at].names for at in thing.phrases)
            yield from (at for at in thing.phrases if whole or "garment" not in self.phrases[at].names)

    def _goes_on(self, head: Thing, kind: Kind, link: Link, thing: Thing, waiting: Sequence[Thing]) -> bool:
        if link.joint == "and":
            return self._is_joined(head, kind, link, thing, waiting)
        if link.joint:
            return True
        if "garment" in thing.names and "garment" not in head.names:
            return False
        if kind is Kind.WHOLE:
            return thing.names <= PARTS
        if kind is Kind.NOT and thing.has_article and not head.has_article:  # "nothing short, a midi or maxi dress"
            return False
        return self.mixed or kind is Kind.VERB or thing.names <= _alike(head.names)

    def _is_joined(self, head: Thing, kind: Kind, link: Link, thing: Thing, waiting: Sequence[Thing]) -> bool:
        """Whether an "and" goes on with the refusal: always after a verb; else over like things, put in like words."""
        if kind in (Kind.VERB, Kind.BUT):
            return head.has_article or not thing.has_article
        if kind is Kind.WHOLE or thing.has_article or (link.comma and not waiting):
            return False
        if kind is Kind.NOT and waiting:
            return False
        begun = not head.has_article and any(each.has_article for each in waiting)  # "no collar, a keyhole and buttons"
        like = _alike(head.names) if kind is Kind.NO and not begun else head.names
        return all(self._is_parallel(head, each, like) for each in (*waiting, thing))

    def _is_parallel(self, head: Thing, thing: Thing, like: frozenset[str]) -> bool:
        if not thing.phrases or not self.phrases[thing.phrases[0]].names & like:
            return False
        size = thing.size - sum("garment" in self.phrases[at].names for at in thing.phrases)
        size -= self.words[thing.end - 1].word in TRIMMINGS
        return size <= head.size or "colours" in self.phrases[thing.phrases[0]].names


def _alike(names: frozenset[str]) -> frozenset[str]:
    """What one list may speak of, after a thing that speaks of `names`."""
    if not names:
        return DETAILS | {"colours"}  # of something unknown: "no fur, leather or suede"
    return names | DETAILS if names & DETAILS else names


def _is_alike(head: Thing, thing: Thing) -> bool:
    """Whether a verb carries over a comma alone: only to like things, put in as few words."""
    return bool(head.names) and thing.names <= _alike(head.names) and thing.size <= head.size


def _parts(gap: str) -> bool:
    return "," in gap or _MARKS.search(gap) is not None


def _adjective(word: str) -> bool:
    return word in QUALITIES or word.endswith(_ENDINGS)
