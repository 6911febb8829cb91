"""The refusals every room speaks in; the API turns them into problem+json, the pages into inline messages."""

from typing import Any


class Refused(Exception):
    """A request that cannot be done as asked. `field` names the input at fault, `remedy` says what to do instead."""

    status = 422
    default_code = "refused"

    def __init__(
        self,
        code: str = "",
        message: str = "",
        *,
        field: str | None = None,
        remedy: str = "",
        status: int | None = None,
        **facts: Any,
    ) -> None:
        self.code = code or self.default_code
        self.message = message or (self.__doc__ or "").splitlines()[0]
        self.field = field
        self.remedy = remedy
        self.status = status or type(self).status
        self.facts = facts
        super().__init__(f"{self.message} {remedy}".strip())


class Missing(Refused):
    """There is no such thing here."""

    status = 404
    default_code = "not_found"


class Forbidden(Refused):
    """Your role does not allow this."""

    status = 403
    default_code = "forbidden"


class Conflict(Refused):
    """Something else changed it first. Reload and try again."""

    status = 409
    default_code = "conflict"
