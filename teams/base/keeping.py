"""What is kept in the cache for a while because making it is dear."""

from collections.abc import Callable
from typing import TypeVar

from django.core.cache import cache
from redis import RedisError

T = TypeVar("T")


def kept(key: str, seconds: float, make: Callable[[], T]) -> T:
    """What `make` gave up to so many seconds ago. While Redis is away, full or read-only it is made anew each time:
    it is a convenience, and no reason to refuse work."""
    try:
        known: T | None = cache.get(key)
    except RedisError:
        return make()
    if known is None:
        known = make()
        try:
            cache.set(key, known, seconds)
        except RedisError:
            return known
    return known
