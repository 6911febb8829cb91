"""The rollups: worked out cell by cell from the raw rows, never counted on, so that they cannot drift.

A trigger notes each slot of a team in which something changed, in the transaction of the change. Working off takes
committed notes away and then reads the raw rows: whatever is not yet to be seen then has a note that is not yet to be
seen either. In every snapshot a slot is exact or noted.
"""

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction

LOCK: Final = "analytics.rollups"  # one at a time: of two that work out the same slot the older could write last
NOTES: Final = 2_000  # taken away at once
NOBODY: Final = UUID(int=0)
SQL: Final = Path(__file__).parent / "sql"
OF_CELLS: Final = """
    JOIN unnest(%(teams)s::uuid[], %(slots)s::timestamptz[]) AS cell(team_id, slot)
    ON r.team_id = cell.team_id AND r.created_at >= cell.slot AND r.created_at < cell.slot + interval '15 minutes'"""
OF_SPAN: Final = "JOIN (SELECT) AS span ON r.created_at >= %(begin)s AND r.created_at < %(end)s"
OF_TEAMS: Final = f"{OF_SPAN} AND r.team_id = ANY(%(teams)s::uuid[])"


@dataclass(frozen=True, slots=True)
class Rollup:
    """A table of figures, the columns that name one of its rows, the figures, and the file that defines them."""

    table: str
    key: tuple[str, ...]
    figures: tuple[str, ...]
    definition: str

    @property
    def columns(self) -> str:
        return ", ".join((*self.key, *self.figures))

    def truth(self, scope: str) -> str:
        """The definition for the cells of `scope`, as a SELECT."""
        return self.definition.replace("{scope}", scope).replace("{slot}", "analytics_slot(r.created_at)")


WORK: Final = Rollup(
    "analytics_work",
    ("team_id", "slot", "member_id", "provider", "model", "simulated"),
    (
        *("asked", "succeeded", "partial", "failed", "cancelled", "millis", "faults"),
        *("images", "set_aside", "rated", "liked", "disliked", "ratings", "stars", "scored", "score", "unpriced"),
    ),
    (SQL / "work.sql").read_text(),
)
MONEY: Final = Rollup(
    "analytics_money",
    ("team_id", "slot", "member_id", "provider", "model", "kind", "simulated"),
    ("entries", "quantity", "amount"),
    (SQL / "money.sql").read_text(),
)
ROLLUPS: Final = (WORK, MONEY)
TAKE: Final = """
WITH taken AS (
    DELETE FROM analytics_pending WHERE id IN (SELECT id FROM analytics_pending ORDER BY id LIMIT %s)
    RETURNING team_id, slot
) SELECT DISTINCT team_id, slot FROM taken ORDER BY team_id, slot"""
# Between what is stored and what is true, but for slots that are noted to be worked out. One statement: one snapshot.
DIFFERENT: Final = """
SELECT '{table}' AS rollup, {keys}, to_jsonb(held) AS stored, to_jsonb(true_) AS found
FROM ({truth}) true_
FULL JOIN (
    SELECT {columns} FROM {table}
    WHERE slot >= %(begin)s AND slot < %(end)s AND (%(teams)s::uuid[] IS NULL OR team_id = ANY(%(teams)s::uuid[]))
) held ON {same}
WHERE ROW({trues}) IS DISTINCT FROM ROW({helds})
AND NOT EXISTS (
    SELECT FROM analytics_pending p
    WHERE p.team_id = coalesce(true_.team_id, held.team_id) AND p.slot = coalesce(true_.slot, held.slot)
) LIMIT %(most)s"""


def work_off(*, seconds: float | None = None) -> int:
    """Work out what is noted, oldest first, until nothing is or the time is over; how many slots of teams."""
    ends = None if seconds is None else time.monotonic() + seconds
    done = 0
    while ends is None or time.monotonic() < ends:
        some = _work_some_off()
        if not some:
            break
        done += some
    return done


def _work_some_off() -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext(%s))", [LOCK])
        if not cursor.fetchone()[0]:
            return 0  # somebody else is at it
        cursor.execute(TAKE, [NOTES])
        cells = cursor.fetchall()
        if cells:
            told = {"teams": [team for team, _ in cells], "slots": [slot for _, slot in cells]}
            for each in ROLLUPS:
                cursor.execute(
                    f"DELETE FROM {each.table} t USING unnest(%(teams)s::uuid[], %(slots)s::timestamptz[])"  # noqa: S608  (constants of this module)
                    " AS cell(team_id, slot) WHERE t.team_id = cell.team_id AND t.slot = cell.slot",
                    told,
                )
                cursor.execute(f"INSERT INTO {each.table} ({each.columns}) {each.truth(OF_CELLS)}", told)
    return len(cells)


def rebuild(begin: datetime, end: datetime) -> int:
    """Work all of a span out anew, in one transaction; how many rows there are now. Writers wait for nothing."""
    told = {"begin": begin, "end": end}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SET LOCAL lock_timeout = 0")
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [LOCK])
        rows = 0
        for each in ROLLUPS:
            cursor.execute(f"DELETE FROM {each.table} WHERE slot >= %(begin)s AND slot < %(end)s", told)  # noqa: S608  (constants of this module)
            cursor.execute(f"INSERT INTO {each.table} ({each.columns}) {each.truth(OF_SPAN)}", told)
            rows += cursor.rowcount
    return rows


def differences(
    begin: datetime, end: datetime, *, teams: Sequence[UUID] | None = None, most: int = 100
) -> list[dict[str, Any]]:
    """Where a stored row is not what the raw rows say, in a span: the key, what is stored and what was found."""
    told = {"begin": begin, "end": end, "teams": None if teams is None else list(teams), "most": most}
    found: list[dict[str, Any]] = []
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        for each in ROLLUPS:
            cursor.execute(_different(each, OF_SPAN if teams is None else OF_TEAMS), told)
            names = [column.name for column in cursor.description or ()]
            found += [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    for line in found:
        line |= {side: line[side] and json.loads(line[side]) for side in ("stored", "found")}
    return found


def _different(each: Rollup, scope: str) -> str:
    same = " AND ".join(f"{_known('true_', name)} = {_known('held', name)}" for name in each.key)
    return DIFFERENT.format(
        table=each.table,
        truth=each.truth(scope),
        columns=each.columns,
        same=same,
        keys=", ".join(f"coalesce(true_.{name}, held.{name}) AS {name}" for name in each.key),
        trues=", ".join(f"true_.{name}" for name in (*each.key, *each.figures)),
        helds=", ".join(f"held.{name}" for name in (*each.key, *each.figures)),
    )


def _known(row: str, name: str) -> str:
    """A column of the key to join by; a charge may be nobody's, and nothing is equal to NULL."""
    return f"coalesce({row}.{name}, '{NOBODY}')" if name == "member_id" else f"{row}.{name}"


def months() -> Iterator[tuple[datetime, datetime]]:
    """The months (UTC) in which there are raw rows or figures, the first to the last."""
    tables = [("generations", "created_at"), ("assets", "created_at"), ("ledger_entries", "created_at")]
    tables += [(each.table, "slot") for each in ROLLUPS]
    asked = " UNION ALL ".join(f"SELECT min({at}) AS first, max({at}) AS last FROM {name}" for name, at in tables)  # noqa: S608  (constants of this module)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute(f"SELECT min(first), max(last) FROM ({asked}) spans")  # noqa: S608  (constants of this module)
        first, last = cursor.fetchone()
    if first is None:
        return
    begin = datetime(first.astimezone(UTC).year, first.astimezone(UTC).month, 1, tzinfo=UTC)
    while begin <= last:
        end = begin.replace(year=begin.year + begin.month // 12, month=begin.month % 12 + 1)
        yield begin, end
        begin = end


@dataclass(frozen=True, slots=True)
class Lag:
    """How many slots of these teams are still to be worked out, and for how many seconds the oldest has waited."""

    slots: int
    seconds: float


def lag(teams: Sequence[UUID]) -> Lag:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(DISTINCT (team_id, slot)), coalesce(extract(epoch FROM clock_timestamp() - min(at)), 0)"
            " FROM analytics_pending WHERE team_id = ANY(%s::uuid[])",
            [list(teams)],
        )
        slots, seconds = cursor.fetchone()
    return Lag(slots, round(max(0.0, float(seconds)), 1))
