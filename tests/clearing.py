"""After a test that commits, the database is as the migrations left it.

Django truncates every table and fills the first rows anew through `post_migrate`, which takes longer than most tests.
Here the tables that a test filled are emptied, and the first rows are put back only where the test changed them.
"""

from dataclasses import dataclass
from typing import Self

from django.db import connection, transaction
from django.db.utils import ProgrammingError


@dataclass(frozen=True, slots=True)
class FirstRows:
    """The rows of each table as PostgreSQL copies them, one text line each; {} for a table without any."""

    tables: dict[str, tuple[str, ...]]

    @classmethod
    def read(cls) -> Self:
        names = connection.introspection.django_table_names(only_existing=True, include_views=False)
        return cls({name: _rows(name) for name in sorted(names)})

    def restore(self) -> None:
        """Put back what `read` saw. Keys and triggers rest meanwhile, which a superuser alone may ask for."""
        with transaction.atomic():
            _rest()
            for name in self._filled():
                if (first := self.tables[name]) != _rows(name):
                    _replace(name, first)

    def _filled(self) -> list[str]:
        asked = [f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {_quoted(name)})" for name in self.tables]  # noqa: S608
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(asked))
            found = {name for (name,) in cursor.fetchall()}
        return sorted(found | {name for name, first in self.tables.items() if first})


def possible() -> bool:
    """Whether this database lets us; without, Django's own way is left in place."""
    try:
        with transaction.atomic():
            _rest()
    except ProgrammingError:
        return False
    return True


def _rest() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")


def _rows(name: str) -> tuple[str, ...]:
    with connection.cursor() as cursor, cursor.copy(f"COPY {_quoted(name)} TO STDOUT") as copied:
        return tuple(sorted(bytes(part).decode() for part in copied))


def _replace(name: str, rows: tuple[str, ...]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {_quoted(name)}")  # noqa: S608
        if rows:
            with cursor.copy(f"COPY {_quoted(name)} FROM STDIN") as into:
                into.write("".join(rows))


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
