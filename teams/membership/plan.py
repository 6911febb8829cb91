"""What a team may use, in one place, and how much of it it does. Nobody pays here: the operator sets the limits."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Sum

from teams.membership.belongings import kinds
from teams.membership.models import Invitation, Membership, Team


@dataclass(frozen=True, slots=True)
class Limits:
    """None: as much as there is. `seats`: members and open invitations; `parallel`: jobs at once in each lane."""

    seats: int | None
    parallel: int | None
    storage: int | None = None  # bytes of pictures


@dataclass(frozen=True, slots=True)
class Use:
    seats: int
    storage: int
    pictures: int


def limits_of(team: Team) -> Limits:
    """One plan for all, for now; a personal studio has one seat."""
    return Limits(seats=1 if team.personal else settings.TEAM_SEATS, parallel=settings.JOB_TEAM_LIMIT or None)


def use_of(team: Team) -> Use:
    """As it is now, what lies in the trash included."""
    seats = Membership.every.filter(team=team).count() + Invitation.objects.open().filter(team=team).count()
    size = pictures = 0
    for kind in kinds():
        if {"path", "sha256", "bytes"}.issubset({field.attname for field in kind.model._meta.concrete_fields}):
            found: dict[str, Any] = kind.of(team.pk).aggregate(size=Sum("bytes"))
            size, pictures = size + (found["size"] or 0), pictures + kind.of(team.pk).count()
    return Use(seats=seats, storage=size, pictures=pictures)
