"""What the feed of a team tells of batches."""

from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse

from batches.models import Batch, BatchStatus
from designer.activity.sources import Eyes, Source, Thing, Told, know, of_thing, register
from teams.accounts.models import User

STATES: Final = {  # how it stands now; who brought it there is not known
    BatchStatus.DRAFT: "planned",
    BatchStatus.SCHEDULED: "scheduled",
    BatchStatus.PAUSED: "paused",
    BatchStatus.FAILED: "failed",
    BatchStatus.CANCELLED: "cancelled",
}


def _rows(eyes: Eyes) -> QuerySet[Batch]:
    return Batch.objects.visible_to(eyes.user).filter(team=eyes.team).defer("plan", "reason")


def _tell(row: Any, eyes: Eyes) -> Told:
    seen = eyes.costs or row.owner_id == eyes.user.pk
    return Told(
        did="made the batch",
        many="",
        title=row.title or "without a title",
        about=f"batch:{row.pk}",
        link=reverse("batch", args=[row.pk]),
        note=", ".join(filter(None, (f"{row.succeeded} of {row.total} done", STATES.get(row.status, "")))),
        amount=row.cost if seen else None,
        simulated=row.simulated,
    )


def _batch(user: User, pk: UUID) -> Thing:
    return Thing("batch", pk, Batch.objects.see(user, pk).title or "a batch")


know("batch", _batch)
register(Source(kind="batch", model=Batch, rows=_rows, tell=_tell, about=of_thing(batch="pk"), words=("title",)))
