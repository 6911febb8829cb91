"""What is done to a team as a whole: how often it may be, and that a try which is refused is noted."""

from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Any, Final, ParamSpec, TypeVar
from uuid import UUID

import redis

from teams.accounts.models import User
from teams.audit import services as audit
from teams.base.errors import Forbidden
from teams.base.limits import Limit, Taken, take_or_refuse
from teams.membership.models import Membership, Role, Team

A_DAY: Final = 10  # of one team: everybody in it is told each time
P = ParamSpec("P")
R = TypeVar("R")


def noted(deed: str, counted: Callable[[Team], bool] | None = None) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """The service, called with `actor` and `team_id`: who may not is noted in the audit log, which its own transaction
    would take back. Where it would change something (`counted`) an owner's try is counted before any row is locked, and
    not counted after all where it is refused."""

    def decorate(service: Callable[P, R]) -> Callable[P, R]:
        @wraps(service)
        def noting(*args: P.args, **said: P.kwargs) -> R:
            actor: Any = said["actor"]  # all take these two
            team_id: Any = said["team_id"]
            taken = take_deed(team_id) if counted and _would(counted, actor, team_id) else None
            try:
                return service(*args, **said)
            except BaseException as error:
                _give_back(taken)
                if isinstance(error, Forbidden):
                    note_refusal(actor, team_id, deed)
                raise

        return noting

    return decorate


def _would(counted: Callable[[Team], bool], actor: User, team_id: UUID) -> bool:
    """Whether it is an owner who asks, for something that is not so yet. Of others nothing is counted or told here."""
    held = Membership.every.filter(user=actor.pk, team=team_id, role=Role.OWNER).select_related("team")
    return any(counted(row.team) for row in held)


def _give_back(taken: Taken | None) -> None:
    if taken is not None:
        with suppress(redis.RedisError):  # then it counts: the refusal itself is what is to be told
            taken.give_back()


def note_refusal(actor: User, team_id: UUID, deed: str) -> None:
    audit.write(actor, f"team.{deed}_refused", f"team:{team_id}", {}, team_id)


def take_deed(team_id: UUID) -> Taken:
    """Count an archiving, a deletion or a handing over; what takes it back is never refused. Raises Refused (429, or
    503 where nobody can count)."""
    message = f"A team is archived, deleted and handed over {A_DAY} times a day at most."
    return take_or_refuse([Limit(f"team:deeds:{team_id}", A_DAY, 86_400)], "too_often", message)
