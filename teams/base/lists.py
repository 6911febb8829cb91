"""What the pages of lists have in common."""

from collections.abc import Collection
from typing import Final

from django.http import QueryDict

LONGEST: Final = 200  # of a search


def filters_said(query: QueryDict, **known: Collection[str]) -> QueryDict:
    """A list's own filters and its `search`, and only `known` values: an address typed by hand shows everything."""
    said = QueryDict(mutable=True)
    for name, values in known.items():
        if (value := str(query.get(name, ""))) in values:
            said[name] = value
    said["search"] = str(query.get("search", "")).replace("\x00", "")[:LONGEST]
    return said
