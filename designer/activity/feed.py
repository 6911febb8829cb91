"""The feed: what happened in a team, to a thing or by somebody, the newest first; one statement for each source."""

import base64
import binascii
import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_datetime

from designer.activity.sources import SOURCES, THINGS, Entry, Eyes, Source, Thing
from teams.accounts.models import User
from teams.base.errors import Missing, Refused
from teams.base.ids import id_of
from teams.membership.models import Membership
from teams.membership.ownership import visible_team
from teams.membership.permissions import CODES

MOST_WORDS: Final = 8
NEAR: Final = timedelta(hours=3)  # what somebody does again and again with shorter breaks is one line
PICTURES: Final = 6  # of a line


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What of the feed is wanted; all of it, where nothing is said. `until` is the moment before which; `without`: but
    what this person did."""

    kind: str = ""
    person: UUID | None = None
    thing: Thing | None = None
    since: datetime | None = None
    until: datetime | None = None
    search: str = ""
    without: UUID | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in the feed: behind the entry of this moment, source and id."""

    at: datetime
    name: str
    pk: UUID

    def __str__(self) -> str:
        said = f"{self.at.isoformat()} {self.name} {self.pk}"
        return base64.urlsafe_b64encode(said.encode()).decode().rstrip("=")


def mark_of(said: str) -> Mark:
    """Raises Refused for what no page of the feed told."""
    try:
        text = base64.urlsafe_b64decode(said + "=" * (-len(said) % 4)).decode()
        moment, name, pk = text.split(" ")
        at = parse_datetime(moment)
        if at is None or at.tzinfo is None or name not in SOURCES:
            raise ValueError(text)
        return Mark(at, name, UUID(pk))
    except (ValueError, binascii.Error, OverflowError) as error:
        remedy = "Follow `next` as it is."
        raise Refused(
            "bad_cursor", "This cursor was not made here.", field="cursor", remedy=remedy, status=400
        ) from error


def eyes_of(user: User, team_id: UUID) -> Eyes:
    """Raises Missing for a team that `user` does not belong to."""
    team = visible_team(user, team_id)
    role = Membership.objects.filter(user=user, team=team).values_list("role", flat=True).first() or ""
    codes = CODES.get(role, frozenset())
    return Eyes(user=user, team=team, costs="view_billing" in codes, manages="manage_members" in codes)


def thing_of(user: User, said: str) -> Thing:
    """What "asset:<id>" means to `user`. Raises Missing for what they may not see, and for what is no such name."""
    kind, _, text = said.partition(":")
    pk = id_of(text)
    if kind not in THINGS or pk is None:
        raise Missing(message="There is no such thing.", field="about", remedy=f"Name one of {', '.join(THINGS)}.")
    return THINGS[kind](user, pk)


def entries(eyes: Eyes, sought: Sought, *, after: Mark | None = None, limit: int) -> list[Entry]:
    """The next `limit` behind a mark. As many statements as there are sources, whatever they hold."""
    found = (_entries_of(source, rows, eyes) for source, rows in _asked(eyes, sought, after, limit))
    return list(heapq.merge(*found, key=_place, reverse=True))[:limit]


def by_source(eyes: Eyes, sought: Sought, *, limit: int) -> Iterator[list[Entry]]:
    """Of each source the newest `limit`: what one tells much of crowds out nothing of the others."""
    for source, rows in _asked(eyes, sought, None, limit):
        yield list(_entries_of(source, rows, eyes))


def mark_behind(entry: Entry) -> Mark:
    name, _, pk = entry.key.partition(":")
    return Mark(entry.at, name, UUID(pk))


def _place(entry: Entry) -> tuple[datetime, str, UUID]:
    mark = mark_behind(entry)
    return (mark.at, mark.name, mark.pk)


def _asked(eyes: Eyes, sought: Sought, after: Mark | None, limit: int) -> Iterator[tuple[Source, QuerySet[Any]]]:
    for name, source in SOURCES.items():
        about = source.about(sought.thing) if sought.thing else Q()
        if about is not None and sought.kind in ("", source.kind):
            rows = _narrowed(source, source.rows(eyes).filter(about), sought)
            yield source, _behind(source, name, rows, after).order_by(f"-{source.at}", "-pk")[:limit]


def _narrowed(source: Source, rows: QuerySet[Any], sought: Sought) -> QuerySet[Any]:
    if sought.person:
        rows = rows.filter(**{source.actor: sought.person})
    if sought.without:
        rows = rows.exclude(**{source.actor: sought.without})
    if sought.since:
        rows = rows.filter(**{f"{source.at}__gte": sought.since})
    if sought.until:
        rows = rows.filter(**{f"{source.at}__lt": sought.until})
    for word in sought.search.replace("\x00", "").split()[:MOST_WORDS]:
        said = Q()
        for field in source.words:
            said |= Q(**{f"{field}__icontains": word})
        rows = rows.filter(said) if source.words else rows.none()
    return rows


def _behind(source: Source, name: str, rows: QuerySet[Any], after: Mark | None) -> QuerySet[Any]:
    """Of one moment the sources follow each other by their names, and the rows of one by their ids."""
    if after is None:
        return rows
    earlier = Q(**{f"{source.at}__lt": after.at})
    same = Q(**{source.at: after.at})
    if name < after.name:
        return rows.filter(**{f"{source.at}__lte": after.at})
    if name == after.name:
        return rows.filter(Q(**{f"{source.at}__lte": after.at}), earlier | same & Q(pk__lt=after.pk))
    return rows.filter(earlier)


def _entries_of(source: Source, rows: QuerySet[Any], eyes: Eyes) -> Iterator[Entry]:
    for row in rows:
        yield Entry(
            key=f"{source.name}:{row.pk}",
            kind=source.kind,
            at=getattr(row, source.at),
            actor_id=getattr(row, source.actor),
            told=source.tell(row, eyes),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What somebody did once, or several times in a row: `times` entries from `first` to `last`, which is the newest.

    `count`: of how many things `did` speaks. `amount`: USD of all of them, None where one is not known or not shown;
    `simulated`: something of it was paid to nobody.
    """

    last: Entry
    first: Entry
    times: int
    count: int
    did: str
    pictures: tuple[UUID, ...]
    amount: Decimal | None
    simulated: bool


def lines_of(found: Iterable[Entry]) -> list[Line]:
    """Entries of one person and kind that follow each other closely as one line: "made 12 images"."""
    lines: list[Line] = []
    for entry in found:
        if lines and _goes_on(lines[-1].first, entry):
            lines[-1] = _longer(lines[-1], entry)
        else:
            lines.append(_line(entry))
    return lines


def _line(entry: Entry) -> Line:
    told = entry.told
    return Line(
        last=entry,
        first=entry,
        times=1,
        count=told.count,
        did=told.did,
        pictures=told.pictures[:PICTURES],
        amount=told.amount,
        simulated=told.simulated,
    )


def _goes_on(newer: Entry, older: Entry) -> bool:
    same = (newer.kind, newer.actor_id, newer.told.many) == (older.kind, older.actor_id, older.told.many)
    return same and bool(newer.told.many) and newer.at - older.at < NEAR


def _longer(line: Line, entry: Entry) -> Line:
    told, count = entry.told, line.count + entry.told.count
    return Line(
        last=line.last,
        first=entry,
        times=line.times + 1,
        count=count,
        did=told.many.format(n=count),
        pictures=tuple(dict.fromkeys([*line.pictures, *told.pictures]))[:PICTURES],
        amount=None if line.amount is None or told.amount is None else line.amount + told.amount,
        simulated=line.simulated or told.simulated,
    )


def people_in(found: Iterable[Entry]) -> dict[UUID, str]:
    """The names of whom these entries are by and about; one statement."""
    ids = {pk for entry in found for pk in (entry.actor_id, entry.told.whom) if pk}
    return {user.pk: user.shown_name for user in User.objects.filter(pk__in=ids).only("name", "email")}
