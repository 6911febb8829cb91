"""Automations: what a team has done to every image that is approved, and what became of each."""

from typing import TYPE_CHECKING, Any, ClassVar, Final, Self
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Count, DecimalField, Q, Sum
from django.db.models.functions import Coalesce

from batches.models import Batch
from teams.base.states import MovingQuerySet
from teams.membership.ownership import OwnedQuerySet, TeamOwned
from teams.review.approvals.models import Approval
from teams.review.collections.models import Collection

NAME_LENGTH: Final = 80


class Scope(models.TextChoices):
    """Whose approval sets one off."""

    TEAM = "team", "Any image of the team"
    COLLECTION = "collection", "Images of one collection"
    BATCH = "batch", "Images of one batch"


class Target(models.TextChoices):
    """A size that an image is brought to without a preset: its long side."""

    K2 = "2K", "2K, 2048 px"
    K4 = "4K", "4K, 3840 px"
    K8 = "8K", "8K, 7680 px"


class AutomationQuerySet(OwnedQuerySet["Automation"]):
    """Whose team one is in, its automations one sees."""

    def told(self) -> Self:
        """With what a list says of each: how many runs there were, how they ended, and what they cost."""
        ended = {name: Count("runs", filter=Q(runs__status=name)) for name in (RunStatus.DELIVERED, RunStatus.FAILED)}
        live = Count("runs", filter=Q(runs__status__in=LIVE))
        cost = Coalesce(Sum("runs__cost"), 0, output_field=DecimalField(max_digits=12, decimal_places=6))
        rows = self.select_related("team", "owner", "scope_collection", "scope_batch", "collection")
        return rows.annotate(all_runs=Count("runs"), live=live, cost=cost, **ended)

    def matching(self, words: str) -> Self:
        """Every word stands in the name."""
        rows = self
        for word in words.replace("\x00", "").split()[:8]:
            rows = rows.filter(name__icontains=word)
        return rows


class Automation(TeamOwned):
    """When an image is approved: enhance it, put it into a collection, tell the webhooks, tell people.

    `owner` made it or changed it last: what it does is done in their name and with their rights. `preset`: the id of
    one of the team's or of the studio's own, which have no row; null where it takes a `target` size, or enhances
    nothing.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    name = models.CharField(max_length=NAME_LENGTH)
    active = models.BooleanField(default=True)
    scope = models.CharField(max_length=16, choices=Scope, default=Scope.TEAM)
    scope_collection = models.ForeignKey(Collection, models.SET_NULL, null=True, blank=True, related_name="+")
    scope_batch = models.ForeignKey(Batch, models.SET_NULL, null=True, blank=True, related_name="+")
    preset = models.UUIDField(null=True, blank=True)
    preset_name = models.CharField(max_length=80, blank=True)  # as it was called: it may be deleted
    target = models.CharField(max_length=4, blank=True)
    collects = models.BooleanField(default=False)
    collection = models.ForeignKey(Collection, models.SET_NULL, null=True, blank=True, related_name="+")
    tells_webhooks = models.BooleanField(default=False)
    tells_people = models.BooleanField(default=True)
    objects = AutomationQuerySet.as_manager()

    if TYPE_CHECKING:
        owner_id: UUID
        collection_id: UUID | None
        runs: Any

    class Meta:
        db_table = "automations"
        constraints = [
            models.CheckConstraint(name="automation_scope_known", condition=Q(scope__in=Scope.values)),
            models.CheckConstraint(name="automation_target_known", condition=Q(target__in=["", "2K", "4K", "8K"])),
            models.CheckConstraint(name="automation_one_recipe", condition=Q(preset=None) | Q(target="")),
            models.UniqueConstraint(
                name="automation_name_once",
                fields=["team", "name"],
                violation_error_message="This team has an automation of that name. Choose another name.",
            ),
        ]
        indexes = [models.Index(fields=["team", "-created_at", "-id"])]

    def __str__(self) -> str:
        return self.name

    @property
    def enhances(self) -> bool:
        return self.preset is not None or bool(self.target)


class RunStatus(models.TextChoices):
    WAITING = "waiting", "Waiting"
    ENHANCING = "enhancing", "Enhancing"
    DELIVERING = "delivering", "Delivering"
    DELIVERED = "delivered", "Delivered"
    FAILED = "failed", "Failed"
    SKIPPED = "skipped", "Skipped"
    CANCELLED = "cancelled", "Cancelled"


LIVE: Final = (RunStatus.WAITING, RunStatus.ENHANCING, RunStatus.DELIVERING)
RETRYABLE: Final = (RunStatus.FAILED, RunStatus.CANCELLED, RunStatus.SKIPPED)


class RunQuerySet(OwnedQuerySet["AutomationRun"], MovingQuerySet["AutomationRun"]):  # type: ignore[override]  # both make a manager
    def told(self) -> Self:
        """With all that is shown of a run."""
        return self.select_related("automation", "asset", "result", "enhancement", "approval")

    def matching(self, words: str) -> Self:
        """Every word stands in the image's title."""
        rows = self
        for word in words.replace("\x00", "").split()[:8]:
            rows = rows.filter(asset__title__icontains=word)
        return rows

    def delivered(self) -> Self:
        """Those with an image to take away, in order of time."""
        kept = self.filter(status=RunStatus.DELIVERED, result__isnull=False, result__trashed_at=None)
        return kept.order_by("finished_at", "pk")


class AutomationRun(TeamOwned):
    """What one approval of one image set off; there is one for each automation and approval, however often it is tried.

    `depth`: how many automations the image went through, with this one. `bought`: whether the enhancement was asked for
    by this run, and not found under way or done already. `told`: how many webhooks heard of the delivery.
    """

    MOVES: ClassVar[dict[str, set[str]]] = {
        RunStatus.WAITING: {
            RunStatus.ENHANCING, RunStatus.DELIVERING, RunStatus.FAILED, RunStatus.SKIPPED, RunStatus.CANCELLED,
        },
        RunStatus.ENHANCING: {
            RunStatus.DELIVERING, RunStatus.FAILED, RunStatus.SKIPPED, RunStatus.CANCELLED,
        },
        RunStatus.DELIVERING: {
            RunStatus.DELIVERED, RunStatus.FAILED, RunStatus.SKIPPED, RunStatus.CANCELLED,
        },
        # tried again; from failed also because an admin replays the dead job of its enhancement
        RunStatus.FAILED: {RunStatus.WAITING, RunStatus.DELIVERING},
        RunStatus.SKIPPED: {RunStatus.WAITING, RunStatus.DELIVERING},
        RunStatus.CANCELLED: {RunStatus.WAITING, RunStatus.DELIVERING},
    }  # fmt: skip
    automation = models.ForeignKey(Automation, models.CASCADE, related_name="runs")
    approval = models.ForeignKey(Approval, models.CASCADE, related_name="+")
    asset = models.ForeignKey("designer.Asset", models.CASCADE, related_name="+")
    enhancement = models.ForeignKey(
        "enhancement.Enhancement", models.SET_NULL, null=True, blank=True, related_name="automation_runs"
    )
    bought = models.BooleanField(default=False)
    result = models.ForeignKey("designer.Asset", models.SET_NULL, null=True, blank=True, related_name="+")
    status = models.CharField(max_length=16, choices=RunStatus, default=RunStatus.WAITING)
    cost = models.DecimalField(max_digits=12, decimal_places=6, default=0)
    # what was charged for enhancements that this run had before the present one
    paid_before = models.DecimalField(max_digits=12, decimal_places=6, default=0)
    error = models.JSONField(null=True, blank=True)  # code, message, remedy: why it failed or was skipped
    depth = models.PositiveSmallIntegerField(default=1)
    tries = models.PositiveSmallIntegerField(default=1)
    told = models.PositiveSmallIntegerField(default=0)
    finished_at = models.DateTimeField(null=True, blank=True)
    objects = RunQuerySet.as_manager()

    if TYPE_CHECKING:
        automation_id: UUID
        approval_id: UUID
        asset_id: UUID
        enhancement_id: UUID | None
        result_id: UUID | None

    class Meta:
        db_table = "automation_runs"
        verbose_name = "run"
        constraints = [
            models.CheckConstraint(name="automation_run_status_known", condition=Q(status__in=RunStatus.values)),
            models.CheckConstraint(
                name="automation_run_ended_at_a_time",
                condition=Q(status__in=LIVE, finished_at=None) | (~Q(status__in=LIVE) & Q(finished_at__isnull=False)),
            ),
            models.UniqueConstraint(name="automation_runs_once", fields=["automation", "approval"]),
        ]
        indexes = [
            models.Index(name="automation_run_log", fields=["automation", "-created_at", "-id"]),
            models.Index(name="automation_run_live", fields=["updated_at"], condition=Q(status__in=LIVE)),
        ]

    def __str__(self) -> str:
        return f"{self.status} run of {self.automation_id}"

    @property
    def is_live(self) -> bool:
        return self.status in LIVE

    @property
    def may_retry(self) -> bool:
        return self.status in RETRYABLE

    @property
    def percent(self) -> int:
        """Of the whole way; the enhancement is nearly all of it."""
        if self.status == RunStatus.ENHANCING and self.enhancement is not None:
            return int(self.enhancement.percent * 0.95)
        return {RunStatus.WAITING: 0, RunStatus.DELIVERING: 97, RunStatus.DELIVERED: 100}.get(RunStatus(self.status), 0)
