"""How a team comes to rest and to its end: archived, brought back; deleted with thirty days of grace, restored.

Each changes the team's row alone, with it locked, and says so: a job then stops its work, and the scheduler again; both
find the team closed and are safe to repeat. Nothing that somebody ordered at the same moment runs, for no worker takes
a job of a closed team.
"""

import unicodedata
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from teams.accounts.models import User
from teams.audit import services as audit
from teams.base.errors import Conflict, Forbidden, Missing, Refused
from teams.membership import permissions
from teams.membership.deeds import noted
from teams.membership.models import Membership, Role, Team
from teams.signals import team_changed, work_stopped, work_stopping

GRACE: Final = timedelta(days=30)


@noted("archive", counted=lambda team: team.archived_at is None)
@transaction.atomic
def archive(*, actor: User, team_id: UUID) -> Team:
    """Let everybody look and nobody write. Again changes nothing. Raises Missing, Forbidden, Conflict (personal)."""
    team = _owned(actor, team_id)
    _refuse_ending(team)
    if team.archived_at is None:
        team.archived_at = timezone.now()
        _keep(team, actor, "archived")
    return team


@noted("unarchive")
@transaction.atomic
def unarchive(*, actor: User, team_id: UUID) -> Team:
    """Let it be worked in again; what was paused stays so until somebody resumes it. Raises Missing, Forbidden."""
    team = _owned(actor, team_id)
    _refuse_ending(team)
    if team.archived_at is not None:
        team.archived_at, team.awake_at = None, timezone.now()
        _keep(team, actor, "unarchived")
    return team


@noted("delete", counted=lambda team: team.ends_at is None)
@transaction.atomic
def delete(*, actor: User, team_id: UUID, name: str) -> Team:
    """End it in thirty days, and hide it at once. `name`: the team's own, typed by who means it.

    Raises Missing, Forbidden, Refused (name), Conflict for a personal studio. Again changes nothing.
    """
    team = _owned(actor, team_id)
    if team.ends_at is not None:
        return team
    if _letters(name) != _letters(team.name):
        remedy = "Type the team's name, letter by letter."
        raise Refused("other_name", "This is not the team's name.", field="name", remedy=remedy)
    team.ends_at = timezone.now() + GRACE
    Membership.every.filter(team=team).update(away=True)
    _keep(team, actor, "deleted")
    return team


@noted("restore")
@transaction.atomic
def restore(*, actor: User, team_id: UUID) -> Team:
    """Take the deletion back; an archived team is archived again. Raises Missing (also once its end has begun),
    Forbidden."""
    team = _owned(actor, team_id)
    if team.ends_at is not None:
        team.ends_at, team.awake_at = None, timezone.now()
        Membership.every.filter(team=team).update(away=False)
        _keep(team, actor, "restored")
    return team


def _letters(name: str) -> str:
    """As it is read: however a keyboard puts an accent to its letter."""
    return " ".join(unicodedata.normalize("NFC", name).split())


def seen(actor: User, team_id: UUID) -> Membership:
    """The membership of `actor`, with its team, also of one that is about to be deleted. Raises Missing."""
    rows = Membership.every.select_related("team").filter(user=actor.pk, team=team_id, team__ending_at=None)
    row = rows.first() if actor.is_active else None
    if row is None:
        raise Missing(message="There is no such team.", remedy="Check the id, or ask for access.")
    return row


def ending_teams(actor: User) -> list[Membership]:
    """Those of `actor` that are about to be deleted, the first to go first."""
    rows = Membership.every.select_related("team").filter(user=actor.pk, away=True, team__ending_at=None)
    return list(rows.order_by("team__ends_at", "pk"))


def owned(actor: User, team_id: UUID) -> Team:
    """The team, if `actor` owns it, also one about to be deleted. Raises Missing, Forbidden."""
    row = seen(actor, team_id)
    if row.role != Role.OWNER:
        raise Forbidden("owner_only", "Only an owner may do this.", remedy="Ask an owner of the team.")
    return row.team


def _owned(actor: User, team_id: UUID) -> Team:
    """As `owned`, locked until the transaction ends, and no personal studio."""
    Team.objects.select_for_update(no_key=True).filter(pk=team_id).first()
    team = owned(actor, team_id)  # asked only now: it may have gone, and the role too, while we waited
    if team.personal:
        remedy = "It goes with your account."
        raise Conflict("personal_team", "Your own studio is neither archived nor deleted by itself.", remedy=remedy)
    return team


def _refuse_ending(team: Team) -> None:
    if team.ends_at is not None:
        raise Conflict("team_deleted", "This team is about to be deleted.", remedy="Restore it first.")


def _keep(team: Team, actor: User, what: str) -> None:
    team.save(update_fields=["archived_at", "ends_at", "awake_at", "updated_at"])
    permissions.sync(team_id=team.pk)
    facts: dict[str, object] = {"name": team.name}
    if what == "deleted" and team.ends_at:
        facts["ends_at"] = team.ends_at.isoformat()
    audit.write(actor, f"team.{what}", f"team:{team.pk}", facts, team.pk)
    team_changed.send(sender=Team, team=team, actor=actor, what=what)


def stop_work(team_id: UUID | None = None) -> int:
    """Pause or cancel what goes on in closed teams, of one or of all: how many jobs were told to end. Safe to repeat;
    one that is open again is let be.

    The scheduler's duty too: what was ordered at the very moment in which its team was closed, and what a process that
    died left undone.
    """
    teams = Team.objects.closed()
    teams = teams if team_id is None else teams.filter(pk=team_id)
    spared = [pk for _, ids in work_stopping.send(sender=Team, teams=teams) for pk in ids or ()]
    return sum(int(count or 0) for _, count in work_stopped.send(sender=Team, teams=teams, spared=spared))
