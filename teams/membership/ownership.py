"""What belongs to a team, and the one place that answers who may see and change it."""

from typing import TYPE_CHECKING, Any, Final, Self, TypeVar
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q

from teams.accounts.models import User
from teams.base.errors import Conflict, Forbidden, Missing
from teams.base.models import Row
from teams.membership.models import Membership, Role, Team
from teams.membership.permissions import CODES, STILLED, resting, roles_with

M = TypeVar("M", bound="TeamOwned")
MOST_APART: Final = 20  # teams of one person that are asked one by one


class OwnedQuerySet(models.QuerySet[M]):
    """Rows of tenant tables. Everything a user reaches goes through `visible_to` or `for_edit`."""

    seen_by: UUID | None = None  # a person of whose teams all of these are

    def _clone(self) -> Self:
        rows: Self = super()._clone()  # type: ignore[misc]  # Django's own way to carry what a queryset knows
        rows.seen_by = self.seen_by
        return rows

    def __or__(self, other: models.QuerySet[M]) -> Self:
        rows = super().__or__(other)
        rows.seen_by = None
        return rows

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        if not user.is_authenticated or not user.is_active:
            return self.none()
        rows = self.filter(team__in=Membership.objects.filter(user=user.pk).values("team"))
        rows.seen_by = user.pk
        return rows

    def first_in(self, *order: str, limit: int) -> Self:
        """The first `limit` in an order that the table has an index of, team by team.

        They are sought in each team by itself: of several at once Postgres reads and sorts all that they ever made,
        half a second of 100,000 rows.
        """
        members = Membership.objects.filter(user=self.seen_by) if self.seen_by else Membership.objects.none()
        teams = list(members.values_list("team", flat=True)[: MOST_APART + 1])
        if not 0 < len(teams) <= MOST_APART or self.query.distinct or self.query.is_sliced or self.query.combinator:
            return self.order_by(*order)[:limit]
        if len(teams) == 1:
            return self.filter(team=teams[0]).order_by(*order)[:limit]
        parts = [self.filter(team=team).order_by(*order).values("pk")[:limit] for team in teams]
        return self.filter(pk__in=parts[0].union(*parts[1:], all=True)).order_by(*order)[:limit]

    def editable_by(self, user: "User | AnonymousUser") -> Self:
        """The rows that `for_edit` would give to `user`, asked for all at once; of a model whose rows have owners."""
        own = Q(owner=user.pk, team__in=teams_where(user, "edit_own_work"))
        return self.visible_to(user).filter(own | Q(team__in=teams_where(user, "edit_all_work")))

    def see(self, user: "User | AnonymousUser", pk: UUID | str) -> M:
        """The row `pk`, if `user` may see it. Raises Missing otherwise."""
        row = self.visible_to(user).filter(pk=pk).first()
        if row is None:
            name = self.model._meta.verbose_name
            raise Missing(message=f"There is no such {name}.", remedy="Check the id, or ask for access.")
        return row

    def for_edit(self, user: "User | AnonymousUser", pk: UUID | str) -> M:
        """The row `pk`, if `user` may change it. Raises Missing if not theirs to see, Forbidden if only to see,
        Conflict while its team is archived."""
        row = self.see(user, pk)
        held = Membership.objects.filter(user=user.pk, team=row.team_id).values_list("role", "team__archived_at")
        role, archived_at = held.first() or ("", None)
        codes = CODES.get(role, frozenset())
        own = getattr(row, "owner_id", user.pk) == user.pk
        if "edit_all_work" in codes or ("edit_own_work" in codes and own):
            if archived_at is not None:
                raise resting()
            return row
        raise Forbidden(message="Your role lets you see this, not change it.", remedy="Ask an owner or admin.")

    def may_edit(self, user: "User | AnonymousUser", pk: UUID | str) -> bool:
        """Whether `for_edit` would give it: for what a page offers. Raises Missing if not theirs to see."""
        try:
            return bool(self.for_edit(user, pk))
        except (Forbidden, Conflict):
            return False


def teams_where(user: "User | AnonymousUser", code: str) -> models.QuerySet[Membership, Any]:
    """The teams in which the role of `user` has this code, without those at rest where it is a code of writing."""
    rows = Membership.objects.filter(user=user.pk, role__in=roles_with(code))
    return (rows.filter(team__archived_at=None) if code in STILLED else rows).values("team")


class TeamOwned(Row):
    """Abstract tenant row."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="+")

    if TYPE_CHECKING:
        team_id: UUID
        objects: Any

    class Meta:
        abstract = True


def visible_teams(user: "User | AnonymousUser") -> models.QuerySet[Team]:
    """The teams that `user` belongs to."""
    if not user.is_authenticated or not user.is_active:
        return Team.objects.none()
    return Team.objects.filter(pk__in=Membership.objects.filter(user=user.pk).values("team"))


def visible_team(user: "User | AnonymousUser", pk: UUID | str) -> Team:
    """The team `pk`, if `user` belongs to it. Raises Missing otherwise."""
    team = visible_teams(user).filter(pk=pk).first()
    if team is None:
        raise Missing(message="There is no such team.", remedy="Check the id, or ask for access.")
    return team


def working_team(user: User, pk: UUID | str | None) -> Team:
    """The team `pk`, or the personal team of `user` where none is named. Raises Missing for one not theirs to see."""
    if pk is not None:
        return visible_team(user, pk)
    own = Membership.objects.filter(user=user, role=Role.OWNER).values("team")
    return Team.objects.get(personal=True, pk__in=own)
