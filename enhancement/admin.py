from django.contrib import admin

from enhancement.models import Enhancement


@admin.register(Enhancement)
class EnhancementAdmin(admin.ModelAdmin[Enhancement]):
    list_display = ("created_at", "team", "source", "status", "percent", "cost", "finished_at")
    list_filter = ("status",)
    search_fields = ("id", "source__title")
    raw_id_fields = ("team", "owner", "source", "result")
    readonly_fields = ("operations", "facts", "error", "recipe_digest", "job_id")
