"""How each budget of a team is used up, day by day, and when it may be: out of the ledger's figures, as they are now.

A budget counts what is simulated too, by calendar months in UTC (a batch's in all): so do these days. Those before
today come from the figures, today from the ledger, which is never behind; a batch's are those on which its items ended.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.utils import timezone

from analytics import burndown, forecasting, rollups
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
STOPPED: Final = Decimal("0.9")  # of a budget: what would have been charged from then on it may have refused
# By whom it was caused: one member's own, or all.
CHARGED: Final = """
SELECT member_id, (slot AT TIME ZONE 'UTC')::date, sum(amount) FROM {table}
WHERE team_id = %(team)s AND slot >= %(begin)s AND slot < %(today)s AND (%(me)s::uuid IS NULL OR member_id = %(me)s)
GROUP BY 1, 2"""
OF_TODAY: Final = """
SELECT actor_id, sum(amount) FROM ledger_entries
WHERE team_id = %(team)s AND created_at >= %(today)s AND (%(me)s::uuid IS NULL OR actor_id = %(me)s) GROUP BY 1"""
# Today's too: it is of this month's budget as any other.
UNPRICED: Final = """
SELECT member_id, (slot AT TIME ZONE 'UTC')::date, sum(unpriced) FROM {table}
WHERE team_id = %(team)s AND slot >= %(begin)s AND unpriced > 0
  AND (%(me)s::uuid IS NULL OR member_id = %(me)s) GROUP BY 1, 2"""
BEHIND: Final = "SELECT EXISTS (SELECT FROM analytics_pending WHERE team_id = %(team)s AND slot < %(today)s)"
OF_BATCHES: Final = """
SELECT batch_id, (coalesce(finished_at, updated_at) AT TIME ZONE 'UTC')::date, sum(cost) FROM batch_items
WHERE batch_id = ANY(%(batches)s) AND cost <> 0 GROUP BY 1, 2"""
# As work.sql has it: what is charged at nothing is free, what no line charges is unknown.
UNPRICED_OF_BATCHES: Final = """
SELECT i.batch_id, (coalesce(i.finished_at, i.updated_at) AT TIME ZONE 'UTC')::date, count(*)
FROM batch_items i JOIN generations g ON g.id = i.generation_id
WHERE i.batch_id = ANY(%(batches)s) AND i.status = 'succeeded' AND NOT g.simulated AND NOT EXISTS (
    SELECT FROM ledger_entries l WHERE l.subject = 'generation:' || g.id AND l.kind = 'generation'
) GROUP BY 1, 2"""
Days = Mapping[date, Decimal]
Key = tuple[str, UUID]  # a scope, and whose budget of that scope it is


@dataclass(frozen=True, slots=True)
class _Limit:
    """A budget that holds, and whose it is."""

    scope: str
    subject: UUID
    name: str
    amount: Decimal
    changed: date | None = None


@dataclass(frozen=True, slots=True)
class _Read:
    """What was charged for each budget on each day, how many images of the day have no price, and whether days before
    today are being worked out anew."""

    charged: dict[Key, dict[date, Decimal]]
    unpriced: dict[Key, dict[date, int]]
    is_behind: bool


pace_of = lru_cache(maxsize=128)(burndown.pace)  # it draws a thousand ways, and mostly nothing has changed since


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
    read = _read(team, limits, today, None if is_whole else scope.me)
    whole = next((each for each in limits if each.scope == Of.TEAM), None)
    held: set[date] = _stopped(whole, read.charged.get((Of.TEAM, team), {}), today) if whole else set()
    return [_told(each, uses.get((each.scope, each.subject)), read, held, today) for each in limits]


def _limits(team: UUID, budgets: Iterable[Budget], only: UUID | None) -> Iterator[_Limit]:
    """Those that hold now; `only`: this person's."""
    rows = {(row.scope, row.subject_id): row for row in budgets}
    amounts = {key: row.amount for key, row in rows.items()}
    whole = amounts.get((Of.TEAM, team))
    if whole is not None and only is None:
        name = Team.objects.values_list("name", flat=True).get(pk=team)
        yield _Limit(Of.TEAM, team, name, whole, _changed(rows[Of.TEAM, team]))
    if any(scope == Of.BATCH for scope, _ in amounts):
        live = Batch.objects.filter(team=team, pk__in=[pk for scope, pk in amounts if scope == Of.BATCH and pk])
        live = live.exclude(status__in=OVER).filter(**({"owner": only} if only else {}))
        for pk, title in live.order_by("-created_at").values_list("pk", "title")[:BATCHES]:
            yield _Limit(Of.BATCH, pk, title, amounts[Of.BATCH, pk], _changed(rows[Of.BATCH, pk]))
    if any(scope == Of.MEMBER for scope, _ in amounts):
        usual = amounts.get((Of.MEMBER, None))
        people = Membership.objects.filter(team=team, **({"user": only} if only else {})).values("user")
        for person in User.objects.filter(pk__in=people):
            if (amount := amounts.get((Of.MEMBER, person.pk), usual)) is not None:
                row = rows.get((Of.MEMBER, person.pk)) or rows[Of.MEMBER, None]
                yield _Limit(Of.MEMBER, person.pk, person.shown_name, amount, _changed(row))


def _changed(budget: Budget) -> date | None:
    """The day on which it was last set to another amount, or to the same anew; None: it is as it was made."""
    changed = budget.updated_at - budget.created_at > timedelta(minutes=1)
    return budget.updated_at.astimezone(UTC).date() if changed else None


def _uses(team: UUID, limits: Iterable[_Limit], month: str) -> dict[Key, BudgetUse]:
    rows = BudgetUse.objects.filter(team=team, period__in=[month, ""], subject_id__in=[each.subject for each in limits])
    return {(row.scope, row.subject_id): row for row in rows if (row.period == "") == (row.scope == Of.BATCH)}


def _read(team: UUID, limits: Iterable[_Limit], today: date, only: UUID | None) -> _Read:
    """USD of each day, of this month, the months of the days that are looked back upon; of a batch all of them."""
    found: dict[Key, dict[date, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    unpriced: dict[Key, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    begin = (today - burndown.MOST * DAY).replace(day=1)
    batches = [each.subject for each in limits if each.scope == Of.BATCH]
    told: dict[str, Any] = {"team": team, "begin": _midnight(begin), "today": _midnight(today), "me": only}
    money, work = "analytics_money", "analytics_work"
    if rollups.days_are_kept([team], "UTC"):
        money, work = (f"(SELECT * FROM {each}_days WHERE zone = 'UTC') days" for each in (money, work))  # noqa: S608
    is_behind = False
    with connection.cursor() as cursor:
        if any(each.scope != Of.BATCH for each in limits):
            cursor.execute(CHARGED.format(table=money), told)
            lines = cursor.fetchall()
            cursor.execute(OF_TODAY, told)
            for member, day, amount in [*lines, *((member, today, amount) for member, amount in cursor.fetchall())]:
                found[Of.TEAM, team][day] += amount
                if member:
                    found[Of.MEMBER, member][day] += amount
            cursor.execute(UNPRICED.format(table=work), told)
            for member, day, count in cursor.fetchall():
                unpriced[Of.TEAM, team][day] += int(count)
                unpriced[Of.MEMBER, member][day] += int(count)
            cursor.execute(BEHIND, told)
            is_behind = any(behind for (behind,) in cursor.fetchall())
        if batches:
            cursor.execute(OF_BATCHES, {"batches": batches})
            for batch, day, amount in cursor.fetchall():
                found[Of.BATCH, batch][day] += amount
            cursor.execute(UNPRICED_OF_BATCHES, {"batches": batches})
            for batch, day, count in cursor.fetchall():
                unpriced[Of.BATCH, batch][day] += int(count)
    return _Read(found, unpriced, is_behind)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _told(limit: _Limit, use: BudgetUse | None, read: _Read, held: set[date], today: date) -> BurnDown:
    charged = read.charged.get((limit.scope, limit.subject), {})
    unpriced = read.unpriced.get((limit.scope, limit.subject), {})
    begin, end = _span(limit, charged, today)
    spent, reserved = (use.spent, use.reserved) if use else (ZERO, ZERO)
    days, left = [], limit.amount
    for number in range((today - begin).days + 1):
        day = begin + number * DAY
        amount = charged.get(day, ZERO)
        left -= amount
        days.append(BurnDay(day, amount, left))
    elsewhere = spent - sum((each.spent for each in days), ZERO)
    past = _past(charged, today, _stopped(limit, charged, today) | (held if limit.scope == Of.MEMBER else set()))
    pace, lacking = None, (0, 0)
    try:
        pace = pace_of(
            tuple(past.values()),
            today=float(charged.get(today, ZERO)),
            left=float(limit.amount - spent),
            ahead=(end - today).days + 1 if end else LASTING,
            seed=today.toordinal(),
        )
    except forecasting.TooLittle as little:
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
        elsewhere=ZERO if read.is_behind and limit.scope != Of.BATCH else elsewhere,  # what lags is not elsewhere
        pace=pace,
        lacking=lacking,
        stopped=sum(each is None for each in past.values()),
        changed=limit.changed if limit.changed and limit.changed > today - burndown.MOST * DAY else None,
        unpriced=sum(count for day, count in unpriced.items() if limit.scope == Of.BATCH or day >= begin),
        unpriced_past=sum(unpriced.get(day, 0) for day, amount in past.items() if amount is not None),
    )


def _span(limit: _Limit, charged: Days, today: date) -> tuple[date, date | None]:
    """The first day of a budget that is shown, and its last: a batch's has none."""
    if limit.scope == Of.BATCH:
        return max(min(charged, default=today), today - SHOWN * DAY), None
    first = today.replace(day=1)
    return first, (first + 32 * DAY).replace(day=1) - DAY


def _stopped(limit: _Limit, charged: Days, today: date) -> set[date]:
    """Days that begin with so much of the budget used up that it may have refused the rest: what was charged on them
    says nothing of what would have been. By the limit as it is now."""
    found, spent = set(), ZERO
    day = min(charged, default=today)
    while day < today:
        if limit.scope != Of.BATCH and day.day == 1:
            spent = ZERO
        if spent >= STOPPED * limit.amount:
            found.add(day)
        spent += charged.get(day, ZERO)
        day += DAY
    return found


def _past(charged: Days, today: date, stopped: set[date]) -> dict[date, float | None]:
    """Each whole day from the first with a charge up to yesterday, so far as that is looked back upon; None of one on
    which a budget had stopped it."""
    begin = today - burndown.MOST * DAY
    first = min((day for day, amount in charged.items() if begin <= day < today and amount), default=today)
    days = [first + n * DAY for n in range((today - first).days)]
    return {day: None if day in stopped else float(charged.get(day, ZERO)) for day in days}
