"""Synthetic designers of known taste, for benchmarks of learning: what each likes is hidden from the policies.

The chance of a like is a logistic of a base, of what each value of the image is worth to this designer, and of what the
model is worth to them for this garment. Utilities are drawn once per designer (normal, in logits); briefs, ceilings and
the dice of each like are drawn once per round, so that every policy meets the same designer on the same days.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Final

import numpy as np

from designer.pipeline import taxonomy
from designer.pipeline.candidates import Candidate, Constraints
from designer.pipeline.optimisation import LEARNABLE
from designer.pipeline.records import Attribute, Understanding
from designer.providers.base import Capabilities

GARMENTS: Final = ("dress", "coat", "trousers")
REPERTOIRE: Final = 12  # values that a designer says again and again
HABIT: Final = 0.8  # share of what briefs say that comes from there
STATED: Final = 2  # values that a brief says besides the garment
VALUES: Final = 2  # values that a policy may add
SPREAD: Final = 0.9  # of a value's worth, in logits, times the weight of its attribute
MODEL_SPREAD: Final = 1.0  # of a model's worth for one garment
PICKINESS: Final = (-1.2, 0.4)  # bounds of the base, in logits: from one like in four to three in five
CEILINGS: Final = (None, Decimal("0.045"), Decimal("0.09"))
PRICES: Final = {"ash": "0.010", "birch": "0.030", "cedar": "0.040", "douglas": "0.060", "elm": "0.110"}
CAN: Final = Capabilities(
    seed=True, negative_prompt=True, max_references=8, max_images=8, ratios=("3:4",), max_pixels=4_000_000,
    idempotency="key",
)  # fmt: skip
Value = tuple[str, str]


def candidates() -> list[Candidate]:
    """Five models of one stated quality: only feedback can tell them apart."""
    return [
        Candidate(provider="bench", model=name, capabilities=CAN, unit_price=Decimal(price), quality=0.6)
        for name, price in PRICES.items()
    ]


@cache
def open_values(garment: str) -> tuple[Value, ...]:
    """Everything that may be said of a garment."""
    return tuple(
        (name, value)
        for name in LEARNABLE
        for value in taxonomy.values(name)
        if taxonomy.is_usual(name, value, garment)
    )


@dataclass(frozen=True, slots=True)
class Round:
    """One brief on one day, and the dice that decide whether what comes of it is liked."""

    garment: str
    stated: Mapping[str, str]
    ceiling: Decimal | None
    die: float

    @property
    def understanding(self) -> Understanding:
        said = {"garment": self.garment, **self.stated}
        return Understanding(
            attributes={name: Attribute(value=v, confidence=0.95, source="brief") for name, v in said.items()}
        )

    @property
    def wish(self) -> Constraints:
        return Constraints(
            width=768, height=1024, aspect_ratio="3:4", strategy="quality", max_cost=self.ceiling, needs_seed=True
        )

    def affordable(self) -> list[str]:
        return [name for name, price in PRICES.items() if self.ceiling is None or Decimal(price) <= self.ceiling]


@dataclass(frozen=True, slots=True)
class Designer:
    """A taste. `worth`: logits of each value; `models`: logits of each (model, garment)."""

    base: float
    worth: Mapping[Value, float]
    models: Mapping[tuple[str, str], float]

    def chance(self, day: Round, values: tuple[Value, ...], model: str) -> float:
        """That an image with the brief's values and these is liked."""
        said = sum(self.worth[pair] for pair in (*day.stated.items(), *values))
        return 1 / (1 + math.exp(-(self.base + said + self.models[model, day.garment])))

    def best_values(self, day: Round) -> tuple[Value, ...]:
        """The dearest value of each of the dearest open attributes."""
        free = [pair for pair in open_values(day.garment) if pair[0] not in day.stated and self.worth[pair] > 0]
        dearest = dict(sorted(free, key=lambda pair: self.worth[pair]))  # the last of an attribute stays
        ranked = sorted(dearest.items(), key=lambda pair: -self.worth[pair])
        return tuple(ranked[:VALUES])

    def best_model(self, day: Round) -> str:
        return max(day.affordable(), key=lambda name: self.models[name, day.garment])

    def fixed_models(self) -> list[str]:
        """The models in the order of their worth to this designer over all garments: the best fixed choice, in
        hindsight."""
        return sorted(PRICES, key=lambda name: -sum(self.models[name, garment] for garment in GARMENTS))


def designer(rng: np.random.Generator) -> Designer:
    weight = {name: float(rng.gamma(2.0, 0.5)) for name in LEARNABLE}  # some attributes matter more than others
    worth = {
        (name, value): SPREAD * weight[name] * float(rng.normal())
        for name in LEARNABLE
        for value in taxonomy.values(name)
    }
    models = {(name, garment): MODEL_SPREAD * float(rng.normal()) for name in PRICES for garment in GARMENTS}
    return Designer(base=float(rng.uniform(*PICKINESS)), worth=worth, models=models)


def _some(rng: np.random.Generator, pairs: tuple[Value, ...], number: int) -> tuple[Value, ...]:
    return tuple(pairs[int(place)] for place in rng.choice(len(pairs), number, replace=False))


def days(rng: np.random.Generator, number: int) -> Iterator[Round]:
    """Briefs that mostly say the same few things, liked or not: what else there is must be tried to be known."""
    usual = {garment: _some(rng, open_values(garment), REPERTOIRE) for garment in GARMENTS}
    for _ in range(number):
        garment = GARMENTS[int(rng.integers(len(GARMENTS)))]
        pools = [usual[garment] if rng.random() < HABIT else open_values(garment) for _ in range(STATED)]
        stated = dict(_some(rng, pool, 1)[0] for pool in pools)
        yield Round(garment, stated, CEILINGS[int(rng.integers(len(CEILINGS)))], float(rng.random()))
