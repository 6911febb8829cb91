"""What the feed of a team tells of enhancements."""

from typing import Any, Final

from django.db.models import Q, QuerySet
from django.urls import reverse

from designer.activity.sources import Eyes, Source, Thing, Told, register
from enhancement.models import Enhancement, Status
from enhancement.presenting import summary_of

ENDED: Final = {Status.FAILED: "failed", Status.CANCELLED: "cancelled", Status.SUCCEEDED: ""}
KEPT: Final = Q(result=None, source__trashed_at=None) | Q(result__isnull=False, result__trashed_at=None)


def _rows(eyes: Eyes) -> QuerySet[Enhancement]:
    rows = Enhancement.objects.visible_to(eyes.user).filter(KEPT, team=eyes.team)
    return rows.select_related("source").only(
        "operations", "status", "cost", "owner", "team", "created_at", "result", "source__title"
    )


def _of_thing(thing: Thing) -> Q | None:
    return Q(source=thing.pk) | Q(result=thing.pk) if thing.kind == "asset" else None


def _tell(row: Any, eyes: Eyes) -> Told:
    is_done = row.status == Status.SUCCEEDED
    seen = eyes.costs or row.owner_id == eyes.user.pk
    shown = row.result_id or row.source_id
    notes = (summary_of(row.operations), ENDED.get(row.status, "under way"))
    return Told(
        did="enhanced" if is_done else "asked to enhance",
        many="enhanced {n} images" if is_done else "",
        title=row.source.title or "an image",
        about=f"asset:{row.source_id}",
        link=reverse("asset", args=[shown]),
        note=", ".join(filter(None, notes)),
        pictures=(shown,),
        amount=row.cost if seen else None,
    )


register(
    Source(kind="enhancement", model=Enhancement, rows=_rows, tell=_tell, about=_of_thing, words=("source__title",))
)
