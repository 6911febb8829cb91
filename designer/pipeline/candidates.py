"""Who may draw, what is wished, and why a model cannot serve: what it lacks, what it costs, what is said of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final

from designer.pipeline.records import Excluded
from designer.providers.base import Capabilities

ONLY_COLOUR: Final = "it changes the colour of what a photo shows, and nothing else"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A model that may be called today. `unit_price` USD per image of the wished size, None = unknown; `most` USD that
    its bill may come to, None = its price; `latency_s` seconds per image; `quality`, `success` in 0..1; `resting`: why
    its circuit is open, and until when; "" = it is not; `rest_s`: seconds until then; `busy`: calls that run or wait
    there, None = not asked, of those that it `takes` at once.
    """

    provider: str
    model: str
    capabilities: Capabilities
    unit_price: Decimal | None = None
    most: Decimal | None = None
    latency_s: float = 5.0
    quality: float = 0.5
    success: float = 1.0
    resting: str = ""
    rest_s: float = 0.0
    busy: float | None = None
    takes: float = 1.0

    @property
    def dearest(self) -> Decimal | None:
        """The most that an image may cost."""
        return self.unit_price if self.most is None else self.most

    @property
    def load(self) -> float:
        return (self.busy or 0.0) / self.takes


@dataclass(frozen=True, slots=True, kw_only=True)
class Constraints:
    """What is wished. `weights` replaces the strategy when strategy is "custom"; `max_cost` USD that all images may
    come to at most by the designer's own limit, `set_aside` by what was put by for them, `shown` USD that they may be
    expected to cost; `references`: photos to be sent along; `changes`: one of them is to be changed as the words say,
    `recolours`: in nothing but its colour;
    `needs_negative`: something is ruled out, which is told, but no reason to choose another model (the prompt says it
    in words)."""

    n: int = 1
    width: int = 1024
    height: int = 1024
    aspect_ratio: str = "1:1"
    strategy: str = "balanced"
    weights: Mapping[str, float] = field(default_factory=dict)
    max_cost: Decimal | None = None
    set_aside: Decimal | None = None
    shown: Decimal | None = None
    min_quality: float | None = None
    provider: str | None = None
    model: str | None = None
    among: frozenset[tuple[str, str]] = frozenset()  # providers and models of a family that was chosen by name
    family: str = ""  # that name, as it was chosen
    needs_seed: bool = False
    needs_negative: bool = False
    references: int = 0
    changes: bool = False
    recolours: bool = False

    @property
    def is_explicit(self) -> bool:
        return bool(self.among) or self.provider is not None or self.model is not None

    @property
    def is_of_one(self) -> bool:
        """Whether one model was chosen by name, by its own or by that of a family of one."""
        return self.model is not None or len(self.among) == 1

    @property
    def unlimited(self) -> Constraints:
        """The same without any limit of price or quality."""
        return replace(self, max_cost=None, set_aside=None, shown=None, min_quality=None)


def excluded(each: Candidate, code: str, reason: str) -> Excluded:
    return Excluded(provider=each.provider, model=each.model, code=code, reason=reason)


def objection(each: Candidate, wish: Constraints) -> Excluded | None:
    """Why this model cannot serve; None if it can. Its first reason is enough."""
    if each.resting:
        return excluded(each, "unhealthy", each.resting)
    if wish.width * wish.height > each.capabilities.max_pixels:
        return excluded(each, "too_large", f"it makes at most {each.capabilities.max_pixels:,} pixels")
    if (why := _over(each, wish)) is not None:
        return why
    lacks = [] if wish.model is not None else _lacks(each, wish)
    if lacks:
        return excluded(each, "incapable", lacks[0])
    if wish.model is None and wish.min_quality is not None and each.quality < wish.min_quality:
        return excluded(each, "low_quality", f"its quality {each.quality:.2f} is under {wish.min_quality:.2f}")
    return None


def overrun(each: Candidate, wish: Constraints) -> tuple[Decimal, Decimal | None] | None:
    """The limit that it breaks, and what it comes to by that: what it may cost is held to `max_cost` and what was
    `set_aside`, what it is expected to cost to what was `shown`. None of a price that is unknown; None at all where it
    keeps all three."""
    for limit, price in (
        (wish.max_cost, each.dearest),
        (wish.set_aside, each.dearest),
        (wish.shown, each.unit_price),
    ):
        total = None if price is None else price * wish.n
        if limit is not None and (total is None or total > limit):
            return limit, total
    return None


def _over(each: Candidate, wish: Constraints) -> Excluded | None:
    if (found := overrun(each, wish)) is None:
        return None
    limit, total = found
    if total is None:
        return excluded(each, "price_unknown", "its price is unknown, so the budget cannot be kept")
    over = f"over the limit of {usd(limit)}" if limit == wish.max_cost else f"over the {usd(limit)} counted on for it"
    return excluded(each, "too_dear", f"it costs {usd(total)} for {wish.n}, {over}")


def _lacks(each: Candidate, wish: Constraints) -> list[str]:
    """What the wish asks and this model does not know."""
    can = each.capabilities
    found = []
    if wish.aspect_ratio not in can.ratios:
        found.append(f"it does not make {wish.aspect_ratio} images")
    if wish.needs_seed and not can.seed:
        found.append("it takes no seed, so the image cannot be repeated")
    if (lack := _lacks_for_photos(can, wish)) is not None:
        found.append(lack)
    return found


def _lacks_for_photos(can: Capabilities, wish: Constraints) -> str | None:
    if wish.references < can.min_references:
        return "it begins from a photo, and none is sent along"
    if wish.references > can.max_references:
        return _few(can.max_references)
    if can.recolours and not (wish.changes and wish.recolours):
        return ONLY_COLOUR
    if can.by_name and not (wish.is_of_one or (wish.changes and can.edits)):
        return "what it takes from a photo is for who chooses it by name"
    if wish.changes and not (can.edits or can.recolours):
        return "it cannot be told what to change, and draws the photo anew as if these words described all of it"
    return None


def _few(most: int) -> str:
    if not most:
        return "it takes no reference photos; only what was read from them is used"
    photos = "one reference photo" if most == 1 else f"{most} reference photos"
    return f"it takes {photos}; of the others only what was read from them is used"


def warnings(each: Candidate, wish: Constraints) -> tuple[str, ...]:
    """What is said of the chosen model before anything is spent."""
    found = _lacks(each, wish)
    if wish.needs_negative and not each.capabilities.negative_prompt:
        found.append("it takes no negative prompt; what is not wanted is said in the prompt only")
    return tuple(f"{each.model}: {lack}." for lack in found)


def costs(each: Candidate, wish: Constraints) -> tuple[Decimal | None, Decimal | None]:
    """What the images are expected to cost, and the most that they may."""
    usual, most = ((None if price is None else price * wish.n) for price in (each.unit_price, each.dearest))
    return usual, most


def usd(amount: Decimal) -> str:
    return f"${amount.normalize():f}" if amount % Decimal("0.01") else f"${amount:.2f}"
