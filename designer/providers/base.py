"""What a provider of images or of language is, and the one family of errors it may raise. No Django, no retries."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar, Literal, Protocol, runtime_checkable

Idempotency = Literal["key", "lookup", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageRequest:
    """One call. `seeds` has one entry per image wanted; `attributes` holds known VLT attributes (missing = unknown)."""

    prompt: str
    model: str
    width: int
    height: int
    seeds: tuple[int, ...]
    negative_prompt: str = ""
    attributes: Mapping[str, object] = field(default_factory=dict)
    references: tuple[bytes, ...] = ()
    timeout_s: float = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratedImage:
    """One encoded picture of width x height pixels."""

    data: bytes
    media_type: str
    width: int
    height: int
    seed: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageResult:
    """What came back. `model` is what really made it; `cost` in USD, None = take the dated price."""

    images: tuple[GeneratedImage, ...]
    model: str
    usage: Mapping[str, int] = field(default_factory=dict)
    cost: Decimal | None = None
    request_id: str = ""
    simulated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a model can do, so that a setting it lacks is said before spending."""

    seed: bool
    negative_prompt: bool
    references: bool
    max_images: int
    ratios: tuple[str, ...]
    max_pixels: int
    idempotency: Idempotency


class Cancelled(Exception):
    """The caller asked to stop."""


class ProviderError(Exception):
    """A refusal or failure, in the house's own words."""

    code: ClassVar[str] = "provider_error"
    retryable: ClassVar[bool] = False
    outcome_unknown: ClassVar[bool] = False

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message, self.remedy = message, remedy


class RateLimited(ProviderError):
    code = "rate_limited"
    retryable = True

    def __init__(self, message: str, remedy: str = "", *, retry_at: datetime | None = None) -> None:
        super().__init__(message, remedy)
        self.retry_at = retry_at


class QuotaExhausted(ProviderError):
    code = "quota_exhausted"


class Moderated(ProviderError):
    code = "moderated"

    def __init__(self, message: str, remedy: str = "", *, stage: Literal["input", "output"] = "input") -> None:
        super().__init__(message, remedy)
        self.stage = stage


class InvalidRequest(ProviderError):
    code = "invalid_request"

    def __init__(self, message: str, remedy: str = "", *, field: str = "") -> None:
        super().__init__(message, remedy)
        self.field = field


class ModelRetired(ProviderError):
    code = "model_retired"

    def __init__(self, message: str, remedy: str = "", *, successor: str = "") -> None:
        super().__init__(message, remedy)
        self.successor = successor


class AuthFailed(ProviderError):
    code = "auth"


class ProviderDown(ProviderError):
    code = "provider_down"
    retryable = True


class TimedOut(ProviderError):
    """The call ran out of time; whether it was done, and billed, is not known."""

    code = "timeout"
    retryable = True
    outcome_unknown = True


class ImageProvider(Protocol):
    """Makes images. Raises only ProviderError or Cancelled; never retries, for the queue does."""

    name: ClassVar[str]
    simulated: ClassVar[bool]

    def capabilities(self, model: str) -> Capabilities:
        """What `model` can do. Raises InvalidRequest for an unknown model."""

    def generate(
        self,
        request: ImageRequest,
        *,
        idempotency_key: str,
        cancelled: Callable[[], bool],
        progress: Callable[[float], None],
    ) -> ImageResult:
        """Make one image per seed. `progress` is called with 0..1, never backwards."""


@runtime_checkable
class Lookup(Protocol):
    """What a provider whose `idempotency` is "lookup" has besides."""

    def look_up(self, idempotency_key: str) -> ImageResult | None:
        """What an earlier call with this key made; None if it made nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageRequest:
    """A question to a language or vision model whose answer must fit a JSON schema."""

    system: str
    text: str
    schema: Mapping[str, Any]
    images: tuple[bytes, ...] = ()
    timeout_s: float = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageResult:
    data: Mapping[str, Any]
    usage: Mapping[str, int] = field(default_factory=dict)
    cost: Decimal | None = None


class LanguageProvider(Protocol):
    """Answers in structured form. Raises only ProviderError."""

    name: ClassVar[str]

    def complete(self, request: LanguageRequest, *, idempotency_key: str) -> LanguageResult: ...
