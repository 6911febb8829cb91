"""What an automation delivered, to take away: its images in one archive, with a table. Streamed, never gathered."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Final

from batches.automations.models import Automation, AutomationRun, RunQuerySet
from designer.assets.images import EXTENSIONS
from designer.assets.packing import blocks_of, packed
from teams.base.cells import BOM, csv_line

MOST: Final = 2000  # images of an archive
CHUNK: Final = 200  # runs read at a time
COLUMNS: Final = ("file", "title", "approved", "delivered", "image", "result", "width", "height", "cost")
UNFIT: Final = re.compile(r"[^A-Za-z0-9]+")


def delivered(row: Automation, since: date | None, until: date | None) -> RunQuerySet:
    """The runs whose image is there to be taken, of these days (UTC, both included)."""
    found: RunQuerySet = row.runs.delivered()
    if since is not None:
        found = found.filter(finished_at__date__gte=since)
    if until is not None:
        found = found.filter(finished_at__date__lte=until)
    return found


def as_zip(row: Automation, since: date | None, until: date | None) -> Iterator[bytes]:
    return packed(_entries(row, since, until))


def _entries(row: Automation, since: date | None, until: date | None) -> Iterator[tuple[str, Iterator[bytes]]]:
    lines = [csv_line([*COLUMNS])]
    for number, run in enumerate(_runs(row, since, until), 1):
        name = name_of(number, run)
        lines.append(csv_line(_facts(name, run)))
        yield name, blocks_of(run.result.path if run.result else "")
    yield "delivered.csv", iter([BOM.encode(), *lines])


def _runs(row: Automation, since: date | None, until: date | None) -> Iterator[AutomationRun]:
    """In the order of their delivery; those that are delivered meanwhile come last, or next time."""
    ids = list(delivered(row, since, until).values_list("pk", flat=True)[:MOST])
    for place in range(0, len(ids), CHUNK):
        told = AutomationRun.objects.filter(pk__in=ids[place : place + CHUNK])
        found = {run.pk: run for run in told.select_related("asset", "result", "approval")}
        yield from (found[pk] for pk in ids[place : place + CHUNK] if pk in found and found[pk].result is not None)


def name_of(number: int, run: AutomationRun) -> str:
    """A file name that every system takes: place, title, ending."""
    title = UNFIT.sub("-", run.asset.title).strip("-").lower()[:60] or "image"
    return f"{number:05d}-{title}.{EXTENSIONS[run.result.media_type if run.result else 'image/png']}"


def _facts(name: str, run: AutomationRun) -> list[str]:
    made = run.result
    assert made is not None  # noqa: S101  (the others were left out)
    approved, delivered_at = run.approval.decided_at, run.finished_at
    return [
        name,
        run.asset.title,
        approved.isoformat() if approved else "",
        delivered_at.isoformat() if delivered_at else "",
        str(run.asset_id),
        str(made.pk),
        str(made.width),
        str(made.height),
        f"{run.cost:f}",
    ]
