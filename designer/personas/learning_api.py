"""What was learned, over HTTP: weights with their basis, every move, reverts, and how much is tried."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from designer.personas import learning
from designer.personas.feedback_api import ActSerializer, WeightMoveSerializer
from designer.personas.learned import WeightShown, all_shown, matching_weights
from designer.personas.models import ActKind, LearnedWeight, LearningAct, LearningMove, find_roots
from designer.pipeline import optimisation
from designer.web.idempotency import IdempotentPostMixin
from designer.web.serializers import StrictSerializer
from teams.accounts.people import person
from teams.base.errors import Refused
from teams.membership.ownership import working_team

TEAM = OpenApiParameter("team", UUID, description="Your personal team, unless another is named.")
ABOUT = (("attribute", "an attribute's value"), ("model", "a model for a garment"))


class WeightSerializer(serializers.Serializer[WeightShown]):
    """A weight as it stands today. `value` is null under `min_sample` observations; `low` to `high` hold 80 % of what
    is likely; `numerator` and `denominator` are what was liked and seen, faded with time; of the observations all that
    one person said of one image is one (`observed`)."""

    id = serializers.UUIDField()
    team = serializers.UUIDField()
    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a field of this name hides the base's
    about = serializers.ChoiceField(choices=ABOUT)
    persona = serializers.UUIDField(allow_null=True)
    mean = serializers.FloatField(source="rate.mean")
    low = serializers.FloatField(source="rate.low")
    high = serializers.FloatField(source="rate.high")
    value = serializers.FloatField(source="rate.value", allow_null=True)
    numerator = serializers.FloatField(source="rate.numerator")
    denominator = serializers.FloatField(source="rate.denominator")
    observed = serializers.FloatField(source="rate.observed")
    min_sample = serializers.FloatField(source="rate.min_sample")
    words = serializers.CharField(source="rate.words")
    moved_at = serializers.DateTimeField(allow_null=True)


class WeightFilter(filters.FilterSet):
    team = filters.UUIDFilter(field_name="team_id")
    persona = filters.CharFilter(method="of_persona", help_text="a persona's id, or - for what holds without one")
    about = filters.ChoiceFilter(choices=ABOUT, method="of_kind")
    search = filters.CharFilter(method="matching", max_length=200)

    class Meta:
        model = LearnedWeight
        fields: list[str] = []

    def of_persona(self, rows: QuerySet[LearnedWeight], name: str, value: str) -> QuerySet[LearnedWeight]:
        return matching_weights(rows, persona=value)

    def of_kind(self, rows: QuerySet[LearnedWeight], name: str, value: str) -> QuerySet[LearnedWeight]:
        return matching_weights(rows, about=value)

    def matching(self, rows: QuerySet[LearnedWeight], name: str, words: str) -> QuerySet[LearnedWeight]:
        return matching_weights(rows, words=words)


class LearnedList(generics.ListAPIView[LearnedWeight]):
    """What was learned: each weight with its basis."""

    serializer_class = WeightSerializer  # type: ignore[assignment]  # shows a row, is no model serializer
    filterset_class = WeightFilter

    def get_queryset(self) -> QuerySet[LearnedWeight]:
        return matching_weights(LearnedWeight.objects.visible_to(self.request.user))

    def paginate_queryset(self, queryset: Any) -> Any:
        rows = super().paginate_queryset(queryset)
        now = timezone.now()
        return None if rows is None else all_shown(rows, now)


class LearnedRevert(IdempotentPostMixin, APIView):
    """Forget all that was learned for one weight. The answer is what was done; it can be undone."""

    @extend_schema(request=None, responses={201: ActSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        return _done(learning.revert_weight(actor=person(request), weight_id=pk))


class MoveFilter(filters.FilterSet):
    team = filters.UUIDFilter(field_name="team_id")
    key = filters.CharFilter(max_length=200)
    act = filters.UUIDFilter(field_name="act_id")
    kind = filters.ChoiceFilter(field_name="act__kind", choices=ActKind.choices)
    search = filters.CharFilter(field_name="key", lookup_expr="icontains", max_length=200)

    class Meta:
        model = LearningMove
        fields: list[str] = []


class MoveList(generics.ListAPIView[LearningMove]):
    """What moved, by how much and by whose act; the newest first."""

    serializer_class = WeightMoveSerializer
    filterset_class = MoveFilter

    def get_queryset(self) -> QuerySet[LearningMove]:
        return LearningMove.objects.visible_to(self.request.user)


class MoveRevert(IdempotentPostMixin, APIView):
    """Let the feedback behind one move no longer count for that weight; it goes on counting for the others."""

    @extend_schema(request=None, responses={201: ActSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        return _done(learning.revert_move(actor=person(request), move_id=pk))


class ActFilter(filters.FilterSet):
    team = filters.UUIDFilter(field_name="team_id")
    kind = filters.ChoiceFilter(choices=ActKind.choices)
    owner = filters.UUIDFilter(field_name="owner_id")
    search = filters.CharFilter(field_name="about", lookup_expr="icontains", max_length=200)

    class Meta:
        model = LearningAct
        fields: list[str] = []


class ActList(generics.ListAPIView[LearningAct]):
    """What people did to feedback and to what was learned, with every weight that moved by it."""

    serializer_class = ActSerializer
    filterset_class = ActFilter

    def get_queryset(self) -> QuerySet[LearningAct]:
        return LearningAct.objects.visible_to(self.request.user).select_related("undone_by").prefetch_related("moves")

    def paginate_queryset(self, queryset: Any) -> Any:
        rows = super().paginate_queryset(queryset)
        find_roots(rows or ())
        return rows


class EverythingRequest(StrictSerializer):
    team = serializers.UUIDField(required=False, allow_null=True, default=None)
    persona = serializers.UUIDField(required=False, allow_null=True, default=None)


class EverythingRevert(IdempotentPostMixin, APIView):
    """Forget all that a team, or one persona, has learned. It can be undone."""

    @extend_schema(operation_id="learning_revert_everything", request=EverythingRequest, responses={201: ActSerializer})
    def post(self, request: Request) -> Response:
        form = EverythingRequest(data=request.data)
        form.is_valid(raise_exception=True)
        said = form.validated_data
        team = working_team(person(request), said["team"])
        return _done(learning.revert_everything(actor=person(request), team_id=team.pk, persona=said["persona"]))


def _done(act: LearningAct) -> Response:
    return Response(ActSerializer(act).data, status=status.HTTP_201_CREATED)


SHARE = (
    "Of the prompts with room for it, the share that gets one word judged little; of the routes with a choice of "
    "models, the share drawn by lot (`explored`), which the usual model often wins, too. The same seed draws the same."
)


class SettingsSerializer(serializers.Serializer[Any]):
    team = serializers.UUIDField(read_only=True)
    exploration = serializers.FloatField(help_text=SHARE)
    default = serializers.FloatField(read_only=True)
    half_life_days = serializers.FloatField(read_only=True)
    min_sample = serializers.FloatField(read_only=True)


class SettingsRequest(StrictSerializer):
    exploration = serializers.FloatField(min_value=0, max_value=learning.MAX_EXPLORATION, help_text=SHARE)
    team = serializers.UUIDField(required=False, allow_null=True, default=None)


class LearningSettingsView(APIView):
    """How a team is learned from: the share of prompts and routes that try something unproven (0 = never)."""

    @extend_schema(responses=SettingsSerializer, parameters=[TEAM])
    def get(self, request: Request) -> Response:
        raw = request.query_params.get("team") or None
        wanted = serializers.UUIDField(allow_null=True).run_validation(raw)
        return self._answer(working_team(person(request), wanted).pk)

    @extend_schema(request=SettingsRequest, responses=SettingsSerializer)
    def patch(self, request: Request) -> Response:
        """For owners and admins of the team."""
        form = SettingsRequest(data=request.data)
        form.is_valid(raise_exception=True)
        share = form.validated_data["exploration"]
        if share != share:  # NaN passes every comparison of the field
            raise Refused("out_of_range", "This is no number.", field="exploration", remedy="Use 0 to 0.5.", status=400)
        team = working_team(person(request), form.validated_data["team"])
        learning.set_exploration(actor=person(request), team_id=team.pk, exploration=share)
        return self._answer(team.pk)

    def _answer(self, team: UUID) -> Response:
        said = {
            "team": team,
            "exploration": learning.exploration_of(team),
            "default": optimisation.EXPLORATION,
            "half_life_days": optimisation.HALF_LIFE.days,
            "min_sample": optimisation.MIN_SAMPLE,
        }
        return Response(SettingsSerializer(said).data)
