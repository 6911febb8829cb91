"""Who may watch a session and a collection, and what the truth looks like."""

from typing import Any
from uuid import UUID

from designer.realtime import subjects
from designer.sessions.models import ReviewSession
from designer.sessions.telling import state_of
from teams.accounts.models import User
from teams.review.collections.models import Collection


def may_watch(user: User, pk: UUID) -> bool:
    return ReviewSession.objects.visible_to(user).filter(pk=pk).exists()


def snapshot(user: User, pk: UUID) -> dict[str, Any]:
    return state_of(ReviewSession.objects.light().select_related("presenter", "present").see(user, pk))


def may_watch_collection(user: User, pk: UUID) -> bool:
    return Collection.objects.visible_to(user).kept().filter(pk=pk).exists()


def collection(user: User, pk: UUID) -> dict[str, Any]:
    row: Any = Collection.objects.told().see(user, pk)
    return {"id": str(row.pk), "name": row.name, "images": row.images, "trashed": row.trashed_at is not None}


subjects.register("session", may_watch=may_watch, snapshot=snapshot, shared=True)
subjects.register("collection", may_watch=may_watch_collection, snapshot=collection, shared=True)
