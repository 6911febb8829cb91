"""When the chosen model is out of order: which other one draws what is still missing, and telling everybody so.

Never in place of a model that was chosen by name, never for more money than was shown: what it may cost at most is held
to the designer's ceiling, and where there is none what it is expected to cost to the most that was shown. And never
while it is unknown whether the failed call was carried out after all.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

from django.utils import timezone

from designer.catalogue.models import ModelKind, ModelProfile
from designer.catalogue.services import per_image, remedy_of_an_end, retire
from designer.generations import choosing, costs, health
from designer.generations.costs import Key
from designer.generations.models import Generation, Stage, StageRun
from designer.generations.orders import IMAGE_STEP, Order
from designer.generations.pacing import Resting
from designer.generations.services import announce
from designer.generations.wishes import GenerationWish
from designer.jobs.handlers import Permanent, Retry, RunningJob
from designer.jobs.models import AttemptOutcome, JobAttempt
from designer.pipeline.records import Understanding
from designer.providers import base
from designer.realtime.events import GENERATION_FALLBACK
from teams.base.errors import Refused

AT_ONCE: Final = frozenset({"auth", "quota_exhausted", "model_retired"})  # trying again cannot help
IN_A_WHILE: Final = frozenset({"provider_down", "rate_limited"})  # the same model gets a second chance
LONG: Final = timedelta(minutes=1)  # a provider that wants to be left alone for longer is not waited for
TRIES: Final = 2


def find(
    job: RunningJob, row: Generation, wish: GenerationWish, order: Order, error: Exception | None, left: list[int]
) -> Order | None:
    """The order as another model will carry it out, written and announced; None when none may or can step in."""
    if not isinstance(error, base.ProviderError):
        return None
    if wish.stands_alone or not _is_time(job, error) or _is_unknown(job, left):
        return None
    shown = costs.left_of_shown(row)
    plans = (_plan(row, wish, out, len(left), shown=shown) for out in _left_out(row, order, error))
    plan = next(filter(None, plans), None)
    return _changed(job, row, order, plan, error, left) if plan else None


def _is_time(job: RunningJob, error: base.ProviderError) -> bool:
    if error.code in AT_ONCE or _is_gone(error):
        return True
    wait = getattr(error, "retry_at", None)
    if error.code == "rate_limited" and wait is not None and wait - timezone.now() > LONG:
        return True
    return error.code in IN_A_WHILE and job.failures + 1 >= TRIES


def _is_gone(error: base.ProviderError) -> bool:
    """Whether it is the model that is not there any more: for the vendor, or for the adapter of a newer release."""
    unknown = isinstance(error, base.InvalidRequest) and error.field in ("model", "provider")
    return unknown or error.code == "model_retired"


def _is_unknown(job: RunningJob, left: list[int]) -> bool:
    """Whether a call for a missing image may have been carried out, and paid for, without our hearing of it."""
    unknown = JobAttempt.objects.filter(job_id=job.id, outcome=AttemptOutcome.UNKNOWN)
    places = {step.removeprefix(IMAGE_STEP).partition(".")[0] for step in unknown.values_list("step", flat=True)}
    return bool(places & set(map(str, left)))


def told_of_all(
    job: RunningJob, stop: Permanent | Retry | Resting, row: Generation, wish: GenerationWish, order: Order
) -> Permanent | Retry | Resting:
    """The end of the last model that was tried, told as the end of all of them, each with its reason; and of those that
    could not be asked because they rest. Of the only one that was tried also that another could make it for more than
    was shown. What the last one said is written down. Raises LeaseLost."""
    error = stop.__cause__
    if isinstance(stop, Resting) or not isinstance(error, base.ProviderError):
        return stop
    told = _told(job, stop, row, wish, order, error)
    with job.fenced():
        run = StageRun.objects.get(generation=row, name=Stage.GENERATION)
        stopped = {"told": str(told), "reason": error.message}
        StageRun.objects.filter(pk=run.pk).update(output={**run.output, "stopped": stopped})
    return told


def _told(
    job: RunningJob,
    stop: Permanent | Retry,
    row: Generation,
    wish: GenerationWish,
    order: Order,
    error: base.ProviderError,
) -> Permanent | Retry:
    tried = [(turn.get("title_before", turn["instead_of"]), turn["reason"]) for turn in row.fallbacks]  # older: none
    tried.append((_title((order.provider, order.model)), error.message))
    if not wish.stands_alone and _is_time(job, error):
        tried += _resting(row, wish, order, error)
    if len(tried) == 1:
        return _told_of_dearer(stop, row, wish, order, error)
    by_reason: dict[str, list[str]] = {}
    for title, reason in tried:
        by_reason.setdefault(reason.rstrip("."), []).append(title)
    reasons = " ".join(f"{', '.join(titles)}: {reason}." for reason, titles in by_reason.items())
    message, remedy = f"No model that fits could make it. {reasons}", base.ProviderError.usual_remedy
    if isinstance(stop, Retry):
        return Retry(stop.after, message, code=stop.code, remedy=remedy)
    return Permanent(stop.code, message, remedy)


def _resting(row: Generation, wish: GenerationWish, order: Order, error: base.ProviderError) -> list[tuple[str, str]]:
    """Titles of those that might have stepped in but rest, of vendors that were not asked: what for and how long."""
    *_, least = _left_out(row, order, error)
    asked, now = {order.provider, *(turn["from"] for turn in row.fallbacks)}, timezone.now()
    try:
        _planned(row, wish, least, wish.n, shown=costs.left_of_shown(row))
    except Refused as refused:
        keys, healths = refused.facts.get("resting", ()), health.all_health()
        return [(_title(key), health.resting(healths.get(key), now)) for key in keys if key[0] not in asked]
    return []


def _title(key: Key) -> str:
    titles = ModelProfile.objects.filter(kind=ModelKind.IMAGE, provider=key[0], model=key[1])
    return str(titles.values_list("title", flat=True).first() or key[1])


def _told_of_dearer(
    stop: Permanent | Retry, row: Generation, wish: GenerationWish, order: Order, error: base.ProviderError
) -> Permanent | Retry:
    if isinstance(stop, Retry) or error.code not in AT_ONCE or wish.stands_alone or wish.max_cost is not None:
        return stop
    plan = _plan(row, wish, next(_left_out(row, order, error)), wish.n, shown=None)
    if plan is None:
        return stop
    way = f"Send it again for {plan.title}, which costs more than was shown for this one."
    return Permanent(stop.code, stop.message, f"{stop.remedy} {way}".strip())


def _left_out(row: Generation, order: Order, error: base.ProviderError) -> Iterator[set[Key]]:
    """The models to do without, the best way first: what keeps one model of a provider from working keeps its others
    too, surely where it is the account's key or money, probably where the provider is down."""
    failed = {(order.provider, order.model), *((each["from"], each["instead_of"]) for each in row.fallbacks)}
    rows = ModelProfile.objects.filter(kind=ModelKind.IMAGE, provider=order.provider)
    alone = _is_gone(error) or (error.code in AT_ONCE and not error.of_account)
    yield failed if alone else failed | set(rows.values_list("provider", "model"))
    if error.code in IN_A_WHILE:
        yield failed


def _plan(
    row: Generation, wish: GenerationWish, failed: set[Key], n: int, *, shown: Decimal | None
) -> choosing.Plan | None:
    """The same, None where nobody is left, and where the only one would draw what was to be a photograph."""
    try:
        plan = _planned(row, wish, failed, n, shown=shown)
    except Refused:
        return None
    return plan if row.simulated or not plan.simulated else None  # a drawing is no stand-in for a photograph


def _planned(
    row: Generation, wish: GenerationWish, failed: set[Key], n: int, *, shown: Decimal | None
) -> choosing.Plan:
    """What the router says without the models that failed, for the rest of the images and of the money; `shown`: what
    is left of the most that was shown, None = whatever it takes. Raises Refused."""
    garment = Understanding.from_json(row.understood).value("garment")
    photos: dict[str, Any] = {"photos": costs.sizes_of(row.photos), "photo_most": costs.photo_most(row)}
    rest_of_it = replace(wish, n=n, best_of=None, max_cost=costs.left_of_ceiling(row))
    facts: dict[str, Any] = {"team": row.team, "garment": garment, **photos}
    return choosing.plan_for(rest_of_it, **facts, without=failed, shown=shown)


def _changed(
    job: RunningJob, row: Generation, order: Order, plan: choosing.Plan, error: base.ProviderError, left: list[int]
) -> Order:
    """Write the order anew before anybody is called by it, and say what changed."""
    price = plan.unit_price
    facts: dict[str, Any] = {"provider": plan.route.provider, "model": plan.route.model, "quality": plan.quality}
    after = replace(order, **facts, unit_price=price, most=plan.costs.most, turn=order.turn + 1)
    told = {
        "provider": after.provider,
        "model": after.model,
        "from": order.provider,
        "instead_of": order.model,
        "title": plan.title,
        "title_before": _title((order.provider, order.model)),
        "code": error.code,
        "reason": error.message,
        "note": " ".join([_difference(row, order, price), *plan.route.warnings]),
        "unit_price": str(price),
        "unit_price_before": str(order.unit_price),
        "from_image": left[0] + 1,
    }
    with job.fenced():
        run = StageRun.objects.get(generation=row, name=Stage.GENERATION)
        StageRun.objects.filter(pk=run.pk).update(output={**run.output, "order": after.to_json()})
        row.fallbacks = [*row.fallbacks, told]
        columns: dict[str, Any] = {"provider": after.provider, "model": after.model, "fallbacks": row.fallbacks}
        Generation.objects.filter(pk=row.pk).update(**columns)
        announce(row, GENERATION_FALLBACK, told)
    return after


def _difference(row: Generation, order: Order, after: Decimal) -> str:
    """Beside the model that was chosen and whose price was shown: nobody was shown that of one that stepped in."""
    first = row.fallbacks[0] if row.fallbacks else None
    before = Decimal(first["unit_price_before"]) if first else order.unit_price
    if per_image(after) == per_image(before):
        return f"The price stays {per_image(after)}."
    of_whom = f", the price of {first.get('title_before', first['instead_of'])}" if first else ""  # older: no title
    return f"It costs {per_image(after)} instead of {per_image(before)}{of_whom}."


def note_end(order: Order, error: base.ProviderError) -> None:
    """Where the vendor says that the model is gone, nobody calls it again, and who asked is told what follows it."""
    key = {"kind": ModelKind.IMAGE, "provider": order.provider, "model": order.model}
    if not isinstance(error, base.ModelRetired):
        return
    if profile := ModelProfile.objects.filter(**key).first():
        retire(actor=None, model=profile, reason=f"{order.provider} says: {error.message}"[:300])
        error.remedy = remedy_of_an_end(profile, timezone.now().date(), told=error.successor)
