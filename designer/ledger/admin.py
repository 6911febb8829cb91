from django.contrib import admin

from designer.ledger.models import Budget, BudgetUse, LedgerEntry, Reservation
from teams.base.admin import LookedAt


@admin.register(LedgerEntry)
class LedgerEntryAdmin(LookedAt, admin.ModelAdmin[LedgerEntry]):
    """History: to be read, never edited."""

    list_display = ("created_at", "team", "kind", "subject", "provider", "model", "amount", "simulated")
    list_filter = ("kind", "provider", "simulated")
    search_fields = ("subject", "model")
    date_hierarchy = "created_at"


@admin.register(Budget)
class BudgetAdmin(LookedAt, admin.ModelAdmin[Budget]):
    list_display = ("team", "scope", "subject_id", "amount", "updated_at")
    list_filter = ("scope",)


@admin.register(BudgetUse)
class BudgetUseAdmin(LookedAt, admin.ModelAdmin[BudgetUse]):
    list_display = ("team", "scope", "subject_id", "period", "spent", "reserved")
    list_filter = ("scope", "period")


@admin.register(Reservation)
class ReservationAdmin(LookedAt, admin.ModelAdmin[Reservation]):
    list_display = ("created_at", "team", "subject", "amount", "left", "charged", "state")
    list_filter = ("state",)
    search_fields = ("subject",)
