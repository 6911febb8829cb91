"""In the admin: to look at. The secrets are sealed and not shown even so."""

from django.contrib import admin

from batches.webhooks.models import Attempt, Delivery, Endpoint
from teams.base.admin import LookedAt


@admin.register(Endpoint)
class EndpointAdmin(LookedAt, admin.ModelAdmin[Endpoint]):
    list_display = ("created_at", "team", "name", "url", "status", "why", "failing_since")
    list_filter = ("status", "why")
    search_fields = ("id", "url")
    exclude = ("secret", "old_secret")


@admin.register(Delivery)
class DeliveryAdmin(LookedAt, admin.ModelAdmin[Delivery]):
    list_display = ("created_at", "team", "type", "status", "tries", "attempts", "next_at", "finished_at")
    list_filter = ("status",)
    search_fields = ("id", "endpoint__id")
    show_full_result_count = False


@admin.register(Attempt)
class AttemptAdmin(LookedAt, admin.ModelAdmin[Attempt]):
    list_display = ("created_at", "delivery", "number", "status_code", "ms")
    show_full_result_count = False
