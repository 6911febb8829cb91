"""The courier: one job that sends whatever is due, many at a time, for as long as anything is.

The rows remember, the job only carries: a delivery is taken in a transaction that also writes its attempt, sent from a
thread that touches no database, and settled in a transaction that holds the job's lease. There is one courier at a time
(its job's key), so "how many does this endpoint have under way" has one answer; if it dies, the next finds what it held
and sends that again under the same id. A receiver that hangs costs a thread for 15 s, not a worker.

Order: of each endpoint the earliest due comes first, so facts of a channel start in their order. One that failed comes
back at its own time and holds up nobody. An endpoint that is failing gets one call at a time, and all those that fail
together at most half of the threads.
"""

import logging
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Now

from batches.webhooks import outcomes
from batches.webhooks.messages import body_of, headers_of
from batches.webhooks.models import Attempt, Delivery, DeliveryStatus, Endpoint
from batches.webhooks.outcomes import KEPT_BODY, Outcome
from batches.webhooks.types import TEST
from designer import outbound
from designer.jobs.handlers import RunningJob
from designer.jobs.heartbeat import stopping
from teams.base.sealing import CannotOpen

log = logging.getLogger(__name__)
THREADS: Final = 64
PER_ENDPOINT: Final = 4  # calls under way at once
TIMEOUT_S: Final = 15.0
LOOK_EVERY: Final = 0.2  # seconds between looks at what became due

# e: an endpoint that may be called now, d: one of its deliveries. Who answers for it must still manage the team.
_OPEN: Final = """
    (d.asked_for OR e.hold_until IS NULL OR e.hold_until <= statement_timestamp())
    AND (e.status = 'enabled' OR e.status = 'disabled' AND d.type = %(test)s)
    AND EXISTS (SELECT 1 FROM team_members m JOIN users u ON u.id = m.user_id AND u.is_active
                WHERE m.team_id = e.team_id AND m.user_id = e.owner_id AND m.role IN ('owner', 'admin')
                  AND NOT m.away)
"""
_DUE: Final = f"""d.endpoint_id = e.id AND d.status = 'waiting' AND d.next_at <= statement_timestamp() AND {_OPEN}"""
ANYTHING_DUE: Final = f"""
SELECT EXISTS (SELECT 1 FROM webhook_endpoints e WHERE EXISTS (SELECT 1 FROM webhook_deliveries d WHERE {_DUE}))
    OR EXISTS (SELECT 1 FROM webhook_deliveries WHERE status = 'sending')
"""  # noqa: S608  (only constants of this module)
TAKE: Final = f"""
WITH due AS (
    SELECT d.id FROM webhook_endpoints e
    CROSS JOIN LATERAL (
        SELECT count(*) AS n FROM webhook_deliveries s WHERE s.endpoint_id = e.id AND s.status = 'sending'
    ) AS under_way
    CROSS JOIN LATERAL (
        SELECT d.id, d.next_at, d.number FROM webhook_deliveries d
        WHERE {_DUE}
        ORDER BY d.next_at, d.number LIMIT greatest(0, %(each)s - under_way.n) FOR UPDATE SKIP LOCKED
    ) AS d
    WHERE (e.failing_since IS NOT NULL) = %(failing)s
    ORDER BY d.next_at, d.number LIMIT %(room)s
)
UPDATE webhook_deliveries w SET status = 'sending', courier = %(courier)s, tries = w.tries + 1,
    attempts = w.attempts + 1, updated_at = statement_timestamp()
FROM due WHERE w.id = due.id RETURNING w.*
"""  # noqa: S608  (only constants of this module)


@dataclass(frozen=True, slots=True)
class Parcel:
    """A delivery on its way. `failing`: its endpoint was failing when it was taken."""

    row: Delivery
    url: str
    headers: dict[str, str]
    body: bytes
    failing: bool


def anything_due() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(ANYTHING_DUE, {"test": TEST})
        return bool(cursor.fetchone()[0])


def run(job: RunningJob) -> None:
    """Send what is due until nothing is, or the job is stopped."""
    mark = f"{job.id}:{job.attempt}"
    _take_over(mark)
    under_way: dict[Future[Outcome], Parcel] = {}
    pool = ThreadPoolExecutor(THREADS, thread_name_prefix="webhook")
    try:
        while True:
            if not (job.is_cancelled() or stopping()):
                for parcel in take(mark, under_way.values()):
                    under_way[pool.submit(send, parcel)] = parcel
            if not under_way:
                return
            done, _ = wait(under_way, timeout=LOOK_EVERY, return_when=FIRST_COMPLETED)
            for future in done:
                _settle(job, mark, under_way.pop(future), future.result())
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _take_over(mark: str) -> None:
    """Put back what a courier that died was sending: nobody knows whether it arrived, so it is sent again."""
    left = Delivery.objects.filter(status=DeliveryStatus.SENDING).exclude(courier=mark)
    left.update(status=DeliveryStatus.WAITING, courier="", next_at=Now(), updated_at=Now())


def take(mark: str, under_way: Iterable[Parcel]) -> Iterator[Parcel]:
    """Claim what is due for as many threads as are free, in one transaction, each with its attempt written."""
    held = list(under_way)
    failing = sum(parcel.failing for parcel in held)
    taken = _claim(mark, failing=False, room=THREADS - len(held))
    free = THREADS - len(held) - len(taken)
    taken += _claim(mark, failing=True, room=min(free, THREADS // 2 - failing))
    return iter(taken)


def _claim(mark: str, *, failing: bool, room: int) -> list[Parcel]:
    if room <= 0:
        return []
    each = 1 if failing else PER_ENDPOINT
    values = {"courier": mark, "failing": failing, "each": each, "room": room, "test": TEST}
    with transaction.atomic():
        rows = sorted(Delivery.objects.raw(TAKE, values), key=lambda row: (row.next_at, row.number))
        endpoints = Endpoint.objects.in_bulk({row.endpoint_id for row in rows})
        parcels = [_packed(row, endpoints[row.endpoint_id], failing) for row in rows]
        Attempt.objects.bulk_create(
            Attempt(delivery=parcel.row, number=parcel.row.attempts, request_headers=parcel.headers)
            for parcel in parcels
        )
    return parcels


def _packed(row: Delivery, endpoint: Endpoint, failing: bool) -> Parcel:
    """Composed and signed at the time it was taken."""
    body = body_of(row)
    try:
        headers = headers_of(row, endpoint, body, row.updated_at)
    except CannotOpen:
        headers = {}
    return Parcel(row, endpoint.url, headers, body, failing)


def send(parcel: Parcel) -> Outcome:
    """Make the call. Runs in a thread of its own and never raises."""
    began = time.monotonic()
    answer, error = None, {}
    try:
        if parcel.headers:
            answer = _called(parcel)
        else:
            error = {"code": "secret_unreadable", "message": "Its secret cannot be opened any more: make a new one."}
    except (outbound.OutboundRefused, outbound.OutboundFailed) as why:
        error = {"code": why.code, "message": why.message}
    except Exception:
        log.exception("delivery %s broke", parcel.row.pk)
        error = {"code": "broken", "message": "Sending it broke here; the log of the worker says why."}
    return Outcome(round((time.monotonic() - began) * 1000), answer, error)


def _called(parcel: Parcel) -> outbound.Answer:
    return outbound.call(
        "POST",
        parcel.url,
        headers=parcel.headers,
        content=parcel.body,
        timeout_s=TIMEOUT_S,
        max_bytes=KEPT_BODY,
        allow_http=settings.WEBHOOK_ALLOW_HTTP,
    )


def _settle(job: RunningJob, mark: str, parcel: Parcel, outcome: Outcome) -> None:
    with job.fenced():
        mine = Delivery.objects.select_for_update().filter(
            pk=parcel.row.pk, status=DeliveryStatus.SENDING, courier=mark
        )
        row = mine.annotate(at=Now()).first()
        if row is not None:
            outcomes.write(row, outcome, now=row.at)
