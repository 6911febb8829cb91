"""The audit log in the admin: read only, as the database also insists."""

from django.contrib import admin

from teams.audit.models import AuditEntry
from teams.base.admin import LookedAt


@admin.register(AuditEntry)
class AuditAdmin(LookedAt, admin.ModelAdmin[AuditEntry]):
    list_display = ["number", "created_at", "action", "subject", "actor_id", "team_id"]
    search_fields = ["action", "subject"]
    list_filter = ["action"]
    date_hierarchy = "created_at"
