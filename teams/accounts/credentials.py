"""API keys: how they are made, and how a presented one is checked. Only the SHA-256 of a key is ever stored."""

import hashlib
import re
import secrets
from datetime import timedelta
from typing import Final

from django.db.models import BooleanField, Case, Q, Value, When
from django.db.models.functions import Now

from teams.accounts.models import ApiToken, User

MARK: Final = "dbff_"  # lets secret scanners find a leaked key
SHAPE: Final = re.compile(rf"{MARK}[A-Za-z0-9_-]{{43}}")
REMEDY: Final = "Make another under Settings, API tokens."
SHOWN: Final = 12  # characters of the key that stay readable, to tell keys apart
USE_NOTED_EVERY: Final = timedelta(minutes=1)  # else every request would write


class BadToken(Exception):
    """A presented key is not valid. `code`: token_invalid, token_expired, token_revoked or account_inactive."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)


def new_key() -> str:
    """A key of 256 random bits. An unkeyed hash of it is safe to store: there is nothing to guess."""
    return MARK + secrets.token_urlsafe(32)


def digest_of(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def check(key: str) -> ApiToken:
    """The live token of `key`, with its user, its use noted. Raises BadToken. Expiry goes by the database's clock."""
    token = _found(key)
    if token.revoked_at:
        raise BadToken("token_revoked", f"This token was revoked. {REMEDY}")
    if token.over:  # type: ignore[attr-defined]
        raise BadToken("token_expired", f"This token has expired. {REMEDY}")
    if not token.user.is_active:
        raise BadToken("account_inactive", "The account of this token is closed. Ask whoever runs this studio.")
    if token.stale:  # type: ignore[attr-defined]
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=Now())
    return token


def _found(key: str) -> ApiToken:
    if SHAPE.fullmatch(key):
        over = Case(When(expires_at__lte=Now(), then=True), default=Value(False), output_field=BooleanField())
        stale = Case(
            When(Q(last_used_at__gt=Now() - USE_NOTED_EVERY), then=False),
            default=Value(True),
            output_field=BooleanField(),
        )
        tokens = ApiToken.objects.filter(digest=digest_of(key)).select_related("user")
        token = tokens.annotate(over=over, stale=stale).first()
        if token is not None:
            return token
    raise BadToken("token_invalid", f"This token is not valid. {REMEDY}")


def user_from_token(key: str) -> User | None:
    """Whose live key this is, or None."""
    try:
        return check(key).user
    except BadToken:
        return None
