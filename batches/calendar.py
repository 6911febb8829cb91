"""When a batch runs again: cron expressions in a time zone. Knows no Django.

On the day when clocks go forward, a time that does not exist runs once, right after the gap; when they go back, a time
that comes twice runs once, the first time (as Debian's cron does it).
"""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from cronsim import CronSim, CronSimError

from teams.base.errors import Refused

OFTEN: Final = timedelta(minutes=15)
LOOKED_AT: Final = 100  # runs ahead, to find the two that are nearest to each other


def check(cron: str, zone: str, *, after: datetime) -> datetime:
    """The first run after that moment, UTC. Raises Refused for what is no cron, never comes, or comes too often."""
    if len(cron.split()) != 5:
        raise _refused("bad_cron", "A cron expression has five parts.")
    try:
        runs = CronSim(cron, after.astimezone(ZoneInfo(zone)))
        moments = [moment.astimezone(UTC) for moment, _ in zip(runs, range(LOOKED_AT), strict=False)]
    except CronSimError as error:
        raise _refused("bad_cron", f"This is no cron expression: {error}.") from error
    if not moments:
        raise _refused("never", "That day never comes.")
    if any(later - earlier < OFTEN for earlier, later in pairwise(moments)):
        raise _refused("too_often", f"This would run more often than every {OFTEN.seconds // 60} minutes.")
    return moments[0]


def known(zone: str) -> str:
    """The name of a time zone, if it is one. Raises Refused otherwise."""
    if zone != "UTC" and zone not in available_timezones():
        raise Refused(
            "unknown_time_zone", "No such time zone.", field="time_zone", remedy="Use a name like Europe/Paris."
        )
    return zone


def following(cron: str, zone: str, *, after: datetime) -> datetime:
    """The next run after that moment, UTC. For an expression that was checked."""
    return next(CronSim(cron, after.astimezone(ZoneInfo(zone)))).astimezone(UTC)


def _refused(code: str, message: str) -> Refused:
    remedy = 'Say minute, hour, day, month and weekday, such as "30 2 * * 1-5".'
    return Refused(code, message, field="cron", remedy=remedy)
