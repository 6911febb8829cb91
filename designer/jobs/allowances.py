"""What may be asked of a paid provider now, shared by all workers: requests and images per minute, and calls at once.
A vendor counts by the model or by the account; what is counted together has one bucket and one line.

One atomic step in Redis takes all or nothing. A call that finds no room gets a place in a line and is told when to come
back; its worker gives the job back to the queue and does something else. Those who are waited for by a person stand
before batches. Limits are the lower of what an admin wrote and what the vendor's headers said.

Redis holds nothing that must not be lost. After it was emptied a bucket begins with one call, not with a burst; while
it is away the calls on record in Postgres are counted instead, and half of what is known to be allowed is used.
"""

import logging
import random
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import redis
from django.db.models.functions import Now

from designer.jobs.models import AttemptOutcome, JobAttempt, JobStatus
from teams.base.limits import link

log = logging.getLogger(__name__)

MINUTE: Final = timedelta(minutes=1)
LINGERS_S: Final = 10  # a waiter that has not asked again for so long counts no more, as in TAKE
DEGRADED_WAIT: Final = timedelta(seconds=3)

# KEYS: bucket, calls under way, line of the urgent, line of the others.
# ARGV: holder, 1 if urgent, images, ms that a call may last, requests and images per minute, calls at once, usual ms.
# 0 = taken, else the ms to wait. A bucket holds a twentieth of a minute's worth, and at most half of what the vendor
# was ever heard to have left; it fills so that no 62 s (a minute, and what the way to it may vary) see more than
# the limit. A call for more than it holds leaves a debt.
TAKE: Final = """
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local holder, urgent, images = ARGV[1], ARGV[2] == '1', tonumber(ARGV[3])
local line = urgent and KEYS[3] or KEYS[4]
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
redis.call('ZREM', KEYS[2], holder)
for i = 3, 4 do redis.call('ZREMRANGEBYSCORE', KEYS[i], '-inf', now - 10000) end
local mine = redis.call('ZSCORE', line, holder)
local ahead = mine and redis.call('ZCOUNT', line, '-inf', '(' .. mine) or redis.call('ZCARD', line)
if not urgent then ahead = ahead + redis.call('ZCARD', KEYS[3]) end
local wait = math.max(0, tonumber(redis.call('HGET', KEYS[1], 'until') or 0) - now)
local function limit(name, given)
    local said = tonumber(redis.call('HGET', KEYS[1], name) or 0)
    given = tonumber(given)
    return (said > 0 and (given == 0 or said < given)) and said or given
end
local left_of, need_of = {}, {}
local function look(name, given, need)
    local most = limit(name, given)
    if most == 0 then return end
    need = math.min(need, most)
    local room = tonumber(redis.call('HGET', KEYS[1], name .. ':room') or most)
    local burst = math.max(1, math.min(math.floor(most / 20), math.floor(room / 2)))
    local rate = (need > burst and math.floor(most / need) * need or most - burst + 1) / 62000
    local since = now - tonumber(redis.call('HGET', KEYS[1], name .. ':at') or now)
    local left = math.min(burst, tonumber(redis.call('HGET', KEYS[1], name .. ':left') or 1) + since * rate)
    local said = redis.call('HGET', KEYS[1], name .. ':said')
    if said then left = math.min(left, tonumber(said)) end
    left_of[name], need_of[name] = left, need
    local short = math.min(need, burst) + ahead - left
    if short > 0 then wait = math.max(wait, short / rate) end
end
look('requests', ARGV[5], 1)
look('images', ARGV[6], images)
local at_once = limit('concurrent', ARGV[7])
if at_once > 0 and redis.call('ZCARD', KEYS[2]) + ahead >= at_once then
    wait = math.max(wait, 500, tonumber(ARGV[8]) / at_once * (1 + ahead))
end
if wait > 0 then
    wait = math.min(math.ceil(wait), 3600000)
    redis.call('ZADD', line, now + wait, holder)
    redis.call('PEXPIRE', line, wait + 60000)
else
    redis.call('ZREM', line, holder)
    redis.call('ZADD', KEYS[2], now + tonumber(ARGV[4]), holder)
    redis.call('PEXPIRE', KEYS[2], math.max(redis.call('PTTL', KEYS[2]), tonumber(ARGV[4])))
end
for name, left in pairs(left_of) do
    if wait == 0 then left = left - need_of[name] end
    redis.call('HSET', KEYS[1], name .. ':left', left, name .. ':at', now)
    redis.call('HDEL', KEYS[1], name .. ':said')
end
redis.call('PEXPIRE', KEYS[1], 7200000)
return wait
"""
# KEYS: bucket. ARGV: requests and images per minute, requests and images left (each empty where not said), ms of pause.
LEARN: Final = """
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
for i, name in ipairs({'requests', 'images'}) do
    if ARGV[i] ~= '' then redis.call('HSET', KEYS[1], name, ARGV[i]) end
    if ARGV[i + 2] ~= '' then
        local room = math.max(tonumber(ARGV[i + 2]) + 1, tonumber(redis.call('HGET', KEYS[1], name .. ':room') or 0))
        redis.call('HSET', KEYS[1], name .. ':said', ARGV[i + 2], name .. ':room', room)
    end
end
local stop = now + tonumber(ARGV[5])
if stop > math.max(now, tonumber(redis.call('HGET', KEYS[1], 'until') or 0)) then
    redis.call('HSET', KEYS[1], 'until', stop)
end
redis.call('PEXPIRE', KEYS[1], 7200000)
return 1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """0: no limit is known."""

    requests_per_minute: int = 0
    images_per_minute: int = 0
    concurrent: int = 0

    @classmethod
    def read(cls, said: Mapping[str, Any]) -> "Limits":
        """The limits that are written down, without what is none."""
        names = [each.name for each in fields(cls)]
        return cls(**{name: said[name] for name in names if isinstance(said.get(name), int) and said[name] > 0})

    @classmethod
    def lowest(cls, said: Iterable[Mapping[str, Any]]) -> "Limits":
        """Of several that are written down, the lowest of each sort."""
        all_of_them = [cls.read(each) for each in said]
        names = [each.name for each in fields(cls)]
        return cls(
            **{name: min(filter(None, (getattr(each, name) for each in all_of_them)), default=0) for name in names}
        )

    @property
    def known(self) -> bool:
        return any(getattr(self, each.name) for each in fields(self))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A call that somebody wants to make: to whom, by which job, for how many images, and how long it may last.

    `account`: the models that use up the same limits, this one among them; none where its limits are its own.
    """

    provider: str
    model: str
    holder: str
    limits: Limits
    account: tuple[str, ...] = ()
    urgent: bool = False
    images: int = 1
    usual: timedelta = timedelta(seconds=5)
    longest: timedelta = timedelta(minutes=3)

    @property
    def keys(self) -> list[str]:
        counted = self.provider if self.account else f"{self.provider}/{self.model}"
        name = f"allowance:{{{counted}}}"
        return [name, f"{name}:running", f"{name}:urgent", f"{name}:line"]

    @property
    def models(self) -> tuple[str, ...]:
        """Those whose calls count together."""
        return self.account or (self.model,)


def take(wish: Wish) -> timedelta:
    """Take what this call needs; zero if it may be made now, else after how long to ask again."""
    limits = wish.limits
    facts = [wish.holder, int(wish.urgent), wish.images, _ms(wish.longest)]
    facts += [limits.requests_per_minute, limits.images_per_minute, limits.concurrent, _ms(wish.usual)]
    try:
        wait = link().eval(TAKE, 4, *wish.keys, *map(str, facts))
    except (redis.RedisError, OSError) as error:
        log.warning("limits of %s are counted in Postgres: %s", wish.provider, error)
        return _counted(wish)
    return timedelta(milliseconds=int(str(wait)))


def hold(wish: Wish) -> None:
    """Count a call that was made before and is still under way: it asks for nothing, whatever the limits say."""
    try:
        with link().pipeline() as pipe:
            pipe.zadd(wish.keys[1], {wish.holder: time.time() * 1000 + _ms(wish.longest)})
            pipe.pexpire(wish.keys[1], _ms(wish.longest), nx=True)
            pipe.pexpire(wish.keys[1], _ms(wish.longest), gt=True)
            pipe.execute()
    except (redis.RedisError, OSError):
        log.warning("a call to %s goes on uncounted", wish.provider)


def give_back(wish: Wish) -> None:
    """The call is over: another may be made in its place."""
    try:
        link().zrem(wish.keys[1], wish.holder)
    except (redis.RedisError, OSError):
        log.warning("a call to %s counts until its time is over", wish.provider)


def learn(wish: Wish, per_minute: Mapping[str, int], left: Mapping[str, int], pause: timedelta) -> None:
    """Keep what the vendor just said of its limits, by sort (requests, images)."""
    if not (per_minute or left or pause):
        return
    facts = [said.get(sort, "") for said in (per_minute, left) for sort in ("requests", "images")]
    try:
        link().eval(LEARN, 1, wish.keys[0], *map(str, facts), str(_ms(pause)))
    except (redis.RedisError, OSError):
        log.warning("what %s said of its limits was not kept", wish.provider)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What of a model's limits is known and used now. None: nobody said so. `written` is an admin's word, `learned` the
    vendor's; the lower counts. `left` is what may be asked for at this moment."""

    written: Limits
    learned: Limits
    left: dict[str, int | None]
    running: int
    waiting: int
    paused_until: datetime | None


def standing(wish: Wish) -> Standing | None:
    """How a model stands; None while Redis cannot be asked."""
    try:
        with link().pipeline(transaction=False) as pipe:
            pipe.hgetall(wish.keys[0])
            pipe.zcount(wish.keys[1], time.time() * 1000, "+inf")
            for line in wish.keys[2:]:
                pipe.zcount(line, (time.time() - LINGERS_S) * 1000, "+inf")
            said, running, *lines = pipe.execute()
    except (redis.RedisError, OSError):
        return None
    told = {key.decode(): float(value) for key, value in said.items()}
    until = told.get("until", 0) / 1000
    return Standing(
        written=wish.limits,
        learned=Limits(requests_per_minute=int(told.get("requests", 0)), images_per_minute=int(told.get("images", 0))),
        left={sort: _left(told, sort) for sort in ("requests", "images")},
        running=running,
        waiting=sum(lines),
        paused_until=datetime.fromtimestamp(until, UTC) if until > time.time() else None,
    )


def _left(told: Mapping[str, float], sort: str) -> int | None:
    known = [told[name] for name in (f"{sort}:left", f"{sort}:said") if name in told]
    return max(0, int(min(known))) if known else None


def _counted(wish: Wish) -> timedelta:
    """Without Redis: half of what is allowed, by the calls that are on record. Two workers may look at the same moment,
    and the other half is for that. Limits that only the vendor told are not known now."""
    limits, calls = wish.limits, JobAttempt.objects.filter(provider=wish.provider, model__in=wish.models)
    per_minute = min((most for most in (limits.requests_per_minute, limits.images_per_minute) if most), default=0)
    pause = DEGRADED_WAIT * (1 + random.random())  # noqa: S311  (spreads who comes back)
    if per_minute and calls.filter(created_at__gt=Now() - MINUTE).count() >= max(1, per_minute // 2 // wish.images):
        return pause
    running = calls.filter(outcome=AttemptOutcome.STARTED, job__status=JobStatus.LEASED).exclude(job_id=wish.holder)
    if limits.concurrent and running.count() >= max(1, limits.concurrent // 2):
        return pause
    return timedelta()


def _ms(wait: timedelta) -> int:
    return round(wait.total_seconds() * 1000)
