"""One answer is one state of the database, though it takes several statements, and others commit between them."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def snapshot() -> Iterator[None]:
    """All that is read within is of one moment; nothing can be written.

    Within a transaction that is open already its own level holds: that of a page, for each of its answers. The level is
    of this transaction alone, so that a pool of connections carries nothing over to the next; and what only reads is
    never refused for what others wrote meanwhile, so that nothing is to be tried again.
    """
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield
