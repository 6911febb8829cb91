"""Answers kept for repeated requests that carry the same Idempotency-Key."""

from django.conf import settings
from django.db import models

from teams.base.models import Row


class IdempotencyKey(Row):
    """One key of one person: the digest of the request it came with, and the answer once there is one."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    request_digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    answer = models.JSONField(null=True)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "idempotency_keys"
        constraints = [models.UniqueConstraint(name="idempotency_key_once", fields=["user", "key"])]

    def __str__(self) -> str:
        return self.key
