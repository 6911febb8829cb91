"""Collections in the admin: to be looked at."""

from django.contrib import admin

from teams.base.admin import LookedAt
from teams.review.collections.models import Collection, CollectionItem


@admin.register(Collection)
class CollectionAdmin(LookedAt, admin.ModelAdmin[Collection]):
    list_display = ["name", "team", "owner", "created_at", "trashed_at"]
    list_select_related = ["team", "owner"]
    search_fields = ["name", "team__name"]


@admin.register(CollectionItem)
class CollectionItemAdmin(LookedAt, admin.ModelAdmin[CollectionItem]):
    list_display = ["collection", "position", "asset_id", "created_at"]
    list_select_related = ["collection"]
    show_full_result_count = False
