"""Looks through the days of each team once a day, in a worker and from one snapshot, and keeps what is found."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, cast
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from analytics import anomalies, forecasts, insights, periods
from analytics.anomalies import Anomaly, Day, Metric
from analytics.answers import Anomalies, Looked, Scope, Unusual
from analytics.insights import End, Piece, Told
from analytics.models import Insight, InsightHidden, Look, UnusualDay
from analytics.periods import Period
from analytics.rollups import SQL
from analytics.snapshots import snapshot
from designer.generations.models import LIVE, REFUSED
from designer.jobs.models import BEHIND, Lane
from designer.jobs.services import enqueue
from teams.membership.models import Team

KIND: Final = "analytics.look"
TRIES: Final = 2  # then not before the next day
JUDGED: Final = 400  # days that are judged, each by those before it
DAY: Final = timedelta(days=1)
PATIENT: Final = timedelta(hours=6)  # then a look is made whatever still runs
TOLD: Final = 100  # anomalies at most in one answer
# Teams in which something was made or charged in the days that are judged, and whose next look is due; not while they
# are at rest or about to end, nor while their figures are being worked out, or a generation of these days still runs,
# unless that takes for hours.
DUE: Final = """
SELECT team.id FROM teams team LEFT JOIN analytics_looks look ON look.team_id = team.id
WHERE (look.team_id IS NULL OR look.due_at <= %(now)s) AND team.archived_at IS NULL AND team.ends_at IS NULL
  AND (EXISTS (SELECT FROM analytics_work w WHERE w.team_id = team.id AND w.slot >= %(since)s)
    OR EXISTS (SELECT FROM analytics_money m WHERE m.team_id = team.id AND m.slot >= %(since)s))
  AND (look.due_at <= %(patient)s
    OR NOT EXISTS (SELECT FROM analytics_pending p WHERE p.team_id = team.id AND p.held_until IS NULL)
    AND NOT EXISTS (SELECT FROM generations g WHERE g.team_id = team.id AND g.status = ANY(%(live)s)
        AND g.created_at >= look.due_at - interval '1 day' AND g.created_at < look.due_at))
ORDER BY look.due_at NULLS FIRST LIMIT %(most)s"""
WORKED: Final = """
SELECT width_bucket(slot, %(days)s::timestamptz[]), sum(succeeded + partial + failed), sum(failed), sum(images),
    sum(unpriced)
FROM analytics_work WHERE team_id = %(team)s AND NOT simulated AND slot >= %(begin)s AND slot < %(end)s GROUP BY 1"""
TIMED: Final = """
SELECT width_bucket(slot, %(days)s::timestamptz[]), count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY one) / 1000
FROM analytics_work, unnest(millis) one
WHERE team_id = %(team)s AND NOT simulated AND slot >= %(begin)s AND slot < %(end)s GROUP BY 1"""

PIECES: Final = (SQL / "pieces.sql").read_text()
ENDED: Final = ("succeeded", "partial", "failed")
FORGOTTEN: Final = timedelta(days=14)  # what ended is news when it is found again, and shown to who had hidden it


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look has found; not kept yet."""

    look: Look
    unusual: list[UnusualDay]
    insights: list[Insight]


def order(*, most: int = 200) -> int:
    """Have the teams looked through that are due; how many."""
    now = timezone.now()
    with transaction.atomic(), connection.cursor() as cursor:
        live = [str(each) for each in LIVE]
        told: dict[str, Any] = {
            "since": now - JUDGED * DAY,
            "now": now,
            "patient": now - PATIENT,
            "live": live,
            "most": most,
        }
        cursor.execute(DUE, told)
        teams = [pk for (pk,) in cursor.fetchall()]
        for pk in teams:
            key = f"look:{pk}"
            enqueue(KIND, {}, team_id=pk, lane=Lane.BATCH, priority=BEHIND, max_attempts=TRIES, dedup_key=key)
    return len(teams)


def looked(team: UUID, *, now: datetime | None = None) -> Seen:
    """What is found in the days of a team that are over, all of it read at one moment."""
    now = now or timezone.now()
    zone, since = forecasts.today_of(team, now)
    with snapshot():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = '60s'")  # of a large team one may take longer than a page's
        days = days_of(team, since, zone)
        pieces, ends = work_of(team, since, zone)
        going, lately_told = _told_lately(team, now)
    lately = days[-anomalies.BACK :]
    days_known = {
        "cost": sum(each.cost > 0 and not each.unpriced for each in lately),
        "failures": sum(each.ended > 0 for each in lately),
        "seconds": sum(each.timed >= anomalies.FEW for each in lately),
    }
    look = Look(team_id=team, made_at=now, since=since, zone=zone, known=days_known)
    look.due_at = periods.midnight(since + DAY, zone)
    kept = [each for each in pieces if each.day >= since - insights.RATED_SPAN * DAY]  # of which nothing is purged
    told = insights.found(kept, ends, going=going, known=lately_told)
    look.lacking = [asdict(each) for each in told.lacking]
    first = since - len(days) * DAY
    unusual = anomalies.found(days, since=max(0, len(days) - JUDGED))
    return Seen(
        look,
        [_unusual(look, first, days, one) for one in unusual],
        [_insight(look, one, told.tests) for one in told.told],
    )


def _told_lately(team: UUID, now: datetime) -> tuple[set[str], set[str]]:
    """The keys of the insights that go on, and of these and those that ended not long ago."""
    rows = Insight.objects.filter(team=team, told_at__gte=now - FORGOTTEN).values_list("key", "ended_at")
    return {key for key, ended_at in rows if ended_at is None}, {key for key, _ in rows}


def days_of(team: UUID, until: date, zone: str) -> list[Day]:
    """Each day up to the one before `until`, from the first of which something is known, so far as they are judged and
    looked back upon. What is simulated is no part of it."""
    count = JUDGED + anomalies.BACK
    first = until - count * DAY
    begins = [periods.midnight(first + n * DAY, zone) for n in range(count)]
    told: dict[str, Any] = {"team": team, "days": begins, "begin": begins[0], "end": periods.midnight(until, zone)}
    with connection.cursor() as cursor:
        found = []
        for asked in (forecasts.PAID, WORKED, TIMED):
            cursor.execute(asked, told)
            found.append({number: line for number, *line in cursor.fetchall()})
    paid, worked, timed = found
    begin = min((number for each in found for number in each), default=count + 1)
    return [_day(paid.get(n), worked.get(n), timed.get(n)) for n in range(begin, count + 1)]


def _day(paid: Sequence[Any] | None, worked: Sequence[Any] | None, timed: Sequence[Any] | None) -> Day:
    (cost,) = paid or (0,)
    ended, failed, images, unpriced = worked or (0, 0, 0, 0)
    count, middle = timed or (0, None)
    return Day(float(cost), int(ended), int(failed), middle, int(count), int(images), int(unpriced))


def work_of(team: UUID, until: date, zone: str) -> tuple[list[Piece], list[End]]:
    """What each model did for each generation of the last weeks, and how these ended, in the order in which they were
    asked for. What is simulated is no part of it, nor what was refused for its words an end."""
    begin = periods.midnight(until - insights.SPAN * DAY, zone)
    pieces, ends = [], {}
    batches: dict[UUID, date] = {}
    with connection.cursor() as cursor:
        cursor.execute(PIECES, {"team": team, "begin": begin, "end": periods.midnight(until, zone)})
        for pk, at, garment, status, millis, own, *made, has_images, cost, by, code, batch in cursor:
            day = periods.day_of(at, zone)
            together = batches.setdefault(batch, day) if batch else None
            if has_images or cost is not None:
                known = None if has_images and cost is None else float(cost or 0)
                provider, model, images, rated, liked = made
                pieces.append(Piece(pk, day, garment, provider, model, images, rated, liked, known, by, together))
            if status in ENDED and not (status == "failed" and code in REFUSED):
                took = None if status == "failed" or millis is None else float(millis) / 1000
                ends[pk] = End(day, own[0], own[1], status == "failed", took, together)
    return pieces, list(ends.values())


def _insight(look: Look, one: Told, tests: int) -> Insight:
    compared = {name: round(value, 6) for name, value in asdict(one.compared).items() if name != "p"}
    span = insights.RATED_SPAN if one.kind in insights.RATED else insights.SPAN
    return Insight(
        team_id=look.team_id, kind=one.kind, key=one.key[:500], sentence=one.sentence, images=one.images,
        about_costs=one.kind == "cost_per_liked", since=look.since, told_at=look.made_at,
        evidence={
            "method": insights.METHODS[one.kind], **compared, "p": one.compared.p, "tests": tests,
            "level": one.level, "from": (look.since - span * DAY).isoformat(), "to": (look.since - DAY).isoformat(),
            "timezone": look.zone, "groups": one.groups, "provider": one.provider, "model": one.model,
            "garment": one.garment,
        },
    )  # fmt: skip


def _unusual(look: Look, first: date, days: Sequence[Day], one: Anomaly) -> UnusualDay:
    figures = {name: round(getattr(one, name), 6) for name in ("value", "expected", "low", "high")}
    return UnusualDay(
        team_id=look.team_id, day=first + one.number * DAY, zone=look.zone, metric=one.metric,
        days=one.days, of=one.of, images=days[one.number].images, **figures,
    )  # fmt: skip


def keep(seen: Seen) -> None:
    """In place of what was found before. The caller's transaction."""
    look = seen.look
    UnusualDay.objects.filter(team=look.team_id).delete()
    UnusualDay.objects.bulk_create(seen.unusual)
    look.save(force_insert=not Look.objects.filter(pk=look.pk).exists())
    _keep_insights(look, seen.insights)


def _keep_insights(look: Look, told: Iterable[Insight]) -> None:
    """What is found again goes on, what is not has ended; what ended long ago and is true anew nobody has hidden."""
    Insight.objects.filter(team=look.team_id, ended_at__lt=look.made_at - insights.SPAN * DAY).delete()
    before = {row.key: row for row in Insight.objects.select_for_update().filter(team=look.team_id)}
    for one in told:
        old = before.pop(one.key, None)
        if old is not None:
            if old.ended_at and old.ended_at < look.made_at - FORGOTTEN:
                InsightHidden.objects.filter(insight=old.pk).delete()
            one.pk, one.created_at = old.pk, old.created_at
            one.since = one.since if old.ended_at else old.since
        one.save(force_insert=old is None, force_update=old is not None)
    gone = [row.pk for row in before.values() if row.ended_at is None]
    Insight.objects.filter(pk__in=gone).update(ended_at=look.made_at, updated_at=look.made_at)


def failed(team: UUID) -> None:
    """It could not be done: what was found before stays, and the next try is the next day."""
    now = timezone.now()
    zone, today = forecasts.today_of(team, now)
    due_at = periods.midnight(today + DAY, zone)
    if Look.objects.filter(pk=team).update(failed_at=now, due_at=due_at):
        return
    if Team.objects.filter(pk=team).exists():
        Look.objects.create(team_id=team, made_at=now, since=today, zone=zone, failed_at=now, due_at=due_at)


def anomalies_of(scope: Scope, period: Period) -> Anomalies:
    """Those in the days of a period: what failed and what took long for all members, costs for who sees all of them."""
    rows = UnusualDay.objects.filter(team__in=scope.teams, day__gte=period.first, day__lte=period.last)
    whole = set(scope.whole)
    seen = [
        Unusual(
            team=row.team_id, name=row.team.name, day=row.day, zone=row.zone, metric=cast(Metric, row.metric),
            value=row.value, expected=row.expected, low=row.low, high=row.high, days=row.days, of=row.of,
            images=row.images,
        )
        for row in rows.exclude(~Q(team__in=whole), metric="cost").select_related("team")
        .order_by("-day", "metric", "team")[:TOLD]
    ]  # fmt: skip
    looks = Look.objects.filter(team__in=scope.teams).exclude(known={}).select_related("team").order_by("team")
    return Anomalies(seen, [_looked(row, costs=row.team_id in whole) for row in looks])


def _looked(row: Look, *, costs: bool) -> Looked:
    known = {metric: days for metric, days in row.known.items() if costs or metric != "cost"}
    return Looked(row.team_id, row.since, row.zone, known, row.team.name)
