"""What the feed is made of: the rows that each room keeps anyway. There is no second log that could differ from them.

A source says which rows one may see, when each happened, by whom, about what, and tells it in a sentence. Rooms above
this one register theirs when Django starts.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.db.models import Model, Q, QuerySet

from teams.accounts.models import User
from teams.membership.models import Team


@dataclass(frozen=True, slots=True, kw_only=True)
class Eyes:
    """Who looks at which team. costs: whether they may see everybody's; manages: what else is for owners and admins."""

    user: User
    team: Team
    costs: bool
    manages: bool


@dataclass(frozen=True, slots=True)
class Thing:
    """What the feed is asked about: "asset:<id>" and its like, as it is called, with the ids of what belongs to it by
    kind."""

    kind: str
    pk: UUID
    title: str
    others: Mapping[str, UUID] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One thing that happened. Behind the name of who did it come `did` and `title`: "approved", "Evening coat".

    many: `did` where it happened {n} times in a row; "" keeps it apart. whom: to which person it was done. outside: by
    somebody who is not of the team, under a name of their own choice. about:
    "asset:<id>" or ""; link: a path of this site, or "".
    pictures: ids of images to show. amount: USD, for whose eyes it is; `simulated`: paid to nobody.
    """

    did: str
    many: str
    title: str = ""
    whom: UUID | None = None
    about: str = ""
    link: str = ""
    count: int = 1
    note: str = ""
    pictures: tuple[UUID, ...] = ()
    amount: Decimal | None = None
    simulated: bool = False
    outside: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Rows of one model. about: which of them concern a thing; None where none ever does. words: fields to search."""

    kind: str
    model: type[Model]
    rows: Callable[[Eyes], QuerySet[Any]]
    tell: Callable[[Any, Eyes], Told]
    about: Callable[[Thing], Q | None]
    words: tuple[str, ...] = ()
    at: str = "created_at"
    actor: str = "owner_id"

    @property
    def name(self) -> str:
        return f"{self.kind}.{self.model._meta.label_lower}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A row of a source as the feed shows it. `key` is its own for ever."""

    key: str
    kind: str
    at: datetime
    actor_id: UUID | None
    told: Told


KINDS: Final = {
    "generation": "Generations",
    "enhancement": "Enhancements",
    "upload": "Uploads",
    "batch": "Batches",
    "comment": "Comments",
    "feedback": "Likes and picks",
    "review": "Reviews",
    "collection": "Collections",
    "session": "Review sessions",
    "share": "Shares",
    "team": "Team and members",
}
SOURCES: Final[dict[str, Source]] = {}
THINGS: Final[dict[str, Callable[[User, UUID], Thing]]] = {}


def register(source: Source) -> None:
    """Called when Django starts. Raises ValueError for a second one of a name and for an unknown kind."""
    if source.name in SOURCES or source.kind not in KINDS:
        raise ValueError(f"{source.name!r} is registered twice, or of no kind.")
    SOURCES[source.name] = source


def know(kind: str, find: Callable[[User, UUID], Thing]) -> None:
    """Say how things of a kind are found by somebody. `find` raises Missing for what they may not see."""
    if kind in THINGS:
        raise ValueError(f"Things of kind {kind!r} are known.")
    THINGS[kind] = find


def of_thing(**fields: str) -> Callable[[Thing], Q | None]:
    """For `Source.about`: by the kind of a thing the field that names it."""
    return lambda thing: Q(**{fields[thing.kind]: thing.pk}) if thing.kind in fields else None
