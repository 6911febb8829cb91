"""What was understood, over HTTP: of a generation and of one picture, read and corrected."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from designer.assets.models import Asset
from designer.generations import understanding
from designer.generations.models import Generation
from designer.generations.record_tags import tag_of
from designer.generations.serializers import AttributeSerializer
from designer.web.serializers import StrictSerializer
from teams.accounts.people import person

IF_MATCH = OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, required=True, description="The ETag you read")


class CorrectionsRequest(StrictSerializer):
    corrections = serializers.DictField(
        child=serializers.JSONField(allow_null=True),
        allow_empty=False,
        help_text="attribute -> the right value, or null for unknown; the value that stands there confirms it",
    )


class UnderstoodSerializer(serializers.Serializer[Any]):
    understood = serializers.DictField(child=AttributeSerializer())


def _answer(understood: dict[str, Any]) -> Response:
    return Response({"understood": understood}, headers={"ETag": tag_of(understood)})


def _corrections(request: Request) -> dict[str, Any]:
    form = CorrectionsRequest(data=request.data)
    form.is_valid(raise_exception=True)
    said: dict[str, Any] = form.validated_data["corrections"]
    return said


class GenerationUnderstood(APIView):
    """What a generation was understood as."""

    @extend_schema(responses=UnderstoodSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        return _answer(understanding.of_generation(Generation.objects.see(request.user, pk)))

    @extend_schema(request=CorrectionsRequest, responses=UnderstoodSerializer, parameters=[IF_MATCH])
    def patch(self, request: Request, pk: UUID) -> Response:
        """Correct it. Its images stay; the same brief or picture is read by your values from now on."""
        Generation.objects.for_edit(request.user, pk)
        row = understanding.correct_generation(
            actor=person(request),
            generation_id=pk,
            if_match=request.headers.get("If-Match"),
            corrections=_corrections(request),
        )
        return _answer(understanding.of_generation(row))


class AssetUnderstood(APIView):
    """What one picture shows, by itself."""

    @extend_schema(responses=UnderstoodSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        return _answer(understanding.of_photo(Asset.objects.see(request.user, pk)))

    @extend_schema(request=CorrectionsRequest, responses=UnderstoodSerializer, parameters=[IF_MATCH])
    def patch(self, request: Request, pk: UUID) -> Response:
        """Correct it. Wherever your team uses the same picture, it is read by your values."""
        Asset.objects.for_edit(request.user, pk)
        found = understanding.correct_photo(
            actor=person(request),
            asset_id=pk,
            if_match=request.headers.get("If-Match"),
            corrections=_corrections(request),
        )
        return _answer(found)
