"""What a designer's words bear out of that which a model says they say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Final

from designer.pipeline import taxonomy
from designer.pipeline.colours import ALIASES
from designer.pipeline.records import Brief, Mention
from designer.pipeline.refusals import refuses
from designer.pipeline.taxonomy import Token
from designer.pipeline.vocabulary import VOCABULARY

SENTENCE: Final = re.compile(r"[.;!?]")
LACKED: Final = frozenset({"free", "less"})  # "logo-free"
UNDOING: Final = "un"  # "unlined"
APART: Final = re.compile(r"[|;,…]|\.\.\.")  # pieces of a quotation
PAUSE: Final = re.compile(r"[,.;:!?]")
UNSPACED: Final = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
DENIED_WITHIN: Final = 2  # words between a refusal of another language and what it refuses, and itself
_FOREIGN_NO: Final = """
ohne kein keine keinen keiner sin senza sem zonder geen bez brak uden ingen utan inga ilman fara без
"""
FOREIGN_NO: Final = frozenset(_FOREIGN_NO.split())
_FILLERS: Final = """
a an the and or with in on of for to from at by as is it its be like very i we you me my our your this that these want
need would please make made design show some something wear really so
"""
FILLERS: Final = frozenset(_FILLERS.split())
# what may be said of an attribute in words that are known to speak of another: a gala is formal
GROUNDS: Final = {"formality": frozenset({"occasion"})}
# a "long" of one of these says nothing of another, but where the other's own name stands beside it
SIZED: Final = {
    "length": frozenset({"length", "hem", "hemline"}),
    "sleeves": frozenset({"sleeve", "sleeves"}),
    "neckline": frozenset({"neck", "neckline", "collar"}),
}
BESIDE: Final = 2  # words between
ENDINGS: Final = ("ing", "ed", "y", "e")


@dataclass(frozen=True, slots=True)
class Said:
    """A brief as what is said of it is held against it. `is_foreign`: in a language that is
    not read here; `words`: all of them, folded; `wanted`: the places of those
    that it does not refuse; `refused`: the stems of the others. From a "no" to the end of its sentence only what is
    known to be wanted counts."""

    brief: Brief
    is_foreign: bool = False
    words: tuple[str, ...] = field(init=False)
    wanted: frozenset[int] = field(init=False)
    refused: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        tokens = taxonomy.tokens(self.brief.text)
        object.__setattr__(self, "words", tuple(token.word for token in tokens))
        object.__setattr__(self, "wanted", frozenset(_wanted(self.brief, tokens)))
        others = (word for at, word in enumerate(self.words) if at not in self.wanted)
        undone = (word.removeprefix(UNDOING) for word in self.words if _undoes(word))
        object.__setattr__(self, "refused", frozenset(stem(word) for word in chain(others, undone)))

    def has_run(self, words: Sequence[str]) -> bool:
        """Whether it holds these very words in this order, refused or not."""
        return any(True for _ in self._runs(words))

    def wants_run(self, words: Sequence[str]) -> bool:
        """Whether it holds these words in this order and does not refuse them."""
        return any(self.wanted.issuperset(run) for run in self._runs(words))

    def bears_out(self, attribute: str, value: str) -> bool:
        """Whether it says so: the value or another word for it stands in it, and is not refused."""
        if any((each.attribute, each.value) == (attribute, value) and not each.negated for each in self.brief.mentions):
            return True
        phrases = (tuple(token.word for token in taxonomy.tokens(each)) for each in _ways(attribute, value))
        free = self.wanted - self._of_another(attribute)
        return any(free.issuperset(run) for phrase in phrases for run in self._runs(phrase))

    def _of_another(self, attribute: str) -> frozenset[int]:
        """The places of words that are known to give the size of another part."""
        if attribute not in SIZED:
            return frozenset()
        others = SIZED.keys() - {attribute}
        spans = [(each.start, each.end) for each in self.brief.mentions if each.attribute in others]
        places = [at for at, token in enumerate(taxonomy.tokens(self.brief.text)) if _within(token, spans)]
        own = SIZED[attribute]
        return frozenset(at for at in places if own.isdisjoint(self.words[max(0, at - BESIDE) : at + BESIDE + 1]))

    def has_ground(self, attribute: str, quote: str) -> bool:
        """Whether it may say something of the attribute in words that the taxonomy does not know: those of `quote`
        stand in it, are not refused, and are not known to speak of something else."""
        pieces = [quote] if self._grounds(quote) else [each for each in APART.split(quote) if each.strip()]
        found = [self._grounds(each) for each in pieces]
        return all(found) and any(self._is_open(run, attribute) for runs in found for run in runs)

    def _grounds(self, quote: str) -> list[range]:
        """The places at which it stands and is not refused. Scripts without spaces are one word to us."""
        words = [token.word for token in taxonomy.tokens(quote)]
        runs = [run for run in self._runs(words) if self.wanted.issuperset(run) and not self._is_denied(run)]
        if not runs and UNSPACED.search(quote) and quote.strip() in self.brief.text:
            return [range(0)]
        return runs

    def _is_denied(self, run: range) -> bool:
        """Whether another language says no to it: "ohne schwarze Spitze"."""
        tokens = taxonomy.tokens(self.brief.text)
        for at in range(run.start - 1, max(run.start - 1 - DENIED_WITHIN, -1), -1):
            if PAUSE.search(self.brief.text[tokens[at].end : tokens[at + 1].start]):
                return False
            if tokens[at].word in FOREIGN_NO:
                return True
        return False

    def _is_open(self, run: range, attribute: str) -> bool:
        """Whether a word of it is not known to speak of something else; nothing is known of another script, and what
        looks like English in another language is none."""
        if not run or self.is_foreign:
            return True
        related = GROUNDS.get(attribute, frozenset())
        others = [(each.start, each.end) for each in self.brief.mentions if each.attribute not in related]
        tokens = taxonomy.tokens(self.brief.text)
        return any(tokens[at].word not in FILLERS and not _within(tokens[at], others) for at in run)

    def _runs(self, words: Sequence[str]) -> Iterator[range]:
        """The places of each run of these words."""
        size = len(words)
        for at in range(len(self.words) - size + 1 if size else 0):
            if self.words[at : at + size] == tuple(words):
                yield range(at, at + size)


def _ways(attribute: str, value: str) -> Iterator[str]:
    """How a value is said."""
    yield value.replace("_", " ")
    yield from VOCABULARY.get(attribute, {}).get(value, ())
    if attribute == "colours":
        yield from (alias for alias, name in ALIASES.items() if name == value)


def _wanted(brief: Brief, tokens: Sequence[Token]) -> Iterator[int]:
    told = {at for each in brief.mentions if not each.negated for at in _meant(each, tokens)}
    denied = [(each.start, each.end) for each in brief.mentions if each.negated]
    refusing = False
    for at, token in enumerate(tokens):
        if at and SENTENCE.search(brief.text[tokens[at - 1].end : token.start]):
            refusing = False
        refusing = refusing or refuses(tokens, at)
        lacked = _is_lacked(tokens, at) or token.word in LACKED
        if at in told or not (refusing or lacked or _within(token, denied)):
            yield at


def _meant(mention: Mention, tokens: Sequence[Token]) -> Iterator[int]:
    """The places of what it wants: of a wish said by a refusal ("no sleeves") the words of its value alone."""
    places = [at for at, token in enumerate(tokens) if _within(token, [(mention.start, mention.end)])]
    refusing = any(refuses(tokens, at) or _is_lacked(tokens, at) or _undoes(tokens[at].word) for at in places)
    value = {token.word for token in taxonomy.tokens(mention.value.replace("_", " "))}
    return (at for at in places if not refusing or tokens[at].word in value)


def _is_lacked(tokens: Sequence[Token], at: int) -> bool:
    return at + 1 < len(tokens) and tokens[at + 1].word in LACKED


def _undoes(word: str) -> bool:
    return word.startswith(UNDOING) and len(word) > len(UNDOING) + 2


def stem(word: str) -> str:
    """What "line", "lined" and "lining" have in common."""
    ends = (each for each in ENDINGS if word.endswith(each) and len(word) > len(each) + 2)
    bare = word.removesuffix(next(ends, ""))
    return bare[:-1] if len(bare) > 3 and bare[-1] == bare[-2] else bare


def _within(token: Token, spans: Sequence[tuple[int, int]]) -> bool:
    return any(start <= token.start and token.end <= end for start, end in spans)
