"""Who comes back: of those who began in one week how many asked for something in each week after it."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from django.utils import timezone

from analytics import periods
from analytics.answers import Cohort, Question, Return
from analytics.measures import Rate
from analytics.periods import Period
from analytics.reading import fetched, rows_of
from analytics.rollups import WORK

MOST: Final = 12  # weeks that are told, the last of the range
WEEK: Final = timedelta(days=7)
# Of each member the weeks in which they asked for something, from whenever they began; 0: before those that are told.
WEEKS: Final = """
SELECT array_agg(DISTINCT width_bucket(slot, %(weeks)s::timestamptz[])) FROM ({rows}) rows GROUP BY member_id"""


def of(ask: Question) -> list[Cohort]:
    """By the week in which they began, from Monday in the zone, the first first; those without anybody are left out."""
    mondays = weeks_of(ask.period, periods.day_of(timezone.now(), ask.period.zone))
    if not mondays:
        return []
    zone = ask.period.zone
    since = Period(periods.FIRST, mondays[-1] + WEEK - periods.DAY, "month", zone)
    told = WEEKS.format(rows=rows_of(ask, WORK, only="asked > 0"))
    edges = [periods.midnight(monday, zone) for monday in mondays]
    active = [set(weeks) for (weeks,) in fetched(replace(ask, period=since), told, {"weeks": edges})]
    today = periods.day_of(timezone.now(), zone)
    cohorts = [_cohort(number, mondays, [each for each in active if min(each) == number], today)
               for number in range(len(mondays) + 1)]  # fmt: skip
    return [each for each in cohorts if each.members]


def weeks_of(period: Period, today: date) -> list[date]:
    """The Mondays of the last weeks that a period touches, as far as they have begun."""
    last = min(period.last, today)
    monday = period.first - timedelta(days=period.first.weekday())
    found = []
    while monday <= last:
        found.append(monday)
        monday += WEEK
    return [each for each in found[-MOST:] if each >= periods.FIRST]


def _cohort(number: int, mondays: list[date], active: list[set[int]], today: date) -> Cohort:
    """number: of the week in which they began, from 1; 0: before."""
    returns = [
        Return(monday, Rate(sum(place in each for each in active), len(active)), monday + WEEK <= today)
        for place, monday in enumerate(mondays, 1)
        if place >= max(1, number)
    ]
    return Cohort(mondays[number - 1] if number else None, len(active), returns)
