"""The audit log in the admin: read only, as the database also insists."""

from django.contrib import admin
from django.http import HttpRequest

from teams.audit.models import AuditEntry


@admin.register(AuditEntry)
class AuditAdmin(admin.ModelAdmin[AuditEntry]):
    list_display = ["number", "created_at", "action", "subject", "actor_id", "team_id"]
    search_fields = ["action", "subject"]
    list_filter = ["action"]
    date_hierarchy = "created_at"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: AuditEntry | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: AuditEntry | None = None) -> bool:
        return False
