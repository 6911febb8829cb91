"""Facts for the people who watch: written in the transaction of the change they tell of, numbered at its commit.

`record` adds a row without a number. A deferred trigger (migration `*_sql_realtime`) numbers all rows of the
transaction as its very last act, one counter row per channel in sorted order: no gaps, no reorders, no deadlock between
writers, and a change that is rolled back leaves no trace. After the commit a nudge says "look at this channel"; it may
be lost.
"""

import json
import re
from collections.abc import Sequence
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.dispatch import Signal

from designer.realtime import payloads
from designer.realtime.herald import herald
from designer.realtime.models import Event
from designer.realtime.schemas import fault_of

UUID_FORM: Final = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
CHANNEL_FORM: Final = re.compile(rf"(?P<kind>[a-z][a-z_]{{0,23}}):(?P<id>{UUID_FORM})|system")
EVENT_FORM: Final = re.compile(r"[a-z][a-z_]{0,23}:[a-z][a-z_]{0,30}")
recorded: Final = Signal()  # names (a set of events), team_id; sent within the transaction
MAX_DATA: Final = 32 << 10  # bytes of JSON: a socket's whole send buffer is 256 KiB

GENERATION_STAGE: Final = "generation:stage"
GENERATION_PROGRESS: Final = "generation:progress"
GENERATION_FALLBACK: Final = "generation:fallback"
GENERATION_CORRECTED: Final = "generation:corrected"
GENERATION_COMPLETE: Final = "generation:complete"
GENERATION_FAILED: Final = "generation:failed"
GENERATION_CANCELLED: Final = "generation:cancelled"
ENHANCEMENT_PROGRESS: Final = "enhancement:progress"
ENHANCEMENT_COMPLETE: Final = "enhancement:complete"
ENHANCEMENT_FAILED: Final = "enhancement:failed"
ENHANCEMENT_CANCELLED: Final = "enhancement:cancelled"
PREVIEW_CHANGED: Final = "preview:changed"
BATCH_PROGRESS: Final = "batch:progress"
BATCH_ITEM: Final = "batch:item"
BATCH_COMPLETE: Final = "batch:complete"
AUTOMATION_RUN: Final = "automation:run"
AUTOMATION_DELIVERED: Final = "automation:delivered"
PORTFOLIO_PROGRESS: Final = "portfolio:progress"
PORTFOLIO_COMPLETE: Final = "portfolio:complete"
PORTFOLIO_FAILED: Final = "portfolio:failed"
PORTFOLIO_CANCELLED: Final = "portfolio:cancelled"
ASSET_PROMOTED: Final = "asset:promoted"
ASSET_TRASHED: Final = "asset:trashed"
ASSET_RESTORED: Final = "asset:restored"
ASSET_VERSION: Final = "asset:version"
COMMENT_CREATED: Final = "comment:created"
COMMENT_UPDATED: Final = "comment:updated"
COMMENT_DELETED: Final = "comment:deleted"
COMMENT_RESOLVED: Final = "comment:resolved"
COMMENT_REOPENED: Final = "comment:reopened"
COMMENT_REACTED: Final = "comment:reacted"
APPROVAL_REQUESTED: Final = "approval:requested"
APPROVAL_ANSWERED: Final = "approval:answered"
APPROVAL_SETTLED: Final = "approval:settled"
APPROVAL_WITHDRAWN: Final = "approval:withdrawn"
COLLECTION_CHANGED: Final = "collection:changed"
SESSION_OPENED: Final = "session:opened"
SESSION_IMAGE: Final = "session:image"
SESSION_PRESENTER: Final = "session:presenter"
SESSION_TIMER: Final = "session:timer"
SESSION_VOTE: Final = "session:vote"
SESSION_REVEALED: Final = "session:revealed"
SESSION_ENDED: Final = "session:ended"
TEAM_CHANGED: Final = "team:changed"
TEAM_ACTIVITY: Final = "team:activity"
COST_UPDATED: Final = "cost:updated"
FEEDBACK_CHANGED: Final = "feedback:changed"
LEARNING_CHANGED: Final = "learning:changed"
NOTIFICATION_CREATED: Final = "notification:created"
NOTIFICATION_READ: Final = "notification:read"
REPORT_CHANGED: Final = "report:changed"
SYSTEM_ALERT: Final = "system:alert"
PRESENCE_CHANGED: Final = "presence:changed"
CURSOR_MOVED: Final = "cursor:moved"
REACTION_SHOWN: Final = "reaction:shown"


# what is only ever shown and never kept, as messages of a type of their own
SHOWN: Final = {PRESENCE_CHANGED: "presence", CURSOR_MOVED: "cursor", REACTION_SHOWN: "reaction"}

PAYLOADS: Final[dict[str, Any]] = {
    GENERATION_STAGE: payloads.GenerationProgress,
    GENERATION_PROGRESS: payloads.GenerationProgress,
    GENERATION_FALLBACK: payloads.Fallback,
    GENERATION_CORRECTED: payloads.Corrected,
    GENERATION_COMPLETE: payloads.Complete,
    GENERATION_FAILED: payloads.Ended,
    GENERATION_CANCELLED: payloads.Ended,
    ENHANCEMENT_PROGRESS: payloads.EnhancementProgress,
    ENHANCEMENT_COMPLETE: payloads.EnhancementComplete,
    ENHANCEMENT_FAILED: payloads.EnhancementEnded,
    ENHANCEMENT_CANCELLED: payloads.EnhancementEnded,
    PREVIEW_CHANGED: payloads.PreviewChanged,
    BATCH_PROGRESS: payloads.BatchState,
    BATCH_ITEM: payloads.BatchItemEnded,
    BATCH_COMPLETE: payloads.BatchState,
    AUTOMATION_RUN: payloads.AutomationRun,
    AUTOMATION_DELIVERED: payloads.AutomationDelivered,
    PORTFOLIO_PROGRESS: payloads.PortfolioStanding,
    PORTFOLIO_COMPLETE: payloads.PortfolioStanding,
    PORTFOLIO_FAILED: payloads.PortfolioStanding,
    PORTFOLIO_CANCELLED: payloads.PortfolioStanding,
    ASSET_PROMOTED: payloads.Nothing,
    ASSET_TRASHED: payloads.Nothing,
    ASSET_RESTORED: payloads.Nothing,
    ASSET_VERSION: payloads.AssetVersion,
    COMMENT_CREATED: payloads.CommentSaid,
    COMMENT_UPDATED: payloads.CommentSaid,
    COMMENT_DELETED: payloads.CommentGone,
    COMMENT_RESOLVED: payloads.CommentSettled,
    COMMENT_REOPENED: payloads.CommentSettled,
    COMMENT_REACTED: payloads.CommentReacted,
    APPROVAL_REQUESTED: payloads.ApprovalChanged,
    APPROVAL_ANSWERED: payloads.ApprovalChanged,
    APPROVAL_SETTLED: payloads.ApprovalChanged,
    APPROVAL_WITHDRAWN: payloads.ApprovalChanged,
    COLLECTION_CHANGED: payloads.CollectionChanged,
    SESSION_OPENED: payloads.SessionOpened,
    SESSION_IMAGE: payloads.SessionImage,
    SESSION_PRESENTER: payloads.SessionPresenter,
    SESSION_TIMER: payloads.SessionTimer,
    SESSION_VOTE: payloads.SessionVote,
    SESSION_REVEALED: payloads.SessionRevealed,
    SESSION_ENDED: payloads.SessionEnded,
    TEAM_CHANGED: payloads.TeamChanged,
    TEAM_ACTIVITY: payloads.Nothing,
    COST_UPDATED: payloads.CostUpdated,
    FEEDBACK_CHANGED: payloads.FeedbackChanged,
    LEARNING_CHANGED: payloads.LearningChanged,
    NOTIFICATION_CREATED: payloads.NotificationCreated,
    NOTIFICATION_READ: payloads.NotificationRead,
    REPORT_CHANGED: payloads.ReportChanged,
    SYSTEM_ALERT: payloads.SystemAlert,
    PRESENCE_CHANGED: payloads.Shown,
    CURSOR_MOVED: payloads.Shown,
    REACTION_SHOWN: payloads.Shown,
}


def checked_channel(channel: str) -> str:
    """The channel's name, if it is `<kind>:<uuid>` or `system`. Raises ValueError otherwise."""
    if not CHANNEL_FORM.fullmatch(channel):
        raise ValueError(f"{channel!r} is no channel: expected '<kind>:<uuid>' in lower case, or 'system'.")
    return channel


def checked_event(event: str, data: object) -> None:
    """Raises ValueError for what is no event's name; where CHECK_EVENTS is set, for a payload unlike its type too."""
    if not EVENT_FORM.fullmatch(event):
        raise ValueError(f"{event!r} is no event name: expected '<family>:<what>' in lower case.")
    if settings.CHECK_EVENTS:
        fault = fault_of(PAYLOADS[event], plain(data)) if event in PAYLOADS else "PAYLOADS does not know it"
        if fault:
            raise ValueError(f"{event}: {fault}")


def plain(data: object, *, limit: int = MAX_DATA) -> Any:
    """`data` as JSON knows it (UUID, Decimal and times as text). Raises ValueError over `limit` bytes and for NaN."""
    text = json.dumps(data, cls=DjangoJSONEncoder, allow_nan=False)
    if len(text) > limit:
        raise ValueError(f"An event's data may be {limit} bytes long, this is {len(text)}: send ids, not contents.")
    return json.loads(text)


def record(channel: str, event: str, data: "dict[str, Any] | Any", *, team_id: UUID | None) -> None:
    """Tell the watchers of `channel` that `event` happened, if and only if the caller's transaction commits.

    `event` is `<family>:<what>`, `data` a small JSON object. Raises ValueError for a bad channel, name or payload.
    """
    record_all(channel, [(event, data)], team_id=team_id)


def record_all(channel: str, facts: "Sequence[tuple[str, dict[str, Any] | Any]]", *, team_id: UUID | None) -> None:
    """Tell of several events of one channel, in this order. As `record`."""
    record_each([(channel, event, data) for event, data in facts], team_id=team_id)


def record_each(facts: "Sequence[tuple[str, str, dict[str, Any] | Any]]", *, team_id: UUID | None) -> None:
    """Tell of several events (channel, event, data) of one team, in this order, at once. As `record`."""
    for channel, event, data in facts:
        checked_channel(channel)
        checked_event(event, data)
    Event.objects.bulk_create(
        [Event(channel=channel, team_id=team_id, event=event, data=plain(data)) for channel, event, data in facts]
    )
    recorded.send(sender=Event, names={event for _, event, _ in facts}, team_id=team_id)
    for channel in dict.fromkeys(channel for channel, _, _ in facts):
        transaction.on_commit(partial(herald.nudge, channel))
