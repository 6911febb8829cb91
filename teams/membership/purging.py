"""The end of a team whose thirty days are over: every row and every file of it, in steps, each of which may be the last
of a process that dies. What was done to it stays in the audit log.

First the team's row says that its end has begun; from then on nobody restores it. Then links and tables are emptied,
some rows at a time, then the files, and the row of the team goes with its members in one transaction at last. The row
says which step is under way, so that no turn asks again what is empty. Teams take turns: none waits for the largest,
and a fault of one holds up no other.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.core.files.storage import default_storage
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from teams.audit import services as audit
from teams.membership.belongings import Kind, Loose, order
from teams.membership.models import Membership, Team, TeamUserObjectPermission
from teams.signals import team_changed

log = logging.getLogger(__name__)
BUDGET: Final = 30.0  # seconds of one turn of all
SLICE: Final = 5.0  # seconds of one team, then the next one has its turn
AT_ONCE: Final = 1_000  # rows
AT_LEAST: Final = 200  # files, however late it is: each turn comes forward
LAST: Final = frozenset({Membership, TeamUserObjectPermission})  # they go with the team: it keeps an owner till then
SCAN: Final = "60s"  # not every table is ordered by team: of some one row in a million is sought


class _Later(Exception):
    """The time of this turn is over."""


def due() -> QuerySet[Team]:
    """Those that are to end now, first whose turn was the longest ago."""
    return Team.objects.filter(ends_at__lte=Now()).order_by("updated_at", "pk")


def purge(budget: float = BUDGET) -> int:
    """Go on with what is to end; how many teams are gone."""
    end, gone = time.monotonic() + budget, 0
    for team_id in list(due().values_list("pk", flat=True)):
        try:
            gone += _ended(team_id, min(end, time.monotonic() + SLICE))
        except _Later:
            pass
        except IntegrityError as error:  # something was still written: all is asked once more
            log.warning("the end of team %s begins anew: %s", team_id, error)
            Team.objects.filter(pk=team_id).update(ending_step="", updated_at=Now())
        except Exception as error:  # noqa: BLE001  (its storage, its lock, its rows: another team's may be well)
            log.warning("the end of team %s goes on later: %s: %s", team_id, type(error).__name__, error)
            _put_back(team_id, error)
        if time.monotonic() > end:
            break
    return gone


def _put_back(team_id: UUID, error: Exception) -> None:
    """It has had its turn: what its own transaction noted of that is undone, and it would be the first for ever."""
    if isinstance(error, DatabaseError) and not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()
    with suppress(DatabaseError):  # the database is away: nobody's turn was taken
        Team.objects.filter(pk=team_id).update(updated_at=Now())


def _ended(team_id: UUID, end: float) -> bool:
    if not _begun(team_id):
        return False
    steps = _steps(team_id, end)
    names = list(steps)
    at = Team.objects.values_list("ending_step", flat=True).get(pk=team_id)
    for name in names[names.index(at) if at in steps else 0 :]:
        Team.objects.filter(pk=team_id).update(ending_step=name, updated_at=Now())
        steps[name]()
    _close(team_id)
    return True


def _steps(team_id: UUID, end: float) -> dict[str, Callable[[], None]]:
    """What is to be done, by name, in order."""
    tables, loose = order()
    steps: dict[str, Callable[[], None]] = {}
    for link in loose:
        steps[f"{link.model._meta.db_table}.{link.field} {link.path}"] = partial(_loosen, link, team_id, end)
    for kind in tables:
        if kind.model not in LAST:
            steps[kind.table] = partial(_empty, kind, team_id, end)
    return {**steps, "files": partial(_forget_files, str(team_id), end)}


@transaction.atomic
def _begun(team_id: UUID) -> bool:
    """Whether its end may go on: it was not restored meanwhile. Notes that it has had its turn."""
    team = Team.objects.select_for_update().filter(pk=team_id, ends_at__lte=Now()).first()
    if team is not None and team.ending_at is None:
        _take_time()  # what is summed up at last may be millions of rows
        Team.objects.filter(pk=team_id).update(ending_at=Now(), updated_at=Now())
        audit.write(None, "team.end_begun", f"team:{team_id}", {"name": team.name, "slug": team.slug}, team_id)
        team_changed.send(sender=Team, team=team, actor=None, what="end_begun")
    elif team is not None:
        Team.objects.filter(pk=team_id).update(updated_at=Now())
    return team is not None


def _loosen(link: Loose, team_id: UUID, end: float) -> None:
    rows = link.model._base_manager.filter(**{f"{link.field}__{link.path}": team_id})
    for ids in _found(rows):
        link.model._base_manager.filter(pk__in=ids).update(**{link.field: None})
        if time.monotonic() > end:
            raise _Later


def _empty(kind: Kind, team_id: UUID, end: float) -> None:
    for ids in _found(kind.going_with(team_id)):
        rows = kind.model._base_manager.filter(pk__in=ids)
        rows._raw_delete(rows.db)  # no row is read, and what points here is gone already
        if time.monotonic() > end:
            raise _Later


def _take_time() -> None:
    """Until the transaction ends, for statements that read a large table."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [SCAN])


def _found(rows: "QuerySet[Any]") -> Iterator[list[object]]:
    """The keys of these rows, some at a time, until there are none: sought once for many thousands."""
    while True:
        with transaction.atomic():
            _take_time()
            ids = list(rows.order_by().values_list("pk", flat=True)[: 50 * AT_ONCE])
        if not ids:
            return
        yield from (ids[place : place + AT_ONCE] for place in range(0, len(ids), AT_ONCE))


def _forget_files(folder: str, end: float) -> None:
    """Everything below the team's folder of the storage."""
    left = AT_LEAST
    for path in _files(folder):
        default_storage.delete(path)
        left -= 1
        if left <= 0 and time.monotonic() > end:
            raise _Later


def _files(folder: str) -> Iterator[str]:
    """Each file, and each folder after what was in it."""
    try:
        folders, files = default_storage.listdir(folder)
    except (FileNotFoundError, NotADirectoryError):
        return
    for name in folders:
        yield from _files(f"{folder}/{name}")
    yield from (f"{folder}/{name}" for name in files)
    yield folder


@transaction.atomic
def _close(team_id: UUID) -> None:
    """Raises IntegrityError where something was still written."""
    team = Team.objects.select_for_update().get(pk=team_id)
    facts: dict[str, object] = {"name": team.name, "slug": team.slug, "members": 0}
    for model in (TeamUserObjectPermission, Membership):
        path = "content_object" if model is TeamUserObjectPermission else "team"
        rows = model._base_manager.filter(**{path: team_id})
        facts["members"] = rows._raw_delete(rows.db)
    audit.write(None, "team.ended", f"team:{team_id}", facts, team_id)
    team_changed.send(sender=Team, team=team, actor=None, what="ended")
    Team.objects.filter(pk=team_id)._raw_delete("default")
