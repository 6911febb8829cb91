"""Forecasts of what teams pay: made once a day by a worker, from the ledger's figures, and kept to be read."""

from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from analytics import forecasting, periods
from analytics.answers import Forecast, ForecastDay, Scope
from analytics.forecasting import Band
from analytics.models import CostForecast
from designer.jobs.models import BEHIND, Lane
from designer.jobs.services import enqueue
from teams.membership.models import Team

KIND: Final = "analytics.forecast"
AHEAD: Final = 30  # days that are told beside the month
TRIES: Final = 2  # then not before the next day
DAY: Final = timedelta(days=1)
FRESH: Final = 2  # days after its own for which a forecast is told
# Teams that paid for something in the days looked back upon, and whose next forecast is due. None of those that
# were archived or deleted: nothing is done for them, and each day one more job would be cancelled.
DUE: Final = """
SELECT team.id FROM teams team LEFT JOIN analytics_forecasts made ON made.team_id = team.id
WHERE EXISTS (SELECT FROM analytics_money m WHERE m.team_id = team.id AND NOT m.simulated AND m.slot >= %(since)s)
  AND (made.team_id IS NULL OR made.due_at <= %(now)s) AND team.archived_at IS NULL AND team.ends_at IS NULL
ORDER BY made.due_at NULLS FIRST LIMIT %(most)s"""
# By the number of the day: where days begin is told, for the server may know other rules of a zone, or none.
PAID: Final = """
SELECT width_bucket(slot, %(days)s::timestamptz[]), sum(amount) FROM analytics_money
WHERE team_id = %(team)s AND NOT simulated AND slot >= %(begin)s AND slot < %(end)s GROUP BY 1"""
UNPRICED: Final = """
SELECT coalesce(sum(unpriced), 0) FROM analytics_work
WHERE team_id = %(team)s AND slot >= %(begin)s AND slot < %(end)s"""


def order(*, most: int = 200) -> int:
    """Have the forecasts made that are due; how many."""
    now = timezone.now()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(DUE, {"since": now - forecasting.MOST * DAY, "now": now, "most": most})
        teams = [pk for (pk,) in cursor.fetchall()]
        for pk in teams:
            key = f"forecast:{pk}"
            enqueue(KIND, {}, team_id=pk, lane=Lane.BATCH, priority=BEHIND, max_attempts=TRIES, dedup_key=key)
    return len(teams)


def made(team: UUID, *, now: datetime | None = None) -> CostForecast:
    """The forecast of a team from today on, as its midnight has it; not kept yet. It takes a second or two.

    Raises Astray.
    """
    now = now or timezone.now()
    zone, since = today_of(team, now)
    paid, unpriced = _paid(team, since, zone)
    month = since.replace(day=1)
    next_month = (month + 32 * DAY).replace(day=1)
    found = CostForecast(team_id=team, made_at=now, since=since, zone=zone, unpriced=unpriced)
    found.due_at = periods.midnight(since + DAY, zone)
    try:
        ahead = max(AHEAD, (next_month - since).days)
        outlook = forecasting.look_ahead(paid, ahead, seed=since.toordinal())
    except forecasting.TooLittle as little:
        found.looked_back, found.busy = little.days, little.busy
        return found
    found.looked_back, found.busy = len(paid), sum(amount != 0 for amount in paid)
    found.method, found.error, found.naive_error = outlook.method, outlook.error, outlook.naive_error
    so_far = sum(paid[max(0, len(paid) - (since - month).days) :])
    found.month = _told(outlook.first((next_month - since).days, beside=so_far))
    found.ahead = _told(outlook.first(AHEAD))
    found.days = [{"day": (since + n * DAY).isoformat(), **_told(outlook.day(n))} for n in range(ahead)]
    return found


def today_of(team: UUID, now: datetime) -> tuple[str, date]:
    """The zone of a team, and its day."""
    row = Team.objects.filter(pk=team).first()
    zone = row.time_zone if row and row.time_zone in periods.zones() else "UTC"
    return zone, periods.day_of(now, zone)


def _paid(team: UUID, until: date, zone: str) -> tuple[list[float], int]:
    """USD of each day from the first with a charge up to the one before `until`; how many images have no price."""
    first = until - forecasting.MOST * DAY
    days = [periods.midnight(first + n * DAY, zone) for n in range(forecasting.MOST)]
    told: dict[str, Any] = {"team": team, "days": days, "begin": days[0], "end": periods.midnight(until, zone)}
    with connection.cursor() as cursor:
        cursor.execute(PAID, told)
        paid = {number - 1: float(amount) for number, amount in cursor.fetchall()}
        begin = min(paid, default=forecasting.MOST)
        cursor.execute(UNPRICED, {**told, "begin": days[begin] if paid else told["end"]})
        unpriced = sum(int(count) for (count,) in cursor.fetchall())
    return [paid.get(number, 0.0) for number in range(begin, forecasting.MOST)], unpriced


def _told(band: Band) -> dict[str, Any]:
    return {name: round(value, 6) for name, value in asdict(band).items()}


def keep(found: CostForecast) -> None:
    """In place of the one before."""
    found.save(force_insert=not CostForecast.objects.filter(pk=found.pk).exists())


def failed(team: UUID) -> None:
    """It could not be made: the one before stays until it is too old, and the next is tried the next day."""
    now = timezone.now()
    zone, today = today_of(team, now)
    due_at = periods.midnight(today + DAY, zone)
    if CostForecast.objects.filter(pk=team).update(failed_at=now, due_at=due_at):
        return
    CostForecast.objects.create(
        team_id=team, made_at=now, since=today, zone=zone, failed_at=now, due_at=due_at, looked_back=0, busy=0
    )


def kept_of(scope: Scope) -> Forecast | None:
    """That of the one team that is asked about, for whoever may see all that it costs; None before the first."""
    if len(scope.teams) != 1 or scope.teams != scope.whole:
        return None
    row = CostForecast.objects.filter(pk=scope.teams[0]).first()
    if row is None:
        return None
    old = periods.day_of(timezone.now(), row.zone) > row.since + FRESH * DAY
    told = bool(row.method) and not old
    return Forecast(
        since=row.since, zone=row.zone, made_at=row.made_at, method=row.method if told else "",
        looked_back=row.looked_back, busy=row.busy, unpriced=row.unpriced, old=old, failed=row.failed_at is not None,
        error=row.error if told else None, naive_error=row.naive_error if told else None,
        month=Band(**row.month) if told else None, ahead=Band(**row.ahead) if told else None,
        days=[ForecastDay(date.fromisoformat(each.pop("day")), Band(**each)) for each in row.days] if told else [],
    )  # fmt: skip
