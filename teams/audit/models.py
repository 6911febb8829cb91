"""The append-only record of what admins and owners did."""

from django.db import models
from django.db.models import Q
from django.db.models.fields.json import KT

from teams.audit.actions import MANAGED, REVIEWED
from teams.base.models import Row


def _of(actions: tuple[str, ...]) -> Q:
    return Q(action__in=list(actions))


class AuditEntry(Row):
    """One privileged change. Rows form a hash chain and cannot be updated or deleted (trigger)."""

    team_id = models.UUIDField(null=True, db_index=True)
    actor_id = models.UUIDField(null=True)
    action = models.CharField(max_length=80)
    subject = models.CharField(max_length=120)
    facts = models.JSONField(default=dict)
    number = models.BigIntegerField(unique=True, null=True)
    previous_digest = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64, blank=True)

    class Meta:
        db_table = "audit_entries"
        ordering = ["-number"]
        indexes = [  # for the feed of a team, of a person in it, and of an image
            models.Index(name="audit_reviewed", fields=["team_id", "-created_at", "-id"], condition=_of(REVIEWED)),
            models.Index(name="audit_managed", fields=["team_id", "-created_at", "-id"], condition=_of(MANAGED)),
            models.Index(
                name="audit_of_actor",
                fields=["team_id", "actor_id", "-created_at", "-id"],
                condition=_of((*REVIEWED, *MANAGED)),
            ),
            models.Index(KT("facts__asset"), name="audit_of_image", condition=_of(REVIEWED)),
        ]
        verbose_name_plural = "audit entries"

    def __str__(self) -> str:
        return f"{self.action} {self.subject}"
