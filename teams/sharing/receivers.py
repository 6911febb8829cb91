"""What sharing hears: who lost a role shares no more what it let them share."""

from typing import Any
from uuid import UUID

from django.dispatch import receiver

from teams.sharing import services
from teams.signals import access_revoked


@receiver(access_revoked, dispatch_uid="sharing.shares")
def take_shares_back(sender: object, user_id: UUID, team_id: UUID | None, **_: Any) -> None:
    if team_id is not None:
        services.follow_role(user_id=user_id, team_id=team_id)
