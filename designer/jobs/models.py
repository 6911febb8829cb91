"""The durable queue: `job_queue` is the record, Celery only the bell."""

from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from teams.accounts.models import User
from teams.base.models import Row
from teams.membership.models import Membership, Role


class Lane(models.TextChoices):
    INTERACTIVE = "interactive"
    BATCH = "batch"
    GPU = "gpu"
    IO = "io"
    REMOTE = "remote"


class JobStatus(models.TextChoices):
    SCHEDULED = "scheduled"
    QUEUED = "queued"
    LEASED = "leased"
    RETRYING = "retrying"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    DEAD = "dead"
    CANCELLED = "cancelled"


LATER = (JobStatus.SCHEDULED, JobStatus.RETRYING)
WAITING = (JobStatus.SCHEDULED, JobStatus.QUEUED, JobStatus.RETRYING)
OVER = (JobStatus.SUCCEEDED, JobStatus.FAILED, JobStatus.CANCELLED)  # for good: a dead one may be replayed
FINAL = (JobStatus.SUCCEEDED, JobStatus.FAILED, JobStatus.DEAD, JobStatus.CANCELLED)

ROUND = 240  # turns in a round of the queue; a team takes `weight` jobs of one
HEAVIEST = 20
BEHIND = 7  # the priority of what is one of many: after whatever a person asked for alone, and after their previews


class JobQuerySet(models.QuerySet["Job"]):
    """Rows of the queue as people may see them."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Jobs of the teams that `user` belongs to."""
        return self._of_teams(user, tuple(Role.values))

    def administered_by(self, user: User | AnonymousUser) -> Self:
        """Jobs of the teams that `user` owns or administers."""
        return self._of_teams(user, (Role.OWNER, Role.ADMIN))

    def dead(self) -> Self:
        return self.filter(status=JobStatus.DEAD)

    def _of_teams(self, user: User | AnonymousUser, roles: tuple[str, ...]) -> Self:
        if not user.is_authenticated or not user.is_active:
            return self.none()
        return self.filter(team_id__in=Membership.objects.filter(user_id=user.pk, role__in=roles).values("team_id"))


class Job(Row):
    """One piece of slow work. The payload carries ids only.

    `attempts` counts leases and is the fencing token: only the holder of the latest may write. `failures` counts
    tries that ended in an error, `deaths` workers that died holding the job. `turn` is the job's place in a round
    robin among teams (start-time fair queuing): the n-th waiting job of each team stands in round n, or, of one that
    weighs w, in round n / w.
    """

    kind = models.CharField(max_length=60)
    payload = models.JSONField(default=dict)
    lane = models.CharField(max_length=16, choices=Lane, default=Lane.INTERACTIVE)
    priority = models.PositiveSmallIntegerField(default=5)
    # 0-9 as well, within the team only (db_default: workers of the release before write rows too)
    rank = models.PositiveSmallIntegerField(default=5, db_default=5)
    status = models.CharField(max_length=16, choices=JobStatus, default=JobStatus.QUEUED)
    scheduled_at = models.DateTimeField()
    turn = models.BigIntegerField(default=0)
    attempts = models.PositiveIntegerField(default=0)
    failures = models.PositiveSmallIntegerField(default=0)
    max_attempts = models.PositiveSmallIntegerField(default=5)
    deaths = models.PositiveSmallIntegerField(default=0)
    lease_expires_at = models.DateTimeField(null=True, blank=True)
    worker = models.CharField(max_length=120, blank=True)
    team_id = models.UUIDField()
    dedup_key = models.CharField(max_length=200, null=True, blank=True)  # noqa: DJ001  (no key is not one key)
    cancel_requested_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    last_error = models.JSONField(null=True, blank=True)
    objects = JobQuerySet.as_manager()

    class Meta:
        db_table = "job_queue"
        constraints = [
            models.CheckConstraint(name="job_status_known", condition=Q(status__in=JobStatus.values)),
            models.CheckConstraint(name="job_lane_known", condition=Q(lane__in=Lane.values)),
            models.CheckConstraint(name="job_priority_range", condition=Q(priority__lte=9)),
            models.CheckConstraint(
                name="job_lease_has_holder",
                condition=~Q(status=JobStatus.LEASED) | (Q(lease_expires_at__isnull=False) & ~Q(worker="")),
            ),
            models.UniqueConstraint(
                name="job_dedup_live", fields=["dedup_key"], condition=~Q(status__in=FINAL) & Q(dedup_key__isnull=False)
            ),
        ]
        indexes = [
            # All partial: finished rows by the million must not slow the claim.
            models.Index(  # what the claim walks: the best job is the first entry of its lane
                name="job_ready",
                fields=["lane", "priority", "turn", "scheduled_at"],
                condition=Q(status=JobStatus.QUEUED),
            ),
            models.Index(  # a team's last place in the round robin, asked at every enqueue
                name="job_team_turn",
                fields=["lane", "priority", "team_id", "turn"],
                condition=Q(status=JobStatus.QUEUED),
            ),
            models.Index(name="job_due", fields=["scheduled_at"], condition=Q(status__in=LATER)),
            # not on lease_expires_at: a heartbeat then touches no index and stays a cheap in-page update
            models.Index(name="job_leased", fields=["lane", "team_id"], condition=Q(status=JobStatus.LEASED)),
            models.Index(name="job_over", fields=["finished_at"], condition=Q(status__in=OVER)),  # for the purge
            models.Index(name="job_dead", fields=["team_id", "-created_at"], condition=Q(status=JobStatus.DEAD)),
            models.Index(fields=["team_id", "-created_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class AttemptOutcome(models.TextChoices):
    STARTED = "started"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    UNKNOWN = "unknown"
    SUPERSEDED = "superseded"  # was unknown, then asked again with the same key and answered


class JobAttempt(Row):
    """One call to a paid provider, committed before it is made, so that a crash can never hide it."""

    job = models.ForeignKey(Job, models.CASCADE, related_name="calls")
    number = models.PositiveIntegerField()
    step = models.CharField(max_length=60, default="")
    provider = models.CharField(max_length=60)
    model = models.CharField(max_length=120)
    idempotency_key = models.CharField(max_length=120)
    # what the provider calls this work, to ask for it again (db_default: workers of the release before write rows too)
    reference = models.CharField(max_length=120, blank=True, default="", db_default="")
    heard_at = models.DateTimeField(null=True, blank=True)  # when the provider last said by itself that it is done
    price = models.DecimalField(max_digits=12, decimal_places=6, null=True)
    outcome = models.CharField(max_length=16, choices=AttemptOutcome, default=AttemptOutcome.STARTED)
    error = models.JSONField(null=True, blank=True)

    if TYPE_CHECKING:
        job_id: UUID
        objects: Any

    class Meta:
        db_table = "job_attempts"
        constraints = [
            models.UniqueConstraint(name="job_attempt_once", fields=["job", "number", "step"]),
            models.CheckConstraint(name="job_attempt_outcome_known", condition=Q(outcome__in=AttemptOutcome.values)),
        ]
        indexes = [
            models.Index(name="job_attempt_recent", fields=["provider", "model", "created_at"]),
            models.Index(
                name="job_attempt_unknown", fields=["created_at"], condition=Q(outcome=AttemptOutcome.UNKNOWN)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider} for {self.job_id} #{self.number}"


class LanePause(models.Model):
    """A lane in which nothing is begun for now; no row, no pause."""

    lane = models.CharField(max_length=16, primary_key=True, choices=Lane)
    paused_at = models.DateTimeField(auto_now_add=True)
    by_id = models.UUIDField()
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        db_table = "queue_pauses"
        constraints = [models.CheckConstraint(name="pause_lane_known", condition=Q(lane__in=Lane.values))]

    def __str__(self) -> str:
        return f"{self.lane} is paused"


class TeamWeight(models.Model):
    """How many jobs of this team are begun for one of a team that has no row."""

    team_id = models.UUIDField(primary_key=True)
    weight = models.PositiveSmallIntegerField()
    by_id = models.UUIDField()
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "queue_weights"
        constraints = [
            models.CheckConstraint(name="weight_range", condition=Q(weight__gte=1) & Q(weight__lte=HEAVIEST)),
        ]

    def __str__(self) -> str:
        return f"{self.team_id} weighs {self.weight}"


class WorkerBeat(models.Model):
    """A worker's last sign of life, and what it says of itself. `id` is made anew at each start; every process of the
    worker ends its own name with it."""

    id = models.UUIDField(primary_key=True)
    name = models.CharField(max_length=120)
    lanes = ArrayField(models.CharField(max_length=16, choices=Lane))
    processes = models.PositiveSmallIntegerField()
    abilities = models.JSONField(default=dict)  # by sort (operations, models, ...): what it can do
    started_at = models.DateTimeField(auto_now_add=True)
    beat_at = models.DateTimeField()
    draining_since = models.DateTimeField(null=True)
    drained_by = models.UUIDField(null=True)

    class Meta:
        db_table = "queue_workers"

    def __str__(self) -> str:
        return self.name


class SchedulerBeat(models.Model):
    """The leader's last sign of life: one row. `backend` is the Postgres process that holds the leader's lock."""

    name = models.CharField(max_length=40, primary_key=True)
    holder = models.CharField(max_length=120)
    backend = models.PositiveIntegerField()
    beat_at = models.DateTimeField()

    class Meta:
        db_table = "scheduler_beats"

    def __str__(self) -> str:
        return f"{self.name} held by {self.holder}"


class PeriodicSlot(models.Model):
    """The last slot (whole intervals since 1970) in which a periodic duty ran, so that each fires once."""

    name = models.CharField(max_length=120, primary_key=True)
    slot = models.BigIntegerField(default=0)

    class Meta:
        db_table = "periodic_slots"

    def __str__(self) -> str:
        return f"{self.name} #{self.slot}"
