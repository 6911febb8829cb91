"""The append-only record of what admins and owners did."""

from django.db import models

from teams.base.models import Row


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
        indexes = [models.Index(name="audit_of_team", fields=["team_id", "-created_at", "-id"])]
        verbose_name_plural = "audit entries"

    def __str__(self) -> str:
        return f"{self.action} {self.subject}"
