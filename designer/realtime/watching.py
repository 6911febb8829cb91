"""What this room itself lets people watch: themselves, their teams, the system. The rest registers itself."""

from typing import Any
from uuid import UUID

from designer.realtime.subjects import register
from teams.accounts.models import User
from teams.base.errors import Missing
from teams.membership.models import Membership


def is_self(user: User, pk: UUID) -> bool:
    return bool(user.pk == pk)


def person(user: User, _: UUID) -> dict[str, Any]:
    return {"id": str(user.pk), "name": user.shown_name, "timezone": user.timezone}


def is_member(user: User, pk: UUID) -> bool:
    return Membership.objects.filter(user=user, team=pk).exists()


def team(user: User, pk: UUID) -> dict[str, Any]:
    found = Membership.objects.filter(user=user, team=pk).select_related("team").first()
    if found is None:
        raise Missing
    return {"id": str(pk), "name": found.team.name, "role": found.role}


def everybody(user: User, _: UUID) -> bool:
    return user.is_active


def nothing(user: User, _: UUID) -> dict[str, Any]:
    return {}


register("user", may_watch=is_self, snapshot=person)
register("team", may_watch=is_member, snapshot=team)
register("system", may_watch=everybody, snapshot=nothing)
