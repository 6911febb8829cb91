"""Headers that every answer carries, and the rate limit of those that were counted."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


class HeadersMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.get_response(request)
        answer.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        answer.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        for name, value in getattr(request, "rate_limit", {}).items():
            answer.headers[name] = str(value)
        if request.path.startswith("/api/") and not answer.has_header("Cache-Control"):
            answer.headers["Cache-Control"] = "no-store"
        return answer
