"""In the admin: to look at."""

from django.contrib import admin

from analytics.reports.models import Consent, Delivery, Report, ReportTemplate, Schedule, Stopped
from teams.base.admin import LookedAt


@admin.register(Report)
class ReportAdmin(LookedAt, admin.ModelAdmin[Report]):
    list_display = ("created_at", "team", "title", "kind", "status", "percent", "costs", "finished_at")
    list_filter = ("status", "kind")
    search_fields = ("id", "title")


@admin.register(ReportTemplate)
class ReportTemplateAdmin(LookedAt, admin.ModelAdmin[ReportTemplate]):
    list_display = ("created_at", "team", "name", "title", "cover", "owner")
    search_fields = ("id", "name", "title")


@admin.register(Schedule)
class ScheduleAdmin(LookedAt, admin.ModelAdmin[Schedule]):
    list_display = ("created_at", "team", "cadence", "hour", "zone", "active", "next_at")
    list_filter = ("cadence", "active")
    search_fields = ("id",)


@admin.register(Delivery)
class DeliveryAdmin(LookedAt, admin.ModelAdmin[Delivery]):
    list_display = ("created_at", "team", "address", "status", "tries", "sent_at")
    list_filter = ("status",)
    search_fields = ("id", "address")


@admin.register(Consent)
class ConsentAdmin(LookedAt, admin.ModelAdmin[Consent]):
    list_display = ("created_at", "team", "address", "asks", "asked_at", "given_at")
    search_fields = ("id", "address")


@admin.register(Stopped)
class StoppedAdmin(LookedAt, admin.ModelAdmin[Stopped]):
    list_display = ("created_at", "team", "address")
    search_fields = ("address",)
