"""One asset made into a better one; both are kept."""

from typing import ClassVar, Self

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


LIVE = (Status.QUEUED, Status.RUNNING)


class WorkerReport(models.Model):
    """What the workers of one host say they can do: once a minute while one of them lives."""

    host = models.CharField(primary_key=True, max_length=200)
    told_at = models.DateTimeField(auto_now=True)
    operations = models.JSONField(default=dict)  # name to why it cannot be done, "" where it can
    models = models.JSONField(default=list)

    class Meta:
        db_table = "enhancement_workers"

    def __str__(self) -> str:
        return f"workers of {self.host}"


class EnhancementQuerySet(OwnedQuerySet["Enhancement"], MovingQuerySet["Enhancement"]):  # type: ignore[override]  # both make a manager
    def matching(self, words: str) -> Self:
        """Every word stands in the image's title, the preset's name or the name of an operation."""
        rows = self
        for word in words.replace("\x00", "").split()[:8]:
            about = Q(source__title__icontains=word) | Q(preset__name__icontains=word)
            rows = rows.filter(about | Q(operations__contains=[{"name": word.lower()}]))
        return rows


class EnhancementPreviewQuerySet(OwnedQuerySet["EnhancementPreview"], MovingQuerySet["EnhancementPreview"]):  # type: ignore[override]  # both make a manager
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
    quote = models.JSONField(default=list)  # per step what was promised: seconds, size, who does it, its price
    preset = models.JSONField(null=True, blank=True)  # {"id", "name", "version"} of where the recipe came from
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
                condition=Q(status__in=LIVE),
                violation_error_message="This image is already being enhanced that way. Wait for it or cancel it.",
            ),
        ]
        indexes = [
            models.Index(fields=["team", "-created_at", "-id"]),
            models.Index(name="enhancement_of_owner", fields=["team", "owner", "-created_at", "-id"]),
            models.Index(  # the pace of the last runs, of all teams
                name="enhancement_last_done", fields=["-finished_at"], condition=Q(status=Status.SUCCEEDED)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.status} enhancement of {self.source_id}"

    @property
    def is_live(self) -> bool:
        return self.status in LIVE


class EnhancementPreset(TeamOwned):
    """A named recipe that a team shares. `version` counts its changes; an enhancement remembers which it came from."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    name = models.CharField(max_length=80)
    description = models.CharField(max_length=300, blank=True)
    operations = models.JSONField(default=list)
    version = models.PositiveIntegerField(default=1)
    objects = OwnedQuerySet["EnhancementPreset"].as_manager()

    class Meta:
        db_table = "enhancement_presets"
        verbose_name = "preset"
        constraints = [
            models.UniqueConstraint(
                name="enhancement_preset_once",
                fields=["team", "name"],
                violation_error_message="This team has a preset of that name. Choose another name.",
            )
        ]

    def __str__(self) -> str:
        return self.name


class EnhancementPreview(TeamOwned):
    """One or two recipes tried on the same small part of an image, before the whole is paid for. Kept for a day."""

    MOVES: ClassVar[dict[str, set[str]]] = {
        Status.QUEUED: {Status.RUNNING, Status.FAILED, Status.CANCELLED},
        Status.RUNNING: {Status.RUNNING, Status.SUCCEEDED, Status.FAILED, Status.CANCELLED},
    }

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    source = models.ForeignKey(Asset, models.CASCADE, related_name="+")
    box = models.JSONField(default=dict)  # left, top, width, height in pixels of the source
    recipes = models.JSONField(
        default=list
    )  # per recipe: name, operations, on_part, notes; whole: its estimate; seek: look for faces, at a spot
    part = models.JSONField(default=dict)  # what the box shows: path, width, height; {} until it is cut out
    results = models.JSONField(default=list)  # per recipe done: path, width, height, seconds, facts; or error
    status = models.CharField(max_length=16, choices=Status, default=Status.QUEUED)
    error = models.JSONField(null=True, blank=True)
    job_id = models.UUIDField(null=True, blank=True)
    objects = EnhancementPreviewQuerySet.as_manager()

    class Meta:
        db_table = "enhancement_previews"
        verbose_name = "preview"
        constraints = [
            models.CheckConstraint(name="enhancement_preview_status_known", condition=Q(status__in=Status.values))
        ]
        indexes = [models.Index(fields=["created_at"]), models.Index(fields=["owner", "status"])]

    def __str__(self) -> str:
        return f"{self.status} preview of {self.source_id}"

    @property
    def is_live(self) -> bool:
        return self.status in LIVE
