"""Drives one generation through its stages: each is stored, timed and announced. `making` does the sixth."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import numpy as np
from django.utils import timezone

from designer.assets.models import Asset
from designer.generations import choosing, costs, estimates, making, readers, reading, telling
from designer.generations.models import Generation, Stage, StageRun, StageStatus, Status
from designer.generations.orders import Order
from designer.generations.services import announce
from designer.generations.signals import generation_started
from designer.generations.wishes import GenerationWish
from designer.jobs.claims import LeaseLost
from designer.jobs.handlers import Cancelled, Later, Permanent, RunningJob
from designer.jobs.rights import check_owner
from designer.personas.corrections import note_readings
from designer.personas.services import taste_of
from designer.pipeline import generation as drawing
from designer.pipeline import remixing, routing
from designer.pipeline.prompting import compose, variety
from designer.pipeline.records import LearnedChoice, PersonaMatch, PromptPart, PromptParts, Understanding
from designer.pipeline.taxonomy import say
from designer.realtime.events import GENERATION_STAGE, record_all
from teams.base.errors import Refused

# percent of the whole at which each stage begins; drawing takes nearly all of the time
BEGINS = {
    Stage.ANALYSIS: 2,
    Stage.PROMPTING: 10,
    Stage.PERSONA: 14,
    Stage.ROUTING: 17,
    Stage.OPTIMISATION: 20,
    Stage.GENERATION: making.BEGINS,
}


# What else a row's settings tell, also to a later release beside this one, is no part of the wish.
WISHED: Final = frozenset(each.name for each in fields(GenerationWish))


@dataclass(slots=True)
class Work:
    """What the stages hand to each other."""

    job: RunningJob
    row: Generation
    wish: GenerationWish
    references: list[Asset]
    understanding: Understanding | None = None
    prompt: PromptParts | None = None
    written: tuple[PromptPart, ...] = ()  # by a language model
    plan: choosing.Plan | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    asked: bool = False  # a model has read the brief
    unwritten: list[StageRun] = field(default_factory=list)  # stages that are done and not stored yet
    columns: dict[str, Any] = field(default_factory=dict)  # of the row, changed by stages since it was stored


def run(job: RunningJob, generation_id: str) -> None:
    """Bring one generation to its end. Safe to run again: once the order is written, the same is asked again."""
    work = _begin(job, generation_id)
    order = _written_order(work.row)
    if order is None:
        order = _run_stages(work)
    making.make(job, work.row, work.wish, order, work.references)


def _begin(job: RunningJob, generation_id: str) -> Work:
    with job.fenced():
        Generation.objects.move(generation_id, Status.RUNNING, started_at=timezone.now())
        row = Generation.objects.select_related("team", "owner", "persona").get(pk=generation_id)
        if not has_order(row):  # what was ordered may be on its way: `making` asks before each that is not
            check_owner(row.owner_id, row.team)
        generation_started.send(Generation, generation=row)
        announce(row, GENERATION_STAGE, {"stage": "starting", "percent": row.percent, "status": Status.RUNNING})
    return Work(job=job, row=row, wish=_wish_of(row), references=row.photos)


def _wish_of(row: Generation) -> GenerationWish:
    said = {name: value for name, value in row.settings.items() if name in WISHED}
    cap = said.pop("max_cost", None)
    return GenerationWish(
        brief=row.brief,
        references=tuple(map(UUID, said.pop("references"))),
        persona=row.persona_id,
        source=row.source_id,
        mode=row.mode,
        max_cost=Decimal(cap) if cap else None,
        corrections=row.corrections,
        **said,
    )


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()


def _run_stages(work: Work) -> Order:
    """The five pure stages, and the order that they make."""
    for name, step in STEPS.items():
        _stage(work, name, step)
    return _write_order(work)


def _stage(work: Work, name: Stage, step: Callable[[Work], tuple[dict[str, Any], dict[str, Any]]]) -> None:
    """Run one pure stage. `step` returns what it gives (stored with the stage) and the row's changed columns.

    What is worked out here takes milliseconds and is written down with the stages after it; one that asks somebody
    else, fails or is stopped is opened first, for all to see.
    """
    _stop_if_cancelled(work)
    run = _new_run(work, name, {"brief": work.wish.brief, "settings": work.row.settings})
    asks = name in reading.KINDS and readers.asks(work.wish, name)
    if asks:
        _write_down(work, run)
    try:
        output, columns = step(work)
    except Exception as trouble:
        if not asks and not isinstance(trouble, LeaseLost):
            _write_down(work, run)
        if isinstance(trouble, Refused):
            raise Permanent(trouble.code, trouble.message, trouble.remedy) from trouble
        raise
    run.status, run.output, run.finished_at = StageStatus.SUCCEEDED, output, timezone.now()
    if asks:  # what it paid, and under what it can be found again, stands in its row
        with work.job.fenced():
            told = {"status": run.status, "output": output, "finished_at": run.finished_at}
            StageRun.objects.filter(generation=work.row, name=name).update(**told)
    else:
        work.unwritten.append(run)
    work.columns |= columns
    for column, value in columns.items():
        setattr(work.row, column, value)


def _new_run(work: Work, name: Stage, given: Any) -> StageRun:
    return StageRun(generation=work.row, name=name, input_digest=_digest(given), started_at=timezone.now())


def _write_down(work: Work, opened: StageRun | None, *, output: dict[str, Any] | None = None) -> None:
    """The stages that are done since the last time, and one that begins, whose output stays as it is unless given."""
    done, work.unwritten = work.unwritten, []
    begun = [*done, *([opened] if opened else [])]
    if not begun:
        return
    facts = ["status", "input_digest", "started_at", "finished_at", "updated_at"]
    with work.job.fenced():
        _upsert(done, [*facts, "output"])
        if opened:
            opened.output = output or {}
            _upsert([opened], facts if output is None else [*facts, "output"])
        reached = {"stage": begun[-1].name, "percent": BEGINS[Stage(begun[-1].name)]}
        Generation.objects.move(work.row.pk, Status.RUNNING, **reached, **work.columns)
        told = [{"stage": run.name, "percent": BEGINS[Stage(run.name)], "status": Status.RUNNING} for run in begun]
        shown = [(GENERATION_STAGE, each) for each in told]
        record_all(f"generation:{work.row.pk}", shown, team_id=work.row.team_id)
    work.columns = {}


def _upsert(runs: list[StageRun], fields: list[str]) -> None:
    StageRun.objects.bulk_create(
        runs, update_conflicts=True, unique_fields=["generation", "name"], update_fields=fields
    )


def _stop_if_cancelled(work: Work) -> None:
    """Raises Cancelled at a safe point if the job should stop; what was done is stored."""
    if work.job.is_cancelled():
        _write_down(work, None)
        raise Cancelled


def _analyse(work: Work) -> tuple[dict[str, Any], dict[str, Any]]:
    row = work.row
    heard = reading.analysed(work.job, row, work.wish, work.references)
    if row.corrections and work.references:
        bare = estimates.understand(replace(work.wish, corrections={}), work.references, seen=heard.value)
        note_readings(row.team, row.brief, work.references, bare, remix=work.wish.is_remix)
    work.asked = heard.value is not None
    work.understanding = estimates.understand(work.wish, work.references, team=row.team, seen=heard.value)
    found = work.understanding.to_json()
    columns: dict[str, Any] = {"understood": found}
    before = row.settings.get("told", [])
    told = telling.settled(work.wish, before, asked=work.asked)
    if told != before:
        columns["settings"] = {**row.settings, "told": told}
    return {"understood": found, **heard.facts}, columns


def _set_prompt(work: Work, composed: PromptParts, **more: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    work.prompt = prompt = estimates.as_edited(work.wish, composed)
    columns = {"prompt": prompt.prompt, "negative_prompt": prompt.negative_prompt}
    return {**columns, "parts": estimates.parts_json(prompt), **more}, columns


def _compose(work: Work) -> tuple[dict[str, Any], dict[str, Any]]:
    assert work.understanding is not None  # noqa: S101  (the stage before set it)
    heard = reading.prompted(work.job, work.row, work.wish, work.understanding)
    work.written = heard.value or ()
    return _set_prompt(work, _worded(work), **heard.facts)


def _worded(work: Work, match: PersonaMatch | None = None, learned: Sequence[LearnedChoice] = ()) -> PromptParts:
    assert work.understanding is not None  # noqa: S101
    return compose(
        work.wish.brief,
        work.understanding,
        persona=taste_of(work.row.persona),
        match=match,
        learned=learned,
        exact=work.wish.exact,
        change=work.wish.is_change,
        seed=_dice(work.row),
        written=work.written,
    )


def _dice(row: Generation) -> int:
    return int(row.settings.get("dice", row.seed or 0))  # older rows have none


def _match(work: Work) -> tuple[dict[str, Any], dict[str, Any]]:
    """Fit the persona the designer chose; without one, say which is nearest and change nothing."""
    assert work.understanding is not None and work.prompt is not None  # noqa: S101
    match = estimates.matched(work.wish, work.understanding, work.row.persona, asked=work.asked)
    if match is None:
        return {"matched": False, "parts": estimates.parts_json(work.prompt)}, {}
    work.facts["adjustments"] = match.to_json()["adjustments"]
    return _set_prompt(work, _worded(work, match), matched=True, match=match.to_json())


def _route(work: Work) -> tuple[dict[str, Any], dict[str, Any]]:
    """Choose who draws. What nobody sits and waits for is put off while all that could do it rest: raises Later."""
    try:
        work.plan = plan = _planned(work)
    except Refused as refused:
        if refused.code != choosing.UNHEALTHY or work.job.is_urgent:
            raise
        raise Later(timedelta(seconds=refused.facts["retry_after"]), refused.message) from refused
    route = plan.route
    columns = {"provider": route.provider, "model": route.model, "simulated": plan.simulated}
    return {**route.to_json(), "width": plan.width, "height": plan.height}, columns


def _planned(work: Work) -> choosing.Plan:
    assert work.understanding is not None  # noqa: S101
    dice = routing.dice(work.row.seed or 0)
    return _plan_of(work.row, work.wish, work.understanding.value("garment"), work.references, dice)


def _plan_of(
    row: Generation,
    wish: GenerationWish,
    garment: str | None,
    photos: Sequence[Asset],
    rng: np.random.Generator | None = None,
) -> choosing.Plan:
    ceiling = costs.left_of_ceiling(row)
    return choosing.plan_for(
        replace(wish, max_cost=ceiling),
        team=row.team,
        garment=garment,
        photos=costs.sizes_of(photos),
        photo_most=costs.photo_most(row),
        rng=rng,
        set_aside=costs.left_for_images(row) if ceiling is None else None,
        shown=costs.left_of_shown(row),
    )


def has_order(row: Generation) -> bool:
    """Whether it is settled who draws it."""
    return _written_order(row) is not None


def route_of(row: Generation) -> costs.Key | None:
    """Who would draw it if that was settled now, and not by lot; None where nobody could, or it cannot be read."""
    try:
        return _route_now(row)
    except Refused:
        return None


def check_route(row: Generation) -> None:
    """Raises Refused (`choosing.UNHEALTHY`) while all that could draw what has no order yet rest: so would its worker
    find. Any other fault is left to the worker, who can say it."""
    try:
        _route_now(row)
    except Refused as refused:
        if refused.code == choosing.UNHEALTHY:
            raise


def _route_now(row: Generation) -> costs.Key:
    try:
        route = _plan_of(row, _wish_of(row), None, row.photos).route
    except (KeyError, TypeError, ValueError) as broken:  # kept by a release whose records were others
        raise Refused("unreadable", "What was asked for cannot be read any more.") from broken
    return route.provider, route.model


def _optimise(work: Work) -> tuple[dict[str, Any], dict[str, Any]]:
    """Let what this team liked before into the prompt, where the brief left room."""
    assert work.understanding is not None and work.prompt is not None  # noqa: S101
    persona, learned = work.row.persona, _learned(work)
    if not learned:
        return {"learned": [], "parts": estimates.parts_json(work.prompt)}, {}
    match = estimates.matched(work.wish, work.understanding, persona, asked=work.asked)
    prompt = _worded(work, match, learned)
    work.facts["learned"] = [choice.to_json() for choice in learned]
    return _set_prompt(work, prompt, learned=work.facts["learned"])


def _learned(work: Work) -> Sequence[LearnedChoice]:
    """What was drawn when the wish was sent, but for what a model has read in it since; older rows are drawn now."""
    assert work.understanding is not None  # noqa: S101
    drawn, team = work.row.settings.get("learned"), work.row.team
    if readers.unread(work.wish, asked=work.asked):  # it was drawn for a model that did not answer
        return ()
    if drawn is None:
        return estimates.learned(
            work.wish,
            work.understanding,
            team=team,
            persona=work.row.persona,
            seed=_dice(work.row),
            asked=work.asked,
        )
    choices = map(LearnedChoice.from_json, drawn)
    return [each for each in choices if not work.understanding[each.attribute].is_known]


STEPS = {
    Stage.ANALYSIS: _analyse,
    Stage.PROMPTING: _compose,
    Stage.PERSONA: _match,
    Stage.ROUTING: _route,
    Stage.OPTIMISATION: _optimise,
}


def _order(work: Work) -> Order:
    """Everything that the provider is to know, from the five stages."""
    assert work.plan is not None and work.prompt is not None and work.understanding is not None  # noqa: S101
    return Order(
        provider=work.plan.route.provider,
        model=work.plan.route.model,
        prompt=work.prompt.prompt,
        negative_prompt=work.prompt.negative_prompt,
        width=work.plan.width,
        height=work.plan.height,
        seeds=drawing.seeds_for(work.row.seed or 0, work.wish.images),
        attributes={**_added_attributes(work), **work.understanding.known()},
        unit_price=work.plan.unit_price,
        most=work.plan.costs.most,
        aspect_ratio=work.wish.aspect_ratio,
        quality=work.plan.quality,
        variety=_variety(work),
        of_photos=remixing.SENT if work.wish.is_remix and not work.wish.exact else "",
    )


def _variety(work: Work) -> tuple[str, ...]:
    """What sets the images apart; a reference photo says itself how it is to be shown."""
    assert work.understanding is not None  # noqa: S101  (the first stage set it)
    if work.wish.references:
        return ()
    return variety(work.wish.images, work.understanding, seed=work.row.seed or 0, exact=work.wish.exact)


def _added_attributes(work: Work) -> dict[str, Any]:
    """What was learned and, over it, what the persona adds, as in the prompt; both only where the record is silent
    and the designer did not edit it away."""
    added = [*work.facts.get("learned", []), *work.facts.get("adjustments", [])]
    told = [each for each in added if say(each["attribute"], each["value"]) not in work.wish.part_edits]
    return {each["attribute"]: each["value"] for each in told if each["attribute"] != "colours"}


def _written_order(row: Generation) -> Order | None:
    """The order that an earlier try of this very job has written, if it came that far."""
    run = row.stages.filter(name=Stage.GENERATION).first()
    return Order.from_json(run.output["order"]) if run and "order" in run.output else None


def _write_order(work: Work) -> Order:
    """Fix the order before the first paid call: from here on a retry reads, composes and routes nothing anew."""
    order = _order(work)
    _stop_if_cancelled(work)
    earlier = work.row.stages.filter(name=Stage.GENERATION).values_list("output", flat=True).first() or {}
    output = {**earlier, "order": order.to_json()}
    _write_down(work, _new_run(work, Stage.GENERATION, order.to_json()), output=output)
    return order
