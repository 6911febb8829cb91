"""What kind of garment a photo shows: a linear classifier on `features`, its confidence calibrated, silent when unsure.

The weights were fitted by `training.train_kinds` to CC0 photos; docs/model-card.md says to which, and how good.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from designer.pipeline import features
from designer.pipeline.records import Attribute
from designer.pipeline.segmentation import Segment

WEIGHTS: Final = Path(__file__).parent / "weights" / "kinds.npz"
NOTHING: Final = "none"  # no garment, or none of these kinds
# What each kind fixes in the vocabulary. Outerwear may be a coat or a jacket, and a long sleeve a top or a sweater:
# the kind alone does not tell, so the garment stays unknown there. Long sleeves and t-shirts are two kinds by their
# sleeves; a shirt's collar is no kind's mark, so it is not said.
MEANS: Final[Mapping[str, Mapping[str, str]]] = {
    "dress": {"garment": "dress"},
    "hat": {"garment": "hat"},
    "longsleeve": {"sleeves": "long"},
    "outwear": {},
    "pants": {"garment": "trousers"},
    "shirt": {"garment": "shirt"},
    "shoes": {"garment": "shoes"},
    "shorts": {"garment": "shorts"},
    "skirt": {"garment": "skirt"},
    "t-shirt": {"garment": "t_shirt", "sleeves": "short"},
}


@dataclass(frozen=True, slots=True)
class Classifier:
    """Linear scores of features. `names` (k,), `matrix` (d, k), `bias` (k,); `warmth` divides the scores so that the
    greatest share is the share of right answers; under `least` of it nothing is named."""

    names: tuple[str, ...]
    matrix: NDArray[np.float32]
    bias: NDArray[np.float32]
    warmth: float
    least: float

    def shares(self, described: NDArray[np.float32]) -> NDArray[np.float64]:
        """Probabilities (n, k) of features (n, d)."""
        scores = (described @ self.matrix + self.bias).astype(np.float64) / self.warmth
        power = np.exp(scores - scores.max(axis=1, keepdims=True))
        shares: NDArray[np.float64] = power / power.sum(axis=1, keepdims=True)
        return shares


@dataclass(frozen=True, slots=True)
class Kind:
    """The likeliest kind and its calibrated probability; `is_named` when it is sure enough to be said."""

    name: str
    confidence: float
    is_named: bool


@cache
def classifier() -> Classifier:
    """The shipped weights, read once per process. Raises OSError when the file is gone."""
    with np.load(WEIGHTS, allow_pickle=False) as kept:
        return Classifier(
            names=tuple(map(str, kept["names"])),
            matrix=kept["matrix"].astype(np.float32),
            bias=kept["bias"].astype(np.float32),
            warmth=float(kept["warmth"]),
            least=float(kept["least"]),
        )


def views(image: Image.Image, found: Segment) -> NDArray[np.float32]:
    """Features (2, d) of a picture and of its mirror image: a garment is no other for being turned over."""
    turned = Segment(mask=found.mask[:, ::-1], confidence=found.confidence)
    mirrored = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    return np.stack([features.describe(image, found), features.describe(mirrored, turned)])


def kind_of(image: Image.Image, found: Segment) -> Kind:
    """The kind of garment in an upright RGB picture with its segment."""
    model = classifier()
    shares = model.shares(views(image, found)).mean(axis=0)
    best = int(shares.argmax())
    name, sure = model.names[best], float(shares[best])
    return Kind(name, round(sure, 3), is_named=name != NOTHING and sure >= model.least)


def attributes_of(kind: Kind) -> dict[str, Attribute]:
    """What the kind fixes, at its confidence; {} when it is not sure enough."""
    if not kind.is_named:
        return {}
    fixed = MEANS[kind.name]
    return {name: Attribute(value=value, confidence=kind.confidence, source="image") for name, value in fixed.items()}
