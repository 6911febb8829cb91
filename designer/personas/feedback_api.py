"""Feedback over HTTP: on one image, on several at once, listed, taken back and undone."""

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from designer.assets.models import Asset
from designer.personas import feedback, learning
from designer.personas.models import ActKind, Feedback, FeedbackKind, LearningAct, LearningMove
from designer.web.idempotency import IdempotentPostMixin
from designer.web.serializers import StrictSerializer
from teams.accounts.people import person
from teams.base.errors import Missing


class Judgement(StrictSerializer):
    """What is said, of whatever."""

    kind = serializers.ChoiceField(choices=FeedbackKind.choices)
    rating = serializers.IntegerField(required=False, allow_null=True, default=None)
    text = serializers.CharField(required=False, allow_blank=True, default="", max_length=feedback.MAX_TEXT)


class FeedbackRequest(Judgement):
    asset = serializers.UUIDField(required=False, allow_null=True, default=None)


class SeveralRequest(Judgement):
    assets = serializers.ListField(child=serializers.UUIDField(), max_length=feedback.MAX_SEVERAL, allow_empty=False)


class UndoRequest(StrictSerializer):
    act = serializers.UUIDField(
        required=False, allow_null=True, default=None, help_text="What to undo; else your last feedback."
    )


class MoveSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    before = serializers.DictField()
    after = serializers.DictField()


class FeedbackSerializer(serializers.ModelSerializer[Feedback]):
    asset = serializers.UUIDField(source="asset_id", read_only=True)
    generation = serializers.UUIDField(source="generation_id", read_only=True)
    moved = MoveSerializer(many=True, read_only=True)

    class Meta:
        model = Feedback
        fields = ["id", "generation", "asset", "kind", "rating", "text", "moved", "created_at"]


class WeightMoveSerializer(serializers.ModelSerializer[LearningMove]):
    """How one act moved one weight; means in 0..1 as they stood then."""

    label = serializers.SerializerMethodField()  # type: ignore[assignment]  # a field of this name hides the base's
    before = serializers.SerializerMethodField()
    after = serializers.SerializerMethodField()
    act = serializers.UUIDField(source="act_id", read_only=True)

    class Meta:
        model = LearningMove
        fields = [
            "id", "act", "key", "label", "before", "after", "alpha_before", "beta_before", "alpha_after", "beta_after",
            "created_at",
        ]  # fmt: skip

    def get_label(self, move: LearningMove) -> str:
        return learning.label_of(move.key)

    def get_before(self, move: LearningMove) -> float:
        return round(move.mean_before, 4)

    def get_after(self, move: LearningMove) -> float:
        return round(move.mean_after, 4)


class ActSerializer(serializers.ModelSerializer[LearningAct]):
    """One thing somebody did. `said` and `unsaid`: ids of the feedback that appeared and went by it."""

    team = serializers.UUIDField(source="team_id", read_only=True)
    owner = serializers.UUIDField(source="owner_id", read_only=True, allow_null=True)
    kind = serializers.ChoiceField(choices=ActKind.choices, read_only=True)
    said = serializers.SerializerMethodField()
    unsaid = serializers.SerializerMethodField()
    undoes = serializers.UUIDField(source="undoes_id", read_only=True, allow_null=True)
    undone = serializers.SerializerMethodField()
    told = serializers.CharField(read_only=True, help_text="In words; of an undo what stands after it.")
    moves = WeightMoveSerializer(many=True, read_only=True)

    class Meta:
        model = LearningAct
        fields = ["id", "team", "owner", "kind", "about", "told", "said", "unsaid", "undoes", "undone", "moves",
                  "created_at"]  # fmt: skip

    def get_said(self, act: LearningAct) -> list[str]:
        return [row["id"] for row in act.said]

    def get_unsaid(self, act: LearningAct) -> list[str]:
        return [row["id"] for row in act.unsaid]

    def get_undone(self, act: LearningAct) -> bool:
        return act.is_undone


class GivenSerializer(serializers.Serializer[Any]):
    act = ActSerializer()
    feedback = FeedbackSerializer(many=True)


class FeedbackFilter(filters.FilterSet):
    kind = filters.ChoiceFilter(choices=FeedbackKind.choices)
    asset = filters.UUIDFilter(field_name="asset_id")
    generation = filters.UUIDFilter(field_name="generation_id")
    team = filters.UUIDFilter(field_name="team_id")
    mine = filters.BooleanFilter(method="of_reader", help_text="true: your own; false: that of others")
    search = filters.CharFilter(method="matching", max_length=200, help_text="words of the comment or the brief")

    class Meta:
        model = Feedback
        fields: list[str] = []

    def of_reader(self, rows: QuerySet[Feedback], name: str, mine: bool) -> QuerySet[Feedback]:
        own = Q(owner_id=self.request.user.pk)
        return rows.filter(own if mine else ~own)

    def matching(self, rows: QuerySet[Feedback], name: str, words: str) -> QuerySet[Feedback]:
        for word in words.split():
            rows = rows.filter(Q(text__icontains=word) | Q(generation__brief__icontains=word))
        return rows


class FeedbackEverywhere(IdempotentPostMixin, generics.ListAPIView[Feedback]):
    """List feedback, or say the same of several images."""

    serializer_class = FeedbackSerializer
    filterset_class = FeedbackFilter

    def get_queryset(self) -> QuerySet[Feedback]:
        return Feedback.objects.visible_to(self.request.user)

    @extend_schema(request=SeveralRequest, responses={201: GivenSerializer})
    def post(self, request: Request) -> Response:
        """All images of one team or none; each fault names its place in `assets`."""
        form = SeveralRequest(data=request.data)
        form.is_valid(raise_exception=True)
        said = form.validated_data
        act, rows = feedback.give_several(actor=person(request), asset_ids=said.pop("assets"), **said)
        return Response(GivenSerializer({"act": act, "feedback": rows}).data, status=status.HTTP_201_CREATED)


class FeedbackUndo(IdempotentPostMixin, APIView):
    """Undo your last feedback, given or withdrawn, or the act named; an undo can be undone."""

    @extend_schema(request=UndoRequest, responses={201: ActSerializer})
    def post(self, request: Request) -> Response:
        form = UndoRequest(data=request.data)
        form.is_valid(raise_exception=True)
        act = feedback.undo(actor=person(request), act_id=form.validated_data["act"])
        return Response(ActSerializer(act).data, status=status.HTTP_201_CREATED)


def image_of(request: Request, generation_id: UUID, asset_id: UUID | None) -> Asset:
    """The named image of the generation, or its first. Raises Missing."""
    rows = Asset.objects.visible_to(request.user).filter(generation_id=generation_id).order_by("created_at", "id")
    found = rows.filter(pk=asset_id).first() if asset_id else rows.first()
    if found is None:
        raise Missing(message="There is no such image.", remedy="Check the ids.")
    return found


class FeedbackList(IdempotentPostMixin, APIView):
    """Say what you think of an image. The answer shows every weight that moved."""

    @extend_schema(request=FeedbackRequest, responses={201: FeedbackSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        form = FeedbackRequest(data=request.data)
        form.is_valid(raise_exception=True)
        said = form.validated_data
        asset = image_of(request, pk, said.pop("asset"))
        row = feedback.give_feedback(actor=person(request), asset_id=asset.pk, **said)
        return Response(FeedbackSerializer(row).data, status=status.HTTP_201_CREATED)


class FeedbackDetail(APIView):
    """Take your feedback back, and all that it moved. `?asset=` names the image; else the first."""

    @extend_schema(parameters=[OpenApiParameter("asset", UUID)], responses={204: None})
    def delete(self, request: Request, pk: UUID, kind: str) -> Response:
        raw = request.query_params.get("asset", "")
        wanted = serializers.UUIDField(allow_null=True).run_validation(raw or None)
        asset = image_of(request, pk, wanted)
        feedback.withdraw_feedback(actor=person(request), asset_id=asset.pk, kind=kind)
        return Response(status=status.HTTP_204_NO_CONTENT)
