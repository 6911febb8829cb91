"""In the admin: to look at."""

from django.contrib import admin

from analytics.billing.models import Stated, Statement
from teams.base.admin import LookedAt


@admin.register(Statement)
class StatementAdmin(LookedAt, admin.ModelAdmin[Statement]):
    list_display = ("month", "team", "number", "called", "charges", "owed", "simulated", "late")
    search_fields = ("id", "called")
    date_hierarchy = "month"


@admin.register(Stated)
class StatedAdmin(LookedAt, admin.ModelAdmin[Stated]):
    list_display = ("entry_id", "statement_id", "team_id")
    search_fields = ("entry__id", "statement__id")
    show_full_result_count = False
