"""Gemini's image models over the Gemini API as documented in November 2026, and Imagen as the family that ended."""

from __future__ import annotations

import base64
import binascii
import io
import re
from collections.abc import Mapping
from typing import Any, Final

from PIL import Image, UnidentifiedImageError

from tests.simulators.providers.wire import Answer, Call, Charge, Route, answer, in_base64, picture

VENDOR: Final = "google"
TYPE: Final = "type.googleapis.com/google.rpc."
K1: Final[Mapping[str, int]] = {"1K": 1120}
MODELS: Final[Mapping[str, Mapping[str, int]]] = {
    "gemini-3.1-flash-image": {"512": 747, "1K": 1120, "2K": 1680, "4K": 2520},
    "gemini-3.1-flash-lite-image": K1,
    "gemini-3-pro-image": {"1K": 1120, "2K": 1120, "4K": 2000},
    "gemini-2.5-flash-image": {"": 1290},
}  # the sizes each takes, and the tokens of one picture
RATIOS: Final = {
    "1:1": (1024, 1024), "2:3": (848, 1264), "3:2": (1264, 848), "3:4": (896, 1200), "4:3": (1200, 896),
    "4:5": (928, 1152), "5:4": (1152, 928), "9:16": (768, 1376), "16:9": (1376, 768), "21:9": (1584, 672),
}  # fmt: skip
SCALE: Final = {"512": 0.5, "1K": 1.0, "": 1.0, "2K": 2.0, "4K": 4.0}
IMAGE_IN: Final[Mapping[str, int]] = {
    "gemini-3.1-flash-image": 1120,
    "gemini-3.1-flash-lite-image": 1120,
    "gemini-3-pro-image": 560,
    "gemini-2.5-flash-image": 1290,
}  # tokens of one picture sent along
MAX_FILES: Final = 14
CONFIG: Final = {
    "responseModalities", "imageConfig", "candidateCount", "temperature", "topP", "topK", "maxOutputTokens",
    "stopSequences", "seed", "thinkingConfig", "mediaResolution", "responseFormat",
}  # fmt: skip


class Refusal(Exception):
    """What is wrong with a request, as the answer to it."""

    def __init__(self, said: Answer) -> None:
        super().__init__(said.status)
        self.said = said


def refusal(status: int, name: str, message: str, *details: Mapping[str, Any], **headers: str) -> Answer:
    """Google's error body: `name` is its canonical code, `details` its typed additions."""
    error: dict[str, Any] = {"code": status, "message": message, "status": name}
    if details:
        error["details"] = list(details)
    return answer({"error": error}, status, **headers)


def bad_field(field: str, why: str = "Invalid value.") -> Answer:
    violation = {"field": field, "description": why}
    about = {"@type": f"{TYPE}BadRequest", "fieldViolations": [violation]}
    return refusal(400, "INVALID_ARGUMENT", f"* {field}: {why}", about)


def bad_key() -> Answer:
    info = {"@type": f"{TYPE}ErrorInfo", "reason": "API_KEY_INVALID", "domain": "googleapis.com"}
    return refusal(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.", info)


def without_key(call: Call) -> Answer | None:
    """How Google refuses a call without a key (403) or with the key "wrong" (400)."""
    if call.key() == "wrong":
        return bad_key()
    words = "Method doesn't allow unregistered callers (callers without established identity)."
    return None if call.key() else refusal(403, "PERMISSION_DENIED", words)


def asked_for(behaviour: str | None, details: Mapping[str, Any], model: str) -> Answer | None:
    """The refusal that is planned, in Google's words; None when the call goes on. Language endpoints use it too."""
    match behaviour:
        case "bad_field":
            return bad_field(str(details.get("field", "generation_config.image_config.aspect_ratio")))
        case "unauthorized" if details.get("status") in (401, 403):
            name = {401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED"}[details["status"]]
            return refusal(details["status"], name, "Permission denied for this project.")
        case "unauthorized":
            return bad_key()
        case "retired":
            return not_found(model)
        case "unprocessable":
            return refusal(400, "INVALID_ARGUMENT", "Unable to process input image. Please retry or report.")
        case "rate_limited":
            return _exhausted("GenerateRequestsPerMinutePerProjectPerModel", details)
        case "quota":
            return _exhausted("GenerateRequestsPerDayPerProjectPerModel", details)
        case "error_500":
            return refusal(500, "INTERNAL", "An internal error has occurred. Please retry.")
        case "unavailable":
            return refusal(503, "UNAVAILABLE", "The model is overloaded. Please try again later.")
    return None


def _exhausted(quota: str, details: Mapping[str, Any]) -> Answer:
    about: list[dict[str, Any]] = [
        {"@type": f"{TYPE}QuotaFailure", "violations": [{"quotaId": quota, "quotaMetric": "generate_requests"}]}
    ]
    if "retry_after" in details:
        about.append({"@type": f"{TYPE}RetryInfo", "retryDelay": f"{details['retry_after']}s"})
    words = "You exceeded your current quota, please check your plan and billing details."
    said = refusal(429, "RESOURCE_EXHAUSTED", words, *about)
    return Answer(status=429, body=said.body, headers=details.get("headers", {}))


def not_found(model: str) -> Answer:
    words = f"models/{model} is not found for API version v1beta, or is not supported for this method."
    return refusal(404, "NOT_FOUND", words)


def generate(call: Call, behaviour: str | None, details: dict[str, Any]) -> Answer:
    """models/{model}:generateContent of an image model."""
    model = call.args["model"]
    refused = without_key(call) or asked_for(behaviour, details, model)
    if refused is not None:
        return refused
    try:
        prompt, sent, ratio, size = _read(camel(call.json()), model)
    except Refusal as stop:
        return stop.said
    return _answered(call, model, behaviour, details, prompt=prompt, sent=sent, ratio=ratio, size=size)


def camel(told: Any) -> Any:
    """JSON with its keys in lowerCamelCase: Google takes the names of its fields in either spelling, and the SDK
    sends both."""
    if isinstance(told, list):
        return [camel(each) for each in told]
    if not isinstance(told, dict):
        return told
    return {re.sub("_([a-z])", lambda found: found[1].upper(), name): camel(each) for name, each in told.items()}


def _read(wish: Mapping[str, Any], model: str) -> tuple[str, int, str, str]:
    """(prompt, tokens of the pictures sent, ratio, size) of a request. Raises Refusal."""
    if model not in MODELS:
        raise Refusal(not_found(model))
    config = wish.get("generationConfig", {})
    for field in sorted(set(config) - CONFIG):
        raise Refusal(bad_field(f"generation_config.{field}", "Cannot find field."))
    if "IMAGE" not in config.get("responseModalities", ["TEXT", "IMAGE"]):
        raise Refusal(bad_field("generation_config.response_modalities", "This model answers with images."))
    image = config.get("imageConfig", {})
    ratio, size = image.get("aspectRatio", "1:1"), image.get("imageSize", next(iter(MODELS[model])))
    if ratio not in RATIOS:
        raise Refusal(bad_field("generation_config.image_config.aspect_ratio"))
    if size not in MODELS[model]:
        raise Refusal(bad_field("generation_config.image_config.image_size"))
    parts = [part for content in wish.get("contents", []) for part in content.get("parts", [])]
    prompt = " ".join(part["text"] for part in parts if "text" in part)
    files = [part["inlineData"] for part in parts if "inlineData" in part]
    if not prompt or len(files) > MAX_FILES:
        raise Refusal(bad_field("contents"))
    for file in files:
        _check_file(file)
    return prompt, len(files) * IMAGE_IN[model], ratio, size


def _check_file(file: Mapping[str, str]) -> None:
    try:
        data = base64.b64decode(file["data"].replace("-", "+").replace("_", "/"), validate=True)
        kind = Image.open(io.BytesIO(data)).get_format_mimetype()
    except (binascii.Error, UnidentifiedImageError):
        kind = None
    if kind is None or kind != file.get("mimeType"):
        raise Refusal(refusal(400, "INVALID_ARGUMENT", "Unable to process input image. Please retry or report."))


def _answered(
    call: Call, model: str, behaviour: str | None, details: Mapping[str, Any],
    *, prompt: str, sent: int, ratio: str, size: str,
) -> Answer:  # fmt: skip
    reason = str(details.get("reason", ""))
    if behaviour == "moderated":
        feedback = {"blockReason": reason or "PROHIBITED_CONTENT"}
        return _said(call, model, {"promptFeedback": feedback}, _usage(prompt, sent, 0))
    if behaviour in ("moderated_output", "no_images", "fewer_images"):
        why = reason or ("IMAGE_SAFETY" if behaviour == "moderated_output" else "NO_IMAGE")
        told = {"finishReason": why, "index": 0, "finishMessage": "Unable to show the generated image."}
        drawn = MODELS[model][size] if behaviour == "moderated_output" else 0  # it was drawn before it was looked at
        return _said(call, model, {"candidates": [told]}, _usage(prompt, sent, drawn))
    width, height = (round(side * SCALE[size]) for side in RATIOS[ratio])
    if behaviour == "wrong_size":
        width //= 2
    inline = {"mimeType": "image/png", "data": in_base64(picture(width, height, call.number))}
    if behaviour == "invalid_base64":
        inline["data"] = "%%% this is not base64 %%%"
    elif behaviour == "wrong_media_type":
        inline = {"mimeType": "application/pdf", "data": in_base64(b"%PDF-1.7 not a picture")}
    content = {"role": "model", "parts": [{"inlineData": inline}]}
    usage = _usage(prompt, sent, MODELS[model][size])
    candidate = {"content": content, "finishReason": "STOP", "index": 0}
    return _said(call, model, {"candidates": [candidate]}, usage)


def _usage(prompt: str, image: int, made: int) -> dict[str, Any]:
    text = max(1, len(prompt) // 4)
    sent = [{"modality": "TEXT", "tokenCount": text}] + [{"modality": "IMAGE", "tokenCount": image}] * bool(image)
    usage: dict[str, Any] = {"promptTokenCount": text + image, "promptTokensDetails": sent}
    if made:
        usage |= {
            "candidatesTokenCount": made, "candidatesTokensDetails": [{"modality": "IMAGE", "tokenCount": made}]
        }  # fmt: skip
    return usage | {"totalTokenCount": text + image + made}


def _said(call: Call, model: str, body: dict[str, Any], usage: dict[str, Any]) -> Answer:
    about = {"usageMetadata": usage, "modelVersion": model, "responseId": f"resp-{call.number}"}
    made = usage.get("candidatesTokenCount", 0)
    charge = Charge(model=model, images=int(bool(made)), usage=billed(usage))
    return answer({**body, **about}, charge=charge)


def billed(usage: Mapping[str, Any]) -> dict[str, int]:
    """The tokens under the house's names."""
    named = {f"{each['modality'].lower()}_in": each["tokenCount"] for each in usage["promptTokensDetails"]}
    made = usage.get("candidatesTokensDetails", [])
    return named | {f"{each['modality'].lower()}_out": each["tokenCount"] for each in made}


def predict(call: Call, behaviour: str | None, details: dict[str, Any]) -> Answer:
    """models/{model}:predict, Imagen's method: its last models were shut down in August 2026."""
    return without_key(call) or asked_for(behaviour, details, call.args["model"]) or not_found(call.args["model"])


def models(call: Call, behaviour: str | None, details: dict[str, Any]) -> Answer:
    listed = [
        {"name": f"models/{each}", "displayName": each, "supportedGenerationMethods": ["generateContent"]}
        for each in MODELS
    ]
    return without_key(call) or asked_for(behaviour, details, "") or answer({"models": listed})


ROUTES: Final = (
    Route("POST", r"/v1(?:beta)?/models/(?P<model>[\w.-]*image[\w.-]*):generateContent", generate),
    Route("POST", r"/v1(?:beta)?/models/(?P<model>[\w.-]+):predict", predict),
    Route("GET", "/v1(?:beta)?/models", models),
)
