from django.contrib import admin

from analytics.dashboards.models import Dashboard
from teams.base.admin import LookedAt


@admin.register(Dashboard)
class DashboardAdmin(LookedAt, admin.ModelAdmin[Dashboard]):
    list_display = ("name", "team", "owner", "shared", "days", "updated_at")
    list_select_related = ("team", "owner")
    search_fields = ("name", "team__id")
