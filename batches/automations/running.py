"""The way of one run: begun when its turn has come, enhanced, delivered. Every step is one transaction, which a worker
that dies takes back whole and the next one begins anew; what was paid for is never asked for twice."""

import logging
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q, Sum
from django.db.models.functions import Now

from batches.automations import telling
from batches.automations.models import Automation, AutomationRun, RunStatus, Scope
from batches.automations.standing import (
    OFF,
    Trouble,
    delivery_trouble_of,
    full_of,
    recipe_of,
    told_of,
    trouble,
    trouble_of,
)
from batches.models import BatchItem
from designer.assets.models import Asset
from designer.assets.versions import DEEP
from designer.jobs.handlers import RunningJob
from designer.jobs.models import FINAL, Job
from designer.jobs.services import enqueue
from designer.ledger.models import LedgerEntry
from enhancement.models import Enhancement, Status
from enhancement.services import MANY, earlier_of, plan_for, request_enhancement, subject_of
from teams.base.errors import Conflict, Refused
from teams.review.approvals.models import Approval
from teams.review.approvals.models import Status as Review
from teams.review.collections import services as collections

log = logging.getLogger(__name__)
SET_OFF: Final = "automation.set_off"
RUN: Final = "automation.run"
DELIVER: Final = "automation.deliver"
PATIENCE: Final = timedelta(minutes=5)  # in which a job is found, or its end is followed
LOOKED_AT: Final = 100
CHAIN: Final = 3  # automations that one image may go through, each after an approval of what the last one made


def set_off(approval: Approval) -> None:
    """A waiting run for every automation that this approval is for. Called in the transaction that approves; a second
    time it finds the runs that are there. They are locked until it ends: one that is deleted meanwhile would take the
    approval with it, for Postgres looks at what a run belongs to at the very end."""
    able = Automation.objects.filter(team=approval.team_id, active=True).select_for_update(of=("self",), no_key=True)
    line: list[UUID] = []
    for row in able.select_related("scope_batch", "scope_collection").order_by("pk"):
        if row.scope != Scope.TEAM:
            line = line or _line(approval.asset)
        if not _is_for(row, approval.asset, line):
            continue
        run, made = AutomationRun.objects.get_or_create(
            automation=row, approval=approval, defaults={"team_id": row.team_id, "asset_id": approval.asset_id}
        )
        if made:
            wake(run)


def wake(run: AutomationRun) -> None:
    """Have it go on from where it stands, and tell those who watch."""
    kind = DELIVER if run.status == RunStatus.DELIVERING else RUN
    key = f"{kind}:{run.pk}"
    enqueue(kind, {"run_id": str(run.pk)}, team_id=run.team_id, lane="io", priority=MANY.priority, dedup_key=key)
    telling.announce(run)


def _is_for(row: Automation, asset: Asset, line: list[UUID]) -> bool:
    """`line`: the image and those that it was made from; not asked for where the scope is the team."""
    if row.scope == Scope.TEAM:
        return True
    if row.scope == Scope.COLLECTION:
        kept = row.scope_collection
        return kept is not None and bool(kept.items.filter(asset__in=line).exists())
    made = Q(enhancement__result__in=line)
    if asset.generation_id is not None:
        made |= Q(generation=asset.generation_id)
    return row.scope_batch is not None and BatchItem.objects.filter(made, batch=row.scope_batch).exists()


def _line(asset: Asset) -> list[UUID]:
    """The image and those that it was made from."""
    found, above = [asset.pk], asset.parent_id
    while above is not None and len(found) < DEEP:
        found.append(above)
        above = Asset.objects.filter(pk=above).values_list("parent_id", flat=True).first()
    return found


def begin(job: RunningJob, run_id: str) -> None:
    """Ask for the enhancement, in the name of who answers for the automation."""
    with job.fenced(finish=True):
        run = _locked(run_id)
        if run is None or run.status != RunStatus.WAITING:
            return
        if why := _of_image(run) or _of_automation(run) or full_of(run.automation) or _of_chain(run):
            return end(run, RunStatus.SKIPPED, why)
        if not run.automation.enhances:
            return _to_delivery(run, run.asset_id)
        try:
            with transaction.atomic():
                made, bought = _asked(run)
        except Refused as refused:
            return end(run, RunStatus.FAILED, told_of(refused))
        run.enhancement, run.bought = made, bought
        if made.result_id is not None and not made.is_live:
            return _to_delivery(run, made.result_id)
        facts = {"enhancement": made, "bought": bought, "depth": run.depth}
        AutomationRun.objects.move(run.pk, RunStatus.ENHANCING, **facts)
        run.status = RunStatus.ENHANCING
        telling.announce(run)


def _asked(run: AutomationRun) -> tuple[Enhancement, bool]:
    """The enhancement that makes the result, and whether it was asked for here: the same of the same image is not paid
    for again, whether it is under way or done. Raises Refused."""
    row = run.automation
    operations, origin = recipe_of(row)
    asset, plan = plan_for(actor=row.owner, asset_id=run.asset_id, operations=operations)
    if earlier := earlier_of(asset, plan.recipe):
        return earlier, False
    try:
        asked = request_enhancement(
            actor=row.owner, asset_id=asset.pk, operations=operations, preset=origin, terms=MANY
        )
        return asked, True
    except Conflict as conflict:
        twin = conflict.facts.get("about", {}).get("enhancement")
        if conflict.code != "already_running" or twin is None:
            raise
        # locked: its end waits for this transaction, and finds the run
        found = Enhancement.objects.select_for_update(of=("self",), no_key=True).get(pk=twin)
        if not found.is_live and found.status != Status.SUCCEEDED:
            raise
        return found, False


def _of_image(run: AutomationRun) -> Trouble | None:
    """Why nothing is done for this approval, or nothing any more."""
    if run.approval.status != Review.APPROVED:
        return trouble("withdrawn", "The approval was withdrawn.", "Have the image approved anew.")
    if run.asset.trashed_at is not None or run.asset.sha256 != run.approval.sha256:
        return trouble("image_gone", "The approved image is not there any more.", "Restore it, then try again.")
    return None


def _of_automation(run: AutomationRun) -> Trouble | None:
    if not run.automation.active:
        return trouble(OFF, "The automation was switched off.", "Switch it on, then try again.")
    return trouble_of(run.automation)


def _of_chain(run: AutomationRun) -> Trouble | None:
    """Why an image that automations made is not taken: one never takes what it made itself, however far back. Notes how
    many the image went through."""
    seen, made, depth = {run.automation_id}, {run.asset_id}, 1
    while depth <= CHAIN:
        before = AutomationRun.objects.filter(result__in=made)
        makers = [each for each in before.exclude(pk=run.pk) if each.asset_id != each.result_id]
        if not makers:
            run.depth = depth
            return None
        if seen & {each.automation_id for each in makers}:
            return trouble("own_result", "This automation made the image itself.", "Nothing is to be done.")
        made, depth = {each.asset_id for each in makers}, depth + 1
    message = f"The image went through {CHAIN} automations already."
    return trouble("chain_too_long", message, "Enhance it by hand.")


def follow(enhancement: Enhancement) -> None:
    """An enhancement has ended: what waited for it goes on, or ends too. In the transaction of that end."""
    waits = Q(status=RunStatus.ENHANCING)
    if enhancement.status == Status.SUCCEEDED:
        waits |= Q(status=RunStatus.FAILED, result=None)  # it had failed, and an admin ran its job again
    rows = AutomationRun.objects.filter(waits, enhancement=enhancement).order_by("pk")
    for run in rows.select_related("automation", "approval__requester", "asset").select_for_update(of=("self",)):
        if enhancement.status == Status.SUCCEEDED and enhancement.result_id is not None:
            _to_delivery(run, enhancement.result_id)
        elif enhancement.status == Status.CANCELLED:
            why = trouble("cancelled", "The enhancement was cancelled.", "Try it again.")
            end(run, RunStatus.CANCELLED, why)
        else:
            said = enhancement.error or {}
            message = said.get("message") or "The enhancement failed."
            end(run, RunStatus.FAILED, trouble(said.get("code") or "failed", message, said.get("remedy") or ""))
    # what was cancelled meanwhile waited for no end, and may have cost something all the same
    gone = AutomationRun.objects.filter(enhancement=enhancement, bought=True, status=RunStatus.CANCELLED)
    for run in gone.order_by("pk").select_for_update(of=("self",)):
        AutomationRun.objects.filter(pk=run.pk).update(cost=cost_of(run))


def _to_delivery(run: AutomationRun, result_id: UUID) -> None:
    facts: dict[str, Any] = {"enhancement": run.enhancement_id, "bought": run.bought, "depth": run.depth}
    facts |= {"result": result_id, "cost": cost_of(run), "error": None, "finished_at": None}
    AutomationRun.objects.move(run.pk, RunStatus.DELIVERING, **facts)
    run.status = RunStatus.DELIVERING
    wake(run)


def cost_of(run: AutomationRun) -> Decimal:
    """What the ledger says was paid for what this run asked for."""
    if not run.bought or run.enhancement_id is None:
        return run.paid_before
    paid = LedgerEntry.objects.filter(subject=subject_of(run.enhancement_id)).aggregate(sum=Sum("amount"))["sum"]
    return run.paid_before + (paid or Decimal(0))


def deliver(job: RunningJob, run_id: str) -> None:
    """Put the result where it belongs, and tell of it: all of it, or nothing."""
    with job.fenced(finish=True):
        run = _locked(run_id)
        if run is None or run.status != RunStatus.DELIVERING:
            return
        if why := _of_image(run):
            return end(run, RunStatus.SKIPPED, why)
        if why := delivery_trouble_of(run.automation):
            return end(run, RunStatus.FAILED, why)
        if run.result is None or run.result.trashed_at is not None:
            message = "What was made of the image is in the trash, or gone."
            return end(run, RunStatus.FAILED, trouble("result_gone", message, "Try again: it is made anew."))
        try:
            with transaction.atomic():
                _collect(run)
        except Refused as refused:
            return end(run, RunStatus.FAILED, told_of(refused))
        run.told = telling.listening(run.automation) if run.automation.tells_webhooks else 0
        AutomationRun.objects.move(run.pk, RunStatus.DELIVERED, finished_at=Now(), told=run.told, error=None)
        run.status = RunStatus.DELIVERED
        telling.announce(run)
        if run.automation.tells_webhooks:
            telling.announce_delivery(run)
        telling.tell_people(run)


def _collect(run: AutomationRun) -> None:
    row = run.automation
    if row.collects and row.collection_id is not None and run.result_id is not None:
        collections.add(actor=row.owner, collection_id=row.collection_id, assets=[run.result_id])


def end(run: AutomationRun, status: RunStatus, why: Trouble) -> None:
    """It comes to an end without a delivery, and says why."""
    AutomationRun.objects.move(run.pk, status, error=why, finished_at=Now(), cost=cost_of(run), depth=run.depth)
    run.status, run.error = status, why
    telling.announce(run)
    if status == RunStatus.FAILED:
        telling.tell_people(run)


def close(run_id: str, *, status: str, error: dict[str, Any]) -> None:
    """Its job ended without success: cancelled because the team was archived, or dead. In that transaction."""
    run = _locked(run_id)
    if run is None or run.status not in (RunStatus.WAITING, RunStatus.DELIVERING):
        return
    if status == "cancelled":
        why = trouble_of(run.automation) or trouble("cancelled", "It was cancelled.", "Try it again.")
        return end(run, RunStatus.CANCELLED, why)
    why = trouble(str(error.get("code") or "failed"), str(error.get("message") or "It failed."), "Try it again.")
    return end(run, RunStatus.FAILED, why)


def reopen(run_id: str, *, to: RunStatus) -> None:
    """Make a failed run go on. Called in the transaction that revives its dead job. One that was tried again meanwhile
    goes its own way."""
    run = _locked(run_id)
    if run is not None and run.status == RunStatus.FAILED:
        AutomationRun.objects.move(run.pk, to, error=None, finished_at=None)


def look_after() -> None:
    """Bring on what waits for an enhancement that has ended or is gone, where its end could not be followed then; and
    end what waits for a job that there is no more."""
    ended = Q(enhancement=None) | ~Q(enhancement__status__in=[Status.QUEUED, Status.RUNNING])
    stuck = AutomationRun.objects.filter(ended, status=RunStatus.ENHANCING)
    for pk in stuck.order_by("updated_at").values_list("pk", flat=True)[:LOOKED_AT]:
        _each(pk, _brought_on)
    late = AutomationRun.objects.filter(
        status__in=[RunStatus.WAITING, RunStatus.DELIVERING], updated_at__lt=Now() - PATIENCE
    )
    for pk in late.order_by("updated_at").values_list("pk", flat=True)[:LOOKED_AT]:
        _each(pk, _given_up)


def _each(pk: UUID, deed: Callable[[AutomationRun], None]) -> None:
    """One at a time: what goes wrong with one holds up no other."""
    try:
        with transaction.atomic():
            if (run := _locked(str(pk))) is not None:
                deed(run)
    except Exception:
        log.exception("automations could not look after run %s", pk)


def _brought_on(run: AutomationRun) -> None:
    if run.status != RunStatus.ENHANCING:
        return
    if run.enhancement is not None:
        follow(run.enhancement)
    else:
        end(run, RunStatus.FAILED, trouble("enhancement_gone", "The enhancement is gone.", "Try it again."))


def _given_up(run: AutomationRun) -> None:
    kind = {RunStatus.WAITING: RUN, RunStatus.DELIVERING: DELIVER}.get(RunStatus(run.status))
    if kind and not Job.objects.filter(dedup_key=f"{kind}:{run.pk}").exclude(status__in=FINAL).exists():
        end(run, RunStatus.FAILED, trouble("job_gone", "Its job ended without it.", "Try it again."))


def withdraw(approval: Approval) -> None:
    """What has not begun for this approval never does. In the transaction that withdraws it."""
    runs = AutomationRun.objects.filter(approval=approval, status=RunStatus.WAITING).order_by("pk")
    for run in runs.select_related("automation", "approval__requester", "asset").select_for_update(of=("self",)):
        end(run, RunStatus.SKIPPED, trouble("withdrawn", "The approval was withdrawn.", "Have it approved anew."))


def _locked(run_id: str) -> AutomationRun | None:
    """The run with all that its next step asks, locked until the transaction ends; None where it was deleted."""
    rows = AutomationRun.objects.select_for_update(of=("self",), no_key=True).filter(pk=run_id)
    return rows.select_related(
        "automation__owner",
        "automation__team",
        "automation__collection",
        "automation__scope_collection",
        "automation__scope_batch",
        "approval__requester",
        "asset",
        "result",
        "enhancement",
    ).first()
