"""Which words mean which attribute, and which values an attribute may have. Data: vocabulary.py and colours.py."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import Final

from designer.pipeline import vocabulary
from designer.pipeline.colours import ALIASES, AMBIGUOUS, COLOURS
from designer.pipeline.vocabulary import CONTEXT, NEEDS_CONTEXT, VOCABULARY

CERTAIN, LIKELY, GUESS = 0.95, 0.75, 0.6
WORD: Final = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
# words whose last s is no plural, and plurals that a rule would get wrong
_S_ENDINGS: Final = """
dress shorts jeans trousers pants sleeveless strapless backless seamless weightless canvas chess less bias
chinos princess stress glass moss brass grass glossy lens wales across us this is as gas business timeless
dungarees buttons dramas pass mass class process address iris express sans
"""
KEPT: Final = frozenset(_S_ENDINGS.split())
IRREGULAR: Final = {"dresses": "dress", "scarves": "scarf", "leaves": "leaf", "women": "woman", "men": "man"}


@dataclass(frozen=True, slots=True)
class Token:
    """A word of the text: folded form, and its characters [start, end) in the text as given."""

    word: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Term:
    """What a phrase means."""

    attribute: str
    value: str
    confidence: float


def fold(word: str) -> str:
    """A word as the index holds it: lower case, without accents and apostrophes, singular."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", word.lower()) if not unicodedata.combining(c))
    plain = plain.replace("'s", "").replace("’s", "").replace("'", "").replace("’", "")
    return IRREGULAR.get(plain) or (plain if plain in KEPT else _singular(plain))


def _singular(word: str) -> str:
    if len(word) < 4 or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes", "zes")):
        return word[:-2]
    return word[:-1]


def tokens(text: str) -> tuple[Token, ...]:
    """The words of `text` in order. Hyphens part words; other scripts are words too and simply match nothing."""
    return tuple(Token(fold(found.group()), *found.span()) for found in WORD.finditer(text))


def _phrase(text: str) -> tuple[str, ...]:
    return tuple(fold(found) for found in WORD.findall(text.replace("_", " ")))


@cache
def index() -> dict[tuple[str, ...], tuple[Term, ...]]:
    """Phrase -> what it means; a phrase may speak of several attributes ("pleated": silhouette and construction)."""
    found: dict[tuple[str, ...], list[Term]] = {}
    for attribute, rows in VOCABULARY.items():
        for value, others in rows.items():
            own = () if value in NEEDS_CONTEXT.get(attribute, ()) else (value,)
            for phrase in (*own, *others):
                _file(found, _phrase(phrase), Term(attribute, value, CERTAIN))
            for word in CONTEXT.get(attribute, ()):
                if not word.startswith("@"):
                    _file(found, (*_phrase(value), word), Term(attribute, value, CERTAIN))
    for name in (*COLOURS, *ALIASES):
        sure = LIKELY if name in AMBIGUOUS else CERTAIN
        _file(found, _phrase(name), Term("colours", ALIASES.get(name, name), sure))
    for adjective, value in (("long", "maxi"), ("short", "mini")):
        _file(found, (adjective,), Term("length", value, GUESS))
    return {phrase: tuple(terms) for phrase, terms in found.items()}


def _file(found: dict[tuple[str, ...], list[Term]], phrase: tuple[str, ...], term: Term) -> None:
    terms = found.setdefault(phrase, [])
    if all(each.attribute != term.attribute for each in terms):
        terms.append(term)


@cache
def longest() -> int:
    """Words in the longest phrase of the index."""
    return max(len(phrase) for phrase in index())


@cache
def leaning() -> dict[tuple[str, ...], tuple[tuple[str, str, str], ...]]:
    """Phrases that mean something only before a garment or a fabric: phrase -> (attribute, value, what must follow)."""
    found: dict[tuple[str, ...], list[tuple[str, str, str]]] = {}
    for attribute, names in NEEDS_CONTEXT.items():
        for follower in (word[1:] for word in CONTEXT[attribute] if word.startswith("@")):
            for value in sorted(names):
                found.setdefault(_phrase(value), []).append((attribute, value, follower))
    return {phrase: tuple(terms) for phrase, terms in found.items()}


@cache
def values(attribute: str) -> tuple[str, ...]:
    """The vocabulary of an attribute in its own order; () for photography (see `photography`) and unknown names."""
    return tuple(COLOURS) if attribute == "colours" else tuple(VOCABULARY.get(attribute, ()))


def photography() -> dict[str, tuple[str, ...]]:
    """The keys of the photography attribute with their values."""
    return {key: values(key) for key in vocabulary.PHOTOGRAPHY}


def suits(attribute: str, value: str, garment: str | None) -> bool:
    """Whether `garment` can have this value: a skirt has no neckline, a coat no bootcut. An unknown garment can."""
    if garment is None:
        return True
    if garment in vocabulary.WITHOUT.get(attribute, ()):
        return False
    if attribute != "silhouette":
        return True
    if value in vocabulary.LEG_SHAPES:
        return garment in vocabulary.LEGS
    return value not in vocabulary.SKIRT_SHAPES or garment in vocabulary.SKIRTED


def is_usual(attribute: str, value: str, garment: str | None) -> bool:
    """Whether `garment` commonly has this value, as what nobody asked for should be: shirts can be of midi length, but
    few are."""
    lengths = vocabulary.LENGTHS.get(garment or "") if attribute == "length" else None
    return suits(attribute, value, garment) and (lengths is None or value in lengths)


def say(attribute: str, value: str) -> str:
    """A value as a prompt says it: `v_neck` of neckline -> "v neckline", `puff` of sleeves -> "puff sleeves"."""
    words = _SPELLED.get(value, value.replace("_", " "))
    ending = _ENDINGS.get(attribute, "")
    return words if not ending or (attribute, value) in _WHOLE else f"{words} {ending}".strip()


def named(attribute: str, value: str) -> str:
    """A value among those of other attributes: "V neckline", "puff sleeves", "fabric silk", "colour red"."""
    words = say(attribute, value)
    noun = "colour" if attribute == "colours" else attribute.replace("_", " ")
    return words if attribute in _ENDINGS else f"{noun} {words}"


_SPELLED: Final = {
    "a_line": "A-line", "t_shirt": "T-shirt", "v_neck": "V", "three_quarter": "three-quarter",
    "off_shoulder": "off-the-shoulder",    "peter_pan": "Peter Pan", "avant_garde": "avant-garde",
    "wide_leg": "wide-leg", "high_waist": "high waist",
    "double_breasted": "double-breasted", "single_breasted": "single-breasted", "shirt_collar": "shirt collar",
    "on_model": "on a model", "hanger": "on a hanger", "front": "front view",
    "back": "back view", "side": "side view", "detail": "detail view",
    "all_season": "all-season",
}  # fmt: skip
_ENDINGS: Final = {
    "neckline": "neckline", "sleeves": "sleeves", "fit": "fit", "length": "length", "silhouette": "silhouette",
    "fabric_weight": "weight", "texture": "texture", "finish": "finish", "pattern": "pattern", "aesthetic": "style",
    "mood": "mood", "season": "season", "light": "light", "background": "background", "style": "photography",
}  # fmt: skip
_WHOLE: Final = {
    ("sleeves", "sleeveless"),
    ("neckline", "strapless"),
    ("neckline", "shirt_collar"),
    ("pattern", "solid"),
    ("background", "runway"),
}
