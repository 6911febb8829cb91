"""Reports as they were made, when the next are due, to whom they went, and who wants no more of them."""

from calendar import day_name
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from teams.accounts.models import User
from teams.base.models import Row
from teams.base.states import MovingQuerySet
from teams.membership.models import Team
from teams.membership.ownership import OwnedQuerySet, TeamOwned, teams_where


class Cadence(models.TextChoices):
    DAILY = "daily", "Every day"
    WEEKLY = "weekly", "Every week"
    MONTHLY = "monthly", "Every month"


class Kind(models.TextChoices):
    """Of which days."""

    DAILY = "daily", "A day"
    WEEKLY = "weekly", "A week"
    MONTHLY = "monthly", "A month"
    CUSTOM = "custom", "Days of one's choice"


class Section(models.TextChoices):
    COSTS = "costs", "Costs"
    QUALITY = "quality", "What was liked"
    MODELS = "models", "Models"
    MEMBERS = "members", "Members"
    IMAGES = "images", "Best images"


class Costs(models.TextChoices):
    """Whose costs a report tells: that decides who may see it."""

    NONE = "none", "No costs"
    OWN = "own", "The owner's own"
    TEAM = "team", "All of the team's"


class Status(models.TextChoices):
    QUEUED = "queued", "Waits"
    RUNNING = "running", "Being made"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


LIVE = (Status.QUEUED, Status.RUNNING)
FILES = ("report.pdf", "figures.csv", "rows.xlsx", "generations.csv", "images.csv", "charges.csv")


class ReportQuerySet(OwnedQuerySet["Report"], MovingQuerySet["Report"]):  # type: ignore[override]  # both make a manager
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Those of one's teams, as the figures themselves: with a team's costs to whoever may see its billing, with
        one's own to oneself and to them, without any to every member."""
        told = Q(costs=Costs.NONE) | Q(costs=Costs.OWN, owner=user.pk) | Q(team__in=teams_where(user, "view_billing"))
        return super().visible_to(user).filter(told)

    def live(self) -> Self:
        return self.filter(status__in=LIVE)


class ScheduleQuerySet(OwnedQuerySet["Schedule"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Those of the teams that one manages, at rest or not: they hold people's addresses."""
        return super().visible_to(user).filter(team__in=teams_where(user, "manage_members"))


class ReportTemplate(TeamOwned):
    """How reports of a team look, and what is in them: each report that is asked for keeps it as it was then, each
    schedule what was in it when somebody last answered for it."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    title = models.CharField(max_length=80, blank=True, help_text="In the place of the team's name.")
    introduction = models.TextField(max_length=1000, blank=True)
    sections = models.JSONField(default=list)
    cover = models.BooleanField(default=True, help_text="Whether the PDF begins with a page of its own.")
    objects = OwnedQuerySet.as_manager()

    class Meta:
        db_table = "report_templates"
        verbose_name = "template"
        constraints = [
            models.UniqueConstraint(
                "team", Lower("name"), name="report_template_named_once",
                violation_error_message="This team has a template of this name.",
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

    @property
    def sections_said(self) -> str:
        return ", ".join(str(Section(each).label) for each in self.sections if each in Section.values)


class Schedule(TeamOwned):
    """When reports of a team are made by themselves, and to whom they go. `owner` answers for it: without their rights
    none is made. `addresses`: outside of the team. `next_at`: when the next is due."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    cadence = models.CharField(max_length=8, choices=Cadence)
    hour = models.PositiveSmallIntegerField(default=8, help_text="Of the day, as the clock there has it.")
    weekday = models.PositiveSmallIntegerField(default=1, help_text="1 is Monday.")
    day = models.PositiveSmallIntegerField(default=1, help_text="Of the month; in a shorter one its last.")
    zone = models.CharField(max_length=64)
    sections = models.JSONField(default=list)
    template = models.ForeignKey(ReportTemplate, models.RESTRICT, null=True, blank=True, related_name="schedules")
    members = models.JSONField(default=list)
    addresses = models.JSONField(default=list)
    active = models.BooleanField(default=True)
    why = models.CharField(max_length=200, blank=True, help_text="Why it was switched off by itself.")
    next_at = models.DateTimeField()
    objects = ScheduleQuerySet.as_manager()

    class Meta:
        db_table = "report_schedules"
        verbose_name = "schedule"
        constraints = [
            models.CheckConstraint(name="report_cadence_known", condition=Q(cadence__in=Cadence.values)),
            models.CheckConstraint(name="report_hour_of_a_day", condition=Q(hour__lt=24)),
            models.CheckConstraint(name="report_weekday_known", condition=Q(weekday__range=(1, 7))),
            models.CheckConstraint(name="report_day_of_a_month", condition=Q(day__range=(1, 31))),
        ]
        indexes = [models.Index(name="report_schedule_due", fields=["next_at"], condition=Q(active=True))]

    def __str__(self) -> str:
        return f"{self.get_cadence_display()} for {self.team_id}"

    @property
    def rhythm_said(self) -> str:
        """Every week on Monday, at 08:00."""
        on = {Cadence.WEEKLY: f" on {day_name[self.weekday - 1]}", Cadence.MONTHLY: f" on day {self.day}"}
        return f"{self.get_cadence_display()}{on.get(Cadence(self.cadence), '')}, at {self.hour:02}:00"


class Report(TeamOwned):
    """The figures of some days as they stood when it was made: `content` is what its page, its PDF and its mail say,
    `files` ({name: {path, bytes, type}}) lie in the storage. Nothing of it changes once it is done."""

    MOVES: ClassVar[dict[str, set[str]]] = {
        Status.QUEUED: {Status.RUNNING, Status.FAILED, Status.CANCELLED},
        Status.RUNNING: {Status.RUNNING, Status.DONE, Status.FAILED, Status.CANCELLED},
    }

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    schedule = models.ForeignKey(Schedule, models.SET_NULL, null=True, blank=True, related_name="reports")
    slot = models.DateTimeField(null=True, blank=True)  # for which moment of its schedule it was made
    title = models.CharField(max_length=200)
    kind = models.CharField(max_length=8, choices=Kind)
    first = models.DateField()
    last = models.DateField()
    zone = models.CharField(max_length=64)
    sections = models.JSONField(default=list)
    template = models.ForeignKey(ReportTemplate, models.SET_NULL, null=True, blank=True, related_name="+")
    costs = models.CharField(max_length=4, choices=Costs)
    members = models.JSONField(default=list)  # who gets it
    addresses = models.JSONField(default=list)
    status = models.CharField(max_length=16, choices=Status, default=Status.QUEUED)
    percent = models.PositiveSmallIntegerField(default=0)
    error = models.JSONField(null=True, blank=True)
    content = models.JSONField(default=dict)
    files = models.JSONField(default=dict)
    size = models.BigIntegerField(default=0, help_text="Bytes of its files together.")
    note = models.CharField(max_length=300, blank=True)  # what could not be made of it
    job_id = models.UUIDField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    objects = ReportQuerySet.as_manager()

    if TYPE_CHECKING:
        deliveries: Any

    class Meta:
        db_table = "reports"
        verbose_name = "report"
        constraints = [
            models.CheckConstraint(name="report_status_known", condition=Q(status__in=Status.values)),
            models.CheckConstraint(name="report_kind_known", condition=Q(kind__in=Kind.values)),
            models.CheckConstraint(name="report_costs_known", condition=Q(costs__in=Costs.values)),
            models.CheckConstraint(name="report_days_in_order", condition=Q(first__lte=F("last"))),
            models.UniqueConstraint(name="report_once_a_slot", fields=["schedule", "slot"]),
            models.UniqueConstraint(name="report_once_of_days", fields=["schedule", "first", "last"]),
        ]
        indexes = [
            models.Index(name="report_of_team", fields=["team", "-created_at", "-id"]),
            models.Index(name="report_age", fields=["created_at"]),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_live(self) -> bool:
        return self.status in LIVE

    @property
    def shown_files(self) -> list[tuple[str, dict[str, Any]]]:
        """By name, in the order in which they are offered: the database keeps none."""
        return [(name, self.files[name]) for name in FILES if name in self.files]

    @property
    def counted_rows(self) -> list[tuple[str, int]]:
        """How many rows each table has."""
        counts = self.content.get("rows", {})
        return [(name, counts[name]) for name in ("generations", "images", "charges") if name in counts]


class Post(models.TextChoices):
    """How a delivery stands."""

    WAITING = "waiting", "Waits"
    SENDING = "sending", "Being sent"
    SENT = "sent", "Sent"
    FAILED = "failed", "Failed"
    REFUSED = "refused", "Refused by the mail server"
    BARRED = "barred", "May not be told any more"
    UNSUBSCRIBED = "unsubscribed", "Wants no reports"


AGAIN = (Post.FAILED, Post.REFUSED)  # what may be sent again


class DeliveryQuerySet(OwnedQuerySet["Delivery"], MovingQuerySet["Delivery"]):  # type: ignore[override]  # both make a manager
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Those of the reports that one sees and asked for, or whose team one manages: they hold people's addresses."""
        own = Q(report__owner=user.pk) | Q(team__in=teams_where(user, "manage_members"))
        return super().visible_to(user).filter(own, report__in=Report.objects.visible_to(user).values("pk"))


class Delivery(TeamOwned):
    """One report to one address. `status` is SENDING before the mail is handed over and goes back only when it surely
    was not taken: nobody gets the same report twice, however often its job is run."""

    MOVES: ClassVar[dict[str, set[str]]] = {
        Post.WAITING: {Post.SENDING, Post.SENT, Post.FAILED, Post.BARRED, Post.UNSUBSCRIBED},
        Post.SENDING: {Post.WAITING, Post.SENT, Post.FAILED, Post.REFUSED},
        Post.FAILED: {Post.WAITING, Post.SENT},  # a worker that was taken for dead had sent it after all
        Post.REFUSED: {Post.WAITING},
    }

    report = models.ForeignKey(Report, models.CASCADE, related_name="deliveries")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="+")
    address = models.EmailField(max_length=254)
    status = models.CharField(max_length=16, choices=Post, default=Post.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    again = models.PositiveSmallIntegerField(default=0)  # how often somebody had it sent again
    error = models.JSONField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    objects = DeliveryQuerySet.as_manager()

    class Meta:
        db_table = "report_deliveries"
        verbose_name = "delivery"
        verbose_name_plural = "deliveries"
        constraints = [
            models.CheckConstraint(name="report_delivery_status_known", condition=Q(status__in=Post.values)),
            models.UniqueConstraint("report", Lower("address"), name="report_once_to_an_address"),
        ]

    def __str__(self) -> str:
        return f"{self.report_id} to {self.address}"


class ConsentQuerySet(OwnedQuerySet["Consent"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Those of the teams that one manages, at rest or not."""
        return super().visible_to(user).filter(team__in=teams_where(user, "manage_members"))


class Consent(TeamOwned):
    """An address outside, in lower case, that was asked whether it wants the reports of a team. `given_at`: when it
    said yes; `asks`: how often it was asked, which is in the mail's job, so that an old one asks no more; `mailed`: for
    which of these a mail server may have taken the mail."""

    asker = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    address = models.EmailField(max_length=254)
    asks = models.PositiveSmallIntegerField(default=0)
    mailed = models.PositiveSmallIntegerField(default=0, db_default=0)  # the release before knows no such column
    asked_at = models.DateTimeField(null=True, blank=True)
    given_at = models.DateTimeField(null=True, blank=True)
    objects = ConsentQuerySet.as_manager()

    class Meta:
        db_table = "report_consents"
        verbose_name = "consent"
        constraints = [models.UniqueConstraint(name="report_asked_once", fields=["team", "address"])]

    def __str__(self) -> str:
        return self.address


class Stopped(Row):
    """An address that wants no more reports of a team; without one, of nobody. It is the address', not the team's."""

    team = models.ForeignKey(Team, models.CASCADE, null=True, blank=True, related_name="+")
    address = models.EmailField(max_length=254)

    class Meta:
        db_table = "report_stops"
        verbose_name_plural = "stopped"
        constraints = [
            models.UniqueConstraint("team", Lower("address"), name="report_stopped_once"),
            models.UniqueConstraint(Lower("address"), name="report_stopped_for_all_once", condition=Q(team=None)),
        ]
        indexes = [models.Index(Lower("address"), name="report_stopped_address")]

    def __str__(self) -> str:
        return self.address
