"""Whose work is still done: nothing is begun, and nothing more bought, in the name of somebody who has left. What was
bought before is followed to its end, and charged."""

from typing import Final
from uuid import UUID

from designer.jobs.handlers import Permanent
from teams.accounts.models import User
from teams.membership.models import Team
from teams.membership.permissions import may

OWNER_LEFT: Final = "owner_left"
TEAM_ARCHIVED: Final = "team_archived"


def check_owner(owner_id: UUID, team: Team) -> None:
    """Raises Permanent where the owner may create no work in the team any more: removed, only to look, or shut out; or
    where nobody may, for it is archived or about to be deleted."""
    if not may(User.objects.get(pk=owner_id), "create_work", team):
        if Team.objects.closed().filter(pk=team.pk).exists():
            raise Permanent(TEAM_ARCHIVED, "Its team was archived or deleted.", "Ask for it anew once it is back.")
        shown = "Whoever asked for this can no longer create work in this team."
        raise Permanent(OWNER_LEFT, shown, "Have somebody who may ask for it anew.")
