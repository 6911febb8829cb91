"""Stage 2 by a language model: it arranges the designer's own words and adds how the garment is to be shown.

Each piece it writes says whose it is. The designer's words must be there whole and in order and what is fixed must be
said, or the answer is refused. What it adds is held to a closed list: each word stands in the brief, in what is known
or in `showing`, or the piece, as far as the next comma, is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, cast

from designer.pipeline import showing, taxonomy
from designer.pipeline.asking import Question, Unfit, closed, keys_at_fault, shown
from designer.pipeline.borne import Said, stem
from designer.pipeline.prompting import LEAST, MOST, must_say
from designer.pipeline.records import ATTRIBUTES, MAX_VALUE, Brief, Mention, Part, PromptPart, Understanding
from designer.pipeline.refusals import refuses
from designer.pipeline.taxonomy import Token
from designer.pipeline.vocabulary import PHOTOGRAPHY
from designer.pipeline.words import parse

SYSTEM: Final = (
    f"You write the prompt for an image model from a fashion designer's brief. Give it in parts of {LEAST} to {MOST} "
    "words altogether. Parts of kind 'user' hold the brief's words: all of them, in their order, unchanged. Parts of "
    "kind 'locked' say each phrase of must_say. Parts of kind 'exploratory' add how the garment is shown: framing, "
    "light, backdrop, focus. Add no fact about the garment, no style or mood, no person, place, thing, writing or "
    "name, and nothing listed under avoid."
)
KINDS: Final = ("user", "locked", "exploratory")
SCHEMA: Final = closed(
    {
        "parts": {
            "type": "array",
            "items": closed({"text": {"type": "string"}, "part": {"type": "string", "enum": list(KINDS)}}),
        }
    }
)
MAX_PARTS: Final = 30
ROOM: Final = 8  # words that must be left for a model to be worth asking
PLAIN: Final = re.compile(r"[^\W_][\w ,.'’&%()-]*")
# what may be said without having been given; all else is a fact about the garment, or the persona's to add
PRESENTATION: Final = frozenset(PHOTOGRAPHY)
BODILY: Final = frozenset({"nude"})  # a colour of the cloth, or no cloth at all


def has_room(brief: str) -> bool:
    """Whether a model could add anything: a long brief is a prompt already."""
    return 0 < len(parse(brief).text.split()) <= MOST - ROOM


def question(brief: str, understanding: Understanding) -> Question:
    """What a model is asked about a brief and what was understood of it."""
    read = parse(brief)
    known = {name: found.value for name, found in understanding.attributes.items() if found.is_known}
    data = {
        "brief": read.text,
        "known": known,
        "must_say": list(must_say(read, understanding)),
        "avoid": list(read.excluded),
    }
    return Question(system=SYSTEM, data=data, schema=SCHEMA)


def read(data: Mapping[str, Any], brief: str, understanding: Understanding) -> tuple[PromptPart, ...]:
    """The parts of an answer. Raises Unfit for one that drops, changes or invents something."""
    faults = keys_at_fault("the answer", data, ("parts",)) or _shape(data["parts"])
    if faults:
        raise Unfit(faults)
    parts, told = _parts(data), parse(brief)
    kept = [each for part in parts if (each := _kept(part, told, understanding))]
    faults = [*_lost(kept, told, understanding), *_added(parts, told, understanding)]
    count = sum(len(part.text.split()) for part in parts)
    if count > MOST:
        faults.append(f"The parts have {count} words; {LEAST} to {MOST} are wanted.")
    if faults:
        raise Unfit(faults)
    return tuple(kept)


def left_out(data: Mapping[str, Any], brief: str, understanding: Understanding) -> tuple[str, ...]:
    """What of an answer that was read is left out of the prompt."""
    told = parse(brief)
    return tuple(lost for part in _parts(data) if (lost := _lost_of(part, told, understanding)))


def to_json(parts: Sequence[PromptPart]) -> dict[str, Any]:
    return {"parts": [part.to_json() for part in parts]}


def from_json(data: Mapping[str, Any]) -> tuple[PromptPart, ...]:
    return tuple(PromptPart.from_json(part) for part in data["parts"])


def _parts(data: Mapping[str, Any]) -> list[PromptPart]:
    return [PromptPart(text=" ".join(each["text"].split()), part=cast(Part, each["part"])) for each in data["parts"]]


def _shape(parts: Any) -> list[str]:
    if not isinstance(parts, list) or not 1 <= len(parts) <= MAX_PARTS:
        return [f"`parts` must be a list of 1 to {MAX_PARTS}."]
    return [fault for part in parts for fault in _part_faults(part)]


def _part_faults(part: Any) -> list[str]:
    faults = keys_at_fault("a part", part, ("text", "part"))
    if faults:
        return faults
    if part["part"] not in KINDS or not isinstance(part["text"], str) or not part["text"].strip():
        return [f"A part needs a text and one of the kinds {', '.join(KINDS)}."]
    mine = part["part"] != "user"
    if mine and (len(part["text"]) > MAX_VALUE or not PLAIN.fullmatch(part["text"])):
        return [f"{shown(part['text'])} must be plain words, {MAX_VALUE} characters at most."]
    return []


def _lost(parts: Sequence[PromptPart], told: Brief, understanding: Understanding) -> Iterable[str]:
    """What the answer drops or changes."""
    mine = " ".join(part.text for part in parts if part.part == "user")
    if _bare(mine) != _bare(told.text):
        yield "The parts of kind 'user' must hold the brief's words, all of them and in their order."
    fixed = " ".join(part.text for part in parts if part.part == "locked").casefold()
    for phrase in must_say(told, understanding, corrected_only=True):
        if phrase.casefold() not in fixed:
            yield f"Say {phrase!r} in a part of kind 'locked'."


def _bare(text: str) -> list[str]:
    """The words, without the punctuation between parts."""
    return [bare for word in text.split() if (bare := word.strip(".,;:!?").casefold())]


def _added(parts: Sequence[PromptPart], told: Brief, understanding: Understanding) -> Iterable[str]:
    """The fixed parts that say of the garment what nobody said."""
    for part in parts:
        if part.part == "locked" and _invents(part, told, understanding):
            yield f"{shown(part.text)} says of the garment what is refused or not known."


def _kept(part: PromptPart, told: Brief, understanding: Understanding) -> PromptPart | None:
    """As much of it as may be said: all, the pieces between commas that may be, or nothing."""
    if part.part == "user" or _may_be_said(part, told, understanding):
        return part
    pieces = _pieces(part)
    mine = [each for each in pieces if _may_be_said(each, told, understanding)]
    mine = [each for each in mine if showing.stands_alone([token.word for token in taxonomy.tokens(each.text)])]
    return replace(part, text=", ".join(each.text for each in mine)) if mine else None


def _lost_of(part: PromptPart, told: Brief, understanding: Understanding) -> str:
    """What of it may not be said."""
    kept = _kept(part, told, understanding)
    if kept is None or kept == part:
        return "" if kept else part.text
    left = kept.text.split(", ")
    return ", ".join(each.text for each in _pieces(part) if each.text not in left)


def _pieces(part: PromptPart) -> list[PromptPart]:
    """Between its commas; one that refuses something is whole, for a list goes on over commas."""
    tokens = taxonomy.tokens(part.text)
    if part.part == "locked" or any(refuses(tokens, at) for at in range(len(tokens))):
        return []
    return [replace(part, text=bare) for each in part.text.split(",") if (bare := each.strip(" ."))]


def _may_be_said(part: PromptPart, told: Brief, understanding: Understanding) -> bool:
    invents = part.part == "exploratory" and _invents(part, told, understanding)
    return not (invents or _goes_beyond(part, told, understanding))


def _goes_beyond(part: PromptPart, told: Brief, understanding: Understanding) -> bool:
    """Whether a word of it was not given and is none with which a picture is described, or it refuses something that
    the brief does not refuse in these words."""
    tokens, said = taxonomy.tokens(part.text), Said(told)
    words = [token.word for token in tokens]
    if any(refuses(tokens, at) for at in range(len(tokens))) or BODILY.intersection(words):
        return not said.has_run(words) and part.text.casefold() not in map(str.casefold, must_say(told, understanding))
    if any(not _is_given(pair, words, said, understanding) for pair in showing.shapes(part.text, tokens)):
        return True
    given = _given(said, understanding)
    described = showing.in_phrases(words)
    return any(word not in given and at not in described for at, word in enumerate(words))


def _is_given(places: range, words: Sequence[str], said: Said, understanding: Understanding) -> bool:
    """Whether these words stand side by side in the brief or in what is known."""
    run = words[places.start : places.stop]
    return said.wants_run(run) or any(_holds(each, run) for each in _known_words(understanding))


def _holds(words: Sequence[str], run: Sequence[str]) -> bool:
    return any(list(words[at : at + len(run)]) == list(run) for at in range(len(words) - len(run) + 1))


def _known_words(understanding: Understanding) -> list[list[str]]:
    """What is known, as it is said."""
    keys = [name for name in ATTRIBUTES if name != "photography"] + list(PHOTOGRAPHY)
    said = (taxonomy.say(name, value) for name in keys for value in _known(name, understanding))
    return [[token.word for token in taxonomy.tokens(each)] for each in said]


def _given(said: Said, understanding: Understanding) -> frozenset[str]:
    """The words that may be said: the brief's, those of what is known, and those that tell how it is shown; but none
    that is made of one which the brief refuses."""
    own = {said.words[at] for at in said.wanted}.union(*_known_words(understanding))
    others = showing.LEXICON.union(*(showing.inflected(word) for word in own)) - showing.JOINTS
    return showing.JOINTS.union(own, (word for word in others if stem(word) not in said.refused))


def _invents(part: PromptPart, told: Brief, understanding: Understanding) -> bool:
    """Whether it says what the brief refuses, or a fact that is neither in the brief nor known."""
    refused = {(each.attribute, each.value) for each in told.mentions if each.negated}
    said = {(each.attribute, each.value) for each in told.mentions if not each.negated}
    read = parse(part.text)
    tokens = taxonomy.tokens(read.text)
    for each in read.mentions:
        pair = (each.attribute, each.value)
        known = pair in said or _allowed(each, part, understanding) or _is_of_showing(each, read, tokens)
        if pair in refused or not known:
            return True
    return False


def _is_of_showing(mention: Mention, read: Brief, tokens: Sequence[Token]) -> bool:
    places = [at for at, token in enumerate(tokens) if mention.start <= token.start < mention.end]
    told = mention.attribute not in PHOTOGRAPHY and bool(places)
    return told and showing.is_of_showing(read.text, tokens, places, mention.attribute)


def _allowed(mention: Mention, part: PromptPart, understanding: Understanding) -> bool:
    known = set(_known(mention.attribute, understanding))
    if mention.value in known or any(_also_says(mention, name, understanding) for name in ATTRIBUTES):
        return True
    return part.part == "exploratory" and mention.attribute in PRESENTATION and not known


def _known(attribute: str, understanding: Understanding) -> Iterable[str]:
    """The known values of an attribute, or of a key of photography."""
    value = understanding.value("photography" if attribute in PHOTOGRAPHY else attribute)
    if isinstance(value, dict):
        return [str(value[attribute])] if attribute in value else []
    if isinstance(value, list):
        return [str(item["name"]) if isinstance(item, dict) else str(item) for item in value]
    return [] if value is None else [str(value)]


def _also_says(mention: Mention, name: str, understanding: Understanding) -> bool:
    """Whether a known value, said as we say it, reads as this too: "denim" is a fabric and a texture."""
    return any(
        (each.attribute, each.value) == (mention.attribute, mention.value)
        for value in _known(name, understanding)
        for each in parse(taxonomy.say(name, value)).mentions
    )
