"""Which model makes the images of a wish, how large, how finely and at which price. Writes nothing and calls nobody."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final

import numpy as np
from django.utils import timezone

from designer.catalogue.models import ModelKind, ModelProfile
from designer.catalogue.ready import ready_models, why_not
from designer.catalogue.services import named, unit_price
from designer.generations import health
from designer.generations.costs import PHOTO_TOKENS, Key, Range, Ranges, Sent, Size
from designer.generations.pacing import load_of
from designer.generations.wishes import GenerationWish
from designer.personas.learning import exploration_of, posteriors_of
from designer.pipeline import generation as drawing
from designer.pipeline import routing, words
from designer.pipeline.candidates import Candidate, Constraints
from designer.pipeline.records import Route
from designer.pipeline.unroutable import RouteError
from designer.providers.base import Capabilities, ProviderError
from designer.providers.registry import image_provider
from teams.base.errors import Refused
from teams.membership.models import Team

UNHEALTHY: Final = "unhealthy"  # the code of a refusal that passes: what could do it rests
VENDORS_WORD: Final = {"draft": "low", "standard": "medium", "high": "high"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Who will draw, how large, how finely, and at which price. `n` images are made and paid for, `shown` of them are
    shown at first. `quality` is the model's own word; `reading` USD for a language model that reads the brief, at most
    `reading_most`; `follows` what is done to each image that is shown, for `following` USD each, at most
    `following_most`. `unit_price` is what an image is expected to cost, `costs` how far its bill may be from that."""

    route: Route
    title: str
    n: int
    shown: int
    width: int
    height: int
    quality: str
    unit_price: Decimal
    costs: Range
    seconds: float
    simulated: bool
    reading: Decimal = Decimal(0)
    reading_most: Decimal = Decimal(0)
    follows: str = ""
    following: Decimal = Decimal(0)
    following_most: Decimal = Decimal(0)

    @property
    def total(self) -> Decimal:
        """What all of it is expected to cost."""
        return self.unit_price * self.n + self.reading + self.following * self.shown

    @property
    def for_images(self) -> Decimal:
        """The most that the images may cost."""
        return self.costs.most * self.n

    @property
    def most(self) -> Decimal:
        """The most that all of it may cost; so much is set aside."""
        return self.for_images + self.reading_most + self.following_most * self.shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A model that can be called today, with what the router knows of it. `picture`: USD for an image without the
    photos that are sent along."""

    profile: ModelProfile
    candidate: Candidate
    picture: Decimal | None
    quality: str
    simulated: bool

    @property
    def key(self) -> Key:
        return self.profile.provider, self.profile.model


def quality_of(can: Capabilities, wished: str) -> str:
    """The model's own word for how finely it is to draw."""
    own = (wished, VENDORS_WORD[wished], can.qualities[0])
    return next(word for word in own if word in can.qualities)


def _found(wish: GenerationWish, sent: Sent, ranges: Ranges, *, busy: bool, rested: bool) -> list[Found]:
    """The models that can be called today. One without a price is among them only when it was asked for by name.
    busy: whether to ask how busy they are; rested: as if no circuit were open."""
    healths, now = health.all_health(), timezone.now()
    found = []
    for profile, can in ready_models():
        quality, seen = quality_of(can, wish.quality), healths.get((profile.provider, profile.model))
        price = unit_price(profile, width=sent.width, height=sent.height, quality=quality)
        if price is None and profile.model != wish.model:
            continue
        seconds = health.pace(seen, profile.latency_seconds)
        load = load_of(profile, seconds=seconds * wish.images, images=wish.images) if busy else (None, 1.0)
        candidate = Candidate(
            provider=profile.provider,
            model=profile.model,
            capabilities=can,
            unit_price=None if price is None else ranges.usual(profile, can, price, sent),
            most=None if price is None else ranges.expected(profile, can, price, sent).most,
            latency_s=seconds,
            quality=profile.quality,
            success=health.success_rate(seen),
            resting="" if rested else health.resting(seen, now),
            rest_s=health.left_of_rest(seen, now).total_seconds(),
            busy=load[0],
            takes=load[1],
        )
        simulated = image_provider(profile.provider).simulated
        found.append(Found(profile=profile, candidate=candidate, picture=price, quality=quality, simulated=simulated))
    return found


def plan_for(
    wish: GenerationWish,
    *,
    team: Team,
    garment: str | None,
    photos: Sequence[Size | None],
    photo_most: int = PHOTO_TOKENS,
    rng: np.random.Generator | None = None,
    without: Collection[Key] = (),
    ranges: Ranges | None = None,
    set_aside: Decimal | None = None,
    shown: Decimal | None = None,
    rested: bool = False,
) -> Plan:
    """Choose the model. Raises Refused naming the field when nothing fits the wish; of what is only given a rest it
    says for how long (`retry_after`, seconds) and which they are (`resting`).

    With `rng` a share of the routes tries another model that fits, to learn; `without` leaves out models that failed;
    `photos`, of these sizes, go with the call, each held to come to `photo_most` tokens. With either of them the call
    is about to be made, and a shared load looks who is busy. `ranges`: pass one for several wishes. `shown`: USD that
    the images may be expected to cost, since so much was shown before; the wish's own ceiling is for all that they may
    be billed, as is what was `set_aside` without one.
    `rested`: for a call that can wait until a model's rest is over.
    """
    width, height = drawing.size_of(wish.aspect_ratio)
    sent = Sent(width=width, height=height, letters=wish.letters, photos=tuple(photos), photo_most=photo_most)
    ranges, busy = ranges or Ranges(team), wish.strategy == "load_balanced" and (rng is not None or bool(without))
    everything = [each for each in _found(wish, sent, ranges, busy=busy, rested=rested) if each.key not in without]
    candidates, family, note = _chosen(wish, everything)
    limits = Constraints(
        n=wish.images,
        width=width,
        height=height,
        aspect_ratio=wish.aspect_ratio,
        strategy=wish.strategy,
        weights=wish.weights,
        min_quality=wish.min_quality,
        max_cost=wish.max_cost,
        set_aside=set_aside,
        shown=shown,
        provider=wish.provider if not family else None,
        model=None if family else wish.model,
        among=family,
        family=(wish.model or "") if family else "",
        needs_seed=wish.seed is not None,
        needs_negative=words.rules_out(wish.brief),
        references=len(photos),
        changes=wish.is_change,
        recolours=_recolours(wish),
    )
    try:
        route = routing.route(
            [each.candidate for each in candidates],
            limits,
            posteriors=posteriors_of(team),
            garment=garment,
            rng=rng,
            exploration=exploration_of(team),
        )
    except RouteError as error:
        waits: dict[str, Any] = {"resting": error.resting} if error.resting else {}
        waits |= {"retry_after": error.after} if error.after else {}
        remedy = error.remedy + (f" An admin should {mend}." if (mend := health.mended(error.resting)) else "")
        raise Refused(error.code, error.message, field=error.field, remedy=remedy, **waits) from error
    taken = next(each for each in candidates if each.key == (route.provider, route.model))
    price, picture = _prices_of(taken)
    costs = ranges.of(taken.profile, taken.candidate.capabilities, picture, sent)
    _check_photos(taken, limits)
    return _plan(wish, route, taken, note, price=price, costs=costs)


def _recolours(wish: GenerationWish) -> bool:
    """Whether it is a change of colour and of nothing else: neither words nor corrections ask for more."""
    more = wish.has_edited_prompt or set(wish.corrections) - {"garment", "colours"}
    return wish.is_change and not more and words.recolours(wish.brief)


def _check_photos(taken: Found, limits: Constraints) -> None:
    """Raises Refused for a model chosen by name that would refuse what it is sent, or not do what is asked."""
    can, title = taken.candidate.capabilities, taken.profile.title
    if limits.references < can.min_references:
        remedy = "Send one along, or choose another model."
        raise Refused("no_photo", f"{title} begins from a photo.", field="references", remedy=remedy)
    if can.recolours and not limits.changes:
        shown = f"{title} changes the colour of what a photo shows, and nothing else."
        remedy = 'Change an image with words ("make the dress navy"), or choose another model.'
        raise Refused("only_colour", shown, field="model", remedy=remedy)


def _chosen(wish: GenerationWish, found: list[Found]) -> tuple[list[Found], frozenset[Key], str]:
    """The candidates, those of them that are of the family which the designer named, and what is new about that.

    Raises Refused for a model that has ended, or whose provider is not set up here.
    """
    fits = [each for each in found if wish.provider in (None, each.profile.provider)]
    if wish.model is None or any(each.profile.model == wish.model for each in fits):
        if wish.provider is not None and not fits:
            _refuse_unready(wish.provider, wish.model or "")
        return found if wish.provider or wish.model else _real(found), frozenset(), ""
    choice = named(wish.model, provider=wish.provider, today=timezone.now().date())
    left = frozenset(each.key for each in found) & {(profile.provider, profile.model) for profile in choice.models}
    if choice.models and not left:
        _refuse_unready(choice.models[0].provider, choice.models[0].model)
    return found, left, choice.note if left else ""


def _real(found: list[Found]) -> list[Found]:
    """Without a choice by name, a studio that has real models set up is not given simulated images."""
    return [each for each in found if not each.simulated] or found


def _refuse_unready(provider: str, model: str) -> None:
    """Raises Refused for a provider that exists but has no key or address here; one that does not is the router's."""
    try:
        image_provider(provider)
    except ProviderError:
        return
    if ModelProfile.objects.filter(kind=ModelKind.IMAGE, provider=provider).exists():
        remedy = f"Choose another model, or have an admin set it up: {why_not(provider, model=model)}"
        shown = f"{model or provider} is not set up in this studio."
        raise Refused("not_set_up", shown, field="model", remedy=remedy)


def _prices_of(found: Found) -> tuple[Decimal, Decimal]:
    """USD for an image with the photos that are sent along, and without them. Raises Refused where none is known."""
    if found.candidate.unit_price is None or found.picture is None:
        raise Refused(
            "price_unknown",
            f"What {found.profile.title} costs is not known.",
            field="model",
            remedy="Choose another model, or have an admin add its price to the catalogue.",
        )
    return found.candidate.unit_price, found.picture


def _plan(wish: GenerationWish, route: Route, found: Found, note: str, *, price: Decimal, costs: Range) -> Plan:
    profile, candidate = found.profile, found.candidate
    if wish.aspect_ratio not in candidate.capabilities.ratios:
        known = ", ".join(candidate.capabilities.ratios)
        remedy = f"Use one of {known}, or another model."
        shown = f"{profile.title} does not make {wish.aspect_ratio} images."
        raise Refused("unsupported_ratio", shown, field="aspect_ratio", remedy=remedy)
    if wish.is_change and not candidate.capabilities.max_references:
        shown = f"{profile.title} is sent no picture, so it cannot change one."
        remedy = "Choose another model, or let the router choose."
        raise Refused("unsupported_edit", shown, field="model", remedy=remedy)
    width, height = drawing.size_of(wish.aspect_ratio)
    told = [note] if note else []
    if wish.quality != "standard" and len(candidate.capabilities.qualities) == 1:
        told.append(f"{profile.title} has one quality only.")
    return Plan(
        route=replace(route, warnings=(*route.warnings, *told)),
        title=profile.title,
        n=wish.images,
        shown=wish.n,
        width=width,
        height=height,
        quality=found.quality,
        unit_price=price,
        costs=costs,
        seconds=candidate.latency_s * wish.images,
        simulated=found.simulated,
    )
