"""What webhooks hear from below: somebody lost a right."""

from typing import Any
from uuid import UUID

from django.dispatch import receiver

from batches.webhooks.models import Endpoint, EndpointStatus, Why
from batches.webhooks.outcomes import switch_off
from batches.webhooks.services import may_manage
from teams.signals import access_revoked


@receiver(access_revoked, dispatch_uid="webhooks.owner_left")
def switch_off_whose_owner_left(sender: Any, user_id: UUID, team_id: UUID | None, **_: Any) -> None:
    """Whoever answers for a webhook must manage its team; the courier asks too, this also says so."""
    theirs = Endpoint.objects.filter(owner=user_id, status=EndpointStatus.ENABLED).select_related("team", "owner")
    theirs = theirs.filter(team__ends_at=None)  # nobody manages a team that is away; the courier asks when it is back
    for row in theirs if team_id is None else theirs.filter(team=team_id):
        if not may_manage(row.owner, row.team):
            switch_off(row, Why.OWNER_LEFT)
