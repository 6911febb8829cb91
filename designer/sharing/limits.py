"""How often what is shared may be looked at and taken: of each visitor, and of all of one share together.

A visitor is an address (or an account), so that one cannot shut a share for the others. Where Redis is away nothing is
limited: whoever is here was let in.
"""

from collections.abc import Iterator
from typing import Final

import redis
from django.http import HttpRequest

from designer.assets.models import Asset
from teams.accounts.throttle import address_of
from teams.base.errors import Refused
from teams.base.limits import Limit, Taken, TooOften, link, take
from teams.sharing import tickets
from teams.sharing.entering import hidden
from teams.sharing.models import Share

LOOKS: Final = (1200, 12_000, 600)  # pages and pictures: of one visitor, of all, in so many seconds
FILES: Final = (600, 6000, 3600)
ARCHIVES: Final = (10, 60, 3600)
AT_ONCE: Final = (2, 6, 900)  # archives on their way; one whose end nobody told is forgotten then
BYTES: Final = 20 * 10**9  # of one visitor of one share in an hour
HOUR: Final = 3600


def looks(request: HttpRequest, share: Share) -> None:
    """Raises Refused (429)."""
    _take(request, share, "look", LOOKS)


def files(request: HttpRequest, share: Share, asset: Asset) -> None:
    """Raises Refused (429): a file is read, and with what a camera wrote is written anew, in memory."""
    _take(request, share, "file", FILES)
    _weigh(request, share, asset.bytes)


def comes_in(request: HttpRequest, share: Share) -> bool:
    """Whether this person was not here for half a day: by a link they would need a new ticket."""
    try:
        take([Limit(f"share:opened:{share.pk}:{_who(request)}", 1, tickets.LASTS)])
    except TooOften:
        return False
    except redis.RedisError:
        return True
    return True


def archive(request: HttpRequest, share: Share) -> Taken | None:
    """Raises Refused (429). What is given back when its archive has ended."""
    _take(request, share, "archive", ARCHIVES)
    _weigh(request, share, 0)
    return _take(request, share, "archives", AT_ONCE)


def ending(blocks: Iterator[bytes], taken: Taken | None, request: HttpRequest, share: Share) -> Iterator[bytes]:
    """The blocks; gives back what was taken when they end or nobody wants them any more, and counts them."""
    sent = 0
    try:
        for block in blocks:
            sent += len(block)
            yield block
    finally:
        try:
            _add(request, share, sent)
            if taken is not None:
                taken.give_back()
        except redis.RedisError:
            pass  # both are forgotten by themselves


def _who(request: HttpRequest) -> str:
    return hidden(str(request.user.pk) if request.user.is_authenticated else address_of(request))


def _take(request: HttpRequest, share: Share, what: str, most: tuple[int, int, int]) -> Taken | None:
    one, all_of_them, seconds = most
    key = f"share:{what}:{share.pk}"
    try:
        return take([Limit(f"{key}:{_who(request)}", one, seconds), Limit(key, all_of_them, seconds)])
    except TooOften as often:
        raise _often(often.seconds) from often
    except redis.RedisError:
        return None


def _often(seconds: int) -> Refused:
    message, remedy = "This was asked for very often.", "Wait a little, then go on."
    return Refused("too_often", message, remedy=remedy, status=429, retry_after=seconds)


def _weigh(request: HttpRequest, share: Share, more: int) -> None:
    """Count so many bytes. Raises Refused (429) where there were too many before."""
    try:
        if _add(request, share, more) - more > BYTES:
            raise _often(HOUR)
    except redis.RedisError:
        return


def _add(request: HttpRequest, share: Share, more: int) -> int:
    key = f"limit:share:bytes:{share.pk}:{_who(request)}"
    with link().pipeline() as pipe:
        pipe.incrby(key, more)
        pipe.expire(key, HOUR, nx=True)
        return int(pipe.execute()[0])
