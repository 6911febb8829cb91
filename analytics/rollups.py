"""The rollups: worked out cell by cell from the raw rows, never counted on, so that they cannot drift.

A trigger notes each slot of a team in which something changed, in the transaction of the change. Working off takes
committed notes away and then reads the raw rows: whatever is not yet to be seen then has a note that is not yet to be
seen either. In every snapshot a slot is exact or noted; but for an image and its charge that two transactions write at
the same time, each before it can see the other's: the studio writes both in one (`checking.py` finds the rest).

For the zones in which a team's figures are looked at, its days are kept as well: a year of a busy team is some hundred
rows of each member and model then. They are worked out of the slots, in the transaction in which these change.
"""

import logging
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from django.db import DatabaseError, connection, transaction

from analytics.periods import day_of, midnight

log = logging.getLogger(__name__)
LOCK: Final = "analytics.rollups"  # one at a time: of two that work out the same slot the older could write last
FIRST, NOTES = 100, 2_000  # taken away at once, to begin with and at most
QUICK: Final = 0.1  # seconds: what took less may take twice as much the next time
PATIENCE, LAST_PATIENCE = 2.0, 6.0  # seconds for several slots, and for one; the scheduler must not be kept
MOST_ZONES: Final = 6  # that are kept for a team
AT_ONCE: Final = 20  # days of a zone that are worked out at once, when it is new
DAY: Final = timedelta(days=1)
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
    of_days: str  # the same of whole days, out of the slots
    more: tuple[str, ...] = ()  # figures that days have beside those of slots

    @property
    def days(self) -> str:
        """The table of whole days."""
        return f"{self.table}_days"

    @property
    def day_columns(self) -> str:
        return ", ".join(("zone", *self.key, *self.figures, *self.more))

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
    (SQL / "work_days.sql").read_text(),
    ("last",),
)
MONEY: Final = Rollup(
    "analytics_money",
    ("team_id", "slot", "member_id", "provider", "model", "kind", "simulated"),
    ("entries", "quantity", "amount"),
    (SQL / "money.sql").read_text(),
    (SQL / "money_days.sql").read_text(),
)
STYLES: Final = Rollup(
    "analytics_styles",
    ("team_id", "slot", "member_id", "persona_id", "garment", "provider", "model", "simulated"),
    (
        *("asked", "succeeded", "partial", "failed", "cancelled", "images", "rated", "liked", "disliked", "ratings"),
        *("stars", "scored", "score", "approved", "unpriced", "amount"),
    ),
    (SQL / "styles.sql").read_text(),
    (SQL / "styles_days.sql").read_text(),
)
TERMS: Final = Rollup(
    "analytics_terms",
    ("team_id", "slot"),
    ("asked", "terms", "prompts"),
    (SQL / "terms.sql").read_text(),
    (SQL / "terms_days.sql").read_text(),
)
ROLLUPS: Final = (WORK, MONEY, STYLES, TERMS)
TAKE: Final = """
WITH taken AS (
    DELETE FROM analytics_pending WHERE id IN (
        SELECT id FROM analytics_pending due
        WHERE NOT EXISTS (
            SELECT FROM analytics_pending held
            WHERE held.held_until > statement_timestamp() AND (held.team_id, held.slot) = (due.team_id, due.slot)
        )
        ORDER BY id {order} LIMIT %s
    ) RETURNING team_id, slot
) SELECT DISTINCT team_id, slot FROM taken ORDER BY team_id, slot"""
HOLD: Final = """
UPDATE analytics_pending SET held_until = statement_timestamp() + interval '10 minutes'
WHERE (team_id, slot) IN (SELECT * FROM unnest(%s::uuid[], %s::timestamptz[]))"""


NOTE_ALL: Final = """
INSERT INTO analytics_pending (team_id, slot)
SELECT team_id, slot FROM analytics_work UNION SELECT team_id, slot FROM analytics_money ORDER BY 2, 1"""


@dataclass(slots=True)
class Pace:
    """How many notes are taken at once, and of which end next. It outlasts a call: what was too much for one turn of
    the scheduler is less in the next."""

    some: int = FIRST
    newest: bool = True

    @property
    def order(self) -> str:
        return "DESC" if self.newest else "ASC"

    def went_well(self, seconds: float) -> None:
        self.newest = not self.newest
        if seconds < QUICK:
            self.some = min(NOTES, self.some * 2)

    def went_wrong(self) -> None:
        self.some = max(1, self.some // 8)


_pace: Final = Pace()  # of this process: there is one scheduler that leads


class SlotsFailed(Exception):
    """These cells could not be worked out."""

    def __init__(self, cells: Sequence[tuple[UUID, datetime]]) -> None:
        super().__init__(f"{len(cells)} slots")
        self.cells = cells


def note_what_is_new() -> bool:
    """Have all slots worked out once more where a release has added figures to them; whether there were any."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE analytics_fills SET done_at = now() WHERE done_at IS NULL")
        if not cursor.rowcount:
            return False
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute(NOTE_ALL)
    return True


def work_off(*, seconds: float | None = None) -> int:
    """Work out what is noted until nothing is or the time is over; how many slots of teams.

    In turn the newest and the oldest: what happens now does not wait behind a long past. With a time to keep, a slot
    that cannot be worked out is left for ten minutes, and the others go on; without, SlotsFailed is raised.
    """
    ends = None if seconds is None else time.monotonic() + seconds
    pace = Pace() if ends is None else _pace
    done = 0
    while ends is None or time.monotonic() < ends:
        began = time.monotonic()
        try:
            worked = _work_some_off(pace, patient=ends is None)
        except SlotsFailed as error:
            if ends is None:
                raise
            if pace.some == 1:
                _hold(error.cells)
            pace.went_wrong()
            continue
        if not worked:
            break
        done += worked
        pace.went_well(time.monotonic() - began)
    return done


def _hold(cells: Sequence[tuple[UUID, datetime]]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(HOLD, [[team for team, _ in cells], [slot for _, slot in cells]])
    for team, slot in cells:
        log.exception("analytics_slot_failed", extra={"team": str(team), "slot": slot.isoformat()})


def _work_some_off(pace: Pace, *, patient: bool) -> int:
    """Raises SlotsFailed, and nothing is changed then."""
    cells: list[tuple[UUID, datetime]] = []
    until = None if patient else time.monotonic() + (LAST_PATIENCE if pace.some == 1 else PATIENCE)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext(%s))", [LOCK])
            if not cursor.fetchone()[0]:
                return 0  # somebody else is at it
            _allow(cursor, until)
            cursor.execute(TAKE.format(order=pace.order), [pace.some])
            cells += cursor.fetchall()
            if cells:
                _work_cells_out(cursor, cells, until)
    except DatabaseError as error:
        raise SlotsFailed(cells) from error
    return len(cells)


def _allow(cursor: Any, until: float | None) -> None:
    """The statements that follow may take so long; None: as long as it takes."""
    left = 0 if until is None else max(1, round((until - time.monotonic()) * 1000))
    cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(left)])


def _work_cells_out(cursor: Any, cells: Sequence[tuple[UUID, datetime]], until: float | None) -> None:
    told = {"teams": [team for team, _ in cells], "slots": [slot for _, slot in cells]}
    for each in ROLLUPS:
        _allow(cursor, until)
        cursor.execute(
            f"DELETE FROM {each.table} t USING unnest(%(teams)s::uuid[], %(slots)s::timestamptz[])"  # noqa: S608  (constants of this module)
            " AS cell(team_id, slot) WHERE t.team_id = cell.team_id AND t.slot = cell.slot",
            told,
        )
        _allow(cursor, until)
        cursor.execute(f"INSERT INTO {each.table} ({each.columns}) {each.truth(OF_CELLS)}", told)
    _allow(cursor, until)
    _work_days_out(_days_of(cells))


Days = set[tuple[str, UUID, date]]  # a zone, a team and a day there


def _days_of(cells: Iterable[tuple[UUID, datetime]]) -> Days:
    """The days that are kept in which these slots lie."""
    slots: dict[UUID, list[datetime]] = {}
    for team, slot in cells:
        slots.setdefault(team, []).append(slot)
    return {(zone, team, day_of(slot, zone)) for team, zone in _zones(list(slots)) for slot in slots[team]}


def _zones(teams: Sequence[UUID] | None = None) -> list[tuple[UUID, str]]:
    """The teams, of these or of all, for which zones are kept, with each of them; those still being filled too."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT team_id, zone FROM analytics_zones"
            " WHERE %(teams)s::uuid[] IS NULL OR team_id = ANY(%(teams)s::uuid[])",
            {"teams": None if teams is None else list(teams)},
        )
        return list(cursor.fetchall())


def cells_of(days: Days) -> dict[str, list[Any]]:
    """As the files of whole days take them."""
    ordered = sorted(days)
    return {
        "zones": [zone for zone, _, _ in ordered],
        "teams": [team for _, team, _ in ordered],
        "begins": [midnight(day, zone) for zone, _, day in ordered],
        "ends": [midnight(day + DAY, zone) for zone, _, day in ordered],
    }


def _work_days_out(days: Days) -> None:
    """Work whole days out of their slots. Whoever calls holds the lock."""
    if not days:
        return
    told = cells_of(days)
    with connection.cursor() as cursor:
        for each in ROLLUPS:
            cursor.execute(
                f"DELETE FROM {each.days} d"  # noqa: S608  (constants of this module)
                " USING unnest(%(zones)s::text[], %(teams)s::uuid[], %(begins)s::timestamptz[])"
                " AS cell(zone, team_id, begins)"
                " WHERE d.zone = cell.zone AND d.team_id = cell.team_id AND d.slot = cell.begins",
                told,
            )
            cursor.execute(f"INSERT INTO {each.days} ({each.day_columns}) {each.of_days}", told)


def days_are_kept(teams: Sequence[UUID], zone: str) -> bool:
    """Whether all days of these teams are there in that zone."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM analytics_zones WHERE ready AND zone = %s AND team_id = ANY(%s::uuid[])",
            [zone, list(teams)],
        )
        return bool(teams) and int(cursor.fetchone()[0]) == len(teams)


def wish_for_days(teams: Sequence[UUID], zone: str) -> None:
    """Have the days of these teams kept in that zone from soon on, unless enough zones are kept for them already."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO analytics_zones (team_id, zone, ready) SELECT team, %(zone)s, false"
            " FROM unnest(%(teams)s::uuid[]) AS team"
            " WHERE (SELECT count(*) FROM analytics_zones kept WHERE kept.team_id = team) < %(most)s"
            " ON CONFLICT DO NOTHING",
            {"zone": zone, "teams": list(teams), "most": MOST_ZONES},
        )


def fill_days(*, seconds: float | None = None) -> int:
    """Go on with the zones that are new, the last days first, until all are ready or the time is over; how many days
    were worked out. With a time to keep, a zone that cannot be filled is given up: its figures come from the slots."""
    ends = None if seconds is None else time.monotonic() + seconds
    done = 0
    while ends is None or time.monotonic() < ends:
        try:
            some = _fill_some_days(patient=ends is None)
        except DatabaseError:
            if ends is None:
                raise
            _give_up_zone()
            break
        if some is None:
            break
        done += some
    return done


def _give_up_zone() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM analytics_zones WHERE id = (SELECT min(id) FROM analytics_zones WHERE NOT ready)"
            " RETURNING team_id, zone"
        )
        for team, zone in cursor.fetchall():
            log.exception("analytics_days_failed", extra={"team": str(team), "zone": zone})


def _fill_some_days(*, patient: bool) -> int | None:
    """A few days of the zone that has waited longest; None where none waits, or somebody else is at it."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext(%s))", [LOCK])
        if not cursor.fetchone()[0]:
            return None
        cursor.execute("SELECT id, team_id, zone, since FROM analytics_zones WHERE NOT ready ORDER BY id LIMIT 1")
        if (row := cursor.fetchone()) is None:
            return None
        pk, team, zone, since = row
        first, last = _span_of(team)
        days: Days = set()
        if first is not None and last is not None:
            end = since or day_of(last, zone) + DAY
            begin = max(day_of(first, zone), end - AT_ONCE * DAY)
            days = {(zone, team, begin + n * DAY) for n in range((end - begin).days)}
            _allow(cursor, None if patient else time.monotonic() + LAST_PATIENCE)
            _work_days_out(days)
            since = begin
        ready = first is None or since <= day_of(first, zone)
        cursor.execute("UPDATE analytics_zones SET since = %s, ready = %s WHERE id = %s", [since, ready, pk])
    return len(days)


def _span_of(team: UUID) -> tuple[datetime | None, datetime | None]:
    """The first and the last slot of a team."""
    asked = " UNION ALL ".join(
        f"SELECT min(slot) AS first, max(slot) AS last FROM {each.table} WHERE team_id = %(team)s"  # noqa: S608  (constants of this module)
        for each in ROLLUPS
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT min(first), max(last) FROM ({asked}) spans", {"team": team})  # noqa: S608  (constants of this module)
        first, last = cursor.fetchone()
    return first, last


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
        _work_days_out(days_within(begin, end))
    return rows


def days_within(begin: datetime, end: datetime) -> Days:
    """The days that are kept of which a part lies in a span."""
    found: Days = set()
    for team, zone in _zones():
        day, last = day_of(begin, zone), day_of(end, zone)
        while day <= last:
            found.add((zone, team, day))
            day += DAY
    return found


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
