"""Kinds of jobs that exist for the fault tests: effects that can be counted, and every way to go wrong."""

import json
import os
import resource
import signal
import threading
import time
import urllib.error
import urllib.request
from datetime import timedelta
from decimal import Decimal
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings

from designer.jobs import faults
from designer.jobs.attempts import Idempotency, begin_attempt, settle_attempt
from designer.jobs.handlers import Cancelled, Retry, RunningJob, handles
from designer.jobs.models import AttemptOutcome, JobAttempt, PeriodicSlot
from designer.jobs.scheduler import every
from designer.jobs.services import enqueue
from designer.ledger.models import EntryKind
from designer.ledger.services import charge
from teams.membership.models import Team

PRICE = Decimal("0.040000")


def book(job: RunningJob, kind: EntryKind = EntryKind.ADJUSTMENT) -> None:
    """The countable effect: one ledger row for this job and attempt."""
    charge(
        team_id=job.team_id,
        job_id=job.id,
        attempt=job.attempt,
        kind=kind,
        subject=f"job:{job.id}",
        provider="fake",
        model="m",
        quantity=Decimal(1),
        unit_price=PRICE,
        simulated=False,
    )


@handles("faults.effect")
def effect(job: RunningJob, seconds: str = "0") -> None:
    """Work for a while, then leave exactly one effect."""
    time.sleep(float(seconds))
    faults.point("reply.read", job.id)
    with job.fenced(finish=True):
        book(job)


@handles("faults.noop")
def noop(job: RunningJob) -> None:
    return


@handles("faults.slot")
def slot(job: RunningJob, slot: str) -> None:
    """Stands for one second of the schedule; its row is the count."""


@every(timedelta(seconds=1))
def tick_every_second() -> None:
    """A job for this slot, where a play asks for it."""
    if Path(settings.FAULTS, "tick.every.second").exists():
        name = f"{tick_every_second.__module__}.{tick_every_second.__qualname__}"
        now = PeriodicSlot.objects.get(name=name).slot
        enqueue("faults.slot", {"slot": str(now)}, team_id=Team.objects.earliest("created_at").pk)


@handles("faults.sleep")
def sleep(job: RunningJob, seconds: str) -> None:
    """Safe points every 20 ms."""
    end = time.monotonic() + float(seconds)
    while time.monotonic() < end:
        job.stop_if_cancelled()
        time.sleep(0.02)


@handles("faults.tiles")
def tiles(job: RunningJob, count: str) -> None:
    """Tiles in torch, a safe point between them."""
    import torch

    torch.set_num_threads(1)
    layer = torch.nn.Conv2d(48, 48, 3, padding=1)
    with torch.inference_mode():
        for _ in range(int(count)):
            job.stop_if_cancelled()
            layer(torch.zeros(1, 48, 256, 256))


@handles("faults.hanging")
def hanging(job: RunningJob, url: str) -> None:
    """A provider that never answers: the call waits in a thread, the handler watches for its cancellation."""
    call = threading.Thread(target=_wait_for, args=[f"{url}/hang"], daemon=True)
    call.start()
    while call.is_alive():
        job.stop_if_cancelled()
        call.join(0.1)


def _wait_for(url: str) -> None:
    try:
        urllib.request.urlopen(url, timeout=60).read()
    except (OSError, HTTPException):
        return


@handles("faults.poison")
def poison(job: RunningJob) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@handles("faults.hog")
def hog(job: RunningJob) -> None:
    """Eats memory under a limit of its own until the process is ended for it."""
    used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()  # noqa: SIM115, PTH123
    resource.setrlimit(resource.RLIMIT_AS, (used + (64 << 20), resource.RLIM_INFINITY))
    eaten = []
    try:
        while True:
            eaten.append(bytearray(8 << 20))
    except MemoryError:
        os.kill(os.getpid(), signal.SIGKILL)  # as the kernel's killer would


@handles("faults.memory")
def memory(job: RunningJob) -> None:
    raise MemoryError


@handles("faults.paid")
def paid(job: RunningJob, url: str, idempotency: Idempotency, reply: str = "yes") -> None:
    """Call the fake provider once and book what it charged, dying wherever a plan says so."""
    attempt = begin_attempt(job, provider="fake", model="m", price=PRICE, step="image", idempotency=idempotency)
    if not (idempotency == "lookup" and _already_made(job, url, attempt)):
        _call(job, url, attempt, reply)
    faults.point("reply.read", job.id)
    with job.fenced(finish=True):
        book(job, EntryKind.GENERATION)
        settle_attempt(attempt, AttemptOutcome.SUCCEEDED)


def _already_made(job: RunningJob, url: str, attempt: JobAttempt) -> bool:
    """Poll the provider for a call of unknown outcome before sending another."""
    if attempt.number == 1:
        return False
    with urllib.request.urlopen(f"{url}/lookup?key={attempt.idempotency_key}", timeout=10) as answer:
        return bool(json.load(answer)["charges"])


def _call(job: RunningJob, url: str, attempt: JobAttempt, reply: str) -> None:
    """POST in two halves, with a fault point between each pair of steps. Raises Retry when no reply came."""
    body = json.dumps({"job": str(job.id), "price": str(PRICE)}).encode()
    link = HTTPConnection(urlsplit(url).netloc, timeout=10)
    faults.point("call.sending", job.id)
    try:
        link.putrequest("POST", "/charge")
        link.putheader("Content-Length", str(len(body)))
        link.putheader("Idempotency-Key", attempt.idempotency_key)
        link.putheader("X-Reply", reply if job.attempt == 1 else "yes")
        link.endheaders(body[:5])
        faults.point("call.half", job.id)
        link.send(body[5:])
        answer = link.getresponse()
        faults.point("call.accepted", job.id)
        answer.read()
    except (OSError, HTTPException) as trouble:
        with job.fenced():
            settle_attempt(attempt, AttemptOutcome.UNKNOWN)
        raise Retry(reason=f"no reply: {trouble}") from trouble
    finally:
        link.close()


@handles("faults.stubborn")
def stubborn(job: RunningJob, seconds: str) -> None:
    """Never looks whether it should stop."""
    time.sleep(float(seconds))
    if job.is_cancelled():
        raise Cancelled
