"""The few database connections of the sockets: four threads per process, however many sockets there are."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, ParamSpec, TypeVar

from django.db import InterfaceError, OperationalError, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

P = ParamSpec("P")
T = TypeVar("T")
THREADS: Final = ThreadPoolExecutor(max_workers=4, thread_name_prefix="live-db")
OPENED: Final[set[BaseDatabaseWrapper]] = set()


async def in_database(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run reading `work` in one of the threads. A connection that died meanwhile is replaced, once."""
    return await asyncio.get_running_loop().run_in_executor(THREADS, lambda: _with_connection(work, *args, **kwargs))


def _with_connection(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    _remember(connections["default"])
    try:
        return work(*args, **kwargs)
    except (InterfaceError, OperationalError):
        connection.close()
        return work(*args, **kwargs)


def _remember(mine: BaseDatabaseWrapper) -> None:
    if mine not in OPENED:
        mine.inc_thread_sharing()  # so that `close_all` may close it from the loop's thread
        OPENED.add(mine)


def close_all() -> None:
    """Give the connections back; the next work opens its own."""
    for opened in list(OPENED):
        opened.close()
