"""What each role may do in its team. django-guardian keeps it on the team's row, by direct foreign key."""

from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db import connection
from guardian.shortcuts import get_user_perms

from teams.base.errors import Conflict, Missing
from teams.membership.models import Membership, Role, Team

if TYPE_CHECKING:
    from teams.accounts.models import User

VIEW: Final = frozenset({"view_team", "view_work"})
EDIT: Final = VIEW | {"create_work", "edit_own_work"}
MANAGE: Final = EDIT | {"change_team", "manage_members", "edit_all_work", "view_billing"}
CODES: Final[dict[str, frozenset[str]]] = {
    Role.OWNER: MANAGE | {"delete_team"},
    Role.ADMIN: MANAGE,
    Role.EDITOR: EDIT,
    Role.VIEWER: VIEW,
}

RESTING: Final = "team_archived"
# What nobody may while a team is archived. To leave, to remove somebody and to read the costs stays possible.
STILLED: Final = frozenset({"create_work", "edit_own_work", "edit_all_work", "change_team"})

# The rows that the memberships of one person, one team or everybody call for: the rest goes, what is missing is added.
SYNC: Final = """
WITH granted(role, code) AS (SELECT * FROM unnest(%(roles)s::text[], %(codes)s::text[])),
wanted AS (
    SELECT member.user_id, member.team_id, permission.id AS permission_id
    FROM team_members member JOIN granted ON granted.role = member.role
    JOIN teams team ON team.id = member.team_id AND (team.archived_at IS NULL OR granted.code <> ALL (%(stilled)s))
    JOIN django_content_type kind ON kind.app_label = 'teams' AND kind.model = 'team'
    JOIN auth_permission permission ON permission.content_type_id = kind.id AND permission.codename = granted.code
    WHERE NOT member.away AND (%(user)s::uuid IS NULL OR member.user_id = %(user)s)
      AND (%(team)s::uuid IS NULL OR member.team_id = %(team)s)
), taken AS (
    DELETE FROM teams_teamuserobjectpermission held
    WHERE (%(user)s::uuid IS NULL OR held.user_id = %(user)s)
      AND (%(team)s::uuid IS NULL OR held.content_object_id = %(team)s)
      AND (held.user_id, held.content_object_id, held.permission_id) NOT IN (SELECT * FROM wanted)
)
INSERT INTO teams_teamuserobjectpermission (user_id, content_object_id, permission_id)
SELECT * FROM wanted ON CONFLICT DO NOTHING
"""


def sync(*, user_id: UUID | None = None, team_id: UUID | None = None) -> None:
    """Make the permission rows say what the memberships say; of one person, one team, or everybody."""
    pairs = [(str(role), code) for role, codes in CODES.items() for code in sorted(codes)]
    facts = {
        "roles": [role for role, _ in pairs],
        "codes": [code for _, code in pairs],
        "stilled": sorted(STILLED),
        "user": user_id,
        "team": team_id,
    }
    with connection.cursor() as cursor:
        cursor.execute(SYNC, facts)


def roles_with(code: str) -> list[str]:
    """The roles that hold a code of CODES."""
    return [role for role, codes in CODES.items() if code in codes]


def may(user: "User | AnonymousUser", code: str, team: Team) -> bool:
    """Whether `user` holds `code` ("manage_members") in `team` itself.

    Asks for rows on the team alone: neither a superuser's nor a model-wide permission opens somebody else's team.
    """
    return user.is_authenticated and user.is_active and code in get_user_perms(user, team)


def allowed(user: "User | AnonymousUser", code: str, team: Team, *, closes: bool = False) -> bool:
    """As `may`, for who is about to do it. Raises Conflict where nothing but the team's rest stands in the way; unless
    it only `closes` what reaches outside, which must never be out of reach."""
    if may(user, code, team):
        return True
    if code in STILLED and user.is_authenticated and user.is_active:
        role = Membership.objects.filter(user=user.pk, team=team.pk).values_list("role", flat=True).first()
        if code in CODES.get(role or "", ()):
            if closes:
                return True
            check_awake(team.pk)
    return False


def check_awake(team_id: UUID) -> None:
    """Raises Conflict while the team is archived or about to be deleted. What it says is read anew."""
    for ends_at in Team.objects.closed().filter(pk=team_id).values_list("ends_at", flat=True):
        raise resting(deleted=ends_at is not None)


def hold_awake(team_id: UUID) -> None:
    """As `check_awake`, and until the caller's transaction ends nobody archives or deletes the team: who does waits, or
    was first. To be asked before any other row is locked, as by all who lock the team's."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT archived_at, ends_at FROM teams WHERE id = %s FOR SHARE", [team_id])
        found = cursor.fetchone()
    if found is None:
        raise Missing(message="There is no such team.", remedy="Check the id, or ask for access.")
    archived_at, ends_at = found
    if archived_at or ends_at:
        raise resting(deleted=ends_at is not None)


def resting(*, deleted: bool = False) -> Conflict:
    """Why nothing is written in an archived team, or one about to be deleted."""
    if deleted:
        message, remedy = "This team is about to be deleted, and nothing in it changes.", "Ask an owner to restore it."
        return Conflict(RESTING, message, remedy=remedy)
    remedy = "Ask an owner to bring it back, under Settings, Teams."
    return Conflict(RESTING, "This team is archived: it can be looked at, and nothing in it changes.", remedy=remedy)
