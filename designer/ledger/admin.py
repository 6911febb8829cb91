from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from designer.ledger.models import LedgerEntry


@admin.register(LedgerEntry)
class LedgerEntryAdmin(admin.ModelAdmin[LedgerEntry]):
    """History: to be read, never edited."""

    list_display = ("created_at", "team", "kind", "subject", "provider", "model", "amount", "simulated")
    list_filter = ("kind", "provider", "simulated")
    search_fields = ("subject", "model")
    date_hierarchy = "created_at"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
