"""A portfolio on its way to personas: the import, and one row for every file that was in it."""

from datetime import timedelta
from typing import ClassVar, Final

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from teams.base.states import MovingQuerySet
from teams.membership.ownership import OwnedQuerySet, TeamOwned


class PortfolioStatus(models.TextChoices):
    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    PARTIAL = "partial"  # some pictures were read, others refused
    FAILED = "failed"
    CANCELLED = "cancelled"


LIVE = (PortfolioStatus.QUEUED, PortfolioStatus.RUNNING)
STOPPED = (PortfolioStatus.FAILED, PortfolioStatus.CANCELLED)
DONE = (PortfolioStatus.SUCCEEDED, PortfolioStatus.PARTIAL)
FILES_KEPT: Final = timedelta(days=7)  # of an import that failed or was cancelled, so that it can go on


class PortfolioQuerySet(OwnedQuerySet["PortfolioImport"], MovingQuerySet["PortfolioImport"]):  # type: ignore[override]  # both make a manager
    def resting(self) -> "PortfolioQuerySet":
        """Those that stopped and were not told to forget their files; the last to stop first."""
        return self.filter(status__in=STOPPED).exclude(uploads=[]).order_by("-finished_at", "-id")


class PortfolioImport(TeamOwned):
    """Files that a designer gave to be known by. `uploads`: {"name", "path", "bytes", "pictures"} of what was sent
    (pictures: by the names in an archive), kept in the storage until the import is done, or stood still for a week; []
    once they were let go before. `clusters`: a pipeline Clustering once it is done."""

    MOVES: ClassVar[dict[str, set[str]]] = {
        PortfolioStatus.QUEUED: {PortfolioStatus.RUNNING, PortfolioStatus.FAILED, PortfolioStatus.CANCELLED},
        PortfolioStatus.RUNNING: {
            PortfolioStatus.RUNNING,
            PortfolioStatus.SUCCEEDED,
            PortfolioStatus.PARTIAL,
            PortfolioStatus.FAILED,
            PortfolioStatus.CANCELLED,
        },
        PortfolioStatus.FAILED: {PortfolioStatus.QUEUED},  # an admin replays its dead job
        PortfolioStatus.CANCELLED: {PortfolioStatus.QUEUED},  # it is taken up again
    }

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    title = models.CharField(max_length=200)
    status = models.CharField(max_length=16, choices=PortfolioStatus, default=PortfolioStatus.QUEUED)
    percent = models.PositiveSmallIntegerField(default=0)
    uploads = models.JSONField(default=list, blank=True)
    listed = models.BooleanField(default=False)  # every file has its row
    total = models.PositiveIntegerField(default=0)  # pictures to be read
    read = models.PositiveIntegerField(default=0)
    duplicates = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    ignored = models.PositiveIntegerField(default=0)
    clusters = models.JSONField(default=dict, blank=True)
    error = models.JSONField(null=True, blank=True)
    job_id = models.UUIDField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    objects = PortfolioQuerySet.as_manager()

    class Meta:
        db_table = "portfolio_imports"
        verbose_name = "portfolio"
        constraints = [
            models.CheckConstraint(name="portfolio_status_known", condition=Q(status__in=PortfolioStatus.values)),
            models.CheckConstraint(name="portfolio_percent_range", condition=Q(percent__lte=100)),
        ]
        indexes = [models.Index(fields=["team", "-created_at", "-id"])]

    def __str__(self) -> str:
        return self.title or str(self.pk)

    @property
    def is_live(self) -> bool:
        return self.status in LIVE

    @property
    def is_done(self) -> bool:
        return self.status in DONE

    @property
    def has_files(self) -> bool:
        """Whether it stopped and what was sent is still there."""
        kept = self.finished_at is not None and self.finished_at > timezone.now() - FILES_KEPT
        return self.status in STOPPED and kept and bool(self.uploads)

    @property
    def can_go_on(self) -> bool:
        """Whether it was cancelled and its files are still there."""
        return self.status == PortfolioStatus.CANCELLED and self.has_files


class ItemStatus(models.TextChoices):
    WAITING = "waiting"
    READ = "read"
    DUPLICATE = "duplicate"  # the same picture stood earlier in this portfolio
    REFUSED = "refused"
    IGNORED = "ignored"  # what a computer adds by itself, or no picture at all


class PortfolioItem(TeamOwned):
    """One file of a portfolio. `trail`: the place of the upload, then of the member in each archive it lies in."""

    portfolio = models.ForeignKey(PortfolioImport, models.CASCADE, related_name="items")
    position = models.PositiveIntegerField()
    path = models.CharField(max_length=400)
    trail = models.JSONField(default=list)
    status = models.CharField(max_length=16, choices=ItemStatus, default=ItemStatus.WAITING)
    code = models.CharField(max_length=40, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    asset = models.ForeignKey("designer.Asset", models.SET_NULL, null=True, blank=True, related_name="+")
    sha256 = models.CharField(max_length=64, blank=True)  # of the picture as it is stored
    look = models.JSONField(default=dict, blank=True)  # a pipeline Look
    cluster = models.PositiveSmallIntegerField(null=True, blank=True)
    objects = OwnedQuerySet["PortfolioItem"].as_manager()

    class Meta:
        db_table = "portfolio_items"
        constraints = [
            models.CheckConstraint(name="portfolio_item_status_known", condition=Q(status__in=ItemStatus.values)),
            models.UniqueConstraint(name="portfolio_item_once", fields=["portfolio", "position"]),
            models.UniqueConstraint(
                name="portfolio_item_reads_once",
                fields=["portfolio", "sha256"],
                condition=Q(status=ItemStatus.READ),
            ),
        ]
        indexes = [models.Index(fields=["portfolio", "status", "position"])]

    def __str__(self) -> str:
        return self.path
