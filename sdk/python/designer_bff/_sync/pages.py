# Written by `manage.py write_contracts` from the same file in _async. Change that, not this.
"""Lists that come in pages, read as if they were whole."""

from collections.abc import Iterator, Mapping
from typing import Any, Generic, TypeVar
from urllib.parse import parse_qs, urlsplit

from designer_bff._sync.http import Caller

T = TypeVar("T")


class Pages(Generic[T]):
    """`for row in pages` reads on as far as you go; `pages()` gives whole pages, `all()` a list."""

    def __init__(self, caller: Caller, path: str, *, query: Mapping[str, Any] | None = None) -> None:
        self._caller, self._path, self._query = caller, path, dict(query or {})

    def __iter__(self) -> Iterator[T]:
        for page in self.pages():
            yield from page

    def pages(self) -> Iterator[list[T]]:
        query: dict[str, Any] | None = self._query
        while query is not None:
            answer = self._caller.call("GET", self._path, query=query)
            yield list(answer["results"])
            query = self._next(answer.get("next"))

    def all(self, most: int | None = None) -> list[T]:
        """The rows as a list, the first `most` of them if that is said."""
        rows: list[T] = []
        for page in self.pages():
            rows += page
            if most is not None and len(rows) >= most:
                break
        return rows[:most]

    def _next(self, told: str | int | None) -> dict[str, Any] | None:
        """The next page's query. Of an address only the cursor counts: the token goes nowhere but to our studio."""
        if told is None:
            return None
        if isinstance(told, int):
            return {**self._query, "after": told}
        return {**self._query, "cursor": parse_qs(urlsplit(told).query)["cursor"][0]}
