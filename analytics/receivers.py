"""What the figures hear from below: a team is gone for good, and its figures with it."""

from typing import Any, Final

from django.db import connection
from django.dispatch import receiver

from analytics.rollups import LOCK, ROLLUPS
from teams.membership.models import Team
from teams.signals import team_changed

TABLES: Final = (
    "analytics_pending", "analytics_zones", "analytics_forecasts",
    *(name for each in ROLLUPS for name in (each.table, each.days))
)  # fmt: skip


@receiver(team_changed, dispatch_uid="analytics.team_changed")
def forget(sender: object, team: Team, what: str, **_: Any) -> None:
    """Once more and at the very end: what was being worked out while its rows went is written by now, or finds nothing
    to be worked out of."""
    if what != "ended":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [LOCK])
        for table in TABLES:
            cursor.execute(f"DELETE FROM {table} WHERE team_id = %s", [team.pk])  # noqa: S608  (constants of this room)
