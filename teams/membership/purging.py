"""The end of a team whose thirty days are over: every row and every file of it, in steps, each of which may be the last
of a process that dies. What was done to it stays in the audit log.

First the team's row says that its end has begun; from then on nobody restores it. Then the tables are emptied, some
rows at a time, then the files, and the row of the team goes with its members in one transaction at last.
"""

import logging
import time
from typing import Final
from uuid import UUID

from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from teams.audit import services as audit
from teams.membership.belongings import Kind, Loose, order
from teams.membership.models import Membership, Team, TeamUserObjectPermission

log = logging.getLogger(__name__)
BUDGET: Final = 1.0  # seconds, for the scheduler must not be kept long
AT_ONCE: Final = 1_000  # rows
LAST: Final = frozenset({Membership, TeamUserObjectPermission})  # they go with the team: it keeps an owner till then


class _Later(Exception):
    """The time of this turn is over."""


def purge(budget: float = BUDGET) -> int:
    """The scheduler's duty: go on with what is to end, the first to have been due first; how many teams are gone."""
    end, gone = time.monotonic() + budget, 0
    for team_id in list(Team.objects.filter(ends_at__lte=Now()).order_by("ends_at").values_list("pk", flat=True)):
        try:
            gone += _ended(team_id, end)
        except _Later:
            break
        except (IntegrityError, OSError) as error:  # something was still written, or the storage is away
            log.warning("the end of team %s goes on later: %s", team_id, error)
    return gone


def _ended(team_id: UUID, end: float) -> bool:
    if not _begun(team_id):
        return False
    tables, loose = order()
    for link in loose:
        _loosen(link, team_id, end)
    for kind in tables:
        if kind.model not in LAST:
            _empty(kind, team_id, end)
    _forget_files(str(team_id), end)
    _close(team_id)
    return True


@transaction.atomic
def _begun(team_id: UUID) -> bool:
    """Whether its end may go on: it was not restored meanwhile."""
    team = Team.objects.select_for_update().filter(pk=team_id, ends_at__lte=Now()).first()
    if team is not None and team.ending_at is None:
        Team.objects.filter(pk=team_id).update(ending_at=Now())
        audit.write(None, "team.end_begun", f"team:{team_id}", {"name": team.name, "slug": team.slug}, team_id)
    return team is not None


def _loosen(link: Loose, team_id: UUID, end: float) -> None:
    rows = link.model._base_manager.filter(**{f"{link.field}__{link.path}": team_id}).order_by()
    while ids := list(rows.values_list("pk", flat=True)[:AT_ONCE]):
        link.model._base_manager.filter(pk__in=ids).update(**{link.field: None})
        if time.monotonic() > end:
            raise _Later


def _empty(kind: Kind, team_id: UUID, end: float) -> None:
    while ids := list(kind.of(team_id).order_by().values_list("pk", flat=True)[:AT_ONCE]):
        with transaction.atomic():
            rows = kind.model._base_manager.filter(pk__in=ids)
            rows._raw_delete(rows.db)  # no row is read, and what points here is gone already
        if time.monotonic() > end:
            raise _Later


def _forget_files(folder: str, end: float) -> None:
    """Everything below the team's folder of the storage."""
    try:
        folders, files = default_storage.listdir(folder)
    except (FileNotFoundError, NotADirectoryError):
        return
    for name in files:
        default_storage.delete(f"{folder}/{name}")
        if time.monotonic() > end:
            raise _Later
    for name in folders:
        _forget_files(f"{folder}/{name}", end)
    default_storage.delete(folder)


@transaction.atomic
def _close(team_id: UUID) -> None:
    team = Team.objects.select_for_update().get(pk=team_id)
    facts: dict[str, object] = {"name": team.name, "slug": team.slug, "members": 0}
    for model in (TeamUserObjectPermission, Membership):
        path = "content_object" if model is TeamUserObjectPermission else "team"
        rows = model._base_manager.filter(**{path: team_id})
        facts["members"] = rows._raw_delete(rows.db)
    Team.objects.filter(pk=team_id)._raw_delete("default")
    audit.write(None, "team.ended", f"team:{team_id}", facts, team_id)
