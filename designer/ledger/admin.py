from django.contrib import admin

from designer.ledger.models import LedgerEntry
from teams.base.admin import LookedAt


@admin.register(LedgerEntry)
class LedgerEntryAdmin(LookedAt, admin.ModelAdmin[LedgerEntry]):
    """History: to be read, never edited."""

    list_display = ("created_at", "team", "kind", "subject", "provider", "model", "amount", "simulated")
    list_filter = ("kind", "provider", "simulated")
    search_fields = ("subject", "model")
    date_hierarchy = "created_at"
