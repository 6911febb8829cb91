"""Errors as answers: application/problem+json (RFC 9457) for programs, a page for people."""

import logging
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.deprecation import MiddlewareMixin
from rest_framework import exceptions
from rest_framework.response import Response

from teams.base.errors import Refused

log = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"
TITLES = {
    400: "The request cannot be read",
    401: "Sign in first",
    403: "Not allowed",
    404: "There is no such thing here",
    405: "Not done here in this way",
    409: "Something else came first",
    412: "It changed meanwhile",
    413: "Too large",
    415: "Of an unknown kind",
    422: "It cannot be done as asked",
    428: "Say which version you change",
    429: "Too many requests",
    500: "Something broke here",
    503: "Not ready",
    507: "There is no room",
}
Errors = list[dict[str, str]]


def problem(status: int, *, code: str, detail: str, errors: Errors | None = None, **more: Any) -> dict[str, Any]:
    """The body of an error answer."""
    title = TITLES.get(status, "Error")
    return {
        "type": "about:blank",
        "title": title,
        "status": status,
        "code": code,
        "detail": detail,
        "errors": errors or [],
        **more,
    }


def body_of(refused: Refused) -> dict[str, Any]:
    detail = f"{refused.message} {refused.remedy}".strip()
    errors = [{"field": refused.field, "code": refused.code, "message": detail}] if refused.field else []
    return problem(refused.status, code=refused.code, detail=detail, errors=errors, remedy=refused.remedy)


def flattened(detail: Any, field: str = "") -> Iterator[dict[str, str]]:
    """DRF's nested validation details as {field, code, message} lines."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            path = (
                f"{field}.{name}"
                if field and name != "non_field_errors"
                else (field if name == "non_field_errors" else str(name))
            )
            yield from flattened(inner, path)
    elif isinstance(detail, list):
        for index, inner in enumerate(detail):
            yield from flattened(inner, f"{field}[{index}]" if isinstance(inner, dict | list) else field)
    else:
        yield {"field": field, "code": getattr(detail, "code", "invalid"), "message": str(detail)}


def handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler. Unknown errors are left to Django, which answers 500 and logs them."""
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if isinstance(error, Refused):
        return _answer(body_of(error))
    if isinstance(error, IntegrityError):
        log.warning("constraint refused a write: %s", error)
        return _answer(problem(409, code="conflict", detail="This clashes with what is there. Reload and try again."))
    if isinstance(error, exceptions.APIException):
        return _from_api(error)
    return None


def _from_api(error: exceptions.APIException) -> Response:
    headers: dict[str, str] = {}
    if (challenge := getattr(error, "auth_header", None)) is not None:
        headers["WWW-Authenticate"] = challenge
    if (wait := getattr(error, "wait", None)) is not None:
        headers["Retry-After"] = str(int(wait) + 1)
    if isinstance(error, exceptions.ValidationError):
        errors = list(flattened(error.detail))
        detail = " ".join(f"{line['field']}: {line['message']}".lstrip(": ") for line in errors[:5])
        return _answer(problem(error.status_code, code="invalid", detail=detail, errors=errors), headers)
    code = error.get_codes()
    shown = code if isinstance(code, str) else "error"
    return _answer(problem(error.status_code, code=shown, detail=str(error.detail)), headers)


def _answer(body: dict[str, Any], headers: dict[str, str] | None = None) -> Response:
    return Response(body, status=body["status"], headers=headers, content_type=MEDIA_TYPE)


def page(request: HttpRequest, body: dict[str, Any]) -> HttpResponse:
    """The same error for whoever asked: JSON below /api/, a page elsewhere."""
    if request.path.startswith("/api/") or request.headers.get("X-Partial") == "1":
        return JsonResponse(body, status=body["status"], content_type=MEDIA_TYPE)
    return render(request, "errors/error.html", {"problem": body}, status=body["status"])


class RefusalMiddleware(MiddlewareMixin):
    """A Refused that a page's view lets through becomes a page that says so."""

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return page(request, body_of(exception)) if isinstance(exception, Refused) else None


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return page(request, problem(400, code="bad_request", detail="The request cannot be read."))


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return page(request, problem(403, code="forbidden", detail="You may not do this."))


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    return page(
        request, problem(403, code="csrf", detail="The form was not sent from this site. Reload and try again.")
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return page(request, problem(404, code="not_found", detail="There is no such page. Check the address."))


def server_error(request: HttpRequest) -> HttpResponse:
    return page(request, problem(500, code="server_error", detail="It has been noted. Try again in a moment."))
