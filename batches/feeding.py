"""Keeps a batch flowing: at most `parallelism` of its items are in the queue or in work, the rest wait in their rows.

The feeder is a job of which at most one is alive per batch. Each item begins in a transaction of its own; the feeder
ends in one that holds the batch's row and has seen that there is nothing left to do: an item that ends later asks for a
new feeder, one that ended earlier was seen. Locks are taken in one order everywhere: job, generation, budgets, item,
batch.
"""

import logging
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils import timezone

from batches.models import FORGOTTEN, Batch, BatchItem, BatchStatus, ItemStatus, Kind
from batches.pricing import wish_of
from batches.reporting import announce_end, announce_item, announce_state, show_counts, tell_paused
from batches.resting import Rest, check_awake, give_back, reason_to_pause, rest_of, tried
from batches.services import wake
from designer.generations import health
from designer.generations.choosing import UNHEALTHY
from designer.generations.models import Generation
from designer.generations.services import Terms, request_generation
from designer.jobs import rights
from designer.jobs.handlers import Retry, RunningJob
from designer.jobs.models import BEHIND, Job, JobStatus, Lane
from designer.jobs.services import revive
from designer.jobs.steering import let_go, set_rank
from designer.ledger import budgets
from enhancement.models import Enhancement
from enhancement.services import request_enhancement
from teams.base.errors import Missing, Refused
from teams.membership.models import Team
from teams.membership.permissions import may

log = logging.getLogger(__name__)
FORGOTTEN_SHOWN: Final = "A part of it was made and paid, and how far it came is no longer known after 30 days."
ASK_ANEW: Final = (
    "What was made stays in the gallery. Retry it as one that may have been paid: it is made and paid whole once more."
)
# a failed one goes on where an admin replays its job; a waiting one may have work that was begun before
NOT_RUNNING: Final = (ItemStatus.WAITING, ItemStatus.QUEUED, ItemStatus.FAILED)
REPLAYED: Final = (JobStatus.DEAD, JobStatus.FAILED)
OWNER_LEFT: Final = {
    "code": rights.OWNER_LEFT,
    "message": "Its owner can no longer create work in this team.",
    "remedy": "Resume it as an admin of the team: it is yours then. Or cancel it.",
}
TEAM_ARCHIVED: Final = {
    "code": rights.TEAM_ARCHIVED,
    "message": "Its team was archived or deleted.",
    "remedy": "Resume it once an owner has brought the team back.",
}
ON_TRIAL: Final = {"code": UNHEALTHY, "message": "Its model is tried with one item first.", "remedy": ""}


@dataclass(frozen=True, slots=True)
class Halt:
    """Why no item can begin now. `passes`: by itself, so that the batch need not pause for it. `tried`: some wait only
    for the end of another one, by which their model is tried."""

    problem: dict[str, str]
    passes: bool = False
    tried: bool = False


class _MoreToDo(Exception):
    """The feeder may not end yet."""


class _Stopped(Exception):
    """The batch was paused or cancelled while an item was about to begin."""


class _OutOfMoney(Exception):
    """There is no budget left for the next item."""

    def __init__(self, refused: Refused) -> None:
        self.problem = problem_of(refused)
        super().__init__(refused.message)


def problem_of(refused: Refused) -> dict[str, str]:
    return {"code": refused.code, "message": refused.message, "remedy": refused.remedy}


def check_lasts(refused: Refused) -> None:
    """Raises Retry for a refusal that passes by itself: something is away, full, or asked too often."""
    if refused.status >= 500 or refused.status == 429:
        raise Retry(reason=refused.message, code=refused.code, remedy=refused.remedy) from refused


def feed(job: RunningJob, batch_id: UUID) -> None:
    """Begin items while there is room, then end this job. Raises Cancelled, LeaseLost, or Retry for what passes."""
    halt: Halt | None = None
    resting: list[Rest] = []
    _make_room(batch_id)
    while True:
        job.stop_if_cancelled()
        row = Batch.objects.defer("plan").select_related("owner", "team").filter(pk=batch_id).first()
        if row is not None and _has_room(row) and halt is None:
            halt = _begin_next(row, resting)
            continue
        try:
            _end(job, batch_id, halt, resting)
        except _MoreToDo:
            halt = None
            continue
        _show_queued(batch_id)
        return


def _make_room(batch_id: UUID) -> None:
    row = Batch.objects.defer("plan").filter(pk=batch_id, status=BatchStatus.RUNNING).first()
    try:
        if row is not None:
            give_back(row)
    except (OperationalError, InterfaceError) as passing:
        raise Retry(reason="The database was busy.") from passing


def _show_queued(batch_id: UUID) -> None:
    """What it put into the queue; its job has ended, so a fault here is no fault of it."""
    with suppress(OperationalError, InterfaceError):
        row = Batch.objects.defer("plan").filter(pk=batch_id).first()
        if row is not None and not row.is_over:
            show_counts(row)


def _has_room(row: Batch) -> bool:
    return row.status == BatchStatus.RUNNING and row.waiting > 0 and row.left_in_flight < row.parallelism


def _end(job: RunningJob, batch_id: UUID, halt: Halt | None, resting: list[Rest]) -> None:
    """End the feeder's job unless there is something to do. Raises _MoreToDo."""
    with job.fenced(finish=True):
        row = Batch.objects.select_for_update(no_key=True).filter(pk=batch_id).first()
        if row is None or not _has_room(row):
            return
        if halt is None or (halt.tried and _next(row, resting)[0] is not None):  # the trial may have ended meanwhile
            raise _MoreToDo
        if row.left_in_flight == 0 and not halt.passes:  # else the next end of an item, or the clock, asks again
            pause_for(row, halt.problem)


def _begin_next(row: Batch, resting: list[Rest]) -> Halt | None:
    """Begin the next waiting item, but for those whose model rests; why none can begin now, if so. What rests is added
    to `resting`."""
    if not may(row.owner, "create_work", row.team):
        with transaction.atomic():
            pause_for(row, why_not(row))
        return None
    item, on_trial = _next(row, resting)
    if item is None and resting:
        return _rest(resting, on_trial)
    if item is None:
        return Halt(ON_TRIAL, passes=True, tried=True) if on_trial else None
    try:
        with transaction.atomic():
            _begin(row, item)
    except _Stopped:
        return None
    except _OutOfMoney as stop:
        return Halt(stop.problem)
    except Refused as refused:
        if refused.code == UNHEALTHY:
            resting.append(Rest(item, refused))
            return None
        if refused.code == rights.TEAM_ARCHIVED:  # since it was asked: the item did not fail
            return Halt(TEAM_ARCHIVED)
        check_lasts(refused)
        _give_up(item, problem_of(refused))
    except (OperationalError, InterfaceError) as passing:  # a deadlock, a lock that did not come, a lost connection
        raise Retry(reason="The database was busy.") from passing
    except Exception:
        log.exception("item %s of batch %s could not begin", item.position, row.pk)
        told = "This item could not be begun, and why is not known."
        _give_up(item, {"code": "broken", "message": told, "remedy": "Tell an admin, then retry."})
    return None


def _next(row: Batch, resting: list[Rest]) -> tuple[BatchItem | None, bool]:
    """The next item that may begin, and whether others wait until their model has been tried."""
    waiting = row.items.filter(status=ItemStatus.WAITING)
    on_trial = tried(row)
    for held in (*(rest.held for rest in resting), *on_trial):
        waiting = waiting.exclude(held)
    return waiting.order_by("position").first(), bool(on_trial)


def _rest(resting: list[Rest], on_trial: bool) -> Halt:
    """Only items of models that rest are left: they wait for that, or for the person who must see to the reason."""
    reason = reason_to_pause(resting)
    return Halt(reason or problem_of(resting[0].refused), passes=reason is None, tried=on_trial)


def _begin(row: Batch, item: BatchItem) -> None:
    try:
        made = _again(row, item) if item.generation_id or item.enhancement_id else _first(row, item)
    except Refused as refused:
        if refused.code == budgets.CODE:
            raise _OutOfMoney(refused) from refused
        raise
    waiting = BatchItem.objects.filter(pk=item.pk, status=ItemStatus.WAITING)
    taken = waiting.update(status=ItemStatus.QUEUED, tries=F("tries") + 1, error=None, finished_at=None, **made)
    # the item's change has locked the batch: what it says now stays so until this is committed
    if not taken or Batch.objects.values_list("status", flat=True).get(pk=row.pk) != BatchStatus.RUNNING:
        raise _Stopped


def _first(row: Batch, item: BatchItem) -> dict[str, Any]:
    """Ask for the item's generation or enhancement, as a person would."""
    terms = Terms(lane=Lane.BATCH, priority=BEHIND, rank=row.priority, batch_id=row.pk)
    if row.kind == Kind.ENHANCE:
        said = {"asset_id": item.wish["asset"], "operations": item.wish["operations"]}
        return {"enhancement": request_enhancement(actor=row.owner, **said, terms=terms)}
    return {"generation": request_generation(actor=row.owner, wish=wish_of(item.wish, row.team_id), terms=terms)}


def _again(row: Batch, item: BatchItem) -> dict[str, Any]:
    """Go on with what failed, or gave its place back: images that were made and paid for stay, calls keep their keys.
    The queue forgets its jobs after a while: then the item is asked for anew, unless a part of it was paid. Raises
    Refused."""
    check_awake(item)
    job_id = item.generation.job_id if item.generation else item.enhancement.job_id if item.enhancement else None
    assert job_id is not None  # noqa: S101  (whatever an item became has a job)
    if item.generation and item.generation.is_live:  # it had given its place back
        set_rank([job_id], row.priority)
        let_go([job_id])
        return {}
    # what was set aside for it went back at its end, so that whose budget it is under may change with its owner; its
    # job is locked first, as by everybody who revives it
    list(Job.objects.select_for_update().filter(pk=job_id).values_list("pk"))
    for kind, made in ((Generation, item.generation), (Enhancement, item.enhancement)):
        if made:
            kind.objects.filter(pk=made.pk).exclude(owner=row.owner_id).update(owner=row.owner_id)
    try:
        revive(job_id, ended=REPLAYED)
    except Missing:
        if item.cost > item.paid_before:
            raise Refused(FORGOTTEN, FORGOTTEN_SHOWN, status=409, remedy=ASK_ANEW) from None
        return _first(row, item)
    return {}


def _give_up(item: BatchItem, error: dict[str, str]) -> None:
    """The item failed before it began; the others go on."""
    with transaction.atomic():
        waiting = BatchItem.objects.filter(pk=item.pk, status=ItemStatus.WAITING)
        if waiting.update(status=ItemStatus.FAILED, error=error, finished_at=timezone.now(), tries=F("tries") + 1):
            _after(item.pk, [])


def why_not(row: Batch) -> dict[str, str]:
    """Why its owner may make nothing in its team any more."""
    return TEAM_ARCHIVED if Team.objects.closed().filter(pk=row.team_id).exists() else OWNER_LEFT


def pause_for(row: Batch, reason: dict[str, str]) -> None:
    """Pause a running batch and say why, in the caller's transaction."""
    paused = Batch.objects.filter(pk=row.pk, status=BatchStatus.RUNNING)
    if paused.update(status=BatchStatus.PAUSED, reason=reason, updated_at=timezone.now()):
        announce_state(row.pk)
        tell_paused(row, reason)


def item_started(item: BatchItem) -> None:
    """A worker took it up, in the caller's transaction. A failed one that an admin replayed reopens its batch."""
    began = BatchItem.objects.filter(pk=item.pk, status__in=NOT_RUNNING)
    if began.update(status=ItemStatus.RUNNING, started_at=timezone.now(), error=None, finished_at=None):
        over = Batch.objects.filter(pk=item.batch_id, status__in=[BatchStatus.PARTIAL, BatchStatus.FAILED])
        over.update(status=BatchStatus.RUNNING, finished_at=None)
        if item.status == ItemStatus.FAILED:
            announce_state(item.batch_id)
        else:
            show_counts(Batch.objects.defer("plan").get(pk=item.batch_id))


def item_ended(item: BatchItem, end: str, assets: list[str], **facts: Any) -> None:
    """It ended, in the transaction that ended what it became: never counted twice, never lost."""
    open_ = BatchItem.objects.filter(pk=item.pk, status__in=[ItemStatus.RUNNING, *NOT_RUNNING])
    if open_.update(status=end, finished_at=timezone.now(), **facts):
        problem = facts.get("error")
        if end == ItemStatus.FAILED and problem and problem["code"] == budgets.CODE:
            _wait_for_money(item, problem)
        elif end == ItemStatus.FAILED and problem and problem["code"] in health.AT_ONCE:
            _wait_for_model(item)
        elif end == ItemStatus.FAILED and problem and problem["code"] in (rights.OWNER_LEFT, rights.TEAM_ARCHIVED):
            _wait_for_owner(item)
        _after(item.pk, assets)


def _wait_for_money(item: BatchItem, problem: dict[str, str]) -> None:
    """It came to a limit in the middle: it did not fail, but waits with what it made, and its batch pauses. Once that
    goes on, only what is missing is made."""
    row = Batch.objects.defer("plan").get(pk=item.batch_id)
    if not row.is_over:
        BatchItem.objects.filter(pk=item.pk).update(status=ItemStatus.WAITING, finished_at=None)
        pause_for(row, problem)


def _wait_for_model(item: BatchItem) -> None:
    """Its model takes no calls until somebody sees to it: the item waits with what it made, as do those behind it."""
    now = BatchItem.objects.select_related("batch", "generation").get(pk=item.pk)
    if not now.batch.is_over and rest_of(now):
        BatchItem.objects.filter(pk=item.pk).update(status=ItemStatus.WAITING, finished_at=None)


def _wait_for_owner(item: BatchItem) -> None:
    """Nothing is made in the name of somebody who left: the item waits with what it made for the batch's next owner,
    and the batch with it, unless it has one by now."""
    row = Batch.objects.defer("plan").select_related("owner", "team").get(pk=item.batch_id)
    if not row.is_over:
        tries = Greatest(F("tries"), 1) - 1
        BatchItem.objects.filter(pk=item.pk).update(status=ItemStatus.WAITING, finished_at=None, tries=tries)
        if not may(row.owner, "create_work", row.team):
            pause_for(row, why_not(row))


def _after(item_id: UUID, assets: list[str]) -> None:
    """What follows the end of an item. Its change has locked the batch's row until the transaction ends."""
    item = BatchItem.objects.get(pk=item_id)
    announce_item(item, assets)
    row = Batch.objects.defer("plan").get(pk=item.batch_id)
    if row.done == row.total:
        close(row)
    elif row.status == BatchStatus.RUNNING and row.waiting and row.left_in_flight <= _low(row):
        wake(row)
    show_counts(row)


def _low(row: Batch) -> int:
    """So few in flight call for the feeder: a quarter of the room is worth its coming."""
    return row.parallelism - max(1, row.parallelism // 4)


def close(row: Batch) -> None:
    """Every item has ended."""
    if row.succeeded == row.total:
        end = BatchStatus.COMPLETED
    elif row.succeeded:
        end = BatchStatus.PARTIAL
    else:
        end = BatchStatus.FAILED if row.failed else BatchStatus.CANCELLED
    live = Batch.objects.filter(pk=row.pk, status__in=[BatchStatus.RUNNING, BatchStatus.PAUSED])
    if live.update(status=end, reason=None, finished_at=timezone.now(), updated_at=timezone.now()):
        row.refresh_from_db(fields=["status", "reason", "finished_at"])
        announce_end(row)
