"""What batches hear from below: what an item became has begun, or has ended. In the transaction of the change."""

from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet
from django.dispatch import receiver

from batches.feeding import TEAM_ARCHIVED, item_ended, item_started
from batches.models import IN_FLIGHT, Batch, BatchItem, BatchStatus, ItemStatus
from batches.steering import hold_again, stand_still
from designer.generations.models import Generation, Status
from designer.generations.signals import generation_finished, generation_started
from enhancement.models import Enhancement
from enhancement.signals import enhancement_finished, enhancement_started
from teams.membership.models import Team
from teams.signals import work_stopping

ENDS: Final = {"succeeded": ItemStatus.SUCCEEDED, "failed": ItemStatus.FAILED, "cancelled": ItemStatus.CANCELLED}


@receiver(generation_started)
def generation_began(sender: Any, generation: Generation, **_: Any) -> None:
    if item := BatchItem.objects.filter(generation=generation).first():
        item_started(item)


@receiver(generation_finished)
def generation_ended(sender: Any, generation: Generation, **_: Any) -> None:
    item = BatchItem.objects.filter(generation=generation).first()
    if item is None:
        return
    end, error = ENDS.get(generation.status), generation.error
    if generation.status == Status.PARTIAL:  # some images are there: a failure to be retried, unless it was cancelled
        end = ItemStatus.FAILED if error else ItemStatus.CANCELLED
    assets = [str(asset.pk) for asset in generation.shown_assets]
    made_by = {"provider": generation.provider or item.provider, "model": generation.asked_model or item.model}
    item_ended(item, str(end), assets, error=error, cost=item.paid_before + (generation.cost or 0), **made_by)


@receiver(enhancement_started)
def enhancement_began(sender: Any, enhancement: Enhancement, **_: Any) -> None:
    if item := BatchItem.objects.filter(enhancement=enhancement).first():
        item_started(item)


@receiver(enhancement_finished)
def enhancement_ended(sender: Any, enhancement: Enhancement, **_: Any) -> None:
    item = BatchItem.objects.filter(enhancement=enhancement).first()
    if item is None:
        return
    assets = [str(enhancement.result_id)] if enhancement.result_id else []
    cost = item.paid_before + (enhancement.cost or 0)
    item_ended(item, str(ENDS[enhancement.status]), assets, error=enhancement.error, cost=cost)


@receiver(work_stopping, dispatch_uid="batches.work_stopping")
def pause_all(sender: object, teams: QuerySet[Team], **_: Any) -> list[UUID]:
    """What runs or is to start in a team that was archived or deleted pauses, and can go on when the team is back. As
    with every pause what runs comes to its end, or to where something more would be bought: then its item waits. The
    jobs of the items, which nobody may cancel: their items would be over."""
    going = Batch.objects.filter(team__in=teams, status__in=[BatchStatus.RUNNING, BatchStatus.SCHEDULED])
    for pk in list(going.order_by("pk").values_list("pk", flat=True)):
        stand_still(pk, TEAM_ARCHIVED)
    items = BatchItem.objects.filter(batch__team__in=teams, batch__status=BatchStatus.PAUSED, status__in=IN_FLIGHT)
    pairs = items.values_list("generation__job_id", "enhancement__job_id")
    jobs = [pk for pair in pairs for pk in pair if pk is not None]
    hold_again(jobs)
    return jobs
