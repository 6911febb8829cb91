"""Does the queued work here and now, by the same claim and the same handlers as a worker."""

from django.db import connection

from designer.jobs.claims import claim
from designer.jobs.running import perform

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
