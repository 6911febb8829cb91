from django.contrib import admin

from enhancement.models import Enhancement, EnhancementPreset, EnhancementPreview, WorkerReport
from teams.base.admin import LookedAt


@admin.register(Enhancement)
class EnhancementAdmin(LookedAt, admin.ModelAdmin[Enhancement]):
    list_display = ("created_at", "team", "source", "status", "percent", "cost", "finished_at")
    list_filter = ("status",)
    search_fields = ("id", "source__title")


@admin.register(EnhancementPreset)
class EnhancementPresetAdmin(LookedAt, admin.ModelAdmin[EnhancementPreset]):
    list_display = ("name", "team", "owner", "version", "updated_at")
    search_fields = ("name", "team__name")


@admin.register(EnhancementPreview)
class EnhancementPreviewAdmin(LookedAt, admin.ModelAdmin[EnhancementPreview]):
    list_display = ("created_at", "team", "source", "status")
    list_filter = ("status",)


@admin.register(WorkerReport)
class WorkerReportAdmin(LookedAt, admin.ModelAdmin[WorkerReport]):
    list_display = ("host", "told_at")
