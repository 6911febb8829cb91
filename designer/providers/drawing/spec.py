"""What is to be drawn: attributes of any shape read into known words, and the dice of one seed."""

from __future__ import annotations

import math
import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from designer.providers.drawing.palette import Palette, named_colours, palette_for
from designer.providers.drawing.photo import colours_of

GARMENTS: Final = (
    "dress", "skirt", "shirt", "blouse", "t_shirt", "top", "trousers", "jeans", "shorts", "coat", "jacket", "blazer",
    "sweater", "cardigan", "jumpsuit", "vest", "hat", "shoes",
)  # fmt: skip
# other words that name a garment when the attribute is unknown
ALSO: Final = {
    "gown": "dress", "sundress": "dress", "kaftan": "dress", "tee": "t_shirt", "tshirt": "t_shirt", "camisole": "top",
    "tank": "top", "pants": "trousers", "chinos": "trousers", "culottes": "trousers", "leggings": "trousers",
    "denims": "jeans", "trench": "coat", "overcoat": "coat", "parka": "coat", "cape": "coat", "bomber": "jacket",
    "hoodie": "sweater", "jumper": "sweater", "pullover": "sweater", "sweatshirt": "sweater", "suit": "blazer",
    "tunic": "blouse", "romper": "jumpsuit", "overalls": "jumpsuit", "waistcoat": "vest", "gilet": "vest",
    "beanie": "hat", "beret": "hat", "fedora": "hat", "cap": "hat", "boots": "shoes", "sneakers": "shoes",
    "heels": "shoes", "loafers": "shoes", "sandals": "shoes", "pumps": "shoes", "polo": "shirt",
}  # fmt: skip
# what a silhouette alone tells of the garment
BY_SILHOUETTE: Final = {
    "wide_leg": "trousers", "tapered": "trousers", "skinny": "jeans", "bootcut": "jeans", "pencil": "skirt",
    "pleated": "skirt", "tiered": "skirt", "mermaid": "dress", "empire": "dress", "a_line": "dress", "wrap": "dress",
    "flared": "dress", "cocoon": "coat", "boxy": "jacket", "oversized": "sweater", "peplum": "blouse",
}  # fmt: skip
# what is drawn unasked on some seeds, and the words that refuse it
REFUSABLE: Final = {
    "button": "buttons", "buttons": "buttons", "pocket": "pockets", "pockets": "pockets", "zip": "zip", "zips": "zip",
    "zipper": "zip", "zippers": "zip", "belt": "belt", "belts": "belt", "sash": "belt", "sashes": "belt",
    "buckle": "belt", "buckles": "belt", "slit": "slit", "slits": "slit", "bow": "bow", "bows": "bow",
    "epaulette": "epaulettes", "epaulettes": "epaulettes",
}  # fmt: skip
WORD: Final = re.compile(r"[a-z]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """Every word is "" when unknown; garment "" means that nothing told what to draw."""

    garment: str
    silhouette: str
    fit: str
    length: str
    neckline: str
    sleeves: str
    fabric: str
    weight: str
    texture: str
    finish: str
    pattern: str
    construction: frozenset[str]
    refused: frozenset[str]
    place: str
    pose: str
    light: str
    mood: str
    season: str
    words: frozenset[str]
    palette: Palette
    seed: int

    def dice(self, purpose: str) -> random.Random:
        """Dice of their own for each purpose, so that a longer hem does not change the pockets."""
        return random.Random(f"{self.seed}/{purpose}")  # noqa: S311  (a drawing, not a secret)

    def has(self, *details: str) -> bool:
        return not self.construction.isdisjoint(details)

    def says(self, *words: str) -> bool:
        """Whether the prompt has one of these words."""
        return not self.words.isdisjoint(words)


def _word(value: object) -> str:
    """A vocabulary word out of whatever was given: text, or the first text of a list; "" for anything else."""
    if isinstance(value, (list, tuple)):
        value = next((each for each in value if isinstance(each, str) and each.strip()), None)
    return value.strip().lower().replace(" ", "_").replace("-", "_")[:40] if isinstance(value, str) else ""


def _words(value: object) -> frozenset[str]:
    if isinstance(value, (list, tuple, set, frozenset)):
        return frozenset(filter(None, map(_word, value)))
    return frozenset(filter(None, [_word(value)]))


def _garment(attributes: Mapping[str, object], words: frozenset[str], silhouette: str) -> str:
    named = _word(attributes.get("garment"))
    if named in GARMENTS:
        return named
    for word in [*named.split("_"), *sorted(words)]:
        found = ALSO.get(word) or next((g for g in GARMENTS if word in (g, f"{g}s", f"{g}es")), "")
        if found:
            return found
    return BY_SILHOUETTE.get(silhouette, "")


def _unnamed_seed(prompt: str, seed: int) -> str:
    """Colours that nobody named follow the words, so that two briefs do not come out in the same cloth."""
    return f"{seed}/{prompt}"


def read(
    attributes: Mapping[str, object],
    *,
    seed: int,
    prompt: str = "",
    avoided: str = "",
    references: Sequence[bytes] = (),
) -> Spec:
    """The spec of one drawing. Never fails: what cannot be read is unknown. avoided: the negative prompt; references:
    photos, encoded, which lend their colours when nothing names any."""
    get = attributes.get
    colours = get("colours") if named_colours(get("colours")) else colours_of(references)
    photography = get("photography")
    photo = photography if isinstance(photography, Mapping) else {}
    words = frozenset(WORD.findall(prompt.lower()[:20_000]))
    silhouette, place = _word(get("silhouette")), _word(photo.get("background"))
    mood, season = _word(get("mood")), _word(get("season"))
    dice = random.Random(_unnamed_seed(prompt, seed))  # noqa: S311  (a drawing, not a secret)
    return Spec(
        garment=_garment(attributes, words, silhouette), silhouette=silhouette, fit=_word(get("fit")),
        length=_word(get("length")), neckline=_word(get("neckline")), sleeves=_word(get("sleeves")),
        fabric=_word(get("fabric")), weight=_word(get("fabric_weight")), texture=_word(get("texture")),
        finish=_word(get("finish")), pattern=_word(get("pattern")), construction=_words(get("construction")),
        refused=frozenset(REFUSABLE[word] for word in WORD.findall(avoided.lower()) if word in REFUSABLE),
        place=place, pose=_word(photo.get("pose")), light=_word(photo.get("light")), mood=mood, season=season,
        words=words, seed=seed,
        palette=palette_for(colours, place=place, mood=mood, season=season, dice=dice),
    )  # fmt: skip


def wave(share: float) -> float:
    """0..1..0 over 0..1, smooth at both ends."""
    return 0.5 - 0.5 * math.cos(2 * math.pi * share)
