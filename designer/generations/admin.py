from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from designer.generations.models import Generation, StageRun


class StageInline(admin.TabularInline[StageRun, Generation]):
    model = StageRun
    extra = 0
    can_delete = False
    readonly_fields = ("name", "status", "started_at", "finished_at", "cost", "output")


@admin.register(StageRun)
class StageRunAdmin(admin.ModelAdmin[StageRun]):
    """History: to be read, never edited."""

    list_display = ("started_at", "name", "status", "generation", "cost", "finished_at")
    list_filter = ("name", "status")
    raw_id_fields = ("generation",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Generation)
class GenerationAdmin(admin.ModelAdmin[Generation]):
    list_display = ("created_at", "team", "owner", "status", "provider", "model", "cost", "simulated")
    list_filter = ("status", "provider", "simulated")
    search_fields = ("brief", "prompt", "id")
    raw_id_fields = ("team", "owner", "persona", "references")
    readonly_fields = ("understood", "error", "job_id", "cost", "estimate")
    inlines = (StageInline,)
