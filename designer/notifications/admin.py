from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from designer.notifications import alerts
from designer.notifications.models import Alert, DigestHour, MailDigest, Notification, NotificationWish
from teams.base.admin import LookedAt


@admin.register(Notification)
class NotificationAdmin(LookedAt, admin.ModelAdmin[Notification]):
    list_display = ("created_at", "user", "kind", "title", "shown", "read_at", "mailed_at")
    list_filter = ("kind",)
    search_fields = ("subject",)


@admin.register(NotificationWish)
class NotificationWishAdmin(LookedAt, admin.ModelAdmin[NotificationWish]):
    list_display = ("user", "kind", "in_app", "mail", "pace")
    list_filter = ("kind",)


@admin.register(Alert)
class AlertAdmin(LookedAt, admin.ModelAdmin[Alert]):
    """What is added here is maintenance, announced to everybody at once; the rest the studio raises itself."""

    list_display = ("created_at", "kind", "level", "title", "starts_at", "ends_at", "ended_at")
    list_filter = ("kind",)
    fields = ("title", "text", "level", "starts_at", "ends_at")
    actions = ("end_now",)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_active and request.user.is_superuser)

    def save_model(self, request: HttpRequest, obj: Alert, form: Any, change: bool) -> None:
        alerts.announce(obj)

    @admin.action(description="It is over: take it from every page", permissions=["add"])
    def end_now(self, request: HttpRequest, queryset: QuerySet[Alert]) -> None:
        alerts.end_alerts(*queryset.values_list("key", flat=True))


@admin.register(DigestHour)
class DigestHourAdmin(LookedAt, admin.ModelAdmin[DigestHour]):
    list_display = ("user", "hour")


@admin.register(MailDigest)
class MailDigestAdmin(LookedAt, admin.ModelAdmin[MailDigest]):
    list_display = ("created_at", "user", "tried_at", "sent_at")
