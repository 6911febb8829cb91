"""Limits on how often something may be tried: sliding windows in Redis, taken in one atomic step."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import redis
from django.conf import settings

from teams.base.errors import Refused

# KEYS: one sorted set of times per limit. ARGV: this try's name, then per key the limit and the window in ms.
# All have room: the try is noted in each, and 0 comes back. Otherwise nothing is noted, and the longest wait in ms
# comes back. Redis' own clock is used, for those of the web nodes may differ.
TAKE: Final = """
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local wait = 0
for i, key in ipairs(KEYS) do
    local limit, window = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])
    redis.call('ZREMRANGEBYSCORE', key, '-inf', now - window)
    if redis.call('ZCARD', key) >= limit then
        local first = redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')
        wait = math.max(wait, tonumber(first[2]) + window - now, 1)
    end
end
if wait > 0 then return wait end
for i, key in ipairs(KEYS) do
    redis.call('ZADD', key, now, ARGV[1])
    redis.call('PEXPIRE', key, tonumber(ARGV[2 * i + 1]))
end
return 0
"""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `tries` within `seconds`, counted under `key`."""

    key: str
    tries: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Taken:
    """A try that was let through; `give_back` makes it as if it had not been."""

    name: str
    keys: tuple[str, ...]

    def give_back(self) -> None:
        with link().pipeline() as pipe:
            for key in self.keys:
                pipe.zrem(key, self.name)
            pipe.execute()


class TooOften(Exception):
    """No room; `seconds` until the next try may be let through."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(f"No room for {seconds} s.")


@lru_cache(maxsize=4)
def _link(url: str) -> "redis.Redis":
    return redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2)


def link() -> "redis.Redis":
    return _link(settings.REDIS_URL)


def take(limits: Sequence[Limit]) -> Taken:
    """Count a try under every limit at once. Raises TooOften, or redis.RedisError when Redis cannot be asked."""
    name = secrets.token_hex(8)
    keys = [f"limit:{limit.key}" for limit in limits]
    facts = [fact for limit in limits for fact in (limit.tries, limit.seconds * 1000)]
    wait = int(str(link().eval(TAKE, len(keys), *keys, name, *map(str, facts))))
    if wait:
        raise TooOften(-(-wait // 1000))
    return Taken(name, tuple(keys))


def take_or_refuse(
    limits: Sequence[Limit], code: str, message: str, *, remedy: str = "Go on tomorrow.", field: str | None = None
) -> Taken:
    """Count a try as `take` does. Raises Refused: 429 as said, or 503 where nobody can count."""
    try:
        return take(limits)
    except TooOften as often:
        raise Refused(code, message, field=field, remedy=remedy, status=429, retry_after=often.seconds) from often
    except redis.RedisError as away:
        raise Refused("unavailable", "This cannot be counted now.", remedy="Try again.", status=503) from away


def forget(key: str) -> None:
    """Begin anew under `key`."""
    link().delete(f"limit:{key}")
