"""What a wish will be understood as and what it will cost, before anything is written or spent."""

import hashlib
import io
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from django.utils import timezone
from PIL import Image

from designer.assets.models import Asset, AssetKind
from designer.assets.services import read_bytes
from designer.generations import readers
from designer.generations.choosing import Plan, plan_for
from designer.generations.costs import Ranges, Size
from designer.generations.models import Generation
from designer.generations.wishes import DRAWS, GenerationWish
from designer.paper import on_white
from designer.personas.corrections import corrections_by_photo, corrections_for, informed
from designer.personas.learning import learned_for
from designer.personas.models import Persona
from designer.personas.services import taste_of
from designer.pipeline import persona as personas
from designer.pipeline import remixing, seeing
from designer.pipeline.analysis import analyse, surest
from designer.pipeline.prompting import compose, edited
from designer.pipeline.records import (
    Attribute,
    InvalidCorrection,
    LearnedChoice,
    PersonaMatch,
    PromptParts,
    Understanding,
)
from designer.pipeline.remixing import Picture
from teams.base.errors import Refused
from teams.membership.models import Team

ANALYSIS_EDGE = 1024
SEEDS_OF_A_DRAW: Final = 2**17  # seeds stay under 2^49 then: 15 digits, which a spreadsheet keeps too
# operations of the enhancement floor after which a picture shows what it showed before
SAME_SHOWN: Final = frozenset({"upscale", "denoise", "detail", "crop", "watermark"})

Seen = seeing.Reading | remixing.Sights  # what a model read: in all photos together, or told apart for a remix


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """What the words and photos of a wish became, whether or not a model can draw it."""

    understanding: dict[str, Any]
    prompt: PromptParts
    composed: PromptParts  # before the designer's own edits
    draw: int  # to be sent with the wish, so that it becomes this very prompt
    told: list[dict[str, Any]] = field(default_factory=list)  # what the words order: how many, by which model

    def prompt_parts(self) -> list[dict[str, str]]:
        return parts_json(self.prompt)


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview(Composed):
    """What the designer sees before spending."""

    plan: Plan

    def to_json(self) -> dict[str, Any]:
        plan = self.plan
        return {
            "understood": self.understanding,
            "told": self.told,
            "draw": self.draw,
            "prompt": self.prompt.prompt,
            "negative_prompt": self.prompt.negative_prompt,
            "parts": self.prompt_parts(),
            "estimate": {
                "provider": plan.route.provider,
                "model": plan.route.model,
                "title": plan.title,
                "n": plan.n,
                "shown": plan.shown,
                "reading": f"{plan.reading:.6f}",
                "follows": plan.follows,
                "following": f"{plan.following * plan.shown:.6f}",
                "unit_price": f"{plan.unit_price:.6f}",
                "total": f"{plan.total:.6f}",
                "most": f"{plan.most:.6f}",
                "seconds": plan.seconds,
                "simulated": plan.simulated,
                "reason": plan.route.reason,
                "warnings": list(plan.route.warnings),
                "parts": dict(plan.route.parts),
                "alternatives": plan.route.to_json()["alternatives"],
                "excluded": plan.route.to_json()["excluded"],
            },
        }


def parts_json(prompt: PromptParts) -> list[dict[str, str]]:
    return [{"text": part.text, "part": part.part} for part in prompt.parts]


def as_edited(wish: GenerationWish, composed: PromptParts) -> PromptParts:
    """The prompt with what the designer made of it before spending; 'use exactly' leaves nothing to edit."""
    if wish.exact:
        return composed
    return edited(composed, change=wish.part_edits, add=wish.added_words, one_each=wish.one_each)


def photos_of(assets: Iterable[Asset]) -> list[Image.Image]:
    """The reference photos, decoded (their files were rewritten at upload) and at most ANALYSIS_EDGE on a side."""
    photos = []
    for asset in assets:
        with Image.open(io.BytesIO(read_bytes(asset))) as opened:
            opened.draft("RGB", (ANALYSIS_EDGE, ANALYSIS_EDGE))
            photo = on_white(opened)
        photo.thumbnail((ANALYSIS_EDGE, ANALYSIS_EDGE))
        photos.append(photo)
    return photos


def originals(assets: Iterable[Asset]) -> tuple[dict[str, Attribute], dict[str, Attribute]]:
    """What is on record of those pictures that this studio made: what is sure, and what they were only ordered to show.
    Of several records the surer one of each attribute stands."""
    pictures = recorded(list(assets))
    return surest([each.known for each in pictures]), surest([each.ordered for each in pictures])


def recorded(assets: Sequence[Asset]) -> list[Picture]:
    """The same of each picture by itself; one from elsewhere has no record.

    Sketchbook draws what its order says, so nothing has to be read, nor after steps that only made it larger or
    clearer. A vendor's picture may show something else, and so may one that was changed since: there the reading
    stands, and the record fills what cannot be seen.
    """
    ids = {asset.generation_id for asset in assets if asset.generation_id}
    rows = Generation.objects.filter(pk__in=ids) if ids else ()
    records = {row.pk: _recorded(row) for row in rows}
    found = [(asset, records.get(asset.generation_id, {}) if asset.generation_id else {}) for asset in assets]
    return [Picture(known=said) if said and _is_as_drawn(asset) else Picture(ordered=said) for asset, said in found]


def _is_as_drawn(asset: Asset) -> bool:
    """Whether it shows what Sketchbook's order said: drawn by it, and no step since then changed what is seen."""
    while asset.kind == AssetKind.ENHANCED:
        steps = asset.provenance.get("operations", [])
        if not steps or asset.parent is None or not all(_shows_the_same(step) for step in steps):
            return False
        asset = asset.parent
    return asset.simulated and asset.kind == AssetKind.GENERATED


def _shows_the_same(step: dict[str, Any]) -> bool:
    """Done on this machine, and neither colour nor cloth nor surroundings are others; a service may make things up."""
    return step.get("name") in SAME_SHOWN and not step.get("service")


def _recorded(row: Generation) -> dict[str, Attribute]:
    record = Understanding.from_json(row.understood).attributes
    return {
        name: replace(found, source="original", was="", reason="") for name, found in record.items() if found.is_known
    }


def understand(
    wish: GenerationWish, references: list[Asset], *, team: Team | None = None, seen: Seen | None = None
) -> Understanding:
    """Stage 1: words and photos as attributes; on top what the team corrected before, then this wish's fixes.

    `seen`: what a model read in them; None = they are read here.
    """
    fixed = corrections_for(team, wish.brief, references, remix=wish.is_remix) if team else {}
    try:
        read = _remixed(wish, references, team, seen) if wish.is_remix else _read(wish, references, team, seen)
        return read.merged_with_corrections({**fixed, **wish.corrections})
    except InvalidCorrection as error:
        raise refusal_of(error) from error


def refusal_of(error: InvalidCorrection) -> Refused:
    """Of values that cannot be kept, each by its field."""
    faults = (error, *error.others)
    lines = [
        {"field": f"corrections.{each.field}", "code": each.code, "message": f"{each.message} {each.remedy}"}
        for each in faults
    ]
    if not error.others:
        return Refused(error.code, error.message, field=lines[0]["field"], remedy=error.remedy)
    told = " ".join(line["message"] for line in lines)
    return Refused(error.code, told, field=lines[0]["field"], lines=lines)


def _read(wish: GenerationWish, references: list[Asset], team: Team | None, seen: Seen | None) -> Understanding:
    """What words and photos show together, with what the team said of the photos and taught."""
    assert not isinstance(seen, remixing.Sights)  # noqa: S101  (what is read depends on the wish)
    if seen is None:
        read = analyse(wish.brief, photos_of(references), *originals(references))
    else:
        read = seeing.understood(wish.brief, seen, *originals(references))
    return informed(team, read, references) if team else read


def _remixed(wish: GenerationWish, references: list[Asset], team: Team | None, seen: Seen | None) -> Understanding:
    """The same, but that what the team said of a photo counts for what is taken from it."""
    assert seen is None or isinstance(seen, remixing.Sights)  # noqa: S101
    pictures = recorded(references)
    if team:
        said = corrections_by_photo(team, references)
        pictures = [replace(picture, said=fixes) for picture, fixes in zip(pictures, said, strict=True)]
    if seen is None:
        read = remixing.analyse(wish.brief, photos_of(references), pictures)
    else:
        read = remixing.understood(wish.brief, seen, pictures)
    return informed(team, read, ()) if team else read


def whole_plan(
    wish: GenerationWish,
    *,
    team: Team,
    garment: str | None,
    photos: Sequence[Size | None],
    ranges: Ranges | None = None,
    rested: bool = False,
) -> Plan:
    """The plan with everything that it costs, within the wish's ceiling: where that has no room for a model that reads
    the brief, it is read here. Raises Refused naming the field."""
    plan = plan_for(wish, team=team, garment=garment, photos=photos, ranges=ranges, rested=rested)
    usual, most = readers.costs_of(wish, photos=len(photos))
    if wish.max_cost is not None and plan.for_images + most > wish.max_cost:
        return plan
    return replace(plan, reading=usual, reading_most=most)


def dice_of(wish: GenerationWish, team: Team) -> int:
    """What learned and exploratory words are drawn with: the seed that was asked for, else the draw."""
    return draw_of(wish, team) if wish.seed is None else wish.seed % DRAWS


def seed_of(draw: int) -> int:
    """A new seed that bears the draw: asked for, it draws the same words again, and so the same images."""
    return secrets.randbelow(SEEDS_OF_A_DRAW) * DRAWS + draw


def draw_of(wish: GenerationWish, team: Team) -> int:
    """The draw that was shown and sent back; of a wish that names none, one by the brief, whose taste it is, the day,
    and how often the brief was sent on it. Only the first is sure to be what was shown: others may send meanwhile."""
    if wish.draw is not None:
        return wish.draw
    today = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    sent = Generation.objects.filter(team=team, created_at__gte=today, brief=wish.brief).count()
    said = f"{wish.brief}\n{team.pk}\n{wish.persona}\n{today.date()}\n{sent}"
    return int.from_bytes(hashlib.sha256(said.encode()).digest()[:4]) % DRAWS


def matched(
    wish: GenerationWish, record: Understanding, persona: Persona | None, *, asked: bool | None = None
) -> PersonaMatch | None:
    """How near the wish is to its persona, and what that adds; a change to a picture is not a matter of taste.
    `asked`: as of `readers.unread`."""
    taste = taste_of(persona)
    if not taste or wish.is_change:
        return None
    match = personas.match(wish.brief, record, taste)
    return replace(match, adjustments=()) if readers.unread(wish, asked=asked) else match


def learned(
    wish: GenerationWish,
    record: Understanding,
    *,
    team: Team,
    persona: Persona | None,
    seed: int,
    asked: bool | None = None,
) -> tuple[LearnedChoice, ...]:
    """What the team liked before, where the wish leaves that open: not in exact mode, not beside a photo, which shows
    what the words do not say, and not to words that nobody has read, which may say otherwise. `asked`: as of
    `readers.unread`."""
    if wish.exact or wish.references or readers.unread(wish, asked=asked):
        return ()
    return learned_for(team, persona, record, seed=seed)


def composed(wish: GenerationWish, *, team: Team, references: list[Asset], persona: Persona | None = None) -> Composed:
    """Understanding and prompt of a wish, with what is learned and tried out. A language model may word it anew."""
    draw = draw_of(wish, team)  # asked once: somebody may send the same words meanwhile
    record, seed = understand(wish, references, team=team), dice_of(replace(wish, draw=draw), team)
    parts = compose(
        wish.brief,
        record,
        persona=taste_of(persona),
        match=matched(wish, record, persona),
        learned=learned(wish, record, team=team, persona=persona, seed=seed),
        exact=wish.exact,
        change=wish.is_change,
        seed=seed,
    )
    return Composed(understanding=record.to_json(), prompt=as_edited(wish, parts), composed=parts, draw=draw)


def preview(wish: GenerationWish, made: Composed, *, team: Team, photos: Sequence[Size | None]) -> Preview:
    """The same with who would draw it. Raises Refused naming the field where nobody can."""
    garment = made.understanding["garment"]["value"]
    plan = whole_plan(wish, team=team, garment=garment, photos=photos)
    return Preview(
        understanding=made.understanding,
        prompt=made.prompt,
        composed=made.composed,
        draw=made.draw,
        told=made.told,
        plan=plan,
    )
