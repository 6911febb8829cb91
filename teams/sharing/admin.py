"""Shares in the admin: to be looked at."""

from django.contrib import admin

from teams.base.admin import LookedAt
from teams.sharing.models import Declined, Share


@admin.register(Share)
class ShareAdmin(LookedAt, admin.ModelAdmin[Share]):
    list_display = ["created_at", "team", "way", "sharer", "expires_at", "revoked_at", "openings"]
    list_select_related = ["team", "sharer"]
    list_filter = ["way"]
    search_fields = ["name", "email", "team__name"]
    exclude = ["digest", "password"]


@admin.register(Declined)
class DeclinedAdmin(LookedAt, admin.ModelAdmin[Declined]):
    list_display = ["created_at", "share", "user"]
    list_select_related = ["share", "user"]
