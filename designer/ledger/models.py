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


class Scope(models.TextChoices):
    """Whose spending a budget holds."""

    TEAM = "team"
    MEMBER = "member"
    BATCH = "batch"


class Budget(TeamOwned):
    """The most that a team, or a member in it, may spend in a calendar month (UTC), or a batch in all. Without a row
    there is no limit.

    `subject_id` is the team, person or batch; a member budget without one holds for each who has none of their own.
    """

    scope = models.CharField(max_length=8, choices=Scope)
    subject_id = models.UUIDField(null=True)
    amount = models.DecimalField(max_digits=12, decimal_places=6)
    objects = OwnedQuerySet["Budget"].as_manager()

    class Meta:
        db_table = "budgets"
        constraints = [
            models.UniqueConstraint(name="budget_once", fields=["team", "scope", "subject_id"], nulls_distinct=False),
            models.CheckConstraint(name="budget_scope_known", condition=Q(scope__in=Scope.values)),
            models.CheckConstraint(name="budget_positive", condition=Q(amount__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.amount} USD for {self.scope} {self.subject_id or ''}"


class BudgetUse(TeamOwned):
    """What was spent and what is reserved, by team, member and batch. One row is one lock: whoever reserves holds it.

    `period` is a month such as 2026-11, or empty for a batch. `simulated`: what of `spent` was paid to nobody.
    """

    scope = models.CharField(max_length=8, choices=Scope)
    subject_id = models.UUIDField()
    period = models.CharField(max_length=7, blank=True)
    spent = models.DecimalField(max_digits=14, decimal_places=6, default=0)
    simulated = models.DecimalField(max_digits=14, decimal_places=6, default=0)
    reserved = models.DecimalField(max_digits=14, decimal_places=6, default=0)
    objects = OwnedQuerySet["BudgetUse"].as_manager()

    class Meta:
        db_table = "budget_uses"
        constraints = [
            models.UniqueConstraint(name="budget_use_once", fields=["scope", "team", "subject_id", "period"]),
            models.CheckConstraint(name="budget_use_scope_known", condition=Q(scope__in=Scope.values)),
            models.CheckConstraint(name="budget_use_reserved", condition=Q(reserved__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.scope} {self.subject_id} {self.period}: {self.spent} + {self.reserved} USD"


class ReservationState(models.TextChoices):
    OPEN = "open"
    SETTLED = "settled"  # closed, something was charged
    RELEASED = "released"  # closed, nothing was


class Reservation(TeamOwned):
    """Money set aside for one piece of work before it begins: its charges are taken from it, the rest is given back.

    `amount` was set aside in all, `left` is what of it is still; `job_id` is the work it ends with.
    """

    subject = models.CharField(max_length=80)
    job_id = models.UUIDField(null=True)
    actor_id = models.UUIDField(null=True)
    batch_id = models.UUIDField(null=True)
    period = models.CharField(max_length=7)
    amount = models.DecimalField(max_digits=12, decimal_places=6)
    left = models.DecimalField(max_digits=12, decimal_places=6)
    charged = models.DecimalField(max_digits=12, decimal_places=6, default=0)
    state = models.CharField(max_length=8, choices=ReservationState, default=ReservationState.OPEN)
    closed_at = models.DateTimeField(null=True, blank=True)
    objects = OwnedQuerySet["Reservation"].as_manager()

    class Meta:
        db_table = "ledger_reservations"
        constraints = [
            models.UniqueConstraint(
                name="reservation_one_open", fields=["subject"], condition=Q(state=ReservationState.OPEN)
            ),
            models.CheckConstraint(name="reservation_state_known", condition=Q(state__in=ReservationState.values)),
            models.CheckConstraint(
                name="reservation_left_range", condition=Q(left__gte=0, left__lte=models.F("amount"))
            ),
            models.CheckConstraint(
                name="reservation_closed_holds_nothing", condition=Q(state=ReservationState.OPEN) | Q(left=0)
            ),
        ]
        indexes = [models.Index(name="reservation_of_job", fields=["job_id"], condition=Q(state="open"))]

    def __str__(self) -> str:
        return f"{self.left} of {self.amount} USD for {self.subject}"
