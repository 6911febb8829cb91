"""Recipes tried on a part of an image, over HTTP: ask, follow, look, cancel."""

from typing import Any
from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_serializer
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from designer.assets.delivery import Answer, stored
from designer.web.idempotency import IdempotentPostMixin
from designer.web.serializers import StrictSerializer
from enhancement import previews
from enhancement.api import BasisSerializer, RecipeRequest
from enhancement.models import EnhancementPreview
from enhancement.presets import recipe_asked
from teams.accounts.people import person
from teams.base.errors import Missing


class SpotSerializer(StrictSerializer):
    """The middle of the part, in shares of width and height."""

    x = serializers.FloatField(min_value=0, max_value=1)
    y = serializers.FloatField(min_value=0, max_value=1)


class PreviewRequest(StrictSerializer):
    """Which recipes on which part: without `spot`, where the mark or face is that they are about, or most detail."""

    asset = serializers.UUIDField()
    recipes = serializers.ListField(child=RecipeRequest(), min_length=1, max_length=previews.MOST)
    spot = SpotSerializer(required=False, allow_null=True, default=None)


class BoxSerializer(serializers.Serializer[Any]):
    left = serializers.IntegerField()
    top = serializers.IntegerField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()


class PreviewProblem(serializers.Serializer[Any]):
    code = serializers.CharField()
    message = serializers.CharField()
    remedy = serializers.CharField()


class WholeSerializer(serializers.Serializer[Any]):
    """What the recipe would come to for the whole image; with a crop at most, until its place is found in the view."""

    seconds = serializers.FloatField()
    cost = serializers.CharField(help_text="USD")
    basis = BasisSerializer()
    width = serializers.IntegerField()
    height = serializers.IntegerField()


class GuidesSerializer(serializers.Serializer[Any]):
    """What to draw over the frame, in shares of its sides."""

    thirds = serializers.ListField(child=serializers.FloatField())
    centre = serializers.FloatField()
    faces = serializers.ListField(child=serializers.DictField())
    subject = serializers.DictField(allow_null=True)


class SizeSerializer(serializers.Serializer[Any]):
    width = serializers.IntegerField()
    height = serializers.IntegerField()


class CropSerializer(serializers.Serializer[Any]):
    """Where the crop of a recipe would cut, looked for in a small view of the whole; or why it cannot be."""

    shape = serializers.CharField(required=False)
    box = BoxSerializer(required=False, help_text="in pixels of a view of size `of`")
    of = SizeSerializer(required=False)
    guides = GuidesSerializer(required=False)
    error = PreviewProblem(required=False)


class TrialSerializer(serializers.Serializer[Any]):
    """One recipe: what it would come to for the whole, and the part as it made it (null until it has)."""

    name = serializers.CharField(allow_blank=True)
    operations = serializers.ListField(child=serializers.DictField())
    notes = serializers.ListField(
        child=serializers.CharField(),
        help_text="where the whole may come out otherwise, and what the steps said of the part",
    )
    whole = WholeSerializer()
    url = serializers.CharField(allow_null=True)
    width = serializers.IntegerField(allow_null=True)
    height = serializers.IntegerField(allow_null=True)
    seconds = serializers.FloatField(allow_null=True, help_text="that the part took")
    error = PreviewProblem(allow_null=True)
    crop = CropSerializer(allow_null=True, help_text="null: the recipe has none, or it is not looked for yet")


@extend_schema_serializer(component_name="EnhancementPreview")  # a generation has a preview too
class PreviewSerializer(serializers.ModelSerializer[EnhancementPreview]):
    asset = serializers.UUIDField(source="source_id", read_only=True)
    box = BoxSerializer(read_only=True, help_text="moves to a face, once one was looked for")
    url = serializers.SerializerMethodField(help_text="the part as it is; null until it is cut out")
    recipes = serializers.SerializerMethodField()
    error = PreviewProblem(allow_null=True, read_only=True)

    class Meta:
        model = EnhancementPreview
        fields = ["id", "asset", "status", "box", "url", "recipes", "error", "created_at"]

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_url(self, row: EnhancementPreview) -> str | None:
        return reverse("api_preview_part", args=[row.pk]) if row.part else None

    @extend_schema_field(TrialSerializer(many=True))
    def get_recipes(self, row: EnhancementPreview) -> list[dict[str, Any]]:
        return [_trial(row, number) for number in range(len(row.recipes))]


def _trial(row: EnhancementPreview, number: int) -> dict[str, Any]:
    result = row.results[number] if number < len(row.results) else {}
    return {
        **{name: row.recipes[number][name] for name in ("name", "operations")},
        "notes": previews.notes_of(row, number),
        "whole": previews.whole_of(row, number),
        **{name: result.get(name) for name in ("width", "height", "seconds", "error", "crop")},
        "url": reverse("api_preview_result", args=[row.pk, number]) if "path" in result else None,
    }


class PreviewList(IdempotentPostMixin, generics.GenericAPIView[EnhancementPreview]):
    """Try one or two recipes on the same part of an image: free, a few seconds, kept for a day."""

    serializer_class = PreviewSerializer
    queryset = EnhancementPreview.objects.none()

    @extend_schema(request=PreviewRequest, responses={202: PreviewSerializer})
    def post(self, request: Request) -> Response:
        form = PreviewRequest(data=request.data)
        form.is_valid(raise_exception=True)
        actor, said = person(request), form.validated_data
        trials = []
        for wish in said["recipes"]:
            operations, origin = recipe_asked(actor, operations=wish["operations"], preset_id=wish["preset"])
            trials.append(previews.Trial(operations=operations, name=origin["name"] if origin else ""))
        spot = (said["spot"]["x"], said["spot"]["y"]) if said["spot"] else None
        made = previews.request_preview(actor=actor, asset_id=said["asset"], trials=trials, spot=spot)
        return Response(self.get_serializer(made).data, status=status.HTTP_202_ACCEPTED)


class PreviewDetail(generics.GenericAPIView[EnhancementPreview]):
    """A preview and what came of it so far."""

    serializer_class = PreviewSerializer
    queryset = EnhancementPreview.objects.none()

    def get(self, request: Request, pk: UUID) -> Response:
        return Response(self.get_serializer(EnhancementPreview.objects.see(request.user, pk)).data)


class PreviewCancel(generics.GenericAPIView[EnhancementPreview]):
    """Stop it. Asking twice is harmless."""

    serializer_class = PreviewSerializer
    queryset = EnhancementPreview.objects.none()

    @extend_schema(request=None, responses={202: PreviewSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        row = previews.cancel(actor=person(request), preview_id=pk)
        return Response(self.get_serializer(row).data, status=status.HTTP_202_ACCEPTED)


def _file(request: Request, file: dict[str, Any]) -> Answer:
    if "path" not in file:
        raise Missing(message="There is no such picture yet.", remedy="Wait until the preview has succeeded.")
    etag = f'"{file["path"][-44:]}"'
    return stored(request._request, file["path"], file["media_type"], etag, "preview.png", download=False)


class PreviewPart(APIView):
    """The part as it is."""

    @extend_schema(responses={(200, "image/*"): OpenApiTypes.BINARY})
    def get(self, request: Request, pk: UUID) -> Answer:
        return _file(request, EnhancementPreview.objects.see(request.user, pk).part)


class PreviewResult(APIView):
    """The part as a recipe made it; `number` is the recipe's place, from 0."""

    @extend_schema(responses={(200, "image/*"): OpenApiTypes.BINARY})
    def get(self, request: Request, pk: UUID, number: int) -> Answer:
        results = EnhancementPreview.objects.see(request.user, pk).results
        return _file(request, results[number] if number < len(results) else {})
