"""Reads the event log: what is new, where a channel stands, whether a reader can resume. Writes only to prune."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from django.db import connection
from django.db.models import Max
from django.utils import timezone

from designer.realtime.models import ChannelHead, Event

RETENTION: Final = timedelta(hours=24)
# a slow transaction's events are older than their neighbours, and a channel is cut at its newest old event
MARGIN: Final = timedelta(minutes=5)
NEW: Final = """
    SELECT e.channel, e.seq, e.event, e.data::text, e.created_at
    FROM unnest(%s::text[], %s::bigint[]) AS wanted(channel, after)
    CROSS JOIN LATERAL (
        SELECT * FROM events WHERE events.channel = wanted.channel AND events.seq > wanted.after
        ORDER BY events.seq LIMIT %s
    ) AS e
    ORDER BY e.channel, e.seq
"""
# arrays: a placeholder for each channel took a process that watches thousands longer to write than to ask
MOVED: Final = """
    SELECT known.channel, coalesce(head.seq, 0), coalesce(head.epoch::text, '')
    FROM unnest(%s::text[], %s::bigint[], %s::text[]) AS known(channel, seq, epoch)
    LEFT JOIN channel_heads AS head ON head.channel = known.channel
    WHERE coalesce(head.seq, 0) <> known.seq OR coalesce(head.epoch::text, '') <> known.epoch
"""


@dataclass(frozen=True, slots=True)
class Fact:
    """One numbered event; `frame` is its message, the same text for every reader."""

    channel: str
    seq: int
    frame: str
    at: datetime

    def message(self) -> dict[str, Any]:
        return dict(json.loads(self.frame))


@dataclass(frozen=True, slots=True)
class Head:
    """Where a channel stands. A new `epoch` means that its history was cut, and older numbers say nothing any more."""

    seq: int
    epoch: str


NOTHING_YET: Final = Head(0, "")


def news(wanted: Mapping[str, int], limit: int) -> list[Fact]:
    """The next facts of each channel after its number, at most `limit` per channel, in order. One query."""
    with connection.cursor() as cursor:
        cursor.execute(NEW, [list(wanted), list(wanted.values()), limit])
        return [_fact(*row) for row in cursor.fetchall()]


def _fact(channel: str, seq: int, event: str, data: str, at: datetime) -> Fact:
    head = json.dumps({"type": "event", "channel": channel, "seq": seq, "event": event, "at": at.isoformat()})
    return Fact(channel, seq, f'{head[:-1]}, "data": {json.dumps(json.loads(data))}}}', at)


def moved(known: Mapping[str, Head]) -> dict[str, Head]:
    """Where those of the channels stand that do not stand where `known` says. One query, however many they are.

    A channel on which nothing ever happened, or whose history is gone, stands at NOTHING_YET.
    """
    columns = known, (str(head.seq) for head in known.values()), (head.epoch for head in known.values())
    with connection.cursor() as cursor:
        cursor.execute(MOVED, [_array(column) for column in columns])
        return {channel: Head(seq, epoch) for channel, seq, epoch in cursor.fetchall()}


def _array(words: Iterable[str]) -> str:
    """As Postgres reads it. The driver takes longer to write it than the query; no channel, number or id has quotes."""
    return "{" + ",".join(f'"{word}"' for word in words) + "}"


def head(channel: str) -> Head:
    rows = ChannelHead.objects.filter(channel=channel).values_list("seq", "epoch")
    return next((Head(seq, str(epoch)) for seq, epoch in rows), NOTHING_YET)


def cut(channel: str, now: Head, after: int, epoch: str | None) -> str:
    """Why a reader who has seen `after` cannot resume: 'epoch', 'ahead', 'expired', or '' if nothing is missing."""
    if epoch and epoch != now.epoch:
        return "epoch"
    if after > now.seq:
        return "ahead"
    if after < now.seq and not Event.objects.filter(channel=channel, seq=after + 1).exists():
        return "expired"
    return ""


def prune(now: datetime) -> int:
    """Delete events older than 24 hours; their channels keep counting. Returns how many went."""
    old = Event.objects.filter(created_at__lt=now - RETENTION - MARGIN, seq__isnull=False)
    gone = 0
    for channel, newest in old.values_list("channel").annotate(newest=Max("seq")).order_by("channel"):
        gone += Event.objects.filter(channel=channel, seq__lte=newest).delete()[0]
    return gone


def prune_now() -> None:
    """The scheduler's duty."""
    prune(timezone.now())


def begin_epoch() -> int:
    """Say that history was cut, as after restoring a backup: every reader starts afresh. Returns the channels."""
    changed = 0
    for channel in ChannelHead.objects.order_by("channel").values_list("channel", flat=True).iterator():
        changed += ChannelHead.objects.filter(channel=channel).update(epoch=uuid4())
    return changed
