"""Errors as answers: application/problem+json (RFC 9457) for programs, a page for people."""

import logging
import math
from collections.abc import Iterator
from typing import Any, Final

import redis
import structlog
from django.apps import apps
from django.conf import settings
from django.core.exceptions import (
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFilesSent,
    ValidationError,
)
from django.db import IntegrityError, InterfaceError, OperationalError
from django.db.models import BaseConstraint
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponsePermanentRedirect,
    JsonResponse,
    UnreadablePostError,
)
from django.shortcuts import render
from django.urls import is_valid_path
from django.utils.deprecation import MiddlewareMixin
from django.utils.encoding import iri_to_uri
from django.utils.http import escape_leading_slashes
from rest_framework import exceptions
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from teams.base.errors import Refused

log = logging.getLogger(__name__)
MEDIA_TYPE: Final = "application/problem+json"
TITLES: Final = {
    400: "The request cannot be read",
    401: "Sign in first",
    403: "Not allowed",
    404: "There is no such thing here",
    405: "Not done here in this way",
    406: "Not to be had in that form",
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
SLOW: Final = {"57014", "55P03", "40P01", "40001"}  # statement timeout, lock timeout, deadlock, serialization failure
WAIT: Final = {429: 60, 503: 5}  # seconds, where a refusal does not know better
Errors = list[dict[str, str]]


def printable(text: str) -> str:
    """Text from outside, fit to be said again: UTF-8, no NUL, not endless."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "\N{REPLACEMENT CHARACTER}")[:1000]


def problem(status: int, *, code: str, detail: str, errors: Errors | None = None, **more: Any) -> dict[str, Any]:
    """The body of an error answer. `more` are further members, such as `remedy`."""
    lines = [{name: printable(text) for name, text in line.items()} for line in (errors or [])[:50]]
    return {
        "type": f"urn:designer-bff:problem:{code}",
        "title": TITLES.get(status, "Error"),
        "status": status,
        "code": code,
        "detail": printable(detail),
        "errors": lines,
        "request_id": str(structlog.contextvars.get_contextvars().get("request_id", ""))[:64],
        **more,
    }


def body_of(refused: Refused) -> dict[str, Any]:
    detail = f"{refused.message} {refused.remedy}".strip()
    errors = [{"field": refused.field, "code": refused.code, "message": detail}] if refused.field else []
    errors = list(refused.facts.get("lines", errors))  # of several things refused at once, each by its name
    about = refused.facts.get("about", {})  # what a client may go on with: the id of what stands in the way
    return problem(refused.status, code=refused.code, detail=detail, errors=errors, remedy=refused.remedy, **about)


def headers_of(refused: Refused) -> dict[str, str]:
    """Retry-After in seconds, where the refusal knows when; a 429 and a 503 always say it."""
    wait = refused.facts.get("retry_after", WAIT.get(refused.status))
    return {"Retry-After": str(max(1, math.ceil(wait)))} if isinstance(wait, int | float) else {}


def flattened(detail: Any, field: str = "") -> Iterator[dict[str, str]]:
    """DRF's nested validation details as {field, code, message} lines."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            of_list = isinstance(name, int)  # DRF keeps what is wrong in a list of plain fields by place
            path = f"{field}[{name}]" if of_list else ".".join(part for part in (field, str(name)) if part)
            yield from flattened(inner, field if name == "non_field_errors" else path)
    elif isinstance(detail, list):
        for index, inner in enumerate(detail):
            yield from flattened(inner, f"{field}[{index}]" if isinstance(inner, dict | list) else field)
    else:
        yield {"field": field, "code": getattr(detail, "code", "invalid"), "message": str(detail)}


def said_by_constraint(error: IntegrityError) -> str:
    """The message that the broken constraint itself carries in its model, else a general one."""
    name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
    for model in apps.get_models():
        for constraint in model._meta.constraints:
            said = constraint.violation_error_message
            if constraint.name == name and said != BaseConstraint.default_violation_error_message:
                return str(said)
    return "This clashes with what is there. Reload and try again."


def away(error: Exception) -> dict[str, Any]:
    """The answer when the database or Redis cannot be used just now."""
    log.error("a service is away: %s: %s", type(error).__name__, error)
    if getattr(error.__cause__, "sqlstate", None) in SLOW:
        return problem(503, code="too_slow", detail="This took too long and was given up. Try again in a moment.")
    return problem(503, code="service_away", detail="A service is away for the moment. Try again in a few seconds.")


def unreadable(error: Exception) -> dict[str, Any]:
    if isinstance(error, RequestDataTooBig):
        return problem(413, code="too_large", detail="The request is larger than is read here. Send less.")
    if isinstance(error, TooManyFilesSent):
        message = f"At most {settings.DATA_UPLOAD_MAX_NUMBER_FILES} files are read at once."
        remedy = "Send the rest in a further request, or put them into one ZIP archive where those are taken."
        return body_of(Refused("too_many_files", message, field="file", remedy=remedy, status=413))
    return problem(400, code="bad_request", detail="The request cannot be read. Send it again as documented.")


def handler(error: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """DRF's exception handler. Unknown errors are left to Django, which answers 500 and logs them."""
    answer = _told(error)
    renderers = getattr(context.get("view"), "renderer_classes", [JSONRenderer])
    if answer is None or JSONRenderer in renderers:
        return answer
    said = {name: value for name, value in answer.headers.items() if name != "Content-Type"}
    return JsonResponse(answer.data, status=answer.status_code, content_type=MEDIA_TYPE, headers=said)


def _told(error: Exception) -> Response | None:
    if isinstance(error, Refused):
        return _answer(body_of(error), headers_of(error))
    if isinstance(error, IntegrityError):
        log.warning("constraint refused a write: %s", error)
        return _answer(problem(409, code="conflict", detail=said_by_constraint(error)))
    if isinstance(error, OperationalError | InterfaceError | redis.RedisError):
        return _answer(away(error), {"Retry-After": "5"})
    if isinstance(error, SuspiciousOperation | UnreadablePostError):
        return _answer(unreadable(error))
    if isinstance(error, ValidationError):
        return _answer(problem(400, code="invalid", detail=" ".join(error.messages)))
    if isinstance(error, Http404):
        return _from_api(exceptions.NotFound())
    if isinstance(error, PermissionDenied):
        return _from_api(exceptions.PermissionDenied())
    return _from_api(error) if isinstance(error, exceptions.APIException) else None


def _from_api(error: exceptions.APIException) -> Response:
    headers: dict[str, str] = {}
    if (challenge := getattr(error, "auth_header", None)) is not None:
        headers["WWW-Authenticate"] = challenge
    if (wait := getattr(error, "wait", None)) is not None:
        headers["Retry-After"] = str(int(wait) + 1)
    if isinstance(error, exceptions.ValidationError):
        lines = list(flattened(error.detail))
        detail = " ".join(f"{line['field']}: {line['message']}".removeprefix(": ") for line in lines[:5])
        return _answer(problem(error.status_code, code="invalid", detail=detail, errors=lines), headers)
    code = error.get_codes()
    shown = code if isinstance(code, str) else "error"
    said, field = str(error.detail), getattr(error, "field", "")
    errors = [{"field": field, "code": shown, "message": said}] if field else []
    return _answer(problem(error.status_code, code=shown, detail=said, errors=errors), headers)


def _answer(body: dict[str, Any], headers: dict[str, str] | None = None) -> Response:
    return Response(body, status=body["status"], headers=headers, content_type=MEDIA_TYPE)


def page(request: HttpRequest, body: dict[str, Any], headers: dict[str, str] | None = None) -> HttpResponse:
    """The same error for whoever asked: JSON below /api/, a page elsewhere.

    From 500 on the page stands by itself: what broke may be what every other page needs.
    """
    status = body["status"]
    if request.path.startswith("/api/") or request.headers.get("X-Partial") == "1":
        return JsonResponse(body, status=status, content_type=MEDIA_TYPE, headers=headers)
    name = "errors/broken.html" if status >= 500 and status != 507 else "errors/error.html"
    answer = render(None if name == "errors/broken.html" else request, name, {"problem": body}, status=status)  # type: ignore[arg-type]
    for header, value in (headers or {}).items():
        answer.headers[header] = value
    return answer


class RefusalMiddleware(MiddlewareMixin):
    """A Refused that a page's view lets through becomes a page that says so; so does a service that is away."""

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, Refused):
            return page(request, body_of(exception), headers_of(exception))
        if isinstance(exception, OperationalError | InterfaceError | redis.RedisError):
            return page(request, away(exception), {"Retry-After": "5"})
        return None


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if isinstance(exception, Refused):
        return page(request, body_of(exception), headers_of(exception))
    return page(request, unreadable(exception or SuspiciousOperation()))


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return page(request, problem(403, code="forbidden", detail="You may not do this."))


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    return page(
        request, problem(403, code="csrf", detail="The form was not sent from this site. Reload and try again.")
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if without := _without_slash(request):
        return HttpResponsePermanentRedirect(without)
    return page(request, problem(404, code="not_found", detail="There is no such page. Check the address."))


def _without_slash(request: HttpRequest) -> str:
    """Where a page stands whose address was written with a slash at its end; "" where none does. Programs get none."""
    path = request.path_info
    bare = path.rstrip("/")
    if request.method not in ("GET", "HEAD") or bare == path or path.startswith("/api/"):
        return ""
    if is_valid_path(path) or not is_valid_path(bare):  # what stands at the path itself had a reason of its own
        return ""
    query = request.META.get("QUERY_STRING", "")
    return escape_leading_slashes(iri_to_uri(bare)) + (f"?{query}" if query else "")


def server_error(request: HttpRequest) -> HttpResponse:
    return page(request, problem(500, code="server_error", detail="It has been noted. Try again in a moment."))
