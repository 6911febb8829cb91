"""A plan of many generations (or enhancements), its items and what became of each; saved plans, sheets, votes.

Counters and cost of a batch are kept by a trigger on its items (migration `*_sql_counters`): nobody else writes them.
"""

from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q, Value

from teams.base.states import MovingQuerySet
from teams.membership.ownership import OwnedQuerySet, TeamOwned


class BatchStatus(models.TextChoices):
    DRAFT = "draft"
    SCHEDULED = "scheduled"
    RUNNING = "running"
    PAUSED = "paused"
    COMPLETED = "completed"
    PARTIAL = "partial"  # some items succeeded, others did not
    FAILED = "failed"
    CANCELLED = "cancelled"


OVER = (BatchStatus.COMPLETED, BatchStatus.PARTIAL, BatchStatus.FAILED, BatchStatus.CANCELLED)
ENDS = set(OVER)


class ItemStatus(models.TextChoices):
    WAITING = "waiting"
    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


IN_FLIGHT = (ItemStatus.QUEUED, ItemStatus.RUNNING)
ENDED = (ItemStatus.SUCCEEDED, ItemStatus.FAILED, ItemStatus.CANCELLED)
FORGOTTEN = "forgotten"
MAYBE_PAID = ("outcome_unknown", FORGOTTEN)  # an item that failed so is asked for anew only where that was said


class Kind(models.TextChoices):
    GENERATE = "generate"
    ENHANCE = "enhance"


class BatchQuerySet(OwnedQuerySet["Batch"], MovingQuerySet["Batch"]):  # type: ignore[override]  # both make a manager
    pass


class BatchTemplate(TeamOwned):
    """A plan kept under a name. Whoever uses it gets a copy: deleting it changes no batch."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    plan = models.JSONField()
    objects = OwnedQuerySet["BatchTemplate"].as_manager()

    class Meta:
        db_table = "batch_templates"
        verbose_name = "template"
        constraints = [
            models.UniqueConstraint(
                name="batch_template_name_once",
                fields=["team", "name"],
                violation_error_message="There is a template of this name. Choose another name, or delete that one.",
            )
        ]
        indexes = [models.Index(fields=["team", "-created_at", "-id"])]

    def __str__(self) -> str:
        return self.name


class Batch(TeamOwned):
    """Many items, one plan, price and budget. One with a `cron` runs nothing itself: at each slot it makes a copy."""

    MOVES: ClassVar[dict[str, set[str]]] = {
        BatchStatus.DRAFT: {BatchStatus.SCHEDULED, BatchStatus.RUNNING, BatchStatus.CANCELLED},
        BatchStatus.SCHEDULED: {BatchStatus.RUNNING, BatchStatus.PAUSED, BatchStatus.CANCELLED},
        BatchStatus.RUNNING: {BatchStatus.PAUSED, *ENDS},
        BatchStatus.PAUSED: {BatchStatus.SCHEDULED, BatchStatus.RUNNING, *ENDS},
        BatchStatus.PARTIAL: {BatchStatus.RUNNING},  # failed items are tried again
        BatchStatus.FAILED: {BatchStatus.RUNNING},
    }

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    title = models.CharField(max_length=120)
    kind = models.CharField(max_length=16, choices=Kind, default=Kind.GENERATE)
    plan = models.JSONField()
    status = models.CharField(max_length=16, choices=BatchStatus, default=BatchStatus.DRAFT)
    reason = models.JSONField(null=True, blank=True)  # why it is paused: code, message, remedy
    waiting = models.PositiveIntegerField(default=0, editable=False)
    queued = models.PositiveIntegerField(default=0, editable=False)
    running = models.PositiveIntegerField(default=0, editable=False)
    succeeded = models.PositiveIntegerField(default=0, editable=False)
    failed = models.PositiveIntegerField(default=0, editable=False)
    cancelled = models.PositiveIntegerField(default=0, editable=False)
    cost = models.DecimalField(max_digits=12, decimal_places=6, default=0, editable=False)
    estimate_low = models.DecimalField(max_digits=12, decimal_places=6, default=0)
    estimate_high = models.DecimalField(max_digits=12, decimal_places=6, default=0)
    seconds_high = models.FloatField(default=0)
    images = models.PositiveIntegerField(default=0)
    simulated = models.BooleanField(default=False)
    priority = models.PositiveSmallIntegerField(default=5)
    parallelism = models.PositiveSmallIntegerField(default=4)
    run_at = models.DateTimeField(null=True, blank=True)  # when it starts, or makes its next copy
    cron = models.CharField(max_length=120, blank=True)
    time_zone = models.CharField(max_length=64, default="UTC")
    series = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="runs")
    slot = models.DateTimeField(null=True, blank=True)  # for which moment of its series it was made
    template = models.ForeignKey(BatchTemplate, models.SET_NULL, null=True, blank=True, related_name="+")
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    objects = BatchQuerySet.as_manager()

    if TYPE_CHECKING:
        items: Any
        runs: Any

    class Meta:
        db_table = "batch_jobs"
        verbose_name = "batch"
        verbose_name_plural = "batches"
        constraints = [
            models.CheckConstraint(name="batch_status_known", condition=Q(status__in=BatchStatus.values)),
            models.CheckConstraint(name="batch_kind_known", condition=Q(kind__in=Kind.values)),
            models.CheckConstraint(name="batch_priority_range", condition=Q(priority__lte=9)),
            models.CheckConstraint(name="batch_parallelism_range", condition=Q(parallelism__gte=1)),
            models.UniqueConstraint(name="batch_slot_once", fields=["series", "slot"]),
        ]
        indexes = [
            models.Index(fields=["team", "-created_at", "-id"]),
            models.Index(name="batch_live", fields=["run_at"], condition=~Q(status__in=OVER)),
        ]

    def __str__(self) -> str:
        return self.title or str(self.pk)

    @property
    def total(self) -> int:
        return self.waiting + self.left_in_flight + self.done

    @property
    def left_in_flight(self) -> int:
        return self.queued + self.running

    @property
    def done(self) -> int:
        return self.succeeded + self.failed + self.cancelled

    @property
    def percent(self) -> int:
        return 100 * self.done // self.total if self.total else 0

    @property
    def is_over(self) -> bool:
        return self.status in OVER

    def counts(self) -> dict[str, int]:
        return {"total": self.total, **{name: getattr(self, name) for name in ItemStatus.values}}


class ItemQuerySet(OwnedQuerySet["BatchItem"], MovingQuerySet["BatchItem"]):  # type: ignore[override]  # both make a manager
    pass


class BatchItem(TeamOwned):
    """One wish of a batch, and the generation or enhancement that it became."""

    MOVES: ClassVar[dict[str, set[str]]] = {
        # what waits may have work that was begun: it gave its place back while its model rests
        ItemStatus.WAITING: {ItemStatus.QUEUED, ItemStatus.RUNNING, *ENDED},
        ItemStatus.QUEUED: {ItemStatus.WAITING, ItemStatus.RUNNING, *ENDED},
        ItemStatus.RUNNING: {ItemStatus.WAITING, *ENDED},
        # by a retry, or because an admin replays the dead job
        ItemStatus.FAILED: {ItemStatus.WAITING, ItemStatus.RUNNING, ItemStatus.SUCCEEDED, ItemStatus.CANCELLED},
    }

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="items")
    position = models.PositiveIntegerField()
    wish = models.JSONField()  # the fields of a GenerationWish that are not its defaults, or asset and operations
    label = models.JSONField(default=dict)  # axis -> value, for people
    arm = models.CharField(max_length=1, blank=True)
    pair = models.PositiveIntegerField(null=True, blank=True)  # the same for both arms of one combination
    status = models.CharField(max_length=16, choices=ItemStatus, default=ItemStatus.WAITING)
    low = models.DecimalField(max_digits=12, decimal_places=6, default=0)
    high = models.DecimalField(max_digits=12, decimal_places=6, default=0)
    # what is set aside for it when it begins; `low` to `high` is what is expected
    most = models.DecimalField(max_digits=12, decimal_places=6, default=0)
    cost = models.DecimalField(max_digits=12, decimal_places=6, default=0)
    # what was charged for generations that this item had before the present one
    paid_before = models.DecimalField(max_digits=12, decimal_places=6, default=0)
    provider = models.CharField(max_length=60, blank=True)
    model = models.CharField(max_length=120, blank=True)
    error = models.JSONField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    generation = models.OneToOneField(
        "designer.Generation", models.SET_NULL, null=True, blank=True, related_name="batch_item"
    )
    enhancement = models.OneToOneField(
        "enhancement.Enhancement", models.SET_NULL, null=True, blank=True, related_name="batch_item"
    )
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    objects = ItemQuerySet.as_manager()

    class Meta:
        db_table = "batch_items"
        verbose_name = "item"
        constraints = [
            models.CheckConstraint(name="batch_item_status_known", condition=Q(status__in=ItemStatus.values)),
            models.CheckConstraint(name="batch_item_arm_known", condition=Q(arm__in=["", "a", "b"])),
            models.UniqueConstraint(name="batch_item_place_once", fields=["batch", "position"]),
        ]
        indexes = [
            models.Index(name="batch_item_by_state", fields=["batch", "status", "position"]),
            models.Index(name="batch_item_pair", fields=["batch", "pair"], condition=Q(pair__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"item {self.position} of {self.batch_id}"

    @property
    def shown_assets(self) -> list[Any]:
        """The images that came of it."""
        if self.generation is not None:
            return self.generation.shown_assets
        made = self.enhancement.result if self.enhancement else None
        return [made] if made is not None and made.trashed_at is None else []


class BatchSheet(TeamOwned):
    """The rows of an imported file, kept for a week until a plan takes them."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    name = models.CharField(max_length=200)
    rows = models.JSONField(default=list)
    # of the file, one for each row (db_default: servers of the release before write rows too)
    lines = models.JSONField(default=list, db_default=Value([], models.JSONField()))
    objects = OwnedQuerySet["BatchSheet"].as_manager()

    class Meta:
        db_table = "batch_sheets"
        verbose_name = "sheet"

    def __str__(self) -> str:
        return self.name


class Choice(models.TextChoices):
    A = "a"
    B = "b"
    TIE = "tie"


class BatchVote(TeamOwned):
    """One person's blind choice between the two arms of one pair."""

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="votes")
    pair = models.PositiveIntegerField()
    voter = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    choice = models.CharField(max_length=3, choices=Choice)
    objects = OwnedQuerySet["BatchVote"].as_manager()

    class Meta:
        db_table = "batch_votes"
        verbose_name = "vote"
        constraints = [
            models.UniqueConstraint(
                name="batch_vote_once",
                fields=["batch", "pair", "voter"],
                violation_error_message="You have voted on this pair. Take the next one.",
            ),
            models.CheckConstraint(name="batch_vote_known", condition=Q(choice__in=Choice.values)),
        ]

    def __str__(self) -> str:
        return f"{self.choice} of pair {self.pair}"
