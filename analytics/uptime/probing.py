"""Asks once a minute whether the studio answers, as its users reach it and as its own parts do, and keeps what came.

A probe that nothing could keep (the database was away, no scheduler led) is missing, and told as missing: never as up.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

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


@dataclass(frozen=True, slots=True)
class Probe:
    """What came of one; `error` is "" where it was answered."""

    name: str
    millis: int
    error: str


def web() -> None:
    """The studio as its users reach it, by its public address, proxy and certificate included."""
    answer = httpx2.get(f"{settings.PROBE_URL}/healthz", timeout=PATIENCE)
    if answer.status_code != 200:
        raise NotReady(f"status {answer.status_code}")


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
    """One round. What cannot be kept is logged, and missing."""
    at = timezone.now()
    for name in CHECKS:
        found = probed(name)
        if found.error:
            log.warning("probe_failed", extra={"probe": name, "error": found.error})
        try:
            keep(found, at)
        except DatabaseError:
            log.exception("probe_not_kept", extra={"probe": name})


def forget() -> int:
    """Take away what is older than is kept; how many quarters of an hour."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM analytics_probes WHERE slot < %s", [timezone.now() - KEPT])
        return int(cursor.rowcount)
