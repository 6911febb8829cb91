"""Charges, written once in the transaction of what they paid for."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import Sum

from designer.ledger import budgets
from designer.ledger.models import LedgerEntry

MICRO = Decimal("0.000001")


def charge(
    *,
    team_id: UUID,
    job_id: UUID,
    attempt: int,
    kind: str,
    subject: str,
    provider: str,
    model: str,
    quantity: Decimal,
    unit_price: Decimal,
    simulated: bool,
    actor_id: UUID | None = None,
    step: str = "",
    amount: Decimal | None = None,
) -> LedgerEntry:
    """Record quantity x unit_price USD, out of what was reserved for the subject; `amount` where a call was billed as a
    whole, of which a unit's price is only the share, rounded.

    IntegrityError if this (job, attempt, kind, step) was charged before.
    """
    entry = LedgerEntry.objects.create(
        team_id=team_id,
        job_id=job_id,
        attempt=attempt,
        step=step,
        kind=kind,
        subject=subject,
        actor_id=actor_id,
        provider=provider,
        model=model,
        quantity=quantity,
        unit_price=unit_price,
        amount=(quantity * unit_price if amount is None else amount).quantize(MICRO),
        simulated=simulated,
    )
    budgets.settle(entry)
    return entry


def spent(team_id: UUID, *, since: datetime | None = None, simulated: bool | None = None) -> Decimal:
    """USD charged to the team; `simulated` None counts both kinds."""
    rows = LedgerEntry.objects.filter(team_id=team_id)
    if since is not None:
        rows = rows.filter(created_at__gte=since)
    if simulated is not None:
        rows = rows.filter(simulated=simulated)
    total: Decimal | None = rows.aggregate(total=Sum("amount"))["total"]
    return total or Decimal(0)
