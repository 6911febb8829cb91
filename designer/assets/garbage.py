"""What is deleted for good: assets 30 days in the trash, and files that no row names.

Both are duties of the scheduler, which must not be kept long: each works for a given time and goes on at its next turn.
"""

import logging
import re
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.core.cache import cache
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError, QuerySet
from django.utils import timezone

from designer.assets.blobs import AWAY, delete_blob
from designer.assets.models import Asset
from teams.membership.models import Team

log = logging.getLogger(__name__)
TRASH_KEPT: Final = timedelta(days=30)
ORPHAN_KEPT: Final = timedelta(days=1)  # longer than any job between writing a file and its row
BUDGET: Final = 1.0  # seconds
AT_ONCE: Final = 500  # rows
TEAM: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
FOLDER: Final = re.compile(r"[0-9a-f]{2}")
OURS: Final = re.compile(r"(?P<blob>[0-9a-f]{64}\.(?:jpg|png|webp))(?:\.\d+\.webp)?|\.part-\w+")
PLACE: Final = "assets.garbage.place"  # in the cache: the folder that was swept last


def purge(budget: float = BUDGET) -> int:
    """Delete for good what has been in the trash for 30 days and is no source of anything kept; how many. In a team
    that is archived or about to be deleted all of it stays, and once it is back for 30 days more."""
    limit, end, gone = timezone.now() - TRASH_KEPT, time.monotonic() + budget, 0
    old = _over(limit).filter(enhancements=None).order_by("trashed_at")
    for pk, path in old.values_list("pk", "path")[:AT_ONCE]:
        try:
            gone += _deleted(pk, limit)
            delete_blob(path)
        except (ProtectedError, IntegrityError):
            log.info("asset %s is still needed and stays", pk)
        except AWAY as error:
            log.warning("a file of asset %s is left for the sweep: %s", pk, error)
        if time.monotonic() > end:
            break
    return gone


def _over(limit: datetime) -> QuerySet[Asset]:
    return Asset.objects.filter(trashed_at__lt=limit).exclude(team__in=Team.objects.keeping_trash(limit))


def _deleted(pk: UUID, limit: datetime) -> bool:
    """Whether the row was deleted: not if it was restored meanwhile. Raises ProtectedError or IntegrityError."""
    with transaction.atomic():
        row = _over(limit).select_for_update(of=("self",)).filter(pk=pk).first()
        if row is not None:
            row.delete()
    return row is not None


def sweep_orphans(budget: float = BUDGET) -> int:
    """Delete blobs older than a day that no row names, from where the last sweep stopped; how many."""
    end, gone = time.monotonic() + budget, 0
    try:
        for folder in _folders(after=cache.get(PLACE, "")):
            gone += _sweep(folder)
            cache.set(PLACE, folder, None)
            if time.monotonic() > end:
                return gone
    except FileNotFoundError:
        return gone  # nothing was ever stored
    except AWAY as error:
        log.warning("the sweep of orphans stopped: %s", error)
        return gone
    cache.delete(PLACE)
    return gone


def _folders(after: str) -> Iterator[str]:
    """The folders that hold blobs, `<team>/<two letters>`, in their order, those after the given one."""
    for team in sorted(filter(TEAM.fullmatch, default_storage.listdir("")[0])):
        if team < after.partition("/")[0]:
            continue
        for name in sorted(filter(FOLDER.fullmatch, default_storage.listdir(team)[0])):
            if f"{team}/{name}" > after:
                yield f"{team}/{name}"


def _sweep(folder: str) -> int:
    """Delete what no row names in one folder; files that are not of our making are passed over."""
    blobs: dict[str, list[str]] = {}
    for name in default_storage.listdir(folder)[1]:
        if found := OURS.fullmatch(name):
            blobs.setdefault(f"{folder}/{found['blob'] or name}", []).append(f"{folder}/{name}")
    named = set(Asset.objects.filter(path__in=blobs).values_list("path", flat=True))
    lone = [path for path in blobs if path not in named and _old(blobs[path])]
    return sum(delete_blob(path) for path in lone)


def _old(files: list[str]) -> bool:
    limit = timezone.now() - ORPHAN_KEPT
    try:
        return all(default_storage.get_modified_time(file) < limit for file in files)
    except FileNotFoundError:
        return False  # somebody is at work here
