"""What people do with automations: make, change, switch and delete them, stop their runs and try them again. What the
studio itself does with a run is in `running`."""

import contextlib
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from batches.automations import running
from batches.automations.models import (
    LIVE,
    NAME_LENGTH,
    RETRYABLE,
    Automation,
    AutomationRun,
    RunStatus,
    Scope,
    Target,
)
from batches.automations.standing import OFF, RESTED, insist, recipe_to, trouble
from batches.models import Batch
from enhancement import presets, rights
from enhancement import services as enhancements
from enhancement.recipes import checked
from teams.accounts.models import User
from teams.audit import services as audit
from teams.base.errors import Conflict, Missing, Refused
from teams.base.preconditions import require_match
from teams.base.text import one_line
from teams.membership.models import Team
from teams.membership.ownership import visible_team
from teams.membership.permissions import check_awake, hold_awake
from teams.review.collections import services as collections
from teams.review.collections.models import Collection

MOST: Final = 20  # automations of one team
GONE: Final = UUID(int=0)  # the collection of an automation whose collection was deleted: there is none of this id
AT_ONCE: Final = 200  # runs that are stopped or tried again by one request
# what "all" tries again: what failed, and what the automation did not do because it could not
LEFT_UNDONE: Final = Q(status=RunStatus.FAILED) | Q(error__code__in=sorted(RESTED))


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What it is to do. `source`: the collection or batch of its scope. A `new_collection` is made with it."""

    name: str
    scope: str = Scope.TEAM
    source: UUID | None = None
    preset: UUID | None = None
    target: str = ""
    collection: UUID | None = None
    new_collection: str = ""
    tells_webhooks: bool = False
    tells_people: bool = True


def plan_of(row: Automation) -> Plan:
    """What it does now, to be changed in part."""
    source = {Scope.COLLECTION: row.scope_collection, Scope.BATCH: row.scope_batch}.get(Scope(row.scope))
    return Plan(
        name=row.name,
        scope=row.scope,
        source=source.pk if source else None,
        preset=row.preset,
        target=row.target,
        collection=(row.collection_id or GONE) if row.collects else None,
        tells_webhooks=row.tells_webhooks,
        tells_people=row.tells_people,
    )


@transaction.atomic
def create(*, actor: User, team_id: UUID, plan: Plan) -> Automation:
    """An automation of the team, switched on. Raises Missing, Forbidden, Conflict or Refused naming a field."""
    team = visible_team(actor, team_id)
    insist(actor, team)
    Team.objects.select_for_update(no_key=True).get(pk=team.pk)  # two at once would both count too few
    check_awake(team.pk)
    if Automation.objects.filter(team=team).count() >= MOST:
        raise Conflict("too_many", f"This team has {MOST} automations.", remedy="Delete one of them.")
    row = Automation(team=team, owner=actor)
    _fill(row, actor, plan)
    row.save()
    _note(actor, "created", row)
    return row


@transaction.atomic
def change(*, actor: User, automation_id: UUID, plan: Plan, if_match: str | None) -> Automation:
    """Have it do that from the next run on, in the name of `actor`. Raises as `create` does, and Refused (428, 412)."""
    row = _held(actor, automation_id)
    require_match(if_match, row)
    row.owner = actor
    _fill(row, actor, plan)
    row.save()
    row.refresh_from_db()
    _note(actor, "changed", row)
    return row


@transaction.atomic
def switch(*, actor: User, automation_id: UUID, on: bool, if_match: str | None = "*") -> Automation:
    """Off, it hears of no approval and what waits is skipped; what has begun comes to its end. Raises Missing,
    Forbidden, Conflict, or Refused (428, 412)."""
    row = _held(actor, automation_id)
    require_match(if_match, row)
    if row.active != on:
        row.active = on
        row.save(update_fields=["active", "updated_at"])
        row.refresh_from_db()
        _note(actor, "switched_on" if on else "switched_off", row)
        if not on:
            why = trouble(OFF, "The automation was switched off.", "Switch it on, then try again.")
            for run in _locked(row.runs.filter(status=RunStatus.WAITING)):
                running.end(run, RunStatus.SKIPPED, why)
    return row


def delete(*, actor: User, automation_id: UUID) -> None:
    """With its list of runs. What it made and paid stays. Raises Missing, Forbidden, Conflict while something runs."""
    with transaction.atomic():
        row = _held(actor, automation_id)
        live = _locked(row.runs.filter(status__in=LIVE))  # one that just begins is waited for, and seen as it is then
        if any(run.status != RunStatus.WAITING for run in live):
            remedy = "Cancel what runs, or wait for it."
            raise Conflict("under_way", "Images are being enhanced or delivered for it.", remedy=remedy)
        _note(actor, "deleted", row)
        row.delete()


def cancel(*, actor: User, automation_id: UUID, run_id: UUID | None = None) -> int:
    """Stop one run, or all that are under way; how many. An enhancement that computes for no other run stops at its
    next tile.

    Raises Missing, Forbidden, or Conflict for one that has ended.
    """
    rows = _runs(actor, automation_id, run_id, LIVE)
    stopped = [run for run in rows if _cancelled(actor, run)]
    _note_runs(actor, "cancelled", stopped)
    return len(stopped)


def _cancelled(actor: User, run: AutomationRun) -> bool:
    why = trouble("cancelled", "Somebody cancelled it.", "Try it again.")
    with transaction.atomic():
        held = AutomationRun.objects.filter(pk=run.pk, status__in=LIVE).select_for_update(of=("self",), no_key=True)
        found = held.select_related("automation", "approval__requester", "asset").first()
        if found is None:
            return False
        was = found.status
        running.end(found, RunStatus.CANCELLED, why)
        shared = AutomationRun.objects.filter(enhancement=found.enhancement_id, status=RunStatus.ENHANCING)
        if not (was == RunStatus.ENHANCING and found.bought and found.enhancement_id) or shared.exists():
            return True
        enhancement_id = found.enhancement_id
    # without the run's lock: the end of the enhancement takes it, and has the job's
    with contextlib.suppress(Conflict):  # it has just ended
        enhancements.cancel(actor=actor, enhancement_id=enhancement_id)
    return True


@transaction.atomic
def retry(*, actor: User, automation_id: UUID, run_id: UUID | None = None) -> int:
    """Try one run again, or all that failed or were left undone because the automation rested; how many. What was made
    already is not made, or paid, again.

    Raises Missing, Forbidden, or Conflict for one that is under way or delivered.
    """
    rows = _runs(actor, automation_id, run_id, RETRYABLE, only=None if run_id else LEFT_UNDONE)
    held = _locked(AutomationRun.objects.filter(pk__in=[each.pk for each in rows], status__in=RETRYABLE))
    for run in held:
        made = run.result is not None and run.result.trashed_at is None
        again: dict[str, Any] = {"error": None, "finished_at": None, "tries": run.tries + 1}
        if not made:
            again |= {"enhancement": None, "bought": False, "result": None, "paid_before": running.cost_of(run)}
        run.status = RunStatus.DELIVERING if made else RunStatus.WAITING
        AutomationRun.objects.move(run.pk, run.status, **again)
        running.wake(run)
    _note_runs(actor, "tried_again", held)
    return len(held)


def _runs(
    actor: User, automation_id: UUID, run_id: UUID | None, states: tuple[RunStatus, ...], only: Q | None = None
) -> list[AutomationRun]:
    row: Automation = Automation.objects.select_related("team").see(actor, automation_id)
    insist(actor, row.team)
    hold_awake_now(row.team_id)
    if run_id is None:
        return list(row.runs.filter(only or Q(), status__in=states).order_by("created_at", "pk")[:AT_ONCE])
    run: AutomationRun | None = row.runs.filter(pk=run_id).first()
    if run is None:
        raise Missing(message="This automation has no such run.", field="run", remedy="Reload the list.")
    if run.status not in states:
        raise Conflict("ended", f"This run is {run.get_status_display().lower()}.", field="run", remedy="Reload it.")
    return [run]


def hold_awake_now(team_id: UUID) -> None:
    """Raises Conflict while the team rests."""
    with transaction.atomic():
        hold_awake(team_id)


def _locked(rows: "QuerySet[AutomationRun]") -> list[AutomationRun]:
    told = rows.select_related("automation", "approval__requester", "asset", "result").order_by("pk")
    return list(told.select_for_update(of=("self",), no_key=True))


def _held(actor: User, automation_id: UUID) -> Automation:
    """The automation, if `actor` manages it, locked until the transaction ends."""
    seen: Automation = Automation.objects.select_related("team").see(actor, automation_id)
    insist(actor, seen.team)
    hold_awake(seen.team_id)
    row: Automation = Automation.objects.select_for_update(of=("self",), no_key=True).see(actor, automation_id)
    return row


def _fill(row: Automation, actor: User, plan: Plan) -> None:
    row.name = _free_name(row, plan.name)
    _fill_scope(row, actor, plan)
    _fill_recipe(row, actor, plan)
    _fill_collection(row, actor, plan)
    row.tells_webhooks, row.tells_people = plan.tells_webhooks, plan.tells_people
    if not (row.enhances or row.collects or row.tells_webhooks):
        remedy = "Choose a recipe or a size, a collection, or tell the webhooks."
        raise Refused("no_steps", "This automation does nothing.", field="target", remedy=remedy)


def _free_name(row: Automation, name: str) -> str:
    kept = one_line(name, field="name", longest=NAME_LENGTH)
    if Automation.objects.filter(team=row.team_id, name=kept).exclude(pk=row.pk).exists():
        raise Conflict("name_taken", "There is an automation of that name.", field="name", remedy="Choose another.")
    return kept


def _fill_scope(row: Automation, actor: User, plan: Plan) -> None:
    if plan.scope not in Scope.values:
        remedy = f"Use {', '.join(Scope.values)}."
        raise Refused("unknown_scope", "There is no such scope.", field="scope", remedy=remedy)
    row.scope, row.scope_collection, row.scope_batch = plan.scope, None, None
    if plan.scope == Scope.COLLECTION:
        row.scope_collection = _collection(row, actor, plan.source, "source")
    elif plan.scope == Scope.BATCH:
        ours = Batch.objects.visible_to(actor).filter(team=row.team_id)
        row.scope_batch = ours.filter(pk=plan.source).first() if plan.source else None
        if row.scope_batch is None:
            raise Missing(message="This team has no such batch.", field="source", remedy="Choose one of its batches.")


def _fill_recipe(row: Automation, actor: User, plan: Plan) -> None:
    if plan.preset is not None and plan.target:
        remedy = "Choose one of them; a preset may bring an image to a size too."
        raise Refused("recipe_unclear", "A preset and a size were named.", field="preset", remedy=remedy)
    row.preset, row.preset_name, row.target = plan.preset, "", plan.target
    if plan.preset is not None:
        found = _preset(row, actor, plan.preset)
        row.preset_name = found.name
        rights.refuse_unattended(found.operations)
    elif plan.target:
        if plan.target not in Target.values:
            remedy = f"Use {', '.join(Target.values)}."
            raise Refused("unknown_size", "There is no such size.", field="target", remedy=remedy)
        checked(recipe_to(plan.target))


def _preset(row: Automation, actor: User, preset_id: UUID) -> presets.Shown:
    found = next((each for each in presets.choices(actor, row.team_id) if each.pk == preset_id), None)
    if found is None:
        raise Missing(message="This team has no such preset.", field="preset", remedy="Choose another one.")
    return found


def _fill_collection(row: Automation, actor: User, plan: Plan) -> None:
    if plan.collection is not None and plan.new_collection:
        remedy = "Choose one, or give a name for a new one."
        raise Refused("two_collections", "Two collections were named.", field="new_collection", remedy=remedy)
    row.collection = None
    if plan.collection is not None:
        row.collection = _collection(row, actor, plan.collection, "collection")
    elif plan.new_collection:
        try:
            row.collection = collections.create(actor=actor, team_id=row.team_id, name=plan.new_collection)
        except Refused as refused:
            refused.field = "new_collection"
            raise
    row.collects = row.collection is not None


def _collection(row: Automation, actor: User, pk: UUID | None, field: str) -> Collection:
    found: Collection | None = (
        Collection.objects.visible_to(actor).kept().filter(team=row.team_id, pk=pk).first() if pk else None
    )
    if found is None:
        raise Missing(message="This team has no such collection.", field=field, remedy="Choose one that it has.")
    return found


def _note(actor: User, what: str, row: Automation) -> None:
    facts: dict[str, object] = {"name": row.name, "scope": str(row.scope), "target": row.target}
    facts |= {"preset": row.preset_name, "collection": str(row.collection_id) if row.collection_id else ""}
    audit.write(actor, f"automation.{what}", f"automation:{row.pk}", facts, row.team_id)


def _note_runs(actor: User, what: str, runs: list[AutomationRun]) -> None:
    for run in runs[:1]:
        row = run.automation
        facts: dict[str, object] = {"name": row.name, "runs": len(runs)}
        audit.write(actor, f"automation.runs_{what}", f"automation:{row.pk}", facts, row.team_id)


def check_managed(actor: User, row: Automation) -> None:
    """Raises Forbidden where `actor` does not manage it, Conflict while its team rests."""
    insist(actor, row.team)
    hold_awake_now(row.team_id)
