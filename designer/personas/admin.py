from django.contrib import admin

from designer.personas.models import (
    AttributeCorrection,
    DefaultPersona,
    Evidence,
    Feedback,
    LearnedWeight,
    LearningAct,
    LearningMove,
    LearningSettings,
    Persona,
)
from designer.personas.portfolio_models import PortfolioImport, PortfolioItem
from teams.base.admin import LookedAt


@admin.register(Persona)
class PersonaAdmin(admin.ModelAdmin[Persona]):
    list_display = ("name", "team", "owner", "starter", "version", "created_at")
    search_fields = ("name", "description")
    list_filter = ("starter",)
    raw_id_fields = ("team", "owner")


@admin.register(Feedback)
class FeedbackAdmin(LookedAt, admin.ModelAdmin[Feedback]):
    list_display = ("created_at", "team", "owner", "kind", "rating", "generation")
    list_filter = ("kind",)


@admin.register(LearnedWeight)
class LearnedWeightAdmin(LookedAt, admin.ModelAdmin[LearnedWeight]):
    list_display = ("key", "team", "alpha", "beta", "moved_at")
    search_fields = ("key",)
    raw_id_fields = ("team",)


@admin.register(LearningAct)
class LearningActAdmin(LookedAt, admin.ModelAdmin[LearningAct]):
    list_display = ("created_at", "team", "owner", "kind", "about")
    list_filter = ("kind",)


@admin.register(Evidence)
class EvidenceAdmin(LookedAt, admin.ModelAdmin[Evidence]):
    list_display = ("created_at", "team", "key", "feedback")
    search_fields = ("key",)


@admin.register(LearningMove)
class LearningMoveAdmin(LookedAt, admin.ModelAdmin[LearningMove]):
    list_display = ("created_at", "team", "act", "key")
    search_fields = ("key",)


@admin.register(LearningSettings)
class LearningSettingsAdmin(admin.ModelAdmin[LearningSettings]):
    list_display = ("team", "exploration")
    raw_id_fields = ("team",)


@admin.register(AttributeCorrection)
class AttributeCorrectionAdmin(admin.ModelAdmin[AttributeCorrection]):
    list_display = ("created_at", "team", "owner", "attribute", "before", "after")
    list_filter = ("attribute",)
    raw_id_fields = ("team", "owner")


@admin.register(DefaultPersona)
class DefaultPersonaAdmin(admin.ModelAdmin[DefaultPersona]):
    list_display = ("user", "team", "persona")
    raw_id_fields = ("team", "user", "persona")


@admin.register(PortfolioImport)
class PortfolioImportAdmin(LookedAt, admin.ModelAdmin[PortfolioImport]):
    list_display = ("title", "team", "owner", "status", "read", "refused", "created_at")
    search_fields = ("title",)
    list_filter = ("status",)


@admin.register(PortfolioItem)
class PortfolioItemAdmin(LookedAt, admin.ModelAdmin[PortfolioItem]):
    list_display = ("path", "portfolio", "status", "code")
    search_fields = ("path",)
    list_filter = ("status", "code")
