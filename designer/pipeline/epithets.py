"""Where a garment's name names no garment: "shirt" in "a shirt midi dress" and "a shirt-tail hem", "shoe" in "a shoe
print"."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
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
_GOING_ON: Final = "and|or|in|with|without|of|for|from|to|at|on|over|under|by|made|worn|cut|that|which|who|is|plus"
_PLAIN: Final = rf"(?!(?:{_GOING_ON})\b)[^\W_][\w']*"
_IMPRESSION: Final = (
    "fit|look|feel|effect|impression|shape|silhouette|mood|vibe|style|tone|theme|design|pattern|aesthetic|length"
)
# an adverb before what it describes: "an overall relaxed fit"; before a garment it is told by the mentions
OVERALL: Final = re.compile(rf"overall(?:[ -](?!(?:{_IMPRESSION})\b){_PLAIN}){{0,3}} (?:{_IMPRESSION})\b", re.I)
ADVERB: Final = re.compile(r"overall ", re.I)
# the name of a garment as a verb, a place, a degree or an event, by what stands around it; the name is the group
PASSING: Final = tuple(
    re.compile(pattern, re.I)
    for pattern in (
        # "to dress up or down"; but "from a coat to dresses down to the floor"
        r"\b(?:to|can|could|may|or|and) (dress)(?= (?:it |them )?(?:up|down)\b"
        r"(?! (?:to|from|at|past|over|below|the)\b))",
        r"\bfancy[ -](dress)(?=[ -](?:part(?:y|ies)|balls?|costumes?|nights?|events?|themes?|contests?)\b)",
        r"\b(?:for|in) fancy[ -](dress)\b",
        r"\b(dress)(?=[ -]codes?\b)",
        r"\b(?:on|(?:at|on|to|from) the) (top)\b",
        rf"\b(?:the|its|with an?(?: {_PLAIN})?) (top)(?=[ -](?:half|part)\b)",
        r"\b(top)(?=[ -](?:(?:layer|edge|handle|collar|button)s?|quality|notch|tier)\b)",
        r"\b(buttons? (?:up|down))(?= (?:(?:to )?(?:the|its)|to an?)\b)",
        r"\b((?:to|on|over) the (?:shoe|heel)s?)\b",
    )
)
# "shirt and wide trousers", and what sets a garment apart from what stands before it
_ADJECTIVES: Final = rf"(?:(?:an?|the|some) )?(?:{_PLAIN}[ -]){{0,3}}"
ADJECTIVES: Final = re.compile(rf"(?:{_PLAIN}[ -]){{1,4}}", re.I)
PAIRED: Final = re.compile(rf" ?(?:(?:, ?)?\b(?:and|plus)\b|&|\+) ?{_ADJECTIVES}", re.I)
LISTED: Final = re.compile(rf"(?:\b(?:and|plus)\b|[&+,;]) ?{_ADJECTIVES}$", re.I)
# after a "with" as well, where it can be no part: "a blazer with trousers fabric wool"
ACCOMPANIED: Final = re.compile(rf"\bwith {_ADJECTIVES}$", re.I)
NO_PART: Final = frozenset({"fabric", "cloth", "material", "style", "weight", "length", "shape", "silhouette"})
TELLING: Final = re.compile(rf"(?::? is|:)? (?:{_PLAIN} ){{0,2}}", re.I)
PLACING: Final = re.compile(r" (?:to|at|on)\b", re.I)
WORN_ALONE: Final = frozenset({"dress", "jumpsuit"})
SHAPES: Final = frozenset({"length", "silhouette", "fit"})


def in_passing(text: str) -> frozenset[int]:
    """Where the name of a garment begins that most likely names none, as "dress" in "to dress up"."""
    return frozenset(found.start(1) for pattern in PASSING for found in pattern.finditer(text))


def without(text: str, mentions: Sequence[Mention], passing: Set[int]) -> list[Mention]:
    """The mentions but those garments that only say of what kind, for whom or with which print something else is. The
    only garment of a brief stays, for "a linen shirt, sleeves rolled" is one."""
    kept: list[Mention] = []
    named = False  # a garment before this one
    said = _but_in_passing(text, mentions, passing)
    for place, each in enumerate(said):
        if each.attribute == "garment":
            if _describes(text, said, place, named=named):
                continue
            named = named or not each.negated
        kept.append(each)
    return kept


def _but_in_passing(text: str, mentions: Sequence[Mention], passing: Set[int]) -> Sequence[Mention]:
    garments = [place for place, each in enumerate(mentions) if each.attribute == "garment"]
    aside = {place for place in garments if _is_aside(text, mentions, place, passing)}
    if all(place in aside or mentions[place].negated for place in garments):
        return mentions
    return [each for place, each in enumerate(mentions) if place not in aside]


def _is_aside(text: str, mentions: Sequence[Mention], place: int, passing: Set[int]) -> bool:
    if mentions[place].start in passing:
        return not _is_one_of_a_pair(text, mentions, place)
    return _is_adverb(text, mentions, place)


def _is_adverb(text: str, mentions: Sequence[Mention], place: int) -> bool:
    """ "overall" in "an overall relaxed fit" and "an overall slim dress", not in "overall denim"."""
    start, end = mentions[place].start, mentions[place].end
    if OVERALL.match(text, start):
        return True
    if not ADVERB.match(text, start):
        return False
    ahead = (other for other in islice(mentions, place + 1, None) if other.attribute == "garment")
    following = next(ahead, None)
    return following is not None and ADJECTIVES.fullmatch(text, end + 1, following.start) is not None


def _describes(text: str, mentions: Sequence[Mention], place: int, *, named: bool) -> bool:
    each = mentions[place]
    if _is_of_one_piece(text, mentions, place):
        return True
    part = PART_OF.match(text, each.end)
    if part:
        if _goes_on_to_a_garment(text, part.end(), mentions, place):
            return True
        return named and not _is_told_of(text, mentions, place, part)
    return named and DEPICTED.search(text, max(each.start - REACH, 0), each.start) is not None


def _is_told_of(text: str, mentions: Sequence[Mention], place: int, part: re.Match[str]) -> bool:
    """Whether what looks like a part is what is told of a garment of its own: "a shirt, trousers fabric linen"."""
    if part.group().startswith("-"):
        return False
    if _is_one_of_a_pair(text, mentions, place):
        return True
    start = mentions[place].start
    reach = max(start - REACH, 0)
    no_part = part.group().strip().lower() in NO_PART and ACCOMPANIED.search(text, reach, start)
    if not no_part and not LISTED.search(text, reach, start):
        return False
    if PLACING.match(text, part.end()):
        return True
    following = next((other for other in islice(mentions, place + 1, None) if other.start >= part.end()), None)
    return (
        following is not None
        and following.attribute != "garment"
        and TELLING.fullmatch(text, part.end(), following.start) is not None
    )


def _is_one_of_a_pair(text: str, mentions: Sequence[Mention], place: int) -> bool:
    """ "shirt and trousers": no more than adjectives and an "and" stand between."""
    earlier = (mentions[at] for at in range(place - 1, -1, -1))
    before = next((other for other in earlier if other.attribute == "garment"), None)
    return before is not None and PAIRED.fullmatch(text, before.end, mentions[place].start) is not None


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
