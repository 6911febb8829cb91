"""Stage 7 over HTTP: estimate, ask, follow, list, cancel, and which operations there are."""

from typing import Any
from uuid import UUID

from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from designer.assets.api import AssetSerializer
from designer.web.idempotency import IdempotentPostMixin
from designer.web.serializers import StrictSerializer
from enhancement import capabilities, presets, services
from enhancement.estimating import MOST_ASSETS, estimate, refusal_shown
from enhancement.models import Enhancement, EnhancementQuerySet
from enhancement.operations import registry
from enhancement.operations.base import Operation
from enhancement.presenting import steps_of
from enhancement.recipes import MAX_OPERATIONS
from enhancement.waiting import Queue
from teams.accounts.models import User
from teams.accounts.people import person


class RecipeRequest(StrictSerializer):
    """A recipe: its operations, or the id of a preset."""

    operations = serializers.ListField(
        child=serializers.DictField(), max_length=MAX_OPERATIONS, required=False, allow_null=True, default=None
    )
    preset = serializers.UUIDField(required=False, allow_null=True, default=None)

    def recipe(self, actor: User) -> tuple[Any, dict[str, Any] | None]:
        """The operations and where they come from. Raises Refused or Missing."""
        said = self.validated_data
        return presets.recipe_asked(actor, operations=said["operations"], preset_id=said["preset"])


class EnhanceRequest(RecipeRequest):
    asset = serializers.UUIDField(required=False, allow_null=True, default=None)


class EnhanceBatchRequest(RecipeRequest):
    assets = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=MOST_ASSETS)


class StepSerializer(serializers.Serializer[Any]):
    """One operation: what was promised and what became of it. Seconds are null until they are known."""

    name = serializers.CharField()
    title = serializers.CharField()
    status = serializers.ChoiceField(choices=["waiting", "running", "done", "skipped"])
    provider = serializers.CharField(allow_null=True)
    model = serializers.CharField(allow_null=True)
    cost = serializers.CharField(allow_null=True, help_text="USD, as quoted and charged")
    seconds_quoted = serializers.FloatField(allow_null=True)
    seconds = serializers.FloatField(allow_null=True)
    width = serializers.IntegerField(allow_null=True)
    height = serializers.IntegerField(allow_null=True)
    facts = serializers.DictField()


class QueueSerializer(serializers.Serializer[Any]):
    position = serializers.IntegerField(help_text="1: the next to begin")
    seconds = serializers.FloatField(allow_null=True, help_text="until it begins; null: nothing begins now, see held")
    workers = serializers.IntegerField(help_text="processes that take such work")
    held = serializers.ChoiceField(choices=["", "paused", "no_worker"], help_text="why nothing begins")


class RemainingSerializer(serializers.Serializer[Any]):
    seconds = serializers.FloatField(allow_null=True, help_text="null: nobody knows; kind says why")
    kind = serializers.ChoiceField(
        choices=["measured", "partly measured", "estimated", "overdue", "retry", "paused", "no_worker", "held"],
        help_text="where the figure comes from; overdue: longer than any run before; held: its batch is paused",
    )
    runs = serializers.IntegerField(help_text="earlier runs behind the figure")
    again_in = serializers.FloatField(required=False, help_text="seconds until it is tried again (kind retry)")


class EnhancementSerializer(serializers.ModelSerializer[Enhancement]):
    team = serializers.UUIDField(source="team_id", read_only=True)
    source = serializers.SerializerMethodField()  # type: ignore[assignment]  # hides an attribute of the base
    result = serializers.SerializerMethodField()
    error = serializers.DictField(allow_null=True, read_only=True)
    operations = serializers.ListField(child=serializers.DictField(), read_only=True)
    preset = serializers.DictField(allow_null=True, read_only=True)
    steps = serializers.SerializerMethodField()
    queue = serializers.SerializerMethodField()
    remaining = serializers.SerializerMethodField()

    class Meta:
        model = Enhancement
        fields = [
            "id", "team", "status", "percent", "operations", "preset", "steps", "queue", "remaining", "facts",
            "source", "result", "cost", "error", "created_at", "started_at", "finished_at",
        ]  # fmt: skip

    @extend_schema_field(StepSerializer(many=True))
    def get_steps(self, row: Enhancement) -> list[dict[str, Any]]:
        return steps_of(row)

    @extend_schema_field(QueueSerializer(allow_null=True))
    def get_queue(self, row: Enhancement) -> dict[str, Any] | None:
        return self._queue().place(row)

    @extend_schema_field(RemainingSerializer(allow_null=True))
    def get_remaining(self, row: Enhancement) -> dict[str, Any] | None:
        return self._queue().remaining(row)

    def _queue(self) -> Queue:
        """One reading of the queue for all rows of an answer."""
        root: Any = self.root  # the context of all that it holds
        queue: Queue = root._context.setdefault("queue", Queue())
        return queue

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
        actor = person(request)
        source = services.source_of(actor=actor, subject_id=pk, asset_id=form.validated_data["asset"])
        operations, preset = form.recipe(actor)
        made = services.request_enhancement(actor=actor, asset_id=source.pk, operations=operations, preset=preset)
        return Response(self.get_serializer(made).data, status=status.HTTP_202_ACCEPTED)


class EnhanceCancel(generics.GenericAPIView[Enhancement]):
    """Stop at the next tile. Asking twice is harmless."""

    serializer_class = EnhancementSerializer
    queryset = Enhancement.objects.none()

    @extend_schema(request=None, responses={202: EnhancementSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        row = services.cancel(actor=person(request), enhancement_id=pk)
        return Response(self.get_serializer(row).data, status=status.HTTP_202_ACCEPTED)


class DeclareRequest(StrictSerializer):
    rights = serializers.BooleanField(
        default=False, help_text="Declares anew that you hold the rights, where the recipe takes a watermark off."
    )


class EnhanceRetry(IdempotentPostMixin, generics.GenericAPIView[Enhancement]):
    """The same again, after it failed or was cancelled: a new enhancement."""

    serializer_class = EnhancementSerializer
    queryset = Enhancement.objects.none()

    @extend_schema(request=DeclareRequest, responses={202: EnhancementSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        form = DeclareRequest(data=request.data)
        form.is_valid(raise_exception=True)
        declared = form.validated_data["rights"]
        row = services.retry(actor=person(request), enhancement_id=pk, declared=declared)
        return Response(self.get_serializer(row).data, status=status.HTTP_202_ACCEPTED)


class EnhancementFilter(filters.FilterSet):
    asset = filters.UUIDFilter(field_name="source")
    team = filters.UUIDFilter(field_name="team")
    search = filters.CharFilter(method="matching", max_length=200)

    class Meta:
        model = Enhancement
        fields = ["status"]

    def matching(self, rows: EnhancementQuerySet, name: str, words: str) -> EnhancementQuerySet:
        return rows.matching(words)


class EnhancementList(generics.ListAPIView[Enhancement]):
    """The enhancements of your teams, the newest first; `search` looks at titles, presets and operations."""

    serializer_class = EnhancementSerializer
    filterset_class = EnhancementFilter

    def get_queryset(self) -> EnhancementQuerySet:
        rows: EnhancementQuerySet = Enhancement.objects.visible_to(self.request.user)
        return rows.select_related("source", "result")


class RefusedSerializer(serializers.Serializer[Any]):
    asset = serializers.UUIDField()
    code = serializers.CharField()
    field = serializers.CharField(allow_null=True)
    message = serializers.CharField()
    remedy = serializers.CharField()
    enhancement = serializers.UUIDField(required=False, help_text="what is under way already")


class BatchAnswer(serializers.Serializer[Any]):
    results = EnhancementSerializer(many=True)
    refused = RefusedSerializer(many=True)


class EnhanceBatch(IdempotentPostMixin, APIView):
    """The same recipe for several images. What cannot be enhanced is listed with its reason; the rest is queued."""

    @extend_schema(request=EnhanceBatchRequest, responses={202: BatchAnswer})
    def post(self, request: Request) -> Response:
        form = EnhanceBatchRequest(data=request.data)
        form.is_valid(raise_exception=True)
        actor = person(request)
        operations, preset = form.recipe(actor)
        made, refused = services.request_batch(
            actor=actor, asset_ids=form.validated_data["assets"], operations=operations, preset=preset
        )
        rows = EnhancementSerializer(made, many=True, context={"request": request}).data
        lines = [refusal_shown(pk, refusal) for pk, refusal in refused]
        return Response({"results": rows, "refused": lines}, status=status.HTTP_202_ACCEPTED)


class BasisSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=["measured", "partly measured", "estimated"])
    runs = serializers.IntegerField()


class StepEstimate(serializers.Serializer[Any]):
    name = serializers.CharField()
    title = serializers.CharField()
    seconds = serializers.FloatField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    provider = serializers.CharField()
    model = serializers.CharField()
    engine = serializers.CharField(help_text="networks and what computes them; empty where there is none")
    cost = serializers.CharField(help_text="USD")
    most = serializers.CharField(help_text="USD that it may cost at most")


class EarlierSerializer(serializers.Serializer[Any]):
    enhancement = serializers.UUIDField()
    result = serializers.UUIDField(help_text="an asset")


class AssetEstimate(serializers.Serializer[Any]):
    asset = serializers.UUIDField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    seconds = serializers.FloatField(help_text="with storing the result, which no step counts")
    cost = serializers.CharField()
    basis = BasisSerializer()
    steps = StepEstimate(many=True)
    operations = serializers.ListField(child=serializers.DictField(), help_text="in their order, with all parameters")
    earlier = EarlierSerializer(allow_null=True, help_text="the same was made of this image before")


class LaneSerializer(serializers.Serializer[Any]):
    waiting = serializers.IntegerField()
    seconds = serializers.FloatField(allow_null=True, help_text="null: nothing begins now, see held")
    workers = serializers.IntegerField(help_text="processes that take such work")
    held = serializers.ChoiceField(choices=["", "paused", "no_worker"])


class EstimateAnswer(serializers.Serializer[Any]):
    assets = AssetEstimate(many=True)
    refused = RefusedSerializer(many=True)
    seconds = serializers.FloatField(help_text="of work, without waiting")
    cost = serializers.CharField()
    basis = BasisSerializer()
    queue = LaneSerializer(help_text="what waits before it now")


class EnhanceEstimate(APIView):
    """What a recipe would come to: per step size, seconds and price; of several images the sum. Writes nothing."""

    @extend_schema(request=EnhanceBatchRequest, responses={200: EstimateAnswer})
    def post(self, request: Request) -> Response:
        form = EnhanceBatchRequest(data=request.data)
        form.is_valid(raise_exception=True)
        actor = person(request)
        operations, _ = form.recipe(actor)
        return Response(estimate(actor=actor, asset_ids=form.validated_data["assets"], operations=operations))


class OperationSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    title = serializers.CharField()
    position = serializers.IntegerField(help_text="its place in every recipe")
    parameters = serializers.ListField(child=serializers.DictField())
    available = serializers.BooleanField()
    reason = serializers.CharField(help_text="why it cannot be done here, with the remedy")


class EnhancementModelSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    title = serializers.CharField()
    purpose = serializers.CharField(help_text="upscale, face, or twin: used together with another model")
    scale = serializers.IntegerField()
    architecture = serializers.CharField()
    licence = serializers.CharField(help_text='"yours" for a file that the studio put there itself')
    size = serializers.IntegerField(help_text="bytes")
    state = serializers.CharField(help_text="shipped, installed, partial, missing, damaged or unusable")
    note = serializers.CharField()
    available = serializers.BooleanField()


class ModelList(APIView):
    """The models that the workers have or could install, with their licences."""

    @extend_schema(responses={200: EnhancementModelSerializer(many=True)})
    def get(self, request: Request) -> Response:
        return Response(capabilities.models())


class OperationList(APIView):
    """The operations this studio knows, in the order of a recipe, with parameters, defaults and limits."""

    @extend_schema(responses={200: OperationSerializer(many=True)})
    def get(self, request: Request) -> Response:
        reasons = capabilities.reasons()
        return Response([_described(each, reasons[each.name]) for each in registry.everything()])


def _described(operation: Operation, reason: str) -> dict[str, Any]:
    return {
        "name": operation.name,
        "title": operation.title,
        "position": int(operation.position),
        "parameters": operation.describe(),
        "available": not reason,
        "reason": reason,
    }
