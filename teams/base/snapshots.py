"""Rows of one moment, read by a connection of its own: what is asked beside it meanwhile sees what is true then."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from django.db import connections
from django.db.models import QuerySet

CHUNK: Final = 500  # rows in memory at a time
SCAN: Final = "120s"  # of one table, to find the first of many rows
PAUSE: Final = "300s"  # of who reads what is made of the rows, between two of them


class Snapshot:
    """Of the database as it was when the first row was read."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection

    def rows(self, query: "QuerySet[Any, Any]", *names: str) -> Iterator[tuple[Any, ...]]:
        """The columns `names` of each row, by a cursor of the database: sought once, and never gathered."""
        compiler = query.values_list(*names).query.get_compiler(connection=self.connection)
        rows: Iterator[tuple[Any, ...]] = compiler.results_iter(
            tuple_expected=True, chunked_fetch=True, chunk_size=CHUNK
        )
        return rows


@contextmanager
def snapshot() -> Iterator[Snapshot]:
    """Until it is left, read only. It keeps dead rows from being cleared away: leave it soon."""
    connection = connections.create_connection("default")
    try:
        connection.inc_thread_sharing()  # used by one at a time, but not always by the same
        connection.set_autocommit(False)
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            for name, value in (("statement_timeout", SCAN), ("idle_in_transaction_session_timeout", PAUSE)):
                cursor.execute("SELECT set_config(%s, %s, true)", [name, value])
        yield Snapshot(connection)
    finally:
        connection.close()
