"""The event log, to look at. Nobody writes it by hand."""

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from designer.realtime.models import ChannelHead, Event


class ReadOnly:
    """Facts are recorded by services only: the numbers must stay gapless."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(Event)
class EventAdmin(ReadOnly, admin.ModelAdmin[Event]):
    list_display = ["channel", "seq", "event", "created_at"]
    search_fields = ["channel__startswith"]
    ordering = ["-id"]
    show_full_result_count = False


@admin.register(ChannelHead)
class ChannelHeadAdmin(ReadOnly, admin.ModelAdmin[ChannelHead]):
    list_display = ["channel", "seq", "epoch"]
    search_fields = ["channel__startswith"]
    show_full_result_count = False
