"""The few database connections of the sockets: four threads per process, however many sockets there are."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, ParamSpec, TypeVar

from django.db import InterfaceError, OperationalError, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

P = ParamSpec("P")
T = TypeVar("T")
THREADS: Final = ThreadPoolExecutor(max_workers=4, thread_name_prefix="live-db")
LOCKS: Final[dict[BaseDatabaseWrapper, threading.Lock]] = {}  # held while its connection is at work


async def in_database(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run reading `work` in one of the threads. A connection that died meanwhile is replaced, once."""
    return await asyncio.get_running_loop().run_in_executor(THREADS, lambda: _with_connection(work, *args, **kwargs))


def _with_connection(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    with _lock_of(connections["default"]):
        try:
            return work(*args, **kwargs)
        except (InterfaceError, OperationalError):
            connection.close()
            return work(*args, **kwargs)


def _lock_of(mine: BaseDatabaseWrapper) -> threading.Lock:
    if mine not in LOCKS:
        mine.inc_thread_sharing()  # so that `close_all` may close it from another thread
        LOCKS[mine] = threading.Lock()
    return LOCKS[mine]


def close_all() -> None:
    """Give the connections back, each when its work is done; the next work opens its own.

    It may wait, so it is not for an event loop. Closing under somebody's hands would break the work of a socket that
    comes just as the last one goes: the next page of the same person.
    """
    for opened, lock in list(LOCKS.items()):
        with lock:
            opened.close()
