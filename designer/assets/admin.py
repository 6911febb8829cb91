from django.contrib import admin
from django.http import HttpRequest

from designer.assets.models import Asset


@admin.register(Asset)
class AssetAdmin(admin.ModelAdmin[Asset]):
    """Images are thrown away and deleted by the services alone, which keep what is approved and clear the files."""

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
    readonly_fields = ("sha256", "path", "facts", "provenance", "perceptual_hash", "trashed_at")

    def has_delete_permission(self, request: HttpRequest, obj: Asset | None = None) -> bool:
        return False
