"""Gemini's language models through Google's SDK: generateContent that answers with JSON of a given schema.

Fields as in the SDK google-genai 3.4: `response_mime_type` application/json with `response_json_schema`; thoughts are
counted apart from the answer, and billed like it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from designer.providers.base import (
    LanguageRequest,
    LanguageResult,
    Moderated,
    ProviderConfig,
)
from designer.providers.google import ROOT, UNSAFE, VENDOR, translated
from designer.providers.registry import register_language
from designer.providers.remote.checks import installed

if TYPE_CHECKING:
    import httpx2
    from google.genai import Client, types


@register_language
class GoogleLanguage:
    """Needs a key of the Gemini API; `base_url` is its root without the version."""

    name: ClassVar[str] = "google"

    def __init__(self, config: ProviderConfig) -> None:
        self.config = config

    def is_ready(self) -> bool:
        return bool(self.config.api_key) and installed("google.genai")

    def complete(self, request: LanguageRequest, *, idempotency_key: str) -> LanguageResult:
        """One call; the Gemini API knows no idempotency key."""
        from google.genai import errors

        from designer.providers.remote import talk
        from designer.providers.remote.client import bounded_client, fit_key, garbled

        talk.check(request, VENDOR)
        contents, key = _contents(request), fit_key(VENDOR, self.config.api_key)
        with bounded_client(VENDOR, timeout_s=request.timeout_s, max_bytes=talk.MAX_BYTES) as http:
            client = self._client(key, http, request.timeout_s)
            try:
                answer = client.models.generate_content(model=request.model, contents=contents, config=_config(request))
            except errors.APIError as error:
                raise translated(error, request.model) from error
            except (ValueError, TypeError, AttributeError) as error:  # the SDK could not read it
                raise garbled(VENDOR, "no answer of Gemini's") from error
        return _result(answer, request)

    def _client(self, key: str, http: httpx2.Client, timeout_s: float) -> Client:
        """The SDK's client, for the Gemini API whatever the environment says; it asks once only."""
        from google.genai import Client, types

        options = types.HttpOptions(
            base_url=self.config.base_url or ROOT,
            api_version="v1beta",
            timeout=max(1, round(timeout_s * 1000)),
            httpx_client=http,
            retry_options=types.HttpRetryOptions(attempts=1),
        )
        return Client(api_key=key, vertexai=False, http_options=options)


def _contents(request: LanguageRequest) -> Any:
    from google.genai import types

    from designer.providers.remote import talk

    parts = [types.Part.from_bytes(data=talk.small(data), mime_type=talk.JPEG) for data in request.images]
    return [types.Content(role="user", parts=[*parts, types.Part.from_text(text=request.text)])]


def _config(request: LanguageRequest) -> types.GenerateContentConfig:
    from google.genai import types

    from designer.providers.remote import talk

    return types.GenerateContentConfig(
        system_instruction=request.system,
        response_mime_type="application/json",
        response_json_schema=dict(request.schema),
        max_output_tokens=talk.MAX_TOKENS,
    )


def _result(answer: types.GenerateContentResponse, request: LanguageRequest) -> LanguageResult:
    """Raises Moderated if it was declined, ProviderDown if the answer is none."""
    from designer.providers.remote import talk
    from designer.providers.remote.client import garbled

    if answer.prompt_feedback and answer.prompt_feedback.block_reason:
        raise Moderated("Google declined the brief or its photos.", "Reword the brief.", stage="input")
    if answer.candidates is None and answer.usage_metadata is None:
        raise garbled(VENDOR, "no candidates")
    contents = [each.content for each in answer.candidates or () if each.content]
    parts = [part for content in contents for part in content.parts or () if part.text and not part.thought]
    text = "".join(part.text or "" for part in parts)
    reasons = {each.finish_reason.name for each in answer.candidates or () if each.finish_reason}
    if not text and reasons & UNSAFE:
        raise talk.Declined(VENDOR, "", _usage(answer.usage_metadata))
    return talk.said(
        text,
        model=answer.model_version or request.model,
        usage=_usage(answer.usage_metadata),
        request_id=answer.response_id or "",
    )


def _usage(usage: Any) -> dict[str, int]:
    """Tokens by the house's names. Input that is not told apart counts as text."""
    if usage is None:
        return {}
    told = {each.modality.name: each.token_count or 0 for each in usage.prompt_tokens_details or () if each.modality}
    image, whole = told.get("IMAGE", 0), usage.prompt_token_count or sum(told.values())
    out = (usage.candidates_token_count or 0) + (usage.thoughts_token_count or 0)
    return {"text_in": max(0, whole - image), "image_in": image, "text_out": out}
