"""OpenAI's Responses API, as far as structured answers need it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tests.simulators.providers import talk
from tests.simulators.providers.vendors.openai import asked_for, not_found, refusal, with_headers, without_key
from tests.simulators.providers.wire import Answer, Call, Charge, Route, answer

VENDOR: Final = "openai"
MODELS: Final = ("gpt-5.4-mini", "gpt-5.4-nano", "gpt-5-mini")


def responses(call: Call, behaviour: str | None, details: dict[str, Any]) -> Answer:
    wish = call.json()
    model = str(wish.get("model", ""))
    refused = without_key(call) or (None if behaviour == "moderated_output" else asked_for(behaviour, details, model))
    return with_headers(call, refused or _answered(call, wish, model, behaviour, details))


def _answered(
    call: Call, wish: Mapping[str, Any], model: str, behaviour: str | None, details: Mapping[str, Any]
) -> Answer:
    if model not in MODELS:
        return not_found(model)
    form = wish.get("text", {}).get("format", {})
    if form.get("type") != "json_schema" or not form.get("strict") or not strict(form.get("schema", {})):
        return refusal(400, "Invalid schema for response_format.", code="invalid_json_schema", param="text.format")
    content = [part for message in wish.get("input", []) for part in message["content"]]
    text = " ".join(part["text"] for part in content if part["type"] == "input_text")
    sent = [part["image_url"].partition("base64,")[2] for part in content if part["type"] == "input_image"]
    try:
        pictures = [talk.picture_of(data) for data in sent]
    except talk.NoPicture:
        return refusal(400, "The image data you provided does not represent a valid image.", param="input")
    said = talk.answered(text, form["schema"], pictures, details)
    usage = _usage(wish.get("instructions", "") + text, len(pictures), said)
    charge = Charge(model=model, usage={"text_in": usage["input_tokens"], "text_out": usage["output_tokens"]})
    return answer(_body(call, model, behaviour, said, usage), charge=charge)


def _body(call: Call, model: str, behaviour: str | None, said: str, usage: Mapping[str, Any]) -> dict[str, Any]:
    part: dict[str, Any] = {"type": "output_text", "text": said, "annotations": []}
    if behaviour == "moderated_output":
        part = {"type": "refusal", "refusal": "I'm sorry, I can't assist with that."}
    message = {"id": f"msg_{call.number}", "type": "message", "role": "assistant", "status": "completed"}
    return {
        "id": f"resp_{call.number}", "object": "response", "created_at": 1_790_000_000, "status": "completed",
        "model": model, "output": [message | {"content": [part]}] if behaviour != "no_images" else [],
        "usage": usage, "error": None, "incomplete_details": None, "parallel_tool_calls": True, "tools": [],
        "tool_choice": "auto",
    }  # fmt: skip


def _usage(text: str, pictures: int, said: str) -> dict[str, Any]:
    sent, made = talk.tokens(text) + pictures * talk.IMAGE_TOKENS, talk.tokens(said)
    return {
        "input_tokens": sent, "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
        "output_tokens": made, "output_tokens_details": {"reasoning_tokens": 0}, "total_tokens": sent + made,
    }  # fmt: skip


def strict(schema: Mapping[str, Any]) -> bool:
    """Whether the schema is of the strict kind: every property required, none besides."""
    if schema.get("type") == "array":
        return strict(schema.get("items", {}))
    if schema.get("type") != "object":
        return True
    properties = schema.get("properties", {})
    closed = schema.get("additionalProperties") is False and sorted(schema.get("required", [])) == sorted(properties)
    return closed and all(strict(each) for each in properties.values())


ROUTES: Final = (Route("POST", "/v1/responses", responses),)
