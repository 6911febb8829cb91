"""One asset made into a better one; both are kept."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from designer.assets.models import Asset
from teams.base.states import MovingQuerySet
from teams.membership.ownership import OwnedQuerySet, TeamOwned


class Status(models.TextChoices):
    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


class EnhancementQuerySet(OwnedQuerySet["Enhancement"], MovingQuerySet["Enhancement"]):  # type: ignore[override]  # both make a manager
    pass


class Enhancement(TeamOwned):
    """A recipe of operations applied to one source image."""

    MOVES: ClassVar[dict[str, set[str]]] = {
        Status.QUEUED: {Status.RUNNING, Status.FAILED, Status.CANCELLED},
        Status.RUNNING: {Status.RUNNING, Status.SUCCEEDED, Status.FAILED, Status.CANCELLED},
        Status.FAILED: {Status.QUEUED},  # an admin replays its dead job
    }

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    source = models.ForeignKey(Asset, models.PROTECT, related_name="enhancements")
    result = models.ForeignKey(Asset, models.SET_NULL, null=True, blank=True, related_name="made_by")
    operations = models.JSONField(default=list)
    recipe_digest = models.CharField(max_length=64)
    status = models.CharField(max_length=16, choices=Status, default=Status.QUEUED)
    percent = models.PositiveSmallIntegerField(default=0)
    facts = models.JSONField(default=dict, blank=True)
    cost = models.DecimalField(max_digits=12, decimal_places=6, null=True, blank=True)
    error = models.JSONField(null=True, blank=True)
    job_id = models.UUIDField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    objects = EnhancementQuerySet.as_manager()

    class Meta:
        db_table = "image_enhancements"
        constraints = [
            models.CheckConstraint(name="enhancement_status_known", condition=Q(status__in=Status.values)),
            models.UniqueConstraint(
                name="enhancement_one_live_per_recipe",
                fields=["source", "recipe_digest"],
                condition=Q(status__in=[Status.QUEUED, Status.RUNNING]),
                violation_error_message="This image is already being enhanced that way. Wait for it or cancel it.",
            ),
        ]
        indexes = [models.Index(fields=["team", "-created_at", "-id"])]

    def __str__(self) -> str:
        return f"{self.status} enhancement of {self.source_id}"
