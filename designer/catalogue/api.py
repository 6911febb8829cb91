"""GET /api/models: what may be asked for, with prices and limits."""

from decimal import Decimal

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import generics, serializers

from designer.catalogue.models import ModelProfile
from designer.catalogue.services import unit_price, usable_models


class ModelSerializer(serializers.ModelSerializer[ModelProfile]):
    unit_price = serializers.SerializerMethodField(help_text="USD per image at 1024 x 1024; null when unknown.")
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
            "created_at",
        ]

    @extend_schema_field(serializers.DecimalField(max_digits=12, decimal_places=6, allow_null=True))
    def get_unit_price(self, model: ModelProfile) -> str | None:
        price: Decimal | None = unit_price(model, width=1024, height=1024)
        return None if price is None else str(price)


class ModelList(generics.ListAPIView[ModelProfile]):
    """Models that may be used today."""

    serializer_class = ModelSerializer
    filterset_fields = ["kind", "provider", "family"]

    def get_queryset(self) -> QuerySet[ModelProfile]:
        if getattr(self, "swagger_fake_view", False):
            return ModelProfile.objects.none()
        today = timezone.now().date()
        ids = [model.pk for kind in ("image", "enhancement") for model in usable_models(today=today, kind=kind)]
        return ModelProfile.objects.filter(pk__in=ids).select_related("successor")
