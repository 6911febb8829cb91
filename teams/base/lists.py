"""What the pages of lists have in common."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final, TypeVar
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.dateparse import parse_datetime

from teams.base.models import Row

Rows = TypeVar("Rows", bound=QuerySet[Any])
LONGEST: Final = 200  # of a search


def filters_said(query: QueryDict, **known: Collection[str]) -> QueryDict:
    """A list's own filters and its `search`, and only `known` values: an address typed by hand shows everything."""
    said = QueryDict(mutable=True)
    for name, values in known.items():
        if (value := str(query.get(name, ""))) in values:
            said[name] = value
    said["search"] = str(query.get("search", "")).replace("\x00", "")[:LONGEST]
    return said


def mark_of(row: Row) -> str:
    """`time~id`: where a page of a list ends, for the address of the next."""
    return f"{row.created_at.isoformat()}~{row.pk}"


def after(rows: Rows, mark: str, order: str = "new") -> Rows:
    """Rows behind the mark of the last one shown, newest first or, with "old", oldest; a mark that cannot be read means
    the beginning."""
    raw_time, _, raw_id = mark.partition("~")
    moment: datetime | None
    try:
        moment, pk = parse_datetime(raw_time), UUID(raw_id)
    except ValueError:
        return rows
    if moment is None or moment.tzinfo is None:
        return rows
    side = "gt" if order == "old" else "lt"
    # its first half alone is what an index can begin with
    return rows.filter(
        Q(**{f"created_at__{side}e": moment}), Q(**{f"created_at__{side}": moment}) | Q(**{f"id__{side}": pk})
    )
