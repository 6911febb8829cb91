"""The writers of enhancements: ask for one, cancel it."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from designer.assets.garbage import TRASH_KEPT
from designer.assets.models import Asset, AssetKind
from designer.generations.models import Generation
from designer.generations.services import SINGLE, Terms
from designer.jobs.models import BEHIND, AttemptOutcome, JobAttempt
from designer.jobs.services import enqueue, request_cancel
from designer.ledger import budgets
from designer.realtime.events import ENHANCEMENT_CANCELLED, ENHANCEMENT_FAILED, ENHANCEMENT_PROGRESS, record
from enhancement import rights
from enhancement.lanes import lane_of
from enhancement.models import LIVE, Enhancement, Status
from enhancement.operations import registry
from enhancement.prices import PriceList
from enhancement.recipes import Checked, Plan, Recipe, checked, plan_of
from enhancement.signals import enhancement_finished
from enhancement.tastes import coloured
from teams.accounts.models import User
from teams.base.errors import Conflict, Missing, Refused
from teams.membership.models import Team
from teams.membership.permissions import RESTING

MANY: Final = Terms(priority=BEHIND)


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
def request_enhancement(
    *, actor: User, asset_id: UUID, operations: Any, preset: dict[str, Any] | None = None, terms: Terms = SINGLE
) -> Enhancement:
    """Queue a recipe for one image; `preset` says where it came from. What was quoted is set aside, and charged.

    Raises Missing, Forbidden, Refused, Conflict("budget"), or Conflict with the id of the one that is under way.
    """
    asset, plan = plan_for(actor=actor, asset_id=asset_id, operations=operations)
    if terms.batch_id:
        rights.refuse_unattended(plan.recipe)
    made = _create(actor, asset, plan, preset)
    rights.note(actor, asset, plan.recipe, enhancement=str(made.pk))
    job = enqueue(
        "enhancement.run",
        {"enhancement_id": str(made.pk)},
        team_id=asset.team_id,
        lane=lane_of(plan.quote),
        priority=terms.priority,
        rank=terms.rank,
    )
    made.job_id = job.pk
    made.save(update_fields=["job_id", "updated_at"])
    _set_aside(made, terms.batch_id)
    announce(made, ENHANCEMENT_PROGRESS, {"stage": "queued", "percent": 0, "status": Status.QUEUED})
    return made


def request_batch(
    *, actor: User, asset_ids: Sequence[UUID], operations: Any, preset: dict[str, Any] | None = None
) -> tuple[list[Enhancement], list[tuple[UUID, Refused]]]:
    """The same recipe for each image once: what was queued, and what was refused and why.

    Raises Refused where nothing is left to do: the very fault where there is one image (and it is there), or where it
    is the recipe's.
    """
    made: list[Enhancement] = []
    refused: list[tuple[UUID, Refused]] = []
    wanted = list(dict.fromkeys(asset_ids))
    terms = SINGLE if len(wanted) == 1 else MANY
    for pk in wanted:
        try:
            made.append(
                request_enhancement(actor=actor, asset_id=pk, operations=operations, preset=preset, terms=terms)
            )
        except Refused as refusal:
            refused.append((pk, refusal))
    if not made:
        first, fields = refused[0][1], {each.field for _, each in refused}
        of_recipe = len(fields) == 1 and str(first.field).startswith("operations")
        alone = len(refused) == 1 and not isinstance(first, Missing)
        if alone or of_recipe or first.code == RESTING:
            raise first
        shown = f"None of these can be enhanced. {first.message}"
        raise Refused("nothing_to_do", shown, field="assets", remedy=first.remedy or "Check the ids.")
    return made, refused


def plan_for(*, actor: User, asset_id: UUID, operations: Any, prices: PriceList | None = None) -> tuple[Asset, Plan]:
    """The image, and what the recipe comes to for it; writes nothing. Raises Missing, Forbidden, Refused, Conflict."""
    asset: Asset = Asset.objects.for_edit(actor, asset_id)
    if asset.trashed_at:
        raise Conflict("trashed", "This image is in the trash.", field="asset", remedy="Restore it first.")
    wishes = [coloured(actor, asset.team_id, wish) for wish in checked(operations)]
    plan = plan_of(wishes, width=asset.width, height=asset.height, prices=prices)
    check_others(actor, asset.team_id, wishes)
    rights.check(asset, plan.recipe)
    return asset, plan


def _set_aside(row: Enhancement, batch_id: UUID | None) -> None:
    """Reserve the most that it may still cost: a step that was bought is not paid for again. Raises
    Conflict("budget")."""
    calls = JobAttempt.objects.filter(job_id=row.job_id, outcome=AttemptOutcome.SUCCEEDED)
    bought = set(calls.values_list("step", flat=True))
    left = [step for step in row.quote if step["name"] not in bought]
    budgets.reserve(
        team_id=row.team_id,
        actor_id=row.owner_id,
        subject=subject_of(row.pk),
        amount=most_of(left),
        job_id=row.job_id,
        batch_id=batch_id,
    )


def most_of(quote: list[dict[str, Any]]) -> Decimal:
    """USD that these steps may cost at most; older quotes say only what was expected."""
    return sum((Decimal(step.get("most", step["cost"])) for step in quote), Decimal(0))


def subject_of(pk: UUID) -> str:
    """What the ledger calls an enhancement."""
    return f"enhancement:{pk}"


def announce_end(pk: UUID, event: str, data: dict[str, Any]) -> None:
    """Give back what was not spent, and tell the floors above and those who watch. Called in the transaction that
    ends it."""
    budgets.release(subject_of(pk))
    row = Enhancement.objects.get(pk=pk)
    enhancement_finished.send(Enhancement, enhancement=row)
    announce(row, event, data)


def check_others(actor: User, team_id: UUID, wishes: Iterable[Checked]) -> None:
    """Raises Missing for another picture that a recipe names and the actor may not use for this team."""
    for each in wishes:
        for name, pk in registry.others_of(each.wish).items():
            if not Asset.objects.visible_to(actor).kept().filter(pk=pk, team_id=team_id).exists():
                field = f"{each.field}.{name}"
                raise Missing(message="There is no such image in this team.", field=field, remedy="Choose another.")


def digest_of(recipe: Recipe) -> str:
    return hashlib.sha256(json.dumps(recipe, sort_keys=True).encode()).hexdigest()


def _create(actor: User, asset: Asset, plan: Plan, preset: dict[str, Any] | None) -> Enhancement:
    digest = digest_of(plan.recipe)
    try:
        with transaction.atomic():
            return Enhancement.objects.create(
                team_id=asset.team_id,
                owner=actor,
                source=asset,
                operations=plan.recipe,
                quote=plan.quote,
                preset=preset,
                recipe_digest=digest,
            )
    except IntegrityError as error:
        running = Enhancement.objects.filter(source=asset, recipe_digest=digest, status__in=LIVE).first()
        raise Conflict(
            "already_running",
            "This image is already being enhanced that way.",
            remedy="Wait for it or cancel it.",
            about={"enhancement": str(running.pk)} if running else {},
        ) from error


def earlier_of(asset: Asset, recipe: Recipe) -> Enhancement | None:
    """The last enhancement that made the same of the same image, while its result is there."""
    done = Enhancement.objects.filter(source=asset, recipe_digest=digest_of(recipe), status=Status.SUCCEEDED)
    return done.filter(result__trashed_at=None, result__isnull=False).order_by("-finished_at").first()


def cancel(*, actor: User, enhancement_id: UUID) -> Enhancement:
    """Stop at the next tile; harmless when it has ended. Raises Missing or Forbidden."""
    row: Enhancement = Enhancement.objects.for_edit(actor, enhancement_id)
    if row.job_id and row.is_live:
        request_cancel(row.job_id)
        row.refresh_from_db()
    return row


def retry(*, actor: User, enhancement_id: UUID, declared: bool = False) -> Enhancement:
    """Ask for the same again after it failed or was cancelled, as a row of its own at today's prices.

    `declared`: whether the actor declares now what the recipe needs declared, whoever asked for it first.

    Raises Missing, Forbidden, Conflict if it is under way or done, or Refused as for any request.
    """
    row: Enhancement = Enhancement.objects.for_edit(actor, enhancement_id)
    if row.is_live or row.status == Status.SUCCEEDED:
        raise Conflict(
            "not_failed", f"This enhancement is {row.status}.", remedy="Only what failed can be tried again."
        )
    operations = rights.declared_anew(row.operations, declared)
    return request_enhancement(actor=actor, asset_id=row.source_id, operations=operations, preset=row.preset)


def announce(row: Enhancement, event: str, data: dict[str, Any]) -> None:
    """Tell those who watch the enhancement and those who look at its source image."""
    record(f"asset:{row.source_id}", event, {"enhancement": str(row.pk), **data}, team_id=row.team_id)
    record(f"enhancement:{row.pk}", event, data, team_id=row.team_id)


def reopen(enhancement_id: str) -> None:
    """Make a failed enhancement wait again. Called in the transaction that revives its dead job."""
    Enhancement.objects.move(enhancement_id, Status.QUEUED, error=None, finished_at=None, percent=0)
    row = Enhancement.objects.get(pk=enhancement_id)
    _set_aside(row, budgets.batch_of(subject_of(row.pk)))
    announce(row, ENHANCEMENT_PROGRESS, {"stage": "queued", "percent": 0, "status": Status.QUEUED})


def close(enhancement_id: str, *, status: str, error: dict[str, Any]) -> None:
    """End an enhancement that did not succeed. Called in the transaction that ends its job."""
    end = Status.CANCELLED if status == "cancelled" else Status.FAILED
    row = Enhancement.objects.filter(pk=enhancement_id).first()
    if row is None or not row.is_live:
        return
    shown = None if end == Status.CANCELLED else error
    Enhancement.objects.move(row.pk, end, error=shown, finished_at=timezone.now())
    event = ENHANCEMENT_CANCELLED if end == Status.CANCELLED else ENHANCEMENT_FAILED
    announce_end(row.pk, event, {"status": end, **({} if shown is None else shown)})


def forget_trashed() -> int:
    """Delete the finished enhancements of sources whose time in the trash is over, so that these can go; how many.

    The results stay: what was done to them stands in their provenance, what it cost in the ledger.
    """
    limit = timezone.now() - TRASH_KEPT
    over = Enhancement.objects.filter(source__trashed_at__lt=limit).exclude(team__in=Team.objects.keeping_trash(limit))
    return over.exclude(status__in=LIVE).delete()[0]
