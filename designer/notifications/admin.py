from django.contrib import admin

from designer.notifications.models import Notification, NotificationWish
from teams.base.admin import LookedAt


@admin.register(Notification)
class NotificationAdmin(LookedAt, admin.ModelAdmin[Notification]):
    list_display = ("created_at", "user", "kind", "title", "shown", "read_at", "mailed_at")
    list_filter = ("kind",)
    search_fields = ("subject",)


@admin.register(NotificationWish)
class NotificationWishAdmin(LookedAt, admin.ModelAdmin[NotificationWish]):
    list_display = ("user", "kind", "in_app", "mail")
    list_filter = ("kind",)
