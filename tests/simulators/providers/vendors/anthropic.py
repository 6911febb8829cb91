"""Anthropic's Messages API, as far as structured answers need it; its errors as documented in November 2026."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tests.simulators.providers import talk
from tests.simulators.providers.vendors.openai_language import strict
from tests.simulators.providers.wire import Answer, Call, Charge, Route, answer

VENDOR: Final = "anthropic"
MODELS: Final = ("claude-haiku-5-5", "claude-haiku-4-5")
KNOWN: Final = {"model", "max_tokens", "system", "messages", "output_config", "thinking", "temperature", "stream"}


def refusal(status: int, kind: str, message: str, headers: Mapping[str, str] | None = None) -> Answer:
    """Anthropic's error body."""
    said = answer({"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_1"}, status)
    return Answer(status=status, body=said.body, headers=headers or {})


def bad(message: str, status: int = 400) -> Answer:
    return refusal(status, "invalid_request_error", message)


def asked_for(behaviour: str | None, details: Mapping[str, Any], model: str) -> Answer | None:
    """The refusal that is planned; None when the call goes on."""
    match behaviour:
        case "bad_field":
            return bad(f"{details.get('field', 'messages')}: Input should be a valid list")
        case "unauthorized" if details.get("status") == 403:
            return refusal(403, "permission_error", "Your API key does not have permission to use the model.")
        case "unauthorized":
            return refusal(401, "authentication_error", "invalid x-api-key")
        case "moderated":
            return bad("Output blocked by content filtering policy")
        case "retired":
            return refusal(404, "not_found_error", f"model: {model}")
        case "unprocessable":
            return bad("messages.0.content.0.image.source.base64: Could not process image")
        case "rate_limited":
            wait = {"retry-after": str(details["retry_after"])} if "retry_after" in details else {}
            words = "This request would exceed your organization's rate limit."
            return refusal(429, "rate_limit_error", words, {**wait, **details.get("headers", {})})
        case "quota":
            words = "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing."
            return bad(words) if details.get("status") == 400 else refusal(402, "billing_error", words)
        case "error_500":
            return refusal(500, "api_error", "Internal server error")
        case "unavailable":
            return refusal(529, "overloaded_error", "Overloaded")
    return None


def messages(call: Call, behaviour: str | None, details: dict[str, Any]) -> Answer:
    wish = call.json()
    model = str(wish.get("model", ""))
    said = _without_key(call) or asked_for(behaviour, details, model) or _answered(call, wish, behaviour, details)
    headers = {"request-id": f"req_{call.number}", **said.headers}
    return Answer(status=said.status, body=said.body, headers=headers, charge=said.charge)


def _without_key(call: Call) -> Answer | None:
    if call.key() in ("", "wrong"):
        return refusal(401, "authentication_error", "invalid x-api-key")
    return None if call.headers.get("anthropic-version") else bad("anthropic-version: header is required")


def _answered(call: Call, wish: Mapping[str, Any], behaviour: str | None, details: Mapping[str, Any]) -> Answer:
    model = str(wish.get("model", ""))
    if model not in MODELS:
        return refusal(404, "not_found_error", f"model: {model}")
    for field in sorted(set(wish) - KNOWN):
        return bad(f"{field}: Extra inputs are not permitted")
    form = wish.get("output_config", {}).get("format", {})
    if form.get("type") != "json_schema" or not strict(form.get("schema", {})) or "max_tokens" not in wish:
        return bad("output_config.format.schema: invalid schema")
    content = [part for message in wish.get("messages", []) for part in message["content"]]
    text = " ".join(part["text"] for part in content if part["type"] == "text")
    try:
        pictures = [talk.picture_of(part["source"]["data"]) for part in content if part["type"] == "image"]
    except talk.NoPicture:
        return bad("messages.0.content.0.image.source.base64: Could not process image")
    said = talk.answered(text, form["schema"], pictures, details)
    sent = talk.tokens(str(wish.get("system", "")) + text) + len(pictures) * talk.IMAGE_TOKENS
    return _body(call, model, behaviour, said, {"input_tokens": sent, "output_tokens": talk.tokens(said)})


def _body(call: Call, model: str, behaviour: str | None, said: str, usage: Mapping[str, int]) -> Answer:
    refused = behaviour == "moderated_output"
    content = [] if refused or behaviour == "no_images" else [{"type": "text", "text": said, "citations": None}]
    body = {
        "id": f"msg_{call.number}", "type": "message", "role": "assistant", "model": model, "content": content,
        "stop_reason": "refusal" if refused else "end_turn", "stop_sequence": None, "usage": usage,
    }  # fmt: skip
    charge = Charge(model=model, usage={"text_in": usage["input_tokens"], "text_out": usage["output_tokens"]})
    return answer(body, charge=charge)


ROUTES: Final = (Route("POST", "/v1/messages", messages),)
