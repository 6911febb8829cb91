"""What goes by itself: reports that are old, and files in the storage that belong to no report.

Both are duties of the scheduler, which must not be kept long: each works for a given time and goes on at its next turn.
"""

import logging
import re
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID

from django.conf import settings
from django.core.cache import cache
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from analytics.reports import files
from analytics.reports.models import LIVE, Report
from designer.assets.blobs import AWAY
from teams.membership.models import Team

log = logging.getLogger(__name__)
BUDGET: Final = 1.0  # seconds
AT_ONCE: Final = 200  # rows
LEFT: Final = timedelta(days=1)  # longer than a report is made
NAME: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
PLACE: Final = "analytics.reports.retention.place"  # in the cache: the folder that was swept last


def forget_old(budget: float = BUDGET) -> int:
    """Delete the reports that are kept no longer, with their files and the log of where they went; how many. In a team
    at rest nothing changes."""
    limit, end, gone = timezone.now() - timedelta(days=settings.REPORTS_KEPT_DAYS), time.monotonic() + budget, 0
    old = Report.objects.filter(created_at__lt=limit).exclude(status__in=LIVE).order_by("created_at")
    old = old.exclude(team__in=Team.objects.closed())
    for pk in list(old.values_list("pk", flat=True)[:AT_ONCE]):
        with transaction.atomic():
            row = Report.objects.defer("content").select_for_update().filter(pk=pk).first()
            if row is not None:
                transaction.on_commit(partial(files.forget, files.folder(row)))
                row.delete()
                gone += 1
        if time.monotonic() > end:
            break
    return gone


def sweep(budget: float = BUDGET) -> int:
    """Delete files older than a day that no report names, from where the last sweep stopped; of how many folders."""
    end, gone, limit = time.monotonic() + budget, 0, timezone.now() - LEFT
    try:
        for team, report in _folders(after=cache.get(PLACE, "")):
            if report:
                gone += _sweep(f"{team}/{files.ROOM}/{report}", UUID(report), limit)
            cache.set(PLACE, f"{team}/{report}", None)
            if time.monotonic() > end:
                return gone
    except FileNotFoundError:
        return gone  # nothing was ever stored, or somebody is at work there
    except AWAY as error:
        log.warning("the sweep of reports stopped: %s", error)
        return gone
    cache.delete(PLACE)
    return gone


def _folders(after: str) -> Iterator[tuple[str, str]]:
    """Team and report of each folder, in their order, those after the given one. A team without any is told as well,
    with "": to find that out is a question to the storage, which takes its time too."""
    for team in sorted(filter(NAME.fullmatch, default_storage.listdir("")[0])):
        if team < after.partition("/")[0]:
            continue
        try:
            reports = default_storage.listdir(f"{team}/{files.ROOM}")[0]
        except FileNotFoundError:  # it never had one
            reports = []
        for report in sorted(filter(NAME.fullmatch, reports)) or [""]:
            if f"{team}/{report}" > after:
                yield team, report


def _sweep(place: str, pk: UUID, limit: datetime) -> int:
    """Delete the attempts in a report's folder that its row does not name: all of them where there is no row."""
    row = Report.objects.only("status", "files").filter(pk=pk).first()
    if row is not None and row.is_live:
        return 0
    named = {str(each["path"]).rpartition("/")[0] for each in row.files.values()} if row is not None else set()
    attempts = [f"{place}/{name}" for name in default_storage.listdir(place)[0]]
    lone = [attempt for attempt in attempts if attempt not in named and files.is_old(attempt, limit)]
    gone = [files.clear(attempt) for attempt in lone]
    if row is None and len(lone) == len(attempts):
        files.clear(place)
    return int(any(gone))
