"""Who calls the API: a session of our own pages, or a program with a bearer token. Never anything in the URL."""

from typing import TYPE_CHECKING, ClassVar

from rest_framework import authentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import SAFE_METHODS, IsAuthenticated
from rest_framework.request import Request

from teams.accounts.credentials import BadToken, check, user_from_token
from teams.accounts.models import ApiToken, Scope, User

if TYPE_CHECKING:  # views import this module through the settings
    from rest_framework.views import APIView

__all__ = ["BearerAuthentication", "ScopedIsAuthenticated", "SessionAuthentication", "user_from_token"]


class BearerAuthentication(authentication.BaseAuthentication):
    """`Authorization: Bearer dbff_…`. 401 with a code that says what is wrong with the token."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        scheme, _, key = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        try:
            token = check(key.strip())
        except BadToken as bad:
            raise AuthenticationFailed(str(bad), code=bad.code) from bad
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        sent = request.headers.get("Authorization", "").lower().startswith("bearer")
        return 'Bearer realm="api", error="invalid_token"' if sent else 'Bearer realm="api"'


class SessionAuthentication(authentication.SessionAuthentication):
    """The signed-in session of our own pages; unsafe methods need its CSRF token, else 403."""


class ScopedIsAuthenticated(IsAuthenticated):
    """Signed in, and a token that has the scope: `read` for reading, `write` for the rest.

    A view may ask for more: `required_scopes = {"PUT": "admin"}`.
    """

    code = "not_authenticated"
    defaults: ClassVar[dict[str, str]] = dict.fromkeys(SAFE_METHODS, Scope.READ.value)

    def has_permission(self, request: Request, view: "APIView") -> bool:
        if not super().has_permission(request, view):
            return False
        return not isinstance(request.auth, ApiToken) or self.covers(request.auth, request.method or "", view)

    def covers(self, token: ApiToken, method: str, view: "APIView") -> bool:
        wanted: dict[str, str] = getattr(view, "required_scopes", {})
        scope = wanted.get(method, self.defaults.get(method, Scope.WRITE.value))
        self.code = "insufficient_scope"
        self.message = f"This token lacks the scope '{scope}'. Use one that has it, or make one in the settings."
        return scope in token.scopes
