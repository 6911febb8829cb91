"""Requests per minute, counted atomically in Redis per account, or per address for those who did not sign in."""

import ipaddress
import logging
import time
from typing import Any, Final

import redis
from django.conf import settings
from django.http import HttpRequest
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from teams.base.limits import link

log = logging.getLogger(__name__)
WINDOW: Final = 60
COUNT: Final = """
local n = redis.call('INCR', KEYS[1])
if n == 1 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
return n
"""
Facts = dict[str, int]


def address_of(request: Any) -> str:
    """Whence a request comes: the address that the trusted proxies saw, of IPv6 the network (/64) of one customer."""
    raw = BaseThrottle().get_ident(request) or ""
    try:
        address = ipaddress.ip_address(raw)
    except ValueError:
        return "unknown"
    return str(address) if address.version == 4 else str(ipaddress.ip_network(f"{address}/64", strict=False))


def counted(who: str) -> Facts:
    """Count one request of `who` in this minute, and say where that leaves them. Empty when Redis is away."""
    now = time.time()
    limit = settings.API_RATE_PER_MINUTE
    try:
        count = int(str(link().eval(COUNT, 1, f"rate:{who}:{int(now // WINDOW)}", str(WINDOW * 2))))
    except redis.RedisError:
        log.warning("rate limits are off: Redis cannot be asked")
        return {}
    return {
        "RateLimit-Limit": limit,
        "RateLimit-Used": count,
        "RateLimit-Remaining": max(0, limit - count),
        "RateLimit-Reset": int(WINDOW - now % WINDOW) + 1,
    }


def counted_refusal(request: HttpRequest) -> Facts:
    return counted(f"a{address_of(request)}")


class AccountThrottle(BaseThrottle):
    """Fixed windows of a minute. When Redis is away, requests pass: sign-in has limits of its own that do not."""

    left_s: float = WINDOW

    def allow_request(self, request: Request, view: Any) -> bool:
        user = request.user
        facts = counted(f"u{user.pk}" if user.is_authenticated else f"a{address_of(request)}")
        request._request.rate_limit = facts  # type: ignore[attr-defined]  # HeadersMiddleware writes it on the answer
        self.left_s = facts.get("RateLimit-Reset", WINDOW)
        return facts.get("RateLimit-Used", 0) <= facts.get("RateLimit-Limit", 0) or not facts

    def wait(self) -> float:
        return self.left_s
