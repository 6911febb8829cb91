"""While a model rests: which items wait with it, whose places others have meanwhile, and what is said of it."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Greatest
from django.utils import timezone

from batches.models import IN_FLIGHT, Batch, BatchItem, BatchStatus, ItemStatus
from batches.pricing import wish_of
from designer.generations import health, runner
from designer.generations.choosing import UNHEALTHY
from designer.generations.costs import Key
from designer.generations.models import LIVE, Stage, StageRun
from designer.generations.orders import IMAGE_STEP
from designer.jobs.models import AttemptOutcome, JobAttempt
from designer.jobs.steering import hold_back
from teams.base.errors import Refused

# the fields of a wish by which one model fits and another does not: by their value, or by whether they are there at all
CHOOSES: Final = ("provider", "model", "aspect_ratio", "quality", "min_quality", "max_cost", "n", "best_of")
ASKS_MORE: Final = ("seed", "references")
ASKED: Final = ("output__order__provider", "output__order__model")
NAMED: Final = Q(wish__has_any_keys=["provider", "model"])


def _orders() -> QuerySet[StageRun]:
    """Those that are carried out as they stand, by the model that was chosen: what failed before anything was bought is
    planned anew, and what was routed and has no order is routed again."""
    calls = JobAttempt.objects.filter(job_id=OuterRef("generation__job_id"), step__startswith=IMAGE_STEP)
    goes_on = Q(generation__status__in=LIVE) | Exists(calls.exclude(outcome=AttemptOutcome.FAILED))
    return StageRun.objects.filter(goes_on, name=Stage.GENERATION, output__has_key="order")


NOT_CHOSEN: Final = Q(~Exists(_orders().filter(generation=OuterRef("generation"))))


@dataclass(frozen=True, slots=True)
class Rest:
    """Why `item` cannot begin while all that could make it rest."""

    item: BatchItem
    refused: Refused

    @property
    def held(self) -> Q:
        """The items that wait with it. Of what has its model those of that model, which they stay with; else those that
        ask the same of the same model: one that names no model may find another, one without its limits a dearer one,
        and one without a seed or photos one that takes none."""
        chosen = _chosen_for(self.item)
        if chosen is None:
            return Q(pk=self.item.pk) | _alike(self.item)
        return Q(pk=self.item.pk) | _made_by([chosen])


def _alike(item: BatchItem) -> Q:
    """The items without a model yet that ask the same of the same model."""
    wish = item.wish
    said = {name: wish[name] for name in CHOOSES if name in wish}
    others = Q(wish__has_any_keys=[name for name in (*CHOOSES, *ASKS_MORE) if name not in wish])
    more = Q(wish__has_keys=[name for name in ASKS_MORE if name in wish])
    return _planned_with(item.provider, item.model) & Q(wish__contains=said) & more & ~others


def _planned_with(provider: str, model: str) -> Q:
    """The items of a model that none has been chosen for yet."""
    return Q(provider=provider, model=model) & NOT_CHOSEN


def rest_of(item: BatchItem) -> str:
    """Why its model may not be called now; "" where it may, or where another one may step in."""
    if item.generation is None or not wish_of(item.wish, item.team_id).stands_alone:
        return ""
    return health.resting(health.health_of(*model_of(item)), timezone.now())


def model_of(item: BatchItem) -> Key:
    """The provider and model by which it is made: of its plan, until its work has chosen."""
    return _chosen_for(item) or (item.provider, item.model)


def _chosen_for(item: BatchItem) -> Key | None:
    """The provider and model that its work has chosen, by the name that it asks by; None where it may choose yet."""
    return _chosen([item]).get(item.pk)


def _chosen(items: Collection[BatchItem]) -> dict[UUID, Key]:
    """The same for all of these that have chosen."""
    begun = {item.generation_id: item.pk for item in items if item.generation_id}
    orders = _orders().filter(generation__in=list(begun)) if begun else StageRun.objects.none()
    return {begun[pk]: (provider, model) for pk, provider, model in orders.values_list("generation", *ASKED)}


def _made_by(keys: Collection[Key]) -> Q:
    """The items whose work has chosen one of the models, by the name that it asks by: looked up for each item, for the
    orders of the whole studio are many."""
    ordered = Q()
    for provider, model in keys:
        ordered |= Q(output__order__provider=provider, output__order__model=model)
    return Q(Exists(_orders().filter(ordered, generation=OuterRef("generation"))))


def _asked(items: QuerySet[BatchItem]) -> QuerySet[StageRun, Key]:
    """The models that the work of these items has chosen, by the name that it asks by."""
    named = _orders().filter(generation__in=items.values("generation"))
    return named.values_list(*ASKED).order_by().distinct()


def check_awake(item: BatchItem) -> None:
    """Raises Refused while the model of what was begun may not be called, and where none was chosen yet, while none
    that could do it may."""
    made = item.generation
    if made is not None and made.is_live and not runner.has_order(made):
        runner.check_route(made)
    elif why := rest_of(item):
        key = model_of(item)
        raise Refused(UNHEALTHY, f"{key[1]} is given a rest ({why}).", resting=(key,))


def reason_to_pause(rests: list[Rest]) -> dict[str, str] | None:
    """What a person must see to before any of the items can begin; None where one of the rests passes by itself."""
    healths = health.all_health()
    keys = dict.fromkeys(key for rest in rests for key in rest.refused.facts["resting"])
    if not all(health.lasts(healths, key) for key in keys):
        return None
    told = "; ".join(f"{model}: {health.trouble_of(healths[provider, model])}" for provider, model in keys)
    way = health.mended(keys)
    return {
        "code": UNHEALTHY,
        "message": f"What could do this is given a rest ({told}).",
        "remedy": f"Have an admin see to it ({way}), then resume: it is tried at once, with one item first.",
    }


def wake_models(row: Batch) -> None:
    """Have what the batch has paused for tried at once: of the models that somebody has to see to those that its items
    wait for, and where another may step in all of them."""
    waiting = row.items.filter(status=ItemStatus.WAITING)
    planned = waiting.filter(NOT_CHOSEN).values_list("provider", "model")
    theirs = {*planned.order_by().distinct(), *_asked(waiting)}
    free = waiting.exclude(NAMED).exists()
    healths = health.all_health()
    health.try_now(key for key in healths if health.lasts(healths, key) and (free or key in theirs))


def tried(row: Batch) -> list[Q]:
    """The items that wait until another one has shown whether their model works again after its rest. What names no
    model waits only where the router would give it to that model today: another one that works keeps the batch busy."""
    healths, now = health.all_health(), timezone.now()
    keys = [key for key, each in healths.items() if health.on_trial(each, now)]
    if not keys:
        return []
    begun = row.items.filter(status__in=IN_FLIGHT)
    held = _routed_to(keys, begun)
    for key in keys:
        theirs = _made_by([key]) | (_planned_with(*key) & NAMED)
        if begun.filter(theirs).exists():
            held.append(theirs)
    return held


def _routed_to(keys: Collection[Key], begun: QuerySet[BatchItem]) -> list[Q]:
    """The items like those of `begun` that the router would give to one of the models, each kind asked for once."""
    kinds: dict[str, tuple[Key | None, BatchItem]] = {}
    items = list(begun.exclude(NAMED).filter(generation__isnull=False).select_related("generation__team"))
    known = _chosen(items)
    for item in items:
        chosen = known.get(item.pk)
        if chosen is None or chosen in keys:
            said = {name: item.wish.get(name) for name in CHOOSES}
            more = [name in item.wish for name in ASKS_MORE]
            kinds.setdefault(json.dumps([chosen, item.provider, item.model, said, more]), (chosen, item))
    held = []
    for chosen, item in kinds.values():
        assert item.generation is not None  # noqa: S101  (the others were left out)
        route = runner.route_of(item.generation)
        if route in keys and chosen in (None, route):
            held.append(_alike(item) | Q(pk=item.pk))
    return held


def give_back(row: Batch) -> None:
    """Have those whose work is in the queue only to wait for a rest wait in their rows: others take their places. What
    they made, the tries they have left and what is set aside for them stay theirs."""
    healths, now = health.all_health(), timezone.now()
    if not any(health.left_of_rest(each, now) for each in healths.values()):
        return
    begun = row.items.filter(status__in=IN_FLIGHT, generation__isnull=False).select_related("generation__team")
    items = list(begun.order_by("position"))
    known = _chosen(items)
    for item in items:
        job_id = item.generation and item.generation.job_id
        key = known.get(item.pk, (item.provider, item.model))
        if not job_id or not health.resting(healths.get(key), now):
            continue
        try:
            check_awake(item)
        except Refused:
            _give_back(item, job_id)


@transaction.atomic
def _give_back(item: BatchItem, job_id: UUID) -> None:
    if not hold_back([job_id]):
        return  # a worker has it
    begun = BatchItem.objects.filter(pk=item.pk, status__in=IN_FLIGHT)
    moved = begun.update(status=ItemStatus.WAITING, tries=Greatest(F("tries"), 1) - 1)
    # the item's change has locked the batch: nobody pauses or cancels it without seeing where the item is
    status = Batch.objects.values_list("status", flat=True).get(pk=item.batch_id)
    if not moved or status != BatchStatus.RUNNING:
        transaction.set_rollback(True)


def held_up() -> set[UUID]:
    """The running batches that have work in the queue for models that rest."""
    now = timezone.now()
    asleep = [key for key, row in health.all_health().items() if health.left_of_rest(row, now)]
    if not asleep:
        return set()
    begun = BatchItem.objects.filter(batch__status=BatchStatus.RUNNING, status__in=IN_FLIGHT)
    theirs = _made_by(asleep)
    for provider, model in asleep:
        theirs |= Q(provider=provider, model=model)
    return set(begun.filter(theirs).values_list("batch", flat=True))
