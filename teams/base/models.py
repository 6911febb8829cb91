"""What every table has: an id that says nothing and the times of its first and last write."""

import uuid

from django.db import models


class Row(models.Model):
    """Abstract row: random UUID key, `created_at` and `updated_at` in UTC."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True
