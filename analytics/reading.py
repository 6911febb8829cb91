"""How the rows of a question are read: whole days where they are kept, quarters of an hour, or the raw rows, summed up
by any of their columns, and only as far as the question goes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final
from uuid import UUID

from django.db import connection

from analytics.answers import Question
from analytics.rollups import OF_TEAMS, WORK, Rollup
from teams.accounts.models import User

NOBODY: Final = UUID(int=0)  # in the figures by persona: no persona, nobody
PERCENTS: Final = (0.5, 0.9, 0.95, 0.99)
OWN: Final = "(team_id = ANY(%(whole)s::uuid[]) OR member_id = %(me)s::uuid)"
PAID: Final = "coalesce(sum(amount) FILTER (WHERE NOT simulated), 0), coalesce(sum(amount) FILTER (WHERE simulated), 0)"
WALL: Final = "((slot AT TIME ZONE 'UTC') + (%(offsets)s::interval[])[width_bucket(slot, %(since)s::timestamptz[])])"
WORKED_OUT: Final = {  # columns that the rollups have not
    "bucket": "width_bucket(slot, %(edges)s::timestamptz[])",
    "day": "width_bucket(slot, %(midnights)s::timestamptz[])",
    "weekday": f"extract(isodow FROM {WALL})::int",
    "hour": f"extract(hour FROM {WALL})::int",
}
Key = tuple[Any, ...]


def summed(
    ask: Question,
    rollup: Rollup,
    sums: str,
    sets: Sequence[Sequence[str]],
    *,
    more: Sequence[str] = (),
    only: str = "true",
) -> list[dict[Key, tuple[Any, ...]]]:
    """For each set of columns its sums by their values, all in one pass. `more`: columns that the sums need."""
    columns = list(dict.fromkeys(column for each in sets for column in each))
    which = f"GROUPING({', '.join(columns)})" if columns else "0"
    grouped = ", ".join(f"({', '.join(each)})" for each in sets)
    lines = fetched(
        ask,
        f"SELECT {', '.join([which, *columns])}, {sums} FROM ({rows_of(ask, rollup, [*columns, *more], only)}) rows"  # noqa: S608  (constants of this module)
        f" GROUP BY GROUPING SETS ({grouped})",
    )
    masks = [sum(1 << place for place, name in enumerate(reversed(columns)) if name not in each) for each in sets]
    found: list[dict[Key, tuple[Any, ...]]] = [{} for _ in sets]
    for mask, *line in lines:
        place = masks.index(mask)
        key = tuple(line[columns.index(name)] for name in sets[place])
        found[place][key] = tuple(line[len(columns) :])
    return found


def rows_of(ask: Question, rollup: Rollup, columns: Sequence[str] = (), only: str = "true") -> str:
    """The rows of a question, with the columns that are worked out for it."""
    more = "".join(f", {WORKED_OUT[name]} AS {name}" for name in dict.fromkeys(columns) if name in WORKED_OUT)
    source = {"days": rollup.days, "slots": rollup.table, "raw": f"({rollup.truth(OF_TEAMS)})"}[ask.tier]
    more += ", slot AS last" if "last" in rollup.more and ask.tier != "days" else ""
    zone = " AND zone = %(zone)s" if ask.tier == "days" else ""
    return (
        f"SELECT held.*{more} FROM {source} held WHERE team_id = ANY(%(teams)s::uuid[])"  # noqa: S608  (constants of this module)
        f" AND slot >= %(begin)s AND slot < %(end)s{zone} AND {only}{_narrowed(ask, rollup)}"
    )


def _narrowed(ask: Question, rollup: Rollup) -> str:
    """The conditions under which a row is one of those that are asked about."""
    columns = {
        "provider": "provider",
        "model": "model",
        "member_id": "member",
        "simulated": "simulated",
        "kind": "kind",
    }
    said = {column: name for column, name in columns.items() if getattr(ask.narrow, name) not in ("", None)}
    told = [f"{column} = %({name})s" for column, name in said.items() if column in rollup.key]
    told += ["false"] if ask.narrow.kind not in ("", "generation") and rollup is WORK else []  # images are of that kind
    return "".join(f" AND {each}" for each in told)


def fetched(ask: Question, told: str, more: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
    """The lines of a statement over `rows_of`. more: parameters of its own."""
    period, scope = ask.period, ask.scope
    facts: dict[str, Any] = {
        "teams": list(scope.teams),
        "whole": list(scope.whole),
        "me": scope.me,
        "begin": period.begin,
        "end": period.end,
        "percents": list(PERCENTS),
        "edges": period.edges,
        "zone": period.zone,
        **asdict(ask.narrow),
        **(more or {}),
    }
    if "%(midnights)s" in told:
        facts["midnights"] = period.midnights
    if "%(since)s" in told:
        facts |= {"since": [each.since for each in period.clocks], "offsets": [each.offset for each in period.clocks]}
    with connection.cursor() as cursor:
        cursor.execute(told, facts)
        return list(cursor.fetchall())


def names_of(people: Iterable[UUID | None]) -> dict[UUID | None, str]:
    rows = User.objects.filter(pk__in=[one for one in people if one])
    return {row.pk: row.shown_name for row in rows}
