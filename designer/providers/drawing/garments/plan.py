"""What the words leave open is settled here by the dice: the cut of one garment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from designer.providers.drawing.garments.bodice import BARE, OPENINGS
from designer.providers.drawing.garments.sleeves import CUTS, NONE
from designer.providers.drawing.spec import Spec

Choices = Mapping[str, tuple[str, ...]]
# what such a garment usually has, the likeliest more than once
USUAL: Final[dict[str, Choices]] = {
    "dress": {
        "silhouette": ("a_line", "flared", "fitted", "straight", "tiered", "wrap"),
        "neckline": ("v_neck", "scoop", "square", "crew", "boat", "sweetheart"),
        "sleeves": ("sleeveless", "strap", "short", "long", "puff", "three_quarter"),
    },
    "skirt": {"silhouette": ("a_line", "pencil", "flared", "pleated", "straight", "wrap")},
    "shirt": {"neckline": ("shirt_collar",), "sleeves": ("long", "long", "long", "short")},
    "blouse": {
        "neckline": ("v_neck", "peter_pan", "shirt_collar", "crew", "cowl"),
        "sleeves": ("bishop", "long", "puff", "bell", "three_quarter"),
    },
    "t_shirt": {"neckline": ("crew", "crew", "v_neck", "scoop"), "sleeves": ("short",)},
    "top": {
        "neckline": ("scoop", "square", "v_neck", "halter", "boat", "cowl"),
        "sleeves": ("sleeveless", "strap", "cap", "short"),
    },
    "trousers": {"silhouette": ("straight", "tapered", "wide_leg", "bootcut")},
    "jeans": {"silhouette": ("straight", "skinny", "bootcut", "wide_leg", "tapered")},
    "shorts": {"silhouette": ("straight", "flared", "straight")},
    "coat": {"silhouette": ("straight", "a_line", "cocoon", "fitted"), "neckline": ("lapel",), "sleeves": ("long",)},
    "jacket": {"silhouette": ("straight", "boxy", "fitted"), "neckline": ("shirt_collar", "lapel", "crew"),
               "sleeves": ("long",)},
    "blazer": {"silhouette": ("fitted", "straight"), "neckline": ("lapel",), "sleeves": ("long",)},
    "sweater": {"neckline": ("crew", "crew", "turtleneck", "v_neck", "boat"), "sleeves": ("long", "long", "raglan")},
    "cardigan": {"neckline": ("v_neck", "v_neck", "crew"), "sleeves": ("long",)},
    "jumpsuit": {
        "silhouette": ("wide_leg", "straight", "tapered"),
        "neckline": ("v_neck", "shirt_collar", "square", "lapel", "halter"),
        "sleeves": ("sleeveless", "short", "long", "strap"),
    },
    "vest": {"silhouette": ("fitted",), "neckline": ("v_neck",), "sleeves": ("sleeveless",)},
}  # fmt: skip
# words of the brief that name a cut more closely than the attributes do
SAID: Final = (
    ("hoodie", "neckline", "hooded"), ("polo", "neckline", "shirt_collar"), ("parka", "neckline", "hooded"),
    ("camisole", "sleeves", "strap"), ("tank", "sleeves", "sleeveless"), ("culottes", "silhouette", "wide_leg"),
    ("leggings", "silhouette", "skinny"), ("bomber", "neckline", "crew"), ("biker", "neckline", "lapel"),
    ("moto", "neckline", "lapel"), ("sundress", "sleeves", "strap"),
)  # fmt: skip
KNOWN: Final = {
    "silhouette": frozenset(
        {
            "a_line",
            "straight",
            "fitted",
            "oversized",
            "boxy",
            "flared",
            "pencil",
            "wide_leg",
            "tapered",
            "wrap",
            "empire",
            "mermaid",
            "cocoon",
            "peplum",
            "pleated",
            "tiered",
            "skinny",
            "bootcut",
        }
    ),
    "neckline": frozenset(OPENINGS) | BARE,
    "sleeves": frozenset(CUTS) | NONE,
}
BARE_TOPS: Final = {"strapless": "off_shoulder", "halter": "crew"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Every word known; "" only where the garment has no such part."""

    silhouette: str
    neckline: str
    sleeves: str

    @property
    def sleeved(self) -> bool:
        return self.sleeves in CUTS


def plan_of(spec: Spec) -> Plan:
    """The words given, else what the brief says, else the dice."""
    neckline, sleeves = _chosen(spec, "neckline"), _chosen(spec, "sleeves")
    if not spec.sleeves and neckline in ("strapless", "sweetheart", "halter"):
        sleeves = "sleeveless"
    if not spec.sleeves and neckline == "off_shoulder" and sleeves not in CUTS:
        sleeves = "short"
    if not spec.neckline and sleeves == "strap" and neckline not in ("v_neck", "square", "scoop", "cowl"):
        neckline = "sweetheart" if spec.dice("strap").random() < 0.5 else "scoop"
    if sleeves in CUTS and neckline in BARE_TOPS:  # a sleeve needs something to hang from
        neckline = BARE_TOPS[neckline]
    return Plan(silhouette=_chosen(spec, "silhouette"), neckline=neckline, sleeves=sleeves)


def _chosen(spec: Spec, part: str) -> str:
    given: str = getattr(spec, part)
    if given in KNOWN[part]:
        return given
    said = next((value for word, of, value in SAID if of == part and spec.says(word)), "")
    choices = USUAL.get(spec.garment, {}).get(part)
    return said or (spec.dice(part).choice(choices) if choices else "")
