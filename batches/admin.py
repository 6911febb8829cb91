from django.contrib import admin

from batches.models import Batch, BatchItem, BatchSheet, BatchTemplate, BatchVote
from teams.base.admin import LookedAt


@admin.register(Batch)
class BatchAdmin(LookedAt, admin.ModelAdmin[Batch]):
    list_display = ("created_at", "team", "title", "kind", "status", "succeeded", "failed", "cost", "finished_at")
    list_filter = ("status", "kind")
    search_fields = ("id", "title")


@admin.register(BatchItem)
class BatchItemAdmin(LookedAt, admin.ModelAdmin[BatchItem]):
    list_display = ("batch", "position", "status", "provider", "model", "cost", "tries", "finished_at")
    list_filter = ("status",)
    search_fields = ("batch__id", "generation__id")


@admin.register(BatchTemplate)
class BatchTemplateAdmin(LookedAt, admin.ModelAdmin[BatchTemplate]):
    list_display = ("created_at", "team", "name", "owner")
    search_fields = ("name",)


@admin.register(BatchSheet)
class BatchSheetAdmin(LookedAt, admin.ModelAdmin[BatchSheet]):
    list_display = ("created_at", "team", "name", "owner")


@admin.register(BatchVote)
class BatchVoteAdmin(LookedAt, admin.ModelAdmin[BatchVote]):
    list_display = ("created_at", "batch", "pair", "voter", "choice")
