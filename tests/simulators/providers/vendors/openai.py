"""OpenAI's images as documented in November 2026: generations, edits, the list of models; its limits and refusals."""

from __future__ import annotations

import io
import math
import re
import time
from collections.abc import Mapping
from typing import Any, Final

from PIL import Image, UnidentifiedImageError

from tests.simulators.providers.wire import Answer, Call, Charge, Route, answer, in_base64, picture

VENDOR: Final = "openai"
RETIRED: Final = ("dall-e-2", "dall-e-3", "gpt-image-1")
FINE: Final = ("low", "medium", "high", "auto")
ANY_SIZE: Final[Mapping[str, tuple[str, ...]]] = {
    "gpt-image-2": FINE,
    "gpt-image-2.5-flare": (*FINE, "xhigh", "max"),
    "gpt-image-2.5-sunburst": (*FINE, "xhigh", "max"),
    "gpt-image-2.6-flare": FINE,
    "gpt-image-2.6-sunburst": FINE,
}  # width and height in steps of 16, 1:3 to 3:1, 655,360 to 8,294,400 pixels
THREE_SIZES: Final[Mapping[str, tuple[str, ...]]] = {"gpt-image-1.5": FINE, "gpt-image-1-mini": FINE}
MODELS: Final = {**ANY_SIZE, **THREE_SIZES}
SIZES: Final = ("1024x1024", "1536x1024", "1024x1536", "auto")
ENDS: Final = {"gpt-image-1.5": "2026-12-01", "gpt-image-1-mini": "2026-12-01"}
KNOWN: Final = {
    "model", "prompt", "n", "size", "quality", "background", "output_format", "output_compression", "moderation",
    "safety_identifier", "user", "complexity", "stream", "partial_images", "image", "mask", "input_fidelity",
}  # fmt: skip
LATEST: Final = {"low": 200, "medium": 433, "high": 1767, "xhigh": 3133, "max": 7033}
# of 1024 x 1024 pixels: what is published per image, by the published price of a token
TOKENS: Final[Mapping[str, Mapping[str, int]]] = {
    **dict.fromkeys(ANY_SIZE, LATEST),
    "gpt-image-2": {"low": 200, "medium": 1767, "high": 7033},
    "gpt-image-1.5": {"low": 272, "medium": 1056, "high": 4160},
    "gpt-image-1-mini": {"low": 625, "medium": 1375, "high": 4500},
}
GROWTH: Final = 0.31  # power of the pixels by which the newer ones' tokens grow: 3840 x 2160 costs 1.9 times as much
PATCH, BUDGET, EDGE = 32, 1536, 1024  # a patch's side; the most of them; the longer side of what is magnified
MAX_PROMPT: Final = 32_000
MAX_FILES: Final = 16


class Refusal(Exception):
    """What is wrong with a request, as the answer to it."""

    def __init__(self, said: Answer) -> None:
        super().__init__(said.status)
        self.said = said


def refusal(
    status: int,
    message: str,
    *,
    code: str | None = None,
    param: str | None = None,
    kind: str = "invalid_request_error",
    headers: Mapping[str, str] | None = None,
    **more: Any,
) -> Answer:
    """OpenAI's error body."""
    error = {"message": message, "type": kind, "param": param, "code": code, **more}
    said = answer({"error": error}, status)
    return Answer(status=status, body=said.body, headers=headers or {})


def with_headers(call: Call, said: Answer) -> Answer:
    """The answer with what OpenAI tells in its headers: the request's id and how much may still be asked."""
    told = {
        "x-request-id": f"req_{call.number:032x}", "openai-version": "2020-10-01", "openai-processing-ms": "17",
        "x-ratelimit-limit-requests": "500", "x-ratelimit-remaining-requests": "499",
        "x-ratelimit-reset-requests": "120ms",
    }  # fmt: skip
    return Answer(
        status=said.status, body=said.body, media_type=said.media_type, charge=said.charge,
        headers={**told, **said.headers},
    )  # fmt: skip


def asked_for(behaviour: str | None, details: Mapping[str, Any], model: str) -> Answer | None:
    """The refusal that is planned, in OpenAI's words; None when the call goes on. Language endpoints use it too."""
    field = str(details.get("field", "size"))
    match behaviour:
        case "bad_field":
            return refusal(400, f"Invalid value for '{field}'.", code="invalid_value", param=field)
        case "unauthorized" if details.get("status") == 403:
            return refusal(403, f"Your organization must be verified to use the model `{model}`.")
        case "unauthorized":
            return refusal(401, "Incorrect API key provided: sim****key.", code="invalid_api_key")
        case "moderated" | "moderated_output":
            stage = "output" if behaviour == "moderated_output" else "input"
            words = "Your request was rejected by the safety system. safety_violations=[sexual]."
            said = {"moderation_stage": stage, "categories": ["sexual"]}
            return refusal(
                400, words, code="moderation_blocked", kind="image_generation_user_error", moderation_details=said
            )
        case "retired":
            return not_found(model)
        case "unprocessable":
            return refusal(422, "The request could not be processed.", param=str(details.get("field", "prompt")))
        case "rate_limited":
            return _rate_limited(details)
        case "quota":
            words = "You exceeded your current quota, please check your plan and billing details."
            return refusal(429, words, code="insufficient_quota", kind="insufficient_quota")
        case "error_500":
            return refusal(500, "The server had an error while processing your request.", kind="server_error")
        case "unavailable":
            return refusal(503, "The engine is currently overloaded, please try again later.", kind="overloaded_error")
    return None


def _rate_limited(details: Mapping[str, Any]) -> Answer:
    wait = {"retry-after": str(details["retry_after"])} if "retry_after" in details else {}
    words = "Rate limit reached for images per min. Please try again later."
    headers = {"x-ratelimit-remaining-requests": "0", **wait, **details.get("headers", {})}
    return refusal(429, words, code="rate_limit_exceeded", kind="requests", headers=headers)


def not_found(model: str) -> Answer:
    words = f"The model `{model}` does not exist or you do not have access to it."
    return refusal(404, words, code="model_not_found", param="model")


def without_key(call: Call) -> Answer | None:
    """401 for a call without a key, or with the key "wrong"."""
    if call.key() in ("", "wrong"):
        return refusal(401, "You didn't provide a valid API key.", code="invalid_api_key")
    return None


def generations(call: Call, behaviour: str | None, details: dict[str, Any]) -> Answer:
    return with_headers(call, _made(call, call.json(), [], behaviour, details))


def edits(call: Call, behaviour: str | None, details: dict[str, Any]) -> Answer:
    wish: dict[str, Any] = dict(call.fields())
    if wish.get("n", "").isdigit():
        wish["n"] = int(wish["n"])
    files = [part.data for part in call.files("image")]
    return with_headers(call, _made(call, wish, files, behaviour, details, editing=True))


def _made(
    call: Call, wish: dict[str, Any], files: list[bytes], behaviour: str | None, details: dict[str, Any],
    *, editing: bool = False,
) -> Answer:  # fmt: skip
    model = str(wish.get("model", ""))
    refused = without_key(call) or asked_for(behaviour, details, model)
    if refused is not None:
        return refused
    try:
        _check(wish, model)
        if editing:
            _check_files(files)
    except Refusal as stop:
        return stop.said
    return _images(wish, model, sum(photo_tokens(model, each) for each in files), behaviour, call.number)


def photo_tokens(model: str, data: bytes) -> int:
    """What one picture sent along counts, as users of the API have measured it."""
    width, height = Image.open(io.BytesIO(data)).size
    if model not in ANY_SIZE:  # tiles of 512, after the shorter side was made that
        return 65 + 129 * math.ceil(max(width, height) / min(width, height))
    scale = min(2.0, max(1.0, EDGE / max(width, height)))
    patches = math.ceil(width * scale / PATCH) * math.ceil(height * scale / PATCH)
    return min(BUDGET, patches)


def _check(wish: Mapping[str, Any], model: str) -> None:
    if model not in MODELS:
        raise Refusal(not_found(model))
    for field in sorted(set(wish) - KNOWN):
        raise Refusal(refusal(400, f"Unknown parameter: '{field}'.", code="unknown_parameter", param=field))
    prompt, n = wish.get("prompt"), wish.get("n", 1)
    if not isinstance(prompt, str) or not prompt:
        raise Refusal(
            refusal(400, "Missing required parameter: 'prompt'.", code="missing_required_parameter", param="prompt")
        )
    if len(prompt) > MAX_PROMPT:
        raise _invalid("prompt", "string_above_max_length")
    if not isinstance(n, int) or not 1 <= n <= 10:
        raise _invalid("n", "integer_out_of_range")
    if wish.get("quality", "auto") not in MODELS[model]:
        raise _invalid("quality")
    if not size_is_fine(model, str(wish.get("size", "auto"))):
        raise _invalid("size")
    if wish.get("output_format", "png") not in ("png", "webp", "jpeg"):
        raise _invalid("output_format")


def _invalid(field: str, code: str = "invalid_value") -> Refusal:
    return Refusal(refusal(400, f"Invalid value for '{field}'.", code=code, param=field))


def size_is_fine(model: str, size: str) -> bool:
    """Whether the model takes WIDTHxHEIGHT."""
    found = re.fullmatch(r"(\d+)x(\d+)", size)
    if size in SIZES or model in THREE_SIZES or found is None:
        return size in SIZES
    width, height = int(found[1]), int(found[2])
    short, long = sorted((width, height))
    fits = 655_360 <= width * height <= 8_294_400 and long <= 3840
    return width % 16 == 0 == height % 16 and long <= 3 * short and fits


def _check_files(files: list[bytes]) -> None:
    if not files:
        raise Refusal(
            refusal(400, "Missing required parameter: 'image'.", code="missing_required_parameter", param="image")
        )
    if len(files) > MAX_FILES:
        raise _invalid("image", "array_above_max_length")
    for data in files:
        try:
            kind = Image.open(io.BytesIO(data)).format
        except UnidentifiedImageError:
            kind = None
        if kind not in ("PNG", "JPEG", "WEBP"):
            raise _invalid("image", "invalid_image_file")


def _images(wish: Mapping[str, Any], model: str, sent: int, behaviour: str | None, number: int) -> Answer:
    size = str(wish.get("size", "auto")).replace("auto", "1024x1024")
    width, height = map(int, size.split("x"))
    quality = str(wish.get("quality", "auto")).replace("auto", "medium")
    kind = str(wish.get("output_format", "png"))
    count = int(wish.get("n", 1))
    drawn = {"no_images": 0, "fewer_images": count - 1}.get(behaviour or "", count)
    sides = (width // 2, height) if behaviour == "wrong_size" else (width, height)
    pictures = [in_base64(picture(*sides, number * 10 + index, kind.upper())) for index in range(drawn)]
    if behaviour == "invalid_base64":
        pictures = ["%%% this is not base64 %%%"] * drawn
    elif behaviour == "wrong_media_type":
        pictures = [in_base64(b"%PDF-1.7 not a picture")] * drawn
    each = TOKENS[model][quality] * (width * height / 1024**2) ** (GROWTH if model in ANY_SIZE else 1)
    usage = _usage(str(wish["prompt"]), drawn * sent, drawn * round(each))  # photos are billed for each image
    body = {
        "created": int(time.time()), "background": "opaque", "output_format": kind, "quality": quality, "size": size,
        "data": [{"b64_json": data} for data in pictures], "usage": usage,
    }  # fmt: skip
    return answer(body, charge=Charge(model=model, images=drawn, usage=billed(usage)))


def _usage(prompt: str, image: int, out: int) -> dict[str, Any]:
    text = max(1, len(prompt) // 4)
    return {
        "input_tokens": text + image, "input_tokens_details": {"text_tokens": text, "image_tokens": image},
        "output_tokens": out, "output_tokens_details": {"text_tokens": 0, "image_tokens": out},
        "total_tokens": text + image + out,
    }  # fmt: skip


def billed(usage: Mapping[str, Any]) -> dict[str, int]:
    """The tokens under the house's names, those that are none left out."""
    said, made = usage["input_tokens_details"], usage["output_tokens_details"]
    named = {
        "text_in": said["text_tokens"], "image_in": said["image_tokens"],
        "text_out": made["text_tokens"], "image_out": made["image_tokens"],
    }  # fmt: skip
    return {name: count for name, count in named.items() if count}


def models(call: Call, behaviour: str | None, details: dict[str, Any]) -> Answer:
    refused = without_key(call) or asked_for(behaviour, details, "")
    return with_headers(call, refused or answer({"object": "list", "data": [_model(each) for each in MODELS]}))


def model(call: Call, behaviour: str | None, details: dict[str, Any]) -> Answer:
    name = call.args["model"]
    refused = without_key(call) or asked_for(behaviour, details, name)
    found = answer(_model(name)) if name in MODELS else not_found(name)
    return with_headers(call, refused or found)


def _model(name: str) -> dict[str, Any]:
    ends = {"shutdown_date": ENDS[name]} if name in ENDS else {}
    return {"id": name, "object": "model", "created": 1_770_000_000, "owned_by": "system", **ends}


ROUTES: Final = (
    Route("POST", "/v1/images/generations", generations),
    Route("POST", "/v1/images/edits", edits),
    Route("GET", "/v1/models", models),
    Route("GET", "/v1/models/(?P<model>[^/]+)", model),
)
