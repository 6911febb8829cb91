"""What a provider of images or of language is, and the one family of errors it may raise. No Django, no retries."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol, runtime_checkable

if TYPE_CHECKING:
    from PIL import Image

Idempotency = Literal["key", "lookup", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageRequest:
    """One call. `seeds` has one entry per image wanted; `attributes` holds known VLT attributes (missing = unknown).

    `aspect_ratio` says the same as width and height for models that take no pixels; `quality` is one of the model's.
    """

    prompt: str
    model: str
    width: int
    height: int
    seeds: tuple[int, ...]
    aspect_ratio: str = "3:4"
    quality: str = "standard"
    negative_prompt: str = ""
    attributes: Mapping[str, object] = field(default_factory=dict)
    references: tuple[bytes, ...] = ()
    timeout_s: float = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratedImage:
    """One encoded picture of width x height pixels.

    `pixels`: what `data` encodes, from who made it in this very process: nobody else's file, so it is not read again.
    """

    data: bytes
    media_type: str
    width: int
    height: int
    seed: int | None
    pixels: Image.Image | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageResult:
    """What came back; fewer images than asked is no error here. `model` is what really made it; `spoiled`: pictures
    that the vendor delivered, and bills where it bills by the picture, of which nothing can be used.

    `usage`: tokens under text_in, image_in, text_out and image_out, where the vendor counts them; `cost` in USD where
    the vendor states one, None = reckon it from the usage, else from the dated price; `said`: its own words where it
    gave no picture.
    """

    images: tuple[GeneratedImage, ...]
    model: str
    spoiled: int = 0
    usage: Mapping[str, int] = field(default_factory=dict)
    cost: Decimal | None = None
    said: str = ""
    request_id: str = ""
    simulated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a model can do, so that a setting it lacks is said before spending.

    `max_references`: photos that one call may bring along, 0 = none; `min_references`: those that it must bring along;
    `photo_tokens`: what the vendor usually counts for one of them, where it bills by tokens; `photo_count`: what it
    counts for one of so many pixels across and down, where it goes by them; `images_per_call`: how many images one call
    may be asked for, where that is cheaper than one each; `edits`: whether it changes a photo as the prompt tells it,
    and does not draw one anew by the prompt; `recolours`: it changes the colour of what a photo shows, and can do
    nothing else; `by_name`: it takes something of its own from a photo (the outline, the style), so only who chooses
    it by name gets it, or who asks for an edit where it `edits`; `exact_size` False = it knows ratios only, and sends a
    size of its own; `qualities`: the words it takes.
    """

    seed: bool
    negative_prompt: bool
    max_references: int
    max_images: int
    ratios: tuple[str, ...]
    max_pixels: int
    idempotency: Idempotency
    photo_tokens: int = 0
    photo_count: Callable[[int, int], int] | None = None
    images_per_call: int = 1
    min_references: int = 0
    by_name: bool = False
    edits: bool = False
    recolours: bool = False
    exact_size: bool = True
    qualities: tuple[str, ...] = ("standard",)

    def tokens_of(self, photo: tuple[int, int] | None) -> int:
        """What is counted for a photo of that width and height; what usually is, where its size is not known."""
        return self.photo_tokens if photo is None or self.photo_count is None else self.photo_count(*photo)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderConfig:
    """How to reach a provider: its key, another address than the vendor's, and what else its adapter documents."""

    api_key: str = ""
    base_url: str = ""
    options: Mapping[str, str] = field(default_factory=dict)


class Cancelled(Exception):
    """The caller asked to stop."""


class ProviderError(Exception):
    """A refusal or failure, in the house's own words. Without a remedy of its own it tells the usual way on.

    `usage`: what the vendor counted all the same, and bills; as in ImageResult.
    """

    code: ClassVar[str] = "provider_error"
    usual_remedy: ClassVar[str] = "Try again in a few minutes, or choose another model."
    retryable: ClassVar[bool] = False
    outcome_unknown: ClassVar[bool] = False
    of_account: bool = False  # it keeps every model from being called that the same key opens
    usage: Mapping[str, int] = MappingProxyType({})

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message, self.remedy = message, remedy or self.usual_remedy


class RateLimited(ProviderError):
    code = "rate_limited"
    retryable = True

    def __init__(self, message: str, remedy: str = "", *, retry_at: datetime | None = None) -> None:
        super().__init__(message, remedy)
        self.retry_at = retry_at


class AccountTrouble(ProviderError):
    """The key or the money: of the whole account, unless the vendor says that it is about one model."""

    def __init__(self, message: str, remedy: str = "", *, of_account: bool = True) -> None:
        super().__init__(message, remedy)
        self.of_account = of_account


class QuotaExhausted(AccountTrouble):
    code = "quota_exhausted"


class Moderated(ProviderError):
    code = "moderated"
    usual_remedy = "Reword the brief, or choose another model."

    def __init__(
        self,
        message: str,
        remedy: str = "",
        *,
        stage: Literal["input", "output"] = "input",
        usage: Mapping[str, int] = MappingProxyType({}),
    ) -> None:
        super().__init__(message, remedy)
        self.stage, self.usage = stage, usage


class InvalidRequest(ProviderError):
    code = "invalid_request"
    usual_remedy = "Change what it names, or choose another model."

    def __init__(self, message: str, remedy: str = "", *, field: str = "") -> None:
        super().__init__(message, remedy)
        self.field = field


class ModelRetired(ProviderError):
    code = "model_retired"
    usual_remedy = "Choose another model."

    def __init__(self, message: str, remedy: str = "", *, successor: str = "") -> None:
        super().__init__(message, remedy)
        self.successor = successor


class AuthFailed(AccountTrouble):
    code = "auth"


class ProviderDown(ProviderError):
    code = "provider_down"
    retryable = True


class Garbled(ProviderDown):
    """An answer came that cannot be read: the work was done, perhaps, and billed."""

    outcome_unknown = True


class TimedOut(ProviderError):
    """The call ran out of time; whether it was done, and billed, is not known."""

    code = "timeout"
    retryable = True
    outcome_unknown = True


class ImageProvider(Protocol):
    """Makes images. Raises only ProviderError or Cancelled; never retries, for the queue does."""

    name: ClassVar[str]
    simulated: ClassVar[bool]

    def __init__(self, config: ProviderConfig) -> None: ...

    def is_ready(self) -> bool:
        """Whether it has what it needs to be called: a key, an address, a library. No call is made."""

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
class ListedModel:
    """A model as its vendor lists it. `ends_on`: the day from which it is shut down, None where none is published."""

    model: str
    ends_on: date | None = None


@runtime_checkable
class Lists(Protocol):
    """What a provider whose vendor publishes a list of models has besides."""

    def models(self) -> tuple[ListedModel, ...]:
        """The vendor's list. Raises only ProviderError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageRequest:
    """A question to a language or vision model whose answer must fit a JSON schema."""

    model: str
    system: str
    text: str
    schema: Mapping[str, Any]
    images: tuple[bytes, ...] = ()
    timeout_s: float = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageResult:
    data: Mapping[str, Any]
    model: str = ""
    usage: Mapping[str, int] = field(default_factory=dict)
    cost: Decimal | None = None
    request_id: str = ""


class LanguageProvider(Protocol):
    """Answers in structured form. Raises only ProviderError; never retries. `usage` as in ImageResult."""

    name: ClassVar[str]

    def __init__(self, config: ProviderConfig) -> None: ...

    def is_ready(self) -> bool:
        """Whether it has what it needs to be called. No call is made."""

    def complete(self, request: LanguageRequest, *, idempotency_key: str) -> LanguageResult: ...
