"""Figures worked out beforehand, what of them is to be worked out anew, and the roadmap's views over them.

A slot is a quarter of an hour that begins at a full one: the offset of every time zone since 2000 is whole quarters, so
that hours and days of any of them are made of whole slots. Of the figures `team_id` and `member_id` are no foreign
keys: what is gone is worked out as gone, and no lock is taken on whom they are about. What a look finds, once a day, is
of a team that is there, and goes with it.
"""

from datetime import timedelta
from typing import TYPE_CHECKING, Final, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

from analytics.anomalies import METRICS
from analytics.insights import KINDS
from teams.base.models import Row
from teams.membership.models import Membership, Team
from teams.membership.ownership import OwnedQuerySet, TeamOwned
from teams.membership.permissions import CODES

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from django.contrib.auth.models import AnonymousUser

    from teams.accounts.models import User

FRESH: Final = timedelta(days=3)  # for which an insight is told that no look has found anew


class Slot(models.Model):
    """Abstract: a quarter of an hour of one member in one team by one model, in fact or simulated."""

    id = models.BigAutoField(primary_key=True)
    team_id = models.UUIDField()
    slot = models.DateTimeField()
    provider = models.CharField(max_length=60)
    model = models.CharField(max_length=120)
    simulated = models.BooleanField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.slot:%Y-%m-%d %H:%M} {self.provider} {self.model}".strip()


class Work(Slot):
    """Abstract: what was asked for, made and judged, as `sql/work.sql` says. Generations count in the slot in which
    they were asked for, by the model that they ended with; images, and what was said of them at any time, in the slot
    in which they were made, by the model that made them."""

    member_id = models.UUIDField()
    asked = models.PositiveIntegerField()
    succeeded = models.PositiveIntegerField()
    partial = models.PositiveIntegerField()
    failed = models.PositiveIntegerField()
    cancelled = models.PositiveIntegerField()
    millis = ArrayField(models.IntegerField(), help_text="How long each took that brought images, sorted.")
    faults = models.JSONField(help_text="How many ended with each code of an error.")
    images = models.PositiveIntegerField(help_text="Without those that were set aside.")
    set_aside = models.PositiveIntegerField()
    rated = models.PositiveIntegerField(help_text="Of the images: something was said of them.")
    liked = models.PositiveIntegerField(help_text="Of the rated: more for than against.")
    disliked = models.PositiveIntegerField()
    ratings = models.PositiveIntegerField()
    stars = models.PositiveIntegerField()
    scored = models.PositiveIntegerField()
    score = models.DecimalField(max_digits=18, decimal_places=6)
    unpriced = models.PositiveIntegerField(help_text="Images of a provider that is paid, without a charge.")

    class Meta:
        abstract = True


class WorkSlot(Work):
    """A quarter of an hour of it."""

    class Meta:
        db_table = "analytics_work"
        constraints = [
            models.UniqueConstraint(
                name="analytics_work_once", fields=["team_id", "slot", "member_id", "provider", "model", "simulated"]
            )
        ]


class WorkDay(Work):
    """A whole day in a zone that is kept for the team; `slot` is its first instant, `last` its last slot in which
    something was asked for."""

    zone = models.CharField(max_length=64)
    last = models.DateTimeField(null=True)

    class Meta:
        db_table = "analytics_work_days"
        constraints = [
            models.UniqueConstraint(
                name="analytics_work_day_once",
                fields=["team_id", "zone", "slot", "member_id", "provider", "model", "simulated"],
            )
        ]


class Money(Slot):
    """Abstract: what was charged, as `sql/money.sql` says: the ledger's lines, in USD."""

    member_id = models.UUIDField(null=True)
    kind = models.CharField(max_length=16)
    entries = models.PositiveIntegerField()
    quantity = models.DecimalField(max_digits=20, decimal_places=6)
    amount = models.DecimalField(max_digits=20, decimal_places=6)

    class Meta:
        abstract = True


class MoneySlot(Money):
    """A quarter of an hour of it."""

    class Meta:
        db_table = "analytics_money"
        constraints = [
            models.UniqueConstraint(
                name="analytics_money_once",
                fields=["team_id", "slot", "member_id", "provider", "model", "kind", "simulated"],
                nulls_distinct=False,
            )
        ]


class MoneyDay(Money):
    """A whole day in a zone that is kept for the team; `slot` is its first instant."""

    zone = models.CharField(max_length=64)

    class Meta:
        db_table = "analytics_money_days"
        constraints = [
            models.UniqueConstraint(
                name="analytics_money_day_once",
                fields=["team_id", "zone", "slot", "member_id", "provider", "model", "kind", "simulated"],
                nulls_distinct=False,
            )
        ]


class Style(Slot):
    """Abstract: what was asked for, made, judged, approved and paid by persona and garment, as `sql/styles.sql` says.
    NOBODY stands for no persona, and for nobody."""

    member_id = models.UUIDField()
    persona_id = models.UUIDField()
    garment = models.CharField(max_length=80)
    asked = models.PositiveIntegerField()
    succeeded = models.PositiveIntegerField()
    partial = models.PositiveIntegerField()
    failed = models.PositiveIntegerField()
    cancelled = models.PositiveIntegerField()
    images = models.PositiveIntegerField(help_text="Without those that were set aside.")
    rated = models.PositiveIntegerField()
    liked = models.PositiveIntegerField()
    disliked = models.PositiveIntegerField()
    ratings = models.PositiveIntegerField()
    stars = models.PositiveIntegerField()
    scored = models.PositiveIntegerField()
    score = models.DecimalField(max_digits=18, decimal_places=6)
    approved = models.PositiveIntegerField(help_text="Of the images: itself or a version of it is.")
    unpriced = models.PositiveIntegerField()
    amount = models.DecimalField(max_digits=20, decimal_places=6, help_text="USD charged for images alone.")

    class Meta:
        abstract = True


class StyleSlot(Style):
    """A quarter of an hour of it."""

    class Meta:
        db_table = "analytics_styles"
        constraints = [
            models.UniqueConstraint(
                name="analytics_styles_once",
                fields=["team_id", "slot", "member_id", "persona_id", "garment", "provider", "model", "simulated"],
            )
        ]


class StyleDay(Style):
    """A whole day in a zone that is kept for the team; `slot` is its first instant."""

    zone = models.CharField(max_length=64)

    class Meta:
        db_table = "analytics_styles_days"
        constraints = [
            models.UniqueConstraint(
                name="analytics_styles_day_once",
                fields=[
                    *("team_id", "zone", "slot", "member_id", "persona_id", "garment", "provider", "model"),
                    "simulated",
                ],
            )
        ]


class Terms(models.Model):
    """Abstract: in how many of the generations that were asked for something was said, as `sql/terms.sql` says."""

    id = models.BigAutoField(primary_key=True)
    team_id = models.UUIDField()
    slot = models.DateTimeField()
    asked = models.PositiveIntegerField()
    terms = models.JSONField()
    prompts = ArrayField(models.BigIntegerField(), help_text="Of each brief what it comes to, in order.")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.slot:%Y-%m-%d %H:%M} of {self.team_id}"


class TermsSlot(Terms):
    """A quarter of an hour of it."""

    class Meta:
        db_table = "analytics_terms"
        verbose_name_plural = "terms slots"
        constraints = [models.UniqueConstraint(name="analytics_terms_once", fields=["team_id", "slot"])]


class TermsDay(Terms):
    """A whole day in a zone that is kept for the team; `slot` is its first instant."""

    zone = models.CharField(max_length=64)

    class Meta:
        db_table = "analytics_terms_days"
        verbose_name_plural = "terms days"
        constraints = [models.UniqueConstraint(name="analytics_terms_day_once", fields=["team_id", "zone", "slot"])]


class ZoneKept(models.Model):
    """A zone whose days are kept for a team: those from `since` on, and once it is `ready` all there are."""

    id = models.BigAutoField(primary_key=True)
    team_id = models.UUIDField()
    zone = models.CharField(max_length=64)
    since = models.DateField(null=True)
    ready = models.BooleanField(default=False)

    class Meta:
        db_table = "analytics_zones"
        verbose_name_plural = "zones kept"
        constraints = [models.UniqueConstraint(name="analytics_zone_once", fields=["team_id", "zone"])]

    def __str__(self) -> str:
        return f"{self.zone} for {self.team_id}"


class Fill(models.Model):
    """Figures that a release has added, and when the scheduler noted all that was there before to be worked out."""

    name = models.CharField(max_length=40, primary_key=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "analytics_fills"

    def __str__(self) -> str:
        return self.name


class PendingSlot(models.Model):
    """A note of a trigger: this slot is to be worked out anew. The same may be noted often."""

    id = models.BigAutoField(primary_key=True)
    team_id = models.UUIDField()
    slot = models.DateTimeField()
    at = models.DateTimeField(db_default=Now())
    held_until = models.DateTimeField(null=True, help_text="It could not be worked out, and waits until then.")

    class Meta:
        db_table = "analytics_pending"
        indexes = [
            models.Index(name="analytics_pending_oldest", fields=["team_id", "at"]),  # how far behind a team is
            models.Index(
                name="analytics_pending_held", fields=["team_id", "slot"], condition=models.Q(held_until__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.slot:%Y-%m-%d %H:%M} of {self.team_id}"


class CostForecast(models.Model):
    """What a team may spend from a day on, as it was worked out on it; the sums are of USD that are paid.

    `days`: for each day from `since` on its Band; `month` and `ahead`: of the month that `since` lies in, with what was
    paid in it before, and of the next thirty days. With too little to go by, or where the first failed, `method` is "",
    and they are empty.
    """

    team_id = models.UUIDField(primary_key=True)
    made_at = models.DateTimeField(db_default=Now())
    since = models.DateField()
    zone = models.CharField(max_length=64)
    due_at = models.DateTimeField(help_text="When the next is to be made: the midnight after.")
    failed_at = models.DateTimeField(null=True, help_text="When the next, or the first, could not be made.")
    method = models.CharField(max_length=20, blank=True)
    looked_back = models.PositiveIntegerField(help_text="Days from which it was made.")
    busy = models.PositiveIntegerField(help_text="Of these, with something paid.")
    unpriced = models.PositiveIntegerField(default=0, help_text="Images of these days without a price.")
    error = models.FloatField(null=True, help_text="Of four weeks that were held back, USD on the mean.")
    naive_error = models.FloatField(null=True, help_text="The same of a seasonal naive forecast.")
    month = models.JSONField(default=dict)
    ahead = models.JSONField(default=dict)
    days = models.JSONField(default=list)

    class Meta:
        db_table = "analytics_forecasts"

    def __str__(self) -> str:
        return f"{self.team_id} from {self.since}"


class Look(models.Model):
    """When the days of a team, those before `since` in its zone, were last looked through for what is unusual."""

    team = models.OneToOneField(Team, models.CASCADE, primary_key=True, related_name="+")
    made_at = models.DateTimeField(db_default=Now())
    since = models.DateField(help_text="The first day that was not over.")
    zone = models.CharField(max_length=64)
    due_at = models.DateTimeField(help_text="When the next is to be: the midnight after.")
    failed_at = models.DateTimeField(null=True, help_text="When the next, or the first, failed.")
    known = models.JSONField(default=dict, help_text="Of the last weeks' days, those of which something is known.")
    lacking = models.JSONField(default=list, help_text="What is lacking for insights of a kind: have, need, said.")

    class Meta:
        db_table = "analytics_looks"

    def __str__(self) -> str:
        return f"{self.team_id} before {self.since}"


class UnusualDay(models.Model):
    """A day of a team, in its zone, that was far from what the days before it let expect. All are found anew with each
    look: a day whose figures were mended since is none any more."""

    id = models.BigAutoField(primary_key=True)
    team = models.ForeignKey(Team, models.CASCADE, related_name="+", db_index=False)  # the first of what is once
    day = models.DateField()
    zone = models.CharField(max_length=64)
    metric = models.CharField(max_length=10, choices=[(each, each) for each in METRICS])
    value = models.FloatField(help_text="USD, generations that failed, or seconds.")
    expected = models.FloatField()
    low = models.FloatField()
    high = models.FloatField()
    days = models.PositiveIntegerField(help_text="Days before it, with which it was compared.")
    of = models.PositiveIntegerField(help_text="Generations that ended or were timed; images, of a cost.")
    images = models.PositiveIntegerField(help_text="Of the day.")

    class Meta:
        db_table = "analytics_anomalies"
        constraints = [
            models.UniqueConstraint(name="analytics_anomaly_once", fields=["team", "day", "metric"]),
            models.CheckConstraint(name="analytics_anomaly_known", condition=models.Q(metric__in=METRICS)),
        ]

    def __str__(self) -> str:
        return f"{self.metric} of {self.day}"


class InsightQuerySet(OwnedQuerySet["Insight"]):
    """What is about costs is for those who may see those of the team."""

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        roles = [role for role, codes in CODES.items() if "view_billing" in codes]
        whole = Membership.objects.filter(user=user.pk, role__in=roles).values("team")
        return super().visible_to(user).filter(models.Q(about_costs=False) | models.Q(team__in=whole))

    def holding(self) -> Self:
        """Those that the last look found, where that is not too long ago."""
        return self.filter(ended_at__isnull=True, told_at__gte=timezone.now() - FRESH)

    def with_hiding_of(self, user: "User | AnonymousUser") -> Self:
        """`state`: shown to this person, dismissed by them, or snoozed until `hidden_until`."""
        mine = InsightHidden.objects.filter(insight=models.OuterRef("pk"), user=user.pk)
        until = mine.filter(until__gt=timezone.now()).values("until")[:1]
        return self.annotate(
            hidden_until=models.Subquery(until),
            state=models.Case(
                models.When(models.Exists(mine.filter(until__isnull=True)), then=models.Value("dismissed")),
                models.When(models.Exists(mine.filter(until__gt=timezone.now())), then=models.Value("snoozed")),
                default=models.Value("shown"),
                output_field=models.CharField(),
            ),
        )


class Insight(TeamOwned):
    """A sentence about a team's last weeks that the last looks found to be true. One that is so no longer is kept as
    ended: it may come back, and after a while nobody has hidden it then."""

    kind = models.CharField(max_length=20, choices=[(each, each) for each in KINDS])
    key = models.CharField(max_length=500, help_text="The same as long as it says the same of the same.")
    sentence = models.TextField()
    about_costs = models.BooleanField()
    evidence = models.JSONField(help_text="Method, estimate, low and high (95 %), p, tests, from, to, groups.")
    images = models.PositiveIntegerField(help_text="How many it counts; 0: generations.")
    since = models.DateField(help_text="When it was found first, in the team's zone.")
    told_at = models.DateTimeField(help_text="When it was found last.")
    ended_at = models.DateTimeField(null=True, blank=True)
    objects = InsightQuerySet.as_manager()

    if TYPE_CHECKING:  # of `with_hiding_of`
        state: str
        hidden_until: datetime | None

    class Meta:
        db_table = "analytics_insights"
        constraints = [
            models.UniqueConstraint(name="analytics_insight_once", fields=["team", "key"]),
            models.CheckConstraint(name="analytics_insight_known", condition=models.Q(kind__in=KINDS)),
        ]

    def __str__(self) -> str:
        return self.sentence


class InsightHidden(Row):
    """What one person does not want to see for now, or at all, as long as it holds. Others see it as before."""

    insight = models.ForeignKey(Insight, models.CASCADE, related_name="hidings", db_index=False)  # as above
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    until = models.DateTimeField(null=True, help_text="None: as long as it holds.")

    if TYPE_CHECKING:
        insight_id: UUID
        user_id: UUID

    class Meta:
        db_table = "analytics_insights_hidden"
        verbose_name_plural = "insights hidden"
        constraints = [models.UniqueConstraint(name="analytics_insight_hidden_once", fields=["insight", "user"])]

    def __str__(self) -> str:
        return f"{self.insight_id} from {self.user_id}"


class TeamView(models.Model):
    """Abstract: a row of a view of the database."""

    id = models.CharField(primary_key=True, max_length=300)
    team_id = models.UUIDField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.id)


class DailyGenerationStats(TeamView):
    day = models.DateField()
    asked = models.IntegerField()
    succeeded = models.IntegerField()
    partial = models.IntegerField()
    failed = models.IntegerField()
    cancelled = models.IntegerField()
    live = models.IntegerField()
    success_rate = models.FloatField(null=True)
    images = models.IntegerField()
    set_aside = models.IntegerField()
    rated = models.IntegerField()
    liked = models.IntegerField()

    class Meta:
        db_table = "daily_generation_stats"
        managed = False
        verbose_name_plural = "daily generation stats"


class ModelPerformanceSummary(TeamView):
    provider = models.CharField(max_length=60)
    model = models.CharField(max_length=120)
    simulated = models.BooleanField()
    asked = models.IntegerField()
    succeeded = models.IntegerField()
    partial = models.IntegerField()
    failed = models.IntegerField()
    success_rate = models.FloatField(null=True)
    median_seconds = models.FloatField(null=True)
    images = models.IntegerField()
    rated = models.IntegerField()
    liked = models.IntegerField()
    satisfaction = models.FloatField(null=True)
    quality = models.FloatField(null=True)

    class Meta:
        db_table = "model_performance_summary"
        managed = False
        verbose_name_plural = "model performance summaries"


class UserActivitySummary(TeamView):
    member_id = models.UUIDField()
    asked = models.IntegerField()
    images = models.IntegerField()
    liked = models.IntegerField()
    days_active = models.IntegerField()
    last_active = models.DateTimeField(null=True)

    class Meta:
        db_table = "user_activity_summary"
        managed = False
        verbose_name_plural = "user activity summaries"


class CostBreakdownByModel(TeamView):
    day = models.DateField()
    kind = models.CharField(max_length=16)
    provider = models.CharField(max_length=60)
    model = models.CharField(max_length=120)
    entries = models.IntegerField()
    quantity = models.DecimalField(max_digits=20, decimal_places=6)
    paid = models.DecimalField(max_digits=20, decimal_places=6)
    simulated = models.DecimalField(max_digits=20, decimal_places=6)

    class Meta:
        db_table = "cost_breakdown_by_model"
        managed = False
        verbose_name_plural = "cost breakdowns by model"


class QualityTrend(TeamView):
    day = models.DateField()
    images = models.IntegerField()
    rated = models.IntegerField()
    liked = models.IntegerField()
    disliked = models.IntegerField()
    satisfaction = models.FloatField(null=True)
    ratings = models.IntegerField()
    rating = models.FloatField(null=True)
    scored = models.IntegerField()
    quality = models.FloatField(null=True)

    class Meta:
        db_table = "quality_trends"
        managed = False
