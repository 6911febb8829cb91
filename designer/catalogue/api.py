"""GET /api/models: what may be asked for, with prices and limits."""

from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import generics, serializers

from designer.catalogue.models import ModelKind, ModelProfile
from designer.catalogue.ready import capabilities_of, is_callable, why_not
from designer.catalogue.services import ending_of, ends_soon, usable_models, usual_price, warning_of
from designer.providers.base import Capabilities


class CapabilitiesSerializer(serializers.Serializer[Capabilities]):
    """What a model can do; what it cannot is said before anything is spent."""

    seed = serializers.BooleanField()
    negative_prompt = serializers.BooleanField()
    references = serializers.SerializerMethodField(help_text="Whether photos may be sent along.")
    max_references = serializers.IntegerField(help_text="How many photos are sent along at most.")
    min_references = serializers.IntegerField(help_text="How many photos it must be sent: 1 where it works on one.")
    edits = serializers.BooleanField(help_text="Whether it changes a photo as it is told, instead of drawing one anew.")
    recolours = serializers.BooleanField(
        help_text="Whether it changes the colour of what a photo shows, and can do nothing else."
    )
    by_name = serializers.BooleanField(
        help_text="Whether only who chooses it by name gets it, or who asks for an edit where it edits."
    )
    max_images = serializers.IntegerField()
    ratios = serializers.ListField(child=serializers.CharField())
    max_pixels = serializers.IntegerField()
    idempotency = serializers.CharField()
    images_per_call = serializers.IntegerField()
    exact_size = serializers.BooleanField()
    qualities = serializers.ListField(child=serializers.CharField())

    def get_references(self, can: Capabilities) -> bool:
        return can.max_references > 0


class ModelSerializer(serializers.ModelSerializer[ModelProfile]):
    unit_price = serializers.SerializerMethodField(
        help_text="USD per image at 1024 x 1024 and its middle quality; null when unknown."
    )
    available = serializers.SerializerMethodField(help_text="Whether it can be called in this studio.")
    remedy = serializers.SerializerMethodField(help_text="What an admin has to do where it cannot; else empty.")
    ratios = serializers.SerializerMethodField(help_text="Formats that it makes; until it can be called, as listed.")
    capabilities = serializers.SerializerMethodField(help_text="What it can do, where it can be called.")
    warning = serializers.SerializerMethodField(help_text="Said from 30 days before it is shut down.")
    successor: serializers.SlugRelatedField[ModelProfile] = serializers.SlugRelatedField(
        slug_field="model", read_only=True, allow_null=True
    )

    class Meta:
        model = ModelProfile
        fields = [
            "id",
            "kind",
            "provider",
            "model",
            "family",
            "title",
            "lifecycle",
            "ends_on",
            "successor",
            "ratios",
            "max_pixels",
            "quality",
            "latency_seconds",
            "unit_price",
            "available",
            "remedy",
            "capabilities",
            "warning",
            "created_at",
        ]

    @extend_schema_field(serializers.DecimalField(max_digits=12, decimal_places=6, allow_null=True))
    def get_unit_price(self, model: ModelProfile) -> str | None:
        price: Decimal | None = usual_price(model)
        return None if price is None else str(price)

    def get_available(self, model: ModelProfile) -> bool:
        return is_callable(model)

    def get_remedy(self, model: ModelProfile) -> str:
        return "" if self.get_available(model) else why_not(model.provider, model.kind, model=model.model)

    def get_ratios(self, model: ModelProfile) -> list[str]:
        can = capabilities_of(model) if model.kind == ModelKind.IMAGE else None
        return list(can.ratios if can else model.ratios)

    @extend_schema_field(CapabilitiesSerializer(allow_null=True))
    def get_capabilities(self, model: ModelProfile) -> dict[str, Any] | None:
        can = capabilities_of(model) if model.kind == ModelKind.IMAGE else None
        return CapabilitiesSerializer(can).data if can else None

    def get_warning(self, model: ModelProfile) -> str:
        today = timezone.now().date()
        return warning_of(ending_of(model, today)) if ends_soon(model, today) else ""


class ModelList(generics.ListAPIView[ModelProfile]):
    """Models that may be used today."""

    serializer_class = ModelSerializer
    filterset_fields = ["kind", "provider", "family"]

    def get_queryset(self) -> QuerySet[ModelProfile]:
        if getattr(self, "swagger_fake_view", False):
            return ModelProfile.objects.none()
        today = timezone.now().date()
        ids = [model.pk for kind in ModelKind.values for model in usable_models(today=today, kind=kind)]
        return (
            ModelProfile.objects.filter(pk__in=ids)
            .select_related("successor")
            .prefetch_related("prices", "successor__prices")
        )
