"""What may follow the images of a generation. The floor that does it registers here how a wish for it is settled."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from designer.generations.wishes import GenerationWish
from teams.accounts.models import User
from teams.base.errors import Refused
from teams.membership.models import Team

FIELD: Final = "auto_enhance"


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """What will follow each image: kept with the generation as `value` (None for nothing), for `cost` USD as expected,
    `most` at most, and `seconds` for each of them."""

    value: Any = None
    title: str = ""
    cost: Decimal = Decimal(0)
    most: Decimal = Decimal(0)
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class FollowUp:
    """`settle(value, team, width, height)`: raises Refused whose field lies within the value; None means the team's
    usual. `choices(user, team id or None for all their teams)`: ids and names of what a form offers."""

    settle: Callable[[Any, Team, int, int], Promise]
    choices: Callable[[User, UUID | None], list[tuple[str, str]]]


REGISTERED: Final[dict[str, FollowUp]] = {}


def register(follow_up: FollowUp) -> None:
    """File who settles the wish's field `auto_enhance`."""
    REGISTERED[FIELD] = follow_up


def choices(user: User) -> list[tuple[str, str]]:
    """What a form may offer beside the team's usual and nothing."""
    return REGISTERED[FIELD].choices(user, None) if REGISTERED else []


def settled(wish: GenerationWish, team: Team, *, width: int, height: int, usual: bool = True) -> Promise:
    """What follows images of width x height pixels. usual: whether a wish that says nothing means the team's usual.

    Raises Refused naming the field when `auto_enhance` is not what it may be.
    """
    if not REGISTERED or (wish.auto_enhance is None and not usual):
        return Promise()
    try:
        return REGISTERED[FIELD].settle(wish.auto_enhance, team, width, height)
    except Refused as refused:
        refused.field = f"{FIELD}.{refused.field or ''}".rstrip(".")
        for line in refused.facts.get("lines", []):  # the recipe may have more than one fault
            line["field"] = f"{FIELD}.{line['field']}"
        raise
