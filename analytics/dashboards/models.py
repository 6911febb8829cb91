"""Boards of one's own: which figures stand on one, in which order, and who sees it."""

from typing import TYPE_CHECKING, Final, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from teams.membership.ownership import OwnedQuerySet, TeamOwned

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from teams.accounts.models import User

NAME_LENGTH: Final = 80
DAYS: Final = (7, 30, 90, 365)


class DashboardQuerySet(OwnedQuerySet["Dashboard"]):
    """Whose team one is in, its shared boards one sees; the others are their owner's alone."""

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        return super().visible_to(user).filter(Q(shared=True) | Q(owner=user.pk))


class Dashboard(TeamOwned):
    """`widgets`: in their order, each as `boards.py` has it. One whose kind is gone stays until it is taken away."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    name = models.CharField(max_length=NAME_LENGTH)
    shared = models.BooleanField(default=False, help_text="All members of the team see it.")
    days = models.PositiveSmallIntegerField(default=30, help_text="Up to today, where nobody says otherwise.")
    widgets = models.JSONField(default=list, blank=True)
    objects = DashboardQuerySet.as_manager()

    class Meta:
        db_table = "dashboards"
        constraints = [models.CheckConstraint(name="dashboard_days_known", condition=Q(days__in=DAYS))]
        indexes = [models.Index(name="dashboard_of_team", fields=["team", "-created_at", "-id"])]

    def __str__(self) -> str:
        return self.name
