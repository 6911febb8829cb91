"""The writers of enhancements: ask for one, cancel it."""

import hashlib
import json
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from designer.assets.garbage import TRASH_KEPT
from designer.assets.models import Asset, AssetKind
from designer.generations.models import Generation
from designer.jobs.services import enqueue, request_cancel
from designer.realtime.events import ENHANCEMENT_PROGRESS, record
from enhancement.models import Enhancement, Status
from enhancement.operations import registry
from enhancement.operations.base import Operation, ParameterError
from enhancement.prices import price_of
from teams.accounts.models import User
from teams.base.errors import Conflict, Missing, Refused

MAX_OPERATIONS = 8
Recipe = list[dict[str, Any]]


def check_recipe(operations: Any, *, width: int, height: int) -> Recipe:
    """The recipe with every parameter filled in, in the order in which it is done whatever order it was asked in.

    Raises Refused naming the operation or parameter at fault, or when the price of the result is not known.
    """
    if not isinstance(operations, list) or not operations:
        raise Refused(
            "empty", "No operation was named.", field="operations", remedy='Add {"name": "upscale", "scale": 2}.'
        )
    if len(operations) > MAX_OPERATIONS:
        raise Refused("too_many", f"At most {MAX_OPERATIONS} operations.", field="operations", remedy="Remove some.")
    recipe = []
    for field, operation, wish in _in_order(operations):
        step, (width, height) = _check_step(operation, wish, field, width, height)
        recipe.append(step)
    price_of(width, height)
    return recipe


def _in_order(operations: list[Any]) -> list[tuple[str, Operation, dict[str, Any]]]:
    """Each wish with its field's name and its operation, as a recipe does them."""
    wishes: list[tuple[str, Operation, dict[str, Any]]] = []
    for place, wish in enumerate(operations):
        field = f"operations[{place}].name"
        operation = _operation_of(wish, field)
        if any(operation is earlier for _, earlier, _ in wishes):
            raise Refused(
                "repeated", f"{operation.title} stands twice in the recipe.", field=field, remedy="Remove one."
            )
        wishes.append((f"operations[{place}]", operation, wish))
    return sorted(wishes, key=lambda each: each[1].position)


def _operation_of(wish: Any, field: str) -> Operation:
    name = wish.get("name") if isinstance(wish, dict) else None
    operation = registry.find(name) if isinstance(name, str) else None
    if operation is None:
        known = ", ".join(sorted(registry.names()))
        raise Refused("unknown_operation", "There is no such operation.", field=field, remedy=f"Use {known}.")
    if reason := operation.unavailable():
        raise Refused("unavailable", f"{operation.title} cannot be done here.", field=field, remedy=reason)
    return operation


def _check_step(
    operation: Operation, wish: dict[str, Any], field: str, width: int, height: int
) -> tuple[dict[str, Any], tuple[int, int]]:
    try:
        params = operation.validate({key: value for key, value in wish.items() if key != "name"})
        estimate = operation.estimate(width, height, params)
    except ParameterError as error:
        where = f"{field}.{error.field}" if error.field else field
        raise Refused("invalid_parameter", error.message, field=where, remedy=error.remedy) from error
    return {"name": operation.name, **params}, (estimate.width, estimate.height)


def source_of(*, actor: User, subject_id: UUID, asset_id: UUID | None = None) -> Asset:
    """The image meant by a generation's id (its first image, or `asset_id` within it) or by an asset's own id.

    Raises Missing where neither is there for the actor.
    """
    generation = Generation.objects.visible_to(actor).filter(pk=subject_id).first()
    if generation is None:
        return Asset.objects.see(actor, asset_id or subject_id)
    images = Asset.objects.visible_to(actor).kept().filter(generation=generation).order_by("created_at", "id")
    found = images.filter(pk=asset_id).first() if asset_id else images.filter(kind=AssetKind.GENERATED).first()
    if found is None:
        raise Missing(message="This generation has no such image.", field="asset", remedy="Wait until it has finished.")
    return found


@transaction.atomic
def request_enhancement(*, actor: User, asset_id: UUID, operations: Any) -> Enhancement:
    """Queue a recipe for one image. Raises Missing, Forbidden, Refused, or Conflict if the same is under way."""
    asset = Asset.objects.for_edit(actor, asset_id)
    if asset.trashed_at:
        raise Conflict("trashed", "This image is in the trash.", field="asset", remedy="Restore it first.")
    recipe = check_recipe(operations, width=asset.width, height=asset.height)
    _check_others(actor, asset, recipe)
    made = _create(actor, asset, recipe)
    job = enqueue("enhancement.run", {"enhancement_id": str(made.pk)}, team_id=asset.team_id, lane="gpu")
    made.job_id = job.pk
    made.save(update_fields=["job_id", "updated_at"])
    announce(made, ENHANCEMENT_PROGRESS, {"stage": "queued", "percent": 0, "status": Status.QUEUED})
    return made


def _check_others(actor: User, asset: Asset, recipe: Recipe) -> None:
    """Raises Missing for another picture that the recipe names and the actor may not use for this team."""
    for step in recipe:
        for name, pk in registry.others_of(step).items():
            if not Asset.objects.visible_to(actor).kept().filter(pk=pk, team_id=asset.team_id).exists():
                raise Missing(
                    message="There is no such image.", field=f"{step['name']}.{name}", remedy="Choose another."
                )


def _create(actor: User, asset: Asset, recipe: Recipe) -> Enhancement:
    digest = hashlib.sha256(json.dumps(recipe, sort_keys=True).encode()).hexdigest()
    try:
        with transaction.atomic():
            return Enhancement.objects.create(
                team_id=asset.team_id, owner=actor, source=asset, operations=recipe, recipe_digest=digest
            )
    except IntegrityError as error:
        raise Conflict(
            "already_running", "This image is already being enhanced that way.", remedy="Wait for it or cancel it."
        ) from error


def cancel(*, actor: User, enhancement_id: UUID) -> Enhancement:
    """Stop at the next tile; harmless when it has ended. Raises Missing or Forbidden."""
    row: Enhancement = Enhancement.objects.for_edit(actor, enhancement_id)
    if row.job_id and row.status in (Status.QUEUED, Status.RUNNING):
        request_cancel(row.job_id)
        row.refresh_from_db()
    return row


def announce(row: Enhancement, event: str, data: dict[str, Any]) -> None:
    """Tell those who watch the enhancement and those who look at its source image."""
    record(f"asset:{row.source_id}", event, {"enhancement": str(row.pk), **data}, team_id=row.team_id)
    record(f"enhancement:{row.pk}", event, data, team_id=row.team_id)


def reopen(enhancement_id: str) -> None:
    """Make a failed enhancement wait again. Called in the transaction that revives its dead job."""
    Enhancement.objects.move(enhancement_id, Status.QUEUED, error=None, finished_at=None, percent=0)
    row = Enhancement.objects.get(pk=enhancement_id)
    announce(row, ENHANCEMENT_PROGRESS, {"stage": "queued", "percent": 0, "status": Status.QUEUED})


def close(enhancement_id: str, *, status: str, error: dict[str, Any]) -> None:
    """End an enhancement that did not succeed. Called in the transaction that ends its job."""
    end = Status.CANCELLED if status == "cancelled" else Status.FAILED
    row = Enhancement.objects.filter(pk=enhancement_id).first()
    if row is None or row.status not in (Status.QUEUED, Status.RUNNING):
        return
    shown = None if end == Status.CANCELLED else error
    Enhancement.objects.move(row.pk, end, error=shown, finished_at=timezone.now())
    event = "enhancement:cancelled" if end == Status.CANCELLED else "enhancement:failed"
    announce(row, event, {"status": end, **({} if shown is None else shown)})


def forget_trashed() -> int:
    """Delete the finished enhancements of sources whose time in the trash is over, so that these can go; how many.

    The results stay: what was done to them stands in their provenance, what it cost in the ledger.
    """
    over = Enhancement.objects.filter(source__trashed_at__lt=timezone.now() - TRASH_KEPT)
    return over.exclude(status__in=[Status.QUEUED, Status.RUNNING]).delete()[0]
