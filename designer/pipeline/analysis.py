"""Stage 1: brief and photos as one record of attributes. Words win over photos; what neither says is unknown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from designer.pipeline import photo, taxonomy, words
from designer.pipeline.records import ATTRIBUTES, UNKNOWN, Attribute, Brief, Understanding

Photo = Image.Image | NDArray[np.uint8]
NOTHING: Final[Mapping[str, Attribute]] = {}
CLOTH: Final = ("fabric", "fabric_weight", "texture", "finish")  # of one cloth: another has its own


def analyse(
    brief: str,
    photos: Sequence[Photo] = (),
    known: Mapping[str, Attribute] = NOTHING,
    ordered: Mapping[str, Attribute] = NOTHING,
) -> Understanding:
    """The record of one brief. `photos`: decoded, upright; PIL images, or uint8 RGB arrays (height, width, 3).

    Several photos: the surest reading of each attribute stands. A value that the brief refuses is unknown, not read.
    `known`: what is on record of the pictures already, which no reading of them changes; `ordered`: what they were to
    show, which stands only where nothing is read.
    """
    read = words.parse(brief)
    said = words.attributes_of(read)
    garment = str(said["garment"].value) if "garment" in said else None
    return settled(read, {**ordered, **surest([photo.read(each, garment).attributes for each in photos]), **known})


def settled(read: Brief, seen: Mapping[str, Attribute]) -> Understanding:
    """What the brief says and, where it is silent, what was seen; unknown is a value that it refuses, that its garment
    cannot have, that was seen of another cloth than it names, or of another garment and would be odd of this one: a
    shirt as long as the coat."""
    said, shown = words.attributes_of(read), seen.get("garment", UNKNOWN)
    if "fabric" in said and seen.get("fabric", UNKNOWN).value not in (None, said["fabric"].value):
        seen = {name: found for name, found in seen.items() if name not in CLOTH}
    garment = said.get("garment", shown).value
    suits = taxonomy.suits if shown.value in (None, garment) else taxonomy.is_usual
    fits = {name: found for name, found in seen.items() if _fits(name, found, garment, suits)}
    return Understanding(attributes={name: _settled(name, said, fits, read) for name in ATTRIBUTES})


def _fits(name: str, found: Attribute, garment: Any, suits: Callable[[str, str, str], bool]) -> bool:
    whole = isinstance(garment, str) and isinstance(found.value, str) and name != "garment"
    return not whole or suits(name, str(found.value), garment)


def surest(readings: Sequence[Mapping[str, Attribute]]) -> dict[str, Attribute]:
    """Of several readings, the most confident one of each attribute; the first of equals."""
    best: dict[str, Attribute] = {}
    for reading in readings:
        for name, found in reading.items():
            if found.is_known and found.confidence > best.get(name, UNKNOWN).confidence:
                best[name] = found
    return best


def _settled(name: str, said: Mapping[str, Attribute], seen: Mapping[str, Attribute], read: Brief) -> Attribute:
    if name in said:
        return said[name]
    found = seen.get(name, UNKNOWN)
    refused = {mention.value for mention in read.mentions if mention.negated and mention.attribute == name}
    if isinstance(found.value, dict):
        no = {(mention.attribute, mention.value) for mention in read.mentions if mention.negated}
        left = {key: value for key, value in found.value.items() if (key, value) not in no}
        return Attribute(value=left, confidence=found.confidence, source=found.source) if left else UNKNOWN
    if isinstance(found.value, list):
        kept = [item for item in found.value if _name(item) not in refused]
        return Attribute(value=kept, confidence=found.confidence, source=found.source) if kept else UNKNOWN
    return UNKNOWN if found.value in refused else found


def _name(item: Any) -> Any:
    return item.get("name") if isinstance(item, dict) else item
