"""Who may watch a batch, and what the truth looks like."""

from typing import Any
from uuid import UUID

from batches.models import Batch
from batches.reporting import state_of
from designer.realtime import subjects
from teams.accounts.models import User


def may_watch(user: User, pk: UUID) -> bool:
    return Batch.objects.visible_to(user).filter(pk=pk).exists()


def snapshot(user: User, pk: UUID) -> dict[str, Any]:
    return {"id": str(pk), **state_of(Batch.objects.defer("plan").see(user, pk))}


subjects.register("batch", may_watch=may_watch, snapshot=snapshot, shared=True)
