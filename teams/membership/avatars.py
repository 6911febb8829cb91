"""A team's picture, which stands beside its name wherever teams are chosen. Small, of our own making, and the team's:
it goes with it. Who decodes what was sent lives on the floor above and hands over the finished WebP."""

import hashlib
from uuid import UUID

from django.db import transaction

from teams.accounts.models import User
from teams.audit import services as audit
from teams.base.errors import Missing
from teams.membership.models import TeamAvatar
from teams.membership.ownership import visible_team
from teams.membership.services import changeable


@transaction.atomic
def keep_avatar(*, actor: User, team_id: UUID, data: bytes | None) -> None:
    """Let this WebP be the team's picture; None: none. Raises Missing, Forbidden, Conflict."""
    team = changeable(actor, team_id)
    if data is None:
        gone, _ = TeamAvatar.objects.filter(team=team).delete()
        if not gone:
            return
    else:
        facts = {"data": data, "sha256": hashlib.sha256(data).hexdigest()}
        TeamAvatar.objects.update_or_create(team=team, defaults=facts)
    team.save(update_fields=["updated_at"])
    audit.write(actor, "team.avatar_changed", f"team:{team.pk}", {"has_one": data is not None}, team.pk)


def avatar_of(actor: User, team_id: UUID) -> TeamAvatar:
    """Raises Missing where the team, or its picture, is not theirs to see."""
    row = TeamAvatar.objects.filter(team=visible_team(actor, team_id)).first()
    if row is None:
        raise Missing(message="This team has no picture.", remedy="Its owners and admins can give it one.")
    return row
