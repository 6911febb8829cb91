"""How each budget of a team is used up, day by day, and when it may be: out of the ledger's figures, as they are now.

A budget counts what is simulated too, by calendar months in UTC (a batch's in all): so do these days.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.utils import timezone

from analytics import burndown
from analytics.answers import BurnDay, BurnDown, Scope
from batches.models import OVER, Batch
from designer.ledger.models import Budget, BudgetUse
from designer.ledger.models import Scope as Of
from teams.accounts.models import User
from teams.membership.models import Membership, Team

MOST: Final = 20  # budgets that are told: those that are used most
BATCHES: Final = 5  # live ones with a budget, the newest
LASTING: Final = 60  # days to come that are looked at where no month ends them
SHOWN: Final = 92  # days of a batch
ORDER: Final = (Of.TEAM, Of.BATCH, Of.MEMBER)
DAY: Final = timedelta(days=1)
ZERO: Final = Decimal(0)
# By whom it was caused: one member's own, or all.
CHARGED: Final = """
SELECT member_id, (slot AT TIME ZONE 'UTC')::date, sum(amount) FROM analytics_money
WHERE team_id = %(team)s AND slot >= %(begin)s AND (%(me)s::uuid IS NULL OR member_id = %(me)s) GROUP BY 1, 2"""
OF_BATCHES: Final = """
SELECT i.batch_id, (l.created_at AT TIME ZONE 'UTC')::date, sum(l.amount) FROM batch_items i
JOIN ledger_entries l ON l.subject = coalesce('generation:' || i.generation_id, 'enhancement:' || i.enhancement_id)
WHERE i.batch_id = ANY(%(batches)s) GROUP BY 1, 2"""
Days = Mapping[date, Decimal]
Key = tuple[str, UUID]  # a scope, and whose budget of that scope it is


@dataclass(frozen=True, slots=True)
class _Limit:
    """A budget that holds, and whose it is."""

    scope: str
    subject: UUID
    name: str
    amount: Decimal


def of(scope: Scope) -> list[BurnDown]:
    """The budgets of the one team that is asked about: all of them for whoever may see what it costs, to others their
    own. The team's first, then the live batches', then the members', the most used first."""
    if len(scope.teams) != 1:
        return []
    team, is_whole, today = scope.teams[0], scope.teams == scope.whole, timezone.now().astimezone(UTC).date()
    budgets = list(Budget.objects.filter(team=team))
    limits = list(_limits(team, budgets, None if is_whole else scope.me)) if budgets else []
    if not limits:
        return []
    uses = _uses(team, limits, f"{today:%Y-%m}")

    def used(limit: _Limit) -> tuple[Any, ...]:
        use = uses.get((limit.scope, limit.subject))
        return ORDER.index(limit.scope), -(use.spent if use else ZERO) / limit.amount, limit.name.casefold()

    limits = sorted(limits, key=used)[:MOST]
    charged = _charged(team, limits, today, None if is_whole else scope.me)
    return [
        _told(each, uses.get((each.scope, each.subject)), charged.get((each.scope, each.subject), {}), today)
        for each in limits
    ]


def _limits(team: UUID, budgets: Iterable[Budget], only: UUID | None) -> Iterator[_Limit]:
    """Those that hold now; `only`: this person's."""
    amounts = {(row.scope, row.subject_id): row.amount for row in budgets}
    whole = amounts.get((Of.TEAM, team))
    if whole is not None and only is None:
        yield _Limit(Of.TEAM, team, Team.objects.values_list("name", flat=True).get(pk=team), whole)
    if any(scope == Of.BATCH for scope, _ in amounts):
        live = Batch.objects.filter(team=team, pk__in=[pk for scope, pk in amounts if scope == Of.BATCH and pk])
        live = live.exclude(status__in=OVER).filter(**({"owner": only} if only else {}))
        for pk, title in live.order_by("-created_at").values_list("pk", "title")[:BATCHES]:
            yield _Limit(Of.BATCH, pk, title, amounts[Of.BATCH, pk])
    if any(scope == Of.MEMBER for scope, _ in amounts):
        usual = amounts.get((Of.MEMBER, None))
        people = Membership.objects.filter(team=team, **({"user": only} if only else {})).values("user")
        for person in User.objects.filter(pk__in=people):
            if (amount := amounts.get((Of.MEMBER, person.pk), usual)) is not None:
                yield _Limit(Of.MEMBER, person.pk, person.shown_name, amount)


def _uses(team: UUID, limits: Iterable[_Limit], month: str) -> dict[Key, BudgetUse]:
    rows = BudgetUse.objects.filter(team=team, period__in=[month, ""], subject_id__in=[each.subject for each in limits])
    return {(row.scope, row.subject_id): row for row in rows if (row.period == "") == (row.scope == Of.BATCH)}


def _charged(team: UUID, limits: Iterable[_Limit], today: date, only: UUID | None) -> dict[Key, dict[date, Decimal]]:
    """USD of each day, of the month and of the weeks before today; of a batch all of them."""
    found: dict[Key, dict[date, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    begin = min(today.replace(day=1), today - burndown.MOST * DAY)
    batches = [each.subject for each in limits if each.scope == Of.BATCH]
    told: dict[str, Any] = {"team": team, "begin": datetime(begin.year, begin.month, begin.day, tzinfo=UTC), "me": only}
    with connection.cursor() as cursor:
        if any(each.scope != Of.BATCH for each in limits):
            cursor.execute(CHARGED, told)
            for member, day, amount in cursor.fetchall():
                found[Of.TEAM, team][day] += amount
                if member:
                    found[Of.MEMBER, member][day] += amount
        if batches:
            cursor.execute(OF_BATCHES, {"batches": batches})
            for batch, day, amount in cursor.fetchall():
                found[Of.BATCH, batch][day] += amount
    return found


def _told(limit: _Limit, use: BudgetUse | None, charged: Days, today: date) -> BurnDown:
    begin, end = _span(limit, charged, today)
    spent, reserved = (use.spent, use.reserved) if use else (ZERO, ZERO)
    days, left = [], limit.amount
    for number in range((today - begin).days + 1):
        day = begin + number * DAY
        amount = charged.get(day, ZERO)
        left -= amount
        days.append(BurnDay(day, amount, left))
    past = _past(charged, today)
    pace, lacking = None, (0, 0)
    try:
        pace = burndown.pace(
            past,
            today=float(charged.get(today, ZERO)),
            left=float(limit.amount - spent),
            ahead=(end - today).days + 1 if end else LASTING,
            seed=today.toordinal(),
        )
    except burndown.TooLittle as little:
        lacking = little.days, little.busy
    return BurnDown(
        scope=limit.scope,
        subject=limit.subject,
        name=limit.name,
        limit=limit.amount,
        spent=spent,
        simulated=use.simulated if use else ZERO,
        reserved=reserved,
        today=today,
        end=end,
        days=days,
        elsewhere=spent - sum((each.spent for each in days), ZERO),
        pace=pace,
        lacking=lacking,
    )


def _span(limit: _Limit, charged: Days, today: date) -> tuple[date, date | None]:
    """The first day of a budget that is shown, and its last: a batch's has none."""
    if limit.scope == Of.BATCH:
        return max(min(charged, default=today), today - SHOWN * DAY), None
    first = today.replace(day=1)
    return first, (first + 32 * DAY).replace(day=1) - DAY


def _past(charged: Days, today: date) -> list[float]:
    """Each whole day from the first with a charge up to yesterday, so far as that is looked back upon."""
    begin = today - burndown.MOST * DAY
    first = min((day for day, amount in charged.items() if begin <= day < today and amount), default=today)
    return [float(charged.get(first + n * DAY, ZERO)) for n in range((today - first).days)]
