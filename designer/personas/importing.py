"""Reads a portfolio: lists what is in it, takes in each picture, groups the looks. Safe to run again at any point.

Each file is done in a transaction of its own that only the job's holder may write in: who runs it again after a crash
goes on with the first file that still waits.
"""

import io
import re
from collections import Counter
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from PIL import Image

from designer.assets.models import Asset, AssetKind
from designer.assets.services import Prepared, display_name, prepare_result, store_prepared
from designer.jobs import faults
from designer.jobs.handlers import Permanent, Retry, RunningJob
from designer.paper import on_white
from designer.personas import portfolios
from designer.personas.archives import Entry, Opener, Unreadable, listed
from designer.personas.portfolio_models import ItemStatus, PortfolioImport, PortfolioItem, PortfolioStatus
from designer.pipeline import photo, words
from designer.pipeline.clustering import Clustering, Look, clustered
from designer.realtime.events import PORTFOLIO_COMPLETE, PORTFOLIO_PROGRESS
from designer.realtime.ticks import tick
from teams.base.errors import Conflict, Refused

LISTING, READING = 3, 95  # percent at which the list stands, and at which the last picture is read
ROWS: Final = 1000
SEEN_AT: Final = 640  # pixels wide: the thumbnail that is looked at, written by our own encoder
WORD_TRUST: Final = 0.7  # a folder's name is not said of each picture in it
CAMERA: Final = re.compile(r"(?i)\b(?:img|dsc[nf]?|p\d|screenshot|photo|copy|final|scan)?[ _-]*\d+\b")
PASSING: Final = (503, 507)  # refusals that are this house's fault: the picture is tried again


def run(job: RunningJob, portfolio_id: str) -> None:
    """Bring one portfolio to its end. Raises Cancelled, Permanent (it holds no picture), Conflict (its files
    are gone) or Retry (no storage)."""
    row = _begin(job, portfolio_id)
    if not row.listed:
        _list(job, row)
    uploads = [opened for _, opened in portfolios.openers(row)]
    with Opener(uploads, settings.UPLOAD_MAX_BYTES, job.stop_if_cancelled) as opener:
        waiting = list(row.items.filter(status=ItemStatus.WAITING).order_by("position").values_list("pk", flat=True))
        begun = row.percent  # of what is to be read: most files of a large portfolio may be refused by now
        for number, pk in enumerate(waiting, 1):
            job.stop_if_cancelled()
            _take(job, row, opener, pk, begun + (READING - begun) * number // len(waiting))
            faults.point("portfolio.item", job.id)
    _finish(job, row)


def _begin(job: RunningJob, portfolio_id: str) -> PortfolioImport:
    with job.fenced():
        PortfolioImport.objects.move(portfolio_id, PortfolioStatus.RUNNING, started_at=timezone.now())
        row: PortfolioImport = PortfolioImport.objects.select_related("team").get(pk=portfolio_id)
        portfolios.announce(row, PORTFOLIO_PROGRESS)
    if not row.uploads:
        raise Conflict("files_gone", "What was sent is not kept any more.", remedy="Send it again.")
    return row


def _list(job: RunningJob, row: PortfolioImport) -> None:
    """A row for every file, all in one transaction."""
    found = list(listed(portfolios.openers(row), job.stop_if_cancelled))
    counts = Counter(_status_of(entry) for entry in found)
    with job.fenced():
        row.items.all().delete()
        rows = (_item(row, place, entry) for place, entry in enumerate(found))
        PortfolioItem.objects.bulk_create(rows, batch_size=ROWS)
        row.listed, row.percent = True, LISTING
        row.ignored, row.refused = counts[ItemStatus.IGNORED], counts[ItemStatus.REFUSED]
        row.total = len(found) - row.ignored
        row.save(update_fields=["listed", "percent", "ignored", "refused", "total", "updated_at"])
        portfolios.announce(row, PORTFOLIO_PROGRESS)


def _status_of(entry: Entry) -> str:
    if entry.ignored:
        return ItemStatus.IGNORED
    return ItemStatus.REFUSED if entry.code else ItemStatus.WAITING


def _item(row: PortfolioImport, place: int, entry: Entry) -> PortfolioItem:
    return PortfolioItem(
        team_id=row.team_id,
        portfolio=row,
        position=place,
        path=entry.path,
        trail=list(entry.trail),
        status=_status_of(entry),
        code=entry.code,
        reason=entry.reason,
    )


def _take(job: RunningJob, row: PortfolioImport, opener: Opener, pk: UUID, percent: int) -> None:
    """Read one picture; then so many percent are done."""
    item = PortfolioItem.objects.get(pk=pk)
    try:
        made = _prepared(row, opener.read(item.trail))
    except Unreadable as why:
        return _settle(job, row, item, ItemStatus.REFUSED, percent, code=why.code, reason=why.message)
    except Refused as why:
        if why.status in PASSING:
            raise Retry(reason=why.message) from why
        return _settle(job, row, item, ItemStatus.REFUSED, percent, code=why.code, reason=str(why))
    look = _look_of(item, made)
    with job.fenced():
        twin = row.items.filter(status=ItemStatus.READ, sha256=made.sha256).first()
        if twin is not None:
            said = {"code": "duplicate", "reason": f"The same picture as {twin.path[-240:]}."}
            return _write(row, item, ItemStatus.DUPLICATE, percent, asset=twin.asset, sha256=made.sha256, **said)
        asset, known = _asset_of(row, item, made)
        said = {"code": "known", "reason": "It was among the team's pictures already."} if known else {}
        _write(row, item, ItemStatus.READ, percent, asset=asset, sha256=made.sha256, look=look.to_json(), **said)


def _prepared(row: PortfolioImport, data: bytes) -> Prepared:
    """Raises Refused."""
    if len(data) > settings.UPLOAD_MAX_BYTES:
        limit = settings.UPLOAD_MAX_BYTES >> 20
        raise Refused("too_large", f"The picture is larger than {limit} MiB.", remedy="Scale it down.", status=413)
    return prepare_result(team_id=row.team_id, data=data, keep=False, exif=row.team.keeps_exif)


def _look_of(item: PortfolioItem, made: Prepared) -> Look:
    """What is read of a picture; where it is silent, the words of its path. Those help to read its outline, too."""
    widths = sorted(made.picture.thumbnails)
    width = next((width for width in widths if width >= SEEN_AT), widths[-1])
    said = words.attributes_of(words.parse(words_of(item.path)))
    garment = str(said["garment"].value) if "garment" in said else None
    with Image.open(io.BytesIO(made.picture.thumbnails[width]), formats=["WEBP"]) as small:
        small.load()
        seen = photo.read(on_white(small), garment)
    told = {name: replace(each, confidence=round(each.confidence * WORD_TRUST, 3)) for name, each in said.items()}
    attributes = {name: each for name, each in {**told, **seen.attributes}.items() if each.is_known}
    return Look(id=str(item.pk), attributes=attributes, texture=seen.texture_energy, share=seen.share)


def words_of(path: str) -> str:
    """The words in the names of folders and of the file: "SS26/linen dresses/IMG_0042.jpg" -> "linen dresses"."""
    bare = PurePosixPath(path).with_suffix("").as_posix() if path else ""
    said = re.sub(r"[_/.\-]+", " ", re.sub(r"(?i)\.zip\b", " ", bare))
    return " ".join(CAMERA.sub(" ", said).split())[:200]


def _asset_of(row: PortfolioImport, item: PortfolioItem, made: Prepared) -> tuple[Asset, bool]:
    """The reference of this picture, and whether the team had it before."""
    twin = Asset.objects.filter(team=row.team_id, sha256=made.sha256, kind=AssetKind.REFERENCE).kept().first()
    if twin is not None:
        return twin, True
    title = display_name(item.path) or "Untitled"
    return store_prepared(made, owner_id=row.owner_id, kind=AssetKind.REFERENCE, title=title), False


def _settle(job: RunningJob, row: PortfolioImport, item: PortfolioItem, status: str, percent: int, **said: Any) -> None:
    with job.fenced():
        _write(row, item, status, percent, **said)


def _write(row: PortfolioImport, item: PortfolioItem, status: str, percent: int, **said: Any) -> None:
    """What became of a file, with the counts; in the caller's transaction. Nothing if it was written before."""
    said["reason"] = said.get("reason", "")[:300]
    values = {"status": status, "updated_at": timezone.now(), **said}
    if not PortfolioItem.objects.filter(pk=item.pk, status=ItemStatus.WAITING).update(**values):
        return
    column = {ItemStatus.READ: "read", ItemStatus.DUPLICATE: "duplicates", ItemStatus.REFUSED: "refused"}
    name = column[ItemStatus(status)]
    PortfolioImport.objects.filter(pk=row.pk).update(**{name: F(name) + 1}, updated_at=timezone.now())
    before = row.percent
    row.refresh_from_db(fields=["read", "duplicates", "refused"])
    if percent // 5 > before // 5:
        row.percent = percent
        PortfolioImport.objects.filter(pk=row.pk).update(percent=percent)
        portfolios.announce(row, PORTFOLIO_PROGRESS)
    data = {**portfolios.standing(row), "percent": percent}
    transaction.on_commit(lambda: tick(f"portfolio:{row.pk}", PORTFOLIO_PROGRESS, data))


def _finish(job: RunningJob, row: PortfolioImport) -> None:
    items = list(row.items.filter(status=ItemStatus.READ).only("pk", "look", "cluster"))
    if not items:
        if not (row.total or row.ignored):
            raise Permanent("no_pictures", "There is no file in it.", "Send pictures, or a ZIP that holds some.")
        shown = "Nothing in it could be read as a picture." if row.total else "It holds no picture."
        raise Permanent("no_pictures", shown, "See each file's reason below, and send others.")
    job.stop_if_cancelled()
    found = clustered([Look.from_json(item.look) for item in items])
    _placed(items, found)
    with job.fenced(finish=True):
        row.refresh_from_db()
        PortfolioItem.objects.bulk_update(items, ["cluster"], batch_size=ROWS)
        end = PortfolioStatus.PARTIAL if row.refused else PortfolioStatus.SUCCEEDED
        done = {"percent": 100, "clusters": found.to_json(), "finished_at": timezone.now(), "error": None}
        PortfolioImport.objects.move(row.pk, end, **done)
        row.status, row.percent = end, 100
        portfolios.announce(row, PORTFOLIO_COMPLETE)
        transaction.on_commit(lambda: portfolios.forget_files(row.pk))


def _placed(items: list[PortfolioItem], found: Clustering) -> None:
    place = {pk: cluster.key for cluster in found.clusters for pk in cluster.members}
    for item in items:
        item.cluster = place.get(str(item.pk))
