from django.contrib import admin

from designer.web.models import IdempotencyKey


@admin.register(IdempotencyKey)
class IdempotencyKeyAdmin(admin.ModelAdmin[IdempotencyKey]):
    list_display = ("created_at", "user", "key", "status", "expires_at")
    search_fields = ("key",)
    raw_id_fields = ("user",)
    readonly_fields = ("request_digest", "answer")
