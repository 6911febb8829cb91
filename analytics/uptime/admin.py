from django.contrib import admin

from analytics.uptime.models import ProbeSlot
from teams.base.admin import LookedAt


@admin.register(ProbeSlot)
class ProbeSlotAdmin(LookedAt, admin.ModelAdmin[ProbeSlot]):
    list_display = ("slot", "name", "probes", "failed", "error")
    list_filter = ("name",)
    show_full_result_count = False
