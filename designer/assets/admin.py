from django.contrib import admin

from designer.assets.models import Asset


@admin.register(Asset)
class AssetAdmin(admin.ModelAdmin[Asset]):
    list_display = (
        "created_at",
        "team",
        "owner",
        "kind",
        "title",
        "width",
        "height",
        "bytes",
        "simulated",
        "trashed_at",
    )
    list_filter = ("kind", "simulated", "media_type")
    search_fields = ("title", "sha256", "id")
    raw_id_fields = ("team", "owner", "parent", "generation")
    readonly_fields = ("sha256", "path", "facts", "provenance", "perceptual_hash")
