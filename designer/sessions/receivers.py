"""What this room hears from the ground floor: a collection has changed. In the transaction of the change."""

from typing import Any

from django.dispatch import receiver

from designer.realtime.events import COLLECTION_CHANGED, record
from designer.realtime.revocation import channel_changed
from teams.review.collections.models import Collection
from teams.signals import collection_changed


@receiver(collection_changed, dispatch_uid="sessions.collection_changed")
def tell_of_collection(sender: object, collection: Collection, what: str, **_: Any) -> None:
    record(f"collection:{collection.pk}", COLLECTION_CHANGED, {"what": what}, team_id=collection.team_id)
    if what == "trashed":
        channel_changed(f"collection:{collection.pk}")
