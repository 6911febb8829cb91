"""What is done to a team as a whole: how often it may be, and that a try which is refused is noted."""

from collections.abc import Callable
from functools import wraps
from typing import Final, ParamSpec, TypeVar
from uuid import UUID

import redis

from teams.accounts.models import User
from teams.audit import services as audit
from teams.base.errors import Forbidden, Refused
from teams.base.limits import Limit, TooOften, take

A_DAY: Final = 10  # of one team: everybody in it is told each time
P = ParamSpec("P")
R = TypeVar("R")


def noted(deed: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """The service, called with `actor` and `team_id`: who may not is noted in the audit log, which its own transaction
    would take back."""

    def decorate(service: Callable[P, R]) -> Callable[P, R]:
        @wraps(service)
        def noting(*args: P.args, **said: P.kwargs) -> R:
            try:
                return service(*args, **said)
            except Forbidden:
                note_refusal(said["actor"], said["team_id"], deed)  # type: ignore[arg-type]  # all take these two
                raise

        return noting

    return decorate


def note_refusal(actor: User, team_id: UUID, deed: str) -> None:
    audit.write(actor, f"team.{deed}_refused", f"team:{team_id}", {}, team_id)


def take_deed(team_id: UUID) -> None:
    """Count an archiving, a deletion or a handing over; what takes it back is never refused. Raises Refused (429, or
    503 where nobody can count)."""
    try:
        take([Limit(key=f"team:deeds:{team_id}", tries=A_DAY, seconds=86_400)])
    except TooOften as often:
        message = f"A team is archived, deleted and handed over {A_DAY} times a day at most."
        raise Refused("too_often", message, remedy="Go on tomorrow.", status=429, retry_after=often.seconds) from often
    except redis.RedisError as away:
        raise Refused("unavailable", "This cannot be counted now.", remedy="Try again.", status=503) from away
