"""What people are told: a line in the studio, a mail, or both, as each of them wishes."""

from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q

from teams.accounts.models import User
from teams.base.models import Row
from teams.membership.models import Membership


class NotificationQuerySet(models.QuerySet["Notification"]):
    """One's own notifications, never another's."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Those shown to `user`; what a team told them goes with their place in it."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        mine = Membership.objects.filter(user=user.pk).values("team")
        return self.filter(user=user.pk, shown=True, team_id__in=mine)

    def unread(self) -> Self:
        return self.filter(read_at=None)


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
    mailed_at = models.DateTimeField(null=True, blank=True)
    objects = NotificationQuerySet.as_manager()

    class Meta:
        db_table = "notifications"
        indexes = [
            models.Index(name="notification_of_user", fields=["user", "-created_at"]),
            models.Index(name="notification_unread", fields=["user"], condition=Q(read_at=None, shown=True)),
        ]

    def __str__(self) -> str:
        return self.title


class NotificationWish(Row):
    """How one person wants to hear of one kind; without a row the kind's own default holds."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=40)
    in_app = models.BooleanField()
    mail = models.BooleanField()

    class Meta:
        db_table = "notification_wishes"
        constraints = [models.UniqueConstraint(name="notification_wish_once", fields=["user", "kind"])]

    def __str__(self) -> str:
        return f"{self.kind} for {self.user_id}"
