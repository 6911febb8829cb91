"""What was spent today and this month (UTC), as far as somebody may see it: their teams' costs, else their own."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q, Sum
from django.utils import timezone

from designer.ledger.models import BudgetUse, LedgerEntry, Scope
from designer.ledger.months import month
from teams.accounts.models import User
from teams.membership.models import Membership
from teams.membership.permissions import CODES

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Spent:
    """USD; `simulated` is what of `amount` was paid to nobody."""

    amount: Decimal
    simulated: Decimal

    @property
    def wholly_simulated(self) -> bool:
        return bool(self.simulated) and self.simulated == self.amount


@dataclass(frozen=True, slots=True)
class Spending:
    today: Spent
    month: Spent


def spending(user: User) -> Spending:
    """Of all teams whose costs `user` may see, and in the others of their own work."""
    roles = dict(Membership.objects.filter(user=user).values_list("team", "role"))
    whole = [team for team, role in roles.items() if "view_billing" in CODES[role]]
    own = [team for team in roles if team not in whole]
    uses = BudgetUse.objects.filter(
        Q(scope=Scope.TEAM, team__in=whole) | Q(scope=Scope.MEMBER, team__in=own, subject_id=user.pk), period=month()
    )
    midnight = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    entries = LedgerEntry.objects.filter(
        Q(team__in=whole) | Q(team__in=own, actor_id=user.pk), created_at__gte=midnight
    )
    return Spending(
        today=_spent(entries.aggregate(paid=Sum("amount"), free=Sum("amount", filter=Q(simulated=True)))),
        month=_spent(uses.aggregate(paid=Sum("spent"), free=Sum("simulated"))),
    )


def _spent(sums: dict[str, Decimal | None]) -> Spent:
    return Spent(sums["paid"] or ZERO, sums["free"] or ZERO)
