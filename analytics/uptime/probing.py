"""Asks once a minute whether the studio answers, as its users reach it and as its own parts do, and keeps what came.

While the database is away nothing can be kept: whoever led last goes on asking, and what came meanwhile is held in
memory, for a day at most, and kept with its own minute once it is back. A probe that was not made, or was lost with the
process that held it, is missing, and told as missing: never as up.
"""

import logging
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

import httpx2
from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone
from redis import RedisError

from designer.web.probes import NotReady, broker, database, storage

log = logging.getLogger(__name__)
PATIENCE: Final = 5.0  # seconds after which nobody waits for a page
KEPT: Final = timedelta(days=400)
KEEP: Final = """
INSERT INTO analytics_probes (name, slot, probes, failed, millis, error)
VALUES (%(name)s, analytics_slot(%(at)s), 1, %(failed)s, %(millis)s::integer[], %(error)s)
ON CONFLICT (slot, name) DO UPDATE SET probes = analytics_probes.probes + 1,
    failed = analytics_probes.failed + EXCLUDED.failed, millis = analytics_probes.millis || EXCLUDED.millis,
    error = coalesce(nullif(EXCLUDED.error, ''), analytics_probes.error)"""

_held: Final[deque[tuple["Probe", datetime]]] = deque(maxlen=24 * 60 * 4)  # of this process


@dataclass(frozen=True, slots=True)
class Probe:
    """What came of one; `error` is "" where it was answered."""

    name: str
    millis: int
    error: str


def web() -> None:
    """The studio as its users reach it, by its public address, proxy and certificate included: whether it can do what
    they ask of it, for a page that needs no store answers while every other is an error. Its body is not read."""
    began, site = time.monotonic(), urlsplit(settings.SITE_URL)
    # as the proxy hands it on: by an address within its own network the studio would refuse the host, or lead away
    said = {"Host": site.netloc, "X-Forwarded-Proto": site.scheme} if settings.PROBE_URL != settings.SITE_URL else {}
    with httpx2.stream("GET", f"{settings.PROBE_URL}/readyz", timeout=PATIENCE, headers=said) as answer:
        if answer.status_code != 200:
            raise NotReady(f"status {answer.status_code}")
    if time.monotonic() - began > PATIENCE:
        raise NotReady(f"more than {PATIENCE:.0f} seconds")


CHECKS: Final[dict[str, Callable[[], None]]] = {
    "web": web, "database": database, "redis": broker, "storage": storage,
}  # fmt: skip


def probed(name: str) -> Probe:
    """Asks one of CHECKS. Raises nothing that an outage could raise."""
    began, error = time.monotonic(), ""
    try:
        CHECKS[name]()
    except NotReady as amiss:
        error = str(amiss)
    except (httpx2.HTTPError, httpx2.InvalidURL, DatabaseError, RedisError, OSError) as amiss:
        error = type(amiss).__name__
    return Probe(name, round(1000 * (time.monotonic() - began)), error[:120])


def keep(probe: Probe, at: datetime) -> None:
    failed = int(bool(probe.error))
    told: dict[str, Any] = {"name": probe.name, "at": at, "failed": failed, "error": probe.error}
    with connection.cursor() as cursor:
        cursor.execute(KEEP, {**told, "millis": [] if failed else [probe.millis]})


def probe_all() -> None:
    """One round, each probe at its own time. What cannot be kept waits for the next."""
    for name in CHECKS:
        at, found = timezone.now(), probed(name)
        if found.error:
            log.warning("probe_failed", extra={"probe": name, "error": found.error})
        _held.append((found, at))
    try:
        while _held:
            keep(*_held[0])
            _held.popleft()
    except DatabaseError:
        log.exception("probes_not_kept", extra={"held": len(_held)})


def forget() -> int:
    """Take away what is older than is kept; how many quarters of an hour."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM analytics_probes WHERE slot < %s", [timezone.now() - KEPT])
        return int(cursor.rowcount)
