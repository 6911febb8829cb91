"""What admins may look at and only services may change."""

from django.db.models import Model
from django.http import HttpRequest


class LookedAt:
    """Mixin for an admin or an inline: nothing is added, changed or deleted here."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
