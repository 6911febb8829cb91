"""Everything that can go wrong, as one family: `except DesignerBFFError` catches all of it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final


class DesignerBFFError(Exception):
    """`code` is for programs, the text for people, `remedy` says what to do, `field` what was wrong.

    `status` is the HTTP status or the socket's closing code, 0 if there was none; `errors` lists
    {field, code, message}; `retry_after` is in seconds.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str = "error",
        status: int = 0,
        field: str | None = None,
        remedy: str = "",
        errors: list[dict[str, Any]] | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.code, self.status, self.field, self.remedy = code, status, field, remedy
        self.errors = errors or []
        self.retry_after = retry_after


class NetworkError(DesignerBFFError):
    """Nobody answered, or not in time."""


class ApiError(DesignerBFFError):
    """The studio answered, by HTTP or on the socket, and the answer was no."""


class AuthenticationError(ApiError):
    """No token, or one that is not valid (any more)."""


class ForbiddenError(ApiError):
    """You may see it, but not do that."""


class NotFoundError(ApiError):
    """There is no such thing, or not for you."""


class ConflictError(ApiError):
    """Something else came first: read anew, then decide."""


class InvalidRequestError(ApiError):
    """What was asked cannot be done; `errors` says which field and why."""


class RateLimitError(ApiError):
    """Too much at once; `retry_after` says for how long to wait."""


class ServerError(ApiError):
    """The studio failed."""


BY_STATUS: Final[Mapping[int, type[ApiError]]] = {
    400: InvalidRequestError,
    401: AuthenticationError,
    403: ForbiddenError,
    404: NotFoundError,
    409: ConflictError,
    412: ConflictError,
    413: InvalidRequestError,
    415: InvalidRequestError,
    422: InvalidRequestError,
    428: InvalidRequestError,
    429: RateLimitError,
}
BY_CODE: Final[Mapping[str, type[ApiError]]] = {
    "access_lost": ForbiddenError,
    "forbidden": ForbiddenError,
    "malformed": InvalidRequestError,
    "not_found": NotFoundError,
    "protocol": InvalidRequestError,
    "too_large": InvalidRequestError,
    "too_many_channels": RateLimitError,
    "unauthenticated": AuthenticationError,
}


def of_answer(status: int, problem: Mapping[str, Any], retry_after: float | None = None) -> ApiError:
    """An answer of 400 or above; `problem` is its problem+json, or {}."""
    kind = BY_STATUS.get(status, ServerError if status >= 500 else ApiError)
    errors = list(problem.get("errors") or [])
    first = errors[0] if errors else {}
    text = problem.get("detail") or first.get("message") or problem.get("title") or f"The studio answered {status}."
    return kind(
        str(text),
        code=str(problem.get("code") or first.get("code") or "error"),
        status=status,
        field=first.get("field"),
        remedy=str(problem.get("remedy") or ""),
        errors=errors,
        retry_after=retry_after,
    )


def no_studio(url: str, why: str) -> dict[str, Any]:
    """The problem of an address where something else answers."""
    said = f"There seems to be no studio at {url}: {why}."
    return {"detail": said, "code": "not_a_studio", "remedy": "Check the address."}


def unreachable(url: str, why: Exception | None = None) -> NetworkError:
    reason = f": {str(why) or type(why).__name__}" if why else ""
    remedy = "Check the address, and that the studio runs."
    return NetworkError(f"The studio at {url} cannot be reached{reason}.", code="network", remedy=remedy)


def of_socket(code: str, message: str, status: int = 0) -> ApiError:
    """A refusal that came through the socket."""
    return BY_CODE.get(code, ApiError)(message, code=code, status=status)


def seconds_of(header: str | None, now: datetime | None = None) -> float | None:
    """A Retry-After header in seconds, whichever of its two forms it has; None if it says nothing."""
    if not header:
        return None
    if header.strip().isdigit():
        return float(header)
    try:
        moment = parsedate_to_datetime(header)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - (now or datetime.now(UTC))).total_seconds())
