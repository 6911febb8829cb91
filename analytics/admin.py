"""Figures in the admin: to be looked at. `manage.py check_analytics` holds them against the raw rows."""

from django.contrib import admin

from analytics.models import (
    CostBreakdownByModel,
    CostForecast,
    DailyGenerationStats,
    Fill,
    Insight,
    InsightHidden,
    Look,
    ModelPerformanceSummary,
    MoneyDay,
    MoneySlot,
    PendingSlot,
    QualityTrend,
    StyleDay,
    StyleSlot,
    TermsDay,
    TermsSlot,
    UnusualDay,
    UserActivitySummary,
    WorkDay,
    WorkSlot,
    ZoneKept,
)
from teams.base.admin import LookedAt


@admin.register(WorkSlot)
class WorkSlotAdmin(LookedAt, admin.ModelAdmin[WorkSlot]):
    list_display = ("slot", "team_id", "member_id", "provider", "model", "simulated", "asked", "images", "liked")
    search_fields = ("team_id", "member_id", "model")
    show_full_result_count = False


@admin.register(MoneySlot)
class MoneySlotAdmin(LookedAt, admin.ModelAdmin[MoneySlot]):
    list_display = ("slot", "team_id", "member_id", "provider", "model", "kind", "simulated", "amount")
    search_fields = ("team_id", "member_id", "model")
    show_full_result_count = False


@admin.register(WorkDay)
class WorkDayAdmin(LookedAt, admin.ModelAdmin[WorkDay]):
    list_display = (
        "slot",
        "zone",
        "team_id",
        "member_id",
        "provider",
        "model",
        "simulated",
        "asked",
        "images",
        "liked",
    )
    search_fields = ("team_id", "member_id", "model")
    show_full_result_count = False


@admin.register(MoneyDay)
class MoneyDayAdmin(LookedAt, admin.ModelAdmin[MoneyDay]):
    list_display = ("slot", "zone", "team_id", "member_id", "provider", "model", "kind", "simulated", "amount")
    search_fields = ("team_id", "member_id", "model")
    show_full_result_count = False


@admin.register(StyleSlot)
class StyleSlotAdmin(LookedAt, admin.ModelAdmin[StyleSlot]):
    list_display = ("slot", "team_id", "persona_id", "garment", "provider", "model", "asked", "images", "approved")
    search_fields = ("team_id", "garment", "model")
    show_full_result_count = False


@admin.register(StyleDay)
class StyleDayAdmin(LookedAt, admin.ModelAdmin[StyleDay]):
    list_display = ("slot", "zone", "team_id", "persona_id", "garment", "provider", "model", "images", "approved")
    search_fields = ("team_id", "garment", "model")
    show_full_result_count = False


@admin.register(TermsSlot)
class TermsSlotAdmin(LookedAt, admin.ModelAdmin[TermsSlot]):
    list_display = ("slot", "team_id", "asked")
    search_fields = ("team_id",)
    show_full_result_count = False


@admin.register(TermsDay)
class TermsDayAdmin(LookedAt, admin.ModelAdmin[TermsDay]):
    list_display = ("slot", "zone", "team_id", "asked")
    search_fields = ("team_id",)
    show_full_result_count = False


@admin.register(CostForecast)
class CostForecastAdmin(LookedAt, admin.ModelAdmin[CostForecast]):
    list_display = ("team_id", "since", "due_at", "failed_at", "method", "looked_back", "error", "naive_error")
    search_fields = ("team_id",)


@admin.register(Look)
class LookAdmin(LookedAt, admin.ModelAdmin[Look]):
    list_display = ("team_id", "since", "zone", "made_at", "due_at", "failed_at")
    search_fields = ("team__id",)


@admin.register(UnusualDay)
class UnusualDayAdmin(LookedAt, admin.ModelAdmin[UnusualDay]):
    list_display = ("day", "team_id", "metric", "value", "expected", "low", "high", "days", "of")
    search_fields = ("team__id",)


@admin.register(Insight)
class InsightAdmin(LookedAt, admin.ModelAdmin[Insight]):
    list_display = ("sentence", "kind", "team_id", "since", "told_at", "ended_at")
    search_fields = ("team__id", "sentence")


@admin.register(InsightHidden)
class InsightHiddenAdmin(LookedAt, admin.ModelAdmin[InsightHidden]):
    list_display = ("insight", "user", "until")
    list_select_related = ("insight", "user")


@admin.register(ZoneKept)
class ZoneKeptAdmin(LookedAt, admin.ModelAdmin[ZoneKept]):
    list_display = ("team_id", "zone", "since", "ready")


@admin.register(Fill)
class FillAdmin(LookedAt, admin.ModelAdmin[Fill]):
    list_display = ("name", "done_at")


@admin.register(PendingSlot)
class PendingSlotAdmin(LookedAt, admin.ModelAdmin[PendingSlot]):
    list_display = ("at", "team_id", "slot")


@admin.register(DailyGenerationStats)
class DailyGenerationStatsAdmin(LookedAt, admin.ModelAdmin[DailyGenerationStats]):
    list_display = ("day", "team_id", "asked", "succeeded", "failed", "success_rate", "images", "rated", "liked")


@admin.register(ModelPerformanceSummary)
class ModelPerformanceSummaryAdmin(LookedAt, admin.ModelAdmin[ModelPerformanceSummary]):
    list_display = ("team_id", "provider", "model", "simulated", "asked", "success_rate", "median_seconds", "images")


@admin.register(UserActivitySummary)
class UserActivitySummaryAdmin(LookedAt, admin.ModelAdmin[UserActivitySummary]):
    list_display = ("team_id", "member_id", "asked", "images", "liked", "days_active", "last_active")


@admin.register(CostBreakdownByModel)
class CostBreakdownByModelAdmin(LookedAt, admin.ModelAdmin[CostBreakdownByModel]):
    list_display = ("day", "team_id", "kind", "provider", "model", "entries", "paid", "simulated")


@admin.register(QualityTrend)
class QualityTrendAdmin(LookedAt, admin.ModelAdmin[QualityTrend]):
    list_display = ("day", "team_id", "images", "rated", "liked", "satisfaction", "rating", "quality")
