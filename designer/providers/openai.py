"""GPT Image through OpenAI's SDK: several images in one call, edits where references are given. DALL-E has ended.

Paths, fields and errors as in the SDK 3.54 and in OpenAI's image guide: https://developers.openai.com/api/docs/guides
(image generation; sizes of GPT Image 2 and later: sides in steps of 16, 1:3 to 3:1, 655,360 to 8,294,400 pixels, edge
at most 3,840). What a photo counts is not published. Users of the API have measured it: GPT Image 2 counts patches of
32 x 32 pixels, at most 1,536, a small photo scaled up to 1,024, at most twice; the older ones 65, and 129 for each
tile of 512 pixels
(https://community.openai.com/t/1382940). The SDK sends an idempotency key nowhere and OpenAI documents none for images:
a call that broke off may have been billed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar, Final

from designer.providers.base import (
    AuthFailed,
    Cancelled,
    Capabilities,
    ImageRequest,
    ImageResult,
    InvalidRequest,
    ListedModel,
    ModelRetired,
    Moderated,
    ProviderConfig,
    ProviderDown,
    ProviderError,
    QuotaExhausted,
    RateLimited,
    TimedOut,
)
from designer.providers.registry import register
from designer.providers.remote.checks import check, clipped, installed, is_of_some, quality_of

if TYPE_CHECKING:
    import httpx2
    from openai import APIStatusError

VENDOR: Final = "OpenAI"
ROOT: Final = "https://api.openai.com"
RATIOS: Final = ("1:1", "3:4", "4:3", "2:3", "3:2", "4:5", "9:16", "16:9")
THREE_RATIOS: Final = {"1:1": "1024x1024", "2:3": "1024x1536", "3:2": "1536x1024"}
PLAIN: Final = ("medium", "low", "high")
FINE: Final = (*PLAIN, "xhigh", "max")
ANY_SIZE: Final[Mapping[str, tuple[str, ...]]] = {
    "gpt-image-2.6-flare": PLAIN,
    "gpt-image-2.6-sunburst": PLAIN,
    "gpt-image-2.5-flare": FINE,
    "gpt-image-2.5-sunburst": FINE,
    "gpt-image-2": PLAIN,
}
THREE_SIZES: Final = ("gpt-image-1.5", "gpt-image-1-mini")
RETIRED: Final = {
    "dall-e-2": "gpt-image-2.6-flare",
    "dall-e-3": "gpt-image-2.6-flare",
    "gpt-image-1": "gpt-image-2.6-sunburst",
}
PATCHES, TILES = 1280, 323  # tokens of a photo of unknown size: between 1,024 of a square and the most; of two tiles
PATCH, MOST_PATCHES, MAGNIFIED = 32, 1536, 1024  # pixels; patches; the longer side of what is scaled up
BARE, TILE = 65, 129  # tokens of a photo at the older ones, and of each tile of it
STEP, MIN_PIXELS, MAX_PIXELS, MAX_EDGE = 16, 655_360, 8_294_400, 3840
LIST_S: Final = 20.0  # seconds
MAX_IMAGES, MAX_PROMPT, MAX_REFERENCES = 10, 32_000, 16
NO_MONEY: Final = {"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"}
UNSAFE: Final = {"moderation_blocked", "content_policy_violation"}
VIOLATIONS: Final = re.compile(r"\.?\s*safety_violations=\[([\w/, -]*)\]\.?")  # a field in its sentence
FIELDS: Final = {"image": "references", "image[]": "references"}


@register
class OpenAIImages:
    """Needs a key; `base_url` is OpenAI's root without /v1."""

    name: ClassVar[str] = "openai"
    simulated: ClassVar[bool] = False

    def __init__(self, config: ProviderConfig) -> None:
        self.config = config

    def is_ready(self) -> bool:
        return bool(self.config.api_key) and installed("openai")

    def capabilities(self, model: str) -> Capabilities:
        """Raises ModelRetired for a model that has ended, InvalidRequest for an unknown one."""
        if model in RETIRED:
            raise ModelRetired(
                f"OpenAI has shut {model} down.", f"Use {RETIRED[model]} instead.", successor=RETIRED[model]
            )
        if model not in ANY_SIZE and model not in THREE_SIZES:
            raise InvalidRequest(f"OpenAI has no model {model!r}.", f"Use one of {', '.join(ANY_SIZE)}.", field="model")
        free = model in ANY_SIZE
        return Capabilities(
            seed=False,
            negative_prompt=False,
            max_references=MAX_REFERENCES,
            edits=True,
            photo_tokens=PATCHES if free else TILES,
            photo_count=patches_of if free else tiles_of,
            max_images=MAX_IMAGES,
            ratios=RATIOS if free else tuple(THREE_RATIOS),
            max_pixels=MAX_PIXELS if free else 1024 * 1536,
            idempotency="none",
            images_per_call=MAX_IMAGES,
            exact_size=free,
            qualities=ANY_SIZE.get(model, PLAIN),
        )

    def models(self) -> tuple[ListedModel, ...]:
        """OpenAI's list, with the days on which it shuts models down where it says them."""
        import openai

        from designer.providers.remote.client import bounded_client, fit_key

        key = fit_key(VENDOR, self.config.api_key)
        with bounded_client(VENDOR, timeout_s=LIST_S) as http:
            try:
                listed = list(self._client(key, http, LIST_S).models.list())
            except openai.APIStatusError as error:
                raise translated(error, "the list of models") from error
            except (openai.OpenAIError, ValueError, TypeError, AttributeError) as error:
                raise ProviderDown("OpenAI's list of models cannot be read.", "Try again later.") from error
        return tuple(ListedModel(model=each.id, ends_on=_day(each.shutdown_date)) for each in listed)

    def generate(
        self,
        request: ImageRequest,
        *,
        idempotency_key: str,
        cancelled: Callable[[], bool],
        progress: Callable[[float], None],
    ) -> ImageResult:
        """All images in one call. Raises Cancelled before it; afterwards what came is paid for, and so it is kept."""
        can = self.capabilities(request.model)
        check(request, can, VENDOR, max_prompt=MAX_PROMPT)
        if cancelled():
            raise Cancelled
        progress(0.0)
        result = self._asked(request, quality_of(request, can))
        progress(1.0)
        return result

    def _asked(self, request: ImageRequest, quality: str) -> ImageResult:
        import openai

        from designer.providers.remote.client import MAX_BYTES, bounded_client, fit_key

        key, most = fit_key(VENDOR, self.config.api_key), MAX_BYTES * len(request.seeds)
        with bounded_client(VENDOR, timeout_s=request.timeout_s, max_bytes=most) as http:
            client = self._client(key, http, request.timeout_s)
            wish: dict[str, Any] = {
                "model": request.model,
                "prompt": request.prompt,
                "n": len(request.seeds),
                "size": size_of(request),
                "quality": quality,
            }
            try:
                calls = client.images.with_raw_response
                raw = calls.edit(image=_files(request), **wish) if request.references else calls.generate(**wish)
                return _result(raw, request)
            except openai.APIStatusError as error:
                raise translated(error, request.model) from error
            except openai.OpenAIError as error:
                raise ProviderDown(f"OpenAI could not be asked: {clipped(error)}", "Try again later.") from error

    def _client(self, key: str, http: httpx2.Client, timeout_s: float) -> Any:
        """The SDK's client, which takes nothing from the environment and asks once only."""
        import openai

        root = f"{self.config.base_url or ROOT}/v1"
        return openai.OpenAI(api_key=key, base_url=root, max_retries=0, timeout=timeout_s, http_client=http)


def _day(text: str | None) -> date | None:
    """A published day (YYYY-MM-DD); None for none, or for what is no day."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def size_of(request: ImageRequest) -> str:
    """WIDTHxHEIGHT for the API: never smaller than asked, in its steps and above its least number of pixels."""
    if request.model in THREE_SIZES:
        return THREE_RATIOS[request.aspect_ratio]
    width, height = request.width, request.height
    if not 1 / 3 <= width / height <= 3 or max(width, height) > MAX_EDGE:
        raise InvalidRequest(
            f"OpenAI cannot draw {width} x {height} pixels.",
            f"Ask for a ratio between 1:3 and 3:1 and sides of at most {MAX_EDGE:,} pixels.",
            field="size",
        )
    grown = max(1.0, math.sqrt(MIN_PIXELS / (width * height)))
    return "x".join(str(math.ceil(side * grown / STEP) * STEP) for side in (width, height))


def patches_of(width: int, height: int) -> int:
    """Tokens of a photo at GPT Image 2 and later."""
    scale = min(2.0, max(1.0, MAGNIFIED / max(width, height)))
    return min(MOST_PATCHES, math.ceil(width * scale / PATCH) * math.ceil(height * scale / PATCH))


def tiles_of(width: int, height: int) -> int:
    """Tokens of a photo at the older ones: its shorter side is made that of one tile, so a strip has many of them."""
    return BARE + TILE * math.ceil(max(width, height) / min(width, height))


def _files(request: ImageRequest) -> list[tuple[str, bytes, str]]:
    """The references as the SDK sends them: name, bytes, media type. Raises InvalidRequest for what is no picture."""
    from designer.providers.remote.pictures import SUFFIXES, media_type_of

    kinds = [media_type_of(data) for data in request.references]
    return [
        (f"reference-{number}.{SUFFIXES[kind]}", data, kind)
        for number, (data, kind) in enumerate(zip(request.references, kinds, strict=True), start=1)
    ]


def _result(raw: Any, request: ImageRequest) -> ImageResult:
    """The usable pictures of an answer, with what was counted. Raises ProviderDown for an answer that is none."""
    from designer.providers.remote.client import garbled
    from designer.providers.remote.pictures import from_base64

    try:
        answer = raw.parse()
        items = list(answer.data)
    except (ValueError, TypeError, AttributeError) as error:  # no JSON, or none of an images answer
        raise garbled(VENDOR, "no images answer") from error
    texts = [text for item in items if isinstance(text := getattr(item, "b64_json", None), str)]
    pictures = [made for text in texts if (made := from_base64(text)) is not None]
    return ImageResult(
        images=tuple(pictures[: len(request.seeds)]),
        model=request.model,
        spoiled=len(texts) - len(pictures),
        usage=usage_of(getattr(answer, "usage", None)),
        request_id=raw.headers.get("x-request-id", ""),
    )


def usage_of(usage: Any) -> dict[str, int]:
    """Tokens by the house's names; those that are none left out. Output without details is images."""
    sent, made = getattr(usage, "input_tokens_details", None), getattr(usage, "output_tokens_details", None)
    told = {
        "text_in": getattr(sent, "text_tokens", None) if sent else getattr(usage, "input_tokens", None),
        "image_in": getattr(sent, "image_tokens", None),
        "text_out": getattr(made, "text_tokens", None),
        "image_out": getattr(made, "image_tokens", None) if made else getattr(usage, "output_tokens", None),
    }
    return {name: count for name, count in told.items() if isinstance(count, int) and count > 0}


def translated(error: APIStatusError, model: str) -> ProviderError:
    """OpenAI's refusal in the house's words."""
    code, kind, status = error.code or "", error.type or "", error.status_code
    words = clipped(_words(error))
    if code in NO_MONEY or kind in NO_MONEY or status == 402:
        return QuotaExhausted(
            "The OpenAI account is out of credit.", "Choose another model, or have an admin add credit."
        )
    if code in UNSAFE:
        return Moderated(f"OpenAI declined this: {words}", "Reword the brief.", stage=_stage(error))
    match status:
        case 401 | 403:
            return AuthFailed(
                "OpenAI refused the key, or what it may do.",
                "Choose another model meanwhile; an admin should check OPENAI_API_KEY and its project.",
                of_account=not is_of_some(words, model),
            )
        case 404 if code == "model_not_found":
            return ModelRetired(f"OpenAI no longer has {model}.")
        case 400 | 413 | 415 | 422:
            field = error.param or ""
            return InvalidRequest(f"OpenAI refused the request: {words}", field=FIELDS.get(field, field))
        case 429:
            return _rate_limited(error)
        case 408 | 504:
            return TimedOut("OpenAI ran out of time.", "It may have done the work: look at its usage page.")
    return ProviderDown(f"OpenAI failed with status {status}.", "Try again later, or choose another model.")


def _rate_limited(error: APIStatusError) -> RateLimited:
    from designer.providers.remote.waits import retry_at

    headers = {name.lower(): value for name, value in error.response.headers.items()}
    return RateLimited("OpenAI asks for a pause.", retry_at=retry_at(headers))


def _words(error: APIStatusError) -> object:
    """The vendor's sentence; a page of HTML has none."""
    if not isinstance(error.body, dict):
        return f"status {error.status_code}"
    return VIOLATIONS.sub(lambda found: f" ({found[1].replace('_', ' ')}).", str(error.body.get("message") or ""))


def _stage(error: APIStatusError) -> Any:
    """Whether the prompt or the drawn picture was declined; the prompt, if it is not said."""
    details = error.body.get("moderation_details") if isinstance(error.body, dict) else None
    stage = details.get("moderation_stage") if isinstance(details, dict) else None
    return "output" if stage == "output" else "input"
