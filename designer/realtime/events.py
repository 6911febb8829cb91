"""Facts for the people who watch: written in the transaction of the change they tell of, numbered at its commit.

`record` adds a row without a number. A deferred trigger (migration `*_sql_realtime`) numbers all rows of the
transaction as its very last act, one counter row per channel in sorted order: no gaps, no reorders, no deadlock between
writers, and a change that is rolled back leaves no trace. After the commit a nudge says "look at this channel"; it may
be lost.
"""

import json
import re
from functools import partial
from typing import Any, Final, NotRequired, TypedDict
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction

from designer.realtime.herald import herald
from designer.realtime.models import Event

UUID_FORM: Final = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
CHANNEL_FORM: Final = re.compile(rf"(?P<kind>[a-z][a-z_]{{0,23}}):(?P<id>{UUID_FORM})|system")
EVENT_FORM: Final = re.compile(r"[a-z][a-z_]{0,23}:[a-z][a-z_]{0,30}")
MAX_DATA: Final = 32 << 10  # bytes of JSON: a socket's whole send buffer is 256 KiB

GENERATION_STAGE: Final = "generation:stage"
GENERATION_PROGRESS: Final = "generation:progress"
GENERATION_FALLBACK: Final = "generation:fallback"
GENERATION_COMPLETE: Final = "generation:complete"
GENERATION_FAILED: Final = "generation:failed"
GENERATION_CANCELLED: Final = "generation:cancelled"
ENHANCEMENT_PROGRESS: Final = "enhancement:progress"
ENHANCEMENT_COMPLETE: Final = "enhancement:complete"
ENHANCEMENT_FAILED: Final = "enhancement:failed"
PREVIEW_CHANGED: Final = "preview:changed"
BATCH_PROGRESS: Final = "batch:progress"
BATCH_ITEM: Final = "batch:item"
BATCH_COMPLETE: Final = "batch:complete"
PORTFOLIO_PROGRESS: Final = "portfolio:progress"
PORTFOLIO_COMPLETE: Final = "portfolio:complete"
PORTFOLIO_FAILED: Final = "portfolio:failed"
PORTFOLIO_CANCELLED: Final = "portfolio:cancelled"
ASSET_VERSION: Final = "asset:version"
COST_UPDATED: Final = "cost:updated"
COMMENT_CREATED: Final = "comment:created"
APPROVAL_CHANGED: Final = "approval:changed"
FEEDBACK_CHANGED: Final = "feedback:changed"
LEARNING_CHANGED: Final = "learning:changed"
NOTIFICATION_CREATED: Final = "notification:created"
NOTIFICATION_READ: Final = "notification:read"
PRESENCE_CHANGED: Final = "presence:changed"
SYSTEM_ALERT: Final = "system:alert"


class Progress(TypedDict):
    """Payload of `generation:progress` and `enhancement:progress`; `percent` is of the whole work, 0 to 100."""

    stage: str
    percent: float
    message: NotRequired[str]


class Fallback(TypedDict):
    """Payload of `generation:fallback`: another model stepped in. Prices are USD per image as decimal text."""

    provider: str
    model: str
    instead_of: str
    code: str
    reason: str
    unit_price: str
    unit_price_before: str


class Complete(TypedDict):
    """Payload of `generation:complete` and `enhancement:complete`."""

    assets: list[str]
    cost: str
    simulated: bool


class Failed(TypedDict):
    """Payload of every `…:failed`: the words of the refusal, for people."""

    code: str
    message: str
    remedy: str


class PortfolioProgress(TypedDict):
    """Payload of `portfolio:progress`, `portfolio:complete` and `portfolio:cancelled`: counts of its files."""

    status: str
    percent: int
    total: int
    read: int
    duplicates: int
    refused: int
    ignored: int


class CostUpdated(TypedDict):
    """Payload of `cost:updated`; amounts are USD as decimal text."""

    subject: str
    amount: str
    simulated: bool


class LearningChanged(TypedDict):
    """Payload of `learning:changed` of a team: weights were reverted, or that was undone. Read them anew."""

    act: str
    kind: str
    about: str


class Alert(TypedDict):
    """Payload of `system:alert`."""

    level: str
    message: str


def checked_channel(channel: str) -> str:
    """The channel's name, if it is `<kind>:<uuid>` or `system`. Raises ValueError otherwise."""
    if not CHANNEL_FORM.fullmatch(channel):
        raise ValueError(f"{channel!r} is no channel: expected '<kind>:<uuid>' in lower case, or 'system'.")
    return channel


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
    if not EVENT_FORM.fullmatch(event):
        raise ValueError(f"{event!r} is no event name: expected '<family>:<what>' in lower case.")
    Event.objects.create(channel=checked_channel(channel), event=event, data=plain(data), team_id=team_id)
    transaction.on_commit(partial(herald.nudge, channel))
