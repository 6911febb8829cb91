"""Drives one generation through its six stages: each is stored, timed and announced; the last one pays and finishes."""

import hashlib
import json
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils import timezone

from designer.assets.models import Asset
from designer.assets.services import Prepared, prepare_result, store_prepared
from designer.generations import estimates
from designer.generations.models import Generation, Stage, StageRun, Status
from designer.generations.services import announce
from designer.generations.signals import generation_finished
from designer.generations.wishes import GenerationWish
from designer.jobs.handlers import Cancelled, Permanent, Retry, RunningJob
from designer.jobs.models import AttemptOutcome, JobAttempt
from designer.jobs.services import begin_attempt, settle_attempt
from designer.ledger.models import EntryKind
from designer.ledger.services import charge
from designer.personas.services import learned_for, taste_of
from designer.pipeline import generation as drawing
from designer.pipeline import persona as personas
from designer.pipeline.prompting import compose
from designer.pipeline.records import PromptParts, Understanding
from designer.providers import base
from designer.providers.registry import image_provider
from designer.realtime.events import COST_UPDATED, GENERATION_COMPLETE, GENERATION_PROGRESS, GENERATION_STAGE, record
from designer.realtime.ticks import tick
from teams.base.errors import Refused

# percent of the whole at which each stage begins; drawing takes nearly all of the time
BEGINS = {
    Stage.ANALYSIS: 2,
    Stage.PROMPTING: 10,
    Stage.PERSONA: 14,
    Stage.ROUTING: 17,
    Stage.OPTIMISATION: 20,
    Stage.GENERATION: 24,
}
IPTC_SYNTHETIC = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
IPTC_DRAWN = "http://cv.iptc.org/newscodes/digitalsourcetype/algorithmicMedia"


@dataclass(slots=True)
class Work:
    """What the stages hand to each other."""

    job: RunningJob
    row: Generation
    wish: GenerationWish
    references: list[Asset]
    understanding: Understanding | None = None
    prompt: PromptParts | None = None
    plan: estimates.Plan | None = None
    facts: dict[str, Any] = field(default_factory=dict)


def run(job: RunningJob, generation_id: str) -> None:
    """Bring one generation to its end. Safe to run again: paid work is asked again under its first key only."""
    work = _begin(job, generation_id)
    _stage(work, Stage.ANALYSIS, _analyse)
    _stage(work, Stage.PROMPTING, _compose)
    _stage(work, Stage.PERSONA, _match)
    _stage(work, Stage.ROUTING, _route)
    _stage(work, Stage.OPTIMISATION, _optimise)
    _draw(work)


def _begin(job: RunningJob, generation_id: str) -> Work:
    with job.fenced():
        Generation.objects.move(generation_id, Status.RUNNING, started_at=timezone.now(), percent=0)
        row = Generation.objects.select_related("team", "owner", "persona").get(pk=generation_id)
        announce(row, GENERATION_STAGE, {"stage": "starting", "percent": 0, "status": Status.RUNNING})
    return Work(job=job, row=row, wish=_wish_of(row), references=list(row.references.order_by("created_at")))


def _wish_of(row: Generation) -> GenerationWish:
    said = dict(row.settings)
    cap = said.pop("max_cost", None)
    return GenerationWish(
        brief=row.brief,
        references=tuple(row.references.values_list("pk", flat=True)),
        persona=row.persona_id,
        max_cost=Decimal(cap) if cap else None,
        corrections=row.corrections,
        **{**said, "seed": row.seed},
    )


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()


def _open_stage(work: Work, name: Stage, given: Any) -> StageRun:
    """Mark the stage as running, for all to see."""
    work.job.stop_if_cancelled()
    with work.job.fenced():
        facts = {"status": "running", "input_digest": _digest(given), "started_at": timezone.now(), "finished_at": None}
        run, _ = StageRun.objects.update_or_create(generation=work.row, name=name, defaults=facts)
        Generation.objects.move(work.row.pk, Status.RUNNING, stage=name, percent=BEGINS[name])
        announce(work.row, GENERATION_STAGE, {"stage": name, "percent": BEGINS[name], "status": Status.RUNNING})
    return run


def _stage(work: Work, name: Stage, step: Callable[[Work], tuple[dict[str, Any], dict[str, Any]]]) -> None:
    """Run one pure stage. `step` returns what it gives (stored with the stage) and the row's changed columns."""
    run = _open_stage(work, name, {"brief": work.wish.brief, "settings": work.row.settings})
    try:
        output, columns = step(work)
    except Refused as refused:
        raise Permanent(refused.code, refused.message, refused.remedy) from refused
    with work.job.fenced():
        StageRun.objects.filter(pk=run.pk).update(status="succeeded", output=output, finished_at=timezone.now())
        Generation.objects.filter(pk=work.row.pk).update(**columns)
    for column, value in columns.items():
        setattr(work.row, column, value)


def _analyse(work: Work) -> tuple[dict[str, Any], dict[str, Any]]:
    row = work.row
    work.understanding = estimates.understand(work.wish, work.references, team=row.team)
    found = work.understanding.to_json()
    return {"understood": found}, {"understood": found}


def _set_prompt(work: Work, prompt: PromptParts, **more: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    work.prompt = prompt
    columns = {"prompt": prompt.prompt, "negative_prompt": prompt.negative_prompt}
    return {**columns, "parts": estimates.parts_json(prompt), **more}, columns


def _compose(work: Work) -> tuple[dict[str, Any], dict[str, Any]]:
    assert work.understanding is not None  # noqa: S101  (the stage before set it)
    prompt = compose(work.wish.brief, work.understanding, exact=work.wish.exact, seed=work.row.seed or 0)
    return _set_prompt(work, prompt)


def _match(work: Work) -> tuple[dict[str, Any], dict[str, Any]]:
    """Fit the persona the designer chose; without one, say which is nearest and change nothing."""
    assert work.understanding is not None and work.prompt is not None  # noqa: S101
    taste = taste_of(work.row.persona)
    if taste is None:
        return {"matched": False, "parts": estimates.parts_json(work.prompt)}, {}
    match = personas.match(work.wish.brief, work.understanding, taste)
    prompt = compose(
        work.wish.brief, work.understanding, persona=taste, match=match, exact=work.wish.exact, seed=work.row.seed or 0
    )
    work.facts["adjustments"] = match.to_json()["adjustments"]
    return _set_prompt(work, prompt, matched=True, match=match.to_json())


def _route(work: Work) -> tuple[dict[str, Any], dict[str, Any]]:
    assert work.understanding is not None  # noqa: S101
    garment = work.understanding.value("garment")
    work.plan = estimates.plan_for(work.wish, team=work.row.team, garment=garment, has_references=bool(work.references))
    route = work.plan.route
    columns = {"provider": route.provider, "model": route.model, "simulated": work.plan.simulated}
    return {**route.to_json(), "width": work.plan.width, "height": work.plan.height}, columns


def _optimise(work: Work) -> tuple[dict[str, Any], dict[str, Any]]:
    """Let what this team liked before into the prompt, where the brief left room."""
    assert work.understanding is not None and work.prompt is not None  # noqa: S101
    if work.wish.exact:
        return {"learned": [], "parts": estimates.parts_json(work.prompt)}, {}
    seed = work.row.seed or 0
    learned = learned_for(work.row.team, work.row.persona, work.understanding, seed=seed)
    taste = taste_of(work.row.persona)
    match = personas.match(work.wish.brief, work.understanding, taste) if taste else None
    prompt = compose(work.wish.brief, work.understanding, persona=taste, match=match, learned=learned, seed=seed)
    work.facts["learned"] = [choice.to_json() for choice in learned]
    return _set_prompt(work, prompt, learned=work.facts["learned"])


def _draw(work: Work) -> None:
    """Stage 6: the paid one. The attempt is committed before the call; result, cost and state after it, together."""
    assert work.plan is not None and work.prompt is not None  # noqa: S101
    run = _open_stage(work, Stage.GENERATION, {"prompt": work.prompt.prompt, "seed": work.row.seed})
    provider = image_provider(work.plan.route.provider)
    attempt = begin_attempt(
        work.job,
        provider=provider.name,
        model=work.plan.route.model,
        price=work.plan.total,
        step="generation",
        idempotency=provider.capabilities(work.plan.route.model).idempotency,
    )
    with _translated(work, attempt):
        result = provider.generate(
            _request(work),
            idempotency_key=attempt.idempotency_key,
            cancelled=work.job.is_cancelled,
            progress=_shows(work),
        )
    _finish(work, run, attempt, result)


def _request(work: Work) -> base.ImageRequest:
    assert work.plan is not None and work.prompt is not None and work.understanding is not None  # noqa: S101
    return base.ImageRequest(
        prompt=work.prompt.prompt,
        negative_prompt=work.prompt.negative_prompt,
        model=work.plan.route.model,
        width=work.plan.width,
        height=work.plan.height,
        seeds=drawing.seeds_for(work.row.seed or 0, work.wish.n),
        attributes={**_added_attributes(work), **work.understanding.known()},
    )


def _added_attributes(work: Work) -> dict[str, Any]:
    """What the persona adds and, over it, what was learned; both speak only where the record is silent."""
    added = [*work.facts.get("adjustments", []), *work.facts.get("learned", [])]
    return {each["attribute"]: each["value"] for each in added if each["attribute"] != "colours"}


def _shows(work: Work) -> Callable[[float], None]:
    start = BEGINS[Stage.GENERATION]
    last = start

    def show(share: float) -> None:
        nonlocal last
        percent = min(99, int(start + (100 - start) * share))
        if percent > last:
            last = percent
            tick(f"generation:{work.row.pk}", GENERATION_PROGRESS, {"stage": Stage.GENERATION, "percent": percent})

    return show


@contextmanager
def _translated(work: Work, attempt: JobAttempt) -> Any:
    """A provider's errors as the queue's words; each leaves the attempt's outcome on record."""
    try:
        yield
    except base.Cancelled as stop:
        with work.job.fenced():
            settle_attempt(
                attempt, AttemptOutcome.FAILED, error={"code": "cancelled", "message": "Cancelled.", "remedy": ""}
            )
        raise Cancelled from stop
    except base.ProviderError as error:
        outcome = AttemptOutcome.UNKNOWN if error.outcome_unknown else AttemptOutcome.FAILED
        with work.job.fenced():
            told = {"code": error.code, "message": error.message, "remedy": error.remedy}
            settle_attempt(attempt, outcome, error=told)
        if error.retryable:
            raise Retry(getattr(error, "retry_after", None), error.message) from error
        raise Permanent(error.code, error.message, error.remedy) from error


def _checked(work: Work, result: base.ImageResult) -> list[tuple[base.GeneratedImage, Prepared]]:
    """The valid images, their files written. A file without a row is swept later; a row never lacks its file."""
    assert work.plan is not None  # noqa: S101
    kept = []
    for image in result.images:
        problems = drawing.check_image(image.data, (work.plan.width, work.plan.height))
        if not problems:
            kept.append((image, prepare_result(team_id=work.row.team_id, data=image.data)))
    if not kept:
        raise Permanent("no_image", "The model returned no usable image.", "Try again, or choose another model.")
    return kept


def _finish(work: Work, run: StageRun, attempt: JobAttempt, result: base.ImageResult) -> None:
    kept = _checked(work, result)
    now = timezone.now()
    with work.job.fenced(finish=True):
        settle_attempt(attempt, AttemptOutcome.SUCCEEDED)
        assets = [_stored(work, image, made, result) for image, made in kept]
        cost = _charge(work, result, len(result.images))
        status = Status.SUCCEEDED if len(assets) == work.wish.n else Status.PARTIAL
        output = {"assets": [str(asset.pk) for asset in assets], "model": result.model, "request_id": result.request_id}
        StageRun.objects.filter(pk=run.pk).update(status="succeeded", output=output, finished_at=now, cost=cost)
        ends = {"percent": 100, "finished_at": now, "cost": cost, "model": result.model, "simulated": result.simulated}
        Generation.objects.move(work.row.pk, status, **ends)
        _tell(work, status, assets, cost, result.simulated)


def _stored(work: Work, image: base.GeneratedImage, made: Prepared, result: base.ImageResult) -> Asset:
    assert work.prompt is not None  # noqa: S101
    return store_prepared(
        made,
        owner_id=work.row.owner_id,
        kind="generated",
        generation_id=work.row.pk,
        title=work.row.brief[:200],
        seed=image.seed,
        simulated=result.simulated,
        provenance={
            "digital_source_type": IPTC_DRAWN if result.simulated else IPTC_SYNTHETIC,
            "provider": work.row.provider,
            "model": result.model,
            "prompt_sha256": hashlib.sha256(work.prompt.prompt.encode()).hexdigest(),
            "references": [str(asset.pk) for asset in work.references],
        },
    )


def _charge(work: Work, result: base.ImageResult, count: int) -> Decimal:
    """What the provider says it cost; else the dated price. An unknown price stops the work before it, never here."""
    assert work.plan is not None  # noqa: S101
    unit = work.plan.unit_price if result.cost is None else result.cost / count
    if unit is None:
        raise Permanent("price_unknown", "The cost of this model is not known.", "Add a price in the admin.")
    entry = charge(
        team_id=work.row.team_id,
        job_id=work.job.id,
        attempt=work.job.attempt,
        kind=EntryKind.GENERATION,
        subject=f"generation:{work.row.pk}",
        actor_id=work.row.owner_id,
        provider=work.row.provider,
        model=result.model,
        quantity=Decimal(count),
        unit_price=unit,
        simulated=result.simulated,
    )
    return entry.amount


def _tell(work: Work, status: str, assets: list[Asset], cost: Decimal, simulated: bool) -> None:
    row = Generation.objects.select_related("owner").get(pk=work.row.pk)
    generation_finished.send(Generation, generation=row)
    paid = {"subject": f"generation:{row.pk}", "amount": str(cost), "simulated": simulated}
    record(f"team:{row.team_id}", COST_UPDATED, paid, team_id=row.team_id)
    ids: list[UUID] = [asset.pk for asset in assets]
    done = {
        "status": status,
        "percent": 100,
        "assets": [str(pk) for pk in ids],
        "cost": str(cost),
        "simulated": simulated,
    }
    announce(row, GENERATION_COMPLETE, done)
