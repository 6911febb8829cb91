"""Where the queue of each lane begins, as this process saw it last: the way past what an open transaction keeps.

While any transaction of the server stays open, the dead versions of all rows changed since stay too, and whoever looks
for the first waiting job steps over those of every job that was ever before it: ten minutes made a claim 200 times as
slow. So a look that took long, over many dead rows, is not repeated for a while. Until then jobs are looked for from
the last ones found on, which may pass over one that came back from a dead worker, or a priority that was not seen yet,
till the next whole look. On a healthy database every look is a whole one.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from django.db import connection

from designer.jobs.models import Job

SLOW: Final = 0.03  # seconds; the statements take a tenth of that
DEAD: Final = 2_000  # rows; with fewer the machine was slow, not the look
REST: Final = 20  # times as long as a slow look took, none is taken

LAST: Final = "SELECT (extract(epoch FROM statement_timestamp()) * 1000000)::bigint"
DEAD_ROWS: Final = "SELECT n_dead_tup FROM pg_stat_user_tables WHERE relname = 'job_queue'"
FIRST: Final = """
SELECT turn FROM job_queue WHERE status = 'queued' AND lane = %s AND priority = %s ORDER BY turn LIMIT 1
"""


@dataclass(slots=True)
class _Lane:
    """`turns`: by priority, a turn before which nothing waited. They count until `until`, by this process's clock."""

    turns: dict[int, int] = field(default_factory=dict)
    until: float = 0.0


@dataclass(slots=True)
class Seen:
    """What a whole look found."""

    job: Job | None = None


_lanes: Final[dict[str, _Lane]] = {}


def known_fronts(lane: str) -> list[tuple[int, int]]:
    """(priority, turn) from which on to look, the most urgent first; [] when it is time for a whole look."""
    known = _lanes.get(lane)
    return sorted(known.turns.items()) if known is not None and time.monotonic() < known.until else []


def note_front(lane: str, priority: int, turn: int) -> None:
    """A job of that turn was the first."""
    _lanes.setdefault(lane, _Lane()).turns[priority] = turn


@contextmanager
def whole_look(lane: str) -> Iterator[Seen]:
    """Time a look at the whole lane; if it was slow, what it saw is kept."""
    seen, began = Seen(), time.monotonic()
    yield seen
    took = time.monotonic() - began
    if seen.job is not None:
        note_front(lane, seen.job.priority, seen.job.turn)
    if _hard(took):
        known = _lanes.setdefault(lane, _Lane())
        if seen.job is None:  # nothing waits: whatever comes has a later turn
            known.turns = dict.fromkeys(known.turns, _number(LAST))
        known.until = time.monotonic() + REST * took


@contextmanager
def front_of(lane: str, priority: int) -> Iterator[int]:
    """The turn from which on to look for the front of the queue, for a newcomer. 0: from its beginning."""
    since, began = dict(known_fronts(lane)).get(priority, 0), time.monotonic()
    yield since
    took = time.monotonic() - began
    if since == 0 and _hard(took):
        known = _lanes.setdefault(lane, _Lane())
        known.turns[priority] = _number(FIRST, lane, priority) or _number(LAST)
        known.until = time.monotonic() + REST * took


def _hard(took: float) -> bool:
    """Whether a look took so long because of what it had to step over."""
    return took > SLOW and _number(DEAD_ROWS) > DEAD


def _number(statement: str, *values: str | int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        row = cursor.fetchone()
    return int(row[0]) if row else 0
