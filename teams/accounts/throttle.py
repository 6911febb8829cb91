"""How often a password may be tried: per account, per address and in all, counted in Redis before the try.

Somebody else's tries must not lock the owner out: a browser that has signed in before carries a signed cookie, and its
tries are counted by themselves.
"""

import hashlib
import ipaddress
from typing import Final

import redis
import structlog
from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from teams.accounts.models import User
from teams.base.errors import Refused
from teams.base.limits import Limit, Taken, TooOften, forget, take

WINDOW: Final = 15 * 60  # seconds
PER_ACCOUNT: Final = 10
PER_ADDRESS: Final = 100
IN_ALL: Final = 5_000
SALT: Final = "teams.accounts.device"
DEVICE_AGE: Final = 180 * 86_400  # seconds
log = structlog.get_logger(__name__)


def address_of(request: HttpRequest) -> str:
    """The caller's address. X-Forwarded-For counts only as far as our own proxies (TRUSTED_PROXIES) wrote it."""
    written = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    address = str(request.META.get("REMOTE_ADDR") or "")
    if 0 < settings.TRUSTED_PROXIES <= len(written):
        address = written[-settings.TRUSTED_PROXIES]
    return _network(address)


def _network(address: str) -> str:
    """One key per household: an IPv6 customer holds a whole /64."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if found.version == 6:
        return str(ipaddress.ip_network(f"{found}/64", strict=False).network_address)
    return str(found)


def take_try(request: HttpRequest, email: str) -> Taken:
    """Count a try to sign in as `email`, before the password is looked at.

    Raises Refused: 429 `too_many_tries` with `retry_after` seconds, or 503 when the counters cannot be asked.
    """
    try:
        return take(_limits(request, email))
    except TooOften as full:
        log.warning("sign_in_throttled", account=_hashed(email), address=address_of(request))
        raise too_many(full.seconds) from full
    except redis.RedisError as error:
        log.exception("sign_in_counters_down")
        raise Refused(
            "sign_in_paused", "Nobody can sign in just now.", remedy="Try again in a minute.", status=503
        ) from error


def too_many(seconds: int) -> Refused:
    minutes = max(1, -(-seconds // 60))
    return Refused(
        "too_many_tries",
        "Too many tries to sign in.",
        remedy=f"Wait {minutes} min, or reset your password.",
        status=429,
        retry_after=seconds,
    )


def clear(email: str) -> None:
    """After a password reset the account begins anew."""
    forget(f"sign-in:account:{_hashed(email)}")


def remember_device(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """Let this browser be known as one that signed in as `user`."""
    value = signing.dumps({"account": _hashed(user.email), "at": str(user.pk)}, salt=SALT)
    response.set_cookie(
        device_cookie(), value, max_age=DEVICE_AGE, secure=settings.TLS, httponly=True, samesite="Lax", path="/"
    )


def device_cookie() -> str:
    return "__Host-device" if settings.TLS else "device"


def _limits(request: HttpRequest, email: str) -> list[Limit]:
    account = _hashed(email)
    if device := _known_device(request, account):
        return [Limit(f"sign-in:device:{device}", PER_ACCOUNT, WINDOW)]
    return [
        Limit(f"sign-in:account:{account}", PER_ACCOUNT, WINDOW),
        Limit(f"sign-in:address:{address_of(request)}", PER_ADDRESS, WINDOW),
        Limit("sign-in:all", IN_ALL, WINDOW),
    ]


def _known_device(request: HttpRequest, account: str) -> str | None:
    value = request.COOKIES.get(device_cookie(), "")
    try:
        known = signing.loads(value, salt=SALT, max_age=DEVICE_AGE)
    except signing.BadSignature:
        return None
    return hashlib.sha256(value.encode()).hexdigest() if known.get("account") == account else None


def _hashed(email: str) -> str:
    """Counters name nobody, and unknown accounts are counted just like known ones."""
    return hashlib.sha256(email.strip().casefold().encode()).hexdigest()
