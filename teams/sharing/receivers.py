"""What sharing hears: who lost a role shares no more what it let them share; a team that has links off has none; what
is shared with a team ends with it."""

from typing import Any
from uuid import UUID

from django.dispatch import receiver

from teams.accounts.models import User
from teams.membership.models import Team
from teams.sharing import services
from teams.signals import access_revoked, links_switched_off, team_changed


@receiver(access_revoked, dispatch_uid="sharing.shares")
def take_shares_back(sender: object, user_id: UUID, team_id: UUID | None, **_: Any) -> None:
    if team_id is not None:
        services.follow_role(user_id=user_id, team_id=team_id)


@receiver(links_switched_off, dispatch_uid="sharing.links")
def take_links_back(sender: object, actor: User, team_id: UUID, **_: Any) -> None:
    services.links_off(actor=actor, team_id=team_id)


@receiver(team_changed, dispatch_uid="sharing.team_changed")
def end_with_the_team(sender: object, team: Team, what: str, **_: Any) -> None:
    if what == "end_begun":
        services.team_gone(team_id=team.pk)
