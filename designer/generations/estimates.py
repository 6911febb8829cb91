"""What a wish will be understood as, who will draw it and what it will cost, before anything is written or spent."""

import io
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import timezone
from PIL import Image

from designer.assets.models import Asset
from designer.assets.services import read_bytes
from designer.catalogue.models import ModelProfile
from designer.catalogue.services import unit_price, usable_models
from designer.generations.wishes import GenerationWish
from designer.personas.services import corrections_for, posteriors_of
from designer.pipeline import generation as drawing
from designer.pipeline import routing
from designer.pipeline.analysis import analyse
from designer.pipeline.prompting import compose
from designer.pipeline.records import InvalidCorrection, PromptParts, Route, Understanding
from designer.providers.base import ProviderError
from designer.providers.registry import image_provider
from teams.base.errors import Refused
from teams.membership.models import Team

log = logging.getLogger(__name__)
ANALYSIS_EDGE = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Who will draw, how large, and at which price."""

    route: Route
    title: str
    n: int
    width: int
    height: int
    unit_price: Decimal | None
    seconds: float
    simulated: bool

    @property
    def total(self) -> Decimal | None:
        return None if self.unit_price is None else self.unit_price * self.n


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What the designer sees before spending."""

    understanding: dict[str, Any]
    prompt: PromptParts
    plan: Plan

    def prompt_parts(self) -> list[dict[str, str]]:
        return parts_json(self.prompt)

    def to_json(self) -> dict[str, Any]:
        plan = self.plan
        total, price = plan.total, plan.unit_price
        return {
            "understood": self.understanding,
            "prompt": self.prompt.prompt,
            "negative_prompt": self.prompt.negative_prompt,
            "parts": self.prompt_parts(),
            "estimate": {
                "provider": plan.route.provider,
                "model": plan.route.model,
                "title": plan.title,
                "n": plan.n,
                "unit_price": None if price is None else f"{price:.6f}",
                "total": None if total is None else f"{total:.6f}",
                "seconds": plan.seconds,
                "simulated": plan.simulated,
                "reason": plan.route.reason,
                "warnings": list(plan.route.warnings),
                "alternatives": plan.route.to_json()["alternatives"],
            },
        }


def parts_json(prompt: PromptParts) -> list[dict[str, str]]:
    return [{"text": part.text, "part": part.part} for part in prompt.parts]


def photos_of(assets: Iterable[Asset]) -> list[Image.Image]:
    """The reference photos, decoded (their files were rewritten at upload) and at most ANALYSIS_EDGE on a side."""
    photos = []
    for asset in assets:
        with Image.open(io.BytesIO(read_bytes(asset))) as opened:
            opened.draft("RGB", (ANALYSIS_EDGE, ANALYSIS_EDGE))
            photo = opened.convert("RGB")
        photo.thumbnail((ANALYSIS_EDGE, ANALYSIS_EDGE))
        photos.append(photo)
    return photos


def understand(wish: GenerationWish, references: list[Asset], *, team: Team | None = None) -> Understanding:
    """Stage 1: words and photos as attributes; on top what the team corrected before, then this wish's fixes."""
    known = corrections_for(team, wish.brief, references) if team else {}
    try:
        return analyse(wish.brief, photos_of(references)).merged_with_corrections({**known, **wish.corrections})
    except InvalidCorrection as error:
        raise Refused(error.code, error.message, field=f"corrections.{error.field}", remedy=error.remedy) from error


def candidates(wish: GenerationWish, *, width: int, height: int) -> list[routing.Candidate]:
    """The models that can be called today. One without a price is among them only when it was asked for by name."""
    found = [_candidate(model, width, height) for model in usable_models(today=timezone.now().date())]
    return [each for each in found if each and (each.unit_price is not None or each.model == wish.model)]


def _candidate(model: ModelProfile, width: int, height: int) -> routing.Candidate | None:
    try:
        capabilities = image_provider(model.provider).capabilities(model.model)
    except ProviderError as error:  # a row of the catalogue that no adapter knows
        log.warning("model_without_adapter", extra={"model": str(model), "reason": error.message})
        return None
    return routing.Candidate(
        provider=model.provider,
        model=model.model,
        capabilities=capabilities,
        unit_price=unit_price(model, width=width, height=height),
        latency_s=model.latency_seconds,
        quality=model.quality,
    )


def plan_for(wish: GenerationWish, *, team: Team, garment: str | None, has_references: bool) -> Plan:
    """Choose the model. Raises Refused naming the field when nothing fits the wish."""
    width, height = drawing.size_of(wish.aspect_ratio)
    limits = routing.Constraints(
        n=wish.n,
        width=width,
        height=height,
        aspect_ratio=wish.aspect_ratio,
        strategy=wish.strategy,
        max_cost=wish.max_cost,
        provider=wish.provider,
        model=wish.model,
        needs_seed=wish.seed is not None,
        needs_references=has_references,
    )
    found = candidates(wish, width=width, height=height)
    try:
        chosen = routing.route(found, limits, posteriors=posteriors_of(team), garment=garment)
    except routing.RouteError as error:
        raise Refused(error.code, error.message, field=error.field, remedy=error.remedy) from error
    profile = ModelProfile.objects.get(provider=chosen.provider, model=chosen.model)
    price = unit_price(profile, width=width, height=height)
    if price is None:
        raise Refused(
            "price_unknown",
            f"What {profile.title} costs is not known.",
            field="model",
            remedy="Choose another model, or have an admin add its price to the catalogue.",
        )
    return Plan(
        route=chosen,
        title=profile.title,
        n=wish.n,
        width=width,
        height=height,
        unit_price=price,
        seconds=profile.latency_seconds * wish.n,
        simulated=image_provider(chosen.provider).simulated,
    )


def preview(wish: GenerationWish, *, team: Team, references: list[Asset]) -> Preview:
    record = understand(wish, references, team=team)
    garment = record.value("garment")
    plan = plan_for(wish, team=team, garment=garment, has_references=bool(references))
    return Preview(
        understanding=record.to_json(), prompt=compose(wish.brief, record, exact=wish.exact, seed=0), plan=plan
    )
