"""What the items of a plan will cost and how long they take, before anything is written or spent.

Items that the router cannot tell apart are priced once: 10,000 items are some dozen questions to the catalogue.
"""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from designer.assets.models import Asset
from designer.catalogue.models import ModelKind, ModelProfile
from designer.catalogue.ready import ready_models
from designer.catalogue.services import token_prices
from designer.generations import estimates, reading
from designer.generations.choosing import Plan
from designer.generations.wishes import GenerationWish
from designer.ledger.models import EntryKind, LedgerEntry
from designer.personas.learning import posteriors_of
from designer.pipeline.words import rules_out
from designer.providers.registry import image_provider
from enhancement.pace import pace_of
from enhancement.prices import PriceList
from enhancement.recipes import checked, plan_of
from teams.membership.models import Team

RECENT: Final = 200  # charges that say what a model priced by tokens really costs
ENOUGH: Final = 20
SLOWER: Final = 1.3  # the upper bound of time: retries, and images that take longer than their mean
OVERHEAD_S: Final = 0.3  # a piece of work costs the studio itself
PROMPT_TOKENS, PHOTO_TOKENS = 600, 1500  # the most that a composed prompt and a photo come to
OWN_SIZE: Final = Decimal("1.6")  # 1024 x 1536 for 1024 x 1024, and what a vendor rounds
SQUARE, MILLION = 1024 * 1024, 1_000_000
Range = tuple[Decimal, Decimal]  # USD for an image, from and to


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """One item: USD from `low` to `high` (the most that may be spent on it), and who is expected to make it."""

    provider: str
    model: str
    title: str
    images: int
    low: Decimal
    high: Decimal
    seconds: float
    simulated: bool
    warnings: tuple[str, ...] = ()


class Prices:
    """Prices the wishes of one team; remembers what it has asked."""

    def __init__(self, team: Team) -> None:
        self.team = team
        self._by_garment = len(ready_models()) > 1 and any(key.startswith("model:") for key in posteriors_of(team))
        self._reads = _asks_a_model()
        self._known: dict[tuple[Any, ...], Price] = {}
        self._tokens: dict[tuple[str, str], dict[str, Decimal]] = {}
        self._ranges: dict[tuple[str, str], Range | None] = {}

    def of(self, wish: GenerationWish) -> Price:
        """Raises Refused, naming the field, when no model can carry out the wish."""
        garment = estimates.understand(wish, []).value("garment") if self._by_garment and wish.brief else None
        key = self._key(wish, garment)
        if key not in self._known:
            self._known[key] = self._price(wish, garment)
        return self._known[key]

    def _key(self, wish: GenerationWish, garment: str | None) -> tuple[Any, ...]:
        """All that the price depends on."""
        words = (len(wish.brief) // 100, wish.exact) if self._reads else ()
        return (
            garment, wish.aspect_ratio, wish.strategy, json.dumps(wish.weights, sort_keys=True), wish.min_quality,
            wish.quality, wish.provider, wish.model, wish.images, wish.n, wish.seed is None, wish.max_cost,
            len(wish.references), rules_out(wish.brief), *words,
        )  # fmt: skip

    def _price(self, wish: GenerationWish, garment: str | None) -> Price:
        plan = estimates.whole_plan(wish, team=self.team, garment=garment, photos=len(wish.references))
        assert plan.unit_price is not None and plan.total is not None  # noqa: S101  (a plan without a price is refused)
        low = high = plan.unit_price
        seen = self._range(plan, len(wish.references))
        if seen is not None:
            low, high = min(low, seen[0]), max(high, seen[1])
        return Price(
            provider=plan.route.provider,
            model=plan.route.model,
            title=plan.title,
            images=plan.n,
            low=low * plan.n,
            high=high * plan.n + plan.reading,
            seconds=plan.seconds,
            simulated=plan.simulated,
            warnings=plan.route.warnings,
        )

    def _range(self, plan: Plan, photos: int) -> Range | None:
        """What an image of a model priced by tokens may cost; None for a fixed price."""
        key = plan.route.provider, plan.route.model
        if key not in self._tokens:
            profile = ModelProfile.objects.filter(kind=ModelKind.IMAGE, provider=key[0], model=key[1]).first()
            self._tokens[key] = token_prices(profile) if profile else {}
            self._ranges[key] = self._measured(*key) if self._tokens[key] else None
        if not self._tokens[key]:
            return None
        return self._ranges[key] or _expected(plan, photos, self._tokens[key])

    def _measured(self, provider: str, model: str) -> Range | None:
        """What it has cost this team; None for too few charges."""
        rows = LedgerEntry.objects.filter(team=self.team, kind=EntryKind.GENERATION, provider=provider, model=model)
        amounts = sorted(rows.order_by("-created_at").values_list("unit_price", flat=True)[:RECENT])
        if len(amounts) < ENOUGH:
            return None
        return amounts[len(amounts) // 20], amounts[-1 - len(amounts) // 20]


def _expected(plan: Plan, photos: int, tokens: dict[str, Decimal]) -> Range:
    """Of a model that this team hardly knows: at least its pixels' share of the price, which is for a square of 1,024
    (nobody's tokens grow faster than the pixels), at most that of the largest picture that it may draw instead of the
    size asked for, and then the words and photos that are sent along."""
    assert plan.unit_price is not None  # noqa: S101  (a plan without a price is refused)
    exact = image_provider(plan.route.provider).capabilities(plan.route.model).exact_size
    sent = PROMPT_TOKENS * tokens.get("text_in", Decimal(0)) + photos * PHOTO_TOKENS * tokens.get(
        "image_in", Decimal(0)
    )
    share = min(Decimal(1), Decimal(plan.width * plan.height) / SQUARE)
    return plan.unit_price * share, plan.unit_price * (1 if exact else OWN_SIZE) + sent / MILLION


def _asks_a_model() -> bool:
    """Whether briefs are read by a language model that costs something."""
    try:
        reading.chosen_model()
    except reading.Local:
        return False
    return True


class EnhancementPrices:
    """Prices one recipe on the images of one team."""

    def __init__(self, team: Team, operations: list[dict[str, Any]]) -> None:
        self.wishes = checked(operations)
        self.prices, self.pace = PriceList(), pace_of(team.pk)
        self._known: dict[tuple[int, int, bool], Price] = {}

    def of(self, asset: Asset) -> Price:
        """Raises Refused naming the operation at fault."""
        key = (asset.width, asset.height, asset.simulated)
        if key not in self._known:
            self._known[key] = self._price(asset)
        return self._known[key]

    def _price(self, asset: Asset) -> Price:
        plan = plan_of(self.wishes, width=asset.width, height=asset.height, prices=self.prices)
        last = plan.steps[-1].price
        return Price(
            provider=last.provider,
            model=last.model,
            title=" + ".join(step.checked.operation.title for step in plan.steps),
            images=1,
            low=plan.cost,
            high=plan.cost,
            seconds=self.pace.total_seconds(plan.quote),
            simulated=asset.simulated,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From `low` to `high` seconds."""

    low: float
    high: float


def span_of(prices: Sequence[Price], *, parallelism: int) -> Span:
    """How long all of them take, `parallelism` at a time and within what their providers allow in a minute."""
    if not prices:
        return Span(low=0, high=0)
    work = sum(price.seconds for price in prices)
    longest = max(price.seconds for price in prices)
    own = max(work / parallelism, longest)
    overhead = OVERHEAD_S * len(prices) / parallelism
    low = max(own, _paced(prices))
    return Span(low=round(low, 1), high=round(max(own * SLOWER, _paced(prices)) + overhead, 1))


def _paced(prices: Iterable[Price]) -> float:
    """Seconds that the slowest of the providers' limits per minute makes it take."""
    calls = Counter[tuple[str, str]]()
    images = Counter[tuple[str, str]]()
    for price in prices:
        calls[price.provider, price.model] += price.images
        images[price.provider, price.model] += price.images
    slowest = 0.0
    for profile in ModelProfile.objects.filter(kind=ModelKind.IMAGE, provider__in={provider for provider, _ in calls}):
        key = (profile.provider, profile.model)
        for name, count in (("requests_per_minute", calls[key]), ("images_per_minute", images[key])):
            if limit := profile.limits.get(name):
                slowest = max(slowest, 60 * count / limit)
    return slowest


def wish_of(said: dict[str, Any], team_id: UUID) -> GenerationWish:
    """The wish of an item, as it stands in its row or comes from its cell."""
    facts = dict(said)
    facts["references"] = tuple(map(UUID, facts.get("references", ())))
    if facts.get("persona"):
        facts["persona"] = UUID(facts["persona"])
    if facts.get("max_cost") is not None:
        facts["max_cost"] = Decimal(facts["max_cost"])
    return replace(GenerationWish(team=team_id), **facts)
