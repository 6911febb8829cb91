"""Who does which kind of job, and what a handler holds while it does it.

@handles("enhancement.run")
def run(job: RunningJob, enhancement_id: str) -> None: ...

@finishes("enhancement.run")
def close(job: Job, status: str, error: dict[str, Any]) -> None: ...  # failed, dead or cancelled: move your row too
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final, Protocol, TypeVar
from uuid import UUID

from django.db import transaction

from designer.jobs import claims, faults
from designer.jobs.claims import Lease, LeaseLost
from designer.jobs.models import BEHIND, Job, Lane
from teams.accounts.models import User

LOOK_EVERY: Final = 0.5  # seconds for which an answer about cancellation may be old


class Retry(Exception):
    """Try again later: after `after` if given (a provider's Retry-After), else with growing, jittered delay.

    `code` and `remedy` are told when no try is left.
    """

    def __init__(
        self, after: timedelta | None = None, reason: str = "", *, code: str = "retry", remedy: str = ""
    ) -> None:
        self.after, self.code, self.remedy = after, code, remedy
        self.reason = reason or "asked to be tried again"
        super().__init__(self.reason)


class Later(Exception):
    """It is not this job's turn yet: again after `after`, and it counts as no failure."""

    def __init__(self, after: timedelta, reason: str) -> None:
        self.after, self.reason = after, reason
        super().__init__(reason)


class Permanent(Exception):
    """Trying again cannot help: bad input, a policy refusal, a missing key."""

    def __init__(self, code: str, message: str, remedy: str = "") -> None:
        self.code, self.message, self.remedy = code, message, remedy
        super().__init__(message)


class Cancelled(Exception):
    """The handler saw `is_cancelled()` at a safe point and stopped."""


class Pulse(Protocol):
    """What keeps a running job's lease alive from another thread."""

    def stopped(self) -> bool: ...


@dataclass(slots=True, kw_only=True)
class RunningJob:
    """A leased job in the hands of its handler."""

    id: UUID
    kind: str
    attempt: int
    team_id: UUID
    worker: str
    lane: str = Lane.INTERACTIVE
    priority: int = 5
    failures: int = 0
    deaths: int = 0
    pulse: Pulse | None = None
    finished: bool = False
    _seen: tuple[float, bool] = field(default=(float("-inf"), False))

    @property
    def lease(self) -> Lease:
        return Lease(self.id, self.attempt, self.worker)

    @property
    def is_urgent(self) -> bool:
        """Whether a person waits for it alone: it is not one of many."""
        return self.lane != Lane.BATCH and self.priority < BEHIND

    def is_cancelled(self) -> bool:
        """True once the job should stop at the next safe point: cancelled, or its lease is lost. Cheap."""
        if self.pulse is not None:
            return self.pulse.stopped()
        at, stopped = self._seen
        if not stopped and time.monotonic() - at > LOOK_EVERY:
            self._seen = (time.monotonic(), self._look())
        return self._seen[1]

    def stop_if_cancelled(self) -> None:
        """Raises Cancelled at a safe point if the job should stop."""
        if self.is_cancelled():
            raise Cancelled

    @contextmanager
    def fenced(self, *, finish: bool = False, durable: bool = False) -> Iterator[Job]:
        """A transaction that only the job's present holder may write in; the row is locked and given.

        With `finish`, the job's success is committed together with what is written inside.
        Raises LeaseLost if another worker has the job by now.
        """
        with transaction.atomic(durable=durable):
            row = claims.hold(self.lease)
            yield row
            if finish:
                claims.succeed(self.lease)
                faults.point("result.before_commit", self.id)
        if finish:
            self.finished = True
            faults.point("result.committed", self.id)

    def _look(self) -> bool:
        try:
            return claims.look(self.lease)
        except LeaseLost:
            return True


Handler = Callable[..., None]
Finisher = Callable[[Job, str, dict[str, Any]], None]
Replayer = Callable[[Job], None]
Delayer = Callable[[Job, dict[str, Any]], None]
Ability = Callable[[], Sequence[str]]
Namer = Callable[[User, Sequence[Job]], Mapping[UUID, tuple[str, str]]]
F = TypeVar("F", bound=Callable[..., object])

HANDLERS: Final[dict[str, Handler]] = {}
FINISHERS: Final[dict[str, Finisher]] = {}
REPLAYERS: Final[dict[str, Replayer]] = {}
DELAYERS: Final[dict[str, Delayer]] = {}
ABILITIES: Final[dict[str, Ability]] = {}
NAMERS: Final[dict[str, Namer]] = {}  # by kind and part, with a space between


def handles(kind: str) -> Callable[[F], F]:
    """File a function as what does jobs of this kind: `f(job: RunningJob, **payload)`."""
    return _filed(HANDLERS, kind)


def finishes(kind: str) -> Callable[[F], F]:
    """File what follows a job that ends without success: `f(job: Job, status, error)`, in the same transaction.

    `status` is failed, dead or cancelled (also when cancelled before it ever ran); `error` has code, message, remedy.
    It may run in a worker, the scheduler or a web process, holds the job's row lock, and must not call the network.
    """
    return _filed(FINISHERS, kind)


def replays(kind: str) -> Callable[[F], F]:
    """File what must be put back before a dead job runs again: `f(job: Job)`, in the same transaction."""
    return _filed(REPLAYERS, kind)


def delays(kind: str) -> Callable[[F], F]:
    """File whom to tell that a job goes on by itself after a while, because it failed or, for a new reason, has to
    wait: `f(job: Job, error)`, in the same transaction."""
    return _filed(DELAYERS, kind)


def names(kind: str, part: str) -> Callable[[F], F]:
    """File what jobs are about, for people: `f(user, jobs) -> {job id: (words, address)}`, in one query, of what `user`
    may see. `part` tells apart what several floors know of one: the wish, its batch."""
    return _filed(NAMERS, f"{kind} {part}")


def able(sort: str) -> Callable[[F], F]:
    """File what this process can do of a sort (operations, models): `f() -> names`, asked once a minute by every worker
    for the page of the queue. It must not load what it names."""
    return _filed(ABILITIES, sort)


def _filed(register: dict[str, Any], kind: str) -> Callable[[F], F]:
    def decorate(function: F) -> F:
        earlier = register.get(kind)
        if earlier is not None and (earlier.__module__, earlier.__qualname__) != (
            function.__module__,
            function.__qualname__,
        ):
            raise ValueError(f"{kind!r} is already taken by {earlier.__module__}.{earlier.__qualname__}.")
        register[kind] = function
        return function

    return decorate
