"""What an admin sees of a team's budgets, and how they are set."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from designer.ledger import budgets
from designer.ledger.models import Budget, BudgetUse, Scope
from designer.ledger.months import month
from teams.accounts.models import User
from teams.audit import services as audit
from teams.base.errors import Forbidden, Missing, Refused
from teams.membership.models import Membership, Team
from teams.membership.ownership import visible_team
from teams.membership.permissions import allowed, may


def overview(*, actor: User, team_id: UUID) -> dict[str, Any]:
    """This month's budgets: the team's and every member's for whoever may see its costs, else the actor's own."""
    team = visible_team(actor, team_id)
    limits = {(row.scope, row.subject_id): row.amount for row in Budget.objects.filter(team=team)}
    now = month()
    used = {(row.scope, row.subject_id): row for row in BudgetUse.objects.filter(team=team, period=now)}
    everybody = may(actor, "view_billing", team)
    members = Membership.objects.filter(team=team).select_related("user").order_by("user__name", "pk")
    usual = limits.get((Scope.MEMBER, None))
    shown = [
        {
            "member": member.user_id,
            "name": member.user.shown_name,
            **_told(limits.get((Scope.MEMBER, member.user_id), usual), used.get((Scope.MEMBER, member.user_id))),
        }
        for member in members
        if everybody or member.user_id == actor.pk
    ]
    whole = _told(limits.get((Scope.TEAM, team.pk)), used.get((Scope.TEAM, team.pk))) if everybody else None
    return {"month": now, "team": whole, "every_member": usual, "members": shown}


def _told(limit: Decimal | None, row: BudgetUse | None) -> dict[str, Decimal | None]:
    spent, reserved = (row.spent, row.reserved) if row else (budgets.ZERO, budgets.ZERO)
    left = None if limit is None else max(budgets.ZERO, limit - spent - reserved)
    return {"limit": limit, "spent": spent, "reserved": reserved, "left": left}


@transaction.atomic
def set_budget(*, actor: User, team_id: UUID, scope: str, member: UUID | None, amount: Decimal | None) -> None:
    """Set the monthly budget of the team, of one member, or (without `member`) of each member; None takes it away.

    Raises Missing, Forbidden, or Refused for what is no amount. Work that is under way keeps what it has reserved.
    """
    team: Team = visible_team(actor, team_id)
    if not allowed(actor, "change_team", team):
        raise Forbidden(message="Your role does not let you set budgets.", remedy="Ask an owner or admin.")
    if amount is not None and amount <= 0:
        remedy = "Send a positive amount in USD, or null for no limit."
        raise Refused("bad_budget", "A budget is a positive amount.", field="amount", remedy=remedy)
    subject = team.pk if scope == Scope.TEAM else member
    if scope == Scope.MEMBER and member and not Membership.objects.filter(team=team, user=member).exists():
        raise Missing(message="There is no such member in this team.", field="member", remedy="Check the id.")
    said: dict[str, object] = {
        "scope": scope,
        "member": str(member) if member else None,
        "amount": None if amount is None else str(amount),
    }
    audit.write(actor, "budget.set", f"team:{team.pk}", said, team.pk)
    budgets.set_limit(team_id=team.pk, scope=scope, subject_id=subject, amount=amount)
