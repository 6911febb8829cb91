"""Stability AI's Stable Image services over REST v2beta, as documented in November 2026."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any, Final

from PIL import Image, UnidentifiedImageError

from tests.simulators.providers.wire import Answer, Call, Charge, Route, answer, in_base64, picture

VENDOR: Final = "stability"
SIZES: Final = {
    "1:1": (1024, 1024), "2:3": (832, 1216), "3:2": (1216, 832), "4:5": (896, 1088), "5:4": (1088, 896),
    "9:16": (768, 1344), "16:9": (1344, 768), "9:21": (640, 1536), "21:9": (1536, 640),
}  # fmt: skip
SD3: Final = {"sd3.5-large", "sd3.5-large-turbo", "sd3.5-medium"}
MAX_SEED: Final = 4_294_967_294
COMMON: Final = {"prompt", "negative_prompt", "seed", "output_format"}
OWN: Final[Mapping[str, set[str]]] = {
    "sketch": {"control_strength"},
    "structure": {"control_strength"},
    "style": {"fidelity", "aspect_ratio"},
    "search-and-recolor": {"select_prompt", "grow_mask"},
}


def refusal(status: int, name: str, *errors: str, **headers: str) -> Answer:
    """Stability's error body."""
    return answer({"id": "f81964d6-e7e1-4d1a", "name": name, "errors": list(errors)}, status, **headers)


def asked_for(call: Call, behaviour: str | None, details: Mapping[str, Any]) -> Answer | None:
    if not call.key() or call.key() == "wrong" or behaviour == "unauthorized":
        status = details.get("status", 401)
        return refusal(status, "unauthorized", "authorization: missing or invalid API key")
    match behaviour:
        case "bad_field":
            field = details.get("field", "aspect_ratio")
            return refusal(400, "bad_request", f"{field}: must be one of the documented values")
        case "unprocessable":
            return refusal(422, "invalid_prompts", "prompt: must be in English")
        case "moderated":
            return refusal(403, "content_moderation", "Your request was flagged by our content moderation system.")
        case "retired":
            return refusal(404, "not_found", "This model is no longer available.")
        case "rate_limited":
            named = {"retry_after": str(details["retry_after"])} if "retry_after" in details else {}
            said = refusal(429, "rate_limit_exceeded", "You have exceeded 150 requests within 10 seconds.", **named)
            return Answer(status=429, body=said.body, headers={**said.headers, **details.get("headers", {})})
        case "quota":
            return refusal(402, "payment_required", "You lack sufficient credits to make this request.")
        case "error_500":
            return refusal(500, "internal_error", "An unexpected server error has occurred.")
        case "unavailable":
            return refusal(503, "service_unavailable", "The service is busy.")
    return None


def generate(call: Call, behaviour: str | None, details: dict[str, Any]) -> Answer:
    form, service = call.fields(), call.args["service"]
    model = form.get("model", "sd3.5-large") if service == "sd3" else service
    return _answered(call, behaviour, details, _refused(call), model)


def work_on_photo(call: Call, behaviour: str | None, details: dict[str, Any]) -> Answer:
    """The control services, and search-and-recolor."""
    kind, service = call.args["kind"], call.args["service"]
    model = service if kind == "edit" else f"control-{service}"
    return _answered(call, behaviour, details, _refused_service(call, service), model)


def _answered(call: Call, behaviour: str | None, details: dict[str, Any], refused: Answer | None, model: str) -> Answer:
    said_no = asked_for(call, behaviour, details) or refused
    if said_no is not None:
        return said_no
    form = call.fields()
    seed = int(form.get("seed", "0")) or call.number
    body: dict[str, Any] = {"finish_reason": "SUCCESS", "seed": seed}
    if behaviour == "moderated_output":
        return answer({"finish_reason": "CONTENT_FILTERED", "seed": seed})
    if behaviour not in ("no_images", "fewer_images"):
        body["image"] = _drawn(call, form, behaviour, seed)
    return answer(body, charge=Charge(model=model, images=1), x_request_id=f"req-{call.number}")


def _refused(call: Call) -> Answer | None:
    """What is wrong with the form, as Stability says it."""
    form, service = call.fields(), call.args["service"]
    if (wrong := _refused_words(call, form)) is not None:
        return wrong
    if service == "sd3" and form.get("model", "sd3.5-large") not in SD3:
        return refusal(404, "not_found", "This model is no longer available.")
    return _refused_photo(call, form)


def _refused_service(call: Call, service: str) -> Answer | None:
    form = call.fields()
    if (wrong := _refused_words(call, form)) is not None:
        return wrong
    if unknown := set(form) - COMMON - OWN[service]:
        return refusal(400, "bad_request", f"{min(unknown)}: is not a field of this service")
    if service == "search-and-recolor" and not 1 <= len(form.get("select_prompt", "")) <= 10_000:
        return refusal(400, "bad_request", "select_prompt: must be 1 to 10000 characters")
    for name in OWN[service] & {"control_strength", "fidelity"} & set(form):
        if not 0 <= float(form[name]) <= 1:
            return refusal(400, "bad_request", f"{name}: must be 0 to 1")
    photos = call.files("image")
    return _undecodable(photos[0].data) if photos else refusal(400, "bad_request", "image: is required")


def _refused_words(call: Call, form: Mapping[str, str]) -> Answer | None:
    if call.headers.get("accept") not in ("application/json", "image/*"):
        return refusal(400, "bad_request", "accept: must be one of 'image/*', 'application/json'")
    if not 1 <= len(form.get("prompt", "")) <= 10_000:
        return refusal(400, "bad_request", "prompt: must be 1 to 10000 characters")
    if form.get("aspect_ratio", "1:1") not in SIZES:
        return refusal(400, "bad_request", "aspect_ratio: must be one of the documented ratios")
    if not form.get("seed", "0").isdigit() or int(form.get("seed", "0")) > MAX_SEED:
        return refusal(400, "bad_request", f"seed: must be 0 to {MAX_SEED}")
    return None


def _refused_photo(call: Call, form: Mapping[str, str]) -> Answer | None:
    photos = call.files("image")
    if not photos:
        needs = form.get("mode") == "image-to-image"
        return refusal(400, "bad_request", "image: is required for image-to-image") if needs else None
    if call.args["service"] == "core":
        return refusal(400, "bad_request", "image: is not a field of this service")
    if "strength" not in form:
        return refusal(400, "bad_request", "strength: is required with an image")
    return _undecodable(photos[0].data)


def _undecodable(data: bytes) -> Answer | None:
    try:
        Image.open(io.BytesIO(data)).verify()
    except (UnidentifiedImageError, OSError, SyntaxError):
        return refusal(400, "bad_request", "image: cannot be decoded")
    return None


def _drawn(call: Call, form: Mapping[str, str], behaviour: str | None, seed: int) -> str:
    photos = call.files("image")
    width, height = SIZES[form.get("aspect_ratio", "1:1")]
    if photos and call.args["service"] != "style":  # which draws at the ratio that it is told
        width, height = Image.open(io.BytesIO(photos[0].data)).size
    if behaviour == "invalid_base64":
        return "%%% this is not base64 %%%"
    if behaviour == "wrong_media_type":
        return in_base64(b"%PDF-1.7 not a picture")
    return in_base64(picture(width // 2 if behaviour == "wrong_size" else width, height, seed % 1000))


ROUTES: Final = (
    Route("POST", "/v2beta/stable-image/generate/(?P<service>core|ultra|sd3)", generate),
    Route("POST", "/v2beta/stable-image/(?P<kind>control)/(?P<service>sketch|structure|style)", work_on_photo),
    Route("POST", "/v2beta/stable-image/(?P<kind>edit)/(?P<service>search-and-recolor)", work_on_photo),
)
