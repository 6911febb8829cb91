"""How often the studio answered, and how fast, over a range: by probe, in all and over time."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection
from django.utils import timezone

from analytics.measures import Rate, Spread
from analytics.periods import Bucket, Period
from analytics.snapshots import snapshot
from analytics.uptime.probing import CHECKS

MINUTE, SLOT = timedelta(minutes=1), timedelta(minutes=15)
PERCENTS: Final = [0.5, 0.9, 0.95, 0.99]
COUNTED: Final = """
SELECT name, width_bucket(slot, %(edges)s::timestamptz[]), sum(probes), sum(failed)
FROM analytics_probes WHERE slot >= %(begin)s AND slot < %(end)s GROUP BY 1, 2"""
TIMED: Final = """
SELECT name, count(*), percentile_cont(%(percents)s::float[]) WITHIN GROUP (ORDER BY one)
FROM analytics_probes, unnest(millis) one WHERE slot >= %(begin)s AND slot < %(end)s GROUP BY 1"""

BEGUN: Final = (
    "SELECT name, probes FROM analytics_probes WHERE slot = %(since)s AND slot >= %(begin)s AND slot < %(end)s"
)


@dataclass(frozen=True, slots=True)
class Step:
    bucket: Bucket
    up: Rate


@dataclass(frozen=True, slots=True)
class Check:
    """`missing`: minutes of the range, since the first probe and up to now, in which nothing was asked. Of the quarter
    of an hour of that probe none: when in it the studio began is not kept."""

    name: str
    up: Rate
    missing: int
    latency: Spread
    series: list[Step]


@dataclass(frozen=True, slots=True)
class Uptime:
    """`since`: the quarter of an hour of the first probe that is kept; None before it."""

    period: Period
    since: datetime | None
    checks: list[Check]


@snapshot()
def uptime(period: Period) -> Uptime:
    """Of each probe; four statements."""
    facts: dict[str, Any] = {"begin": period.begin, "end": period.end, "edges": period.edges, "percents": PERCENTS}
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(slot) FROM analytics_probes")
        (since,) = cursor.fetchone()
        cursor.execute(COUNTED, facts)
        counts = {(name, step): (int(probes), int(failed)) for name, step, probes, failed in cursor.fetchall()}
        cursor.execute(TIMED, facts)
        spreads = {name: Spread(count, *(round(each / 1000, 3) for each in found)) for name, count, found in cursor}
        cursor.execute(BEGUN, {**facts, "since": since})
        begun = dict(cursor.fetchall())
    later = _minutes(period, since, timezone.now())
    wanted = {name: later + begun.get(name, 0) for name in CHECKS}
    checks = [_check(name, period, counts, spreads.get(name, Spread()), wanted[name]) for name in CHECKS]
    return Uptime(period, since, checks)


def _minutes(period: Period, since: datetime | None, now: datetime) -> int:
    """Those behind the first quarter of an hour."""
    if since is None:
        return 0
    return max(0, (min(period.end, now) - max(period.begin, since + SLOT)) // MINUTE)


def _check(name: str, period: Period, counts: dict[tuple[str, int], Any], latency: Spread, wanted: int) -> Check:
    series = []
    for step, bucket in enumerate(period.buckets, 1):
        probes, failed = counts.get((name, step), (0, 0))
        series.append(Step(bucket, Rate(probes - failed, probes)))
    up = Rate(sum(each.up.numerator for each in series), sum(each.up.denominator for each in series))
    return Check(name, up, max(0, wanted - up.denominator), latency, series)
