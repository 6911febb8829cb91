"""The table of the contract suite for services that enhance pictures: what each must make of each behaviour.

A behaviour befalls the order, or the work that came of it (`WORKS`). A new service adds one row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from designer.providers.base import (
    AuthFailed,
    Garbled,
    InvalidRequest,
    ModelRetired,
    Moderated,
    ProviderConfig,
    ProviderDown,
    ProviderError,
    QuotaExhausted,
    RateLimited,
    TimedOut,
)
from enhancement.remote.base import BadOutput, Service, WorkFailed, WorkGone
from enhancement.remote.registry import SERVICES
from tests.simulators.providers.server import KEY, Simulator


@dataclass(frozen=True, slots=True)
class Expect:
    """An error with these attributes when the work is `ordered`, looked after (`ends`) or `fetched`; else a picture."""

    error: type[ProviderError] | None = None
    at: str = "ordered"
    about: Mapping[str, Any] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)
    billed: bool | None = False


FINE: Final = Expect(billed=True)
UNREADABLE: Final = Expect(Garbled, billed=None)
UNKNOWN: Final = Expect(TimedOut, billed=True)
BAD: Final = Expect(BadOutput, "fetched", billed=True)
EXPECTED: Final[Mapping[str, Expect | None]] = {
    "ok": FINE,
    "bad_field": Expect(InvalidRequest, about={"field": "scale"}),
    "unprocessable": Expect(InvalidRequest, about={"field": "scale"}),
    "unauthorized": Expect(AuthFailed),
    "moderated": Expect(Moderated, "ends", billed=None),
    "moderated_output": Expect(Moderated, "ends", billed=None),
    "retired": Expect(ModelRetired),
    "rate_limited": Expect(RateLimited, details={"retry_after": 7}),
    "quota": Expect(QuotaExhausted),
    "error_500": Expect(ProviderDown),
    "unavailable": Expect(ProviderDown),
    "slow": UNKNOWN,
    "drip": UNKNOWN,
    "cut": UNKNOWN,
    "html": Expect(ProviderDown),
    "empty": UNREADABLE,
    "corrupt": UNREADABLE,
    "huge_json": UNREADABLE,
    "deep_json": UNREADABLE,
    "invalid_base64": BAD,
    "wrong_media_type": BAD,
    "no_images": BAD,
    "fewer_images": None,  # there is one
    "wrong_size": FINE,  # seen when it is put together
    "failed_work": Expect(WorkFailed, "ends", billed=None),
    "too_large_work": Expect(ProviderError, "ends", billed=None),
    "stopped_work": Expect(None, "ends"),
    "endless_work": None,  # its own test
    "lost_work": Expect(WorkGone, "ends", billed=None),
    "output_corrupt": BAD,
    "output_huge": BAD,
    "output_elsewhere": BAD,
    "output_gone": Expect(WorkGone, "fetched", billed=True),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One service with a model of its own, and where it differs."""

    name: str
    model: str
    version: str = ""
    picture_field: str
    instead: Mapping[str, Expect | None] = field(default_factory=dict)

    def expected(self, behaviour: str) -> Expect | None:
        return self.instead.get(behaviour, EXPECTED[behaviour])

    def made(self, simulator: Simulator, **config: Any) -> Service:
        said = {"api_key": KEY, "base_url": simulator.url(self.name)}
        return SERVICES[self.name](ProviderConfig(**{**said, **config}))


ROWS: Final = (
    Row(
        name="replicate", model="nightmareai/real-esrgan", picture_field="image",
        version="f121d640bd286e1fdc67f9799164c1d5be36ff74576ee11c803ae5b665dd46aa",
        instead={"too_large_work": Expect(InvalidRequest, "ends", {"field": "image"}, billed=None)},
    ),
    Row(
        name="fal", model="fal-ai/esrgan", picture_field="image_url",
        instead={"too_large_work": Expect(WorkFailed, "ends", billed=None)},
    ),
)  # fmt: skip
