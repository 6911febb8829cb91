"""Tells those who watch a batch: its state and its items' ends as facts, its counts in between as ticks."""

import time
from collections.abc import Iterable
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from batches.models import Batch, BatchItem, BatchStatus
from designer.jobs.rights import OWNER_LEFT
from designer.notifications.services import notify
from designer.realtime.events import BATCH_COMPLETE, BATCH_ITEM, BATCH_PROGRESS, record
from designer.realtime.ticks import tick
from teams.accounts.models import User
from teams.membership.models import Role

ENDED: Final[dict[str, str]] = {
    BatchStatus.COMPLETED: "all done",
    BatchStatus.PARTIAL: "done in part",
    BatchStatus.FAILED: "failed",
    BatchStatus.CANCELLED: "cancelled",
}
TICK_EVERY: Final = 1.0  # seconds between two ticks of one process for one batch
_ticked: dict[UUID, float] = {}


def channel_of(batch_id: UUID) -> str:
    return f"batch:{batch_id}"


def state_of(row: Batch) -> dict[str, Any]:
    """What watchers see of a batch at a glance."""
    return {
        "status": row.status,
        "reason": row.reason,
        "counts": row.counts(),
        "percent": row.percent,
        "cost": f"{row.cost:f}",
    }


def announce_state(batch_id: UUID) -> None:
    """The batch itself changed: a fact, in the caller's transaction."""
    row = Batch.objects.defer("plan").get(pk=batch_id)
    record(channel_of(batch_id), BATCH_PROGRESS, state_of(row), team_id=row.team_id)


def announce_end(row: Batch) -> None:
    """The batch is over: a fact, and news for its owner."""
    record(channel_of(row.pk), BATCH_COMPLETE, state_of(row), team_id=row.team_id)
    tell(
        row,
        [row.owner],
        f"{row.title}: {ENDED[row.status]}",
        f"{row.succeeded} of {row.total} succeeded, {row.cost:f} USD.",
    )


def tell(row: Batch, users: Iterable[User], title: str, body: str) -> None:
    """News of the batch, as each of them wishes to hear of it."""
    subject, link = channel_of(row.pk), f"/batches/{row.pk}"
    notify(users=users, kind="batch", subject=subject, title=title, body=body, link=link, team_id=row.team_id)


def tell_paused(row: Batch, reason: dict[str, str]) -> None:
    """News of a pause for those who can end it: its owner, or who manages the team where that one has left."""
    users: Iterable[User] = [row.owner]
    if reason["code"] == OWNER_LEFT:
        roles = (Role.OWNER, Role.ADMIN)
        users = User.objects.filter(memberships__team=row.team_id, memberships__role__in=roles).distinct()
    tell(row, users, f"{row.title}: paused", f"{reason['message']} {reason['remedy']}")


def announce_item(item: BatchItem, assets: list[str]) -> None:
    """An item ended: a fact."""
    told = {
        "item": str(item.pk),
        "position": item.position,
        "status": item.status,
        "cost": f"{item.cost:f}",
        "assets": assets,
        "error": item.error,
    }
    record(channel_of(item.batch_id), BATCH_ITEM, told, team_id=item.team_id)


def show_counts(row: Batch) -> None:
    """The counts as they are now, after the commit; not oftener than once a second from one process."""
    now = time.monotonic()
    if now - _ticked.get(row.pk, float("-inf")) < TICK_EVERY and not row.is_over:
        return
    if len(_ticked) > 1_000:
        _ticked.clear()
    _ticked[row.pk] = now
    transaction.on_commit(partial(tick, channel_of(row.pk), BATCH_PROGRESS, state_of(row)))
