"""Where a name in a brief stands as one who makes the picture, and where it is something that the picture shows."""

from __future__ import annotations

import re
from typing import Final

from designer.pipeline.words import parse

VERBS: Final = r"make|draw|create|design|generate|show|give|sketch|i\s+want|i\s+need"
# "model" alone says whose work it is only where it opens a clause: "worn by a model, Gemini" is a person
NAMING: Final = (
    r"\b(?:with|by|using|via|use)\s+(?:the\s+)?(?:model\s*:?\s+)?|\bmodel\s*:\s*"
    r"|(?<=[,.;:(\n])\s*model\s+|^\s*model\s+"
)
# "don't use Gemini", "do not draw this with Gemini", "anything but Gemini"
_DENYING: Final = r"(?:\b(?:not|never|cannot|dont)|n['’]t)"
_ACTS: Final = rf"{VERBS}|render|paint|use|want|like|try|go|take|choose|pick|ask|have"
_APART: Final = r"without|instead of|rather than|other than|anything but|except(?: for)?|avoid(?:ing)?|no|nor"
_REFUSED: Final = re.compile(rf"(?:{_DENYING}(?:\s+(?:{_ACTS})\b(?:\s+\w+){{0,4}})?|\b(?:{_APART}))\s*$", re.I)
ANY_MODEL: Final = r"\bmodel\s+"  # enough before a name with a digit
# "with Gemini motif" is a motif, "with Gemini, in red" and "with Gemini for a campaign" a model
_GOING_ON: Final = (
    rf"in|please|for|and|if|not|instead|again|only|this time|as (?:the |a )?model|to (?:{VERBS}|render|paint)"
)
CLOSING: Final = re.compile(rf"\s*(?:[.,;:!?)\n]|\(not\b|$)|\s+[-–—]\s|\s+at\s+\d|\s+(?:{_GOING_ON})\b", re.I)
ON: Final = re.compile(r"\s+on\s+(?:(?:an?|the)\s+)?", re.I)
SETTING: Final = frozenset({"background", "pose"})  # "with Gemini on a beach", but no model on a sleeve
SENTENCE_END: Final = r"(?=\s*(?:[.!?\n]|$))"
# a picture of the name, and no work by it: "a print (Gemini)", "embroidered with Gemini in gold"
_SHOWN: Final = r"motifs?|signs?|symbols?|emblems?|constellations?"
ADORNED: Final = re.compile(r"\b(?:printed|embroidered|decorated|patterned|covered)\s*$", re.I)
DEPICTED: Final = re.compile(rf"\b(?:{_SHOWN}|prints?|printed|embroidered|logos?|slogans?)\s*$", re.I)
AND_SHOWN: Final = re.compile(rf"\s+and\b[^.,;:!?()\n]*\b(?:{_SHOWN})\b", re.I)  # "with Gemini and moon motifs"
# "gpt-image-2" is not said by "gpt-image-2.6", nor by "gpt-image-2-mini"
ENDS: Final = r"(?![\w-]|\.\d)"
CLAUSE_END: Final = r"(?=\s*(?:[,;:!?)\n]|\.(?!\d)|$))"
REACH: Final = 60  # letters in which "on a beach" is told


def is_refused(text: str, start: int) -> bool:
    """Whether what begins at `start` is not to make the picture."""
    return _REFUSED.search(text[:start]) is not None


def closes(text: str, end: int) -> bool:
    """Whether a clause may end at `end`."""
    on = ON.match(text, end)
    if on:
        said = parse(text[on.start() : on.end() + REACH]).mentions
        return any(each.attribute in SETTING and each.start < on.end() - on.start() for each in said)
    return CLOSING.match(text, end) is not None and not AND_SHOWN.match(text, end)
