from django.contrib import admin

from designer.generations.models import Generation, PromptFavourite, StageRun
from teams.base.admin import LookedAt


class StageInline(LookedAt, admin.TabularInline[StageRun, Generation]):
    model = StageRun
    extra = 0
    fields = ("name", "status", "started_at", "finished_at", "cost", "output")


@admin.register(StageRun)
class StageRunAdmin(LookedAt, admin.ModelAdmin[StageRun]):
    list_display = ("started_at", "name", "status", "generation", "cost", "finished_at")
    list_filter = ("name", "status")


@admin.register(Generation)
class GenerationAdmin(LookedAt, admin.ModelAdmin[Generation]):
    list_display = ("created_at", "team", "owner", "status", "provider", "model", "cost", "simulated")
    list_filter = ("status", "provider", "simulated")
    search_fields = ("brief", "prompt", "id")
    inlines = (StageInline,)


@admin.register(PromptFavourite)
class PromptFavouriteAdmin(LookedAt, admin.ModelAdmin[PromptFavourite]):
    list_display = ("created_at", "team", "owner", "generation")
    search_fields = ("generation__brief",)
