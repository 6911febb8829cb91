"""What a service is: work is ordered, looked after by its id, stopped, and fetched. Errors are those of the providers.

No Django, no waiting and no retries in here: `buying` waits, the queue retries.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Protocol

from designer.providers.base import ProviderConfig, ProviderError


class Phase(StrEnum):
    """Where the work stands, whatever words the service has for it."""

    WAITING = "waiting"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


OVER = (Phase.SUCCEEDED, Phase.FAILED, Phase.CANCELLED)


class WorkFailed(ProviderError):
    """The service took the work and could not do it."""

    code = "prediction_failed"


class WorkGone(ProviderError):
    """The service knows nothing of the work, or has thrown its result away."""

    code = "prediction_gone"


class BadOutput(ProviderError):
    """What the service made is no picture that can be taken, or lies where nothing is fetched from."""

    code = "bad_output"


class HookRefused(Exception):
    """A message that does not come from the service, or not just now. Fit to be logged, not to be answered with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One piece of work. `inputs` in the service's own words, without the picture, which goes in as `picture_field`.

    `hook`: an address of ours that the service may call when it is done, or "". `queue_s`: seconds that it may wait for
    its turn and for a machine, `limit_s`: that it may run, after which the service itself should give up.
    """

    model: str
    version: str
    inputs: Mapping[str, Any]
    picture_field: str
    picture: bytes
    media_type: str
    hook: str = ""
    queue_s: int = 600
    limit_s: int = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How the work stands now. `share`: how much is done, where the service says so; `ahead`: works before it.

    `since`: when it began to run and `seconds`: for which the service bills, where it says so; `output`: the address of
    the picture it made.
    """

    id: str
    phase: Phase
    share: float = 0.0
    ahead: int | None = None
    since: datetime | None = None
    seconds: float | None = None
    output: str = ""
    error: ProviderError | None = field(default=None)

    @property
    def is_over(self) -> bool:
        return self.phase in OVER


class Service(Protocol):
    """Raises only ProviderError. An answer's own addresses are never called with our key: they are made from the id."""

    name: ClassVar[str]
    title: ClassVar[str]
    key_name: ClassVar[str]
    most_bytes: ClassVar[int]
    output_hosts: ClassVar[tuple[str, ...]]

    def __init__(self, config: ProviderConfig) -> None: ...

    @property
    def root(self) -> str:
        """The address of its API."""

    def is_ready(self) -> bool:
        """Whether it has a key. No call is made."""

    def tells(self) -> bool:
        """Whether its messages to us can be believed: what proves them is at hand."""

    def order(self, order: Order) -> Standing:
        """Ask for the work; it costs from here on."""

    def look(self, model: str, id: str) -> Standing:
        """How the work stands. Raises WorkGone if it is not known (any more)."""

    def stop(self, model: str, id: str) -> None:
        """Ask for an end. Harmless when it is over; whether it stopped, and what it cost, `look` tells."""

    def heard(self, headers: Mapping[str, str], body: bytes, now: datetime) -> str:
        """The id of the work that a message is about. Header names in lower case. Raises HookRefused."""
