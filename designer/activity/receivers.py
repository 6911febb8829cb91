"""Whoever looks at a team's feed is told that it may have something new, once that is committed.

As a tick, not as a fact: the feed is read from the rows themselves, and a fact on the channel of the team would make
all that write in it wait for each other. It does not say what is new, for not everybody who hears it may see that.
"""

from functools import partial
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models.signals import post_save
from django.dispatch import receiver

from designer.activity.sources import SOURCES
from designer.realtime import events
from designer.realtime.events import TEAM_ACTIVITY
from designer.realtime.ticks import tick

CHANGES: Final = {
    events.GENERATION_COMPLETE, events.GENERATION_FAILED, events.GENERATION_CANCELLED, events.ENHANCEMENT_COMPLETE,
    events.ENHANCEMENT_FAILED, events.ENHANCEMENT_CANCELLED, events.BATCH_COMPLETE, events.FEEDBACK_CHANGED,
    events.ASSET_TRASHED, events.ASSET_RESTORED, events.COMMENT_UPDATED, events.COMMENT_DELETED,
    events.COLLECTION_CHANGED, events.SESSION_ENDED,
}  # fmt: skip


@receiver(post_save, dispatch_uid="activity.happened")
def tell_of_news(sender: type[Any], instance: Any, created: bool, raw: bool = False, **_: Any) -> None:
    """Of every new row of a source. An image that is made is one too: with it comes the line of its generation."""
    if created and not raw and any(source.model is sender for source in SOURCES.values()):
        _tell(instance.team_id)


@receiver(events.recorded, dispatch_uid="activity.changed")
def tell_of_changes(sender: Any, names: set[str], team_id: UUID | None, **_: Any) -> None:
    """Of what writes no such row one by one, and of what ends, is taken back or thrown away."""
    if names & CHANGES:
        _tell(team_id)


def _tell(team_id: UUID | None) -> None:
    if team_id:
        transaction.on_commit(partial(tick, f"team:{team_id}", TEAM_ACTIVITY, {}))
