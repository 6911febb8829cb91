"""What the items of a plan will cost and how long they take, before anything is written or spent.

Items that the router cannot tell apart are priced once: 10,000 items are some dozen questions to the catalogue.
"""

import json
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from designer.assets.models import Asset
from designer.catalogue.limits import wish_for
from designer.catalogue.models import ModelKind, ModelProfile
from designer.catalogue.ready import ready_models
from designer.generations import estimates, readers
from designer.generations.choosing import UNHEALTHY
from designer.generations.costs import Ranges, Size
from designer.generations.wishes import GenerationWish
from designer.jobs.allowances import Limits, Wish, standing
from designer.personas.learning import posteriors_of
from designer.pipeline.words import rules_out
from enhancement.pace import pace_of
from enhancement.prices import PriceList
from enhancement.recipes import checked, plan_of
from enhancement.remote import offers
from teams.base.errors import Refused
from teams.membership.models import Team

SLOWER: Final = 1.3  # the upper bound of time: retries, and images that take longer than their mean
LARGE, STEP = 2048, 64  # pixels: a larger photo counts no more, and in such steps a smaller one hardly less
OVERHEAD_S: Final = 0.3  # a piece of work costs the studio itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """One item: USD that it usually costs, from `low` to `high`, the `most` that is set aside for it, and who is
    expected to make it."""

    provider: str
    model: str
    title: str
    images: int
    low: Decimal
    high: Decimal
    most: Decimal
    seconds: float
    simulated: bool
    warnings: tuple[str, ...] = ()
    bought: tuple[tuple[str, str, float], ...] = ()  # provider, model and seconds of each step that a service does

    @property
    def calls(self) -> tuple[tuple[str, str, float], ...]:
        """What it asks of whom, and for how many seconds."""
        return self.bought or ((self.provider, self.model, self.seconds),)


class Prices:
    """Prices the wishes of one team; remembers what it has asked."""

    def __init__(self, team: Team, photos: Mapping[str, Size]) -> None:
        """`photos`: how large each is that a wish may name, by its id."""
        self.team, self._sizes = team, photos
        self._by_garment = len(ready_models()) > 1 and any(key.startswith("model:") for key in posteriors_of(team))
        self._reads = _asks_a_model()
        self._known: dict[tuple[Any, ...], Price] = {}
        self._ranges = Ranges(team)

    def of(self, wish: GenerationWish) -> Price:
        """Raises Refused, naming the field, when no model can carry out the wish."""
        garment = estimates.understand(wish, []).value("garment") if self._by_garment and wish.brief else None
        key = self._key(wish, garment)
        if key not in self._known:
            self._known[key] = self._price(wish, garment)
        return self._known[key]

    def _key(self, wish: GenerationWish, garment: str | None) -> tuple[Any, ...]:
        """All that the price depends on."""
        words = wish.letters // 100, self._reads and wish.is_worded
        return (
            garment, wish.aspect_ratio, wish.strategy, json.dumps(wish.weights, sort_keys=True), wish.min_quality,
            wish.quality, wish.provider, wish.model, wish.images, wish.n, wish.seed is None, wish.max_cost,
            tuple(map(_alike, self._photos(wish))), rules_out(wish.brief), *words,
        )  # fmt: skip

    def _photos(self, wish: GenerationWish) -> list[Size | None]:
        return [self._sizes.get(str(pk)) for pk in wish.references]

    def _price(self, wish: GenerationWish, garment: str | None) -> Price:
        ways: dict[str, Any] = {"garment": garment, "photos": self._photos(wish), "ranges": self._ranges}
        waits = ""
        try:
            plan = estimates.whole_plan(wish, team=self.team, **ways)
        except Refused as refused:
            if refused.code != UNHEALTHY:
                raise
            waits = f"{refused.message} Its items wait for that."
            plan = estimates.whole_plan(wish, team=self.team, rested=True, **ways)
        return Price(
            provider=plan.route.provider,
            model=plan.route.model,
            title=plan.title,
            images=plan.n,
            low=plan.costs.low * plan.n,
            high=plan.costs.high * plan.n + plan.reading,
            most=plan.most,
            seconds=plan.seconds,
            simulated=plan.simulated,
            warnings=(*plan.route.warnings, waits) if waits else plan.route.warnings,
        )


def _alike(photo: Size | None) -> tuple[int, ...]:
    """The same for photos that every vendor counts about alike, and that come to the same at most."""
    if photo is None:
        return ()
    shown = min(1.0, LARGE / max(photo))
    return (*(math.ceil(side * shown / STEP) for side in photo), math.ceil(max(photo) / min(photo)))


def _asks_a_model() -> bool:
    """Whether briefs are read by a language model that costs something."""
    try:
        readers.chosen_model()
    except readers.Local:
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
            high=plan.high,
            most=plan.most,
            seconds=self.pace.total_seconds(plan.quote),
            simulated=asset.simulated,
            bought=tuple(
                (step["provider"], step["model"], float(step["seconds"])) for step in plan.quote if offers.sells(step)
            ),
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
    paced = _paced(prices)
    return Span(low=round(max(own, paced), 1), high=round(max(own * SLOWER, paced) + overhead, 1))


@dataclass(slots=True)
class _Asked:
    """What is asked of a model or an account together."""

    wish: Wish
    images: int = 0
    seconds: float = 0.0


def _paced(prices: Iterable[Price]) -> float:
    """Seconds that the slowest of the providers' limits makes it take, with what waits for them already."""
    images, seconds = Counter[tuple[str, str]](), defaultdict[tuple[str, str], float](float)
    for price in prices:
        for provider, model, each in price.calls:
            images[provider, model] += price.images
            seconds[provider, model] += each
    asked: dict[str, _Asked] = {}
    paid = ModelProfile.objects.exclude(kind=ModelKind.LANGUAGE).filter(provider__in={name for name, _ in images})
    for profile in paid:
        key = (profile.provider, profile.model)
        if images[key]:
            wish = wish_for(profile, holder="")
            together = asked.setdefault(wish.keys[0], _Asked(wish))
            together.images += images[key]
            together.seconds += seconds[key]
    return max(map(_paced_by, asked.values()), default=0.0)


def _paced_by(asked: _Asked) -> float:
    """Within the limits that were written down and those that the vendor told, in line behind the calls that run or
    wait now."""
    stand = standing(asked.wish)
    ahead = stand.running + stand.waiting if stand else 0
    told = [limits for limits in (asked.wish.limits, stand.learned if stand else Limits()) if limits.known]
    a_minute = [most for limits in told for most in (limits.requests_per_minute, limits.images_per_minute) if most]
    at_once = [limits.concurrent for limits in told if limits.concurrent]
    images, each = asked.images + ahead, asked.seconds / asked.images
    return max([*(60 * images / most for most in a_minute), *(each * images / most for most in at_once)], default=0.0)


def wish_of(said: dict[str, Any], team_id: UUID) -> GenerationWish:
    """The wish of an item, as it stands in its row or comes from its cell."""
    facts = dict(said)
    facts["references"] = tuple(map(UUID, facts.get("references", ())))
    if facts.get("persona"):
        facts["persona"] = UUID(facts["persona"])
    if facts.get("max_cost") is not None:
        facts["max_cost"] = Decimal(facts["max_cost"])
    return replace(GenerationWish(team=team_id), **facts)
