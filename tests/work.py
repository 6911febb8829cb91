"""Does the queued work here and now, by the same claim and handlers as a worker; and several things at once."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection

from designer.jobs.claims import claim, promote_due
from designer.jobs.models import FINAL, Job
from designer.jobs.running import perform
from designer.jobs.tasks import drain

LANES = ("interactive", "io", "remote", "batch", "gpu")


def work_off(*lanes: str) -> int:
    """Run all ready jobs of the lanes (all of them by default), and those they enqueue; how many."""
    done = 0
    while True:
        ready = next((job for lane in lanes or LANES if (job := claim(lane, "test")) is not None), None)
        if ready is None:
            return done
        perform(ready)
        done += 1


def somebody_waits() -> bool:
    """Does a connection wait for what another one has locked?"""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])


def work_together(lane: str, workers: int, *, seconds: float = 90) -> None:
    """Until every job has ended, as that many workers of a lane at once."""
    end = time.monotonic() + seconds

    def one() -> None:
        try:
            while Job.objects.exclude(status__in=FINAL).exists() and time.monotonic() < end:
                promote_due()
                drain(lane, limit=5)
                time.sleep(0.02)
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def all_at_once(deed: Callable[[Any], Any], things: Sequence[Any]) -> Counter[Any]:
    """What `deed(thing)` gave for each, how often: started together, in threads with connections of their own."""
    together = threading.Barrier(len(things))

    def run(thing: Any) -> Any:
        try:
            together.wait(30)
            return deed(thing)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(things)) as pool:
        return Counter(pool.map(run, things))
