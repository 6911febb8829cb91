"""The durable queue: `job_queue` is the record, Celery only the bell."""

from django.db import models
from django.db.models import Q

from teams.base.models import Row


class Lane(models.TextChoices):
    INTERACTIVE = "interactive"
    BATCH = "batch"
    GPU = "gpu"
    IO = "io"


class JobStatus(models.TextChoices):
    SCHEDULED = "scheduled"
    QUEUED = "queued"
    LEASED = "leased"
    RETRYING = "retrying"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    DEAD = "dead"
    CANCELLED = "cancelled"


WAITING = (JobStatus.SCHEDULED, JobStatus.QUEUED, JobStatus.RETRYING)
FINAL = (JobStatus.SUCCEEDED, JobStatus.FAILED, JobStatus.DEAD, JobStatus.CANCELLED)


class Job(Row):
    """One piece of slow work. The payload carries ids only."""

    kind = models.CharField(max_length=60)
    payload = models.JSONField(default=dict)
    lane = models.CharField(max_length=16, choices=Lane, default=Lane.INTERACTIVE)
    priority = models.PositiveSmallIntegerField(default=5)
    status = models.CharField(max_length=16, choices=JobStatus, default=JobStatus.QUEUED)
    scheduled_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    max_attempts = models.PositiveSmallIntegerField(default=5)
    deaths = models.PositiveSmallIntegerField(default=0)
    lease_expires_at = models.DateTimeField(null=True, blank=True)
    worker = models.CharField(max_length=120, blank=True)
    team_id = models.UUIDField()
    dedup_key = models.CharField(max_length=200, null=True, blank=True)
    cancel_requested_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    last_error = models.JSONField(null=True, blank=True)

    class Meta:
        db_table = "job_queue"
        constraints = [
            models.CheckConstraint(name="job_status_known", condition=Q(status__in=JobStatus.values)),
            models.CheckConstraint(name="job_lane_known", condition=Q(lane__in=Lane.values)),
            models.CheckConstraint(name="job_priority_range", condition=Q(priority__lte=9)),
            models.UniqueConstraint(
                name="job_dedup_live", fields=["dedup_key"], condition=~Q(status__in=FINAL) & Q(dedup_key__isnull=False)
            ),
        ]
        indexes = [
            # partial: finished rows by the million must not slow the claim
            models.Index(
                name="job_ready",
                fields=["lane", "priority", "scheduled_at"],
                condition=Q(status__in=WAITING),
            ),
            models.Index(name="job_leased", fields=["lease_expires_at"], condition=Q(status=JobStatus.LEASED)),
            models.Index(fields=["team_id", "-created_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class AttemptOutcome(models.TextChoices):
    STARTED = "started"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    UNKNOWN = "unknown"


class JobAttempt(Row):
    """One call to a paid provider, committed before it is made, so that a crash can never hide it."""

    job = models.ForeignKey(Job, models.CASCADE, related_name="calls")
    number = models.PositiveIntegerField()
    step = models.CharField(max_length=60, default="")
    provider = models.CharField(max_length=60)
    model = models.CharField(max_length=120)
    idempotency_key = models.CharField(max_length=120)
    price = models.DecimalField(max_digits=12, decimal_places=6, null=True)
    outcome = models.CharField(max_length=16, choices=AttemptOutcome, default=AttemptOutcome.STARTED)
    error = models.JSONField(null=True, blank=True)

    class Meta:
        db_table = "job_attempts"
        constraints = [
            models.UniqueConstraint(name="job_attempt_once", fields=["job", "number", "step"]),
            models.CheckConstraint(name="job_attempt_outcome_known", condition=Q(outcome__in=AttemptOutcome.values)),
        ]

    def __str__(self) -> str:
        return f"{self.provider} for {self.job_id} #{self.number}"
