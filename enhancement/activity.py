"""What the feed of a team tells of enhancements."""

from typing import Any, Final

from django.db.models import Q, QuerySet
from django.urls import reverse

from designer.activity.sources import Eyes, Source, Thing, Told, register
from enhancement.models import Enhancement, Status
from enhancement.presenting import summary_of

DOING: Final = {Status.FAILED: "could not enhance", Status.CANCELLED: "stopped enhancing", Status.SUCCEEDED: "enhanced"}


def _rows(eyes: Eyes) -> QuerySet[Enhancement]:
    rows = Enhancement.objects.visible_to(eyes.user).filter(team=eyes.team, source__trashed_at=None)
    return rows.select_related("source", "result").only(
        "operations", "status", "cost", "owner", "team", "created_at", "source__title", "result__trashed_at"
    )


def _of_thing(thing: Thing) -> Q | None:
    return Q(source=thing.pk) | Q(result=thing.pk) if thing.kind == "asset" else None


def _tell(row: Any, eyes: Eyes) -> Told:
    is_done = row.status == Status.SUCCEEDED
    seen = eyes.costs or row.owner_id == eyes.user.pk
    shown = row.result_id if row.result and not row.result.trashed_at else row.source_id
    return Told(
        did=DOING.get(row.status, "is enhancing"),
        many="enhanced {n} images" if is_done else "",
        title=row.source.title or "an image",
        about=f"asset:{row.source_id}",
        link=reverse("asset", args=[shown]),
        note=summary_of(row.operations),
        pictures=(shown,),
        amount=row.cost if seen else None,
    )


register(
    Source(kind="enhancement", model=Enhancement, rows=_rows, tell=_tell, about=_of_thing, words=("source__title",))
)
