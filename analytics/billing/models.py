"""Monthly statements: what a team spent in a calendar month (UTC), frozen, and which charges stand on which."""

from typing import TYPE_CHECKING, Self
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q

from designer.ledger.models import LedgerEntry
from teams.accounts.models import User
from teams.membership.ownership import OwnedQuerySet, TeamOwned, teams_where


class StatementQuerySet(OwnedQuerySet["Statement"]):
    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """Those of teams whose costs `user` may see."""
        return super().visible_to(user).filter(team__in=teams_where(user, "view_billing"))


class Statement(TeamOwned):
    """What one month of a team cost. Append-only (trigger): a mistake is corrected in the ledger, and stands on the
    statement of the month in which it was corrected.

    USD. `owed` was paid to providers, `simulated` to nobody; both are exact. `late` is what of both is of an earlier
    month and was written when that one's statement had been made. `lines`: {section: [line]}, as making.py has them.
    """

    number = models.PositiveIntegerField(help_text="Counted by team, from 1.")
    month = models.DateField(help_text="Its first day, UTC.")
    called = models.CharField(max_length=80, help_text="The team's name as it was.")
    look = models.JSONField(default=dict)  # name and colour of what it hands out, as they were
    charges = models.PositiveIntegerField()
    owed = models.DecimalField(max_digits=18, decimal_places=6)
    simulated = models.DecimalField(max_digits=18, decimal_places=6)
    late = models.DecimalField(max_digits=18, decimal_places=6)
    lines = models.JSONField(encoder=DjangoJSONEncoder)
    words = models.TextField(blank=True)  # what it is found by: the names on it
    objects = StatementQuerySet.as_manager()

    class Meta:
        db_table = "billing_statements"
        constraints = [
            models.UniqueConstraint(name="statement_once_a_month", fields=["team", "month"]),
            models.UniqueConstraint(name="statement_number_once", fields=["team", "number"]),
            models.CheckConstraint(name="statement_of_a_whole_month", condition=Q(month__day=1)),
            models.CheckConstraint(name="statement_of_something", condition=Q(charges__gt=0, number__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.called}, {self.month:%B %Y}, no. {self.number}"


class Stated(models.Model):
    """A charge stands on this statement: on one, for it is the key."""

    entry = models.OneToOneField(LedgerEntry, models.CASCADE, primary_key=True, related_name="stated")
    statement = models.ForeignKey(Statement, models.CASCADE, related_name="stated")
    team = models.ForeignKey("teams.Team", models.CASCADE, related_name="+")

    if TYPE_CHECKING:
        team_id: UUID
        statement_id: UUID

    class Meta:
        db_table = "billing_stated"
        verbose_name = "charge on a statement"
        verbose_name_plural = "charges on statements"

    def __str__(self) -> str:
        return f"{self.pk} on {self.statement_id}"
