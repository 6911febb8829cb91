"""Stage 3: how near a brief is to a taste, and what that taste adds where the brief leaves room.

The score is 0.6 x weighted keyword overlap + 0.4 x cosine of local embeddings. The embedding is ours and needs no
model: words and their letter trigrams hashed into DIMENSIONS buckets, so "tailored" and "tailoring" are near; it
knows no synonyms beyond what the taxonomy folds together.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from designer.pipeline import taxonomy
from designer.pipeline.codec import Record
from designer.pipeline.colours import COLOURS
from designer.pipeline.records import Adjustment, PersonaMatch, Understanding
from designer.pipeline.words import parse

DIMENSIONS: Final = 512
OVERLAP_SHARE: Final = 0.6
TRIGRAM_WEIGHT: Final = 0.35  # of a whole word's
FULL_STRENGTH, LEAST_STRENGTH = 0.9, 0.2  # of a persona under a brief that says nothing, and one that says all
MAX_ADJUSTMENTS: Final = 4
_SMALL: Final = "a an the and or of in on with for to by at from is are be it its this that my our no not"
STOP: Final = frozenset(_SMALL.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Taste(Record):
    """A persona as the pipeline sees it. `keywords`: word -> weight > 0; `attributes`: name -> preferred values, the
    dearest first; `palette`: colours as {"name", "hex"}."""

    name: str
    description: str = ""
    keywords: Mapping[str, float] = field(default_factory=dict)
    attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    palette: tuple[Mapping[str, str], ...] = ()
    id: str = ""


def embed(text: str) -> NDArray[np.float64]:
    """`text` as a vector of length 1 and shape (DIMENSIONS,); zeros if it has no words. Same on every machine."""
    vector = np.zeros(DIMENSIONS)
    for word in _content(text):
        _add(vector, word, 1.0)
        padded = f"<{word}>"
        for at in range(len(padded) - 2):
            _add(vector, padded[at : at + 3], TRIGRAM_WEIGHT)
    norm = float(np.linalg.norm(vector))
    return vector / norm if norm else vector


def _add(vector: NDArray[np.float64], feature: str, weight: float) -> None:
    digest = int.from_bytes(hashlib.blake2b(feature.encode(), digest_size=8).digest())
    vector[digest % DIMENSIONS] += weight if digest >> 63 else -weight


def _content(text: str) -> list[str]:
    return [token.word for token in taxonomy.tokens(text.replace("_", " ")) if token.word not in STOP]


def cosine(first: str, second: str) -> float:
    """Likeness of two texts in 0..1; opposite directions count as none."""
    return float(np.clip(embed(first) @ embed(second), 0.0, 1.0))


def match(brief: str, understanding: Understanding, taste: Taste) -> PersonaMatch:
    """How near brief and record are to `taste`, and what it adds to what they leave open."""
    read = parse(brief)
    known = understanding.known()
    words = _heard(read.text, known)
    overlap, near = _overlap(words, known, taste), cosine(" ".join(sorted(words)), _portrait(taste))
    strength = FULL_STRENGTH - (FULL_STRENGTH - LEAST_STRENGTH) * read.specificity
    return PersonaMatch(
        persona=taste.name,
        score=round(OVERLAP_SHARE * overlap + (1 - OVERLAP_SHARE) * near, 4),
        parts={"keywords": round(overlap, 4), "embedding": round(near, 4)},
        adjustments=tuple(_adjustments(understanding, taste, strength, read.excluded)),
        strength=round(strength, 3),
    )


def _heard(text: str, known: Mapping[str, object]) -> set[str]:
    return set(_content(text)) | {word for value in _flat(known.values()) for word in _content(value)}


def _flat(values: Iterable[object]) -> Iterable[str]:
    for value in values:
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            yield from _flat([value["name"]] if "name" in value else value.values())
        elif isinstance(value, list | tuple):
            yield from _flat(value)


def _overlap(words: set[str], known: Mapping[str, object], taste: Taste) -> float:
    """Share of the taste that the brief touches, by weight: each keyword, and each attribute it has a view on."""
    got = total = 0.0
    for keyword, weight in taste.keywords.items():
        parts = _content(keyword)
        total += weight
        got += weight * (sum(part in words for part in parts) / len(parts) if parts else 0.0)
    for name, liked in taste.attributes.items():
        value = known.get(name)
        if isinstance(value, str) and liked:
            total += 1.0
            got += value in liked
    # a brief of few words cannot touch all keywords: a third of them is as near as a brief gets
    return min(1.0, 3 * got / total) if total else 0.0


def _portrait(taste: Taste) -> str:
    colours = " ".join(colour.get("name", "") for colour in taste.palette)
    return " ".join([taste.description, *taste.keywords, *_flat(taste.attributes.values()), colours])


def _adjustments(
    understanding: Understanding, taste: Taste, strength: float, excluded: tuple[str, ...]
) -> Iterable[Adjustment]:
    """The taste's first value for each attribute left open; fewer of them under a brief that is specific."""
    room = max(1, round(MAX_ADJUSTMENTS * strength))
    garment = understanding.value("garment")
    for name, liked in taste.attributes.items():
        value = next((value for value in liked if taxonomy.is_usual(name, value, garment)), None)
        if room and value and _is_open(understanding, name) and not _refused(name, value, excluded):
            room -= 1
            reason = f"{taste.name} prefers it, and the brief leaves the {name.replace('_', ' ')} open"
            yield Adjustment(attribute=name, value=value, reason=reason)
    if room and taste.palette and _is_open(understanding, "colours"):
        name = taste.palette[0].get("name", "")
        if name and name not in excluded:
            yield Adjustment(attribute="colours", value=name, reason=f"it is {taste.name}'s first colour")


def _is_open(understanding: Understanding, name: str) -> bool:
    found = understanding[name] if name in understanding.attributes else None
    return found is not None and not found.is_known and found.source != "correction"


def _refused(name: str, value: str, excluded: tuple[str, ...]) -> bool:
    """Whether the brief said no to this value, or to any value of its kind ("no print")."""
    refused = {mention.value for phrase in excluded for mention in parse(phrase).mentions if mention.attribute == name}
    return value in refused


def _starter(
    name: str, description: str, keywords: Mapping[str, float], palette: Iterable[str], **attributes: str
) -> Taste:
    return Taste(
        name=name,
        description=description,
        keywords=keywords,
        attributes={key: tuple(values.split()) for key, values in attributes.items()},
        palette=tuple({"name": colour, "hex": COLOURS[colour]} for colour in palette),
    )


STARTER_PERSONAS: Final[tuple[Taste, ...]] = (
    _starter(
        "Minimal tailoring",
        "Quiet, exact clothes: clean lines, long proportions, one material and nothing to take away.",
        {"minimal": 1.0, "tailored": 1.0, "clean lines": 0.8, "precise": 0.6, "monochrome": 0.6, "understated": 0.6},
        ("ivory", "charcoal", "camel", "black"),
        silhouette="straight boxy wide_leg", fabric="wool crepe cotton", fit="regular slim", finish="matte",
        pattern="solid herringbone", aesthetic="minimalist tailored", mood="calm confident",
    ),
    _starter(
        "Romantic eveningwear",
        "Gowns for candlelight: fluid silk, soft volume, a bare shoulder, colour like wine and petals.",
        {"romantic": 1.0, "evening": 1.0, "draped": 0.7, "flowing": 0.7, "delicate": 0.6, "lace": 0.5},
        ("burgundy", "blush", "champagne", "midnight blue"),
        silhouette="a_line mermaid empire", fabric="silk chiffon satin tulle", length="floor maxi",
        neckline="off_shoulder sweetheart cowl", finish="sheen", aesthetic="romantic glamorous", mood="dreamy elegant",
    ),
    _starter(
        "Streetwear",
        "Made for movement and for being seen: big shapes, heavy jersey, graphic colour, practical detail.",
        {"streetwear": 1.0, "oversized": 0.9, "urban": 0.7, "graphic": 0.6, "utility": 0.6, "layered": 0.5},
        ("black", "heather grey", "cobalt", "neon green"),
        silhouette="oversized boxy wide_leg", fit="oversized relaxed", fabric="jersey denim cotton",
        fabric_weight="heavy", neckline="hooded crew", aesthetic="streetwear utilitarian", mood="confident playful",
    ),
    _starter(
        "Heritage outerwear",
        "Coats that outlive their owners: tweed, melton and waxed cloth, honest checks, horn buttons.",
        {"heritage": 1.0, "tweed": 0.9, "country": 0.6, "classic": 0.8, "double breasted": 0.6, "craft": 0.5},
        ("hunter green", "chestnut", "oatmeal", "navy"),
        fabric="tweed wool corduroy", pattern="herringbone plaid houndstooth check", fabric_weight="heavy",
        silhouette="straight boxy", neckline="lapel", aesthetic="classic", season="autumn winter",
    ),
    _starter(
        "Coastal linen",
        "Salt air and open windows: washed linen, easy shapes, white, sand and faded blue.",
        {"linen": 1.0, "coastal": 1.0, "breezy": 0.8, "relaxed": 0.7, "natural": 0.6, "summer": 0.6},
        ("white", "sand", "chambray", "sage"),
        fabric="linen cotton", fit="relaxed", fabric_weight="light", silhouette="straight a_line wide_leg",
        texture="plain_weave", pattern="solid stripe", aesthetic="coastal", season="summer", mood="fresh calm",
    ),
    _starter(
        "Avant-garde",
        "Clothes as sculpture: cocoons, cuts in odd places, paper-stiff cloth, black and one shock of colour.",
        {"avant garde": 1.0, "sculptural": 1.0, "asymmetric": 0.9, "deconstructed": 0.8, "experimental": 0.7},
        ("black", "chalk", "vermilion", "silver"),
        silhouette="cocoon oversized peplum", fabric="organza leather wool", finish="matte glossy",
        pattern="solid abstract geometric", aesthetic="avant_garde futuristic", mood="dramatic",
    ),
)  # fmt: skip
