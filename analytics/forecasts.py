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
DAY: Final = timedelta(days=1)
# Teams that paid for something in the days that are looked back upon, and have no forecast since their midnight.
DUE: Final = """
SELECT team.id FROM teams team LEFT JOIN analytics_forecasts made ON made.team_id = team.id
WHERE EXISTS (SELECT FROM analytics_money m WHERE m.team_id = team.id AND NOT m.simulated AND m.slot >= %(since)s)
  AND (made.team_id IS NULL OR made.since < (%(now)s::timestamptz AT TIME ZONE made.zone)::date)
ORDER BY made.made_at NULLS FIRST LIMIT %(most)s"""
PAID: Final = """
SELECT (slot AT TIME ZONE %(zone)s)::date AS day, sum(amount) FROM analytics_money
WHERE team_id = %(team)s AND NOT simulated AND slot >= %(begin)s AND slot < %(end)s GROUP BY 1"""


def order(*, most: int = 200) -> int:
    """Have the forecasts made that are due; how many."""
    since = timezone.now() - forecasting.MOST * DAY
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(DUE, {"since": since, "now": timezone.now(), "most": most})
        teams = [pk for (pk,) in cursor.fetchall()]
        for pk in teams:
            enqueue(KIND, {}, team_id=pk, lane=Lane.BATCH, priority=BEHIND, dedup_key=f"forecast:{pk}")
    return len(teams)


def made(team: UUID, *, now: datetime | None = None) -> CostForecast:
    """The forecast of a team from today on, as its midnight has it; not kept yet. It takes a second or two."""
    row = Team.objects.filter(pk=team).first()
    zone = row.time_zone if row and row.time_zone in periods.zones() else "UTC"
    since = periods.day_of(now or timezone.now(), zone)
    paid = _paid(team, since, zone)
    month = since.replace(day=1)
    next_month = (month + 32 * DAY).replace(day=1)
    found = CostForecast(team_id=team, made_at=now or timezone.now(), since=since, zone=zone)
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


def _paid(team: UUID, until: date, zone: str) -> list[float]:
    """USD of each day from the first with a charge up to the one before `until`."""
    first = until - forecasting.MOST * DAY
    begins, ends = periods.midnight(first, zone), periods.midnight(until, zone)
    told: dict[str, Any] = {"team": team, "zone": zone, "begin": begins, "end": ends}
    with connection.cursor() as cursor:
        cursor.execute(PAID, told)
        paid = {day: float(amount) for day, amount in cursor.fetchall()}
    begin = min(paid, default=until)
    return [paid.get(begin + n * DAY, 0.0) for n in range((until - begin).days)]


def _told(band: Band) -> dict[str, Any]:
    return {name: round(value, 6) for name, value in asdict(band).items()}


def keep(found: CostForecast) -> None:
    """In place of the one before."""
    found.save(force_insert=not CostForecast.objects.filter(pk=found.pk).exists())


def kept_of(scope: Scope) -> Forecast | None:
    """That of the one team that is asked about, for whoever may see all that it costs; None before the first."""
    if len(scope.teams) != 1 or scope.teams != scope.whole:
        return None
    row = CostForecast.objects.filter(pk=scope.teams[0]).first()
    if row is None:
        return None
    return Forecast(
        since=row.since, zone=row.zone, made_at=row.made_at, method=row.method, looked_back=row.looked_back,
        busy=row.busy, error=row.error, naive_error=row.naive_error,
        month=Band(**row.month) if row.method else None, ahead=Band(**row.ahead) if row.method else None,
        days=[ForecastDay(date.fromisoformat(each.pop("day")), Band(**each)) for each in row.days],
    )  # fmt: skip
