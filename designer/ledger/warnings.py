"""Word in time that a team's budget of this month runs out: at four fifths, and when it is used up."""

from decimal import Decimal
from typing import Final
from uuid import UUID

from designer.ledger.models import Budget, BudgetUse, Scope
from designer.ledger.months import month, month_over
from designer.notifications import alerts
from designer.notifications.models import AlertKind, Level
from teams.membership.models import Team

EARLY: Final = Decimal("0.8")
ZERO: Final = Decimal(0)


def look(team_id: UUID, period: str, spent: Decimal, last: Decimal = ZERO) -> None:
    """Warn the team if `spent` of `period` is near or at its budget, once for each limit in each month.

    last: the newest charge. Used up is a budget in which another like it has no room: a hard limit is hardly ever met
    to the cent. Called under the lock on the team's use, so no two warn at once.
    """
    limit = Budget.objects.filter(team=team_id, scope=Scope.TEAM).values_list("amount", flat=True).first()
    if limit is None or period != month() or spent < limit * EARLY:
        return
    used_up = spent >= limit or limit - spent < last
    about = f"budget:{team_id}:{period}:{limit:f}"
    early, late = f"{about}:80", f"{about}:100"
    if alerts.was_raised(late if used_up else early) or (not used_up and alerts.was_raised(late)):
        return
    if used_up:
        alerts.end_alerts(early)
    name = Team.objects.values_list("name", flat=True).get(pk=team_id)
    alerts.raise_alert(
        kind=AlertKind.BUDGET,
        key=late if used_up else early,
        level=Level.ERROR if used_up else Level.WARNING,
        title=f"{name}: this month's budget is used up" if used_up else f"{name}: 80 % of this month's budget is spent",
        text="What costs more is refused until the month is over or an owner or admin raises it."
        if used_up
        else "Work goes on until it is used up. Owners and admins can raise it.",
        team_id=team_id,
        ends_at=month_over(),
    )


def look_again(team_id: UUID) -> None:
    """The budget was changed: what was said of the old one is over, and the new one may be near its end as well."""
    alerts.end_budget_alerts(team_id)
    period = month()
    use = BudgetUse.objects.select_for_update().filter(team=team_id, scope=Scope.TEAM, period=period).first()
    if use:
        look(team_id, period, use.spent)
