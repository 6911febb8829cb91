"""Stage 7 over HTTP: ask, follow, cancel, and which operations there are."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from designer.assets.api import AssetSerializer
from designer.web.idempotency import IdempotentPostMixin
from designer.web.serializers import StrictSerializer
from enhancement import services
from enhancement.models import Enhancement
from enhancement.operations import registry
from teams.accounts.people import person
from teams.base.errors import Refused


class StepSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()


class EnhanceRequest(StrictSerializer):
    operations = serializers.ListField(child=serializers.DictField(), max_length=services.MAX_OPERATIONS)
    asset = serializers.UUIDField(required=False, allow_null=True, default=None)


class EnhanceBatchRequest(StrictSerializer):
    assets = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=100)
    operations = serializers.ListField(child=serializers.DictField(), max_length=services.MAX_OPERATIONS)


class EnhancementSerializer(serializers.ModelSerializer[Enhancement]):
    source = serializers.SerializerMethodField()  # type: ignore[assignment]  # hides an attribute of the base
    result = serializers.SerializerMethodField()
    error = serializers.DictField(allow_null=True, read_only=True)
    operations = serializers.ListField(child=serializers.DictField(), read_only=True)

    class Meta:
        model = Enhancement
        fields = [
            "id",
            "status",
            "percent",
            "operations",
            "facts",
            "source",
            "result",
            "cost",
            "error",
            "created_at",
            "started_at",
            "finished_at",
        ]

    @extend_schema_field(AssetSerializer)
    def get_source(self, row: Enhancement) -> dict[str, Any]:
        return dict(AssetSerializer(row.source, context=self.context).data)

    @extend_schema_field(AssetSerializer(allow_null=True))
    def get_result(self, row: Enhancement) -> dict[str, Any] | None:
        return dict(AssetSerializer(row.result, context=self.context).data) if row.result else None


class EnhanceDetail(IdempotentPostMixin, generics.GenericAPIView[Enhancement]):
    """GET follows an enhancement by its id; POST enhances an image of the generation (or the asset) of that id."""

    serializer_class = EnhancementSerializer
    queryset = Enhancement.objects.none()

    @extend_schema(operation_id="enhance_retrieve")
    def get(self, request: Request, pk: UUID) -> Response:
        return Response(self.get_serializer(Enhancement.objects.see(request.user, pk)).data)

    @extend_schema(operation_id="enhance_create", request=EnhanceRequest, responses={202: EnhancementSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        form = EnhanceRequest(data=request.data)
        form.is_valid(raise_exception=True)
        said = form.validated_data
        source = services.source_of(actor=person(request), subject_id=pk, asset_id=said["asset"])
        made = services.request_enhancement(actor=person(request), asset_id=source.pk, operations=said["operations"])
        return Response(self.get_serializer(made).data, status=status.HTTP_202_ACCEPTED)


class EnhanceCancel(generics.GenericAPIView[Enhancement]):
    """Stop at the next tile. Asking twice is harmless."""

    serializer_class = EnhancementSerializer
    queryset = Enhancement.objects.none()

    @extend_schema(request=None, responses={202: EnhancementSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        row = services.cancel(actor=person(request), enhancement_id=pk)
        return Response(self.get_serializer(row).data, status=status.HTTP_202_ACCEPTED)


class BatchAnswer(serializers.Serializer[Any]):
    results = EnhancementSerializer(many=True)
    refused = serializers.ListField(child=serializers.DictField())


class EnhanceBatch(IdempotentPostMixin, APIView):
    """The same recipe for several images. What cannot be enhanced is listed with its reason; the rest is queued."""

    @extend_schema(request=EnhanceBatchRequest, responses={202: BatchAnswer})
    def post(self, request: Request) -> Response:
        form = EnhanceBatchRequest(data=request.data)
        form.is_valid(raise_exception=True)
        said, made, refused = form.validated_data, [], []
        for pk in dict.fromkeys(said["assets"]):
            try:
                made.append(
                    services.request_enhancement(actor=person(request), asset_id=pk, operations=said["operations"])
                )
            except Refused as refusal:
                refused.append({"asset": str(pk), "code": refusal.code, "message": refusal.message})
        if not made:
            raise Refused("nothing_to_do", "None of these can be enhanced.", field="assets", remedy="Check the ids.")
        body = {
            "results": EnhancementSerializer(made, many=True, context={"request": request}).data,
            "refused": refused,
        }
        return Response(body, status=status.HTTP_202_ACCEPTED)


class OperationSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    title = serializers.CharField()
    parameters = serializers.ListField(child=serializers.DictField())


class OperationList(APIView):
    """The operations this studio can run, with their parameters, defaults and limits."""

    @extend_schema(responses={200: OperationSerializer(many=True)})
    def get(self, request: Request) -> Response:
        return Response([{"name": o.name, "title": o.title, "parameters": o.describe()} for o in registry.everything()])
