"""Liveness, answered before anything that could be down."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse


class HealthMiddleware:
    """Answers /healthz without a session, a database or a host check."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == "/healthz":
            return JsonResponse({"status": "ok"})
        return self.get_response(request)
