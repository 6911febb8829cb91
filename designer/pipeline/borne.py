"""What a designer's words bear out of that which a model says they say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from designer.pipeline import taxonomy
from designer.pipeline.colours import ALIASES
from designer.pipeline.records import Brief
from designer.pipeline.refusals import refuses
from designer.pipeline.taxonomy import Token
from designer.pipeline.vocabulary import VOCABULARY

SENTENCE: Final = re.compile(r"[.;!?]")
LACKED: Final = frozenset({"free", "less"})  # "logo-free"


@dataclass(frozen=True, slots=True)
class Said:
    """A brief as what is said of it is held against it. `words`: all of them, folded; `wanted`: the places of those
    that it does not refuse. From a "no" to the end of its sentence only what is known to be wanted counts."""

    brief: Brief
    words: tuple[str, ...] = field(init=False)
    wanted: frozenset[int] = field(init=False)

    def __post_init__(self) -> None:
        tokens = taxonomy.tokens(self.brief.text)
        object.__setattr__(self, "words", tuple(token.word for token in tokens))
        object.__setattr__(self, "wanted", frozenset(_wanted(self.brief, tokens)))

    def has_run(self, words: Sequence[str]) -> bool:
        """Whether it holds these very words in this order, refused or not."""
        return any(True for _ in self._runs(words))

    def bears_out(self, attribute: str, value: str) -> bool:
        """Whether it says so: the value or another word for it stands in it, and is not refused."""
        if any((each.attribute, each.value) == (attribute, value) and not each.negated for each in self.brief.mentions):
            return True
        phrases = (tuple(token.word for token in taxonomy.tokens(each)) for each in _ways(attribute, value))
        return any(self.wanted.issuperset(run) for phrase in phrases for run in self._runs(phrase))

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
    told = [(each.start, each.end) for each in brief.mentions if not each.negated]
    denied = [(each.start, each.end) for each in brief.mentions if each.negated]
    refusing = False
    for at, token in enumerate(tokens):
        if at and SENTENCE.search(brief.text[tokens[at - 1].end : token.start]):
            refusing = False
        refusing = refusing or refuses(tokens, at)
        lacked = at + 1 < len(tokens) and tokens[at + 1].word in LACKED
        if _within(token, told) or not (refusing or lacked or _within(token, denied)):
            yield at


def _within(token: Token, spans: Sequence[tuple[int, int]]) -> bool:
    return any(start <= token.start and token.end <= end for start, end in spans)
