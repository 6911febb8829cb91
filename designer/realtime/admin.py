"""The event log, to look at. Nobody writes it by hand."""

from django.contrib import admin

from designer.realtime.models import ChannelHead, Event
from teams.base.admin import LookedAt


@admin.register(Event)
class EventAdmin(LookedAt, admin.ModelAdmin[Event]):
    list_display = ["channel", "seq", "event", "created_at"]
    search_fields = ["channel__startswith"]
    ordering = ["-id"]
    show_full_result_count = False


@admin.register(ChannelHead)
class ChannelHeadAdmin(LookedAt, admin.ModelAdmin[ChannelHead]):
    list_display = ["channel", "seq", "epoch"]
    search_fields = ["channel__startswith"]
    show_full_result_count = False
