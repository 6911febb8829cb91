"""Corrections over HTTP: listed with what they changed, and taken back."""

from uuid import UUID

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from designer.personas import corrections
from designer.personas.models import AttributeCorrection
from designer.pipeline.records import ATTRIBUTES
from teams.accounts.people import person


class CorrectionSerializer(serializers.ModelSerializer[AttributeCorrection]):
    team = serializers.UUIDField(source="team_id", read_only=True)
    owner = serializers.UUIDField(source="owner_id", read_only=True)
    before = serializers.JSONField(read_only=True)  # any JSON, null among it
    after = serializers.JSONField(read_only=True)
    asset = serializers.UUIDField(source="asset_id", read_only=True, allow_null=True)
    generation = serializers.UUIDField(source="generation_id", read_only=True, allow_null=True)

    class Meta:
        model = AttributeCorrection
        fields = ["id", "team", "owner", "attribute", "before", "after", "read_from", "asset", "generation",
                  "created_at"]  # fmt: skip


class CorrectionFilter(filters.FilterSet):
    team = filters.UUIDFilter(field_name="team_id")
    attribute = filters.ChoiceFilter(choices=[(name, name) for name in ATTRIBUTES])
    read_from = filters.ChoiceFilter(
        choices=[(name, name) for name in ("brief", "image", "original", "correction", "none")]
    )
    asset = filters.UUIDFilter(field_name="asset_id")
    generation = filters.UUIDFilter(field_name="generation_id")
    search = filters.CharFilter(method="matching", max_length=200)

    class Meta:
        model = AttributeCorrection
        fields: list[str] = []

    def matching(self, rows: QuerySet[AttributeCorrection], name: str, words: str) -> QuerySet[AttributeCorrection]:
        return corrections.matching(rows, words)


class CorrectionList(generics.ListAPIView[AttributeCorrection]):
    """What your teams corrected, the newest first. Later readings go by it."""

    serializer_class = CorrectionSerializer
    filterset_class = CorrectionFilter

    def get_queryset(self) -> QuerySet[AttributeCorrection]:
        return AttributeCorrection.objects.visible_to(self.request.user)


class CorrectionDetail(APIView):
    """One correction."""

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: UUID) -> Response:
        """Take it back: it is used and learned from no more."""
        corrections.forget(actor=person(request), correction_id=pk)
        return Response(status=status.HTTP_204_NO_CONTENT)
