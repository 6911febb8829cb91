"""Requests per minute, counted atomically in Redis per account, or per address for those who did not sign in."""

import logging
import time
from typing import Any, Final

import redis
from django.conf import settings
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


class AccountThrottle(BaseThrottle):
    """Fixed windows of a minute. When Redis is away, requests pass: sign-in has limits of its own that do not."""

    left_s: float = WINDOW

    def allow_request(self, request: Request, view: Any) -> bool:
        user = request.user
        who = f"u{user.pk}" if user.is_authenticated else f"a{self.get_ident(request)}"
        now = time.time()
        self.left_s = WINDOW - now % WINDOW
        limit = settings.API_RATE_PER_MINUTE
        try:
            count = int(str(link().eval(COUNT, 1, f"rate:{who}:{int(now // WINDOW)}", str(WINDOW * 2))))
        except redis.RedisError:
            log.warning("rate limits are off: Redis cannot be asked")
            return True
        facts = {
            "RateLimit-Limit": limit,
            "RateLimit-Remaining": max(0, limit - count),
            "RateLimit-Reset": int(self.left_s) + 1,
        }
        request._request.rate_limit = facts  # type: ignore[attr-defined]  # HeadersMiddleware writes it on the answer
        return count <= limit

    def wait(self) -> float:
        return self.left_s
