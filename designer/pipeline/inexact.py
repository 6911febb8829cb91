"""Models that a brief names by more than a family and less than a whole name, or that there are none of.

"gemini 3 pro" is one model of the family Gemini, "@flux" and "with gpt-image-9" are none. A family's name with words
of the garment behind it ("with Gemini motif") names nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from designer.pipeline.standing import (
    ADORNED,
    ANY_MODEL,
    CLAUSE_END,
    DEPICTED,
    ENDS,
    NAMING,
    SENTENCE_END,
    closes,
    is_refused,
)

OPENING: Final = re.compile(
    rf"(?P<at>(?<![\w.@])@)|(?P<bracket>\(\s*)|(?P<clause>(?:^|(?<=[,;.:\n]))\s*)|(?P<by>{NAMING}|{ANY_MODEL})", re.I
)
WORD: Final = re.compile(r"\d+(?:\.\d+)*|[^\W\d_]+")
GAP: Final = re.compile(r"[^\S\n]+|[._/·-]|")
MOST: Final = 8  # words of a name
MOST_UNKNOWN: Final = 20
FULL_NAME: Final = re.compile(r"@[^\W\d_](?:[\w./-]*\w)?")
# what vendors call their models, so that a family with such a word is a model's name though it is not known
SORTS: Final = frozenset({
    "pro", "ultra", "mini", "nano", "flash", "lite", "turbo", "max", "xl", "fast", "preview", "image", "v",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Near:
    """A model named so: what it stands for, and the very words."""

    model: str
    phrase: str


@dataclass(frozen=True, slots=True)
class _Place:
    """A name that may stand at `start` after what `opens` it; `ends`: where each of its words ends."""

    text: str
    opens: re.Match[str]
    words: tuple[str, ...]
    ends: tuple[int, ...]

    def name(self, number: int) -> str:
        return self.text[self.opens.end() : self.ends[number - 1]]

    def phrase(self, number: int) -> str:
        how, end = self.opens.lastgroup, self.ends[number - 1]
        if how == "bracket":
            end = self.text.index(")", end) + 1
        start = self.opens.end() if how == "clause" else self.opens.start()
        return self.text[start:end].strip()

    def stands(self, number: int, *, sure: bool) -> bool:
        """Whether so many of the words are one who makes the picture; if not `sure`, they must close their clause."""
        text, how, end = self.text, self.opens.lastgroup, self.ends[number - 1]
        if not re.compile(ENDS).match(text, end):
            return False
        before = text[: self.opens.start()].rstrip(" ,;")
        if how in ("at", "by") and is_refused(text, self.opens.start()):
            return False
        if how == "at":
            return sure or closes(text, end)
        if how == "bracket":
            close = re.compile(rf"\s*\){'' if sure else SENTENCE_END}").match(text, end)
            return close is not None and (sure or not DEPICTED.search(before))
        if how == "clause":
            last = re.compile(CLAUSE_END if sure else r"\s*(?:[.!]\s*)?$").match(text, end)
            return last is not None and (sure or (bool(before) and not DEPICTED.search(before)))
        return sure or (not ADORNED.search(before) and closes(text, end))

    def is_sure(self, number: int, family: int) -> bool:
        """A version tells a model from a word of the garment; but "Gemini 3 coats" may count coats."""
        said = self.words[family:number]
        apart = self.text[self.ends[number - 2]].isspace()
        return any(each[0].isdigit() for each in said) and not (said[-1].isdigit() and apart)


def named(text: str, stands_for: Callable[[str], str | None]) -> tuple[Near | None, list[str]]:
    """The first model that is named so, and every name that asks for one that there is none of."""
    near: Near | None = None
    unknown: list[str] = []
    for place in _places(text):
        found = _read(place, stands_for)
        if isinstance(found, Near):
            near = near or found
        elif found and found not in unknown and len(unknown) < MOST_UNKNOWN:
            unknown.append(found)
    return near, unknown


def _places(text: str) -> Iterator[_Place]:
    for opens in OPENING.finditer(text):
        words: list[str] = []
        ends: list[int] = []
        word = WORD.match(text, opens.end())
        while word and len(words) < MOST:
            words.append(word.group())
            ends.append(word.end())
            gap = GAP.match(text, word.end())
            word = WORD.match(text, gap.end()) if gap else None
        if words:
            yield _Place(text, opens, tuple(words), tuple(ends))


def _read(place: _Place, stands_for: Callable[[str], str | None]) -> Near | str | None:
    """What is named there: a model, or the words that name none; None = nothing of the sort."""
    family = next((n for n in range(len(place.words), 0, -1) if stands_for(place.name(n)) == ""), 0)
    for number in range(len(place.words), family, -1) if family else ():
        sure, model = place.is_sure(number, family), stands_for(place.name(number))
        if model:
            if place.stands(number, sure=sure or place.opens.lastgroup == "at"):
                return Near(model, place.phrase(number))
        elif _is_of_a_model(place.words[family:number]):
            attached = place.words[number - 1][0].isdigit() and sure
            if place.stands(number, sure=attached):
                return place.name(number)
    if place.opens.lastgroup == "at" and not family:
        found = FULL_NAME.match(place.text, place.opens.start())
        return found.group() if found else None
    return None


def _is_of_a_model(words: tuple[str, ...]) -> bool:
    return all(each[0].isdigit() or each.lower() in SORTS for each in words)
