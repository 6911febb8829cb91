"""Stage 1 of a remix: the first image gives the shape of the garment, the others what dresses it.

What dresses it is what the surest of the others shows; where none of them shows it, the first does. The cloth is one
image's whole: silk of one with the texture of another would be a cloth that none has. A shape that the first does not
show stays unknown: that of another garment would be made up. The brief's own words win over all images.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from designer.pipeline import analysis, photo, seeing, words
from designer.pipeline.analysis import CLOTH
from designer.pipeline.asking import Question
from designer.pipeline.codec import Record
from designer.pipeline.records import Attribute, Source, Understanding

SHAPE: Final = ("garment", "silhouette", "fit", "length", "neckline", "sleeves", "construction")
FIRST: Final = "first_photo"
OTHER: Final = "other_photo"
TOLD: Final = (
    f"The photos are mixed into one garment. Its shape ({', '.join(SHAPE)}) is that of the first photo alone. For all "
    "else say what the other photos show, and only what they do not show as the first shows it. The cloth "
    f"({', '.join(CLOTH)}) is that of one photo. `from` tells which."
)
SENT: Final = (
    "unless said otherwise, the first picture gives the shape of the garment, the others its cloth, colours and pattern"
)
ORIGINS: Final[Mapping[str, Source]] = {"brief": "brief", FIRST: "image", OTHER: "image"}
SCHEMA: Final = seeing.schema(tuple(ORIGINS))


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """What is on record of one image beside what it shows: `known` and `ordered` as in `analysis.analyse`; `said`: what
    its team said of it, attribute -> value, None = it does not show that."""

    known: Mapping[str, Attribute] = field(default_factory=dict)
    ordered: Mapping[str, Attribute] = field(default_factory=dict)
    said: Mapping[str, Any] = field(default_factory=dict)

    def with_seen(self, seen: Mapping[str, Attribute]) -> Mapping[str, Attribute]:
        """Raises InvalidCorrection for something that cannot be said."""
        whole = Understanding(attributes={**self.ordered, **seen, **self.known})
        return whole.merged_with_corrections(self.said).attributes


@dataclass(frozen=True, slots=True, kw_only=True)
class Sights(Record):
    """What a model read, told apart: in the brief, in the first image, in the others together."""

    brief: Mapping[str, Attribute] = field(default_factory=dict)
    first: Mapping[str, Attribute] = field(default_factory=dict)
    others: Mapping[str, Attribute] = field(default_factory=dict)


def mixed(shown: Sequence[Mapping[str, Attribute]]) -> dict[str, Attribute]:
    """One record of what each of several images shows."""
    first = shown[0] if shown else {}
    dress = {name: found for name, found in _dress(shown[1:], first).items() if name not in SHAPE}
    return {name: found for name, found in first.items() if name not in CLOTH} | dress


def _dress(others: Sequence[Mapping[str, Attribute]], first: Mapping[str, Attribute]) -> dict[str, Attribute]:
    """The surest of each that any of them shows, with the cloth of one."""
    surest = {name: found for name, found in analysis.surest(others).items() if name not in CLOTH}
    return surest | _cloth(others, first)


def _cloth(others: Sequence[Mapping[str, Attribute]], first: Mapping[str, Attribute]) -> dict[str, Attribute]:
    """All that is known of the cloth of one image: of that other whose cloth is read most surely, else of the first."""
    cloths = [{name: shown[name] for name in CLOTH if name in shown and shown[name].is_known} for shown in others]
    own = {name: first[name] for name in CLOTH if name in first}
    return max(filter(None, cloths), key=lambda cloth: max(each.confidence for each in cloth.values()), default=own)


def analyse(brief: str, photos: Sequence[analysis.Photo], pictures: Sequence[Picture]) -> Understanding:
    """The record of a remix, read here. `photos` as in `analysis.analyse`, each with its picture."""
    read = words.parse(brief)
    said = words.attributes_of(read)
    garment = str(said["garment"].value) if "garment" in said else None
    pairs = zip(photos, pictures, strict=True)
    shown = [picture.with_seen(photo.read(each, garment).attributes) for each, picture in pairs]
    return analysis.settled(read, mixed(shown))


def question(brief: str, photos: tuple[bytes, ...] = ()) -> Question:
    """What a model is asked about a brief and the encoded photos of a remix."""
    asked = seeing.question(brief, photos)
    return Question(system=f"{asked.system} {TOLD}", data=asked.data, schema=SCHEMA, images=photos)


def read(data: Mapping[str, Any], *, brief: str, photos: int) -> Sights:
    """What the answer says. Raises Unfit for one of another shape."""
    found = seeing.read(data, brief=brief, photos=photos, origins=ORIGINS)

    def part(*origins: str) -> seeing.Reading:
        return {name: each for name, each in found.items() if data[name]["from"] in origins}

    return Sights(brief=part("brief"), first=part(FIRST), others=part(OTHER))


def understood(brief: str, seen: Sights, pictures: Sequence[Picture]) -> Understanding:
    """The record of a remix that a model read: what it says of a shape in the other images is not taken over."""
    shown = [pictures[0].with_seen(seen.first)] if pictures else []
    if pictures[1:]:
        shown.append(_together(pictures[1:]).with_seen(seen.others))
    return analysis.settled(words.parse(brief), {**mixed(shown), **seen.brief})


def _together(pictures: Sequence[Picture]) -> Picture:
    """Several as one, for a model reads them as one. Where their team said different things, the first counts."""
    said = [(name, value) for each in reversed(pictures) for name, value in each.said.items()]
    shown = {name: value for name, value in said if value}
    known = _dress([each.known for each in pictures], {})
    ordered = _dress([each.ordered for each in pictures], {})
    if any(name in known for name in CLOTH):
        ordered = {name: found for name, found in ordered.items() if name not in CLOTH}
    return Picture(known=known, ordered=ordered, said={**dict(said), **shown})
