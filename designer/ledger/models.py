"""Everything that costs, once, in the transaction of what it bought."""

from django.db import models
from django.db.models import Q

from teams.membership.ownership import OwnedQuerySet, TeamOwned


class EntryKind(models.TextChoices):
    GENERATION = "generation"
    ANALYSIS = "analysis"
    PROMPTING = "prompting"
    ENHANCEMENT = "enhancement"
    STORAGE = "storage"
    ADJUSTMENT = "adjustment"


class LedgerEntry(TeamOwned):
    """One charge in USD. Append-only (trigger); mistakes are corrected by an adjustment."""

    job_id = models.UUIDField()
    attempt = models.PositiveIntegerField()
    step = models.CharField(max_length=40, blank=True)  # tells several purchases of one attempt apart
    kind = models.CharField(max_length=16, choices=EntryKind)
    subject = models.CharField(max_length=80)
    actor_id = models.UUIDField(null=True)
    provider = models.CharField(max_length=60)
    model = models.CharField(max_length=120)
    quantity = models.DecimalField(max_digits=12, decimal_places=6)
    unit_price = models.DecimalField(max_digits=12, decimal_places=6)
    amount = models.DecimalField(max_digits=12, decimal_places=6)
    simulated = models.BooleanField(default=False)
    objects = OwnedQuerySet.as_manager()

    class Meta:
        db_table = "ledger_entries"
        verbose_name_plural = "ledger entries"
        constraints = [
            models.UniqueConstraint(name="ledger_once", fields=["job_id", "attempt", "kind", "step"]),
            models.CheckConstraint(name="ledger_kind_known", condition=Q(kind__in=EntryKind.values)),
        ]
        indexes = [models.Index(fields=["team", "-created_at"]), models.Index(fields=["subject"])]

    def __str__(self) -> str:
        return f"{self.amount} USD {self.subject}"
