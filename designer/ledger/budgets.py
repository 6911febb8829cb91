"""Hard budgets: money is set aside before work begins, charged while it runs, and what is left comes back at its end.

Whoever reserves adds to the rows of `budget_uses` first and looks at the sums then: each row is locked from there to
the end of the transaction, so no two can both take the last of it. Rows are taken in one order; reservations, then
uses, then whatever the caller's own floor locks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Now

from designer.jobs.models import FINAL, Job
from designer.ledger import warnings
from designer.ledger.models import Budget, BudgetUse, LedgerEntry, Reservation, ReservationState, Scope
from designer.ledger.months import month
from teams.base.errors import Conflict

ZERO: Final = Decimal(0)
CODE: Final = "budget"
# The rows in one order, for two that lock the same rows in different orders would wait for each other.
MOVE: Final = """
INSERT INTO budget_uses AS held
  (id, created_at, updated_at, team_id, scope, subject_id, period, spent, simulated, reserved)
SELECT wish.id, statement_timestamp(), statement_timestamp(), %(team)s, wish.scope, wish.subject, wish.period,
  %(spent)s, %(simulated)s, GREATEST(0, %(reserved)s)
FROM unnest(%(ids)s::uuid[], %(scopes)s::text[], %(subjects)s::uuid[], %(periods)s::text[])
  AS wish(id, scope, subject, period)
ORDER BY wish.scope, wish.subject, wish.period
ON CONFLICT (scope, team_id, subject_id, period) DO UPDATE
SET spent = held.spent + %(spent)s, simulated = held.simulated + %(simulated)s,
  reserved = held.reserved + %(reserved)s, updated_at = statement_timestamp()
RETURNING held.scope, held.spent, held.reserved
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one budget stands; `limit` None means that there is none."""

    scope: str
    limit: Decimal | None
    spent: Decimal
    reserved: Decimal

    @property
    def left(self) -> Decimal | None:
        return None if self.limit is None else max(ZERO, self.limit - self.spent - self.reserved)


def reserve(
    *,
    team_id: UUID,
    actor_id: UUID,
    subject: str,
    amount: Decimal,
    job_id: UUID | None,
    batch_id: UUID | None = None,
) -> None:
    """Set `amount` USD aside for `subject`, in the caller's transaction.

    Raises Conflict with the code "budget" when that would pass the budget of the team, the member or the batch: the
    caller's transaction (or savepoint) has to be rolled back then, for the sums have been raised.
    """
    if amount <= 0:
        return
    held = Reservation(
        team_id=team_id,
        actor_id=actor_id,
        subject=subject,
        job_id=job_id,
        batch_id=batch_id,
        period=month(),
        amount=amount,
        left=amount,
    )
    _take(held, amount)
    held.save(force_insert=True)


def _take(held: Reservation, amount: Decimal) -> None:
    """Add to the sums of the reservation's budgets. Raises Conflict where that would pass one of them."""
    keys = _keys(held.team_id, held.actor_id, held.batch_id, held.period)
    used = {scope: spent + reserved for scope, spent, reserved in _moved(held.team_id, keys, reserved=amount)}
    for scope, limit in _limits(held.team_id, held.actor_id, held.batch_id).items():
        if used[scope] > limit:
            raise _over(scope, limit, used[scope] - amount, amount)


@transaction.atomic
def cover(subject: str, amount: Decimal, *, more: bool = False) -> None:
    """Have at least `amount` USD (`more`: so much more than now) set aside for what is still to come of `subject`.

    Harmless where nothing was set aside for it. Raises Conflict("budget"), with nothing changed.
    """
    open_ = Reservation.objects.select_for_update().filter(subject=subject, state=ReservationState.OPEN)
    held = open_.first() if more else open_.filter(left__lt=amount).first()
    if held is None:
        return
    lacking = amount if more else amount - held.left
    _take(held, lacking)
    held.amount, held.left = held.amount + lacking, held.left + lacking
    held.save(update_fields=["amount", "left", "updated_at"])


def settle(entry: LedgerEntry) -> None:
    """Count a charge as spent, out of what was set aside for its subject. Called in the transaction of the charge."""
    held = Reservation.objects.select_for_update().filter(subject=entry.subject, state=ReservationState.OPEN).first()
    part = max(ZERO, min(held.left, entry.amount)) if held else ZERO
    actor, batch = (held.actor_id, held.batch_id) if held else (entry.actor_id, None)
    period = held.period if held else month()
    simulated = entry.amount if entry.simulated else ZERO
    keys = _keys(entry.team_id, actor, batch, period)
    moved = _moved(entry.team_id, keys, spent=entry.amount, simulated=simulated, reserved=-part)
    spent = next(spent for scope, spent, _ in moved if scope == Scope.TEAM)
    warnings.look(entry.team_id, period, spent, entry.amount)
    if held:
        held.left -= part
        held.charged += entry.amount
        held.save(update_fields=["left", "charged", "updated_at"])


def release(subject: str) -> None:
    """Give back what is left of the reservation, in the transaction that ends its work. Harmless when there is none."""
    held = Reservation.objects.select_for_update().filter(subject=subject, state=ReservationState.OPEN).first()
    if held is None:
        return
    if held.left:
        keys = _keys(held.team_id, held.actor_id, held.batch_id, held.period)
        _moved(held.team_id, keys, reserved=-held.left)
    state = ReservationState.SETTLED if held.charged else ReservationState.RELEASED
    Reservation.objects.filter(pk=held.pk).update(state=state, left=0, closed_at=Now(), updated_at=Now())


def release_ended() -> int:
    """Give back what was kept for jobs that have ended: none, unless what follows an end went wrong. How many."""
    ended = Job.objects.filter(status__in=FINAL).values("pk")
    stuck = Reservation.objects.filter(state=ReservationState.OPEN, job_id__in=ended).values_list("subject", flat=True)
    found = list(stuck[:500])
    for subject in found:
        with transaction.atomic():
            release(subject)
    return len(found)


def batch_of(subject: str) -> UUID | None:
    """The batch under whose budget this work was begun."""
    return Reservation.objects.filter(subject=subject).values_list("batch_id", flat=True).first()


@transaction.atomic
def set_limit(*, team_id: UUID, scope: str, subject_id: UUID | None, amount: Decimal | None) -> None:
    """Set a limit, or with None take it away. The caller has asked for the right to do so, and checked the amount."""
    same = Budget.objects.filter(team_id=team_id, scope=scope, subject_id=subject_id)
    if amount is None:
        same.delete()
    elif not same.update(amount=amount, updated_at=Now()):
        Budget.objects.create(team_id=team_id, scope=scope, subject_id=subject_id, amount=amount)
    if scope == Scope.TEAM:
        warnings.look_again(team_id)


def standings(*, team_id: UUID, actor_id: UUID, batch_id: UUID | None = None) -> list[Standing]:
    """Each budget that holds for this person's work in the team, and where it stands."""
    limits = _limits(team_id, actor_id, batch_id)
    keys = _keys(team_id, actor_id, batch_id, month())
    wanted = Q(pk=None)
    for scope, subject, period in keys:
        wanted |= Q(scope=scope, subject_id=subject, period=period)
    used = {row.scope: row for row in BudgetUse.objects.filter(wanted, team_id=team_id)}
    found = []
    for scope, limit in limits.items():
        row = used.get(scope)
        found.append(Standing(scope, limit, row.spent if row else ZERO, row.reserved if row else ZERO))
    return found


Key = tuple[str, UUID, str]


def _keys(team_id: UUID, actor_id: UUID | None, batch_id: UUID | None, period: str) -> list[Key]:
    keys: list[Key] = [(Scope.TEAM, team_id, period)]
    keys += [(Scope.MEMBER, actor_id, period)] if actor_id else []
    keys += [(Scope.BATCH, batch_id, "")] if batch_id else []
    return keys


def _moved(
    team_id: UUID,
    keys: Sequence[Key],
    *,
    spent: Decimal = ZERO,
    simulated: Decimal = ZERO,
    reserved: Decimal = ZERO,
) -> list[tuple[str, Decimal, Decimal]]:
    """Add to the sums of these rows, which are locked from now on; what they are afterwards."""
    scopes, subjects, periods = zip(*keys, strict=True)
    values: dict[str, Any] = {
        "team": team_id,
        "ids": [uuid4() for _ in keys],
        "scopes": [str(scope) for scope in scopes],
        "subjects": list(subjects),
        "periods": list(periods),
        "spent": spent,
        "simulated": simulated,
        "reserved": reserved,
    }
    with connection.cursor() as cursor:
        cursor.execute(MOVE, values)
        return list(cursor.fetchall())


def _limits(team_id: UUID, actor_id: UUID | None, batch_id: UUID | None) -> dict[str, Decimal]:
    """The limits that hold, by scope. A member's own budget goes before that of every member."""
    found: dict[str, Decimal] = {}
    mine = Q(scope=Scope.TEAM) | Q(scope=Scope.MEMBER, subject_id=None) | Q(scope=Scope.MEMBER, subject_id=actor_id)
    mine |= Q(scope=Scope.BATCH, subject_id=batch_id) if batch_id else Q(pk=None)
    for row in Budget.objects.filter(mine, team_id=team_id).order_by("scope", "subject_id"):  # nulls come last
        found.setdefault(row.scope, row.amount)
    return found


NAMES: Final = {
    Scope.TEAM: ("the team's budget of this month", "Wait for the next month, or have an admin raise it."),
    Scope.MEMBER: ("your budget of this month", "Wait for the next month, or have an admin raise it."),
    Scope.BATCH: ("the budget of this batch", "Raise it, then resume."),
}


def _over(scope: str, limit: Decimal, used: Decimal, want: Decimal) -> Conflict:
    name, remedy = NAMES[Scope(scope)]
    shown = f"This may cost {want:f} USD; of {name}, {limit:f} USD, {max(ZERO, limit - used):f} USD are left."
    return Conflict(CODE, shown, field="budget", remedy=remedy, scope=str(scope))
