"""The mails of what happened in somebody's teams."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from teams.base.models import Row


class ActivityDigest(Row):
    """One mail, for one person, of what happened from `since` up to `due_at`. It stands here before its time comes.

    `ordered_at`: its job is in the queue. `tried_at` is set before the mail is handed over and taken back only when it
    surely was not: it never goes twice.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    since = models.DateTimeField()
    due_at = models.DateTimeField()
    ordered_at = models.DateTimeField(null=True, blank=True)
    tried_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "activity_digests"
        constraints = [
            models.UniqueConstraint(name="activity_digest_once", fields=["user", "due_at"]),
            models.UniqueConstraint(name="activity_digest_one_ahead", fields=["user"], condition=Q(ordered_at=None)),
            models.CheckConstraint(name="activity_digest_of_a_time", condition=Q(due_at__gt=F("since"))),
        ]
        indexes = [models.Index(name="activity_digest_due", fields=["due_at"], condition=Q(ordered_at=None))]

    def __str__(self) -> str:
        return f"activity for {self.user_id} up to {self.due_at}"
