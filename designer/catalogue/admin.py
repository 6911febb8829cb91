"""The catalogue in the admin: lifecycles are edited, prices are added from a day on, and each change is audited."""

from decimal import Decimal
from typing import Any, Final

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format

from designer.catalogue.models import ModelHealth, ModelPrice, ModelProfile
from designer.catalogue.services import note_price, price_shown, retire, successor_of
from teams.audit.services import write
from teams.base.admin import LookedAt

AUDITED = ("lifecycle", "ends_on", "successor", "enabled", "quality", "latency_seconds", "limits", "limits_scope")


PRICE: Final = ("model", "valid_from", "unit", "quality", "max_pixels", "amount", "source")
MENDING: Final = (
    "A price can be corrected until its first day (UTC) is over; what was charged by it stays as it was charged. "
    "From then on it is history: add a new price, from today on."
)


def is_open(row: ModelPrice) -> bool:
    """Whether a price may still be corrected: its first day is not over."""
    return row.valid_from >= timezone.now().date()


class PriceForm(forms.ModelForm[ModelPrice]):
    """Refuses by field and with a way out what the database would refuse in words of its own."""

    amount = forms.DecimalField(
        max_digits=12,
        decimal_places=6,
        min_value=Decimal(0),
        help_text="USD per unit; of tokens, per million.",
        error_messages={"min_value": "A price is 0 or more: write what a unit costs in USD, 0 where it is free."},
    )

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or self.cleaned_data
        day = said.get("valid_from")
        if day and day < timezone.now().date():
            self.add_error("valid_from", "A price does not reach into days that are over: choose today or later.")
        elif twin := self._twin(said):
            message = f"A price of {twin.amount.normalize():f} USD holds from that day already: change that one."
            self.add_error("valid_from", message)
        return said

    def _twin(self, said: dict[str, Any]) -> ModelPrice | None:
        """Another price for the same from the same day."""
        if not {"valid_from", "unit", "quality"} <= set(said):
            return None
        key = {name: said.get(name) for name in ("valid_from", "unit", "quality", "max_pixels")}
        model = said["model"].pk if said.get("model") else self.instance.model_id
        return ModelPrice.objects.filter(model=model, **key).exclude(pk=self.instance.pk).first()


class PriceHistory:
    """A price is never deleted: a new one takes its place, from a day on."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def noted(request: HttpRequest, row: ModelPrice, mended: dict[str, str] | None = None) -> None:
    """The audit line of a price that the admin has just saved. `mended`: of a correction, what stood there."""
    earlier = ModelPrice.objects.filter(model=row.model, unit=row.unit, quality=row.quality, max_pixels=row.max_pixels)
    before = earlier.exclude(pk=row.pk).filter(valid_from__lte=row.valid_from).order_by("-valid_from").first()
    note_price(request.user, row, before.amount if before else None, mended=mended)


class PriceInline(PriceHistory, admin.TabularInline[ModelPrice, ModelProfile]):
    """Prices are added here; one is corrected on a page of its own."""

    model = ModelPrice
    form = PriceForm
    extra = 0
    ordering = ["unit", "quality", "-valid_from"]
    show_change_link = True

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(ModelPrice)
class ModelPriceAdmin(PriceHistory, admin.ModelAdmin[ModelPrice]):
    form = PriceForm
    list_display = PRICE
    list_filter = ("model__provider", "unit")
    search_fields = ("model__title", "model__model")
    date_hierarchy = "valid_from"
    autocomplete_fields = ("model",)
    fieldsets = ((None, {"fields": PRICE, "description": MENDING}),)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or is_open(obj))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("model",) if obj else ()

    def save_model(self, request: HttpRequest, obj: ModelPrice, form: Any, change: bool) -> None:
        if change and not form.changed_data:
            return
        stood = ModelPrice.objects.select_for_update().get(pk=obj.pk) if change else None
        super().save_model(request, obj, form, change)
        noted(request, obj, {name: str(getattr(stood, name)) for name in form.changed_data} if stood else None)


class ModelForm(forms.ModelForm[ModelProfile]):
    """Refuses a successor that is none."""

    def clean_successor(self) -> ModelProfile | None:
        after: ModelProfile | None = self.cleaned_data["successor"]
        if after is not None and after.pk == self.instance.pk:
            raise forms.ValidationError("A model does not succeed itself: choose another, or none.")
        if after is not None and after.is_over(timezone.now().date()):
            raise forms.ValidationError(f"{after.title} has ended itself: choose one that can be called, or none.")
        return after


@admin.register(ModelProfile)
class ModelProfileAdmin(admin.ModelAdmin[ModelProfile]):
    form = ModelForm
    list_display = ("title", "provider", "model", "state", "next_model", "price")  # no more fit beside the filters
    list_filter = ("kind", "provider", "family", "lifecycle", "enabled")
    ordering = ("provider", "model")
    search_fields = ("title", "model", "family")
    autocomplete_fields = ("successor",)
    date_hierarchy = "ends_on"
    inlines = (PriceInline,)
    actions = ("end_today",)

    @admin.display(description="today", ordering="ends_on")
    def state(self, row: ModelProfile) -> str:
        today = timezone.now().date()
        off = "" if row.enabled else "; switched off"
        if row.ends_on is None:
            return f"shut down{off}" if row.is_over(today) else off.removeprefix("; ") or "in use"
        on, days = date_format(row.ends_on, "j M Y"), (row.ends_on - today).days
        if row.is_over(today):
            return f"shut down{'' if days > 0 else f' on {on}'}{off}"
        return f"ends in {days} day{'s' * (days != 1)}, on {on}{off}"

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
