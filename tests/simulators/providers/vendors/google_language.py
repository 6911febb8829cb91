"""generateContent of Gemini's language models, as far as structured answers need it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tests.simulators.providers import talk
from tests.simulators.providers.vendors.google import asked_for, bad_field, camel, not_found, refusal, without_key
from tests.simulators.providers.wire import Answer, Call, Charge, Route, answer

VENDOR: Final = "google"
MODELS: Final = ("gemini-3.1-flash-lite", "gemini-3.8-flash")
THOUGHTS: Final = 40


def generate(call: Call, behaviour: str | None, details: dict[str, Any]) -> Answer:
    """models/{model}:generateContent of a model that answers with words."""
    model = call.args["model"]
    refused = without_key(call) or asked_for(behaviour, details, model)
    return refused or _answered(call, model, behaviour, details)


def _answered(call: Call, model: str, behaviour: str | None, details: Mapping[str, Any]) -> Answer:
    wish = call.json()  # the schema's own names stay as they are, so only what is around it is respelled
    config = {key: value for name, value in wish.get("generationConfig", {}).items() for key in camel({name: 0})}
    if model not in MODELS:
        return not_found(model)
    if config.get("responseMimeType") != "application/json" or "responseJsonSchema" not in config:
        return bad_field("generation_config.response_json_schema", "A schema is needed.")
    parts = [part for content in camel(wish.get("contents", [])) for part in content.get("parts", [])]
    text = " ".join(part["text"] for part in parts if "text" in part)
    try:
        pictures = [talk.picture_of(part["inlineData"]["data"]) for part in parts if "inlineData" in part]
    except talk.NoPicture:
        return refusal(400, "INVALID_ARGUMENT", "Unable to process input image. Please retry or report.")
    said = talk.answered(text, config["responseJsonSchema"], pictures, details)
    return _body(call, model, behaviour, said, _usage(text, len(pictures), said))


def _body(call: Call, model: str, behaviour: str | None, said: str, usage: Mapping[str, Any]) -> Answer:
    about = {"usageMetadata": usage, "modelVersion": model, "responseId": f"resp-{call.number}"}
    if behaviour == "moderated":
        return answer({"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}, **about})
    if behaviour in ("moderated_output", "no_images"):
        reason = "SAFETY" if behaviour == "moderated_output" else "OTHER"
        return answer({"candidates": [{"finishReason": reason, "index": 0}], **about}, charge=_charge(model, usage))
    content = {"role": "model", "parts": [{"text": "Let me look.", "thought": True}, {"text": said}]}
    candidate = {"content": content, "finishReason": "STOP", "index": 0}
    return answer({"candidates": [candidate], **about}, charge=_charge(model, usage))


def _usage(text: str, pictures: int, said: str) -> dict[str, Any]:
    words, seen, made = talk.tokens(text), pictures * talk.IMAGE_TOKENS, talk.tokens(said)
    sent = [{"modality": "TEXT", "tokenCount": words}] + [{"modality": "IMAGE", "tokenCount": seen}] * bool(pictures)
    return {
        "promptTokenCount": words + seen, "promptTokensDetails": sent, "candidatesTokenCount": made,
        "thoughtsTokenCount": THOUGHTS, "totalTokenCount": words + seen + made + THOUGHTS,
    }  # fmt: skip


def _charge(model: str, usage: Mapping[str, Any]) -> Charge:
    told = {f"{each['modality'].lower()}_in": each["tokenCount"] for each in usage["promptTokensDetails"]}
    return Charge(model=model, usage=told | {"text_out": usage["candidatesTokenCount"] + THOUGHTS})


ROUTES: Final = (Route("POST", r"/v1beta/models/(?P<model>(?![\w.-]*image)[\w.-]+):generateContent", generate),)
