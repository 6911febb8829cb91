"""Stages 1 and 2 by a language model, where one is set up: called, paid for and kept like any other purchase.

Nothing here can fail a generation. Whatever stands in the way (no key, no price, a limit, an outage, an answer that
cannot be used) sends the stage back to the studio's own reading, with the reason in the stage's output as `basis`.
"""

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any, Final, Generic, TypeVar

from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils import timezone

from designer.assets.models import Asset
from designer.assets.services import read_bytes
from designer.catalogue.models import ModelKind, ModelProfile
from designer.catalogue.services import cost_of, retire
from designer.generations import health
from designer.generations.models import Generation, Stage, StageRun, StageStatus
from designer.generations.pacing import Resting, paced
from designer.generations.readers import Local, Prices, chosen_model, prices_of
from designer.generations.wishes import GenerationWish
from designer.jobs.handlers import Later, Permanent, RunningJob
from designer.jobs.models import AttemptOutcome, JobAttempt
from designer.jobs.rights import check_owner
from designer.jobs.services import begin_attempt, settle_attempt
from designer.ledger import budgets
from designer.ledger.models import EntryKind
from designer.ledger.services import charge
from designer.pipeline import remixing, seeing, wording
from designer.pipeline.asking import Question, Unfit
from designer.pipeline.records import PromptPart, Understanding
from designer.providers import base
from designer.providers.registry import language_provider
from designer.realtime.events import COST_UPDATED, record
from teams.base.errors import Conflict, Refused

T = TypeVar("T")
WORTH_WAITING: Final = timedelta(minutes=1)
WHY_LEFT_OUT: Final = {
    Stage.ANALYSIS: "Left unknown what neither the brief says nor a photo shows",
    Stage.PROMPTING: "Left out what nobody asked for",
}
KINDS: Final = {Stage.ANALYSIS: EntryKind.ANALYSIS, Stage.PROMPTING: EntryKind.PROMPTING}


@dataclass(frozen=True, slots=True)
class Heard(Generic[T]):
    """What a model made of it, None = to be read here; `facts` go into the stage's output."""

    value: T | None
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Task(Generic[T]):
    """One question with what reads its answer (raises Unfit), what tells the parts of it that were not taken over, and
    what keeps and restores what was read."""

    stage: Stage
    question: Question
    read: Callable[[Mapping[str, Any]], T]
    left_out: Callable[[Mapping[str, Any]], tuple[str, ...]]
    keep: Callable[[T], dict[str, Any]]
    restore: Callable[[Mapping[str, Any]], T]


@dataclass(slots=True)
class Call(Generic[T]):
    """A task under way for a job."""

    job: RunningJob
    row: Generation
    task: Task[T]
    profile: ModelProfile

    @property
    def by(self) -> str:
        return f"{self.profile.provider} {self.profile.model}"

    @property
    def prices(self) -> Prices:
        """What one call costs. Raises Local when nobody knows."""
        prices = prices_of(self.profile, self.task.question, self.task.stage)
        if prices is None:
            raise Local(f"The price of {self.by} is not known, so it was not asked.")
        return prices


def analysed(
    job: RunningJob, row: Generation, wish: GenerationWish, references: list[Asset]
) -> Heard[seeing.Reading] | Heard[remixing.Sights]:
    """What a model reads in brief and photos, which it tells apart for a remix; corrections and the designer's own
    words come on top later."""

    def task() -> Task[seeing.Reading]:
        photos = tuple(_photo(asset) for asset in references)
        return Task(
            stage=Stage.ANALYSIS,
            question=seeing.question(wish.brief, photos),
            read=partial(seeing.read, brief=wish.brief, photos=len(photos)),
            left_out=partial(seeing.left_out, brief=wish.brief, photos=len(photos)),
            keep=seeing.to_json,
            restore=seeing.from_json,
        )

    def remix() -> Task[remixing.Sights]:
        return Task(
            stage=Stage.ANALYSIS,
            question=remixing.question(wish.brief, tuple(_photo(asset) for asset in references)),
            read=partial(remixing.read, brief=wish.brief, photos=len(references)),
            left_out=partial(seeing.left_out, brief=wish.brief, photos=len(references)),
            keep=remixing.Sights.to_json,
            restore=remixing.Sights.from_json,
        )

    return _heard(job, row, remix) if wish.is_remix else _heard(job, row, task)


def prompted(
    job: RunningJob, row: Generation, wish: GenerationWish, understanding: Understanding
) -> Heard[tuple[PromptPart, ...]]:
    """The parts of a prompt that a model wrote. None is asked in exact mode, for a brief that fills the prompt, or for
    one that was edited by hand."""

    def task() -> Task[tuple[PromptPart, ...]]:
        if wish.exact:
            raise Local("The brief is used exactly as it is.")
        if wish.has_edited_prompt:
            raise Local("The prompt was edited by hand.")
        if wish.is_change:
            raise Local("The words say what to change in the picture.")
        if not wording.has_room(wish.brief):
            raise Local("The brief leaves no room for more words.")
        return Task(
            stage=Stage.PROMPTING,
            question=wording.question(wish.brief, understanding),
            read=lambda data: wording.read(data, wish.brief, understanding),
            left_out=lambda data: wording.left_out(data, wish.brief, understanding),
            keep=wording.to_json,
            restore=wording.from_json,
        )

    return _heard(job, row, task)


def _photo(asset: Asset) -> bytes:
    try:
        return read_bytes(asset)
    except Refused as refused:
        raise Local(refused.message) from refused


def _heard(job: RunningJob, row: Generation, task: Callable[[], Task[T]]) -> Heard[T]:
    """Ask, or say why not."""
    try:
        profile = chosen_model()
        return _asked(Call(job, row, task(), profile))
    except Local as stop:
        return Heard(None, {"basis": {"by": "local", "reason": stop.reason}})


def _asked(call: Call[T]) -> Heard[T]:
    digest = _digest(call)
    kept = _kept(call, digest)
    if kept is not None:
        return _done(call, digest, kept, again=True)
    if call.row.settings.get("max_cost") is not None and call.row.settings.get("for_reading") == "0":
        raise Local("Its ceiling has no room for a model that reads.")
    _check_health(call)
    value, data = _answered(call)
    return _done(call, digest, data, value)


def _done(
    call: Call[T], digest: str, data: Mapping[str, Any], value: T | None = None, *, again: bool = False
) -> Heard[T]:
    """Note under which digest it can be found again."""
    told = ["The same was read before."] if again else []
    if lost := data.get("left_out"):
        told.append(f"{WHY_LEFT_OUT[call.task.stage]}: {'; '.join(lost)}.")
    StageRun.objects.filter(generation=call.row, name=call.task.stage).update(input_digest=digest)
    heard = call.task.restore(data) if value is None else value
    return Heard(
        heard, {"basis": {"by": call.by, "reason": " ".join(told)}, "answer": {"digest": digest, "data": dict(data)}}
    )


def _digest(call: Call[T]) -> str:
    """What the answer depends on: the model, the question, the photos."""
    request = call.task.question.request(call.profile.model)
    told = [call.profile.provider, request.model, request.system, request.text, request.schema]
    told.append([hashlib.sha256(image).hexdigest() for image in request.images])
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def _kept(call: Call[T], digest: str) -> Mapping[str, Any] | None:
    """What the same model made of the same before: in an earlier try of this job, or for this team."""
    runs = StageRun.objects.filter(name=call.task.stage, generation__team=call.row.team)
    mine = runs.filter(generation=call.row, output__answer__digest=digest)
    theirs = runs.filter(status=StageStatus.SUCCEEDED, input_digest=digest, output__answer__digest=digest)
    found = mine.first() or theirs.order_by("-started_at").first()
    return found.output["answer"]["data"] if found else None


def _check_health(call: Call[T]) -> None:
    seen = health.health_of(call.profile.provider, call.profile.model, ModelKind.LANGUAGE)
    if not health.healthy(seen, timezone.now()):
        raise Local(f"{call.by} is out of order for the moment.")


def _answered(call: Call[T]) -> tuple[T, dict[str, Any]]:
    """Ask; an answer that cannot be used is sent back once with what is wrong with it. Raises Local."""
    step = str(call.task.stage)
    first = _paid(call, step, call.task.question.request(call.profile.model))
    try:
        return _read(call, first)
    except Unfit as unfit:
        faults = unfit.faults
    _check_budget(call)
    again = call.task.question.request(call.profile.model, answer=first.data, faults=faults)
    second = _paid(call, f"{step}-repair", again)
    try:
        return _read(call, second)
    except Unfit as unfit:
        raise Local(f"The answer of {call.by} could not be used: {unfit.faults[0]}") from unfit


def _check_budget(call: Call[T]) -> None:
    """A second call was in no estimate: it must fit under the ceiling that the designer set, and have its own money
    beside what the images may cost. Raises Local."""
    settings, most = call.row.settings, call.prices.most
    cap, set_aside = settings.get("max_cost"), settings.get("most") or call.row.estimate or 0
    try:
        if cap is not None and Decimal(set_aside) + most > Decimal(cap):
            raise Conflict(budgets.CODE)
        budgets.cover(f"generation:{call.row.pk}", most, more=True)
    except Conflict as over:
        raise Local(f"The answer of {call.by} could not be used, and the budget has no room to ask again.") from over


def _read(call: Call[T], result: base.LanguageResult) -> tuple[T, dict[str, Any]]:
    """What is in the answer; if it is fit it is kept at once, for a retry of the job."""
    if not result.data:
        raise Unfit(("It was no JSON object, or an empty one.",))
    value = call.task.read(result.data)
    data = call.task.keep(value)
    if lost := call.task.left_out(result.data):
        data["left_out"] = list(lost)
    with call.job.fenced():
        run = StageRun.objects.get(generation=call.row, name=call.task.stage)
        run.output = {**run.output, "answer": {"digest": _digest(call), "data": data}}
        run.save(update_fields=["output"])
    return value, data


def _paid(call: Call[T], step: str, request: base.LanguageRequest) -> base.LanguageResult:
    """One call, in its turn: a short wait for the allowance is spent in the queue, unless a paid answer would be lost.

    Raises Local or Later.
    """
    call.job.stop_if_cancelled()
    try:
        with paced(call.job, ModelKind.LANGUAGE, call.profile.provider, call.profile.model):
            return _bought(call, step, request)
    except Later as wait:
        if step == call.task.stage and wait.after <= WORTH_WAITING and not isinstance(wait, Resting):
            raise
        raise Local(wait.reason) from wait


def _bought(call: Call[T], step: str, request: base.LanguageRequest) -> base.LanguageResult:
    """On record before it is made, charged in the transaction that settles it. Raises Local, and Permanent for somebody
    who has left."""
    check_owner(call.row.owner_id, call.row.team)
    attempt = _begun(call, step)
    begun = time.monotonic()
    try:
        result = language_provider(call.profile.provider).complete(request, idempotency_key=attempt.idempotency_key)
    except base.ProviderError as error:
        told = {"code": error.code, "message": error.message, "remedy": error.remedy}
        outcome = AttemptOutcome.UNKNOWN if error.outcome_unknown else AttemptOutcome.FAILED
        with call.job.fenced():
            settle_attempt(attempt, outcome, error=told)
            declined = cost_of(call.profile, error.usage)
            if declined is not None:  # a refusal that the model wrote is billed like an answer
                _charge(call, attempt, declined, call.profile.model)
        _note(call.profile, error)
        raise Local(error.message) from error
    _pay(call, attempt, result)
    health.went_well(call.profile.provider, call.profile.model, time.monotonic() - begun, ModelKind.LANGUAGE)
    return result


def _note(profile: ModelProfile, error: base.ProviderError) -> None:
    """What the error says of the model, for the calls to come: it is in trouble, or gone for good."""
    health.went_wrong(profile.provider, profile.model, error, ModelKind.LANGUAGE)
    if isinstance(error, base.RateLimited):
        health.rest(profile.provider, profile.model, error.retry_at)
    if isinstance(error, base.ModelRetired):
        retire(actor=None, model=profile, reason=f"{profile.provider} says: {error.message}"[:300])


def _begun(call: Call[T], step: str) -> JobAttempt:
    try:
        return begin_attempt(
            call.job, provider=call.profile.provider, model=call.profile.model, price=call.prices.usual, step=step
        )
    except Permanent as unknown:
        raise Local(unknown.message) from unknown


def _pay(call: Call[T], attempt: JobAttempt, result: base.LanguageResult) -> None:
    """Charge what was counted; where nothing was, what was expected."""
    counted = result.cost if result.cost is not None else cost_of(call.profile, result.usage)
    with call.job.fenced():
        settle_attempt(attempt, AttemptOutcome.SUCCEEDED)
        _charge(call, attempt, call.prices.usual if counted is None else counted, result.model or call.profile.model)


def _charge(call: Call[T], attempt: JobAttempt, amount: Decimal, model: str) -> None:
    """Into the ledger, onto the generation and its stage, and to those who watch the money."""
    row = call.row
    entry = charge(
        team_id=row.team_id,
        job_id=call.job.id,
        attempt=call.job.attempt,
        step=attempt.step,
        kind=KINDS[call.task.stage],
        subject=f"generation:{row.pk}",
        actor_id=row.owner_id,
        provider=call.profile.provider,
        model=model,
        quantity=Decimal(1),
        unit_price=amount,
        simulated=False,
    )
    Generation.objects.filter(pk=row.pk).update(cost=Coalesce(F("cost"), Decimal(0)) + entry.amount)
    StageRun.objects.filter(generation=row, name=call.task.stage).update(cost=F("cost") + entry.amount)
    paid = {"subject": f"generation:{row.pk}", "amount": str(entry.amount), "simulated": False}
    record(f"team:{row.team_id}", COST_UPDATED, paid, team_id=row.team_id)
