"""Claude through Anthropic's SDK: the Messages API with a JSON schema as output format.

Fields and errors as in the SDK 2.12: `output_config.format` of type json_schema, pictures as base64 blocks; 402 or
billing_error = no credit, 429 with retry-after, 529 overloaded. Pictures count as input tokens like words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final

from designer.providers.base import (
    AuthFailed,
    InvalidRequest,
    LanguageRequest,
    LanguageResult,
    ModelRetired,
    Moderated,
    ProviderConfig,
    ProviderDown,
    ProviderError,
    QuotaExhausted,
    RateLimited,
    TimedOut,
)
from designer.providers.registry import register_language
from designer.providers.remote.checks import clipped, installed, is_of_some

if TYPE_CHECKING:
    import httpx2
    from anthropic import APIStatusError

VENDOR: Final = "Anthropic"
ROOT: Final = "https://api.anthropic.com"
NO_MONEY: Final = ("billing_error",)


@register_language
class AnthropicLanguage:
    """Needs a key; `base_url` is Anthropic's root without /v1."""

    name: ClassVar[str] = "anthropic"

    def __init__(self, config: ProviderConfig) -> None:
        self.config = config

    def is_ready(self) -> bool:
        return bool(self.config.api_key) and installed("anthropic")

    def complete(self, request: LanguageRequest, *, idempotency_key: str) -> LanguageResult:
        """One call; Anthropic documents no idempotency key for messages, so none is sent."""
        import anthropic

        from designer.providers.remote import talk
        from designer.providers.remote.client import bounded_client, fit_key

        talk.check(request, VENDOR)
        wish, key = _wish(request), fit_key(VENDOR, self.config.api_key)
        with bounded_client(VENDOR, timeout_s=request.timeout_s, max_bytes=talk.MAX_BYTES) as http:
            client = self._client(key, http, request.timeout_s)
            try:
                raw = client.messages.with_raw_response.create(**wish)
                return _result(raw, request)
            except anthropic.APIStatusError as error:
                raise translated(error, request.model) from error
            except anthropic.AnthropicError as error:
                if isinstance(error.__cause__, ProviderError):  # what broke on the way has its words already
                    raise error.__cause__ from error
                raise ProviderDown(f"Anthropic could not be asked: {clipped(error)}", "Try again later.") from error

    def _client(self, key: str, http: httpx2.Client, timeout_s: float) -> Any:
        """The SDK's client, which asks once only."""
        import anthropic

        root = self.config.base_url or ROOT
        return anthropic.Anthropic(api_key=key, base_url=root, max_retries=0, timeout=timeout_s, http_client=http)


def _wish(request: LanguageRequest) -> dict[str, Any]:
    from designer.providers.remote import talk

    sources = [
        {"type": "base64", "media_type": talk.JPEG, "data": talk.in_base64(talk.small(each))} for each in request.images
    ]
    content = [*({"type": "image", "source": source} for source in sources), {"type": "text", "text": request.text}]
    return {
        "model": request.model,
        "max_tokens": talk.MAX_TOKENS,
        "system": request.system,
        "messages": [{"role": "user", "content": content}],
        "output_config": {"format": {"type": "json_schema", "schema": dict(request.schema)}},
    }


def _result(raw: Any, request: LanguageRequest) -> LanguageResult:
    """Raises Moderated for a refusal, ProviderDown for an answer that is none."""
    from designer.providers.remote import talk
    from designer.providers.remote.client import garbled

    try:
        answer = raw.parse()
        text = "".join(block.text for block in answer.content if block.type == "text")
        model, usage, stopped = answer.model or request.model, answer.usage, answer.stop_reason
    except (ValueError, TypeError, AttributeError) as error:  # no JSON, or none of a message
        raise garbled(VENDOR, "no message") from error
    if stopped == "refusal":
        raise talk.Declined(VENDOR, "", _usage(usage))
    return talk.said(text, model=model, usage=_usage(usage), request_id=raw.headers.get("request-id", ""))


def _usage(usage: Any) -> dict[str, int]:
    """Tokens by the house's names. Nothing is sent to be cached, but what was counted so is input all the same."""
    names = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")
    return {
        "text_in": sum(getattr(usage, name, None) or 0 for name in names),
        "text_out": getattr(usage, "output_tokens", None) or 0,
    }


def translated(error: APIStatusError, model: str) -> ProviderError:
    """Anthropic's refusal in the house's words."""
    kind, words = _told(error)
    if error.status_code == 402 or kind in NO_MONEY or "credit balance" in words:
        return QuotaExhausted("The Anthropic account is out of credit.", "Add credit, or choose another model.")
    match error.status_code:
        case 401 | 403:
            return AuthFailed(
                "Anthropic refused the key, or what it may do.",
                "Choose another model meanwhile; an admin should check ANTHROPIC_API_KEY.",
                of_account=error.status_code == 401 or not is_of_some(words, model),
            )
        case 404 if kind == "not_found_error":
            return ModelRetired(f"Anthropic no longer has {model}.")
        case 400 if "content filtering" in words:
            return Moderated(f"Anthropic declined this: {words}", "Reword the brief.", stage="output")
        case 400 | 413 | 422:
            return InvalidRequest(f"Anthropic refused the request: {words}", field=words.partition(":")[0].strip())
        case 429:
            return _rate_limited(error)
        case 408 | 504:
            return TimedOut("Anthropic ran out of time.", "It may have done the work: look at its usage page.")
    return ProviderDown(f"Anthropic failed with status {error.status_code}.", "Try again later.")


def _told(error: APIStatusError) -> tuple[str, str]:
    """(type, message) of the error body; a page of HTML has neither."""
    body = error.body if isinstance(error.body, dict) else {}
    about = body.get("error")
    if not isinstance(about, dict):
        return "", f"status {error.status_code}"
    return str(about.get("type", "")), clipped(about.get("message"))


def _rate_limited(error: APIStatusError) -> RateLimited:
    from designer.providers.remote.waits import retry_at

    headers = {name.lower(): value for name, value in error.response.headers.items()}
    return RateLimited(
        "Anthropic asks for a pause.", "The studio reads by itself until then.", retry_at=retry_at(headers)
    )
