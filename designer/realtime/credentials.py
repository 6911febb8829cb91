"""Who opens a socket: a session cookie from our own pages, or a program's bearer token. Never anything in the URL."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, parse_cookie
from django.http.request import validate_host
from django.utils import timezone

from designer.web.throttles import address_of
from teams.accounts import proofs
from teams.accounts.credentials import BadToken, check
from teams.accounts.models import ApiToken, Scope, User


@dataclass(frozen=True, slots=True)
class Identity:
    """A person, and what proves it: either `session_key` or `token_id`. `expires_at` is the proof's end, UTC."""

    user: User
    session_key: str | None = None
    token_id: UUID | None = None
    expires_at: datetime | None = None

    def seconds_left(self) -> float | None:
        """Until a moment after the proof's end, so that whoever asks then is not too early."""
        return None if self.expires_at is None else (self.expires_at - timezone.now()).total_seconds() + 0.05


def bearer(headers: dict[str, str]) -> str | None:
    """The token of an `Authorization: Bearer` header, or None."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def address(scope: Mapping[str, Any], headers: dict[str, str]) -> str:
    """Whence a connection comes, as for requests: past the trusted proxies, of IPv6 the network of one customer."""
    request = HttpRequest()
    request.META["REMOTE_ADDR"] = (scope.get("client") or ("",))[0]
    if "x-forwarded-for" in headers:
        request.META["HTTP_X_FORWARDED_FOR"] = headers["x-forwarded-for"]
    return address_of(request)


def session_cookie(headers: dict[str, str]) -> str | None:
    return parse_cookie(headers.get("cookie", "")).get(settings.SESSION_COOKIE_NAME)


def origin_is_ours(headers: dict[str, str], scheme: str) -> bool:
    """Whether the page that opens the socket is our own. Browsers send Origin; a cookie without it is refused."""
    origin, host = headers.get("origin", ""), headers.get("host", "")
    if origin in {settings.SITE_URL, *settings.CSRF_TRUSTED_ORIGINS}:
        return True
    try:
        parts = urlsplit(origin)
    except ValueError:  # no address at all
        return False
    same = parts.scheme == {"ws": "http", "wss": "https"}.get(scheme) and parts.netloc == host
    return same and validate_host(parts.hostname or "", settings.ALLOWED_HOSTS)


def by_session(key: str) -> Identity | None:
    """The person of a live session, or None."""
    found = proofs.by_session(key)
    return found and Identity(found[0], session_key=key, expires_at=found[1].get_expiry_date())


def by_token(token: str) -> Identity | None:
    """The person of a live API token that may read, or None. Its use is noted."""
    try:
        found = check(token)
    except BadToken:
        return None
    return _of_token(found) if Scope.READ in found.scopes else None


def _of_token(found: ApiToken | None) -> Identity | None:
    return Identity(found.user, token_id=found.pk, expires_at=found.expires_at) if found else None


def renewed(identity: Identity) -> Identity | None:
    """The same person by the same proof, asked anew; None if the proof no longer holds."""
    if identity.session_key:
        return by_session(identity.session_key)
    if identity.token_id is None:
        return None
    live = ApiToken.objects.live().filter(pk=identity.token_id, user__is_active=True)
    return _of_token(live.select_related("user").first())
