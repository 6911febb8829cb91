"""Who has come in by a link carries a ticket: a signed cookie for the pages of that one share, good for half a day.

It opens nothing by itself. Each page and each picture asks the database whether the share still stands, so that one
that was taken back is dead at the next request. It names the key's and the password's digests: another password is
asked for anew. What signs it is kept outside the database, so that a copy of that makes none.
"""

import hashlib
import secrets
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from teams.sharing.models import Share, Way

SALT: Final = "teams.sharing.ticket"
LASTS: Final = 12 * 3600  # seconds
MARK: Final = "teams.sharing.mark"
KNOWN: Final = 180 * 86_400  # seconds that a browser is known that has been in with the password
PATH: Final = "/s/"  # below which the pages of shares stand, each under its id


@dataclass(frozen=True, slots=True)
class Held:
    """A share that stands and whose key was sent in; `is_open`: its password too, where it asks for one."""

    share: Share
    is_open: bool


def held(request: HttpRequest, share_id: UUID) -> Held | None:
    """What the caller's ticket lets in to now; None without a ticket, for a forged or old one, or when it is over."""
    try:
        said = signing.loads(request.COOKIES.get(_cookie(share_id), ""), salt=SALT, max_age=LASTS)
    except signing.BadSignature:
        return None
    row = Share.objects.standing().told().filter(pk=share_id, way=Way.LINK).first()
    if row is None or said.get("share") != str(row.pk) or said.get("of") != _stamp(row, ""):
        return None
    return Held(row, is_open=not row.is_locked or said.get("open") == _stamp(row, row.password))


def give(answer: HttpResponse, share: Share, *, is_open: bool) -> HttpResponse:
    """The answer, with a ticket on it. Of what asks for a password none outlives the browser: it may be everybody's."""
    name, value = ticket_of(share, is_open=is_open)
    _set(answer, share, name, value, None if share.is_locked else LASTS)
    if share.is_locked and is_open:
        mark = {"share": str(share.pk), "mark": secrets.token_hex(16)}
        _set(answer, share, _mark(share.pk), signing.dumps(mark, salt=MARK), KNOWN)
    return answer


def mark_of(request: HttpRequest, share: Share) -> str:
    """By what this browser is known, if it has been in with a password of this share; else "". It opens nothing."""
    try:
        said = signing.loads(request.COOKIES.get(_mark(share.pk), ""), salt=MARK, max_age=KNOWN)
    except signing.BadSignature:
        return ""
    return str(said.get("mark", "")) if said.get("share") == str(share.pk) else ""


def _set(answer: HttpResponse, share: Share, name: str, value: str, lasts: int | None) -> None:
    answer.set_cookie(
        name,
        value,
        max_age=lasts,
        path=f"{PATH}{share.pk}",
        secure=settings.TLS,
        httponly=True,
        samesite="Lax",
    )


def ticket_of(share: Share, *, is_open: bool) -> tuple[str, str]:
    """The cookie's name and value."""
    opened = _stamp(share, share.password) if is_open else ""
    said = {"share": str(share.pk), "of": _stamp(share, ""), "open": opened}
    return _cookie(share.pk), signing.dumps(said, salt=SALT)


def _cookie(share_id: UUID) -> str:
    return f"{'__Secure-' if settings.TLS else ''}share-{share_id.hex}"


def _mark(share_id: UUID) -> str:
    return f"{_cookie(share_id)}-known"


def _stamp(share: Share, password: str) -> str:
    return hashlib.sha256(f"{share.digest}:{password}".encode()).hexdigest()
