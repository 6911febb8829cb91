"""Stage 2: the brief and what was understood, as a prompt of 20-60 words that says whose each piece is.

The designer's words come first, whole and in order. A brief longer than that budget stays whole and nothing is added
but what was corrected by hand; 'use exactly' mode adds nothing at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import numpy as np

from designer.pipeline import taxonomy
from designer.pipeline.persona import Taste
from designer.pipeline.records import (
    ATTRIBUTES,
    Attribute,
    Brief,
    LearnedChoice,
    PersonaMatch,
    PromptPart,
    PromptParts,
    Understanding,
)
from designer.pipeline.words import parse

LEAST, MOST = 20, 60  # words
ALWAYS_AVOIDED: Final = ("blurry", "distorted proportions", "extra limbs", "cropped garment", "watermark", "text")
ORDER: Final = (
    "garment", "silhouette", "length", "neckline", "sleeves", "fit", "fabric", "fabric_weight", "texture", "finish",
    "pattern", "colours", "construction", "aesthetic", "mood", "season", "occasion", "formality", "photography",
)  # fmt: skip
# ways to show a garment, never facts about it; offered only to fill a prompt that is too short to work
SETTINGS: Final = (
    ("full garment in frame", "whole look visible from hem to shoulder", "centred full-length composition"),
    ("soft even studio light", "clear daylight from one side", "gentle directional light"),
    ("uncluttered neutral backdrop", "plain seamless background", "quiet tonal setting"),
    ("crisp focus on cloth and seams", "true-to-life colour and drape", "fine detail in stitching and fold"),
    ("fashion design presentation", "lookbook photograph", "considered editorial presentation"),
)

ONE_EACH: Final = "a single look in the picture"

# what tells the images of one wish apart: how the garment is shown, never what it is
VIEWS: Final = (
    "three-quarter view", "caught mid-step", "seen from the side", "relaxed standing pose", "turned to show the back",
    "seated pose", "framed close on cloth and seams",
)  # fmt: skip


def variety(n: int, understanding: Understanding, *, seed: int, exact: bool = False) -> tuple[str, ...]:
    """One exploratory phrase for each of `n` images, "" for the first: it is as it was asked for.

    None is added in exact mode, or when the brief says itself how the garment is to be shown: "editorial" alone does
    not. A longer row begins with the shorter one of the same seed.
    """
    if exact or set(understanding.value("photography") or ()) - {"style"}:
        return ("",) * n
    order = np.random.default_rng([seed % 2**63, len(VIEWS)]).permutation(len(VIEWS))
    return ("", *(VIEWS[int(order[place % len(VIEWS)])] for place in range(n - 1)))[:n]


def compose(
    brief: str,
    understanding: Understanding,
    persona: Taste | None = None,
    match: PersonaMatch | None = None,
    learned: Sequence[LearnedChoice] = (),
    *,
    exact: bool = False,
    change: bool = False,
    seed: int = 0,
    written: Sequence[PromptPart] = (),
) -> PromptParts:
    """The prompt with its parts. The same arguments give the same prompt; `seed` varies only the exploratory part.

    `match` brings what `persona` adds; a taste without a match adds nothing. Parts joined by ', ' are the prompt.
    `written`: parts that a model wrote and that were checked; they stand in for those that would be made here.
    `change`: the words say what to change in a picture that is sent along, so nothing but corrections joins them.
    """
    read = parse(brief)
    negative, keywords = _negative(read, exact), _keywords(understanding)
    if exact:
        return _joined([PromptPart(text=brief.strip(), part="user")] if brief.strip() else [], negative, keywords)
    if change:
        fixed = (PromptPart(text=text, part="locked") for text in must_say(read, understanding, corrected_only=True))
        return _joined([*_user(read), *fixed], negative, keywords)
    added = _preferred(read, match, learned)
    parts = _rewritten(written, added) if written else _told(read, understanding, added)
    parts += _filler(parts, seed)
    return _joined(parts, negative, keywords)


def edited(prompt: PromptParts, *, change: Mapping[str, str], add: str = "", one_each: bool = False) -> PromptParts:
    """The prompt as the designer edited it. `change`: a part's text -> what stands in its place, "" = left out.

    What replaces a part that is not there (a photo was read in another way meanwhile) is kept all the same. The
    designer's brief is edited in the brief. `one_each`: several were asked for, one image of each.
    """
    places = {_place(text): new for text, new in change.items()}
    parts: list[PromptPart] = []
    for part in prompt.parts:
        new = part.text if part.part == "user" else places.pop(_place(part.text), part.text)
        if new:
            parts.append(part if new == part.text else PromptPart(text=new, part="user"))
    own = dict.fromkeys(new for new in (*places.values(), add) if new)
    parts += [PromptPart(text=text, part="user") for text in own]
    if one_each:
        parts.append(PromptPart(text=ONE_EACH, part="locked"))
    return _joined(parts, prompt.negative_prompt, prompt.keywords)


def _place(text: str) -> str:
    """What an edit is remembered by: a presentation phrase stands for whichever of its kind the seed chooses."""
    return next((choices[0] for choices in SETTINGS if text in choices), text)


def _joined(parts: Sequence[PromptPart], negative: str, keywords: tuple[str, ...]) -> PromptParts:
    prompt = ", ".join(part.text for part in parts)
    return PromptParts(prompt=prompt, negative_prompt=negative, keywords=keywords, parts=tuple(parts))


def must_say(read: Brief, understanding: Understanding, *, corrected_only: bool = False) -> tuple[str, ...]:
    """Phrases for what is known and the brief does not say; `corrected_only`: just those that may not be left out."""
    return tuple(part.text for must, part in _locked(read, understanding) if must or not corrected_only)


Added = Iterable[tuple[bool, PromptPart]]


def _rewritten(written: Sequence[PromptPart], added: Added) -> list[PromptPart]:
    """A model's user and fixed parts, then what was learned, then its exploratory ones, as long as there is room."""
    parts = [part for part in written if part.part in ("user", "locked")]
    for part in (*(part for _, part in added), *(part for part in written if part not in parts)):
        if _words([*parts, part]) <= MOST:
            parts.append(part)
    return parts


def _told(read: Brief, understanding: Understanding, added: Added) -> list[PromptPart]:
    """User's words, then what is fixed, then what was learned, as long as there is room."""
    parts = _user(read)
    room = MOST - _words(parts)
    for must, part in (*_locked(read, understanding), *added):
        size = len(part.text.split())
        if must or size <= room:
            parts.append(part)
            room -= size
    return parts


def _user(read: Brief) -> list[PromptPart]:
    said = read.text.rstrip(" ,;")
    return [PromptPart(text=said, part="user")] if said else []


def _words(parts: Iterable[PromptPart]) -> int:
    return sum(len(part.text.split()) for part in parts)


def _locked(read: Brief, understanding: Understanding) -> Iterable[tuple[bool, PromptPart]]:
    """(must stay, part) for what the words do not say themselves: corrections must stay, a photo's reading may go."""
    for name in ORDER:
        found = understanding[name]
        if found.is_known and found.source != "brief" and not _says(read, name, found):
            if name == "texture" and found.value == understanding.value("fabric") and found.source != "correction":
                continue  # "satin, satin texture"
            for text in _phrases(name, found):
                yield found.source == "correction", PromptPart(text=text, part="locked")


def _says(read: Brief, name: str, found: Attribute) -> bool:
    """Whether the brief's own words already give this very value."""
    said = {mention.value for mention in read.mentions if mention.attribute == name and not mention.negated}
    values = _values(found)
    return bool(said) and set(values) <= said


def _values(found: Attribute) -> list[str]:
    value = found.value
    if isinstance(value, list):
        return [str(item["name"]) if isinstance(item, dict) else str(item) for item in value]
    if isinstance(value, dict):
        return [str(item) for item in value.values()]
    return [str(value)]


def _phrases(name: str, found: Attribute) -> list[str]:
    if name == "colours":
        return [" and ".join(_values(found)[:3])]
    if isinstance(found.value, dict):
        return [taxonomy.say(key, str(value)) for key, value in found.value.items()]
    return [taxonomy.say(name, value) for value in _values(found)]


def _preferred(
    read: Brief, match: PersonaMatch | None, learned: Sequence[LearnedChoice]
) -> Iterable[tuple[bool, PromptPart]]:
    """The persona's additions, then the learned and the exploratory ones; the first voice on an attribute wins."""
    spoken: set[str] = set()
    for each in match.adjustments if match else ():
        spoken.add(each.attribute)
        yield False, PromptPart(text=taxonomy.say(each.attribute, each.value), part="locked")
    refused = {mention.value for mention in read.mentions if mention.negated}
    for choice in learned:
        if choice.attribute not in spoken and choice.value not in refused:
            spoken.add(choice.attribute)
            yield False, PromptPart(text=taxonomy.say(choice.attribute, choice.value), part=choice.part)


def _filler(parts: list[PromptPart], seed: int) -> list[PromptPart]:
    """Presentation phrases until the prompt has LEAST words; none for a brief that has them already."""
    rng = np.random.default_rng(seed % 2**63)
    added: list[PromptPart] = []
    for choices in SETTINGS:
        if _words(parts) + _words(added) >= LEAST:
            break
        added.append(PromptPart(text=choices[int(rng.integers(len(choices)))], part="exploratory"))
    return added


def _negative(read: Brief, exact: bool) -> str:
    return ", ".join(dict.fromkeys([*read.excluded, *(() if exact else ALWAYS_AVOIDED)]))


def _keywords(understanding: Understanding) -> tuple[str, ...]:
    """What the image is about, for search: every known value once, in the record's order."""
    found = (value for name in ATTRIBUTES if understanding[name].is_known for value in _values(understanding[name]))
    return tuple(dict.fromkeys(value.replace("_", " ") for value in found))
