"""The catalogue in the admin: lifecycles are edited, prices are added from a day on, and each change is audited."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from designer.catalogue.models import ModelHealth, ModelPrice, ModelProfile
from designer.catalogue.services import note_price, price_shown, retire, successor_of
from teams.audit.services import write
from teams.base.admin import LookedAt

AUDITED = ("lifecycle", "ends_on", "successor", "enabled", "quality", "latency_seconds", "limits", "limits_scope")


class PriceHistory:
    """A price that was set is history: a new one is added, from a day on."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def noted(request: HttpRequest, row: ModelPrice) -> None:
    """The audit line of a price that the admin has just saved."""
    earlier = ModelPrice.objects.filter(model=row.model, unit=row.unit, quality=row.quality, max_pixels=row.max_pixels)
    before = earlier.exclude(pk=row.pk).filter(valid_from__lte=row.valid_from).order_by("-valid_from").first()
    note_price(request.user, row, before.amount if before else None)


class PriceInline(PriceHistory, admin.TabularInline[ModelPrice, ModelProfile]):
    model = ModelPrice
    extra = 0
    ordering = ["unit", "quality", "-valid_from"]


@admin.register(ModelPrice)
class ModelPriceAdmin(PriceHistory, admin.ModelAdmin[ModelPrice]):
    list_display = ("model", "valid_from", "unit", "quality", "max_pixels", "amount", "source")
    list_filter = ("model__provider", "unit")
    search_fields = ("model__title", "model__model")
    date_hierarchy = "valid_from"
    autocomplete_fields = ("model",)

    def save_model(self, request: HttpRequest, obj: ModelPrice, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        noted(request, obj)


@admin.register(ModelProfile)
class ModelProfileAdmin(admin.ModelAdmin[ModelProfile]):
    list_display = (
        "title",
        "kind",
        "family",
        "provider",
        "model",
        "state",
        "ends_on",
        "next_model",
        "price",
        "enabled",
    )
    list_filter = ("kind", "provider", "family", "lifecycle", "enabled")
    search_fields = ("title", "model", "family")
    autocomplete_fields = ("successor",)
    date_hierarchy = "ends_on"
    inlines = (PriceInline,)
    actions = ("end_today",)

    @admin.display(description="today")
    def state(self, row: ModelProfile) -> str:
        today = timezone.now().date()
        if row.is_over(today):
            return "shut down"
        if not row.enabled:
            return "switched off"
        return f"ends in {(row.ends_on - today).days} days" if row.ends_on else "in use"

    @admin.display(description="successor today")
    def next_model(self, row: ModelProfile) -> str:
        after = successor_of(row, timezone.now().date())
        return after.title if after else "-"

    @admin.display(description="price")
    def price(self, row: ModelProfile) -> str:
        return price_shown(row)

    @admin.action(description="End the chosen models today")
    def end_today(self, request: HttpRequest, rows: QuerySet[ModelProfile]) -> None:
        ended = sum(retire(actor=request.user, model=row, reason="ended in the admin") for row in rows)
        self.message_user(request, f"{ended} models were ended.")

    def save_model(self, request: HttpRequest, obj: ModelProfile, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        changed = {name: str(form.cleaned_data.get(name)) for name in form.changed_data if name in AUDITED}
        if changed or not change:
            facts: dict[str, object] = {"model": f"{obj.provider}/{obj.model}", **changed}
            write(request.user, "catalogue.model", f"model:{obj.pk}", facts)  # type: ignore[arg-type]  # signed in

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        super().save_formset(request, form, formset, change)
        for row in formset.new_objects:
            noted(request, row)


@admin.register(ModelHealth)
class ModelHealthAdmin(LookedAt, admin.ModelAdmin[ModelHealth]):
    list_display = ("provider", "model", "failures", "opened_at", "calls", "successes", "seconds", "last_error")
    list_filter = ("provider",)
    search_fields = ("model",)
