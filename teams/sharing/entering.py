"""Coming in by a link: its key, then perhaps a password; how often either may be tried is counted in Redis.

Wrong, cut off, of another kind, over, taken back: all keys that open nothing get the one answer, `nothing`.
"""

import hashlib
from contextlib import suppress
from typing import Final

import redis
import structlog
from django.contrib.auth.hashers import check_password
from django.http import HttpRequest

from teams.accounts.throttle import address_of
from teams.audit import services as audit
from teams.base.errors import Missing, Refused
from teams.base.limits import Limit, TooOften, take
from teams.sharing import keys
from teams.sharing.models import Share, Way

WINDOW: Final = 15 * 60  # seconds
KEYS: Final = 60  # wrong ones, of one address
FROM_ONE: Final = 10  # wrong passwords of one share from one address
OF_ONE: Final = 50  # and from everywhere
log = structlog.get_logger(__name__)


def nothing() -> Missing:
    """The one answer for whatever opens nothing, so that nobody learns what exists or did."""
    message = "This link leads nowhere. It is not whole, has ended or was taken back."
    return Missing(message=message, remedy="Ask whoever sent it.")


def by_key(request: HttpRequest, said: str) -> Share:
    """The share of a key, or of a whole link. Raises Missing, Refused (429) after too many wrong ones."""
    taken = None
    with suppress(redis.RedisError):  # a key cannot be guessed: the limit is for quiet
        try:
            taken = take([Limit(f"share:keys:{_hidden(address_of(request))}", KEYS, WINDOW)])
        except TooOften as often:
            raise _too_many(often.seconds) from often
    row = Share.objects.standing().filter(digest=keys.digest_of(keys.key_in(said)), way=Way.LINK).first()
    if row is None:
        raise nothing()
    if taken is not None:
        with suppress(redis.RedisError):
            taken.give_back()
    return row


def by_password(request: HttpRequest, share: Share, said: str) -> None:
    """Raises Refused: `wrong_password`; 429 after too many, also for the right one; 503 where nobody can count."""
    one, address = f"share:{share.pk}", address_of(request)
    limits = [Limit(f"{one}:{_hidden(address)}", FROM_ONE, WINDOW), Limit(one, OF_ONE, WINDOW)]
    try:
        taken = take(limits)
    except TooOften as often:
        _note(share, address)
        raise _too_many(often.seconds) from often
    except redis.RedisError as error:
        log.exception("share_counters_down")
        remedy = "Try again in a minute."
        raise Refused("unavailable", "No password can be checked just now.", remedy=remedy, status=503) from error
    if not check_password(said[: keys.LONGEST], share.password):
        message, remedy = "This is not the password.", "Ask whoever sent the link."
        raise Refused("wrong_password", message, field="password", remedy=remedy)
    taken.give_back()


def _note(share: Share, address: str) -> None:
    """Once for each time that it is locked."""
    try:
        take([Limit(f"share:noted:{share.pk}", 1, WINDOW)])
    except TooOften:
        return
    audit.write(None, "share.locked", f"share:{share.pk}", {"address": address}, share.team_id)


def _too_many(seconds: int) -> Refused:
    minutes = max(1, -(-seconds // 60))
    message, remedy = "Too many wrong tries.", f"Wait {minutes} min."
    return Refused("too_many_tries", message, remedy=remedy, status=429, retry_after=seconds)


def _hidden(address: str) -> str:
    return hashlib.sha256(address.encode()).hexdigest()[:32]
