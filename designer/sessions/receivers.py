"""What this room hears from the ground floor: a collection changed, somebody lost a right, a team came back. In the
same transaction."""

from typing import Any
from uuid import UUID

from django.db.models import Q
from django.dispatch import receiver

from designer.realtime.events import COLLECTION_CHANGED, record
from designer.realtime.revocation import channel_changed
from designer.sessions.services import clear_stage, clear_stages
from teams.membership.exporting import only
from teams.membership.models import Team
from teams.review.collections.models import Collection
from teams.signals import access_revoked, collection_changed, team_changed

# what is hidden until the presenter reveals it is hidden from who exports the team too
only("review_session_votes", lambda rows: rows.filter(Q(image__session__votes_hidden=False) | Q(image__revealed=True)))


@receiver(collection_changed, dispatch_uid="sessions.collection_changed")
def tell_of_collection(sender: object, collection: Collection, what: str, **_: Any) -> None:
    record(f"collection:{collection.pk}", COLLECTION_CHANGED, {"what": what}, team_id=collection.team_id)
    if what == "trashed":
        channel_changed(f"collection:{collection.pk}")


@receiver(access_revoked, dispatch_uid="sessions.access_revoked")
def end_presenting(sender: object, user_id: UUID, **_: Any) -> None:
    clear_stage(user_id)


@receiver(team_changed, dispatch_uid="sessions.team_changed")
def end_presenting_of_who_left(sender: object, team: Team, what: str, **_: Any) -> None:
    if what == "restored":
        clear_stages(team.pk)
