"""Where a garment's name names no garment: "shirt" in "a shirt midi dress" and "a shirt-tail hem", "shoe" in "a shoe
print"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice, takewhile
from typing import Final

from designer.pipeline.records import Mention
from designer.pipeline.vocabulary import FEATURES, PARTS

_BETWEEN: Final = r"(?!(?:and|or|with|without|in|of|for|to|at|on|over|under|no|plus)\b)\w+[ -]"
PART_OF: Final = re.compile(rf"[ -](?:(?:{_BETWEEN})?(?:{'|'.join(PARTS)})s?|(?:{'|'.join(FEATURES)})s?)\b", re.I)
DEPICTED: Final = re.compile(
    r"\b(?:(?:printed|embroidered|patterned|decorated|appliqu\w+) with|"
    r"(?:prints?|motifs?|drawings?|pictures?|images?) of)"
    r"(?: (?!(?:and|or|plus|with)\b)[\w'-]+){0,2} $",
    re.I,
)
REACH: Final = 80  # letters back to what shows it
SPACE: Final = re.compile(r"[ -]")
# an adverb as well: a garment only where nothing follows that it could describe
_GOING_ON: Final = "and|or|in|with|without|of|for|from|to|at|on|over|under|by|made|worn|cut|that|which|who|is|plus"
DESCRIBING: Final = re.compile(rf"overall(?= (?!(?:{_GOING_ON})\b)[^\W\d_])", re.I)
WORN_ALONE: Final = frozenset({"dress", "jumpsuit"})
SHAPES: Final = frozenset({"length", "silhouette", "fit"})


def without(text: str, mentions: Sequence[Mention]) -> list[Mention]:
    """The mentions but those garments that only say of what kind, for whom or with which print something else is. The
    only garment of a brief stays, for "a linen shirt, sleeves rolled" is one."""
    kept: list[Mention] = []
    named = False  # a garment before this one
    for place, each in enumerate(mentions):
        if each.attribute == "garment":
            if _describes(text, mentions, place, named=named):
                continue
            named = True
        kept.append(each)
    return kept


def _describes(text: str, mentions: Sequence[Mention], place: int, *, named: bool) -> bool:
    each = mentions[place]
    if DESCRIBING.match(text, each.start) or _is_of_one_piece(text, mentions, place):
        return True
    part = PART_OF.match(text, each.end)
    if part:
        return named or _goes_on_to_a_garment(text, part.end(), mentions, place)
    return named and DEPICTED.search(text, max(each.start - REACH, 0), each.start) is not None


def _is_of_one_piece(text: str, mentions: Sequence[Mention], place: int) -> bool:
    """ "shirt midi dress": nobody wears a shirt beside a dress without saying how; but "shirt wide-leg jeans" may list
    two."""
    value, at = mentions[place].value, mentions[place].end
    for other in islice(mentions, place + 1, None):
        if other.start < at:
            continue  # one phrase may speak of several attributes
        if other.start != at + 1 or not SPACE.match(text, at):
            return False
        if other.attribute == "garment":
            return other.value in WORN_ALONE and other.value != value
        if other.attribute not in SHAPES:
            return False
        at = other.end
    return False


def _goes_on_to_a_garment(text: str, at: int, mentions: Sequence[Mention], place: int) -> bool:
    """ "shirt-tail hem dress"."""
    while part := PART_OF.match(text, at):
        at = part.end()
    ahead = takewhile(lambda other: other.start <= at + 1, islice(mentions, place + 1, None))
    following = any(other.attribute == "garment" and other.start == at + 1 for other in ahead)
    return following and SPACE.match(text, at) is not None
