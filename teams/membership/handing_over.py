"""A team gets another owner, in one step: at no moment is it without one."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from teams.accounts.models import User
from teams.audit import services as audit
from teams.audit.models import AuditEntry
from teams.base.errors import Conflict, Forbidden, Refused
from teams.membership.deeds import noted
from teams.membership.models import Membership, Role, Team
from teams.membership.permissions import check_awake
from teams.membership.services import MOST_OWNED, known_role, locked_team, member_of, owned_by
from teams.signals import access_revoked, team_changed

AGAIN: Final = timedelta(minutes=10)


@noted("hand_over", counted=lambda team: True)
@transaction.atomic
def hand_over(*, actor: User, team_id: UUID, user_id: UUID, own_role: str = Role.ADMIN) -> Membership:
    """Make a member an owner and take `own_role` oneself, in one step; the new owner's membership. Asked again within
    AGAIN, as by a page whose answer was lost, it is done already.

    Raises Missing, Forbidden for who is no owner, Refused (user, own_role, 429), Conflict for a personal or archived
    team, or an heir who owns as many as one may.
    """
    team = locked_team(actor, team_id)
    own, heir = member_of(team, actor.pk), Membership.objects.filter(team=team, user_id=user_id).first()
    # locked until the end: who is suspended at this moment is no owner, and who makes teams counts this one
    person = User.objects.select_for_update(no_key=True).filter(pk=user_id).first()
    if own.role != Role.OWNER:
        if heir is not None and _done_just_now(actor, heir):
            return heir
        raise Forbidden("owner_only", "Only an owner hands a team over.", remedy="Ask an owner of the team.")
    if team.personal:
        remedy = "Make a team, and work there together."
        raise Conflict("personal_team", "Your own studio cannot be handed over.", remedy=remedy)
    check_awake(team.pk)
    if heir is None or person is None or not person.is_active or user_id == actor.pk:
        message, remedy = "The new owner must be another member of this team.", "Invite them first, or choose another."
        raise Refused("no_such_heir", message, field="user", remedy=remedy)
    if known_role(own_role, "own_role") == Role.OWNER:
        raise Refused("still_owner", "You would stay an owner.", field="own_role", remedy="Choose a lower role.")
    if heir.role != Role.OWNER and owned_by(person) >= MOST_OWNED:
        message, remedy = f"They own {MOST_OWNED} teams already.", "Choose somebody else."
        raise Conflict("too_many_teams", message, field="user", remedy=remedy)
    for row, role in ((heir, Role.OWNER), (own, Role(own_role))):
        row.role = role
        row.save(update_fields=["role", "updated_at"])
    facts: dict[str, object] = {"to": str(user_id), "own_role": own_role}
    audit.write(actor, "team.handed_over", f"team:{team.pk}", facts, team.pk)
    access_revoked.send(sender=Membership, user_id=actor.pk, team_id=team.pk)
    team_changed.send(sender=Team, team=team, actor=actor, what="handed_over")
    return heir


def _done_just_now(actor: User, heir: Membership) -> bool:
    deeds = AuditEntry.objects.filter(team_id=heir.team_id, actor_id=actor.pk, action="team.handed_over")
    lately = deeds.filter(facts__to=str(heir.user_id), created_at__gt=timezone.now() - AGAIN)
    return heir.role == Role.OWNER and lately.exists()
