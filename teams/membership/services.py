"""The only writers of teams and memberships. Each locks the team's row first, and notes its deed in the audit log."""

import secrets
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.text import slugify

from teams.accounts.models import User
from teams.accounts.services import time_zones
from teams.audit import services as audit
from teams.base.errors import Conflict, Forbidden, Missing, Refused
from teams.base.preconditions import require_match
from teams.base.text import one_line
from teams.membership import slugs
from teams.membership.models import KEEP_EXIF, NO_SHARE_LINKS, TIME_ZONE, Membership, Role, Team
from teams.membership.ownership import visible_teams
from teams.membership.permissions import CODES, allowed, check_awake, may
from teams.signals import access_revoked, links_switched_off

NAME_LENGTH: Final = 80
MOST_OWNED: Final = 100  # teams that one person may own


def free_slug(name: str) -> str:
    """A readable slug with a random end, so that no name is ever taken and none can be guessed; its owners choose a
    better one when they like."""
    return f"{slugify(name)[:60] or 'team'}-{secrets.token_hex(4)}"


@transaction.atomic
def create_personal_team(*, owner: User) -> Team:
    """The team that holds a person's own work."""
    name = f"{owner.shown_name[:60]}'s studio"
    slug = free_slug(owner.shown_name)
    team = Team.objects.create(name=name, slug=slug, slug_look=slugs.look_of(slug), personal=True)
    Membership.objects.create(team=team, user=owner, role=Role.OWNER)
    return team


@transaction.atomic
def create_team(*, actor: User, name: str) -> Team:
    """A shared team with `actor` as its owner. Raises Refused for a bad name, Conflict beyond `MOST_OWNED` teams."""
    name = one_line(name, field="name", longest=NAME_LENGTH)
    User.objects.select_for_update(no_key=True).get(pk=actor.pk)  # two creations at once would both count too few
    if owned_by(actor) >= MOST_OWNED:
        raise Conflict("too_many_teams", f"You own {MOST_OWNED} teams.", remedy="Leave one, or hand one over.")
    slug = free_slug(name)
    team = Team.objects.create(name=name, slug=slug, slug_look=slugs.look_of(slug))
    Membership.objects.create(team=team, user=actor, role=Role.OWNER)
    audit.write(actor, "team.created", f"team:{team.pk}", {"name": name}, team.pk)
    return team


def owned_by(user: User) -> int:
    """How many teams somebody owns, those about to be deleted among them: they may come back."""
    return Membership.every.filter(user=user, role=Role.OWNER).count()


@transaction.atomic
def change_team(
    *,
    actor: User,
    team_id: UUID,
    if_match: str | None,
    name: str | None = None,
    slug: str | None = None,
    time_zone: str | None = None,
    keep_exif: bool | None = None,
    share_links: bool | None = None,
) -> Team:
    """Change of the team what is given, if `if_match` names its present version. Raises Missing, Forbidden, Refused."""
    closes = share_links is False and (name, slug, time_zone, keep_exif) == (None,) * 4
    team = changeable(actor, team_id, closes=closes)
    require_match(if_match, team)
    if name is not None:
        before, team.name = team.name, one_line(name, field="name", longest=NAME_LENGTH)
        team.save(update_fields=["name", "updated_at"])
        audit.write(actor, "team.renamed", f"team:{team.pk}", {"from": before, "to": team.name}, team.pk)
    if slug is not None:
        before = slugs.choose(team, slug)
        if before != team.slug:
            audit.write(actor, "team.slug_changed", f"team:{team.pk}", {"from": before, "to": team.slug}, team.pk)
    if keep_exif is not None:
        team = set_keep_exif(actor=actor, team_id=team_id, keep=keep_exif)
    if share_links is not None:
        team = set_share_links(actor=actor, team_id=team_id, allowed=share_links)
    return team if time_zone is None else set_time_zone(actor=actor, team_id=team_id, zone=time_zone)


@transaction.atomic
def set_time_zone(*, actor: User, team_id: UUID, zone: str) -> Team:
    """Say in which time zone the team's clocks are meant; "": each member's own. Raises Missing, Forbidden, Refused."""
    if zone and zone not in time_zones():
        remedy = "Use a name like Europe/Paris."
        raise Refused("unknown_time_zone", "No such time zone.", field="time_zone", remedy=remedy)
    return keep_setting(actor=actor, team_id=team_id, name=TIME_ZONE, value=zone or None)


def set_keep_exif(*, actor: User, team_id: UUID, keep: bool) -> Team:
    """Say whether uploads from now on keep what camera and author wrote. Raises Missing or Forbidden."""
    return keep_setting(actor=actor, team_id=team_id, name=KEEP_EXIF, value=keep or None)


@transaction.atomic
def set_share_links(*, actor: User, team_id: UUID, allowed: bool) -> Team:
    """Say whether links open what is shared; where they may not, those given before are taken back for good, in an
    archived team too. Raises Missing or Forbidden."""
    value = None if allowed else True
    team = keep_setting(actor=actor, team_id=team_id, name=NO_SHARE_LINKS, value=value, closes=not allowed)
    if not allowed:
        links_switched_off.send(sender=Team, actor=actor, team_id=team.pk)
    return team


@transaction.atomic
def keep_setting(*, actor: User, team_id: UUID, name: str, value: object, closes: bool = False) -> Team:
    """Keep a setting of another floor with the team; None takes it away. Raises Missing or Forbidden."""
    team = changeable(actor, team_id, closes=closes)
    if team.settings.get(name) == value:
        return team
    before = team.settings.get(name)
    rest = {key: kept for key, kept in team.settings.items() if key != name}
    team.settings = rest if value is None else {**rest, name: value}
    team.save(update_fields=["settings", "updated_at"])
    facts = {"setting": name, "from": before, "value": value}
    audit.write(actor, "team.setting_changed", f"team:{team.pk}", facts, team.pk)
    return team


def changeable(actor: User, team_id: UUID, *, closes: bool = False) -> Team:
    """The team, locked, if `actor` may change its settings now. Raises Missing, Forbidden, or Conflict (archived,
    unless it only `closes` what reaches outside)."""
    team = locked_team(actor, team_id)
    check_changes(actor, team, closes=closes)
    return team


def check_changes(actor: User, team: Team, *, closes: bool = False) -> None:
    """Raises Forbidden where `actor` may not change the team's settings, Conflict while it is archived."""
    if not allowed(actor, "change_team", team, closes=closes):
        raise _not_manager()


def known_role(word: str, field: str = "role") -> str:
    """The role of that name. Raises Refused for none of ours."""
    if word not in Role.values:
        raise Refused("unknown_role", "No such role.", field=field, remedy=f"Use {', '.join(Role.values)}.")
    return word


def change_role(*, actor: User, team_id: UUID, user_id: UUID, role: str) -> Membership:
    """Give a member another role. Raises Missing, Forbidden (and notes the try), Conflict for the last owner."""
    try:
        return _change_role(actor, team_id, user_id, role)
    except Forbidden:
        audit.write(actor, "member.role_refused", f"user:{user_id}", {"role": role}, team_id)
        raise


@transaction.atomic
def _change_role(actor: User, team_id: UUID, user_id: UUID, role: str) -> Membership:
    team = locked_team(actor, team_id)
    membership = member_of(team, user_id)
    check_may_manage(actor, team, membership.role, role)
    check_awake(team.pk)
    before = membership.role
    if before == role:
        return membership
    _check_owner_stays(membership, role)
    membership.role = role
    membership.save(update_fields=["role", "updated_at"])
    audit.write(actor, "member.role_changed", f"user:{user_id}", {"from": before, "to": role}, team.pk)
    if not CODES[before] <= CODES[role]:
        access_revoked.send(sender=Membership, user_id=user_id, team_id=team.pk)
    return membership


def remove_member(*, actor: User, team_id: UUID, user_id: UUID) -> None:
    """End a membership, also one's own. Raises Missing, Forbidden (and notes the try), Conflict for the last owner."""
    try:
        _remove_member(actor, team_id, user_id)
    except Forbidden:
        audit.write(actor, "member.removal_refused", f"user:{user_id}", {}, team_id)
        raise


def leave_team(*, actor: User, team_id: UUID) -> None:
    """End one's own membership; every role may, also in a team that is about to be deleted. Raises Missing, Conflict
    for the last owner."""
    _leave(actor, team_id)


@transaction.atomic
def _leave(actor: User, team_id: UUID) -> None:
    Team.objects.select_for_update(no_key=True).filter(pk=team_id).first()
    row = Membership.every.filter(team=team_id, user=actor, team__ending_at=None).first() if actor.is_active else None
    if row is None:
        raise Missing(message="There is no such team.", remedy="Check the id, or ask for access.")
    _end(actor, row)


@transaction.atomic
def _remove_member(actor: User, team_id: UUID, user_id: UUID) -> None:
    if user_id == actor.pk:
        return _leave(actor, team_id)
    team = locked_team(actor, team_id)
    membership = member_of(team, user_id)
    check_may_manage(actor, team, membership.role)
    _end(actor, membership)


def _end(actor: User, membership: Membership) -> None:
    user_id, team_id = membership.user_id, membership.team_id
    _check_owner_stays(membership, None)
    membership.delete()
    deed = "member.left" if user_id == actor.pk else "member.removed"
    audit.write(actor, deed, f"user:{user_id}", {}, team_id)
    access_revoked.send(sender=Membership, user_id=user_id, team_id=team_id)


def locked_team(actor: User, team_id: UUID) -> Team:
    """The team, locked until the transaction ends, if `actor` still belongs to it. Raises Missing otherwise."""
    Team.objects.select_for_update(no_key=True).filter(pk=team_id).first()
    team = visible_teams(actor).filter(pk=team_id).first()  # asked only now: the role may have gone while we waited
    if team is None:
        raise Missing(message="There is no such team.", remedy="Check the id, or ask for access.")
    return team


def member_of(team: Team, user_id: UUID) -> Membership:
    membership = Membership.objects.filter(team=team, user_id=user_id).first()
    if membership is None:
        raise Missing(message="There is no such member in this team.", remedy="Check the id against the members.")
    return membership


def check_may_manage(actor: User, team: Team, *roles: str) -> None:
    """Managing members takes the permission; where an owner is made or touched, it takes an owner."""
    if not may(actor, "manage_members", team):
        raise _not_manager()
    owner = Membership.objects.filter(team=team, user=actor, role=Role.OWNER).exists()
    if Role.OWNER in roles and not owner:
        raise Forbidden(
            "owner_only", "Only an owner may make or change an owner.", field="role", remedy="Ask an owner."
        )


def _check_owner_stays(membership: Membership, role: str | None) -> None:
    """The clean answer; the database's trigger has the last word."""
    if membership.role != Role.OWNER or role == Role.OWNER:
        return
    others = Membership.every.filter(team_id=membership.team_id, role=Role.OWNER).exclude(pk=membership.pk)
    if not others.exists():
        raise Conflict(
            "last_owner", "A team keeps at least one owner.", field="role", remedy="Make somebody else an owner first."
        )


def _not_manager() -> Refused:
    return Forbidden(message="Your role does not let you manage this team.", remedy="Ask an owner or admin.")
