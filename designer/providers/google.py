"""Gemini's image models through Google's SDK: one picture per call. Imagen has ended.

Fields, finish reasons and errors as in the SDK google-genai 3.4 and the Gemini API's guide to images:
https://ai.google.dev/gemini-api/docs/image-generation. The models choose the pixels for a ratio and a size word; they
take no negative prompt, and no seed that would bring the same picture again. There is no idempotency key. A photo
counts as many tokens whatever its size: those of Vertex AI's pages, for Pro those of the price list, for 2.5 as many as
a picture that it draws.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final

from designer.providers.base import (
    AuthFailed,
    Cancelled,
    Capabilities,
    GeneratedImage,
    ImageRequest,
    ImageResult,
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
from designer.providers.registry import register
from designer.providers.remote.checks import check, clipped, installed, is_of_some

if TYPE_CHECKING:
    import httpx2
    from google.genai import Client, types
    from google.genai.errors import APIError

VENDOR: Final = "Google"
ROOT: Final = "https://generativelanguage.googleapis.com"
RATIOS: Final = ("1:1", "3:4", "4:3", "2:3", "3:2", "4:5", "9:16", "16:9", "5:4", "21:9")
SUCCESSOR: Final = "gemini-3.1-flash-image"
MAX_IMAGES, MAX_PROMPT = 8, 32_000
UNSAID: Final = frozenset({"STOP", "NO_IMAGE", "OTHER", "IMAGE_OTHER", "FINISH_REASON_UNSPECIFIED"})
UNSAFE: Final = frozenset(
    {
        "SAFETY", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "RECITATION", "IMAGE_SAFETY", "IMAGE_PROHIBITED_CONTENT",
        "IMAGE_RECITATION",
    }
)  # fmt: skip
FIELDS: Final = {"aspect_ratio": "aspect_ratio", "image_size": "size", "contents": "prompt", "model": "model"}


@dataclass(frozen=True, slots=True)
class Model:
    """`sizes`: its words for sizes with the most pixels each is asked for; the word "" is not sent at all."""

    sizes: tuple[tuple[str, int], ...]
    references: int = 14
    photo_tokens: int = 1120


ONE_K: Final = 1_600_000
MODELS: Final[Mapping[str, Model]] = {
    "gemini-3.1-flash-image": Model((("512", 300_000), ("1K", ONE_K), ("2K", 6_500_000), ("4K", 17_000_000))),
    "gemini-3.1-flash-lite-image": Model((("1K", ONE_K),)),
    "gemini-3-pro-image": Model((("1K", ONE_K), ("2K", 6_500_000), ("4K", 17_000_000)), photo_tokens=560),
    "gemini-2.5-flash-image": Model((("", ONE_K),), references=3, photo_tokens=1290),
}


@register
class GoogleImages:
    """Needs a key of the Gemini API; `base_url` is its root without the version."""

    name: ClassVar[str] = "google"
    simulated: ClassVar[bool] = False

    def __init__(self, config: ProviderConfig) -> None:
        self.config = config

    def is_ready(self) -> bool:
        return bool(self.config.api_key) and installed("google.genai")

    def capabilities(self, model: str) -> Capabilities:
        """Raises ModelRetired for Imagen, InvalidRequest for an unknown model."""
        if model.startswith("imagen"):
            raise ModelRetired(f"Google has shut {model} down.", f"Use {SUCCESSOR} instead.", successor=SUCCESSOR)
        if model not in MODELS:
            raise InvalidRequest(f"Google has no model {model!r}.", f"Use one of {', '.join(MODELS)}.", field="model")
        return Capabilities(
            seed=False,
            negative_prompt=False,
            max_references=MODELS[model].references,
            edits=True,
            photo_tokens=MODELS[model].photo_tokens,
            max_images=MAX_IMAGES,
            ratios=RATIOS,
            max_pixels=MODELS[model].sizes[-1][1],
            idempotency="none",
            images_per_call=1,
            exact_size=False,
        )

    def generate(
        self,
        request: ImageRequest,
        *,
        idempotency_key: str,
        cancelled: Callable[[], bool],
        progress: Callable[[float], None],
    ) -> ImageResult:
        """One call per image. Once a picture is there it is paid for: a later failure or a stop then leaves the rest
        undrawn, and what came is given."""
        check(request, self.capabilities(request.model), VENDOR, max_prompt=MAX_PROMPT)
        made: list[ImageResult] = []
        for number in range(len(request.seeds)):
            if cancelled():
                break
            progress(number / len(request.seeds))
            try:
                made.append(self._asked(request))
            except ProviderError as error:
                made.append(ImageResult(images=(), model=request.model, usage=error.usage))
                if not any(result.images for result in made):
                    error.usage = _together(made).usage
                    raise
                break
        if not made:
            raise Cancelled
        progress(1.0)
        return _together(made)

    def _asked(self, request: ImageRequest) -> ImageResult:
        from google.genai import errors

        from designer.providers.remote.client import bounded_client, fit_key, garbled

        key = fit_key(VENDOR, self.config.api_key)
        with bounded_client(VENDOR, timeout_s=request.timeout_s, mend=_readable) as http:
            client = self._client(key, http, request.timeout_s)
            try:
                answer = client.models.generate_content(
                    model=request.model, contents=_contents(request), config=_config(request)
                )
            except errors.APIError as error:
                raise translated(error, request.model) from error
            except (ValueError, TypeError, AttributeError) as error:  # the SDK could not read it
                raise garbled(VENDOR, "no answer of Gemini's") from error
        return _result(answer, request)

    def _client(self, key: str, http: httpx2.Client, timeout_s: float) -> Client:
        """The SDK's client, for the Gemini API whatever the environment says; it asks once only."""
        from google.genai import Client, types

        from designer.outbound import trusted

        options = types.HttpOptions(
            base_url=self.config.base_url or ROOT,
            api_version="v1",  # the SDK's own default, whatever the environment says
            timeout=max(1, round(timeout_s * 1000)),
            httpx_client=http,
            client_args={"verify": trusted()},  # else each client reads the trust store again
            async_client_args={"verify": trusted(), "ssl": trusted()},
            retry_options=types.HttpRetryOptions(attempts=1),
        )
        return Client(api_key=key, vertexai=False, http_options=options)


def _readable(body: bytes) -> bytes:
    """An answer in which each file and signature can be decoded: for one that cannot the SDK refuses the whole of it,
    with its other pictures and with the tokens that are billed."""
    try:
        return json.dumps(json.loads(body, object_hook=_decodable)).encode()
    except ValueError:  # no JSON, as the SDK will say
        return body


def _decodable(told: dict[str, Any]) -> dict[str, Any]:
    """This part of an answer; a file whose base64 is broken becomes one that holds its bare letters: no picture. A
    broken signature of its thoughts, which nobody here reads, is left out."""
    file = told.get("inlineData")
    if isinstance(file, dict) and not _is_base64(letters := file.get("data")):
        told = {
            **told,
            "inlineData": {**file, "data": base64.b64encode(str(letters).encode(errors="replace")).decode()},
        }
    if not _is_base64(told.get("thoughtSignature")):
        told = {name: value for name, value in told.items() if name != "thoughtSignature"}
    return told


def _is_base64(letters: object) -> bool:
    """By the SDK's own reading of it; None counts as well."""
    from google.genai import types

    try:
        types.Blob(data=letters)  # type: ignore[arg-type]
    except ValueError:
        return False
    return True


def size_of(request: ImageRequest) -> str:
    """The model's word for the smallest size that is large enough."""
    sizes = MODELS[request.model].sizes
    return next((word for word, most in sizes if request.width * request.height <= most), sizes[-1][0])


def _contents(request: ImageRequest) -> Any:
    """The references, then the words. Raises InvalidRequest for a reference that is no picture."""
    from google.genai import types

    from designer.providers.remote.pictures import media_type_of

    parts = [types.Part.from_bytes(data=data, mime_type=media_type_of(data)) for data in request.references]
    return [types.Content(role="user", parts=[*parts, types.Part.from_text(text=request.prompt)])]


def _config(request: ImageRequest) -> types.GenerateContentConfig:
    from google.genai import types

    image = types.ImageConfig(aspect_ratio=request.aspect_ratio, image_size=size_of(request) or None)
    by_itself = types.AutomaticFunctionCallingConfig(disable=True)  # else the SDK may call again
    return types.GenerateContentConfig(
        response_modalities=["IMAGE"], image_config=image, automatic_function_calling=by_itself
    )


def _together(made: list[ImageResult]) -> ImageResult:
    """Several answers as one: their pictures, their tokens added up."""
    usage: dict[str, int] = {}
    for result in made:
        for sort, count in result.usage.items():
            usage[sort] = usage.get(sort, 0) + count
    images = tuple(image for result in made for image in result.images)
    ids = " ".join(result.request_id for result in made if result.request_id)
    said = "" if images else made[-1].said
    spoiled = sum(result.spoiled for result in made)
    facts: dict[str, Any] = {"usage": usage, "said": said, "request_id": ids}
    return ImageResult(images=images, model=made[0].model, spoiled=spoiled, **facts)


def _result(answer: types.GenerateContentResponse, request: ImageRequest) -> ImageResult:
    """The picture of an answer. Raises Moderated if it was declined, ProviderDown if the answer is none."""
    from designer.providers.remote.client import garbled

    usage = usage_of(answer.usage_metadata)
    blocked = answer.prompt_feedback.block_reason if answer.prompt_feedback else None
    if blocked:
        remedy = "Reword the brief, or leave the reference out."
        raise Moderated("Google declined the prompt.", remedy, stage="input", usage=usage)
    said = [each for each in answer.candidates or () if each.content or each.finish_reason]
    if not said and answer.usage_metadata is None:
        raise garbled(VENDOR, "no candidates")
    pictures = list(_pictures(answer))
    reasons = {candidate.finish_reason.name for candidate in said if candidate.finish_reason}
    if not pictures and reasons & UNSAFE:
        raise Moderated("Google drew it and declined to show it.", "Reword the brief.", stage="output", usage=usage)
    return ImageResult(
        images=tuple(pictures[:1]),
        model=answer.model_version or request.model,
        spoiled=int(not pictures and any(_finished(answer))),
        usage=usage,
        said="" if pictures else _words(answer),
        request_id=answer.response_id or "",
    )


def _words(answer: types.GenerateContentResponse) -> str:
    """What it wrote in place of a picture, or the reason why there is none, where that says more than just this: the
    SDK drops its message."""
    candidates = answer.candidates or ()
    parts = [part for each in candidates if each.content for part in each.content.parts or () if not part.thought]
    written = " ".join(part.text for part in parts if part.text)
    reasons = (each.finish_reason.name for each in candidates if each.finish_reason)
    return clipped(written or ", ".join(each.replace("_", " ").lower() for each in reasons if each not in UNSAID))


def _pictures(answer: types.GenerateContentResponse) -> Iterator[GeneratedImage]:
    """The finished pictures; those that the model drew while it was thinking are left out."""
    from designer.providers.remote.pictures import generated

    return (made for data in _finished(answer) if (made := generated(data)) is not None)


def _finished(answer: types.GenerateContentResponse) -> Iterator[bytes]:
    """What was sent as one."""
    contents = [candidate.content for candidate in answer.candidates or () if candidate.content]
    for part in (part for content in contents for part in content.parts or ()):
        if part.inline_data and part.inline_data.data and not part.thought:
            yield part.inline_data.data


def usage_of(usage: Any) -> dict[str, int]:
    """Tokens by the house's names; those that are none left out. Without details, what came is a picture."""
    if usage is None:
        return {}
    sent, made = _by_modality(usage.prompt_tokens_details), _by_modality(usage.candidates_tokens_details)
    thoughts = usage.thoughts_token_count or 0
    told = {
        "text_in": sent.get("TEXT", 0) if sent else usage.prompt_token_count or 0,
        "image_in": sent.get("IMAGE", 0),
        "text_out": made.get("TEXT", 0) + thoughts,
        "image_out": made.get("IMAGE", 0) if made else usage.candidates_token_count or 0,
    }
    return {name: count for name, count in told.items() if count > 0}


def _by_modality(details: Any) -> dict[str, int]:
    return {each.modality.name: each.token_count or 0 for each in details or () if each.modality}


def translated(error: APIError, model: str) -> ProviderError:
    """Google's refusal in the house's words."""
    status, words, details = int(error.code or 0), clipped(error.message), _details(error)
    match status:
        case 401 | 403:
            return _auth(of_account=status == 401 or not is_of_some(words, model))
        case 400 if _reason(details) == "API_KEY_INVALID":
            return _auth()
        case 402:
            return _quota([])
        case 404 if error.status == "NOT_FOUND":  # Google's own word: a gateway's 404 says nothing of the model
            return ModelRetired(f"Google no longer has {model}.")
        case 400 | 413 | 422:
            return InvalidRequest(f"Google refused the request: {words}", field=_field(details))
        case 429:
            return _quota(details) if _is_used_up(details) else _rate_limited(error, details)
        case 408 | 504:
            return TimedOut("Google ran out of time.", "It may have done the work: look at its usage page.")
    return ProviderDown(f"Google failed with status {status}.", "Try again later, or choose another model.")


def _auth(*, of_account: bool = True) -> AuthFailed:
    return AuthFailed(
        "Google refused the key, or what it may do.",
        "Choose another model meanwhile; an admin should check GOOGLE_API_KEY and its project.",
        of_account=of_account,
    )


def _quota(details: list[Mapping[str, Any]]) -> QuotaExhausted:
    """Of the project, or where the quota's own name ends so of one model in it."""
    broken = _quotas(details)
    return QuotaExhausted(
        "The Google project has used up its quota.",
        "Choose another model, or have an admin raise it.",
        of_account=not broken or any("PerModel" not in str(each.get("quotaId", "")) for each in broken),
    )


def _rate_limited(error: APIError, details: list[Mapping[str, Any]]) -> RateLimited:
    """The pause is in RetryInfo (google.rpc), else in a header."""
    from designer.providers.remote.waits import after, retry_at, seconds_of

    said = next((str(each["retryDelay"]) for each in details if "retryDelay" in each), "")
    seconds = seconds_of(said) if said else None
    headers = {name.lower(): value for name, value in getattr(error.response, "headers", {}).items()}
    when = retry_at(headers) if seconds is None else after(seconds)
    return RateLimited("Google asks for a pause.", retry_at=when)


def _details(error: APIError) -> list[Mapping[str, Any]]:
    """The typed additions of google.rpc.Status; [] for an answer without them."""
    body = error.details.get("error", {}) if isinstance(error.details, dict) else {}
    found = body.get("details", []) if isinstance(body, dict) else []
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _reason(details: list[Mapping[str, Any]]) -> str:
    return next((str(each["reason"]) for each in details if "reason" in each), "")


def _field(details: list[Mapping[str, Any]]) -> str:
    """The house's name of the field that BadRequest complains of; "" if it names none."""
    told = [broken for each in details for broken in each.get("fieldViolations", []) if isinstance(broken, dict)]
    last = str(told[0].get("field", "")).rpartition(".")[2] if told else ""
    return FIELDS.get(last, last)


def _is_used_up(details: list[Mapping[str, Any]]) -> bool:
    """Whether a quota of the day is gone, or is none at all: a pause of seconds would not help."""
    return any(
        "PerDay" in str(each.get("quotaId", "")) or str(each.get("quotaValue", "")) == "0" for each in _quotas(details)
    )


def _quotas(details: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The quotas that QuotaFailure names."""
    return [each for detail in details for each in detail.get("violations", []) if isinstance(each, dict)]
