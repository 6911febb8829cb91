"""Numbers as people write them: "5", "1,000", "fifty", "twenty-five", "a dozen", "a hundred and twenty"."""

from __future__ import annotations

import re
from typing import Final

_UNITS: Final = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TEENS: Final = (
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
)
_TENS: Final = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
VALUES: Final = {
    **{word: place for place, word in enumerate([*_UNITS, *_TEENS], start=1)},
    **{word: 10 * place for place, word in enumerate(_TENS, start=2)},
    "fourty": 40,
}
MULTIPLES: Final = {"dozen": 12, "hundred": 100, "thousand": 1000}
PLAIN: Final = 12
WORN: Final = ("one shoulder", "one-shoulder", "two piece", "two-piece", "two tone", "two-tone", "three piece")
HALF_A_DOZEN: Final = re.compile(r"half\s+a\s+dozen", re.I)

_TEN: Final = rf"(?:{'|'.join([*_TENS, 'fourty'])})"
_SMALL: Final = rf"(?:{_TEN}(?:[-\s](?:{'|'.join(_UNITS)}))?|{'|'.join(reversed(_TEENS))}|{'|'.join(_UNITS)})"
_LARGE: Final = (
    rf"half\s+a\s+dozen|(?:a|{_SMALL})\s+dozen|(?:a|{_SMALL})\s+(?:hundred|thousand)(?:\s+(?:and\s+)?{_SMALL})?"
)
# four digits that may be a year say when it was worn: "1950 dresses"
_DIGITS: Final = r"\d{1,3}(?:,\d{3})+|(?!(?:1[7-9]|20)\d\d(?!\d))\d{1,6}"
PATTERN: Final = rf"(?:{_LARGE}|a\s+couple(?:\s+of)?|{_SMALL}|{_DIGITS})"
# what looks like a number and names a time, or a second number, which makes a year or a score of both: "nineteen
# sixties", "twenty twenty six", "twenty first century", "eighteen hundreds", "fifty fifty"
_ORDINALS: Final = "first|second|third|fourth|fifth|sixth|seventh|eighth|ninth"
TIME: Final = re.compile(
    rf"(?:(?:{'|'.join(ten[:-1] for ten in _TENS)})ies|hundreds?|thousands?|{_ORDINALS}|{'|'.join(VALUES)})(?!\w)", re.I
)
CENTURY: Final = re.compile(rf"(?:{'|'.join([*_TEENS[1:], 'twenty'])})\s+hundred", re.I)  # "eighteen hundred"


def is_plain(said: str) -> bool:
    """Whether a match of PATTERN is a small number as an order has it, which few words but an order begin with."""
    bare = said.lower()
    return bare in (*_UNITS, *_TEENS[:3]) or (bare.isdecimal() and int(bare) <= PLAIN)


def is_time(said: str, following: str) -> bool:
    """Whether a match of PATTERN begins a year, a decade or a century, or is one."""
    if is_plain(said) or following.lower().startswith(WORN):
        return False
    return CENTURY.match(said) is not None or TIME.match(following) is not None


def value_of(said: str) -> int:
    """The number that a match of PATTERN says."""
    bare = said.lower().replace(",", "")
    if bare.isdecimal():
        return int(bare)
    if HALF_A_DOZEN.fullmatch(bare):
        return 6
    if "couple" in bare:
        return 2
    total = 0
    for word in re.findall(r"[a-z]+", bare):
        total = (total or 1) * MULTIPLES[word] if word in MULTIPLES else total + VALUES.get(word, 0)
    return total
