from django.contrib import admin

from designer.catalogue.models import ModelPrice, ModelProfile


class PriceInline(admin.TabularInline[ModelPrice, ModelProfile]):
    model = ModelPrice
    extra = 0


@admin.register(ModelPrice)
class ModelPriceAdmin(admin.ModelAdmin[ModelPrice]):
    list_display = ("model", "valid_from", "quality", "max_pixels", "amount")
    list_filter = ("model__provider",)
    date_hierarchy = "valid_from"


@admin.register(ModelProfile)
class ModelProfileAdmin(admin.ModelAdmin[ModelProfile]):
    list_display = ("title", "kind", "family", "provider", "model", "lifecycle", "ends_on", "successor", "enabled")
    list_filter = ("kind", "provider", "lifecycle", "enabled")
    search_fields = ("title", "model", "family")
    inlines = (PriceInline,)
