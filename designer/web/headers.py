"""Headers that every answer carries: safety, the request's id, and the rate limit of those that were counted."""

from collections.abc import Callable
from typing import Any, Final

import structlog
from django.http import HttpRequest, HttpResponse

from designer.web.problems import page, problem
from designer.web.throttles import counted_refusal

ALWAYS: Final = {
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
METHODS: Final = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")


class HeadersMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.get_response(request) if request.method in METHODS else self._unheard_of(request)
        of_api = request.path.startswith("/api/")
        if of_api and answer.status_code == 401:
            answer = self._refused(request, answer)
        rates: dict[str, Any] = getattr(request, "rate_limit", {})
        for name, value in {**ALWAYS, **_own_id(), **({"Cache-Control": "no-store"} if of_api else {})}.items():
            answer.headers.setdefault(name, value)
        for name, value in {**_strict(request), **rates}.items():
            answer.headers[name] = str(value)
        return answer

    def _unheard_of(self, request: HttpRequest) -> HttpResponse:
        """405 before anything counts it: the figures would keep each invented method as a name for ever."""
        detail = "There is no such method here. Use one that the documentation names."
        return page(request, problem(405, code="method_not_allowed", detail=detail), {"Allow": ", ".join(METHODS)})

    def _refused(self, request: HttpRequest, answer: HttpResponse) -> HttpResponse:
        """A 401, counted per address; past the limit, 429 in its place."""
        facts = counted_refusal(request)
        request.rate_limit = facts  # type: ignore[attr-defined]
        if not facts or facts["RateLimit-Used"] <= facts["RateLimit-Limit"]:
            return answer
        detail = "Too many requests without a sign-in came from this address. Wait a minute."
        wait = {"Retry-After": str(facts["RateLimit-Reset"])}
        return page(request, problem(429, code="throttled", detail=detail), wait)


def _strict(request: HttpRequest) -> dict[str, str]:
    """What the view that was asked wants on all that is answered there, also where it was not let do so itself."""
    asked = request.resolver_match
    wanted: dict[str, str] = getattr(asked.func, "on_every_answer", {}) if asked else {}
    return wanted


def _own_id() -> dict[str, str]:
    """The id by which the logs know this request; ours, never one that came with it."""
    known = str(structlog.contextvars.get_contextvars().get("request_id", ""))
    return {"X-Request-Id": known} if known else {}
