"""OpenAI's language models through its SDK: the Responses API with a strict JSON schema.

Fields as in the SDK 3.54: `text.format` of type json_schema, `input_image` as a data URL, `store` off so that nothing
of a brief stays there. Tokens are counted without telling pictures from words: both are billed as text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final

from designer.providers.base import (
    LanguageRequest,
    LanguageResult,
    ProviderConfig,
    ProviderDown,
)
from designer.providers.openai import ROOT, VENDOR, translated
from designer.providers.registry import register_language
from designer.providers.remote.checks import clipped, installed

if TYPE_CHECKING:
    import httpx2

REASONS: Final = ("gpt-5", "gpt-6", "o")  # families that think, and may be told to think little


@register_language
class OpenAILanguage:
    """Needs a key; `base_url` is OpenAI's root without /v1."""

    name: ClassVar[str] = "openai"

    def __init__(self, config: ProviderConfig) -> None:
        self.config = config

    def is_ready(self) -> bool:
        return bool(self.config.api_key) and installed("openai")

    def complete(self, request: LanguageRequest, *, idempotency_key: str) -> LanguageResult:
        """One call; OpenAI documents no idempotency key, so none is sent."""
        import openai

        from designer.providers.remote import talk
        from designer.providers.remote.client import bounded_client, fit_key

        talk.check(request, VENDOR)
        wish, key = _wish(request), fit_key(VENDOR, self.config.api_key)
        with bounded_client(VENDOR, timeout_s=request.timeout_s, max_bytes=talk.MAX_BYTES) as http:
            client = self._client(key, http, request.timeout_s)
            try:
                raw = client.responses.with_raw_response.create(**wish)
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


def _wish(request: LanguageRequest) -> dict[str, Any]:
    from designer.providers.remote import talk

    pictures = [
        {"type": "input_image", "detail": "auto", "image_url": f"data:{talk.JPEG};base64,{talk.in_base64(each)}"}
        for each in map(talk.small, request.images)
    ]
    form = {"type": "json_schema", "name": "answer", "schema": dict(request.schema), "strict": True}
    wish: dict[str, Any] = {
        "model": request.model,
        "instructions": request.system,
        "input": [{"role": "user", "content": [*pictures, {"type": "input_text", "text": request.text}]}],
        "text": {"format": form},
        "max_output_tokens": talk.MAX_TOKENS,
        "store": False,
    }
    return wish | ({"reasoning": {"effort": "low"}} if request.model.startswith(REASONS) else {})


def _result(raw: Any, request: LanguageRequest) -> LanguageResult:
    """Raises Moderated for a refusal, ProviderDown for an answer that is none."""
    from designer.providers.remote import talk
    from designer.providers.remote.client import garbled

    try:
        answer = raw.parse()
        parts = [part for item in answer.output if item.type == "message" for part in item.content]
        text = "".join(part.text for part in parts if part.type == "output_text")
        refused = [part.refusal for part in parts if part.type == "refusal"]
        model, usage = answer.model or request.model, answer.usage
    except (ValueError, TypeError, AttributeError) as error:  # no JSON, or none of an answer
        raise garbled(VENDOR, "no response") from error
    tokens = {"text_in": getattr(usage, "input_tokens", None), "text_out": getattr(usage, "output_tokens", None)}
    if refused or getattr(answer.incomplete_details, "reason", None) == "content_filter":
        raise talk.Declined(VENDOR, f": {clipped(refused[0])}" if refused else "", tokens)
    return talk.said(text, model=model, usage=tokens, request_id=raw.headers.get("x-request-id", ""))
