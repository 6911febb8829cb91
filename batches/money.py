"""A batch's own budget, and how much of a plan all the budgets together allow."""

from decimal import Decimal, InvalidOperation
from typing import Any, Final
from uuid import UUID

from batches.planning import Planned
from designer.ledger import budgets
from designer.ledger.models import Budget, Scope
from teams.base.errors import Refused

MOST: Final = Decimal(999_999)
MICRO: Final = Decimal("0.000001")


def amount_of(said: Any, *, cheapest: Decimal | None = None) -> Decimal | None:
    """The budget in USD that was said; None for none. Raises Refused for what is no amount, or buys nothing here."""
    if said is None:
        return None
    try:
        amount = Decimal(str(said).strip())
    except InvalidOperation:
        amount = Decimal("NaN")
    floor = MICRO if cheapest is None else max(MICRO, cheapest)
    if isinstance(said, bool) or not amount.is_finite() or amount > MOST or amount != amount.quantize(MICRO):
        shown = "A budget is an amount in USD with at most 6 decimals, such as 25.00."
    elif amount < floor:
        shown = "This budget buys nothing." if cheapest is None else "This budget is less than the cheapest item costs."
    else:
        return amount
    least = "a positive amount" if cheapest is None else f"at least {floor:f} USD, what the cheapest item may cost,"
    raise Refused("bad_budget", shown, field="budget", remedy=f"Send {least} or leave it out.")


def budget_of(batch_id: UUID) -> Decimal | None:
    """The limit of the batch itself."""
    return Budget.objects.filter(scope=Scope.BATCH, subject_id=batch_id).values_list("amount", flat=True).first()


def set_budget(team_id: UUID, batch_id: UUID, amount: Decimal | None) -> None:
    budgets.set_limit(team_id=team_id, scope=Scope.BATCH, subject_id=batch_id, amount=amount)


def fits(found: Planned, *, team_id: UUID, actor_id: UUID, budget: Decimal | None) -> dict[str, Any]:
    """How many of the items, in order, the budgets have room for, and which of them is the narrowest."""
    standings = budgets.standings(team_id=team_id, actor_id=actor_id)
    if budget is not None:
        standings.append(budgets.Standing(Scope.BATCH, budget, Decimal(0), Decimal(0)))
    narrowest = min(standings, key=lambda each: each.left or Decimal(0), default=None)
    count, sum_so_far = len(found.entries), Decimal(0)
    if narrowest is not None and narrowest.left is not None:
        for place, entry in enumerate(found.entries):
            if sum_so_far + entry.price.most > narrowest.left:  # what is not spent of it comes back before the next
                count = place
                break
            sum_so_far += entry.price.high
    limited = narrowest is not None and count < len(found.entries)
    return {
        "fits": count,
        "limited_by": str(narrowest.scope) if limited and narrowest else None,
        "budgets": [
            {
                "scope": str(each.scope),
                "limit": f"{each.limit:f}",
                "spent": f"{each.spent:f}",
                "reserved": f"{each.reserved:f}",
                "left": f"{each.left:f}",
            }
            for each in standings
        ],
    }
