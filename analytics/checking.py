"""What is stored held against the raw rows, for `manage.py check_analytics`: where the two are not the same."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction

from analytics.periods import midnight
from analytics.rollups import OF_SPAN, OF_TEAMS, ROLLUPS, cells_of, days_within

NOBODY: Final = UUID(int=0)
# Between what is stored and what is true, but for slots that are noted to be worked out. One statement: one snapshot.
UNLIKE: Final = """
SELECT '{table}' AS rollup, {keys}, to_jsonb(held) AS stored, to_jsonb(true_) AS found
FROM ({truth}) true_
FULL JOIN (SELECT {columns} FROM {table} WHERE slot >= %(begin)s AND slot < %(end)s AND {{which}}) held ON {same}
WHERE ROW({trues}) IS DISTINCT FROM ROW({helds}) AND {{unless}} LIMIT %(most)s"""
DIFFERENT: Final = UNLIKE.replace(
    "{{which}}", "(%(teams)s::uuid[] IS NULL OR team_id = ANY(%(teams)s::uuid[]))"
).replace(
    "{{unless}}",
    "NOT EXISTS (SELECT FROM analytics_pending p"
    " WHERE p.team_id = coalesce(true_.team_id, held.team_id) AND p.slot = coalesce(true_.slot, held.slot))",
)
# Of zones that are still being filled some days are not there yet.
DIFFERENT_DAYS: Final = UNLIKE.replace("{{which}}", "true").replace(
    "{{unless}}",
    "EXISTS (SELECT FROM analytics_zones z WHERE z.ready AND z.zone = coalesce(true_.zone, held.zone)"
    " AND z.team_id = coalesce(true_.team_id, held.team_id))",
)


def differences(
    begin: datetime, end: datetime, *, teams: Sequence[UUID] | None = None, most: int = 100
) -> list[dict[str, Any]]:
    """Where a stored row is not what the raw rows say, in a span: the key, what is stored and what was found."""
    told = {"begin": begin, "end": end, "teams": None if teams is None else list(teams), "most": most}
    found: list[dict[str, Any]] = []
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        for each in ROLLUPS:
            truth = each.truth(OF_SPAN if teams is None else OF_TEAMS)
            cursor.execute(_unlike(each.table, truth, each.key, each.figures, DIFFERENT), told)
            names = [column.name for column in cursor.description or ()]
            found += [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        if teams is None:
            found += _different_days(begin, end, most)
    for line in found:
        line |= {side: line[side] and json.loads(line[side]) for side in ("stored", "found")}
    return found


def _different_days(begin: datetime, end: datetime, most: int) -> list[dict[str, Any]]:
    """Where a whole day is not what its slots say; of the days that begin in a span."""
    days = {each for each in days_within(begin, end) if begin <= midnight(each[2], each[0]) < end}
    told: dict[str, Any] = {"begin": begin, "end": end, "most": most, **cells_of(days)}
    found: list[dict[str, Any]] = []
    with connection.cursor() as cursor:
        for each in ROLLUPS:
            key = ("zone", *each.key)
            figures = (*each.figures, *each.more)
            cursor.execute(_unlike(each.days, each.of_days, key, figures, DIFFERENT_DAYS), told)
            names = [column.name for column in cursor.description or ()]
            found += [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return found


def _unlike(table: str, truth: str, key: Sequence[str], figures: Sequence[str], of: str) -> str:
    """The statement that finds where `table` is not what `truth` says."""
    return of.format(
        table=table,
        truth=truth,
        columns=", ".join((*key, *figures)),
        same=" AND ".join(f"{_known('true_', name)} = {_known('held', name)}" for name in key),
        keys=", ".join(f"coalesce(true_.{name}, held.{name}) AS {name}" for name in key),
        trues=", ".join(f"true_.{name}" for name in (*key, *figures)),
        helds=", ".join(f"held.{name}" for name in (*key, *figures)),
    )


def _known(row: str, name: str) -> str:
    """A column of the key to join by; a charge may be nobody's, and nothing is equal to NULL."""
    return f"coalesce({row}.{name}, '{NOBODY}')" if name == "member_id" else f"{row}.{name}"
