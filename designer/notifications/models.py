"""What people are told: a line in the studio, a mail, or both, as each of them wishes."""

import uuid
from typing import ClassVar, Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from designer.notifications.kinds import TEAM
from teams.accounts.models import User
from teams.base.models import Row
from teams.membership.models import Membership


class Pace(models.TextChoices):
    """When a mail goes out."""

    AT_ONCE = "at_once", "At once"
    HOURLY = "hourly", "Every hour"
    DAILY = "daily", "Once a day"
    WEEKLY = "weekly", "Once a week"


class NotificationQuerySet(models.QuerySet["Notification"]):
    """One's own notifications, never another's."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Those shown to `user`; what a team told them goes with their place in it."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        return self.filter(user=user.pk, shown=True).of_teams_of(user.pk)

    def of_teams_of(self, user_id: uuid.UUID) -> Self:
        """What their teams told; of one that is about to be deleted only that it is."""
        mine = Membership.objects.filter(user=user_id).values("team")
        every = Membership.every.filter(user=user_id).values("team")
        return self.filter(Q(team_id__in=mine) | Q(kind=TEAM, team_id__in=every))

    def unread(self) -> Self:
        return self.filter(read_at=None)

    def due(self) -> Self:
        """What a digest should have taken along by now, and none has."""
        return self.filter(mail_due_at__lte=Now(), digest=None)


class Notification(Row):
    """One thing told to one person. `subject` names what it is about ("batch:<id>"), `link` is a path of this site."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    team_id = models.UUIDField()
    kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=80)
    title = models.CharField(max_length=200)
    body = models.TextField(blank=True)
    link = models.CharField(max_length=300, blank=True)
    shown = models.BooleanField(default=True)  # in the studio; a mail alone is not
    read_at = models.DateTimeField(null=True, blank=True)
    mail_due_at = models.DateTimeField(null=True, blank=True)  # when a digest takes it along
    digest = models.ForeignKey("MailDigest", models.SET_NULL, null=True, blank=True, related_name="lines")
    mailed_at = models.DateTimeField(null=True, blank=True)
    objects = NotificationQuerySet.as_manager()

    class Meta:
        db_table = "notifications"
        indexes = [
            models.Index(name="notification_of_user", fields=["user", "-created_at"]),
            models.Index(name="notification_unread", fields=["user"], condition=Q(read_at=None, shown=True)),
            models.Index(
                name="notification_due", fields=["mail_due_at"], condition=Q(mail_due_at__isnull=False, digest=None)
            ),
        ]

    def __str__(self) -> str:
        return self.title


class AlertKind(models.TextChoices):
    PROVIDER = "provider", "A provider is down"
    BUDGET = "budget", "A budget runs out"
    MAINTENANCE = "maintenance", "Maintenance"


class Level(models.TextChoices):
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class AlertQuerySet(models.QuerySet["Alert"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """What everybody is told, and what one's teams are."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        mine = Membership.objects.filter(user=user.pk).values("team")
        return self.filter(Q(team_id=None) | Q(team_id__in=mine))

    def lasting(self) -> Self:
        """Those that still hold."""
        return self.filter(Q(ends_at=None) | Q(ends_at__gt=Now()), ended_at=None)


class Alert(Row):
    """Something everybody, or everybody in a team, should know for as long as it lasts; shown above every page.

    `key` says what it is about: of one key one holds at a time. Over at `ends_at`, or before, when `ended_at` is set.
    """

    kind = models.CharField(max_length=16, choices=AlertKind, default=AlertKind.MAINTENANCE)
    level = models.CharField(max_length=8, choices=Level, default=Level.INFO)
    key = models.CharField(max_length=200, default=uuid.uuid4)
    team_id = models.UUIDField(null=True, blank=True)
    title = models.CharField(max_length=200)
    text = models.CharField(max_length=500, blank=True)
    link = models.CharField(max_length=300, blank=True)
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    objects = AlertQuerySet.as_manager()

    class Meta:
        db_table = "alerts"
        constraints = [
            models.UniqueConstraint(name="alert_one_open_per_key", fields=["key"], condition=Q(ended_at=None)),
            models.CheckConstraint(name="alert_kind_known", condition=Q(kind__in=AlertKind.values)),
            models.CheckConstraint(name="alert_level_known", condition=Q(level__in=Level.values)),
            models.CheckConstraint(
                name="alert_ends_after_start",
                condition=Q(starts_at=None) | Q(ends_at=None) | Q(ends_at__gt=F("starts_at")),
                violation_error_message="It must end after it starts.",
            ),
        ]
        indexes = [models.Index(name="alert_open", fields=["team_id"], condition=Q(ended_at=None))]

    def __str__(self) -> str:
        return self.title


class NotificationWish(Row):
    """How one person wants to hear of one kind; without a row the kind's own default holds."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=40)
    in_app = models.BooleanField()
    mail = models.BooleanField()
    pace = models.CharField(max_length=8, choices=Pace, default=Pace.AT_ONCE)

    class Meta:
        db_table = "notification_wishes"
        verbose_name_plural = "notification wishes"
        constraints = [
            models.UniqueConstraint(name="notification_wish_once", fields=["user", "kind"]),
            models.CheckConstraint(name="notification_wish_pace_known", condition=Q(pace__in=Pace.values)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.user_id}"


class DigestHour(Row):
    """At which hour of their own day somebody wants the daily digest; without a row at EARLY."""

    EARLY: ClassVar[int] = 8
    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    hour = models.PositiveSmallIntegerField(default=EARLY)

    class Meta:
        db_table = "notification_hours"
        constraints = [models.CheckConstraint(name="digest_hour_of_a_day", condition=Q(hour__lt=24))]

    def __str__(self) -> str:
        return f"{self.hour}:00 for {self.user_id}"


class MailDigest(Row):
    """One mail with several news of one person. Each of them names its digest, so that no other takes it along.

    `tried_at` is set before the mail is handed over and taken back only when it surely was not: it never goes twice.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    tried_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "notification_digests"

    def __str__(self) -> str:
        return f"digest for {self.user_id}"
