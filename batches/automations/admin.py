from django.contrib import admin

from batches.automations.models import Automation, AutomationRun
from teams.base.admin import LookedAt


@admin.register(Automation)
class AutomationAdmin(LookedAt, admin.ModelAdmin[Automation]):
    list_display = ("created_at", "team", "name", "owner", "active", "scope")
    list_filter = ("active", "scope")
    search_fields = ("id", "name")


@admin.register(AutomationRun)
class AutomationRunAdmin(LookedAt, admin.ModelAdmin[AutomationRun]):
    list_display = ("created_at", "automation", "asset", "status", "cost", "tries", "finished_at")
    list_filter = ("status",)
    search_fields = ("id", "automation__name", "asset__id")
