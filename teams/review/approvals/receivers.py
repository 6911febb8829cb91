"""What approvals hear: who leaves a team, or may only look from now on, is waited for no longer."""

from typing import Any
from uuid import UUID

from django.dispatch import receiver

from teams.review.approvals.services import follow_roles
from teams.signals import access_revoked


@receiver(access_revoked, dispatch_uid="approvals.follow_roles")
def wait_no_longer(sender: object, user_id: UUID, team_id: UUID | None, **_: Any) -> None:
    follow_roles(user_id=user_id, team_id=team_id)
