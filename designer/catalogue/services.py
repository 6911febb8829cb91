"""Which models may be called today, what they cost, what follows them; and the writers of prices and lifecycles."""

import math
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from designer.catalogue.amounts import exact, money
from designer.catalogue.models import WORK_UNITS, Lifecycle, ModelKind, ModelPrice, ModelProfile, PriceUnit
from teams.audit.services import write
from teams.base.errors import Refused

MICRO: Final = Decimal("0.000001")
TOKENS: Final = Decimal(1_000_000)  # token prices are per million
MEGAPIXEL: Final = Decimal(1_000_000)
WARNED: Final = timedelta(days=30)  # before its end a model is announced as ending
ALIASES: Final = {"dalle": "DALL-E", "gptimage": "GPT Image", "sd": "Stable Diffusion", "nanobanana": "Gemini"}
TOKEN: Final = re.compile(r"\d+(?:\.\d+)*|[^\W\d_]+")  # words and whole version numbers: 3.1 is neither 3 nor 1
READS: Final = {PriceUnit.TEXT_IN.value: "read", PriceUnit.TEXT_OUT.value: "written"}


def usable_models(*, today: date, kind: str = ModelKind.IMAGE) -> list[ModelProfile]:
    """Enabled models of `kind` that are neither retired nor past their end, in a stable order."""
    return list(
        ModelProfile.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=today), kind=kind, enabled=True)
        .exclude(lifecycle=Lifecycle.RETIRED)
        .prefetch_related("prices")
        .order_by("provider", "model")
    )


def unit_price(
    model: ModelProfile, *, width: int, height: int, quality: str = "standard", at: date | None = None
) -> Decimal | None:
    """USD for one image of width x height pixels, by the newest price valid on `at`. None means unknown, never free."""
    rows = _valid(model, PriceUnit.IMAGE, at)
    fit = [
        row for row in rows if row.quality == quality and (row.max_pixels is None or row.max_pixels >= width * height)
    ]
    # the newest; of the same day the tightest limit
    newest = max(fit, key=lambda row: (row.valid_from, -(row.max_pixels or math.inf)), default=None)
    return newest.amount if newest else None


def second_price(model: ModelProfile, *, at: date | None = None) -> Decimal | None:
    """USD for a second of the model's work; None where it is not sold by time."""
    return _newest(model, PriceUnit.SECOND, at)


def work_price(
    model: ModelProfile, *, width: int, height: int, seconds: float, at: date | None = None
) -> Decimal | None:
    """USD for work on one image whose result has width x height pixels: by the image, by its megapixels, by the
    seconds that it takes, or by the sum of those that are priced. None means unknown, never free."""
    by_image = unit_price(model, width=width, height=height, at=at)
    by_pixels, by_time = _newest(model, PriceUnit.MEGAPIXEL, at), second_price(model, at=at)
    parts = [
        by_image,
        None if by_pixels is None else by_pixels * width * height / MEGAPIXEL,
        None if by_time is None else by_time * Decimal(str(seconds)),
    ]
    known = [part for part in parts if part is not None]
    return sum(known, Decimal(0)).quantize(MICRO) if known else None


def _newest(model: ModelProfile, unit: str, at: date | None) -> Decimal | None:
    newest = max(_valid(model, unit, at), key=lambda row: row.valid_from, default=None)
    return newest.amount if newest else None


def _valid(model: ModelProfile, unit: str, at: date | None) -> list[ModelPrice]:
    """A model has few prices: read whole, they come along with the models of a list (`prefetch_related("prices")`)."""
    day = at or timezone.now().date()
    return [row for row in model.prices.all() if row.unit == unit and row.valid_from <= day]


def cost_of(model: ModelProfile, usage: Mapping[str, int], *, at: date | None = None) -> Decimal | None:
    """USD for the tokens that a vendor counted, by the prices valid on `at`.

    None when nothing was counted, or when the price of anything that was is unknown: never a part of the truth.
    """
    used = {unit: count for unit, count in usage.items() if count > 0}
    if not used:
        return None
    prices = token_prices(model, at=at)
    if set(used) - set(prices):
        return None
    return sum((prices[unit] * count / TOKENS for unit, count in used.items()), Decimal(0)).quantize(MICRO)


def token_prices(model: ModelProfile, *, at: date | None = None) -> dict[str, Decimal]:
    """USD per million tokens of each sort, by the newest price valid on `at`."""
    day = at or timezone.now().date()
    rows = sorted(model.prices.all(), key=lambda row: row.valid_from)
    return {row.unit: row.amount for row in rows if row.valid_from <= day and row.unit not in WORK_UNITS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What a designer's choice stands for today: one model, or those of a family. `note` says what is new to them."""

    models: tuple[ModelProfile, ...]
    note: str = ""


def named(choice: str, *, provider: str | None, today: date) -> Named:
    """The usable models that `choice`, a model or a family, stands for; empty when nothing bears that name.

    A family with a word or version ("gemini flash") stands for those of its models that bear it. A family whose last
    model is gone stands for its successor, and the note says so. Raises Refused for a model that has ended, with its
    successor and what that costs.
    """
    rows = ModelProfile.objects.filter(kind=ModelKind.IMAGE).select_related("successor")
    if provider is not None:
        rows = rows.filter(provider=provider)
    exact = [row for row in rows if row.model == choice]
    if exact:
        return Named(models=tuple(living(row, today) for row in exact if row.enabled))
    family = [row for row in rows if _same(row.family, choice)]
    alive = tuple(row for row in family if row.enabled and not row.is_over(today))
    if alive or family:
        return Named(models=alive) if alive else _succeeded(family, today)
    return Named(models=tuple(living(row, today) for row in fitting(choice, rows, today) if row.enabled))


def fitting(said: str, rows: Collection[ModelProfile], today: date) -> list[ModelProfile]:
    """The models that a family's name with more behind it may mean: "gemini 3 pro" is Gemini 3 Pro Image. One whose
    name or title is just that stands alone; of several, those that may be called today, or else all."""
    words = _tokens(said)
    families = {row.family for row in rows}
    found: list[ModelProfile] = []
    for place in range(1, len(words)):
        meant = {family for family in families if is_family("".join(words[:place]), family)}
        found += [row for row in rows if row.family in meant and set(words[place:]) <= _own_words(row)]
    exact = [row for row in found if sorted(words) in (sorted(_tokens(row.title)), sorted(_tokens(row.model)))]
    found = exact or found
    return [row for row in found if row.enabled and not row.is_over(today)] or found


def is_family(said: str, family: str) -> bool:
    """Whether people may mean the family by that."""
    return bool(family) and _same(family, said)


def _own_words(row: ModelProfile) -> set[str]:
    return {*_tokens(row.title), *_tokens(row.model), *_tokens(row.family)}


@lru_cache(maxsize=1024)
def _tokens(name: str) -> tuple[str, ...]:
    return tuple(TOKEN.findall(name.casefold()))


def _same(family: str, choice: str) -> bool:
    said = _letters(choice)
    return _letters(family) == _letters(ALIASES.get(said, choice))


def _letters(name: str) -> str:
    """A name as people mean it: "DALL-E", "dalle" and "Dall E" are one."""
    return "".join(letter for letter in name.casefold() if letter.isalnum())


def living(row: ModelProfile, today: date) -> ModelProfile:
    """The model itself. Raises Refused from its end on, with its successor and what that costs."""
    if not row.is_over(today):
        return row
    when = f" on {row.ends_on:%d %B %Y}" if row.ends_on else ""
    message = f"{row.title} was shut down{when}."
    raise Refused("model_retired", message, field="model", remedy=remedy_of_an_end(row, today))


def remedy_of_an_end(row: ModelProfile, today: date, *, told: str = "") -> str:
    """What to do where a model has ended: its successor, with the difference in price; where the catalogue knows none,
    the one that its vendor `told`."""
    after = successor_of(row, today) or _told_by_vendor(row, told, today)
    return f"Use {after.title} ({difference(row, after)}) instead." if after else "Choose another model."


def _succeeded(family: list[ModelProfile], today: date) -> Named:
    """What serves a family whose own models have all ended."""
    for row in sorted(family, key=lambda each: each.ends_on or date.min, reverse=True):
        after = successor_of(row, today)
        if after:
            return Named(models=(after,), note=f"{row.family} has been shut down; {after.title} serves it today.")
    return Named(models=())


def successor_of(row: ModelProfile, today: date) -> ModelProfile | None:
    """The first in the chain of successors that may be called today."""
    seen, after = {row.pk}, row.successor
    while after is not None and after.pk not in seen:
        if after.enabled and not after.is_over(today):
            return after
        seen.add(after.pk)
        after = after.successor
    return None


def _told_by_vendor(row: ModelProfile, model: str, today: date) -> ModelProfile | None:
    """The vendor's own successor, where it may be called here."""
    after = ModelProfile.objects.filter(kind=row.kind, provider=row.provider, model=model, enabled=True).first()
    return None if after is None or after.is_over(today) else after


def usual_price(row: ModelProfile, *, at: date | None = None) -> Decimal | None:
    """USD for an image of 1024 x 1024 pixels at the model's middle quality and usual pace; None when unknown."""
    price = work_price(row, width=1024, height=1024, seconds=row.latency_seconds, at=at)
    return price if price is not None else unit_price(row, width=1024, height=1024, quality="medium", at=at)


def price_shown(row: ModelProfile, *, at: date | None = None) -> str:
    """What such an image costs, in words; of a model that reads and writes, what its tokens do."""
    if row.kind == ModelKind.LANGUAGE:
        tokens = token_prices(row, at=at)
        told = [f"${exact(tokens[unit])} {name}" for unit, name in READS.items() if unit in tokens]
        return f"{' and '.join(told)}, a million tokens" if told else "price unknown"
    price = usual_price(row, at=at)
    return "price unknown" if price is None else per_image(price)


def per_image(price: Decimal) -> str:
    return f"${money(price)} an image"


def difference(row: ModelProfile, after: ModelProfile) -> str:
    """The successor's price beside the old one's, in words."""
    return f"{price_shown(after)}, before: {price_shown(row)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """A model that is shut down soon: when, in how many days, what follows it and what changes in price."""

    model: ModelProfile
    days: int
    successor: ModelProfile | None
    difference: str


def ending_soon(*, today: date) -> list[Ending]:
    """The usable models with an end within 30 days, the nearest first."""
    rows = ModelProfile.objects.filter(enabled=True, ends_on__gt=today, ends_on__lte=today + WARNED)
    rows = rows.exclude(lifecycle=Lifecycle.RETIRED).select_related("successor").order_by("ends_on", "title")
    return [ending_of(row, today) for row in rows.prefetch_related("prices", "successor__prices")]


def ends_soon(row: ModelProfile, today: date) -> bool:
    return row.ends_on is not None and today < row.ends_on <= today + WARNED


def ending_of(row: ModelProfile, today: date) -> Ending:
    after = successor_of(row, today)
    shown = difference(row, after) if after else ""
    days = (row.ends_on - today).days if row.ends_on else 0
    return Ending(model=row, days=days, successor=after, difference=shown)


def warning_of(ending: Ending) -> str:
    """The banner's words."""
    model, after = ending.model, ending.successor
    when = f"{model.title} is shut down on {model.ends_on:%d %B %Y}, in {ending.days} day{'s' * (ending.days != 1)}."
    return f"{when} {after.title} follows it ({ending.difference})." if after else f"{when} Choose another model."


@transaction.atomic
def reprice(
    *,
    actor: object,
    model: ModelProfile,
    amount: Decimal,
    valid_from: date,
    unit: str = PriceUnit.IMAGE,
    quality: str = "standard",
    max_pixels: int | None = None,
    source: str = "",
) -> ModelPrice:
    """A new price from a day on, with its line in the audit log; what was charged before stays as it was."""
    key: dict[str, Any] = {"unit": unit, "quality": quality, "max_pixels": max_pixels}
    before = ModelPrice.objects.filter(model=model, valid_from__lte=valid_from, **key).order_by("-valid_from").first()
    row, _ = ModelPrice.objects.update_or_create(
        model=model, valid_from=valid_from, **key, defaults={"amount": amount, "source": source}
    )
    note_price(actor, row, before.amount if before else None)
    return row


def note_price(actor: object, row: ModelPrice, before: Decimal | None, *, mended: dict[str, str] | None = None) -> None:
    """The audit line of a price that was set: `before`, the one of the days before; `mended`: of a correction, what
    stood in the fields that it changed."""
    facts: dict[str, object] = {
        "model": f"{row.model.provider}/{row.model.model}",
        "unit": row.unit,
        "quality": row.quality,
        "from": row.valid_from.isoformat(),
        "before": None if before is None else f"{before:.6f}",
        "amount": f"{row.amount:.6f}",
        "source": row.source,
        **({"mended": mended} if mended else {}),
    }
    write(actor, "catalogue.price", f"model:{row.model_id}", facts)  # type: ignore[arg-type]  # a user or nobody


@transaction.atomic
def retire(*, actor: object, model: ModelProfile, reason: str, ends_on: date | None = None) -> bool:
    """End a model, today or on `ends_on`, with a line in the audit log; False if that was known already."""
    day = ends_on or timezone.now().date()
    row = ModelProfile.objects.select_for_update().get(pk=model.pk)
    if row.ends_on == day or (ends_on is None and row.is_over(day)):
        return False
    before = row.ends_on.isoformat() if row.ends_on else None
    row.ends_on, row.lifecycle = day, Lifecycle.DEPRECATED if day > timezone.now().date() else Lifecycle.RETIRED
    row.save(update_fields=["ends_on", "lifecycle", "updated_at"])
    facts: dict[str, object] = {"reason": reason, "before": before, "ends_on": day.isoformat()}
    write(actor, "catalogue.end", f"model:{row.pk}", facts)  # type: ignore[arg-type]  # a user or nobody
    return True
