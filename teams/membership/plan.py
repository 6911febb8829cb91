"""What a team may use, in one place, and how much of it it does. Nobody pays here: the operator sets the limits."""

from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.db.models import Count, Max, Sum

from teams.base.keeping import kept
from teams.membership.belongings import kinds
from teams.membership.models import Invitation, Membership, Team

COUNTED_FOR: Final = 60  # seconds


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
    """Seats as they are now; of pictures, those in the trash among them, what was counted up to a minute ago."""
    seats = Membership.every.filter(team=team).count() + Invitation.objects.open().filter(team=team).count()
    size, pictures = kept(f"team:use:{team.pk}", COUNTED_FOR, lambda: _stored(team))
    return Use(seats=seats, storage=size, pictures=pictures)


def _stored(team: Team) -> tuple[int, int]:
    """Bytes and number of files: one for which several rows stand counts once."""
    size = files = 0
    for kind in kinds():
        if {"path", "sha256", "bytes"}.issubset({field.attname for field in kind.model._meta.concrete_fields}):
            each = kind.of(team.pk).order_by().values("sha256").annotate(size=Max("bytes"))
            found: dict[str, Any] = each.aggregate(total=Sum("size"), files=Count("sha256"))
            size, files = size + (found["total"] or 0), files + found["files"]
    return size, files
