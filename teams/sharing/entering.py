"""Coming in by a link: its key, then perhaps a password; how often either may be tried is counted in Redis.

Wrong, cut off, of another kind, over, taken back: all keys that open nothing get the one answer, `nothing`.
"""

import hashlib
from contextlib import suppress
from typing import Final

import redis
import structlog
from django.db.models import F
from django.http import HttpRequest

from teams.accounts.throttle import address_of
from teams.audit import services as audit
from teams.base.errors import Missing, Refused
from teams.base.limits import Limit, Taken, TooOften, take
from teams.sharing import keys, passwords, tickets
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
    """The share of a key, or of a whole link. Raises Missing, Refused (429) after too many wrong ones.

    A right key always opens: it cannot be guessed, so the limit is for quiet alone, and many may share an address.
    """
    row = Share.objects.standing().filter(digest=keys.digest_of(keys.key_in(said)), way=Way.LINK).first()
    if row is not None:
        return row
    with suppress(redis.RedisError):
        try:
            take([Limit(f"share:keys:{hidden(address_of(request))}", KEYS, WINDOW)])
        except TooOften as often:
            raise _too_many(often.seconds) from often
    raise nothing()


def by_password(request: HttpRequest, share: Share, said: str) -> None:
    """Raises Refused: `wrong_password`; 429 after too many, also for the right one; 503 where nobody can count;
    `closed` when so many were wrong since the password was given that somebody is guessing.

    Who has been in before (their browser carries a mark) is counted apart: others' guesses do not keep them out.
    """
    mark = tickets.mark_of(request, share)
    if share.is_closed and not mark:
        message, remedy = "Too many wrong passwords were tried.", "Ask whoever sent the link for a new password."
        raise Refused("closed", message, field="password", remedy=remedy, status=403)
    taken = _counted(share, address_of(request), mark)
    if not passwords.fits(said, share.password):
        Share.objects.filter(pk=share.pk).update(wrong=F("wrong") + 1)
        message, remedy = "This is not the password.", "Ask whoever sent the link."
        raise Refused("wrong_password", message, field="password", remedy=remedy)
    with suppress(redis.RedisError):  # it was right: what cannot be given back is over in a quarter of an hour
        taken.give_back()


def _counted(share: Share, address: str, mark: str) -> Taken:
    one = f"share:{share.pk}"
    limits = [Limit(f"{one}:{hidden(address)}", FROM_ONE, WINDOW), Limit(one, OF_ONE, WINDOW)]
    try:
        return take([Limit(f"{one}:{mark}", FROM_ONE, WINDOW)] if mark else limits)
    except TooOften as often:
        _note(share, address)
        raise _too_many(often.seconds) from often
    except redis.RedisError as error:
        log.exception("share_counters_down")
        remedy = "Try again in a minute."
        raise Refused("unavailable", "No password can be checked just now.", remedy=remedy, status=503) from error


def _note(share: Share, address: str) -> None:
    """Once for each time that it is locked."""
    try:
        take([Limit(f"share:noted:{share.pk}", 1, WINDOW)])
    except (TooOften, redis.RedisError):
        return
    audit.write(None, "share.locked", f"share:{share.pk}", {"address": address}, share.team_id)


def _too_many(seconds: int) -> Refused:
    minutes = max(1, -(-seconds // 60))
    message, remedy = "Too many wrong tries.", f"Wait {minutes} min."
    return Refused("too_many_tries", message, remedy=remedy, status=429, retry_after=seconds)


def hidden(address: str) -> str:
    """Counters name nobody."""
    return hashlib.sha256(address.encode()).hexdigest()[:32]
